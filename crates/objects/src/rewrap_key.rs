//! Objects and uploads whose data key is under an older version of a tenant's key, when that key is rewrapped.

use crate::actions::REWRAP_OBJECTS;
use crate::encryption::{DataKey, Fresh, Inner, Place, Wrap};
use crate::ids::BucketId;
use crate::objects::Objects;
use crate::reader::changed;
use crate::rewrap::HoldsKey;
use crate::sse_kms::{KeyPlace, TenantKey};
use crate::tables::{OBJECTS, UPLOADS, VERSIONS};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use kms::{EncryptionContext, KeyRewrap, RewrapAdvance, RewrapFound, RewrapRef, RewrapStage};
use std::collections::BTreeMap;
use store::{Range, Store, Table, Txn, View};
use types::{AccountId, Action, BucketName, Failure, ObjectKey, Resource, Result, Service};

/// Records that are looked at, and at most changed, in one go.
const PAGE: usize = 64;

/// Brings data keys of objects or uploads under the primary version of their key, as a step of its rewrap.
pub struct RewrapObjects {
    /// The key.
    job: RewrapRef,
    /// Whose objects.
    owner: AccountId,
    /// The records.
    places: Vec<Vec<u8>>,
    /// Whether they are uploads, objects or versions.
    stage: RewrapStage,
    /// What the step means for the rewrap.
    advance: RewrapAdvance,
    ready: Vec<ReadyKey>,
}

/// A data key under the primary version, for a record whose data key is still the one it was.
struct ReadyKey {
    place: Vec<u8>,
    old: Vec<u8>,
    new: Vec<u8>,
}

impl RewrapObjects {
    /// Of these records.
    pub fn new(
        job: RewrapRef,
        owner: AccountId,
        places: Vec<Vec<u8>>,
        stage: RewrapStage,
        advance: RewrapAdvance,
    ) -> Self {
        Self { job, owner, places, stage, advance, ready: Vec::new() }
    }
}

/// The bucket of a record, by its place, and the object's key.
fn of_place<R: HoldsKey>(table: Table<R>, place: &[u8]) -> Result<(BucketId, ObjectKey)> {
    let damaged = || Failure::corrupt(table.what());
    let (bucket, rest) = place.split_at_checked(16).ok_or_else(damaged)?;
    Ok((BucketId::of(bucket).ok_or_else(damaged)?, R::key(rest).ok_or_else(damaged)?))
}

/// The names of an account's buckets.
type Names = BTreeMap<BucketId, BucketName>;

impl Objects {
    /// Looks for objects or uploads of an account that a rewrap has to change, from a place on and at about so many records.
    pub async fn find_under(
        &self,
        job: (&RewrapRef, &KeyRewrap),
        (owner, stage): (AccountId, RewrapStage),
        start: &[u8],
        budget: u64,
    ) -> Result<RewrapFound> {
        match stage {
            RewrapStage::Uploads => self.find_in(UPLOADS, job, owner, start, budget).await,
            RewrapStage::Objects => self.find_in(OBJECTS, job, owner, start, budget).await,
            RewrapStage::Versions => self.find_in(VERSIONS, job, owner, start, budget).await,
            RewrapStage::Secrets | RewrapStage::Next => Ok(RewrapFound::default()),
        }
    }

    async fn find_in<R: HoldsKey>(
        &self,
        table: Table<R>,
        (job, rewrap): (&RewrapRef, &KeyRewrap),
        owner: AccountId,
        start: &[u8],
        budget: u64,
    ) -> Result<RewrapFound> {
        let view = self.store.view().await?;
        let mut range = Range { start: start.to_vec(), ..Range::all(PAGE) };
        let mut found = RewrapFound::default();
        loop {
            let mut page = view.scan(table, owner, &range).await?;
            found.looked += page.len() as u64;
            for (place, record) in &mut page {
                if let Some(data_key) = record.data_key()
                    && let Some(kept) = self.tenants(&view, table, (owner, place), data_key, job).await?
                    && rewrap.concerns(&kept.ciphertext()?)
                {
                    found.places.push(place.clone());
                }
            }
            found.next = range.go_on(&page, |(place, _)| place).then(|| range.start.clone());
            if found.next.is_none() || !found.places.is_empty() || found.looked >= budget {
                return Ok(found);
            }
            tokio::task::yield_now().await;
        }
    }

    /// What the key service gave out for a record, if its data key is under the key that is rewrapped.
    async fn tenants<R: HoldsKey>(
        &self,
        view: &View,
        table: Table<R>,
        (owner, place): (AccountId, &[u8]),
        data_key: &DataKey,
        job: &RewrapRef,
    ) -> Result<Option<TenantKey>> {
        if !data_key.tenant_key().is_some_and(|kept| kept.is_under(job)) {
            return Ok(None);
        }
        let (bucket, key) = of_place(table, place)?;
        match self.taken_out(view, Place { account: owner, bucket: &bucket, key: &key }, data_key).await? {
            Inner::Tenant(kept) => Ok(Some(kept)),
            Inner::Own(_) => Ok(None),
        }
    }

