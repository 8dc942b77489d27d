//! Alibaba Cloud's OpenAPI services: one path, an action and a version in headers or parameters, JSON answers.

mod actiontrail;
mod answer;
mod context;
mod deployment;
mod errors;
mod ims;
mod kms;
mod ram;
mod row;
mod secrets;
mod serve;
mod sts;

pub use row::{ROWS, Row, ServiceName};
pub(crate) use serve::{refuse, serve};
