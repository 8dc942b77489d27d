//! Vendors' spellings of what Bailee does: bytes to operation, outcome to bytes.
//!
//! One listener serves them all; [`serve`] recognises the dialect of a request by its signature scheme and hands it on.
//! Each dialect has one row per wire operation, which drives its router, the authorization tests and the compatibility
//! page; and one table from [`types::Reason`] to status and code. Dialects never use each other.

mod arrival;
mod aws_call;
pub mod aws_iam;
pub mod aws_kms;
mod aws_policy;
mod aws_principal;
mod body;
mod cors;
mod denied;
mod domains;
pub mod oss;
pub mod rpc;
pub mod s3;
mod saml_response;
mod serve;
mod settle;
mod status;
mod upload_form;

pub use arrival::Arrival;
pub use body::{Request, RequestBody, Response, ResponseBody, empty, full, streaming};
pub use domains::{Domains, Region};
pub use serve::serve;
pub use status::Status;
