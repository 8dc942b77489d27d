use crate::access::audit_bucket;
use crate::actions::{DELETE_BUCKET_ENCRYPTION, GET_BUCKET_ENCRYPTION, PUT_BUCKET_ENCRYPTION};
use crate::encryption::{self, Encryption};
use crate::objects::Objects;
use crate::tables::BUCKETS;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{Action, BucketName, Failure, Reason, Result};

/// Says what a bucket's objects are encrypted under unless they say otherwise.
#[derive(Clone, Debug)]
pub struct PutBucketEncryption {
    /// The bucket.
    pub bucket: BucketName,
    /// Under what.
    pub encryption: Encryption,
}

impl Operation for PutBucketEncryption {
    type Output = ();

    fn action(&self) -> Action {
        PUT_BUCKET_ENCRYPTION
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.parameter("encryption", self.encryption.name());
        if let Encryption::Kms { key: Some(key) } = &self.encryption {
            audit.parameter("kmsKeyId", key.as_str());
        }
    }
}

#[async_trait]
impl Run<PutBucketEncryption> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutBucketEncryption, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, PUT_BUCKET_ENCRYPTION).await
    }

    async fn run(&self, permit: &Permit<PutBucketEncryption>, op: &PutBucketEncryption, txn: &mut Txn) -> Result<()> {
        encryption::check(&op.encryption)?;
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let mut record = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        record.encryption = Some(op.encryption.clone());
        txn.put(BUCKETS, bucket.owner, op.bucket.as_str().as_bytes(), &record).await
    }
}

/// Asks what a bucket's objects are encrypted under unless they say otherwise. An error if nothing was set.
#[derive(Clone, Debug)]
pub struct GetBucketEncryption {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for GetBucketEncryption {
    type Output = Encryption;

    fn action(&self) -> Action {
        GET_BUCKET_ENCRYPTION
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketEncryption> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketEncryption, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_ENCRYPTION).await
    }

    async fn run(
        &self,
        permit: &Permit<GetBucketEncryption>,
        op: &GetBucketEncryption,
        txn: &mut Txn,
    ) -> Result<Encryption> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let none = || Failure::of(Reason::BucketEncryptionNotFound).with("BucketName", op.bucket.as_str());
        bucket.record.encryption.clone().ok_or_else(none)
    }
}

/// Takes back what a bucket's objects are encrypted under: from then on, the account's key. No error if nothing was set.
#[derive(Clone, Debug)]
pub struct DeleteBucketEncryption {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for DeleteBucketEncryption {
    type Output = ();

    fn action(&self) -> Action {
        DELETE_BUCKET_ENCRYPTION
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<DeleteBucketEncryption> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DeleteBucketEncryption, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, DELETE_BUCKET_ENCRYPTION).await
    }

    async fn run(
        &self,
        permit: &Permit<DeleteBucketEncryption>,
        op: &DeleteBucketEncryption,
        txn: &mut Txn,
    ) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let mut record = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        if record.encryption.take().is_none() {
            return Ok(());
        }
        txn.put(BUCKETS, bucket.owner, op.bucket.as_str().as_bytes(), &record).await
    }
}
