use crate::access::{audit_object, no_object};
use crate::acl::Acl;
use crate::actions::{GET_OBJECT_ACL, PUT_OBJECT_ACL};
use crate::objects::Objects;
use crate::tables::{OBJECTS, object_key};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{AccountId, Action, BucketName, ObjectKey, Result};

/// Says who may touch an object without a policy.
#[derive(Clone, Debug)]
pub struct PutObjectAcl {
    /// The bucket.
    pub bucket: BucketName,
    /// The object.
    pub key: ObjectKey,
    /// Who; `None`: as the bucket.
    pub acl: Option<Acl>,
}

impl Operation for PutObjectAcl {
    type Output = ();
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        PUT_OBJECT_ACL
    }

    fn audit(&self, audit: &mut Audit) {
        audit_object(audit, &self.bucket, &self.key);
        audit.parameter("acl", self.acl.map_or("default", Acl::name));
    }
}

#[async_trait]
impl Run<PutObjectAcl> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutObjectAcl, _: &Caller, view: &View) -> Result<Target> {
        let found = self.found(view, &op.bucket, &op.key).await?;
        self.found_target(view, &found, &op.key, PUT_OBJECT_ACL, false).await
    }

    async fn run(&self, permit: &Permit<PutObjectAcl>, op: &PutObjectAcl, txn: &mut Txn) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let place = object_key(&bucket.record.id, &op.key);
        let object = txn.get(OBJECTS, bucket.owner, &place).await?;
        let mut object = object.ok_or_else(|| no_object(&op.key))?;
        object.acl = op.acl;
        txn.put(OBJECTS, bucket.owner, &place, &object).await
    }
}

/// Asks who may touch an object without a policy.
#[derive(Clone, Debug)]
pub struct GetObjectAcl {
    /// The bucket.
    pub bucket: BucketName,
    /// The object.
    pub key: ObjectKey,
}

/// Who may touch an object without a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectAccess {
    /// The account that owns it.
    pub owner: AccountId,
    /// Its own list; `None`: as the bucket.
    pub own: Option<Acl>,
    /// The list that counts: its own, else the bucket's.
    pub effective: Acl,
}

impl Operation for GetObjectAcl {
    type Output = ObjectAccess;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        GET_OBJECT_ACL
    }

    fn audit(&self, audit: &mut Audit) {
        audit_object(audit, &self.bucket, &self.key);
    }
}

#[async_trait]
impl Run<GetObjectAcl> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetObjectAcl, _: &Caller, view: &View) -> Result<Target> {
        let found = self.found(view, &op.bucket, &op.key).await?;
        self.found_target(view, &found, &op.key, GET_OBJECT_ACL, false).await
    }

    async fn run(&self, permit: &Permit<GetObjectAcl>, op: &GetObjectAcl, txn: &mut Txn) -> Result<ObjectAccess> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let object = txn.view().get(OBJECTS, bucket.owner, &object_key(&bucket.record.id, &op.key)).await?;
        let object = object.ok_or_else(|| no_object(&op.key))?;
        let effective = object.acl.unwrap_or(bucket.record.acl);
        Ok(ObjectAccess { owner: object.owner, own: object.acl, effective })
    }
}
