//! Versions of objects: found, set aside, brought back, erased.
//!
//! What a key stands for lies in [`OBJECTS`], as it does in a bucket that keeps no versions; if it was deleted, nothing does.
//! Everything else lies in [`VERSIONS`], delete markers among it. So the order of the newest of a key is that of its current
//! object, or else of the first record of its versions, which is a delete marker then.

use crate::bucket::{Bucket, BucketRecord};
use crate::content::drop_stored;
use crate::encryption::{DataKey, Fresh, Inner};
use crate::object::ObjectRecord;
use crate::objects::Objects;
use crate::release::Release;
use crate::shard::ShardState;
use crate::tables::{NULLS, OBJECTS, SHARDS, VERSIONS, object_key, shard_key};
use crate::version::{
    MarkerRecord, NullRecord, Version, VersionId, VersionRecord, Versioning, version_key, versions_prefix,
};
use std::sync::Arc;
use store::{Range, Record, Table, Txn, View};
use types::{AccountId, ObjectKey, Reason, Result};

/// Reads that need not hold, or that must until a transaction commits.
pub(crate) enum Eyes<'t> {
    Look(&'t View),
    Hold(&'t mut Txn),
}

impl Eyes<'_> {
    async fn get<R: Record>(&mut self, table: Table<R>, account: AccountId, suffix: &[u8]) -> Result<Option<R>> {
        match self {
            Self::Look(view) => view.get(table, account, suffix).await,
            Self::Hold(txn) => txn.get(table, account, suffix).await,
        }
    }

    async fn scan<R: Record>(
        &mut self,
        table: Table<R>,
        account: AccountId,
        range: &Range,
    ) -> Result<Vec<(Vec<u8>, R)>> {
        match self {
            Self::Look(view) => view.scan(table, account, range).await,
            Self::Hold(txn) => txn.scan(table, account, range).await,
        }
    }
}

/// A version that was looked for, by where it lies.
pub(crate) enum Located {
    /// It is what its key stands for.
    Current(Box<ObjectRecord>),
    /// It is set aside.
    Aside(VersionRecord),
}

impl Bucket {
    /// A version by its id.
    pub(crate) async fn locate(&self, mut eyes: Eyes<'_>, key: &ObjectKey, id: VersionId) -> Result<Option<Located>> {
        let bucket = &self.record.id;
        let current = eyes.get(OBJECTS, self.owner, &object_key(bucket, key)).await?;
        if let Some(current) = current.filter(|current| current.version.id() == id) {
            return Ok(Some(Located::Current(Box::new(current))));
        }
        let order = match id {
            VersionId::Kept { order, .. } => order,
            VersionId::Null => match eyes.get(NULLS, self.owner, &object_key(bucket, key)).await? {
                Some(null) => null.order,
                None => return Ok(None),
            },
        };
        let aside = eyes.get(VERSIONS, self.owner, &version_key(bucket, key, order)).await?;
        Ok(aside.filter(|aside| aside.version().id() == id).map(Located::Aside))
    }

    /// The newest versions of a key that are set aside.
    pub(crate) async fn newest_aside(
        &self,
        mut eyes: Eyes<'_>,
        key: &ObjectKey,
        most: usize,
    ) -> Result<Vec<VersionRecord>> {
        let range = Range::prefix(&versions_prefix(&self.record.id, key), most);
        let found = eyes.scan(VERSIONS, self.owner, &range).await?;
        Ok(found.into_iter().map(|(_, record)| record).collect())
    }

    /// The delete marker that a key stands for. Only for a key that has no current object.
    pub(crate) async fn current_marker(&self, view: &View, key: &ObjectKey) -> Result<Option<Version>> {
        if self.record.versioning.is_off() {
            return Ok(None);
        }
        let newest = self.newest_aside(Eyes::Look(view), key, 1).await?;
        Ok(newest.first().map(VersionRecord::version))
    }
}

/// What a key stands for, where it is about to stand for something else. All of it is held by the transaction.
pub(crate) struct Standing<'b> {
    pub(crate) bucket: &'b Bucket,
    pub(crate) key: &'b ObjectKey,
    pub(crate) current: Option<Arc<ObjectRecord>>,
    /// The bucket's settings.
    pub(crate) held: Arc<BucketRecord>,
}

impl Objects {
    /// Makes room for a new version, which is what its key will stand for, and says which version it is. What is to be
    /// replaced by it is erased; everything else is kept.
    pub(crate) async fn make_room(&self, txn: &mut Txn, standing: &Standing<'_>) -> Result<Version> {
        let Standing { bucket, key, current, held } = standing;
        let versioning = held.versioning;
        if versioning.is_off() {
            if let Some(current) = current {
                self.erase(txn, bucket, current, &standing.release()).await?;
            }
            return Ok(Version::default());
        }
        let newest = match current {
            Some(current) => Some(current.version),
            None => self.newest_order(txn, bucket, key).await?,
        };
        let order = newest.map_or(0, |newest| newest.order).saturating_add(1);
        if versioning == Versioning::Suspended {
            self.erase_null(txn, standing).await?;
        }
        if let Some(current) = current
            && (versioning == Versioning::Enabled || !current.version.is_null())
        {
            self.set_aside(txn, bucket, key, current).await?;
        }
        Ok(Version::new(order, versioning, self.store.rng().as_ref()))
    }

