use crate::policy::Document;
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

/// Compiled policies of things by the SHA-256 of their text: what a record names by its hash is compiled once.
pub struct PolicyCache(Mutex<LruCache<[u8; 32], Arc<Document>>>);

const CACHED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1023);

impl Default for PolicyCache {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(CACHED)))
    }
}

impl PolicyCache {
    /// The policy with this hash, if it was compiled lately.
    pub fn get(&self, hash: &[u8; 32]) -> Option<Arc<Document>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    /// Keeps a policy.
    pub fn put(&self, hash: [u8; 32], document: Arc<Document>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(hash, document);
    }
}
