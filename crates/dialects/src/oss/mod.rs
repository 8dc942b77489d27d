//! Alibaba Cloud OSS: buckets and objects by method, path and sub-resource; XML without a name space.

mod answer;
mod bucket;
mod conditions;
mod context;
mod copy;
mod cors;
mod delete_many;
mod errors;
mod headers;
mod lifecycle;
mod listing;
mod multipart;
mod object;
mod post;
mod public_access;
mod row;
mod serve;
mod service;
mod settings;
mod spelling;
mod table;
mod tagging;
#[cfg(test)]
mod tests;
mod versions;
mod worm;

pub(crate) use post::post;
pub use row::{Level, OssRow};
pub(crate) use serve::{refuse, serve};
pub use table::ROWS;
