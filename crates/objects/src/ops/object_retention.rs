use crate::access::audit_version;
use crate::actions::{GET_OBJECT_LEGAL_HOLD, GET_OBJECT_RETENTION, PUT_OBJECT_RETENTION};
use crate::bucket::Bucket;
use crate::object::ObjectRecord;
use crate::objects::Objects;
use crate::ops::delete::{answer_bypass, audit_bypass, may_bypass, need_bypass};
use crate::retention::{Lock, Retention, audit_retention};
use crate::version::VersionId;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, Failure, ObjectKey, Reason, Result};

/// Says until when a version is retained, in place of what was said before: for longer; or, by who goes past governance, for
/// less.
#[derive(Clone, Debug)]
pub struct PutObjectRetention {
    /// The bucket.
    pub bucket: BucketName,
    /// The object.
    pub key: ObjectKey,
    /// Which version; `None`: the one that the key stands for.
    pub version: Option<VersionId>,
    /// Until when and how firmly; `None`: not at all.
    pub retention: Option<Retention>,
    /// Whether to go past governance, which the caller needs a right for.
    pub bypass: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retained {
    /// Which version it was.
    pub version: Option<VersionId>,
    /// Whether governance was gone past.
    pub bypassed: bool,
}

/// Shows until when a version is retained. It may be over.
#[derive(Clone, Debug)]
pub struct GetObjectRetention {
    /// The bucket.
    pub bucket: BucketName,
    /// The object.
    pub key: ObjectKey,
    /// Which version; `None`: the one that the key stands for.
    pub version: Option<VersionId>,
}

impl Bucket {
    /// Refuses to speak of locks where there cannot be any.
    pub(crate) fn check_locking(&self) -> Result<()> {
        match self.record.locking {
            Some(_) => Ok(()),
            None => Err(Failure::of(Reason::ObjectLockMissing).with("BucketName", self.name.as_str())),
        }
    }
}

/// What of an object's lock its reader is told: what it could ask for.
pub(crate) fn shown_lock<Op: Operation>(permit: &Permit<Op>, object: &ObjectRecord) -> Lock {
    let Lock { retention, hold } = object.lock;
    Lock {
        retention: retention.filter(|_| permit.allows(GET_OBJECT_RETENTION)),
        hold: hold.filter(|_| permit.allows(GET_OBJECT_LEGAL_HOLD)),
    }
}

impl Operation for PutObjectRetention {
    type Output = Retained;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        PUT_OBJECT_RETENTION
    }

    fn audit(&self, audit: &mut Audit) {
        audit_version(audit, &self.bucket, &self.key, self.version);
        audit_retention(audit, self.retention.as_ref());
        audit_bypass(audit, self.bypass);
    }

    fn outcome(&self, output: &Retained, audit: &mut Audit) {
        if let Some(version) = output.version {
            audit.answer("versionId", version.to_string());
        }
        answer_bypass(audit, output.bypassed);
    }
}

#[async_trait]
impl Run<PutObjectRetention> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutObjectRetention, _: &Caller, view: &View) -> Result<Target> {
        let found = self.found_version(view, &op.bucket, &op.key, op.version).await?;
        let mut target = self.found_target(view, &found, &op.key, PUT_OBJECT_RETENTION, false).await?;
        need_bypass(&mut target, &found.bucket, op.bypass);
        Ok(target)
    }

    /// Commit point: this transaction, which holds the version's record: of two changes at the same time each sees the other.
    async fn run(
        &self,
        permit: &Permit<PutObjectRetention>,
        op: &PutObjectRetention,
        txn: &mut Txn,
    ) -> Result<Retained> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        bucket.check_locking()?;
        op.retention.map_or(Ok(()), |retention| retention.check(self.retention_time.latest()))?;
        let (now, bypass) = (self.retention_time.earliest(), may_bypass(permit));
        let mut bypassed = false;
        let change = |object: &mut ObjectRecord| {
            bypassed = object.lock.retain(op.retention, now, bypass)?;
            Ok(())
        };
        let version = self.try_amend(txn, &bucket, (&op.key, op.version), change).await?;
        Ok(Retained { version, bypassed })
    }
}

impl Operation for GetObjectRetention {
    type Output = Retention;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        GET_OBJECT_RETENTION
    }

    fn audit(&self, audit: &mut Audit) {
        audit_version(audit, &self.bucket, &self.key, self.version);
    }
}

#[async_trait]
impl Run<GetObjectRetention> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetObjectRetention, _: &Caller, view: &View) -> Result<Target> {
        let found = self.found_version(view, &op.bucket, &op.key, op.version).await?;
        self.found_target(view, &found, &op.key, GET_OBJECT_RETENTION, false).await
    }

    async fn run(
        &self,
        permit: &Permit<GetObjectRetention>,
        op: &GetObjectRetention,
        txn: &mut Txn,
    ) -> Result<Retention> {
        let lock = self.lock_of(permit, (&op.bucket, &op.key, op.version), txn).await?;
        lock.retention.ok_or_else(|| Failure::of(Reason::RetentionNotFound).with("Key", op.key.as_str()))
    }
}

impl Objects {
    /// The lock of a version that is there, in a bucket where there can be one.
    pub(crate) async fn lock_of<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        (bucket, key, version): (&BucketName, &ObjectKey, Option<VersionId>),
        txn: &Txn,
    ) -> Result<Lock> {
        let bucket = self.permitted(permit, txn.view(), bucket).await?;
        bucket.check_locking()?;
        let found = self.found_version(txn.view(), &bucket.name, key, version).await?;
        Ok(found.existing(key)?.lock)
    }
}
