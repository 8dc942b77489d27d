use crate::ids::{BucketId, ShardId};
use crypto::Key;
use lru::LruCache;
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{Record, Wrapped};
use types::AccountId;

/// About how many data keys a shard takes. When one of them is erased, the others are wrapped anew at the end of the epoch;
/// and at each end, every shard of which nothing was erased costs one small write.
const DATA_KEYS: u32 = 1024;
/// Shard keys kept open.
const OPEN: NonZeroUsize = NonZeroUsize::new(16 * 1024).unwrap();
/// Buckets whose shard for new data keys is kept in mind.
const BUCKETS: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// A key for the data keys of some objects of a bucket. It passes an erasure epoch; they do not. So ending an epoch touches
/// the data keys only of shards that saw an erasure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShardRecord {
    pub(crate) key: Wrapped,
    pub(crate) state: ShardState,
}

impl Record for ShardRecord {}

/// What becomes of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ShardState {
    /// It lives.
    Open,
    /// It saw an erasure in an epoch that is ending: it takes no more data keys, and those it has move out.
    Retiring,
    /// Nothing is in it. It stays in the old epoch and goes with it.
    Empty,
}

/// That a data key of a shard was erased in the epoch that the shard is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ErasedRecord {}

impl Record for ErasedRecord {}

/// That all data keys of a bucket are in shards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShardedRecord {}

impl Record for ShardedRecord {}

/// What a shard's key is bound to.
pub(crate) fn shard_context(account: AccountId, bucket: &BucketId, shard: &ShardId) -> Vec<u8> {
    [b"bailee/shard/v1\0".as_slice(), &account.get().to_be_bytes(), bucket.bytes(), shard.bytes()].concat()
}

/// Shards in memory. The open keys need not be told of changes: who looks for one has read a data key that is in it, and
/// data keys leave a shard before it goes.
pub(crate) struct Shards {
    open: Mutex<LruCache<ShardId, Arc<Key>>>,
    writing: Mutex<LruCache<BucketId, Writing>>,
    /// Held by who makes a shard, so that the others find it.
    pub(crate) making: tokio::sync::Mutex<()>,
}

/// The shard that new data keys of a bucket go to, and how many it can still take.
struct Writing {
    shard: ShardId,
    room: u32,
}

impl Default for Shards {
    fn default() -> Self {
        let (open, writing) = (Mutex::new(LruCache::new(OPEN)), Mutex::new(LruCache::new(BUCKETS)));
        Self { open, writing, making: tokio::sync::Mutex::default() }
    }
}

impl Shards {
    pub(crate) fn opened(&self, shard: &ShardId) -> Option<Arc<Key>> {
        lock(&self.open).get(shard).cloned()
    }

    pub(crate) fn keep_open(&self, shard: ShardId, key: Arc<Key>) {
        lock(&self.open).put(shard, key);
    }

    /// Wipes the key of a shard that is gone.
    pub(crate) fn forget(&self, shard: &ShardId) {
        lock(&self.open).pop(shard);
    }

    /// The shard a new data key goes to, in which it takes a place.
    pub(crate) fn take_place(&self, bucket: &BucketId) -> Option<ShardId> {
        let mut writing = lock(&self.writing);
        let current = writing.get_mut(bucket)?;
        current.room = current.room.checked_sub(1)?;
        Some(current.shard)
    }

    pub(crate) fn has_room(&self, bucket: &BucketId) -> bool {
        lock(&self.writing).get(bucket).is_some_and(|current| current.room > 0)
    }

    /// New data keys go here from now on.
    pub(crate) fn write_to(&self, bucket: BucketId, shard: ShardId) {
        lock(&self.writing).put(bucket, Writing { shard, room: DATA_KEYS });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
