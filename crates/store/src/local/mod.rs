//! The local-file [`Blobs`](crate::Blobs) engine.
//!
//! A blob is written under `tmp/`, made durable, and renamed to `ab/abcdef….blob`; so a file under its own name is
//! always whole, and whatever lies in `tmp/` when the store opens is what a crash left.

mod blobs;
mod options;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub use blobs::LocalBlobs;
pub use options::LocalBlobsOptions;
