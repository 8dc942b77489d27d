use crate::meta::{Batch, Check, Durability, Meta, MetaError, Snapshot, Space, Write};
use crate::unsealed::Unsealed;
use bytes::Bytes;
use crypto::Key;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use types::{AccountId, Failure, RegionId, Result, Rng};

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

impl Wrapped {
    pub(crate) fn read(bytes: &[u8], what: &str) -> Result<Self> {
        rmp_serde::from_slice(bytes).map_err(|_| Failure::corrupt(what))
    }

    pub(crate) fn write(&self) -> Result<Bytes> {
        Ok(rmp_serde::to_vec_named(self).map_err(Failure::internal)?.into())
    }
}

/// The chain from the root key down to each account's key, for one region.
///
/// seal → root key → region key → account key. Account keys are made on first use, kept wrapped in [`Space::System`],
/// and cached open in memory.
///
/// The epoch of the region key's own wrap is the one the store is in: whoever wraps has read it in the same snapshot and
/// commits only if it is unchanged ([`Txn::wrap`](crate::Txn::wrap)). So once the region key is wrapped anew, nothing can
/// come into the store that is wrapped in an earlier epoch.
pub struct Keyring {
    region: RegionId,
    region_key: Key,
    unsealed: Unsealed,
    meta: Arc<dyn Meta>,
    rng: Arc<dyn Rng>,
    open: RwLock<HashMap<AccountId, Arc<Key>>>,
}

pub(crate) const REGION_KEY: &[u8] = b"region-key";
pub(crate) const ACCOUNT_KEY: &[u8] = b"account-key/";

/// What a store without a region key's record is: its first start made one.
const NO_REGION_KEY: &str = "the region key";

impl Keyring {
    /// Opens the region's key with what the seal gave, making it on the first start. `Err` with reason `Corrupt` if the
    /// stored key does not open: another seal, or damage.
    pub async fn open(unsealed: Unsealed, region: RegionId, meta: Arc<dyn Meta>, rng: Arc<dyn Rng>) -> Result<Self> {
        let region_key = load_region_key(&unsealed, &region, &meta, rng.as_ref()).await?;
        Ok(Self { region, region_key, unsealed, meta, rng, open: RwLock::default() })
    }

    /// The region whose keys these are.
    pub fn region(&self) -> &RegionId {
        &self.region
    }

    /// What the seal gave.
    pub fn unsealed(&self) -> &Unsealed {
        &self.unsealed
    }

    /// The account's key in this region.
    pub async fn account(&self, account: AccountId) -> Result<Arc<Key>> {
        if let Some(key) = self.open.read().unwrap_or_else(PoisonError::into_inner).get(&account) {
            return Ok(key.clone());
        }
        let key = Arc::new(self.load_account_key(account).await?);
        self.open.write().unwrap_or_else(PoisonError::into_inner).insert(account, key.clone());
        Ok(key)
    }

    /// Opens what [`Txn::wrap`](crate::Txn::wrap) made. `what` names it in the error.
    pub fn unwrap(&self, parent: &Key, context: &[u8], wrapped: &Wrapped, what: &str) -> Result<Key> {
        let Some(wrapping) = self.unsealed.wrapping(parent, wrapped.epoch) else {
            let text = format!("{what}, whose erasure epoch {} has ended", wrapped.epoch);
            return Err(Failure::corrupt(text));
        };
        open_with(&wrapping, context, wrapped).ok_or_else(|| Failure::corrupt(what))
    }

    /// Wraps in the epoch that a store was seen to be in.
    pub(crate) fn wrap_in(&self, epoch: u32, parent: &Key, context: &[u8], key: &Key) -> Result<Wrapped> {
        let wrapping = self.unsealed.wrapping(parent, epoch).ok_or_else(|| ended(epoch))?;
        Ok(seal_with(&wrapping, self.rng.as_ref(), epoch, context, key))
    }

    /// The same key wrapped in another epoch. `what` names it in the error.
    pub(crate) fn rewrap_in(
        &self,
        epoch: u32,
        parent: &Key,
        context: &[u8],
        wrapped: &Wrapped,
        what: &str,
    ) -> Result<Wrapped> {
        self.wrap_in(epoch, parent, context, &self.unwrap(parent, context, wrapped, what)?)
    }

    /// The region key's record as a snapshot has it, and the epoch that the store is in by it.
    pub(crate) async fn state(&self, snapshot: &dyn Snapshot) -> Result<(Bytes, Wrapped)> {
        let found = snapshot.get(Space::System, REGION_KEY).await?;
        let bytes = found.ok_or_else(|| Failure::corrupt(NO_REGION_KEY))?;
        let wrapped = Wrapped::read(&bytes, NO_REGION_KEY)?;
        Ok((bytes, wrapped))
    }

