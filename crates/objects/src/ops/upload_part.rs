use crate::access::{Door, audit_object, no_bucket};
use crate::actions::PUT_OBJECT;
use crate::body::Body;
use crate::bucket::Bucket;
use crate::checksum::{Checksums, Expected};
use crate::content::{drop_segment, keep};
use crate::draft::is_final;
use crate::encryption::Protection;
use crate::ids::ContentId;
use crate::ingest::{Intake, Taken};
use crate::objects::Objects;
use crate::slot::{Slot, skipped};
use crate::tables::{OBJECTS, PARTS, UPLOADS, object_key, part_key, upload_key};
use crate::upload::{PartRecord, UploadRecord};
use crate::version::VersionId;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, Failure, ObjectKey, Reason, Result, Timestamp, UploadId, limits};

/// Stores one part of an object, in place of the one of the same number.
pub struct UploadPart {
    /// In which bucket.
    pub bucket: BucketName,
    /// Of the object under which key.
    pub key: ObjectKey,
    /// In which upload.
    pub upload: UploadId,
    /// Its number, from 1 to [`limits::PARTS`].
    pub number: u32,
    /// Its content.
    pub body: Body,
    /// What the content must turn out to be.
    pub expected: Expected,
    found: Slot<FoundUpload>,
    taken: Option<Taken>,
}

impl UploadPart {
    /// A part, with nothing else said.
    pub fn new(bucket: BucketName, key: ObjectKey, upload: UploadId, number: u32, body: Body) -> Self {
        let expected = Expected::default();
        Self { bucket, key, upload, number, body, expected, found: Slot::default(), taken: None }
    }
}

/// What came of storing a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartWritten {
    /// Its ETag, in lower-case hex without quotes.
    pub etag: String,
    /// Its CRC-64/XZ.
    pub crc64: u64,
    /// The other checksums kept of it.
    pub checksums: Checksums,
    /// What the object is encrypted under.
    pub protection: Protection,
    /// When it was stored.
    pub modified: Timestamp,
    /// Of a copy: the version it was made of, if the source's bucket keeps any.
    pub source_version: Option<VersionId>,
}

/// An upload that was looked for.
pub(crate) struct FoundUpload {
    pub(crate) bucket: Bucket,
    pub(crate) id: ContentId,
    pub(crate) upload: Option<UploadRecord>,
}

impl FoundUpload {
    pub(crate) fn existing(&self) -> Result<&UploadRecord> {
        self.upload.as_ref().ok_or_else(no_upload)
    }
}

pub(crate) fn no_upload() -> Failure {
    Failure::of(Reason::UploadNotFound)
}

impl Objects {
    pub(crate) async fn found_upload(
        &self,
        view: &View,
        bucket: &BucketName,
        key: &ObjectKey,
        upload: &UploadId,
    ) -> Result<FoundUpload> {
        let bucket = self.bucket(view, bucket).await?;
        let id = ContentId::of_upload(upload)?;
        let upload = view.get(UPLOADS, bucket.owner, &upload_key(&bucket.record.id, key, &id)).await?;
        Ok(FoundUpload { bucket, id, upload })
    }

    /// What storing a part needs, and the upload it belongs to.
    pub(crate) async fn part_target(
        &self,
        view: &View,
        bucket: &BucketName,
        key: &ObjectKey,
        upload: &UploadId,
    ) -> Result<(Target, FoundUpload)> {
        let found = self.found_upload(view, bucket, key, upload).await?;
        let open = self.found(view, bucket, key).await?.acl().opens_writing();
        let target = self.object_target(view, &found.bucket, key, PUT_OBJECT, open).await?;
        Ok((target, found))
    }

    /// Takes in the content of a part, sealed with the upload's data key.
    pub(crate) async fn take_part(
        &self,
        caller: &Caller,
        found: &FoundUpload,
        key: &ObjectKey,
        number: u32,
        body: &mut Body,
        expected: &mut Expected,
    ) -> Result<Taken> {
        if !(1..=limits::PARTS).contains(&number) {
            return Err(Failure::invalid("partNumber", format!("1 to {}", limits::PARTS)));
        }
        let upload = found.existing()?;
        expected.compute.extend(upload.checksum.map(|(kind, _)| kind));
        let view = self.store.view().await?;
        let data_key = self.open_key(caller, &view, &found.bucket, key, &upload.data_key).await?;
        drop(view);
        let id = ContentId::random(self.store.rng().as_ref());
        let context = found.bucket.place(key).content(&id, number);
        self.take_in(body, Intake { key: &data_key, id, part: number, context, expected }).await
    }

