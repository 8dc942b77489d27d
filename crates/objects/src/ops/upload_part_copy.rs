use crate::access::{Door, audit_object};
use crate::actions::PUT_OBJECT;
use crate::body::Body;
use crate::checksum::Expected;
use crate::conditions::ReadConditions;
use crate::ingest::Taken;
use crate::objects::Objects;
use crate::ops::upload_part::{FoundUpload, PartWritten};
use crate::range::ByteRange;
use crate::slot::{Slot, skipped};
use crate::version::VersionId;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, ObjectKey, Result, UploadId};

/// Stores one part of an object as a copy of another object, or of a range of it.
pub struct UploadPartCopy {
    /// The bucket to copy from.
    pub source_bucket: BucketName,
    /// The key to copy from.
    pub source_key: ObjectKey,
    /// Which version of it; `None`: the one that its key stands for.
    pub source_version: Option<VersionId>,
    /// On what state of the source it insists.
    pub source_conditions: ReadConditions,
    /// Which bytes of the source; `None`: all.
    pub range: Option<ByteRange>,
    /// In which bucket.
    pub bucket: BucketName,
    /// Of the object under which key.
    pub key: ObjectKey,
    /// In which upload.
    pub upload: UploadId,
    /// Its number.
    pub number: u32,
    found: Slot<FoundUpload>,
    taken: Option<Taken>,
    copied: Option<VersionId>,
}

impl UploadPartCopy {
    /// A part that is a copy of a whole object.
    pub fn new(
        source: (BucketName, ObjectKey),
        bucket: BucketName,
        key: ObjectKey,
        upload: UploadId,
        number: u32,
    ) -> Self {
        Self {
            source_bucket: source.0,
            source_key: source.1,
            source_version: None,
            source_conditions: ReadConditions::default(),
            range: None,
            bucket,
            key,
            upload,
            number,
            found: Slot::default(),
            taken: None,
            copied: None,
        }
    }
}

impl Operation for UploadPartCopy {
    type Output = PartWritten;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        PUT_OBJECT
    }

    fn audit(&self, audit: &mut Audit) {
        audit_object(audit, &self.bucket, &self.key);
        audit.parameter("uploadId", self.upload.as_str());
        audit.parameter("partNumber", self.number);
        audit.parameter("copySource", format!("{}/{}", self.source_bucket, self.source_key));
        audit.optional("copySourceVersionId", self.source_version.map(|id| id.to_string()));
    }

    fn outcome(&self, output: &PartWritten, audit: &mut Audit) {
        audit.answer("etag", output.etag.as_str());
    }
}

#[async_trait]
impl Run<UploadPartCopy> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &UploadPartCopy, _: &Caller, view: &View) -> Result<Target> {
        let (target, found) = self.part_target(view, &op.bucket, &op.key, &op.upload).await?;
        op.found.set(found);
        Ok(target)
    }

    async fn prepare(&self, permit: &Permit<UploadPartCopy>, op: &mut UploadPartCopy) -> Result<()> {
        let found = op.found.get().ok_or_else(skipped)?;
        found.existing()?;
        let caller = permit.caller();
        let source = (&op.source_bucket, &op.source_key, op.source_version);
        let got = self.read_source(caller, source, &op.source_conditions, op.range).await?;
        op.copied = got.info.version;
        let length = got.content.len();
        let mut body = Body::new(got.content.into_stream(), Some(length));
        let mut expected = Expected::default();
        op.taken = Some(self.take_part(caller, &found, &op.key, op.number, &mut body, &mut expected).await?);
        Ok(())
    }

    async fn run(&self, permit: &Permit<UploadPartCopy>, op: &UploadPartCopy, txn: &mut Txn) -> Result<PartWritten> {
        let found = op.found.get().ok_or_else(skipped)?;
        let taken = op.taken.as_ref().ok_or_else(skipped)?;
        let written = self.put_part(txn, &found, &op.key, taken, Door::of(permit)).await?;
        Ok(PartWritten { source_version: op.copied, ..written })
    }
}
