use iam::policy::Document;
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

/// Compiled key policies by the SHA-256 of their text.
pub(crate) struct PolicyCache(Mutex<LruCache<[u8; 32], Arc<Document>>>);

const CACHED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1023);

impl Default for PolicyCache {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(CACHED)))
    }
}

impl PolicyCache {
    pub(crate) fn get(&self, hash: &[u8; 32]) -> Option<Arc<Document>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    pub(crate) fn put(&self, hash: [u8; 32], document: Arc<Document>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(hash, document);
    }
}
