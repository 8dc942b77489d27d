//! Shutting public access off, of a bucket and of all that an account has in a region.

use crate::access::{account_of, audit_bucket};
use crate::actions::{
    DELETE_BUCKET_PUBLIC_ACCESS_BLOCK, DELETE_PUBLIC_ACCESS_BLOCK, GET_BUCKET_POLICY_STATUS,
    GET_BUCKET_PUBLIC_ACCESS_BLOCK, GET_PUBLIC_ACCESS_BLOCK, PUT_BUCKET_PUBLIC_ACCESS_BLOCK, PUT_PUBLIC_ACCESS_BLOCK,
};
use crate::bucket_access::PublicAccessBlock;
use crate::objects::Objects;
use crate::tables::{ACCOUNT, ACCOUNT_BLOCKS, BUCKETS};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{Action, BucketName, Failure, Reason, Result};

/// Says what of public access to a bucket is shut off; `None`: nothing is said any more.
#[derive(Clone, Debug)]
pub struct PutBucketPublicAccessBlock {
    /// The bucket.
    pub bucket: BucketName,
    /// What.
    pub block: Option<PublicAccessBlock>,
}

impl Operation for PutBucketPublicAccessBlock {
    type Output = ();

    fn action(&self) -> Action {
        if self.block.is_some() { PUT_BUCKET_PUBLIC_ACCESS_BLOCK } else { DELETE_BUCKET_PUBLIC_ACCESS_BLOCK }
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.optional("publicAccessBlock", self.block.map(PublicAccessBlock::audited));
    }
}

#[async_trait]
impl Run<PutBucketPublicAccessBlock> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutBucketPublicAccessBlock, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, op.action()).await
    }

    async fn run(
        &self,
        permit: &Permit<PutBucketPublicAccessBlock>,
        op: &PutBucketPublicAccessBlock,
        txn: &mut Txn,
    ) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let mut record = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        record.access.block = op.block;
        txn.put(BUCKETS, bucket.owner, op.bucket.as_str().as_bytes(), &record).await
    }
}

/// Shows what of public access to a bucket is shut off, if anything is said of that for it.
#[derive(Clone, Debug)]
pub struct GetBucketPublicAccessBlock {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for GetBucketPublicAccessBlock {
    type Output = Option<PublicAccessBlock>;

    fn action(&self) -> Action {
        GET_BUCKET_PUBLIC_ACCESS_BLOCK
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketPublicAccessBlock> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketPublicAccessBlock, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_PUBLIC_ACCESS_BLOCK).await
    }

    async fn run(
        &self,
        permit: &Permit<GetBucketPublicAccessBlock>,
        op: &GetBucketPublicAccessBlock,
        txn: &mut Txn,
    ) -> Result<Option<PublicAccessBlock>> {
        Ok(self.permitted(permit, txn.view(), &op.bucket).await?.record.access.block)
    }
}

/// Says what of public access to all that the caller's account has in this region is shut off; `None`: nothing is said
/// any more.
#[derive(Clone, Debug)]
pub struct PutPublicAccessBlock {
    /// What.
    pub block: Option<PublicAccessBlock>,
}

impl Operation for PutPublicAccessBlock {
    type Output = ();

    fn action(&self) -> Action {
        if self.block.is_some() { PUT_PUBLIC_ACCESS_BLOCK } else { DELETE_PUBLIC_ACCESS_BLOCK }
    }

    fn audit(&self, audit: &mut Audit) {
        audit.optional("publicAccessBlock", self.block.map(PublicAccessBlock::audited));
    }
}

#[async_trait]
impl Run<PutPublicAccessBlock> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutPublicAccessBlock, caller: &Caller, _: &View) -> Result<Target> {
        self.account_target(op.action(), caller)
    }

    async fn run(&self, permit: &Permit<PutPublicAccessBlock>, op: &PutPublicAccessBlock, txn: &mut Txn) -> Result<()> {
        let account = account_of(permit.caller())?;
        match &op.block {
            Some(block) => txn.put(ACCOUNT_BLOCKS, account, ACCOUNT, block).await,
            None => {
                txn.delete(ACCOUNT_BLOCKS, account, ACCOUNT);
                Ok(())
            }
        }
    }
}

/// Shows what of public access to all that the caller's account has in this region is shut off, if anything is said of
/// that.
#[derive(Clone, Copy, Debug)]
pub struct GetPublicAccessBlock;

impl Operation for GetPublicAccessBlock {
    type Output = Option<PublicAccessBlock>;

    fn action(&self) -> Action {
        GET_PUBLIC_ACCESS_BLOCK
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Run<GetPublicAccessBlock> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, _: &GetPublicAccessBlock, caller: &Caller, _: &View) -> Result<Target> {
        self.account_target(GET_PUBLIC_ACCESS_BLOCK, caller)
    }

    async fn run(
        &self,
        permit: &Permit<GetPublicAccessBlock>,
        _: &GetPublicAccessBlock,
        txn: &mut Txn,
    ) -> Result<Option<PublicAccessBlock>> {
        txn.view().get(ACCOUNT_BLOCKS, account_of(permit.caller())?, ACCOUNT).await
    }
}

/// Says whether a bucket's policy is public. An error if it has none.
#[derive(Clone, Debug)]
pub struct GetBucketPolicyStatus {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for GetBucketPolicyStatus {
    type Output = bool;

    fn action(&self) -> Action {
        GET_BUCKET_POLICY_STATUS
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetBucketPolicyStatus> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetBucketPolicyStatus, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_POLICY_STATUS).await
    }

    async fn run(
        &self,
        permit: &Permit<GetBucketPolicyStatus>,
        op: &GetBucketPolicyStatus,
        txn: &mut Txn,
    ) -> Result<bool> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let policy = self.policy(txn.view(), &bucket).await?;
        let none = || Failure::of(Reason::BucketPolicyNotFound).with("BucketName", op.bucket.as_str());
        Ok(policy.ok_or_else(none)?.is_public())
    }
}
