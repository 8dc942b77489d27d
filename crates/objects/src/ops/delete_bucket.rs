use crate::access::audit_bucket;
use crate::actions::DELETE_BUCKET;
use crate::objects::Objects;
use crate::tables::{BUCKETS, CORS, LIFECYCLES, NAMES, OBJECTS, PASSES, POLICIES, SHARDED, UPLOADS, VERSIONS};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Range, Store, Txn, View};
use types::{AccountId, Action, BucketName, Failure, Reason, Result};

/// Removes a bucket that holds nothing, not even an upload, a version or a delete marker.
#[derive(Clone, Debug)]
pub struct DeleteBucket {
    /// Its name.
    pub bucket: BucketName,
}

impl Operation for DeleteBucket {
    type Output = ();

    fn action(&self) -> Action {
        DELETE_BUCKET
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<DeleteBucket> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DeleteBucket, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, DELETE_BUCKET).await
    }

    /// Commit point: this transaction. Its scans hold until then, so no object can slip in; and a put that began before
    /// finds the bucket gone, since it holds on to the bucket's record.
    async fn run(&self, permit: &Permit<DeleteBucket>, op: &DeleteBucket, txn: &mut Txn) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let record = self.hold(txn, &bucket).await?;
        let any = Range::prefix(record.id.bytes(), 1);
        let objects = txn.scan(OBJECTS, bucket.owner, &any).await?;
        let uploads = txn.scan(UPLOADS, bucket.owner, &any).await?;
        let versions = txn.scan(VERSIONS, bucket.owner, &any).await?;
        let rest = [
            (objects.is_empty(), "objects"),
            (versions.is_empty(), "versions or delete markers"),
            (uploads.is_empty(), "multipart uploads"),
        ];
        if let Some((_, what)) = rest.into_iter().find(|(none, _)| !none) {
            let text = format!("The bucket still has {what}; delete them first.");
            return Err(Failure::new(Reason::BucketNotEmpty, text).with("BucketName", op.bucket.as_str()));
        }
        let suffix = op.bucket.as_str().as_bytes();
        txn.delete(NAMES, AccountId::PLATFORM, suffix);
        txn.delete(BUCKETS, bucket.owner, suffix);
        txn.delete(POLICIES, bucket.owner, suffix);
        txn.delete(LIFECYCLES, bucket.owner, suffix);
        txn.delete(PASSES, bucket.owner, record.id.bytes());
        txn.delete(CORS, bucket.owner, record.id.bytes());
        // Its shards go when their epoch ends.
        txn.delete(SHARDED, bucket.owner, record.id.bytes());
        Ok(())
    }
}
