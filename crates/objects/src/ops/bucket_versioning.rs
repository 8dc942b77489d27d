use crate::access::audit_bucket;
use crate::actions::{GET_BUCKET_VERSIONING, PUT_BUCKET_VERSIONING};
use crate::bucket::BucketRecord;
use crate::objects::Objects;
use crate::tables::BUCKETS;
use crate::version::Versioning;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{Action, BucketName, Failure, Reason, Result};

/// Says whether a bucket keeps what is replaced and deleted. One that ever did can only be told to keep nothing more.
#[derive(Clone, Debug)]
pub struct PutBucketVersioning {
    /// The bucket.
    pub bucket: BucketName,
    /// Whether it does.
    pub versioning: Versioning,
}

impl Operation for PutBucketVersioning {
    type Output = ();

    fn action(&self) -> Action {
        PUT_BUCKET_VERSIONING
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.parameter("versioning", self.versioning.name());
    }
}

#[async_trait]
impl Run<PutBucketVersioning> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutBucketVersioning, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, PUT_BUCKET_VERSIONING).await
    }

    /// Commit point: this transaction. A write that is under way holds on to the bucket's record, so that it comes before or
    /// after.
    async fn run(&self, permit: &Permit<PutBucketVersioning>, op: &PutBucketVersioning, txn: &mut Txn) -> Result<()> {
        if op.versioning.is_off() {
            return Err(Failure::invalid("Status", "Enabled or Suspended"));
        }
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let mut record = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        self.check_versioning(&record, op.versioning)?;
        record.versioning = op.versioning;
        txn.put(BUCKETS, bucket.owner, op.bucket.as_str().as_bytes(), &record).await
    }
}

impl Objects {
    /// Where versions are locked, or a retention policy keeps what is there, versions are kept for good: else what is retained
    /// could be replaced.
    fn check_versioning(&self, bucket: &BucketRecord, asked: Versioning) -> Result<()> {
        let now = self.retention_time.earliest();
        let retained = bucket.retention.as_ref().is_some_and(|policy| policy.counts(now));
        if asked == Versioning::Enabled || bucket.locking.is_none() && !retained {
            return Ok(());
        }
        let text = "A bucket with object lock or a retention policy cannot stop keeping versions.";
        Err(Failure::new(Reason::BucketStateInvalid, text))
    }
}

/// Asks whether a bucket keeps what is replaced and deleted.
#[derive(Clone, Debug)]
pub struct GetBucketVersioning {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for GetBucketVersioning {
    type Output = Versioning;

    fn action(&self) -> Action {
        GET_BUCKET_VERSIONING
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketVersioning> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketVersioning, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_VERSIONING).await
    }

    async fn run(
        &self,
        permit: &Permit<GetBucketVersioning>,
        op: &GetBucketVersioning,
        txn: &mut Txn,
    ) -> Result<Versioning> {
        Ok(self.permitted(permit, txn.view(), &op.bucket).await?.record.versioning)
    }
}
