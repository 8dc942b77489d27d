use crate::access::audit_version;
use crate::actions::{BYPASS_GOVERNANCE_RETENTION, DELETE_OBJECT, DELETE_OBJECT_VERSION};
use crate::bucket::Bucket;
use crate::conditions::WriteConditions;
use crate::objects::Objects;
use crate::release::Release;
use crate::tables::{OBJECTS, object_key};
use crate::version::{VersionId, VersionRecord};
use crate::versions::{Eyes, Located, Standing};
use async_trait::async_trait;
use futures::StreamExt;
use iam::{Audit, Caller, Need, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, ObjectKey, Result};

/// How many of a list of deletions are on their way at the same time: they share their syncs to disk.
const AT_ONCE: usize = 32;

/// Removes an object; in a bucket that keeps versions, by a delete marker. Or removes one of its versions, or a delete marker,
/// for good. No error if it is not there.
#[derive(Clone, Debug)]
pub struct Delete {
    /// In which bucket.
    pub bucket: BucketName,
    /// Under which key.
    pub key: ObjectKey,
    /// Which version; `None`: what the key stands for.
    pub version: Option<VersionId>,
    /// On what state of the object it insists.
    pub conditions: WriteConditions,
    /// Whether to go past governance, which the caller needs a right for.
    pub bypass: bool,
}

impl Delete {
    /// A removal of whatever is there.
    pub fn new(bucket: BucketName, key: ObjectKey) -> Self {
        Self { bucket, key, version: None, conditions: WriteConditions::default(), bypass: false }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Whether there was anything.
    pub existed: bool,
    /// The version that was removed, if one was named; else the delete marker that came into its place. `None` in a bucket
    /// that never kept versions.
    pub version: Option<VersionId>,
    /// Whether that is a delete marker.
    pub marker: bool,
    /// Whether governance was gone past.
    pub bypassed: bool,
}

impl Operation for Delete {
    type Output = Deleted;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        if self.version.is_some() { DELETE_OBJECT_VERSION } else { DELETE_OBJECT }
    }

    fn audit(&self, audit: &mut Audit) {
        audit_version(audit, &self.bucket, &self.key, self.version);
        audit_bypass(audit, self.bypass);
    }

    fn outcome(&self, output: &Deleted, audit: &mut Audit) {
        if let Some(version) = output.version {
            audit.answer("versionId", version.to_string());
        }
        audit.answer("deleteMarker", output.marker);
        answer_bypass(audit, output.bypassed);
    }
}

/// Notes that a caller wants to go past governance.
pub(crate) fn audit_bypass(audit: &mut Audit, asked: bool) {
    audit.optional("bypassGovernanceRetention", asked.then_some(true));
}

/// Notes that a caller did.
pub(crate) fn answer_bypass(audit: &mut Audit, done: bool) {
    if done {
        audit.answer("governanceBypassed", true);
    }
}

/// Adds to what an operation needs the right to go past governance, if it wants to where there can be any.
pub(crate) fn need_bypass(target: &mut Target, bucket: &Bucket, asked: bool) {
    let resource = target.needs.first().map(|need| need.resource.clone());
    if let Some(resource) = resource.filter(|_| asked && bucket.record.locking.is_some()) {
        target.needs.push(Need { action: BYPASS_GOVERNANCE_RETENTION, resource });
    }
}

/// Whether an operation may go past governance: it wanted to, and was decided with that.
pub(crate) fn may_bypass<Op: Operation>(permit: &Permit<Op>) -> bool {
    permit.target().needs.iter().any(|need| need.action == BYPASS_GOVERNANCE_RETENTION)
}

#[async_trait]
impl Run<Delete> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &Delete, _: &Caller, view: &View) -> Result<Target> {
        let found = self.found_version(view, &op.bucket, &op.key, op.version).await?;
        // No list opens the door to what can't be undone where everything else can.
        let open = found.acl().opens_writing() && op.version.is_none();
        let mut target = self.found_target(view, &found, &op.key, op.action(), open).await?;
        need_bypass(&mut target, &found.bucket, op.bypass && op.version.is_some());
        Ok(target)
    }

    /// Commit point: this transaction. Before it the object is whole; after it nothing names its content, and its blobs
    /// are on the list of the dropped; or, in a bucket that keeps versions, it is one of them.
    async fn run(&self, permit: &Permit<Delete>, op: &Delete, txn: &mut Txn) -> Result<Deleted> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        if let Some(version) = op.version {
            return self.delete_version(op, txn, &bucket, version, may_bypass(permit)).await;
        }
        let standing = self.standing(txn, &bucket, &op.key).await?;
        let existed = standing.current.is_some();
        op.conditions.check(standing.current.as_deref(), standing.held.versioning)?;
        let marker = self.let_go(txn, &standing).await?;
        Ok(Deleted { existed, version: marker, marker: marker.is_some(), bypassed: false })
    }
}

impl Objects {
    /// Lets a key stand for nothing. In a bucket that keeps versions that is said by a delete marker; in another the object is
    /// erased.
    pub(crate) async fn let_go(&self, txn: &mut Txn, standing: &Standing<'_>) -> Result<Option<VersionId>> {
        let Standing { bucket, key, current, held } = standing;
        if !held.versioning.is_off() {
            return Ok(Some(self.mark_deleted(txn, standing).await?.id()));
        }
        if let Some(object) = current {
            self.erase(txn, bucket, object, &standing.release()).await?;
            txn.delete(OBJECTS, bucket.owner, &object_key(&bucket.record.id, key));
        }
        Ok(None)
    }

    async fn delete_version(
        &self,
        op: &Delete,
        txn: &mut Txn,
        bucket: &Bucket,
        version: VersionId,
        bypass: bool,
    ) -> Result<Deleted> {
        let held = self.hold(txn, bucket).await?;
        let found = bucket.locate(Eyes::Hold(txn), &op.key, version).await?;
        let (object, marker) = match &found {
            Some(Located::Current(object)) => (Some(&**object), false),
            Some(Located::Aside(VersionRecord::Object(object))) => (Some(&**object), false),
            Some(Located::Aside(VersionRecord::Marker(_))) => (None, true),
            None => (None, false),
        };
        op.conditions.check(object, held.versioning)?;
        let release = Release::bypassing(&held, bypass);
        let bypassed = match object {
            Some(object) => release.check(object, self.retention_time.earliest())?,
            None => false,
        };
        if let Some(located) = &found {
            self.remove_version(txn, bucket, &op.key, located, &release).await?;
        }
        let shown = (!held.versioning.is_off()).then_some(version);
        Ok(Deleted { existed: found.is_some(), version: shown, marker, bypassed })
    }

    /// Removes several objects or versions, each by an operation of its own: decided and recorded one by one, answered in the order
    /// asked.
    pub async fn delete_many(
        &self,
        caller: &Caller,
        bucket: &BucketName,
        keys: Vec<(ObjectKey, Option<VersionId>)>,
        bypass: bool,
    ) -> Vec<(ObjectKey, Option<VersionId>, Result<Deleted>)> {
        let one = |(key, version): (ObjectKey, Option<VersionId>)| async move {
            let op = Delete { version, bypass, ..Delete::new(bucket.clone(), key.clone()) };
            (key, version, self.gate.perform(caller, self, op).await)
        };
        let mut keys = keys.into_iter();
        // The first goes alone: it uses up what the request may use once, which those beside it would trip over.
        let Some(first) = keys.next() else { return Vec::new() };
        let mut results = vec![one(first).await];
        results.extend(futures::stream::iter(keys.map(one)).buffered(AT_ONCE).collect::<Vec<_>>().await);
        results
    }
}
