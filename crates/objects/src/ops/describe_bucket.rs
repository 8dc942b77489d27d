use crate::access::audit_bucket;
use crate::actions::{GET_BUCKET_INFO, GET_BUCKET_LOCATION};
use crate::bucket::BucketInfo;
use crate::objects::Objects;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, BucketName, RegionId, Result};

/// Describes a bucket.
#[derive(Clone, Debug)]
pub struct GetBucketInfo {
    /// Its name.
    pub bucket: BucketName,
}

impl Operation for GetBucketInfo {
    type Output = BucketInfo;

    fn action(&self) -> Action {
        GET_BUCKET_INFO
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketInfo> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketInfo, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_INFO).await
    }

    async fn run(&self, permit: &Permit<GetBucketInfo>, op: &GetBucketInfo, txn: &mut Txn) -> Result<BucketInfo> {
        Ok(self.permitted(permit, txn.view(), &op.bucket).await?.into())
    }
}

/// Says in which region a bucket is.
#[derive(Clone, Debug)]
pub struct GetBucketLocation {
    /// Its name.
    pub bucket: BucketName,
}

impl Operation for GetBucketLocation {
    type Output = RegionId;

    fn action(&self) -> Action {
        GET_BUCKET_LOCATION
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketLocation> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketLocation, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_LOCATION).await
    }

    async fn run(&self, permit: &Permit<GetBucketLocation>, op: &GetBucketLocation, txn: &mut Txn) -> Result<RegionId> {
        self.permitted(permit, txn.view(), &op.bucket).await?;
        Ok(self.store.region().clone())
    }
}
