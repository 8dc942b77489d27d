use crate::access::audit_object;
use crate::actions::APPLY_LIFECYCLE;
use crate::bucket::{Bucket, StorageClass};
use crate::lifecycle::{Applied, Judge, LifecycleRecord, Verdict};
use crate::object::ObjectRecord;
use crate::objects::Objects;
use crate::release::Release;
use crate::tables::{LIFECYCLES, OBJECTS, VERSIONS, object_key};
use crate::version::{VersionId, VersionRecord, version_key, versions_prefix};
use crate::versions::{Eyes, Located};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Range, Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, ObjectKey, Result, Timestamp, UploadId};

/// What a rule is applied to.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    /// What a key stands for.
    Current(ObjectKey),
    /// A version that its key does not stand for, or a delete marker.
    Aside(ObjectKey, VersionId),
    /// A multipart upload.
    Upload(ObjectKey, UploadId),
}

impl Subject {
    pub(crate) fn key(&self) -> &ObjectKey {
        match self {
            Self::Current(key) | Self::Aside(key, _) | Self::Upload(key, _) => key,
        }
    }
}

/// Does to something what its bucket's lifecycle rules ask for at this moment. Only Bailee itself does that.
#[derive(Clone, Debug)]
pub struct ApplyLifecycle {
    pub(crate) bucket: BucketName,
    pub(crate) subject: Subject,
}

impl Operation for ApplyLifecycle {
    /// What was done, and by which rule.
    type Output = (Applied, Option<String>);
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        APPLY_LIFECYCLE
    }

    fn audit(&self, audit: &mut Audit) {
        audit_object(audit, &self.bucket, self.subject.key());
        match &self.subject {
            Subject::Current(_) => {}
            Subject::Aside(_, version) => audit.parameter("versionId", version.to_string()),
            Subject::Upload(_, upload) => audit.parameter("uploadId", upload.as_str()),
        }
    }

    fn outcome(&self, (applied, rule): &Self::Output, audit: &mut Audit) {
        audit.answer("applied", applied.name());
        if let Some(rule) = rule {
            audit.answer("ruleId", rule.as_str());
        }
    }
}

#[async_trait]
impl Run<ApplyLifecycle> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ApplyLifecycle, caller: &Caller, view: &View) -> Result<Target> {
        caller.house_only()?;
        let bucket = self.bucket(view, &op.bucket).await?;
        self.object_target(view, &bucket, op.subject.key(), APPLY_LIFECYCLE, false).await
    }

    /// Commit point: this transaction. It holds on to the rules and to what it judges: whoever changes either comes before, and
    /// counts, or after.
    async fn run(
        &self,
        permit: &Permit<ApplyLifecycle>,
        op: &ApplyLifecycle,
        txn: &mut Txn,
    ) -> Result<(Applied, Option<String>)> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let rules = txn.get(LIFECYCLES, bucket.owner, op.bucket.as_str().as_bytes()).await?;
        let rules: Option<LifecycleRecord> = rules.filter(|rules| rules.bucket == bucket.record.id);
        let Some(rules) = rules else { return Ok((Applied::Nothing, None)) };
        let judge = Judge { lifecycle: &rules.lifecycle, now: self.now(), day: self.config.lifecycle_day };
        let applied = match &op.subject {
            Subject::Current(key) => self.apply_to_current(txn, &bucket, key, &judge).await?,
            Subject::Aside(key, version) => self.apply_to_aside(txn, &bucket, (key, *version), &judge).await?,
            Subject::Upload(key, upload) => self.apply_to_upload(txn, &bucket, (key, upload), &judge).await?,
        };
        Ok(applied.map_or((Applied::Nothing, None), |(applied, rule)| (applied, Some(rule))))
    }
}

/// What was done, and by which rule; `None` if none asks for anything.
type Done = Option<(Applied, String)>;

impl Objects {
    async fn apply_to_current(
        &self,
        txn: &mut Txn,
        bucket: &Bucket,
        key: &ObjectKey,
        judge: &Judge<'_>,
    ) -> Result<Done> {
        let standing = self.standing(txn, bucket, key).await?;
        let Some(object) = &standing.current else { return Ok(None) };
        let Some((verdict, rule)) = judge.current(key, object) else { return Ok(None) };
        let erases = matches!(verdict, Verdict::Expire) && standing.held.versioning.is_off();
        if erases && self.is_kept(object, &standing.release()) {
            return Ok(None);
        }
        let applied = match verdict {
            Verdict::Expire => match self.let_go(txn, &standing).await? {
                Some(_) => Applied::Marked,
                None => Applied::Erased,
            },
            Verdict::Move(class) => self.move_to(txn, bucket, (key, None), class).await?,
        };
        Ok(Some((applied, rule.id.clone())))
    }