    async fn newest_order(&self, txn: &mut Txn, bucket: &Bucket, key: &ObjectKey) -> Result<Option<Version>> {
        let newest = bucket.newest_aside(Eyes::Hold(txn), key, 1).await?;
        Ok(newest.first().map(VersionRecord::version))
    }

    /// Erases the null version, wherever it is.
    async fn erase_null(&self, txn: &mut Txn, standing: &Standing<'_>) -> Result<()> {
        let Standing { bucket, key, current, .. } = standing;
        if let Some(current) = current.as_ref().filter(|current| current.version.is_null()) {
            return self.erase(txn, bucket, current, &standing.release()).await;
        }
        let place = object_key(&bucket.record.id, key);
        let Some(NullRecord { order }) = txn.get(NULLS, bucket.owner, &place).await? else { return Ok(()) };
        let aside = txn.get(VERSIONS, bucket.owner, &version_key(&bucket.record.id, key, order)).await?;
        if let Some(aside) = aside {
            self.remove_aside(txn, bucket, key, &aside, &standing.release()).await?;
        }
        Ok(())
    }

    /// Keeps what a key stood for as a version that it does not stand for any more.
    async fn set_aside(&self, txn: &mut Txn, bucket: &Bucket, key: &ObjectKey, object: &ObjectRecord) -> Result<()> {
        let data_key = self.carried(txn, bucket, key, &object.data_key).await?;
        let aside = VersionRecord::Object(Box::new(ObjectRecord { data_key, ..object.clone() }));
        self.put_aside(txn, bucket, key, &aside).await
    }

    async fn put_aside(&self, txn: &mut Txn, bucket: &Bucket, key: &ObjectKey, aside: &VersionRecord) -> Result<()> {
        let (id, version) = (&bucket.record.id, aside.version());
        if version.is_null() {
            txn.put(NULLS, bucket.owner, &object_key(id, key), &NullRecord { order: version.order }).await?;
        }
        txn.put(VERSIONS, bucket.owner, &version_key(id, key, version.order), aside).await
    }

    /// Lets a key stand for nothing, and says so by a delete marker.
    pub(crate) async fn mark_deleted(&self, txn: &mut Txn, standing: &Standing<'_>) -> Result<Version> {
        let version = self.make_room(txn, standing).await?;
        let Standing { bucket, key, .. } = standing;
        let marker = MarkerRecord { version, modified: self.now(), owner: bucket.owner };
        txn.delete(OBJECTS, bucket.owner, &object_key(&bucket.record.id, key));
        self.put_aside(txn, bucket, key, &VersionRecord::Marker(marker)).await?;
        Ok(version)
    }

    /// Erases one version. If its key stood for it, it stands for the one before from then on.
    pub(crate) async fn remove_version(
        &self,
        txn: &mut Txn,
        bucket: &Bucket,
        key: &ObjectKey,
        located: &Located,
        release: &Release<'_>,
    ) -> Result<()> {
        match located {
            Located::Current(object) => {
                self.erase(txn, bucket, object, release).await?;
                let before = bucket.newest_aside(Eyes::Hold(txn), key, 1).await?;
                if !self.bring_back(txn, bucket, key, before.first()).await? {
                    txn.delete(OBJECTS, bucket.owner, &object_key(&bucket.record.id, key));
                }
            }
            Located::Aside(aside) => {
                self.remove_aside(txn, bucket, key, aside, release).await?;
                let newest = bucket.newest_aside(Eyes::Hold(txn), key, 2).await?;
                let current = txn.get(OBJECTS, bucket.owner, &object_key(&bucket.record.id, key)).await?;
                let stood = newest.first().is_some_and(|newest| newest.version() == aside.version());
                if current.is_none() && stood {
                    self.bring_back(txn, bucket, key, newest.get(1)).await?;
                }
            }
        }
        Ok(())
    }

    /// Lets a key stand for a version that was set aside; not for a delete marker, which lies where it is.
    async fn bring_back(
        &self,
        txn: &mut Txn,
        bucket: &Bucket,
        key: &ObjectKey,
        aside: Option<&VersionRecord>,
    ) -> Result<bool> {
        let Some(VersionRecord::Object(object)) = aside else { return Ok(false) };
        let data_key = self.carried(txn, bucket, key, &object.data_key).await?;
        let current = ObjectRecord { data_key, ..ObjectRecord::clone(object) };
        txn.put(OBJECTS, bucket.owner, &object_key(&bucket.record.id, key), &current).await?;
        self.unlist(txn, bucket, key, object.version);
        Ok(true)
    }

    async fn remove_aside(
        &self,
        txn: &mut Txn,
        bucket: &Bucket,
        key: &ObjectKey,
        aside: &VersionRecord,
        release: &Release<'_>,
    ) -> Result<()> {
        if let VersionRecord::Object(object) = aside {
            self.erase(txn, bucket, object, release).await?;
        }
        self.unlist(txn, bucket, key, aside.version());
        Ok(())
    }

