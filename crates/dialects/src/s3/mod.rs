//! Amazon S3 (REST API 2006-03-01), on the models, the routing and the signature verification of `s3s`.
//!
//! A request goes through three hands: [`identity`] checks what a signature must be besides right and finds who claims to
//! have made it, `s3s` verifies it and decodes the operation, and a function of this module asks the domain. Until the
//! signature was verified the caller is nobody. Plain reads and writes of objects take a shorter way, by [`direct`]
//! (docs/adr/0010).

mod acl;
mod answer;
mod aws_policy;
mod bucket;
mod checksums;
mod conditions;
mod context;
mod convert;
mod cors;
mod delete;
mod direct;
mod draft;
mod encryption;
mod errors;
mod handler;
mod host;
mod identity;
mod intake;
mod lifecycle;
mod listing;
mod locks;
mod multipart;
mod policy;
mod post;
mod public_access;
mod ranges;
mod read;
mod rows;
mod serve;
mod tagging;
#[cfg(test)]
mod tests;
mod versions;
mod write;

pub(crate) use post::post;
pub use rows::{ROWS, S3Row};
pub(crate) use serve::serve;
