use crate::access::audit_object;
use crate::actions::PUT_OBJECT;
use crate::bucket::Bucket;
use crate::checksum::{ChecksumKind, ChecksumScope};
use crate::draft::Draft;
use crate::encryption::{Fresh, Protection};
use crate::ids::ContentId;
use crate::objects::Objects;
use crate::ops::put::audit_draft;
use crate::slot::{Slot, skipped};
use crate::tables::{UPLOADS, upload_key};
use crate::upload::UploadRecord;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, Failure, ObjectKey, Result, UploadId};

/// Begins to store an object in parts. What is said of the object here counts for all of it.
pub struct InitiateUpload {
    /// In which bucket.
    pub bucket: BucketName,
    /// Under which key.
    pub key: ObjectKey,
    /// What is said of the object.
    pub draft: Draft,
    /// The checksum every part is to have, and what the object's is to be of; `None` for the kind's usual.
    pub checksum: Option<(ChecksumKind, Option<ChecksumScope>)>,
    bucket_found: Slot<Bucket>,
    ready: Option<(ContentId, Fresh)>,
}

impl InitiateUpload {
    /// An upload with nothing else said.
    pub fn new(bucket: BucketName, key: ObjectKey) -> Self {
        let draft = Draft::default();
        Self { bucket, key, draft, checksum: None, bucket_found: Slot::default(), ready: None }
    }

    fn checksum(&self) -> Result<Option<(ChecksumKind, ChecksumScope)>> {
        let Some((kind, scope)) = self.checksum else { return Ok(None) };
        let scope = scope.unwrap_or(kind.usual_scope());
        if !kind.can_be(scope) {
            return Err(Failure::invalid("ChecksumType", "one that the checksum algorithm can be put together to"));
        }
        Ok(Some((kind, scope)))
    }
}

/// An upload that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Initiated {
    /// Its id.
    pub upload: UploadId,
    /// What the object will be encrypted under.
    pub protection: Protection,
    /// The checksum every part must have.
    pub checksum: Option<(ChecksumKind, ChecksumScope)>,
}

impl Operation for InitiateUpload {
    type Output = Initiated;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        PUT_OBJECT
    }

    fn audit(&self, audit: &mut Audit) {
        audit_object(audit, &self.bucket, &self.key);
        audit_draft(audit, &self.draft);
    }

    fn outcome(&self, output: &Initiated, audit: &mut Audit) {
        audit.answer("uploadId", output.upload.as_str());
    }
}

#[async_trait]
impl Run<InitiateUpload> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &InitiateUpload, _: &Caller, view: &View) -> Result<Target> {
        let (target, found) = self.write_target(view, &op.bucket, &op.key, &op.draft).await?;
        op.bucket_found.set(found.bucket);
        Ok(target)
    }

    async fn prepare(&self, permit: &Permit<InitiateUpload>, op: &mut InitiateUpload) -> Result<()> {
        let bucket = op.bucket_found.get().ok_or_else(skipped)?;
        op.draft.check(&bucket, self.retention_time.latest())?;
        let id = ContentId::random(self.store.rng().as_ref());
        op.checksum()?;
        let (_, fresh) = self.new_key(permit.caller(), &bucket, &op.key, id, &op.draft.encryption(&bucket)).await?;
        op.ready = Some((id, fresh));
        Ok(())
    }

    async fn run(&self, permit: &Permit<InitiateUpload>, op: &InitiateUpload, txn: &mut Txn) -> Result<Initiated> {
        let bucket = op.bucket_found.get().ok_or_else(skipped)?;
        self.may_list(txn.view(), bucket.owner, &bucket.record, op.draft.acl).await?;
        let (id, fresh) = op.ready.as_ref().ok_or_else(skipped)?;
        self.hold(txn, &bucket).await?;
        let record = UploadRecord {
            initiated: self.now(),
            owner: bucket.owner,
            initiator: permit.caller().principal().arn(),
            headers: op.draft.headers.clone(),
            acl: op.draft.acl,
            storage_class: op.draft.storage_class.unwrap_or(bucket.record.storage_class),
            data_key: self.keep_key(txn, &bucket, &op.key, fresh).await?,
            checksum: op.checksum()?,
            tags: op.draft.tags.clone(),
            lock: op.draft.lock,
        };
        txn.put(UPLOADS, bucket.owner, &upload_key(&bucket.record.id, &op.key, id), &record).await?;
        Ok(Initiated { upload: id.upload()?, protection: fresh.protection(), checksum: record.checksum })
    }
}
