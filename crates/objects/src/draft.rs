//! An object on its way in: what storing it whole, copying it and putting it together from parts have in common.

use crate::access::{Door, Found};
use crate::acl::Acl;
use crate::body::Body;
use crate::bucket::{Bucket, StorageClass};
use crate::checksum::{ChecksumScope, Checksums, Expected};
use crate::conditions::WriteConditions;
use crate::content::{Stored, keep};
use crate::encryption::{self, DataKey, Encryption, Fresh, Protection};
use crate::ids::ContentId;
use crate::ingest::{Intake, Taken};
use crate::lifecycle::Expiry;
use crate::object::{Headers, ObjectRecord};
use crate::objects::Objects;
use crate::release::Release;
use crate::retention::{Lock, settled};
use crate::tables::{OBJECTS, object_key};
use crate::tags::Tags;
use crate::version::{Version, VersionId, Versioning};
use iam::Caller;
use store::Txn;
use types::{ObjectKey, Reason, Result, Timestamp};

/// What is said of an object that is to be stored, besides its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// What the client says about it.
    pub headers: Headers,
    /// Its access control list; `None`: as the bucket.
    pub acl: Option<Acl>,
    /// How it is to be kept; `None`: as the bucket says.
    pub storage_class: Option<StorageClass>,
    /// What it is to be encrypted under; `None`: as the bucket says.
    pub encryption: Option<Encryption>,
    /// What it is to be marked with.
    pub tags: Tags,
    /// What is to keep it, besides what the bucket says.
    pub lock: Lock,
}

impl Draft {
    /// `bucket`: where it goes. `now`: the latest it may be.
    pub(crate) fn check(&self, bucket: &Bucket, now: Timestamp) -> Result<()> {
        self.headers.check()?;
        self.encryption.as_ref().map_or(Ok(()), encryption::check)?;
        self.lock.retention.map_or(Ok(()), |retention| retention.check(now))?;
        settled(self.lock, bucket.record.locking.as_ref(), now).map(|_| ())
    }

    pub(crate) fn encryption(&self, bucket: &Bucket) -> Encryption {
        encryption::resolve(self.encryption.as_ref(), bucket.record.encryption.as_ref())
    }
}

/// What came of storing an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its ETag, in lower-case hex without quotes.
    pub etag: String,
    /// Its CRC-64/XZ.
    pub crc64: u64,
    /// The other checksums kept of it.
    pub checksums: Checksums,
    /// What those are of.
    pub checksum_scope: ChecksumScope,
    /// What it is encrypted under.
    pub protection: Protection,
    /// When it was stored.
    pub modified: Timestamp,
    /// Bytes of its content.
    pub size: u64,
    /// Which version it is; `None` in a bucket that never kept versions.
    pub version: Option<VersionId>,
    /// Of a copy: the version it was made of, if the source's bucket keeps any.
    pub source_version: Option<VersionId>,
    /// When a lifecycle rule is going to delete it.
    pub expiry: Option<Expiry>,
}

impl Written {
    /// `versioning`: that of the bucket.
    pub(crate) fn new(record: &ObjectRecord, versioning: Versioning) -> Self {
        Self {
            etag: record.etag.clone(),
            crc64: record.crc64,
            checksums: record.checksums.clone(),
            checksum_scope: record.checksum_scope,
            protection: record.data_key.protection(),
            modified: record.modified,
            size: record.size,
            version: (!versioning.is_off()).then(|| record.version.id()),
            source_version: None,
            expiry: None,
        }
    }
}

/// An object whose content is taken in: all that is missing is the commit.
pub(crate) struct Ready {
    pub(crate) bucket: Bucket,
    draft: Draft,
    data_key: Fresh,
    taken: Taken,
}

impl Ready {
    /// Its record, with its data key as it is kept.
    fn record(&self, data_key: DataKey, now: Timestamp) -> ObjectRecord {
        let Self { bucket, draft, taken, .. } = self;
        ObjectRecord {
            size: taken.sums.len,
            etag: taken.sums.etag(),
            crc64: taken.sums.crc64,
            checksums: taken.sums.checksums(),
            checksum_scope: ChecksumScope::FullObject,
            headers: draft.headers.clone(),
            modified: now,
            owner: bucket.owner,
            acl: draft.acl,
            storage_class: draft.storage_class.unwrap_or(bucket.record.storage_class),
            data_key,
            stored: Stored::Whole(taken.segment),
            upload: None,
            tags: draft.tags.clone(),
            version: Version::default(),
            lock: draft.lock,
        }
    }
}

