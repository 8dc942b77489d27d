use crate::meta::Space;
use bytes::Bytes;
use lru::LruCache;
use std::any::Any;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Records kept opened, over all shards. Each takes about a KiB, its key and sealed bytes included.
const RECORDS: usize = 16 * 1024;
/// Parts with a lock each, so that two threads seldom want the same.
const SHARDS: usize = 16;
const PER_SHARD: NonZeroUsize = NonZeroUsize::new(RECORDS / SHARDS).unwrap();
/// A record that is longer than this when sealed is not kept.
const LONGEST: usize = 4 * 1024;

/// Records that were opened lately, so that what did not change is not opened again.
///
/// It never has to be told of a change. A record is found by its place *and* the sealed bytes that a snapshot holds
/// there; sealed bytes are authenticated for their place and fresh for every write, so the same bytes at the same place
/// are the same record. A record that was removed or replaced is not found, in whatever snapshot it is looked for.
pub(crate) struct Opened {
    shards: [Mutex<Shard>; SHARDS],
}

type Shard = LruCache<Box<[u8]>, (Bytes, Arc<dyn Any + Send + Sync>)>;

impl Default for Opened {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::new(LruCache::new(PER_SHARD))) }
    }
}

impl Opened {
    /// The record at a key, if it was opened from these very bytes.
    pub(crate) fn get<R: Any + Send + Sync>(&self, space: Space, key: &[u8], sealed: &Bytes) -> Option<Arc<R>> {
        let mut shard = self.shard(space, key);
        let (from, record) = shard.get(key)?;
        // Keys start with account and table, so a key names one kind of record; spaces are told apart by the downcast
        // and, like everything else, by the bytes.
        if from == sealed { record.clone().downcast().ok() } else { None }
    }

    /// Keeps a record with the bytes it was opened from.
    pub(crate) fn put<R: Any + Send + Sync>(&self, space: Space, key: &[u8], sealed: &Bytes, record: &Arc<R>) {
        if sealed.len() <= LONGEST {
            // A copy: the engine's bytes may be a part of something much larger.
            let kept = (Bytes::copy_from_slice(sealed), record.clone() as Arc<dyn Any + Send + Sync>);
            self.shard(space, key).put(key.into(), kept);
        }
    }

    #[expect(clippy::indexing_slicing, reason = "a remainder of the number of shards")]
    fn shard(&self, space: Space, key: &[u8]) -> MutexGuard<'_, Shard> {
        let mixed = key.iter().fold(space as usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
        self.shards[mixed % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Opened;
    use crate::meta::Space;
    use bytes::Bytes;
    use std::sync::Arc;

    #[test]
    fn a_record_is_found_only_by_the_bytes_it_came_from() {
        let opened = Opened::default();
        let (old, new) = (Bytes::from_static(b"old"), Bytes::from_static(b"new"));
        opened.put(Space::Objects, b"place", &old, &Arc::new(1_u32));
        let find = |key: &[u8], bytes: &Bytes| opened.get::<u32>(Space::Objects, key, bytes).map(|n| *n);
        assert_eq!(find(b"place", &old), Some(1));
        assert_eq!(find(b"place", &new), None);
        assert_eq!(find(b"other", &old), None);
        assert_eq!(opened.get::<u64>(Space::Objects, b"place", &old), None);
        opened.put(Space::Objects, b"place", &new, &Arc::new(2_u32));
        assert_eq!((find(b"place", &old), find(b"place", &new)), (None, Some(2)));
    }

    #[test]
    fn what_is_long_is_not_kept() {
        let opened = Opened::default();
        let long = Bytes::from(vec![0; 5000]);
        opened.put(Space::Objects, b"place", &long, &Arc::new(1_u32));
        assert!(opened.get::<u32>(Space::Objects, b"place", &long).is_none());
    }
}
