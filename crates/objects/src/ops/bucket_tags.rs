use crate::access::audit_bucket;
use crate::actions::{DELETE_BUCKET_TAGGING, GET_BUCKET_TAGGING, PUT_BUCKET_TAGGING};
use crate::objects::Objects;
use crate::tables::BUCKETS;
use crate::tags::Tags;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{Action, BucketName, Result};

/// Marks a bucket with tags, in place of those it has.
#[derive(Clone, Debug)]
pub struct PutBucketTags {
    /// The bucket.
    pub bucket: BucketName,
    /// With what.
    pub tags: Tags,
}

impl Operation for PutBucketTags {
    type Output = ();

    fn action(&self) -> Action {
        PUT_BUCKET_TAGGING
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.parameter("tagging", self.tags.audited());
    }
}

#[async_trait]
impl Run<PutBucketTags> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutBucketTags, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, PUT_BUCKET_TAGGING).await
    }

    async fn run(&self, permit: &Permit<PutBucketTags>, op: &PutBucketTags, txn: &mut Txn) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let mut record = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        record.tags = op.tags.clone();
        txn.put(BUCKETS, bucket.owner, op.bucket.as_str().as_bytes(), &record).await
    }
}

/// Shows a bucket's tags.
#[derive(Clone, Debug)]
pub struct GetBucketTags {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for GetBucketTags {
    type Output = Tags;

    fn action(&self) -> Action {
        GET_BUCKET_TAGGING
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketTags> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketTags, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_TAGGING).await
    }

    async fn run(&self, permit: &Permit<GetBucketTags>, op: &GetBucketTags, txn: &mut Txn) -> Result<Tags> {
        Ok(self.permitted(permit, txn.view(), &op.bucket).await?.record.tags.clone())
    }
}

/// Takes tags off a bucket. No error if it has none of them.
#[derive(Clone, Debug)]
pub struct DeleteBucketTags {
    /// The bucket.
    pub bucket: BucketName,
    /// The tags' names; `None` for all there are.
    pub names: Option<Vec<String>>,
}

impl Operation for DeleteBucketTags {
    type Output = ();

    fn action(&self) -> Action {
        DELETE_BUCKET_TAGGING
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.optional("tagKeys", self.names.clone());
    }
}

#[async_trait]
impl Run<DeleteBucketTags> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DeleteBucketTags, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, DELETE_BUCKET_TAGGING).await
    }

    async fn run(&self, permit: &Permit<DeleteBucketTags>, op: &DeleteBucketTags, txn: &mut Txn) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let mut record = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        match &op.names {
            None => record.tags = Tags::default(),
            Some(names) => names.iter().for_each(|name| record.tags.remove(name)),
        }
        txn.put(BUCKETS, bucket.owner, op.bucket.as_str().as_bytes(), &record).await
    }
}
