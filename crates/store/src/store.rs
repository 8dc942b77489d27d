use crate::keyring::Keyring;
use crate::meta::Meta;
use crate::opened::Opened;
use crate::txn::Txn;
use crate::unsealed::Unsealed;
use crate::view::View;
use std::sync::{Arc, OnceLock};
use types::{AccountId, RegionId, Result, Rng};

/// One region's metadata, sealed. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    meta: Arc<dyn Meta>,
    keyring: Arc<Keyring>,
    opened: Arc<Opened>,
    rng: Arc<dyn Rng>,
    watcher: Watcher,
}

/// Who is told that an account's stream has grown.
pub(crate) type Watcher = Arc<OnceLock<Box<dyn Fn(AccountId) + Send + Sync>>>;

impl Store {
    /// Opens the region's store with what the seal gave.
    pub async fn open(meta: Arc<dyn Meta>, unsealed: Unsealed, region: RegionId, rng: Arc<dyn Rng>) -> Result<Self> {
        let keyring = Arc::new(Keyring::open(unsealed, region, meta.clone(), rng.clone()).await?);
        Ok(Self { meta, keyring, opened: Arc::default(), rng, watcher: Watcher::default() })
    }

    /// The region this is the store of.
    pub fn region(&self) -> &RegionId {
        self.keyring.region()
    }

    /// The keys of the region.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Where this store takes its randomness from.
    pub fn rng(&self) -> &Arc<dyn Rng> {
        &self.rng
    }

    /// The engine below, for what is not sealed: nothing but wrapped keys.
    pub fn meta(&self) -> &Arc<dyn Meta> {
        &self.meta
    }

    /// Has `watcher` told of each account whose stream has grown, once that is committed. It must not block. Only the
    /// first watcher counts.
    pub fn watch(&self, watcher: impl Fn(AccountId) + Send + Sync + 'static) {
        let _ = self.watcher.set(Box::new(watcher));
    }

    /// The present state.
    pub async fn view(&self) -> Result<View> {
        let snapshot = self.meta.snapshot().await?;
        Ok(View { snapshot, keyring: self.keyring.clone(), opened: self.opened.clone() })
    }

    /// A new transaction on the present state.
    pub async fn begin(&self) -> Result<Txn> {
        Ok(Txn::new(self.view().await?, self.meta.clone(), self.rng.clone(), self.watcher.clone()))
    }
}
