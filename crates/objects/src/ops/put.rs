use crate::access::{Door, Found, audit_object};
use crate::actions::{PUT_OBJECT, PUT_OBJECT_ACL, PUT_OBJECT_LEGAL_HOLD, PUT_OBJECT_RETENTION, PUT_OBJECT_TAGGING};
use crate::body::Body;
use crate::checksum::Expected;
use crate::conditions::WriteConditions;
use crate::draft::{Draft, Ready, Written};
use crate::encryption::{Encryption, Protection};
use crate::objects::Objects;
use crate::slot::{Slot, skipped};
use async_trait::async_trait;
use iam::{Audit, Caller, Need, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, ObjectKey, Resource, Result, Service};

/// Stores an object, whole.
pub struct Put {
    /// In which bucket.
    pub bucket: BucketName,
    /// Under which key.
    pub key: ObjectKey,
    /// Its content.
    pub body: Body,
    /// What the content must turn out to be.
    pub expected: Expected,
    /// What else is said of it.
    pub draft: Draft,
    /// On what state of the object under this key it insists.
    pub conditions: WriteConditions,
    found: Slot<Found>,
    ready: Option<Ready>,
}

impl Put {
    /// A put of a content, with nothing else said.
    pub fn new(bucket: BucketName, key: ObjectKey, body: Body) -> Self {
        Self {
            bucket,
            key,
            body,
            expected: Expected::default(),
            draft: Draft::default(),
            conditions: WriteConditions::default(),
            found: Slot::default(),
            ready: None,
        }
    }
}

impl Operation for Put {
    type Output = Written;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        PUT_OBJECT
    }

    fn audit(&self, audit: &mut Audit) {
        audit_object(audit, &self.bucket, &self.key);
        audit_draft(audit, &self.draft);
        audit.optional("contentLength", self.body.length());
    }

    fn outcome(&self, output: &Written, audit: &mut Audit) {
        audit_written(audit, output);
    }
}

/// Notes what is said of an object that is stored.
pub(crate) fn audit_draft(audit: &mut Audit, draft: &Draft) {
    audit.optional("acl", draft.acl.map(crate::Acl::name));
    audit.optional("tagging", (!draft.tags.is_empty()).then(|| draft.tags.audited()));
    audit.optional("encryption", draft.encryption.as_ref().map(Encryption::name));
    draft.lock.audit(audit);
}

/// Notes what came of storing an object.
pub(crate) fn audit_written(audit: &mut Audit, written: &Written) {
    audit.answer("etag", written.etag.as_str());
    audit.answer("size", written.size);
    if let Some(version) = written.version {
        audit.answer("versionId", version.to_string());
    }
    if let Protection::Kms { key } = &written.protection {
        audit.answer("kmsKeyId", key.as_str());
    }
}

impl Objects {
    /// What storing an object needs, and what is in its place. Who sets an access control list, tags, a retention or a hold
    /// with it needs the right to do that, too, and no list opens the door to that.
    pub(crate) async fn write_target(
        &self,
        view: &View,
        bucket: &BucketName,
        key: &ObjectKey,
        draft: &Draft,
    ) -> Result<(Target, Found)> {
        let found = self.found(view, bucket, key).await?;
        let plain = draft.acl.is_none() && draft.tags.is_empty() && draft.lock.is_none();
        let open = found.acl().opens_writing() && plain;
        let mut target = self.object_target(view, &found.bucket, key, PUT_OBJECT, open).await?;
        let resource = || {
            let path = format!("{bucket}/{key}");
            Resource::regional(Service::Oss, self.store.region(), found.bucket.owner, path)
        };
        if draft.acl.is_some() {
            target.needs.push(Need { action: PUT_OBJECT_ACL, resource: resource() });
        }
        if !draft.tags.is_empty() {
            target.needs.push(Need { action: PUT_OBJECT_TAGGING, resource: resource() });
            draft.tags.tell_requested(&mut target.context);
        }
        if draft.lock.retention.is_some() {
            target.needs.push(Need { action: PUT_OBJECT_RETENTION, resource: resource() });
        }
        if draft.lock.hold.is_some() {
            target.needs.push(Need { action: PUT_OBJECT_LEGAL_HOLD, resource: resource() });
        }
        Ok((target, found))
    }
}

#[async_trait]
impl Run<Put> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &Put, _: &Caller, view: &View) -> Result<Target> {
        let (target, found) = self.write_target(view, &op.bucket, &op.key, &op.draft).await?;
        op.found.set(found);
        Ok(target)
    }

    async fn prepare(&self, permit: &Permit<Put>, op: &mut Put) -> Result<()> {
        let found = op.found.get().ok_or_else(skipped)?;
        // What cannot come true is said before the body is taken in; what counts is the look in the transaction.
        op.conditions.check(found.object.as_deref(), found.bucket.record.versioning)?;
        let caller = permit.caller();
        let ready = self.make_ready(caller, &found, &op.key, &op.draft, &op.expected, &mut op.body).await?;
        op.ready = Some(ready);
        Ok(())
    }

    async fn run(&self, permit: &Permit<Put>, op: &Put, txn: &mut Txn) -> Result<Written> {
        let ready = op.ready.as_ref().ok_or_else(skipped)?;
        self.put_ready(txn, &op.key, ready, &op.conditions, Door::of(permit)).await
    }
}
