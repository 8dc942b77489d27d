use crate::room::{FreeSpace, free_space_of};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use types::Clock;

const MIB: u64 = 1024 * 1024;

/// How an [`Embedded`](crate::Embedded) engine uses its machine.
#[derive(Clone)]
pub struct EmbeddedOptions {
    /// Measures syncs and the age of what is known of the disk.
    pub clock: Arc<dyn Clock>,
    /// Memory for blocks read from disk.
    pub cache_bytes: u64,
    /// Memory for what each space has not yet written as a table; up to four times this while tables are written.
    pub memtable_bytes: u64,
    /// Free disk below which commits that write are refused.
    pub reserve_bytes: u64,
    /// Free disk below which even commits are refused that only append and note something in [`Space::System`]: a read
    /// can still be recorded on a disk that has no room for writes.
    ///
    /// [`Space::System`]: crate::Space::System
    pub event_reserve_bytes: u64,
    /// How long a logged commit may wait for its sync.
    pub sync_within: Duration,
    /// Threads that write and merge tables.
    pub workers: usize,
    /// Where the free space is read from.
    pub free_space: FreeSpace,
}

impl EmbeddedOptions {
    /// What fits a small machine: some 60 MiB at most, however large the store.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            cache_bytes: 32 * MIB,
            memtable_bytes: 8 * MIB,
            reserve_bytes: 256 * MIB,
            event_reserve_bytes: 64 * MIB,
            // The contract says 50 ms at most, and a sync itself takes up to 10 on a busy disk.
            sync_within: Duration::from_millis(40),
            workers: 1,
            free_space: Arc::new(free_space_of),
        }
    }
}

impl fmt::Debug for EmbeddedOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedOptions")
            .field("cache_bytes", &self.cache_bytes)
            .field("memtable_bytes", &self.memtable_bytes)
            .field("reserve_bytes", &self.reserve_bytes)
            .field("event_reserve_bytes", &self.event_reserve_bytes)
            .field("sync_within", &self.sync_within)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}
