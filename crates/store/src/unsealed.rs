use crypto::Key;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// What a seal gives when it opens: the root of all keys, and the keys of the erasure epochs that have not ended. They
/// exist only inside the seal, and take part in every wrap: a wrap whose epoch key is destroyed opens nowhere any more.
///
/// A handle: what the seal changes while the stores are open, all of them see.
#[derive(Clone)]
pub struct Unsealed {
    held: Arc<RwLock<Held>>,
}

struct Held {
    /// The root keys, the newest last: two while one takes the other's place.
    roots: Vec<Key>,
    epochs: BTreeMap<u32, Key>,
}

impl Unsealed {
    /// From what a seal holds: at least one root key, the newest last, and at least one epoch.
    pub fn new(roots: Vec<Key>, epochs: BTreeMap<u32, Key>) -> Option<Self> {
        let whole = !roots.is_empty() && !epochs.is_empty();
        whole.then(|| Self { held: Arc::new(RwLock::new(Held { roots, epochs })) })
    }

    /// Holds from now on what the seal holds now. Keys that are not among these are wiped. Nothing changes, and the answer
    /// is no, if there is no root key or no epoch.
    pub fn replace(&self, roots: Vec<Key>, epochs: BTreeMap<u32, Key>) -> bool {
        let whole = !roots.is_empty() && !epochs.is_empty();
        if whole {
            *self.held.write().unwrap_or_else(PoisonError::into_inner) = Held { roots, epochs };
        }
        whole
    }

    /// The newest epoch: the one that stores are to be in.
    pub fn newest(&self) -> Option<u32> {
        self.held().epochs.last_key_value().map(|(number, _)| *number)
    }

    /// Whether the seal still has an epoch's key.
    pub fn holds(&self, epoch: u32) -> bool {
        self.held().epochs.contains_key(&epoch)
    }

    /// The key that wraps under a parent in an epoch, unless that has ended.
    pub(crate) fn wrapping(&self, parent: &Key, epoch: u32) -> Option<Key> {
        Some(parent.derive("wrap", self.held().epochs.get(&epoch)?.expose()))
    }

    /// The key that wraps directly under the newest root key.
    pub(crate) fn root_wrapping(&self, epoch: u32) -> Option<Key> {
        let held = self.held();
        Some(held.roots.last()?.derive("wrap", held.epochs.get(&epoch)?.expose()))
    }

    /// The keys with which something could be wrapped directly under a root key, the likeliest first.
    pub(crate) fn root_wrappings(&self, epoch: u32) -> Vec<Key> {
        let held = self.held();
        let Some(key) = held.epochs.get(&epoch) else { return Vec::new() };
        held.roots.iter().rev().map(|root| root.derive("wrap", key.expose())).collect()
    }

    fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }
}
