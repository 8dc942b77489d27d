use crate::limits;
use crate::material::Material;
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use types::{AccountId, KeyId};

/// A key version in the open, and the key it belongs to. Neither ever changes for a version id.
#[derive(Clone)]
pub(crate) struct OpenVersion {
    pub(crate) key: KeyId,
    /// How many of the key's versions were retired when it was opened: more, and it may be one of them.
    pub(crate) retired: u32,
    pub(crate) material: Arc<Material>,
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
        self.forget_older(account, key, u32::MAX);
    }

    /// Forgets the versions of a key that were opened when fewer of its versions were retired.
    pub(crate) fn forget_older(&self, account: AccountId, key: &KeyId, retired: u32) {
        if retired == 0 {
            return;
        }
        let mut held = self.held();
        let of_key = |((a, _), open): &(&(AccountId, KeyId), &OpenVersion)| {
            *a == account && open.key == *key && open.retired < retired
        };
        let versions: Vec<_> = held.iter().filter(of_key).map(|(place, _)| place.clone()).collect();
        for version in versions {
            held.pop(&version);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Material, OpenVersion, OpenVersions};
    use crypto::Key;
    use std::sync::Arc;
    use types::{AccountId, KeyId, SystemRng};

    #[test]
    fn forgetting_a_key_wipes_its_versions_and_no_others() {
        let open = OpenVersions::new();
        let (ann, bob) = (AccountId::random(&SystemRng), AccountId::random(&SystemRng));
        let (key, other) = (KeyId::random(&SystemRng), KeyId::random(&SystemRng));
        let put = |account, key: &KeyId| {
            let (version, material) = (KeyId::random(&SystemRng), Arc::new(Material::Aes256(Key::random(&SystemRng))));
            open.put(account, &version, OpenVersion { key: key.clone(), retired: 0, material: material.clone() });
            (version, material)
        };
        let (first, second, kept, bobs) = (put(ann, &key), put(ann, &key), put(ann, &other), put(bob, &key));
        open.forget(ann, &key);
        for (version, material) in [first, second] {
            assert!(open.get(ann, &version).is_none());
            assert_eq!(Arc::strong_count(&material), 1, "nothing else holds it");
        }
        assert!(open.get(ann, &kept.0).is_some());
        assert!(open.get(bob, &bobs.0).is_some());
        assert!(open.get(ann, &bobs.0).is_none(), "a version is its account's");
    }

    #[test]
    fn what_was_opened_before_a_version_was_retired_is_wiped() {
        let open = OpenVersions::new();
        let (ann, key) = (AccountId::random(&SystemRng), KeyId::random(&SystemRng));
        let put = |retired| {
            let (version, material) = (KeyId::random(&SystemRng), Arc::new(Material::Aes256(Key::random(&SystemRng))));
            open.put(ann, &version, OpenVersion { key: key.clone(), retired, material: material.clone() });
            (version, material)
        };
        let (before, after) = (put(0), put(1));
        open.forget_older(ann, &key, 0);
        assert!(open.get(ann, &before.0).is_some());
        open.forget_older(ann, &key, 1);
        assert!(open.get(ann, &before.0).is_none());
        assert_eq!(Arc::strong_count(&before.1), 1, "nothing else holds it");
        assert!(open.get(ann, &after.0).is_some());
    }
}
