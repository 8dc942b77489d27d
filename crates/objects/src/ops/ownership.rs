use crate::access::audit_bucket;
use crate::actions::{DELETE_BUCKET_OWNERSHIP_CONTROLS, GET_BUCKET_OWNERSHIP_CONTROLS, PUT_BUCKET_OWNERSHIP_CONTROLS};
use crate::bucket_access::Ownership;
use crate::objects::Objects;
use crate::tables::BUCKETS;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{Action, BucketName, Failure, Reason, Result};

/// Says whose the objects of a bucket are, and whether lists count; `None`: nothing is said any more, and they do.
#[derive(Clone, Debug)]
pub struct PutOwnership {
    /// The bucket.
    pub bucket: BucketName,
    /// Whose.
    pub ownership: Option<Ownership>,
}

impl Operation for PutOwnership {
    type Output = ();

    fn action(&self) -> Action {
        if self.ownership.is_some() { PUT_BUCKET_OWNERSHIP_CONTROLS } else { DELETE_BUCKET_OWNERSHIP_CONTROLS }
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.optional("objectOwnership", self.ownership.map(Ownership::name));
    }
}

#[async_trait]
impl Run<PutOwnership> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutOwnership, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, op.action()).await
    }

    /// A bucket whose list lets everybody in has to be shut first: nobody is to find out by chance that it was.
    async fn run(&self, permit: &Permit<PutOwnership>, op: &PutOwnership, txn: &mut Txn) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let mut record = Arc::unwrap_or_clone(self.hold(txn, &bucket).await?);
        if op.ownership == Some(Ownership::Enforced) && record.acl.opens_reading() {
            return Err(Failure::of(Reason::AclsOpen).with("BucketName", op.bucket.as_str()));
        }
        record.access.ownership = op.ownership;
        txn.put(BUCKETS, bucket.owner, op.bucket.as_str().as_bytes(), &record).await
    }
}

/// Shows what is said of whose the objects of a bucket are. An error if nothing is.
#[derive(Clone, Debug)]
pub struct GetOwnership {
    /// The bucket.
    pub bucket: BucketName,
}

impl Operation for GetOwnership {
    type Output = Ownership;

    fn action(&self) -> Action {
        GET_BUCKET_OWNERSHIP_CONTROLS
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
    }
}

#[async_trait]
impl Run<GetOwnership> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetOwnership, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.bucket_target(view, &bucket, GET_BUCKET_OWNERSHIP_CONTROLS).await
    }

    async fn run(&self, permit: &Permit<GetOwnership>, op: &GetOwnership, txn: &mut Txn) -> Result<Ownership> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let none = || Failure::of(Reason::OwnershipNotFound).with("BucketName", op.bucket.as_str());
        bucket.record.access.ownership.ok_or_else(none)
    }
}
