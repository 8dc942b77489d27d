use crate::access::{Found, audit_version};
use crate::conditions::ReadConditions;
use crate::object::{ObjectInfo, ObjectRecord};
use crate::objects::Objects;
use crate::ops::get::{read_action, select};
use crate::ops::object_retention::shown_lock;
use crate::range::ByteRange;
use crate::slot::{Slot, skipped};
use crate::version::VersionId;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::ops::Range;
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, ObjectKey, Reason, Result};

/// Describes an object: as [`Get`](crate::Get), without its content and without its key.
pub struct Head {
    /// In which bucket.
    pub bucket: BucketName,
    /// Under which key.
    pub key: ObjectKey,
    /// Which version; `None`: the one that the key stands for.
    pub version: Option<VersionId>,
    /// Which bytes a read would be of; `None`: all.
    pub range: Option<ByteRange>,
    /// Whether a range that lies outside the object means all of it instead of an error.
    pub lenient: bool,
    /// Which part of an object made of parts.
    pub part: Option<u32>,
    /// On what state of the object it insists.
    pub conditions: ReadConditions,
    found: Slot<Found>,
}

impl Head {
    /// A description of a whole object.
    pub fn new(bucket: BucketName, key: ObjectKey) -> Self {
        let conditions = ReadConditions::default();
        Self { bucket, key, version: None, range: None, lenient: false, part: None, conditions, found: Slot::default() }
    }
}

/// What a read would give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What is known of the object.
    pub info: ObjectInfo,
    /// Which of its bytes a read would give; `None`: all.
    pub range: Option<Range<u64>>,
}

impl Operation for Head {
    type Output = Seen;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        read_action(self.version)
    }

    fn audit(&self, audit: &mut Audit) {
        audit_version(audit, &self.bucket, &self.key, self.version);
    }
}

#[async_trait]
impl Run<Head> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &Head, _: &Caller, view: &View) -> Result<Target> {
        let found = self.found_version(view, &op.bucket, &op.key, op.version).await?;
        let open = found.acl().opens_reading();
        let target = self.found_target(view, &found, &op.key, op.action(), open).await?;
        op.found.set(found);
        Ok(target)
    }

    async fn run(&self, permit: &Permit<Head>, op: &Head, txn: &mut Txn) -> Result<Seen> {
        let (found, view) = (op.found.get().ok_or_else(skipped)?, txn.view());
        match self.head(op, permit, view, &found).await {
            Err(failure) if failure.reason() == Reason::Contended => {
                let fresh = self.found_again(view, &found, &op.key).await?;
                self.head(op, permit, view, &fresh).await
            }
            other => other,
        }
    }
}

impl Objects {
    /// What is known of an object that one asked for.
    pub(crate) async fn described<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        view: &View,
        found: &Found,
        key: &ObjectKey,
        object: &ObjectRecord,
    ) -> Result<ObjectInfo> {
        let expiry = match found.asked {
            None => self.expiry(view, &found.bucket, key, object).await?,
            Some(_) => None,
        };
        let lock = shown_lock(permit, object);
        Ok(ObjectInfo { expiry, lock, ..found.info(object) })
    }

    async fn head(&self, op: &Head, permit: &Permit<Head>, view: &View, found: &Found) -> Result<Seen> {
        let object = found.existing(&op.key)?;
        op.conditions.check(object)?;
        let parts = match op.part {
            Some(_) => self.segments(view, found.bucket.owner, &object.stored).await?,
            None => Vec::new(),
        };
        let range = select(object, op.range, op.lenient, op.part, &parts)?;
        Ok(Seen { info: self.described(permit, view, found, &op.key, object).await?, range })
    }
}
