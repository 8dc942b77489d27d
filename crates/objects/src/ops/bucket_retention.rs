use crate::access::audit_bucket;
use crate::actions::{
    ABORT_BUCKET_WORM, COMPLETE_BUCKET_WORM, EXTEND_BUCKET_WORM, GET_BUCKET_WORM, INITIATE_BUCKET_WORM,
};
use crate::bucket::BucketRecord;
use crate::bucket_retention::BucketRetention;
use crate::objects::Objects;
use crate::tables::BUCKETS;
use crate::version::Versioning;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{Action, BucketName, Failure, Reason, Result};

/// Gives a bucket a retention policy: everything in it is kept for some days from when it was stored. It counts at once, and
/// is gone after a day unless it was locked.
#[derive(Clone, Debug)]
pub struct InitiateBucketRetention {
    /// The bucket.
    pub bucket: BucketName,
    /// How many days.
    pub days: u32,
}

/// Takes back a bucket's retention policy, as long as it is not locked.
#[derive(Clone, Debug)]
pub struct AbortBucketRetention {
    /// The bucket.
    pub bucket: BucketName,
}

/// Locks a bucket's retention policy: from then on it is there for good, and can only be made longer.
#[derive(Clone, Debug)]
pub struct LockBucketRetention {
    /// The bucket.
    pub bucket: BucketName,
    /// The policy that is meant.
    pub id: String,
}

/// Makes a bucket's retention policy longer.
#[derive(Clone, Debug)]
pub struct ExtendBucketRetention {
    /// The bucket.
    pub bucket: BucketName,
    /// The policy that is meant.
    pub id: String,
    /// How many days it keeps what is stored from now on, and what is there.
    pub days: u32,
}

/// Shows a bucket's retention policy.
#[derive(Clone, Debug)]
pub struct GetBucketRetention {
    /// The bucket.
    pub bucket: BucketName,
}

fn none() -> Failure {
    Failure::of(Reason::BucketRetentionNotFound)
}

impl Objects {
    /// Changes a bucket's retention policy, which is given as far as it counts.
    ///
    /// Commit point: this transaction. A write or a deletion that is under way holds on to the bucket's record, so that it
    /// comes before or after.
    async fn change_retention<Op: Operation, T>(
        &self,
        permit: &Permit<Op>,
        name: &BucketName,
        txn: &mut Txn,
        change: impl FnOnce(&BucketRecord, &mut Option<BucketRetention>) -> Result<T> + Send,
    ) -> Result<T> {
        let bucket = self.permitted(permit, txn.view(), name).await?;
        let mut record = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        let mut policy = record.retention.take().filter(|policy| policy.counts(self.retention_time.earliest()));
        let output = change(&record, &mut policy)?;
        record.retention = policy;
        txn.put(BUCKETS, bucket.owner, name.as_str().as_bytes(), &record).await?;
        Ok(output)
    }
}

/// The policy of this name.
fn named<'p>(policy: &'p mut Option<BucketRetention>, id: &str) -> Result<&'p mut BucketRetention> {
    policy.as_mut().filter(|policy| policy.id == id).ok_or_else(none)
}

/// Whether a bucket can be given a retention policy.
fn check_room(bucket: &BucketRecord, policy: Option<&BucketRetention>) -> Result<()> {
    let wrong = |reason, text: &str| Err(Failure::new(reason, text));
    match policy {
        Some(policy) if policy.locked => return Err(Failure::of(Reason::BucketRetentionLocked)),
        Some(_) => {
            return wrong(Reason::RetentionInvalid, "The bucket has a retention policy already: abort it first.");
        }
        None => {}
    }
    if bucket.locking.is_some() {
        return wrong(Reason::BucketStateInvalid, "A bucket has a retention policy or object lock, not both.");
    }
    if bucket.versioning == Versioning::Suspended {
        return wrong(Reason::BucketStateInvalid, "Versioning is suspended on the bucket: enable it first.");
    }
    Ok(())
}

impl Operation for InitiateBucketRetention {
    type Output = BucketRetention;

    fn action(&self) -> Action {
        INITIATE_BUCKET_WORM
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.parameter("retentionDays", self.days);
    }

    fn outcome(&self, output: &BucketRetention, audit: &mut Audit) {
        audit.answer("wormId", output.id.as_str());
    }
}

#[async_trait]
impl Run<InitiateBucketRetention> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &InitiateBucketRetention, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, INITIATE_BUCKET_WORM).await
    }

    async fn run(
        &self,
        permit: &Permit<InitiateBucketRetention>,
        op: &InitiateBucketRetention,
        txn: &mut Txn,
    ) -> Result<BucketRetention> {
        let made = BucketRetention::new(op.days, self.now(), self.store.rng().as_ref())?;
        self.change_retention(permit, &op.bucket, txn, |bucket, policy| {
            check_room(bucket, policy.as_ref())?;
            *policy = Some(made.clone());
            Ok(made)
        })
        .await
    }
}

impl Operation for AbortBucketRetention {
    type Output = ();

    fn action(&self) -> Action {
        ABORT_BUCKET_WORM
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<AbortBucketRetention> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &AbortBucketRetention, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, ABORT_BUCKET_WORM).await
    }

    async fn run(&self, permit: &Permit<AbortBucketRetention>, op: &AbortBucketRetention, txn: &mut Txn) -> Result<()> {
        self.change_retention(permit, &op.bucket, txn, |_, policy| match policy {
            Some(found) if found.locked => Err(Failure::of(Reason::BucketRetentionLocked)),
            Some(_) => {
                *policy = None;
                Ok(())
            }
            None => Err(none()),
        })
        .await
    }
}

impl Operation for LockBucketRetention {
    type Output = ();

    fn action(&self) -> Action {
        COMPLETE_BUCKET_WORM
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.parameter("wormId", self.id.as_str());
    }
}

#[async_trait]
impl Run<LockBucketRetention> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &LockBucketRetention, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, COMPLETE_BUCKET_WORM).await
    }

    async fn run(&self, permit: &Permit<LockBucketRetention>, op: &LockBucketRetention, txn: &mut Txn) -> Result<()> {
        // Again is no error: it is the request whose answer was lost.
        self.change_retention(permit, &op.bucket, txn, |_, policy| {
            named(policy, &op.id)?.locked = true;
            Ok(())
        })
        .await
    }
}

impl Operation for ExtendBucketRetention {
    type Output = ();

    fn action(&self) -> Action {
        EXTEND_BUCKET_WORM
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.parameter("wormId", self.id.as_str());
        audit.parameter("retentionDays", self.days);
    }
}

#[async_trait]
impl Run<ExtendBucketRetention> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ExtendBucketRetention, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, EXTEND_BUCKET_WORM).await
    }

    async fn run(
        &self,
        permit: &Permit<ExtendBucketRetention>,
        op: &ExtendBucketRetention,
        txn: &mut Txn,
    ) -> Result<()> {
        self.change_retention(permit, &op.bucket, txn, |_, policy| named(policy, &op.id)?.extend(op.days)).await
    }
}

impl Operation for GetBucketRetention {
    type Output = BucketRetention;

    fn action(&self) -> Action {
        GET_BUCKET_WORM
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketRetention> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketRetention, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_WORM).await
    }

    async fn run(
        &self,
        permit: &Permit<GetBucketRetention>,
        op: &GetBucketRetention,
        txn: &mut Txn,
    ) -> Result<BucketRetention> {
        let record = self.permitted(permit, txn.view(), &op.bucket).await?.record;
        let policy = record.retention.clone();
        policy.filter(|policy| policy.counts(self.retention_time.earliest())).ok_or_else(none)
    }
}
