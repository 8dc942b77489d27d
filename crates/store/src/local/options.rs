use crate::room::{FreeSpace, free_space_of};
use std::fmt;
use std::sync::Arc;
use types::Clock;

const MIB: u64 = 1024 * 1024;

/// How a [`LocalBlobs`](crate::LocalBlobs) engine uses its disk.
#[derive(Clone)]
pub struct LocalBlobsOptions {
    /// Measures the age of what is known of the disk.
    pub clock: Arc<dyn Clock>,
    /// Free disk below which nothing more is written. Larger than the metadata's reserve, so that what is there can
    /// still be described, and deleted.
    pub reserve_bytes: u64,
    /// Bytes of one blob after which the disk is told to write them: so that the end of a large blob does not wait for
    /// all of it, and many writers do not fill the machine's memory with pages yet to be written.
    pub write_back_bytes: u64,
    /// Where the free space is read from.
    pub free_space: FreeSpace,
}

impl LocalBlobsOptions {
    /// What fits a small machine.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, reserve_bytes: 512 * MIB, write_back_bytes: 8 * MIB, free_space: Arc::new(free_space_of) }
    }
}

impl fmt::Debug for LocalBlobsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalBlobsOptions")
            .field("reserve_bytes", &self.reserve_bytes)
            .field("write_back_bytes", &self.write_back_bytes)
            .finish_non_exhaustive()
    }
}
