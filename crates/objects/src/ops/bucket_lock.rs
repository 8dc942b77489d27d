use crate::access::audit_bucket;
use crate::actions::{GET_BUCKET_OBJECT_WORM, PUT_BUCKET_OBJECT_WORM};
use crate::objects::Objects;
use crate::retention::{Locking, Period};
use crate::tables::BUCKETS;
use crate::version::Versioning;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{Action, BucketName, Failure, Reason, Result};

/// Lets the versions of a bucket's objects be locked, and says how those are that do not say it themselves. It changes nothing
/// about those that are there, and cannot be taken back.
#[derive(Clone, Debug)]
pub struct PutBucketLock {
    /// The bucket. It keeps versions.
    pub bucket: BucketName,
    /// How.
    pub locking: Locking,
}

/// Shows how the versions of a bucket's objects are locked.
#[derive(Clone, Debug)]
pub struct GetBucketLock {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for PutBucketLock {
    type Output = ();

    fn action(&self) -> Action {
        PUT_BUCKET_OBJECT_WORM
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.optional("defaultRetentionMode", self.locking.default.map(|default| default.mode.name()));
        match self.locking.default.map(|default| default.period) {
            Some(Period::Days(days)) => audit.parameter("defaultRetentionDays", days),
            Some(Period::Years(years)) => audit.parameter("defaultRetentionYears", years),
            None => {}
        }
    }
}

#[async_trait]
impl Run<PutBucketLock> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutBucketLock, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, PUT_BUCKET_OBJECT_WORM).await
    }

    /// Commit point: this transaction. A write that is under way holds on to the bucket's record, so that it comes before or
    /// after.
    async fn run(&self, permit: &Permit<PutBucketLock>, op: &PutBucketLock, txn: &mut Txn) -> Result<()> {
        op.locking.check()?;
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let mut record = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        let wrong = |text: &str| Err(Failure::new(Reason::BucketStateInvalid, text));
        if record.versioning != Versioning::Enabled {
            return wrong("Versioning must be enabled on the bucket first.");
        }
        let now = self.retention_time.earliest();
        if record.retention.as_ref().is_some_and(|policy| policy.counts(now)) {
            return wrong("A bucket has a retention policy or object lock, not both.");
        }
        record.locking = Some(op.locking);
        txn.put(BUCKETS, bucket.owner, op.bucket.as_str().as_bytes(), &record).await
    }
}

impl Operation for GetBucketLock {
    type Output = Locking;

    fn action(&self) -> Action {
        GET_BUCKET_OBJECT_WORM
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketLock> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketLock, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_OBJECT_WORM).await
    }

    async fn run(&self, permit: &Permit<GetBucketLock>, op: &GetBucketLock, txn: &mut Txn) -> Result<Locking> {
        let locking = self.permitted(permit, txn.view(), &op.bucket).await?.record.locking;
        locking.ok_or_else(|| Failure::of(Reason::ObjectLockNotFound).with("BucketName", op.bucket.as_str()))
    }
}
