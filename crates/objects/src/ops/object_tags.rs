use crate::access::{Found, audit_object, audit_version};
use crate::actions::{
    DELETE_OBJECT_TAGGING, DELETE_OBJECT_VERSION_TAGGING, GET_OBJECT_TAGGING, GET_OBJECT_VERSION_TAGGING,
    PUT_OBJECT_TAGGING, PUT_OBJECT_VERSION_TAGGING,
};
use crate::objects::Objects;
use crate::tags::Tags;
use crate::version::VersionId;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, ObjectKey, Result};

/// Marks an object with tags, in place of those it has. When it was stored stays as it is.
#[derive(Clone, Debug)]
pub struct PutObjectTags {
    /// The bucket.
    pub bucket: BucketName,
    /// The object.
    pub key: ObjectKey,
    /// Which version; `None`: the one that the key stands for.
    pub version: Option<VersionId>,
    /// With what.
    pub tags: Tags,
}

/// Shows an object's tags.
#[derive(Clone, Debug)]
pub struct GetObjectTags {
    /// The bucket.
    pub bucket: BucketName,
    /// The object.
    pub key: ObjectKey,
    /// Which version; `None`: the one that the key stands for.
    pub version: Option<VersionId>,
}

/// Takes an object's tags off. No error if it has none.
#[derive(Clone, Debug)]
pub struct DeleteObjectTags {
    /// The bucket.
    pub bucket: BucketName,
    /// The object.
    pub key: ObjectKey,
    /// Which version; `None`: the one that the key stands for.
    pub version: Option<VersionId>,
}

/// The tags of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectTags {
    /// The tags.
    pub tags: Tags,
    /// Which version has them; `None` in a bucket that never kept versions.
    pub version: Option<VersionId>,
}

/// Asks whether the caller may mark an object with tags that come from elsewhere: what a copy brings along is known only
/// when its source was read. It changes nothing.
pub(crate) struct AllowTags {
    pub(crate) bucket: BucketName,
    pub(crate) key: ObjectKey,
    pub(crate) tags: Tags,
}

impl Objects {
    /// The target of an operation on an object's tags. No access control list opens the door to them.
    async fn tags_target(
        &self,
        view: &View,
        (bucket, key, version): (&BucketName, &ObjectKey, Option<VersionId>),
        action: Action,
    ) -> Result<Target> {
        let found = self.found_version(view, bucket, key, version).await?;
        self.found_target(view, &found, key, action, false).await
    }

    /// The target of an operation on an object that was looked for, which says what tags that has.
    pub(crate) async fn found_target(
        &self,
        view: &View,
        found: &Found,
        key: &ObjectKey,
        action: Action,
        open: bool,
    ) -> Result<Target> {
        let mut target = self.object_target(view, &found.bucket, key, action, open).await?;
        if let Some(object) = &found.object {
            object.tags.tell_existing(&mut target.context);
        }
        Ok(target)
    }

    async fn set_tags<Op: Operation>(
        &self,
        permit: &Permit<Op>,
        (bucket, key, version): (&BucketName, &ObjectKey, Option<VersionId>),
        tags: Tags,
        txn: &mut Txn,
    ) -> Result<Option<VersionId>> {
        let bucket = self.permitted(permit, txn.view(), bucket).await?;
        self.amend(txn, &bucket, (key, version), |object| object.tags = tags).await
    }
}

impl Operation for PutObjectTags {
    type Output = Option<VersionId>;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        if self.version.is_some() { PUT_OBJECT_VERSION_TAGGING } else { PUT_OBJECT_TAGGING }
    }

    fn audit(&self, audit: &mut Audit) {
        audit_version(audit, &self.bucket, &self.key, self.version);
        audit.parameter("tagging", self.tags.audited());
    }
}

#[async_trait]
impl Run<PutObjectTags> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutObjectTags, _: &Caller, view: &View) -> Result<Target> {
        let mut target = self.tags_target(view, (&op.bucket, &op.key, op.version), op.action()).await?;
        op.tags.tell_requested(&mut target.context);
        Ok(target)
    }

    async fn run(
        &self,
        permit: &Permit<PutObjectTags>,
        op: &PutObjectTags,
        txn: &mut Txn,
    ) -> Result<Option<VersionId>> {
        self.set_tags(permit, (&op.bucket, &op.key, op.version), op.tags.clone(), txn).await
    }
}

impl Operation for GetObjectTags {
    type Output = ObjectTags;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        if self.version.is_some() { GET_OBJECT_VERSION_TAGGING } else { GET_OBJECT_TAGGING }
    }

    fn audit(&self, audit: &mut Audit) {
        audit_version(audit, &self.bucket, &self.key, self.version);
    }
}

#[async_trait]
impl Run<GetObjectTags> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetObjectTags, _: &Caller, view: &View) -> Result<Target> {
        self.tags_target(view, (&op.bucket, &op.key, op.version), op.action()).await
    }

    async fn run(&self, permit: &Permit<GetObjectTags>, op: &GetObjectTags, txn: &mut Txn) -> Result<ObjectTags> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let found = self.found_version(txn.view(), &bucket.name, &op.key, op.version).await?;
        let object = found.existing(&op.key)?;
        let version = (!bucket.record.versioning.is_off()).then(|| object.version.id());
        Ok(ObjectTags { tags: object.tags.clone(), version })
    }
}

impl Operation for DeleteObjectTags {
    type Output = Option<VersionId>;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        if self.version.is_some() { DELETE_OBJECT_VERSION_TAGGING } else { DELETE_OBJECT_TAGGING }
    }

    fn audit(&self, audit: &mut Audit) {
        audit_version(audit, &self.bucket, &self.key, self.version);
    }
}

#[async_trait]
impl Run<DeleteObjectTags> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DeleteObjectTags, _: &Caller, view: &View) -> Result<Target> {
        self.tags_target(view, (&op.bucket, &op.key, op.version), op.action()).await
    }

    async fn run(
        &self,
        permit: &Permit<DeleteObjectTags>,
        op: &DeleteObjectTags,
        txn: &mut Txn,
    ) -> Result<Option<VersionId>> {
        self.set_tags(permit, (&op.bucket, &op.key, op.version), Tags::default(), txn).await
    }
}

impl Operation for AllowTags {
    type Output = ();
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        PUT_OBJECT_TAGGING
    }

    fn audit(&self, audit: &mut Audit) {
        audit_object(audit, &self.bucket, &self.key);
        audit.parameter("tagging", self.tags.audited());
    }
}

#[async_trait]
impl Run<AllowTags> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &AllowTags, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        let mut target = self.object_target(view, &bucket, &op.key, PUT_OBJECT_TAGGING, false).await?;
        op.tags.tell_requested(&mut target.context);
        Ok(target)
    }

    async fn run(&self, _: &Permit<AllowTags>, _: &AllowTags, _: &mut Txn) -> Result<()> {
        Ok(())
    }
}