    /// The region key, wrapped under the newest root key in the newest epoch.
    pub(crate) fn region_key_anew(&self) -> Result<Wrapped> {
        let epoch = self.unsealed.newest().ok_or_else(|| Failure::internal("the seal has no epoch"))?;
        let wrapping = self.unsealed.root_wrapping(epoch).ok_or_else(|| ended(epoch))?;
        Ok(seal_with(&wrapping, self.rng.as_ref(), epoch, region_context(&self.region).as_bytes(), &self.region_key))
    }

    /// Whether a region key's record is wrapped under the newest root key.
    pub(crate) fn is_under_newest_root(&self, wrapped: &Wrapped) -> bool {
        let wrapping = self.unsealed.root_wrapping(wrapped.epoch);
        wrapping.is_some_and(|key| open_with(&key, region_context(&self.region).as_bytes(), wrapped).is_some())
    }

    /// An account's key as a record has it, and the same wrapped in another epoch.
    pub(crate) fn account_key_in(&self, epoch: u32, account: AccountId, wrapped: &Wrapped) -> Result<Wrapped> {
        let context = self.account_context(account);
        self.rewrap_in(epoch, &self.region_key, context.as_bytes(), wrapped, &context)
    }

    fn account_context(&self, account: AccountId) -> String {
        format!("account key of {account} in {}", self.region)
    }

    async fn load_account_key(&self, account: AccountId) -> Result<Key> {
        let name = [ACCOUNT_KEY, &account.get().to_be_bytes()].concat();
        let context = self.account_context(account);
        loop {
            let snapshot = self.meta.snapshot().await?;
            if let Some(bytes) = snapshot.get(Space::System, &name).await? {
                let wrapped = Wrapped::read(&bytes, &context)?;
                return self.unwrap(&self.region_key, context.as_bytes(), &wrapped, &context);
            }
            let (seen, state) = self.state(snapshot.as_ref()).await?;
            let key = Key::random(self.rng.as_ref());
            let wrapped = self.wrap_in(state.epoch, &self.region_key, context.as_bytes(), &key)?;
            let mut batch = made(&name, &wrapped)?;
            batch.checks.push(unchanged(seen));
            if commit(&self.meta, batch).await? {
                return Ok(key);
            }
        }
    }
}

/// That the store is still in the epoch it was seen to be in.
pub(crate) fn unchanged(region_key: Bytes) -> Check {
    Check::Value { space: Space::System, key: REGION_KEY.to_vec(), seen: Some(region_key) }
}

fn ended(epoch: u32) -> Failure {
    Failure::internal(format!("the seal has no key for epoch {epoch}"))
}

fn region_context(region: &RegionId) -> String {
    format!("region key of {region}")
}

fn seal_with(wrapping: &Key, rng: &dyn Rng, epoch: u32, context: &[u8], key: &Key) -> Wrapped {
    Wrapped { epoch, sealed: crypto::seal_key(wrapping, rng, context, key) }
}

fn open_with(wrapping: &Key, context: &[u8], wrapped: &Wrapped) -> Option<Key> {
    crypto::open_key(wrapping, context, &wrapped.sealed).ok()
}

async fn load_region_key(unsealed: &Unsealed, region: &RegionId, meta: &Arc<dyn Meta>, rng: &dyn Rng) -> Result<Key> {
    let context = region_context(region);
    loop {
        if let Some(bytes) = meta.snapshot().await?.get(Space::System, REGION_KEY).await? {
            let wrapped = Wrapped::read(&bytes, &context)?;
            let wrappings = unsealed.root_wrappings(wrapped.epoch);
            let opened = wrappings.iter().find_map(|key| open_with(key, context.as_bytes(), &wrapped));
            return opened.ok_or_else(|| Failure::corrupt(context));
        }
        let key = Key::random(rng);
        let epoch = unsealed.newest().ok_or_else(|| Failure::internal("the seal has no epoch"))?;
        let wrapping = unsealed.root_wrapping(epoch).ok_or_else(|| ended(epoch))?;
        let wrapped = seal_with(&wrapping, rng, epoch, context.as_bytes(), &key);
        if commit(meta, made(REGION_KEY, &wrapped)?).await? {
            return Ok(key);
        }
    }
}

/// What makes a key's record where none was.
fn made(name: &[u8], wrapped: &Wrapped) -> Result<Batch> {
    let (space, key) = (Space::System, name.to_vec());
    Ok(Batch {
        checks: vec![Check::Value { space, key: key.clone(), seen: None }],
        writes: vec![Write::Put { space, key, value: wrapped.write()? }],
        appends: Vec::new(),
    })
}

/// Whether it was committed. If not, somebody else was first: theirs counts.
async fn commit(meta: &Arc<dyn Meta>, batch: Batch) -> Result<bool> {
    match meta.commit(batch, Durability::Synced).await {
        Ok(_) => Ok(true),
        Err(MetaError::Conflict) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