    /// Names a part in the transaction. Its commit is the commit point, as of a put.
    pub(crate) async fn put_part(
        &self,
        txn: &mut Txn,
        found: &FoundUpload,
        key: &ObjectKey,
        taken: &Taken,
        door: Door,
    ) -> Result<PartWritten> {
        let upload = match self.hold_open_upload(txn, found, key, door).await {
            Err(failure) if is_final(failure.reason()) => {
                self.discard(taken).await;
                return Err(failure);
            }
            other => other?,
        };
        let place = part_key(&found.id, taken.segment.part);
        if let Some(old) = txn.get(PARTS, found.bucket.owner, &place).await? {
            drop_segment(txn, found.bucket.owner, &old.segment, self.now()).await?;
        }
        let part = PartRecord {
            segment: taken.segment,
            etag: taken.sums.etag(),
            crc64: taken.sums.crc64,
            checksums: taken.sums.checksums(),
            modified: self.now(),
        };
        keep(txn, &found.bucket, &taken.segment.id, taken.inline.as_ref()).await?;
        txn.put(PARTS, found.bucket.owner, &place, &part).await?;
        let protection = upload.data_key.protection();
        let PartRecord { segment: _, etag, crc64, checksums, modified } = part;
        Ok(PartWritten { etag, crc64, checksums, protection, modified, source_version: None })
    }

    /// The upload, into which its caller may still write.
    async fn hold_open_upload(
        &self,
        txn: &mut Txn,
        found: &FoundUpload,
        key: &ObjectKey,
        door: Door,
    ) -> Result<UploadRecord> {
        if let Door::Open(_) = door {
            let bucket = self.hold(txn, &found.bucket).await?;
            let object = txn.get(OBJECTS, found.bucket.owner, &object_key(&bucket.id, key)).await?;
            self.check_door(txn, found.bucket.owner, &door).await?;
            door.check(&bucket, object.as_ref())?;
        }
        self.hold_upload(txn, found, key).await
    }

    /// The upload, which must still be there when the transaction commits.
    pub(crate) async fn hold_upload(
        &self,
        txn: &mut Txn,
        found: &FoundUpload,
        key: &ObjectKey,
    ) -> Result<UploadRecord> {
        let place = upload_key(&found.bucket.record.id, key, &found.id);
        txn.get(UPLOADS, found.bucket.owner, &place).await?.ok_or_else(no_upload)
    }

    /// The upload of an operation that was decided.
    pub(crate) async fn permitted_upload<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        view: &View,
        bucket: &BucketName,
        key: &ObjectKey,
        upload: &UploadId,
    ) -> Result<FoundUpload> {
        let found = self.found_upload(view, bucket, key, upload).await?;
        if permit.target().owner == Some(found.bucket.owner) { Ok(found) } else { Err(no_bucket(bucket)) }
    }
}

impl Operation for UploadPart {
    type Output = PartWritten;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        PUT_OBJECT
    }

    fn audit(&self, audit: &mut Audit) {
        audit_object(audit, &self.bucket, &self.key);
        audit.parameter("uploadId", self.upload.as_str());
        audit.parameter("partNumber", self.number);
        audit.optional("contentLength", self.body.length());
    }

    fn outcome(&self, output: &PartWritten, audit: &mut Audit) {
        audit.answer("etag", output.etag.as_str());
    }
}

#[async_trait]
impl Run<UploadPart> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &UploadPart, _: &Caller, view: &View) -> Result<Target> {
        let (target, found) = self.part_target(view, &op.bucket, &op.key, &op.upload).await?;
        op.found.set(found);
        Ok(target)
    }

    async fn prepare(&self, permit: &Permit<UploadPart>, op: &mut UploadPart) -> Result<()> {
        let found = op.found.get().ok_or_else(skipped)?;
        let UploadPart { key, number, body, expected, .. } = op;
        op.taken = Some(self.take_part(permit.caller(), &found, key, *number, body, expected).await?);
        Ok(())
    }

    async fn run(&self, permit: &Permit<UploadPart>, op: &UploadPart, txn: &mut Txn) -> Result<PartWritten> {
        let found = op.found.get().ok_or_else(skipped)?;
        self.put_part(txn, &found, &op.key, op.taken.as_ref().ok_or_else(skipped)?, Door::of(permit)).await
    }
}
