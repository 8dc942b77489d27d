use crate::access::audit_object;
use crate::actions::ABORT_MULTIPART_UPLOAD;
use crate::content::drop_segment;
use crate::objects::Objects;
use crate::ops::complete_upload::held_parts;
use crate::ops::upload_part::FoundUpload;
use crate::shards::note_erased;
use crate::tables::{PARTS, UPLOADS, part_key, upload_key};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, ObjectKey, Result, UploadId};

/// Gives an upload up: its parts are removed.
#[derive(Clone, Debug)]
pub struct AbortUpload {
    /// In which bucket.
    pub bucket: BucketName,
    /// Of the object under which key.
    pub key: ObjectKey,
    /// The upload.
    pub upload: UploadId,
}

impl Operation for AbortUpload {
    type Output = ();
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        ABORT_MULTIPART_UPLOAD
    }

    fn audit(&self, audit: &mut Audit) {
        audit_object(audit, &self.bucket, &self.key);
        audit.parameter("uploadId", self.upload.as_str());
    }
}

#[async_trait]
impl Run<AbortUpload> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &AbortUpload, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.object_target(view, &bucket, &op.key, ABORT_MULTIPART_UPLOAD, false).await
    }

    /// Commit point: this transaction. A part that is being taken in meanwhile finds the upload gone.
    async fn run(&self, permit: &Permit<AbortUpload>, op: &AbortUpload, txn: &mut Txn) -> Result<()> {
        let found = self.permitted_upload(permit, txn.view(), &op.bucket, &op.key, &op.upload).await?;
        self.give_up(txn, &found, &op.key).await
    }
}

impl Objects {
    /// Erases an upload and its parts.
    pub(crate) async fn give_up(&self, txn: &mut Txn, found: &FoundUpload, key: &ObjectKey) -> Result<()> {
        let upload = self.hold_upload(txn, found, key).await?;
        let (owner, bucket) = (found.bucket.owner, &found.bucket.record.id);
        note_erased(txn, owner, bucket, &upload.data_key).await?;
        for (number, part) in held_parts(txn, owner, found).await? {
            drop_segment(txn, owner, &part.segment, self.now()).await?;
            txn.delete(PARTS, owner, &part_key(&found.id, number));
        }
        txn.delete(UPLOADS, owner, &upload_key(bucket, key, &found.id));
        Ok(())
    }
}
