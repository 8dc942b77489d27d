use crate::access::audit_version;
use crate::acl::Acl;
use crate::actions::{GET_OBJECT_ACL, GET_OBJECT_VERSION_ACL, PUT_OBJECT_ACL, PUT_OBJECT_VERSION_ACL};
use crate::object::ObjectInfo;
use crate::objects::Objects;
use crate::version::VersionId;
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
    /// Which version; `None`: the one that the key stands for.
    pub version: Option<VersionId>,
    /// Who; `None`: as the bucket.
    pub acl: Option<Acl>,
}

impl Operation for PutObjectAcl {
    type Output = ();
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        if self.version.is_some() { PUT_OBJECT_VERSION_ACL } else { PUT_OBJECT_ACL }
    }

    fn audit(&self, audit: &mut Audit) {
        audit_version(audit, &self.bucket, &self.key, self.version);
        audit.parameter("acl", self.acl.map_or("default", Acl::name));
    }
}

#[async_trait]
impl Run<PutObjectAcl> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutObjectAcl, _: &Caller, view: &View) -> Result<Target> {
        let found = self.found_version(view, &op.bucket, &op.key, op.version).await?;
        self.found_target(view, &found, &op.key, op.action(), false).await
    }

    async fn run(&self, permit: &Permit<PutObjectAcl>, op: &PutObjectAcl, txn: &mut Txn) -> Result<()> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let list = Some(op.acl.unwrap_or_default());
        self.may_list(txn.view(), bucket.owner, &bucket.record, list).await?;
        self.amend(txn, &bucket, (&op.key, op.version), |object| object.acl = op.acl).await.map(|_| ())
    }
}

/// Asks who may touch an object without a policy.
#[derive(Clone, Debug)]
pub struct GetObjectAcl {
    /// The bucket.
    pub bucket: BucketName,
    /// The object.
    pub key: ObjectKey,
    /// Which version; `None`: the one that the key stands for.
    pub version: Option<VersionId>,
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
    /// Which version it is; `None` in a bucket that never kept versions.
    pub version: Option<VersionId>,
}

impl Operation for GetObjectAcl {
    type Output = ObjectAccess;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        if self.version.is_some() { GET_OBJECT_VERSION_ACL } else { GET_OBJECT_ACL }
    }

    fn audit(&self, audit: &mut Audit) {
        audit_version(audit, &self.bucket, &self.key, self.version);
    }
}

#[async_trait]
impl Run<GetObjectAcl> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetObjectAcl, _: &Caller, view: &View) -> Result<Target> {
        let found = self.found_version(view, &op.bucket, &op.key, op.version).await?;
        self.found_target(view, &found, &op.key, op.action(), false).await
    }

    async fn run(&self, permit: &Permit<GetObjectAcl>, op: &GetObjectAcl, txn: &mut Txn) -> Result<ObjectAccess> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let found = self.found_version(txn.view(), &bucket.name, &op.key, op.version).await?;
        let object = found.existing(&op.key)?;
        let (effective, version) = (found.acl(), ObjectInfo::new(object, bucket.record.versioning).version);
        let access = &bucket.record.access;
        let own = object.acl.filter(|_| !access.has_no_lists());
        Ok(ObjectAccess { owner: object.owner, own, effective: access.shown(effective), version })
    }
}