impl Objects {
    /// Takes in the content of an object stored whole.
    pub(crate) async fn make_ready(
        &self,
        caller: &Caller,
        found: &Found,
        key: &ObjectKey,
        draft: &Draft,
        expected: &Expected,
        body: &mut Body,
    ) -> Result<Ready> {
        let bucket = found.bucket.clone();
        draft.check(&bucket, self.retention_time.latest())?;
        if draft.acl.is_some() {
            self.may_list(&self.store.view().await?, bucket.owner, &bucket.record, draft.acl).await?;
        }
        // What could not be replaced in the end isn't worth taking in what would replace it.
        if let Some(object) = found.object.as_ref().filter(|_| bucket.record.versioning.is_off()) {
            Release::plain(&bucket.record).check(object, self.retention_time.earliest())?;
        }
        let id = ContentId::random(self.store.rng().as_ref());
        let (data_key, fresh) = self.new_key(caller, &bucket, key, id, &draft.encryption(&bucket)).await?;
        let context = bucket.place(key).content(&id, 0);
        let taken = self.take_in(body, Intake { key: &data_key, id, part: 0, context, expected }).await?;
        Ok(Ready { bucket, draft: draft.clone(), data_key: fresh, taken })
    }

    /// Names the object in the transaction.
    ///
    /// The commit of this transaction is the commit point of a put: before it, nobody sees the new content and its blob
    /// is an orphan; after it, everybody does, and the blob it replaced is on the list of the dropped.
    pub(crate) async fn put_ready(
        &self,
        txn: &mut Txn,
        key: &ObjectKey,
        ready: &Ready,
        conditions: &WriteConditions,
        door: Door,
    ) -> Result<Written> {
        let data_key = self.keep_key(txn, &ready.bucket, key, &ready.data_key).await?;
        let record = ready.record(data_key, self.now());
        let written = match self.install(txn, &ready.bucket, key, record, conditions, door).await {
            // The gate runs a transaction again only if its commit conflicts, so this content will not be asked for.
            Err(failure) if is_final(failure.reason()) => {
                self.discard(&ready.taken).await;
                return Err(failure);
            }
            other => other?,
        };
        keep(txn, &ready.bucket, &ready.taken.segment.id, ready.taken.inline.as_ref()).await?;
        Ok(written)
    }

    /// Sets the object record as what its key stands for. The one that it replaces is erased, or kept as a version.
    pub(crate) async fn install(
        &self,
        txn: &mut Txn,
        bucket: &Bucket,
        key: &ObjectKey,
        record: ObjectRecord,
        conditions: &WriteConditions,
        door: Door,
    ) -> Result<Written> {
        let standing = self.standing(txn, bucket, key).await?;
        self.check_door(txn, bucket.owner, &door).await?;
        door.check(&standing.held, standing.current.as_deref())?;
        self.may_list(txn.view(), bucket.owner, &standing.held, record.acl).await?;
        conditions.check(standing.current.as_deref(), standing.held.versioning)?;
        let latest = self.retention_time.latest();
        let lock = settled(record.lock, standing.held.locking.as_ref(), latest)?;
        // A bucket's retention policy counts from here, so a clock that was set back must not make it shorter.
        let modified = if standing.held.retention.is_some() { record.modified.max(latest) } else { record.modified };
        let record = ObjectRecord { version: self.make_room(txn, &standing).await?, lock, modified, ..record };
        txn.put(OBJECTS, bucket.owner, &object_key(&bucket.record.id, key), &record).await?;
        let expiry = self.expiry(txn.view(), bucket, key, &record).await?;
        Ok(Written { expiry, ..Written::new(&record, standing.held.versioning) })
    }
}

/// Whether the very content that was taken in can be of no use any more.
pub(crate) const fn is_final(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::PreconditionFailed
            | Reason::ObjectExists
            | Reason::ObjectNotFound
            | Reason::BucketNotFound
            | Reason::UploadNotFound
            | Reason::Contended
            | Reason::AccessDenied
            | Reason::ObjectRetained
            | Reason::ObjectLockMissing
    )
}
