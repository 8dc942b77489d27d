//! What every engine must keep to, as suites that run on any of them: an engine passes, or it is not one.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a suite fails by panicking")]

mod blobs;
mod meta;
mod serial;

pub use blobs::blobs_suite;
pub use meta::{durable_meta_suite, meta_suite};
