use crate::access::audit_bucket;
use crate::actions::{DELETE_BUCKET_LIFECYCLE, GET_BUCKET_LIFECYCLE, PUT_BUCKET_LIFECYCLE};
use crate::bucket::{Bucket, BucketRecord};
use crate::lifecycle::{Expiry, Judge, Lifecycle, LifecycleRecord};
use crate::object::ObjectRecord;
use crate::objects::Objects;
use crate::tables::{BUCKETS, LIFECYCLES};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{Action, BucketName, Failure, ObjectKey, Reason, Result};

/// Sets a bucket's lifecycle rules, in place of those it has.
#[derive(Clone, Debug)]
pub struct PutBucketLifecycle {
    /// The bucket.
    pub bucket: BucketName,
    /// The rules.
    pub lifecycle: Lifecycle,
}

impl Operation for PutBucketLifecycle {
    type Output = ();

    fn action(&self) -> Action {
        PUT_BUCKET_LIFECYCLE
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.parameter("ruleCount", self.lifecycle.rules().len());
        audit.parameter("rules", self.lifecycle.audited());
    }
}

#[async_trait]
impl Run<PutBucketLifecycle> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutBucketLifecycle, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, PUT_BUCKET_LIFECYCLE).await
    }

    async fn run(&self, permit: &Permit<PutBucketLifecycle>, op: &PutBucketLifecycle, txn: &mut Txn) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let held = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        let suffix = op.bucket.as_str().as_bytes();
        let rules = LifecycleRecord { bucket: held.id, lifecycle: op.lifecycle.clone(), updated: self.now() };
        txn.put(LIFECYCLES, bucket.owner, suffix, &rules).await?;
        txn.put(BUCKETS, bucket.owner, suffix, &BucketRecord { lifecycle: true, ..held }).await?;
        self.lifecycles.notify_one();
        Ok(())
    }
}

/// Shows a bucket's lifecycle rules. An error if it has none.
#[derive(Clone, Debug)]
pub struct GetBucketLifecycle {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for GetBucketLifecycle {
    type Output = Lifecycle;

    fn action(&self) -> Action {
        GET_BUCKET_LIFECYCLE
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketLifecycle> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketLifecycle, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_LIFECYCLE).await
    }

    async fn run(
        &self,
        permit: &Permit<GetBucketLifecycle>,
        op: &GetBucketLifecycle,
        txn: &mut Txn,
    ) -> Result<Lifecycle> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let rules = self.rules(txn.view(), &bucket).await?;
        let none = || Failure::of(Reason::LifecycleNotFound).with("BucketName", op.bucket.as_str());
        rules.map(|rules| rules.lifecycle.clone()).ok_or_else(none)
    }
}

impl Objects {
    /// A bucket's lifecycle rules. One without any costs nothing.
    pub(crate) async fn rules(&self, view: &View, bucket: &Bucket) -> Result<Option<Arc<LifecycleRecord>>> {
        if !bucket.record.lifecycle {
            return Ok(None);
        }
        let rules = view.shared(LIFECYCLES, bucket.owner, bucket.name.as_str().as_bytes()).await?;
        Ok(rules.filter(|rules| rules.bucket == bucket.record.id))
    }

    /// When a rule is going to delete what a key stands for.
    pub(crate) async fn expiry(
        &self,
        view: &View,
        bucket: &Bucket,
        key: &ObjectKey,
        object: &ObjectRecord,
    ) -> Result<Option<Expiry>> {
        let Some(rules) = self.rules(view, bucket).await? else { return Ok(None) };
        let judge = Judge { lifecycle: &rules.lifecycle, now: self.now(), day: self.config.lifecycle_day };
        Ok(judge.expiry(key, object).map(|(at, rule)| Expiry { at, rule: rule.id.clone() }))
    }
}

/// Takes a bucket's lifecycle rules away. No error if it has none.
#[derive(Clone, Debug)]
pub struct DeleteBucketLifecycle {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for DeleteBucketLifecycle {
    type Output = ();

    fn action(&self) -> Action {
        DELETE_BUCKET_LIFECYCLE
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<DeleteBucketLifecycle> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DeleteBucketLifecycle, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, DELETE_BUCKET_LIFECYCLE).await
    }

    async fn run(
        &self,
        permit: &Permit<DeleteBucketLifecycle>,
        op: &DeleteBucketLifecycle,
        txn: &mut Txn,
    ) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let held = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        let suffix = op.bucket.as_str().as_bytes();
        txn.delete(LIFECYCLES, bucket.owner, suffix);
        txn.put(BUCKETS, bucket.owner, suffix, &BucketRecord { lifecycle: false, ..held }).await
    }
}