    /// Takes away the record of a version that is not set aside any more.
    fn unlist(&self, txn: &mut Txn, bucket: &Bucket, key: &ObjectKey, version: Version) {
        let id = &bucket.record.id;
        txn.delete(VERSIONS, bucket.owner, &version_key(id, key, version.order));
        if version.is_null() {
            txn.delete(NULLS, bucket.owner, &object_key(id, key));
        }
    }

    /// Stops naming the content of a version, and its data key with it. The only way in which either goes; so this is where
    /// it is asked whether it may.
    pub(crate) async fn erase(
        &self,
        txn: &mut Txn,
        bucket: &Bucket,
        object: &ObjectRecord,
        release: &Release<'_>,
    ) -> Result<()> {
        release.check(object, self.retention_time.earliest())?;
        drop_stored(txn, bucket.owner, &object.stored, self.now()).await?;
        self.note_erased(txn, bucket, &object.data_key).await
    }

    /// The data key of a record that goes from one table to the other. Who walks through both, to move data keys out of a
    /// shard or under another version of a tenant's key, may meet the record in neither; so it does not go with a data key
    /// that such a walk is about. A shard retires in a transaction that conflicts with this look at it; and a data key that
    /// is under an old version counts as one that came late.
    async fn carried(&self, txn: &mut Txn, bucket: &Bucket, key: &ObjectKey, kept: &DataKey) -> Result<DataKey> {
        let (owner, id) = (bucket.owner, &bucket.record.id);
        let living = match kept.shard() {
            Some(shard) => txn.shared(SHARDS, owner, &shard_key(id, &shard)).await?,
            None => None,
        };
        let stays = living.is_some_and(|shard| shard.state == ShardState::Open);
        if stays && kept.tenant_key().is_none() {
            return Ok(kept.clone());
        }
        let inner = self.taken_out(txn.view(), bucket.place(key), kept).await?;
        if let Inner::Tenant(tenants) = &inner {
            match self.keys.hold(txn, tenants).await {
                // A key that is gone is not rewrapped.
                Err(failure) if failure.reason() == Reason::KeyNotFound => {}
                other => other?,
            }
        }
        if stays {
            return Ok(kept.clone());
        }
        let (shard, shard_key) = self.hold_shard(txn, owner, id).await?;
        Ok(bucket.place(key).seal(self.store.rng().as_ref(), shard, &shard_key, &Fresh { id: kept.id, inner }))
    }

    /// Changes what is said of an object, or of one of its versions, and leaves it where it lies.
    pub(crate) async fn amend(
        &self,
        txn: &mut Txn,
        bucket: &Bucket,
        place: (&ObjectKey, Option<VersionId>),
        change: impl FnOnce(&mut ObjectRecord) + Send,
    ) -> Result<Option<VersionId>> {
        let change = |object: &mut ObjectRecord| {
            change(object);
            Ok(())
        };
        self.try_amend(txn, bucket, place, change).await
    }

    /// The same, with a change that may be refused.
    pub(crate) async fn try_amend(
        &self,
        txn: &mut Txn,
        bucket: &Bucket,
        (key, version): (&ObjectKey, Option<VersionId>),
        change: impl FnOnce(&mut ObjectRecord) -> Result<()> + Send,
    ) -> Result<Option<VersionId>> {
        let id = &bucket.record.id;
        let located = match version {
            None => {
                let current = txn.get(OBJECTS, bucket.owner, &object_key(id, key)).await?;
                current.map(|current| Located::Current(Box::new(current)))
            }
            Some(version) => bucket.locate(Eyes::Hold(txn), key, version).await?,
        };
        let amended = match located {
            Some(Located::Current(mut object)) => {
                change(&mut object)?;
                txn.put(OBJECTS, bucket.owner, &object_key(id, key), &object).await?;
                object.version.id()
            }
            Some(Located::Aside(VersionRecord::Object(mut object))) => {
                change(&mut object)?;
                let (kept, place) = (object.version.id(), version_key(id, key, object.version.order));
                txn.put(VERSIONS, bucket.owner, &place, &VersionRecord::Object(object)).await?;
                kept
            }
            Some(Located::Aside(VersionRecord::Marker(_))) | None => {
                let found = self.found_version(txn.view(), &bucket.name, key, version).await?;
                // There is none, and this says how. One that came meanwhile comes into conflict with this transaction.
                found.existing(key)?.version.id()
            }
        };
        Ok((!bucket.record.versioning.is_off()).then_some(amended))
    }

    /// What a key stands for in a bucket that is still there, held by the transaction.
    pub(crate) async fn standing<'b>(
        &self,
        txn: &mut Txn,
        bucket: &'b Bucket,
        key: &'b ObjectKey,
    ) -> Result<Standing<'b>> {
        let held = self.hold(txn, bucket).await?;
        let current = txn.shared(OBJECTS, bucket.owner, &object_key(&held.id, key)).await?;
        Ok(Standing { bucket, key, current, held })
    }
}