    async fn apply_to_aside(
        &self,
        txn: &mut Txn,
        bucket: &Bucket,
        (key, version): (&ObjectKey, VersionId),
        judge: &Judge<'_>,
    ) -> Result<Done> {
        let held = self.hold(txn, bucket).await?;
        let release = Release::plain(&held);
        let Some(located) = bucket.locate(Eyes::Hold(txn), key, version).await? else { return Ok(None) };
        // One that is current again is for the rules about those.
        let Located::Aside(aside) = &located else { return Ok(None) };
        let decided = match self.before(txn, bucket, key, aside.version().order).await? {
            Some(before) => judge.aside(key, aside, before),
            None if bucket.newest_aside(Eyes::Hold(txn), key, 2).await?.len() == 1 => {
                judge.lone_marker(key, aside.modified())
            }
            None => None,
        };
        let Some((verdict, rule)) = decided else { return Ok(None) };
        let applied = match verdict {
            Verdict::Expire if aside.object().is_some_and(|object| self.is_kept(object, &release)) => return Ok(None),
            Verdict::Expire => {
                self.remove_version(txn, bucket, key, &located, &release).await?;
                Applied::Erased
            }
            Verdict::Move(class) => self.move_to(txn, bucket, (key, Some(version)), class).await?,
        };
        Ok(Some((applied, rule.id.clone())))
    }

    /// Whether something keeps an object that a rule would erase: there is nothing to be done, then, until that is over, and
    /// nothing to be recorded each time that it is found.
    fn is_kept(&self, object: &ObjectRecord, release: &Release<'_>) -> bool {
        release.check(object, self.retention_time.earliest()).is_err()
    }

    /// Since when a version that is set aside is not current, and how many such versions of its key are newer, as far as that
    /// matters. `None` if its key stands for it: it is a delete marker then.
    async fn before(
        &self,
        txn: &mut Txn,
        bucket: &Bucket,
        key: &ObjectKey,
        order: u64,
    ) -> Result<Option<(Timestamp, u32)>> {
        let (owner, id) = (bucket.owner, &bucket.record.id);
        let newer = Range {
            start: versions_prefix(id, key),
            end: Some(version_key(id, key, order)),
            limit: MOST_NEWER,
            reverse: true,
        };
        let newer = txn.scan(VERSIONS, owner, &newer).await?;
        let current = txn.get(OBJECTS, owner, &object_key(id, key)).await?;
        // Without an object, the newest of all is the delete marker that the key stands for.
        let aside = newer.len().saturating_sub(usize::from(current.is_none()));
        let since = newer.first().map(|(_, before)| before.modified());
        let since = since.or_else(|| current.map(|current| current.modified));
        Ok(since.map(|since| (since, u32::try_from(aside).unwrap_or(u32::MAX))))
    }

    async fn move_to(
        &self,
        txn: &mut Txn,
        bucket: &Bucket,
        what: (&ObjectKey, Option<VersionId>),
        class: StorageClass,
    ) -> Result<Applied> {
        self.amend(txn, bucket, what, |object| object.storage_class = class).await?;
        Ok(Applied::Moved)
    }

    async fn apply_to_upload(
        &self,
        txn: &mut Txn,
        bucket: &Bucket,
        (key, upload): (&ObjectKey, &UploadId),
        judge: &Judge<'_>,
    ) -> Result<Done> {
        let found = self.found_upload(txn.view(), &bucket.name, key, upload).await?;
        let Some(initiated) = found.upload.as_ref().map(|upload| upload.initiated) else { return Ok(None) };
        let Some((_, rule)) = judge.upload(key, initiated) else { return Ok(None) };
        self.give_up(txn, &found, key).await?;
        Ok(Some((Applied::Erased, rule.id.clone())))
    }
}

/// Enough to know whether one more than can be asked to be kept are newer: and one for a delete marker that is current.
const MOST_NEWER: usize = 102;

impl VersionRecord {
    /// When it came.
    pub(crate) const fn modified(&self) -> Timestamp {
        match self {
            Self::Object(object) => object.modified,
            Self::Marker(marker) => marker.modified,
        }
    }
}
