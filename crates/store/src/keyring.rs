use crate::meta::{Batch, Check, Durability, Meta, MetaError, Space, Write};
use bytes::Bytes;
use crypto::Key;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use types::{AccountId, Failure, RegionId, Result, Rng, Secret};

/// The keys that exist only inside the seal and take part in every wrap. Ending an epoch re-wraps what lives and
/// destroys the old epoch's key, and with it every old copy of what was erased.
pub struct Epochs {
    keys: BTreeMap<u32, Key>,
}

impl Epochs {
    /// From what a seal holds: at least one epoch.
    pub fn new(keys: BTreeMap<u32, Key>) -> Option<Self> {
        (!keys.is_empty()).then_some(Self { keys })
    }

    fn current(&self) -> Option<(u32, &Key)> {
        self.keys.last_key_value().map(|(n, k)| (*n, k))
    }
}

/// What a seal gives when it opens: the root of all keys.
pub struct Unsealed {
    /// The root key.
    pub root: Key,
    /// The epoch keys.
    pub epochs: Epochs,
}

/// A key as it is stored: sealed under its parent and an epoch key, bound to its place.
///
/// The wrapping key is `derive(parent, "wrap", epoch key)`, so opening it takes both (docs/formats/keys.md).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapped {
    /// The erasure epoch whose key takes part.
    pub epoch: u32,
    /// The sealed key.
    #[serde(with = "crate::binary")]
    pub sealed: Vec<u8>,
}

/// The chain from the root key down to each account's key, for one region.
///
/// seal → root key → region key → account key. Account keys are made on first use, kept wrapped in [`Space::System`],
/// and cached open in memory.
pub struct Keyring {
    region: RegionId,
    region_key: Key,
    epochs: Arc<Epochs>,
    meta: Arc<dyn Meta>,
    rng: Arc<dyn Rng>,
    open: RwLock<HashMap<AccountId, Arc<Key>>>,
}

const REGION_KEY: &[u8] = b"region-key";
const ACCOUNT_KEY: &[u8] = b"account-key/";

impl Keyring {
    /// Opens the region's key with what the seal gave, making it on the first start. `Err` with reason `Corrupt` if the
    /// stored key does not open: another seal, or damage.
    pub async fn open(unsealed: Unsealed, region: RegionId, meta: Arc<dyn Meta>, rng: Arc<dyn Rng>) -> Result<Self> {
        let epochs = Arc::new(unsealed.epochs);
        let context = format!("region key of {region}");
        let region_key =
            load_or_make(&meta, &epochs, rng.as_ref(), &unsealed.root, REGION_KEY.to_vec(), &context).await?;
        Ok(Self { region, region_key, epochs, meta, rng, open: RwLock::default() })
    }

    /// The region whose keys these are.
    pub fn region(&self) -> &RegionId {
        &self.region
    }

    /// The account's key in this region.
    pub async fn account(&self, account: AccountId) -> Result<Arc<Key>> {
        if let Some(key) = self.open.read().unwrap_or_else(PoisonError::into_inner).get(&account) {
            return Ok(key.clone());
        }
        let mut name = ACCOUNT_KEY.to_vec();
        name.extend_from_slice(&account.get().to_be_bytes());
        let context = format!("account key of {account} in {}", self.region);
        let key = load_or_make(&self.meta, &self.epochs, self.rng.as_ref(), &self.region_key, name, &context).await?;
        let key = Arc::new(key);
        self.open.write().unwrap_or_else(PoisonError::into_inner).insert(account, key.clone());
        Ok(key)
    }

    /// Wraps a key under its parent, in the current epoch. `context` names its place.
    pub fn wrap(&self, parent: &Key, context: &[u8], key: &Key) -> Result<Wrapped> {
        wrap(&self.epochs, self.rng.as_ref(), parent, context, key)
    }

    /// Opens what [`wrap`](Self::wrap) made. `what` names it in the error.
    pub fn unwrap(&self, parent: &Key, context: &[u8], wrapped: &Wrapped, what: &str) -> Result<Key> {
        unwrap(&self.epochs, parent, context, wrapped).ok_or_else(|| Failure::corrupt(what))
    }
}

fn wrap(epochs: &Epochs, rng: &dyn Rng, parent: &Key, context: &[u8], key: &Key) -> Result<Wrapped> {
    let (epoch, epoch_key) = epochs.current().ok_or_else(|| Failure::internal("the seal has no epoch"))?;
    let wrapping = parent.derive("wrap", epoch_key.expose());
    Ok(Wrapped { epoch, sealed: crypto::seal(&wrapping, rng, context, key.expose()) })
}

fn unwrap(epochs: &Epochs, parent: &Key, context: &[u8], wrapped: &Wrapped) -> Option<Key> {
    let wrapping = parent.derive("wrap", epochs.keys.get(&wrapped.epoch)?.expose());
    let opened: Secret<Vec<u8>> = crypto::open_secret(&wrapping, context, &wrapped.sealed).ok()?;
    opened.expose().as_slice().try_into().ok().map(Key::from_bytes)
}

async fn load_or_make(
    meta: &Arc<dyn Meta>,
    epochs: &Epochs,
    rng: &dyn Rng,
    parent: &Key,
    name: Vec<u8>,
    context: &str,
) -> Result<Key> {
    loop {
        let stored = meta.snapshot().await?.get(Space::System, &name).await?;
        if let Some(bytes) = stored {
            let wrapped: Wrapped = rmp_serde::from_slice(&bytes).map_err(|_| Failure::corrupt(context))?;
            return unwrap(epochs, parent, context.as_bytes(), &wrapped).ok_or_else(|| Failure::corrupt(context));
        }
        let key = Key::random(rng);
        let wrapped = wrap(epochs, rng, parent, context.as_bytes(), &key)?;
        let value = Bytes::from(rmp_serde::to_vec_named(&wrapped).map_err(Failure::internal)?);
        let batch = Batch {
            checks: vec![Check::Value { space: Space::System, key: name.clone(), seen: None }],
            writes: vec![Write::Put { space: Space::System, key: name.clone(), value }],
            appends: Vec::new(),
        };
        match meta.commit(batch, Durability::Synced).await {
            Ok(_) => return Ok(key),
            // Someone else made it meanwhile: theirs counts.
            Err(MetaError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
