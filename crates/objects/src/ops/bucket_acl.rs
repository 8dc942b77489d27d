use crate::access::audit_bucket;
use crate::acl::Acl;
use crate::actions::{GET_BUCKET_ACL, PUT_BUCKET_ACL};
use crate::bucket::BucketInfo;
use crate::objects::Objects;
use crate::tables::BUCKETS;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{Action, BucketName, Result};

/// Says who may touch a bucket without a policy.
#[derive(Clone, Debug)]
pub struct PutBucketAcl {
    /// The bucket.
    pub bucket: BucketName,
    /// Who.
    pub acl: Acl,
}

impl Operation for PutBucketAcl {
    type Output = ();

    fn action(&self) -> Action {
        PUT_BUCKET_ACL
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.parameter("acl", self.acl.name());
    }
}

#[async_trait]
impl Run<PutBucketAcl> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutBucketAcl, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, PUT_BUCKET_ACL).await
    }

    async fn run(&self, permit: &Permit<PutBucketAcl>, op: &PutBucketAcl, txn: &mut Txn) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let mut record = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        self.may_list(txn.view(), bucket.owner, &record, Some(op.acl)).await?;
        record.acl = op.acl;
        txn.put(BUCKETS, bucket.owner, op.bucket.as_str().as_bytes(), &record).await
    }
}

/// Asks who may touch a bucket without a policy.
#[derive(Clone, Debug)]
pub struct GetBucketAcl {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for GetBucketAcl {
    type Output = BucketInfo;

    fn action(&self) -> Action {
        GET_BUCKET_ACL
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketAcl> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketAcl, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_ACL).await
    }

    async fn run(&self, permit: &Permit<GetBucketAcl>, op: &GetBucketAcl, txn: &mut Txn) -> Result<BucketInfo> {
        Ok(self.permitted(permit, txn.view(), &op.bucket).await?.into())
    }
}