    /// Asks the key service for the data keys that the records are to have.
    async fn ready_keys<R: HoldsKey>(
        &self,
        table: Table<R>,
        caller: &Caller,
        op: &RewrapObjects,
    ) -> Result<Vec<ReadyKey>> {
        let names: Names = self.buckets_of(op.owner).await?.into_iter().map(|(name, id)| (id, name)).collect();
        let view = self.store.view().await?;
        let (mut kept_as, mut asked) = (Vec::new(), Vec::new());
        for place in &op.places {
            let Some(mut record) = view.get(table, op.owner, place).await? else { continue };
            let Some(data_key) = record.data_key() else { continue };
            let kept = self.tenants(&view, table, (op.owner, place), data_key, &op.job).await?;
            let Some(kept) = kept else { continue };
            let context = self.context_of(table, &names, op.owner, place)?;
            kept_as.push((place.clone(), kept.ciphertext.clone()));
            asked.push((kept, context));
        }
        drop(view);
        let made = self.keys.rewrap(caller, &op.job, asked).await?;
        let pairs = kept_as.into_iter().zip(made);
        Ok(pairs.map(|((place, old), new)| ReadyKey { place, old, new }).collect())
    }

    fn context_of<R: HoldsKey>(
        &self,
        table: Table<R>,
        names: &Names,
        owner: AccountId,
        place: &[u8],
    ) -> Result<EncryptionContext> {
        let (bucket, key) = of_place(table, place)?;
        // A bucket that was made since is for the next try.
        let bucket = names.get(&bucket).ok_or_else(changed)?;
        KeyPlace { region: self.store.region(), owner, bucket, key: &key }.context()
    }

    /// Sets the data keys of the records whose data keys are still those that were looked at. They stay in their shards.
    async fn set_keys<R: HoldsKey>(&self, table: Table<R>, op: &RewrapObjects, txn: &mut Txn) -> Result<u64> {
        let mut rewrapped = 0;
        for ReadyKey { place, old, new } in &op.ready {
            let Some(mut record) = txn.get(table, op.owner, place).await? else { continue };
            let Some(data_key) = record.data_key() else { continue };
            let kept = self.tenants(txn.view(), table, (op.owner, place), data_key, &op.job).await?;
            let Some(kept) = kept.filter(|kept| kept.ciphertext == *old) else { continue };
            let kept = TenantKey { ciphertext: new.clone(), ..kept };
            self.keys.hold(txn, &kept).await?;
            *data_key = self.in_its_shard(txn.view(), table, (op.owner, place), data_key, kept).await?;
            txn.put(table, op.owner, place, &record).await?;
            rewrapped += 1;
        }
        Ok(rewrapped)
    }

    async fn in_its_shard<R: HoldsKey>(
        &self,
        view: &View,
        table: Table<R>,
        (owner, place): (AccountId, &[u8]),
        data_key: &DataKey,
        kept: TenantKey,
    ) -> Result<DataKey> {
        let id = data_key.id;
        let Some(shard) = data_key.shard() else { return Ok(DataKey { id, wrap: Wrap::Kms(kept) }) };
        let (bucket, key) = of_place(table, place)?;
        let shard_key = self.open_shard(view, owner, &bucket, shard).await?;
        let place = Place { account: owner, bucket: &bucket, key: &key };
        Ok(place.seal(self.store.rng().as_ref(), shard, &shard_key, &Fresh { id, inner: Inner::Tenant(kept) }))
    }
}

impl Operation for RewrapObjects {
    /// How many data keys were wrapped anew.
    type Output = u64;

    fn action(&self) -> Action {
        REWRAP_OBJECTS
    }

    fn audit(&self, audit: &mut Audit) {
        self.job.audit(audit);
        let kind = match self.stage {
            RewrapStage::Uploads => "Upload",
            RewrapStage::Versions => "ObjectVersion",
            RewrapStage::Objects | RewrapStage::Secrets | RewrapStage::Next => "Object",
        };
        audit.parameter("Kind", kind);
        audit.parameter("Records", self.places.len());
    }

    fn outcome(&self, output: &u64, audit: &mut Audit) {
        audit.answer("Rewrapped", *output);
    }
}

#[async_trait]
impl Run<RewrapObjects> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &RewrapObjects, caller: &Caller, _: &View) -> Result<Target> {
        caller.house_only()?;
        Ok(Target::one(op.action(), Resource::regional(Service::Oss, self.store.region(), op.owner, "*")))
    }

    /// The key service is asked outside the transaction, as by everyone who needs it.
    async fn prepare(&self, permit: &Permit<RewrapObjects>, op: &mut RewrapObjects) -> Result<()> {
        op.ready = match op.stage {
            RewrapStage::Uploads => self.ready_keys(UPLOADS, permit.caller(), op).await?,
            RewrapStage::Versions => self.ready_keys(VERSIONS, permit.caller(), op).await?,
            _ => self.ready_keys(OBJECTS, permit.caller(), op).await?,
        };
        Ok(())
    }

    /// Commit point: this transaction. Before it nothing has changed; after it these records are under the primary version,
    /// and the rewrap is behind them. A record that was changed or removed since it was looked at is left as it is: what
    /// came into its place under an older version was counted as late.
    async fn run(&self, permit: &Permit<RewrapObjects>, op: &RewrapObjects, txn: &mut Txn) -> Result<u64> {
        let rewrapped = match op.stage {
            RewrapStage::Uploads => self.set_keys(UPLOADS, op, txn).await?,
            RewrapStage::Versions => self.set_keys(VERSIONS, op, txn).await?,
            _ => self.set_keys(OBJECTS, op, txn).await?,
        };
        self.keys.advance(permit, txn, &op.job, &op.advance, rewrapped).await?;
        Ok(rewrapped)
    }
}
