use crate::hashing::Hashing;
use crate::retention_clock::RetentionClock;
use crate::shard::Shards;
use crate::sse_kms::TenantKeys;
use iam::Gate;
use iam::policy::PolicyCache;
use kms::Kms;
use std::sync::Arc;
use std::time::Duration;
use store::{Blobs, Store};
use tokio::sync::Notify;
use types::{Clock, Timestamp};

/// What can be tuned.
#[derive(Clone, Debug)]
pub struct Config {
    /// The most bytes of a content that is kept beside the metadata, and made durable by the same commit.
    pub inline_bytes: usize,
    /// How old a blob that nothing names must be before the sweep takes it for an orphan: longer than any upload of one
    /// part takes from its blob's end to its commit.
    pub orphan_grace: Duration,
    /// How long the blobs of a deleted or replaced object stay, for those who are reading them.
    pub dropped_grace: Duration,
    /// How long a day of lifecycle rules is.
    pub lifecycle_day: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            inline_bytes: 64 * 1024,
            orphan_grace: Duration::from_secs(60 * 60),
            dropped_grace: Duration::from_secs(10 * 60),
            lifecycle_day: crate::lifecycle::DAY,
        }
    }
}

/// The domain of buckets and objects, for one region. Its operations run through the gate.
pub struct Objects {
    pub(crate) store: Store,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) gate: Gate,
    pub(crate) keys: Arc<dyn TenantKeys>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Time as it counts for what is retained.
    pub(crate) retention_time: RetentionClock,
    pub(crate) config: Config,
    pub(crate) policies: PolicyCache,
    pub(crate) shards: Shards,
    pub(crate) hashing: Hashing,
    /// That rules were set.
    pub(crate) lifecycles: Notify,
}

impl Objects {
    /// The domain over a region's store and blobs. Objects that ask for it are encrypted under keys of `kms`.
    pub fn new(
        store: Store,
        blobs: Arc<dyn Blobs>,
        gate: Gate,
        kms: Arc<Kms>,
        clock: Arc<dyn Clock>,
        config: Config,
    ) -> Self {
        let keys = Arc::new(crate::sse_kms::KmsKeys::new(gate.clone(), kms));
        let (policies, shards, hashing) = (PolicyCache::default(), Shards::default(), Hashing::new());
        let retention_time = RetentionClock::new(clock.clone());
        let lifecycles = Notify::new();
        Self { store, blobs, gate, keys, clock, retention_time, config, policies, shards, hashing, lifecycles }
    }

    /// The gate every operation goes through.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
