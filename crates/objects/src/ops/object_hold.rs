use crate::access::audit_version;
use crate::actions::{GET_OBJECT_LEGAL_HOLD, PUT_OBJECT_LEGAL_HOLD};
use crate::objects::Objects;
use crate::retention::hold_name;
use crate::version::VersionId;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, Failure, ObjectKey, Reason, Result};

/// Holds a version until that is ended, whatever else is said of it; or ends that.
#[derive(Clone, Debug)]
pub struct PutObjectHold {
    /// The bucket.
    pub bucket: BucketName,
    /// The object.
    pub key: ObjectKey,
    /// Which version; `None`: the one that the key stands for.
    pub version: Option<VersionId>,
    /// Whether it is held.
    pub on: bool,
}

/// Asks whether a version is held.
#[derive(Clone, Debug)]
pub struct GetObjectHold {
    /// The bucket.
    pub bucket: BucketName,
    /// The object.
    pub key: ObjectKey,
    /// Which version; `None`: the one that the key stands for.
    pub version: Option<VersionId>,
}

impl Operation for PutObjectHold {
    type Output = Option<VersionId>;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        PUT_OBJECT_LEGAL_HOLD
    }

    fn audit(&self, audit: &mut Audit) {
        audit_version(audit, &self.bucket, &self.key, self.version);
        audit.parameter("legalHold", hold_name(self.on));
    }

    fn outcome(&self, output: &Option<VersionId>, audit: &mut Audit) {
        if let Some(version) = output {
            audit.answer("versionId", version.to_string());
        }
    }
}

#[async_trait]
impl Run<PutObjectHold> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutObjectHold, _: &Caller, view: &View) -> Result<Target> {
        let found = self.found_version(view, &op.bucket, &op.key, op.version).await?;
        self.found_target(view, &found, &op.key, PUT_OBJECT_LEGAL_HOLD, false).await
    }

    async fn run(
        &self,
        permit: &Permit<PutObjectHold>,
        op: &PutObjectHold,
        txn: &mut Txn,
    ) -> Result<Option<VersionId>> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        bucket.check_locking()?;
        self.amend(txn, &bucket, (&op.key, op.version), |object| object.lock.hold = Some(op.on)).await
    }
}

impl Operation for GetObjectHold {
    type Output = bool;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        GET_OBJECT_LEGAL_HOLD
    }

    fn audit(&self, audit: &mut Audit) {
        audit_version(audit, &self.bucket, &self.key, self.version);
    }
}

#[async_trait]
impl Run<GetObjectHold> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetObjectHold, _: &Caller, view: &View) -> Result<Target> {
        let found = self.found_version(view, &op.bucket, &op.key, op.version).await?;
        self.found_target(view, &found, &op.key, GET_OBJECT_LEGAL_HOLD, false).await
    }

    async fn run(&self, permit: &Permit<GetObjectHold>, op: &GetObjectHold, txn: &mut Txn) -> Result<bool> {
        let lock = self.lock_of(permit, (&op.bucket, &op.key, op.version), txn).await?;
        lock.hold.ok_or_else(|| Failure::of(Reason::RetentionNotFound).with("Key", op.key.as_str()))
    }
}
