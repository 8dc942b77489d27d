use crate::limits;
use crypto::Key;
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use types::{AccountId, KeyId};

/// A key version in the open, and the key it belongs to. Neither ever changes for a version id.
#[derive(Clone)]
pub(crate) struct OpenVersion {
    pub(crate) key: KeyId,
    pub(crate) material: Arc<Key>,
}

/// Opened key versions, the least used going first.
///
/// Being here allows nothing: whether a version may be used is read from its key's record every time, in the snapshot of
/// the call, so that switching a key off or destroying it counts for the next call on every node.
pub(crate) struct OpenVersions(Mutex<LruCache<(AccountId, KeyId), OpenVersion>>);

impl OpenVersions {
    pub(crate) fn new() -> Self {
        let capacity = NonZeroUsize::new(limits::OPEN_VERSIONS).unwrap_or(NonZeroUsize::MIN);
        Self(Mutex::new(LruCache::new(capacity)))
    }

    fn held(&self) -> MutexGuard<'_, LruCache<(AccountId, KeyId), OpenVersion>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, account: AccountId, version: &KeyId) -> Option<OpenVersion> {
        self.held().get(&(account, version.clone())).cloned()
    }

    pub(crate) fn put(&self, account: AccountId, version: &KeyId, open: OpenVersion) {
        self.held().put((account, version.clone()), open);
    }

    /// Forgets every version of a key. The material is wiped when the last call that holds it ends.
    pub(crate) fn forget(&self, account: AccountId, key: &KeyId) {
        let mut held = self.held();
        let of_key = |((a, _), open): &(&(AccountId, KeyId), &OpenVersion)| *a == account && open.key == *key;
        let versions: Vec<_> = held.iter().filter(of_key).map(|(place, _)| place.clone()).collect();
        for version in versions {
            held.pop(&version);
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.held().len()
    }
}
