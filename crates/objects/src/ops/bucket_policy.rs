use crate::access::audit_bucket;
use crate::actions::{DELETE_BUCKET_POLICY, GET_BUCKET_POLICY, PUT_BUCKET_POLICY};
use crate::bucket::PolicyRecord;
use crate::objects::Objects;
use crate::tables::{BUCKETS, POLICIES};
use async_trait::async_trait;
use iam::policy::Document;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{Action, BucketName, Failure, Reason, Result};

/// Attaches a policy to a bucket, in place of the one it has.
#[derive(Clone, Debug)]
pub struct PutBucketPolicy {
    /// The bucket.
    pub bucket: BucketName,
    /// The policy, in the grammar it is decided by.
    pub text: String,
    /// The same as its author wrote it, if that was in another grammar.
    pub original: Option<String>,
}

impl PutBucketPolicy {
    /// A policy whose author wrote it as it is decided by.
    pub fn new(bucket: BucketName, text: impl Into<String>) -> Self {
        Self { bucket, text: text.into(), original: None }
    }
}

impl Operation for PutBucketPolicy {
    type Output = ();

    fn action(&self) -> Action {
        PUT_BUCKET_POLICY
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.parameter("policySha256", hex::encode(crypto::sha256(self.text.as_bytes())));
    }
}

#[async_trait]
impl Run<PutBucketPolicy> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutBucketPolicy, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, PUT_BUCKET_POLICY).await
    }

    async fn run(&self, permit: &Permit<PutBucketPolicy>, op: &PutBucketPolicy, txn: &mut Txn) -> Result<()> {
        let document = Document::parse_for_bucket(&op.text, &op.bucket)?;
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        if document.is_public() && self.block(txn.view(), bucket.owner, &bucket.record).await?.block_policy {
            let text =
                "Public access is blocked: the policy allows something to everybody, and no condition narrows whom.";
            return Err(Failure::new(Reason::AccessDenied, text));
        }
        let mut record = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        record.policy = Some(crypto::sha256(op.text.as_bytes()));
        let suffix = op.bucket.as_str().as_bytes();
        txn.put(BUCKETS, bucket.owner, suffix, &record).await?;
        let policy = PolicyRecord { text: op.text.clone(), original: op.original.clone() };
        txn.put(POLICIES, bucket.owner, suffix, &policy).await
    }
}

/// Shows a bucket's policy. An error if it has none.
#[derive(Clone, Debug)]
pub struct GetBucketPolicy {
    /// The bucket.
    pub bucket: BucketName,
}

/// A bucket's policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketPolicy {
    /// In the grammar it is decided by.
    pub text: String,
    /// As its author wrote it, if that was in another grammar and is known.
    pub original: Option<String>,
}

impl Operation for GetBucketPolicy {
    type Output = BucketPolicy;

    fn action(&self) -> Action {
        GET_BUCKET_POLICY
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketPolicy> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketPolicy, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_POLICY).await
    }

    async fn run(&self, permit: &Permit<GetBucketPolicy>, op: &GetBucketPolicy, txn: &mut Txn) -> Result<BucketPolicy> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let policy = txn.view().get(POLICIES, bucket.owner, op.bucket.as_str().as_bytes()).await?;
        let none = || Failure::of(Reason::BucketPolicyNotFound).with("BucketName", op.bucket.as_str());
        let PolicyRecord { text, original } = policy.ok_or_else(none)?;
        Ok(BucketPolicy { text, original })
    }
}

/// Takes a bucket's policy off. No error if it has none.
#[derive(Clone, Debug)]
pub struct DeleteBucketPolicy {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for DeleteBucketPolicy {
    type Output = ();

    fn action(&self) -> Action {
        DELETE_BUCKET_POLICY
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<DeleteBucketPolicy> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DeleteBucketPolicy, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, DELETE_BUCKET_POLICY).await
    }

    async fn run(&self, permit: &Permit<DeleteBucketPolicy>, op: &DeleteBucketPolicy, txn: &mut Txn) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let mut record = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        if record.policy.take().is_none() {
            return Ok(());
        }
        let suffix = op.bucket.as_str().as_bytes();
        txn.put(BUCKETS, bucket.owner, suffix, &record).await?;
        txn.delete(POLICIES, bucket.owner, suffix);
        Ok(())
    }
}
