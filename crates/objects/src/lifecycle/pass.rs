//! Going through buckets and doing what their rules ask for.
//!
//! A pass goes through a bucket once a day, page by page; how far it came is kept, so that the next start goes on from there.
//! What it finds due it has done by an operation of its own ([`ApplyLifecycle`]), which judges once more what it
//! reads in its transaction: a rule that was taken back, or an object that was replaced or tagged since, counts there.

use super::{Judge, LifecycleRecord, Verdict};
use crate::bucket::Bucket;
use crate::ids::{BucketId, ContentId};
use crate::object::ObjectRecord;
use crate::objects::Objects;
use crate::ops::{ApplyLifecycle, Subject};
use crate::release::Release;
use crate::rewrap::HoldsKey;
use crate::tables::{LIFECYCLES, OBJECTS, PASSES, UPLOADS, VERSIONS, object_key};
use crate::upload::UploadRecord;
use crate::version::VersionRecord;
use crate::versions::Eyes;
use futures::StreamExt;
use iam::Caller;
use serde::{Deserialize, Serialize};
use store::{Committed, Durability, Range, Record, Space, Table, View};
use types::{BucketName, Failure, ObjectKey, Reason, Result, Timestamp};

/// Records looked at in one go.
const PAGE: usize = 256;
/// How many of a page's changes are on their way at the same time: they share their syncs to disk.
const AT_ONCE: usize = 16;

/// What came of applying a bucket's rules to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is gone for good.
    Erased,
    /// Its key stands for a delete marker.
    Marked,
    /// It is in another storage class.
    Moved,
    /// No rule asks for anything any more.
    Nothing,
}

impl Applied {
    /// Its name in events.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Erased => "Erased",
            Self::Marked => "DeleteMarkerCreated",
            Self::Moved => "Transitioned",
            Self::Nothing => "Nothing",
        }
    }
}

/// Where a pass is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    #[default]
    Uploads,
    Objects,
    Versions,
    Done,
}

/// How far the last pass through a bucket came.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PassRecord {
    /// When it began.
    started: Timestamp,
    /// The rules it began with: when they were set.
    rules: Timestamp,
    stage: Stage,
    /// Where the stage goes on, behind the bucket's id.
    #[serde(with = "store::binary")]
    start: Vec<u8>,
    /// What is known of the versions of the key that it goes on within, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<Line>,
    looked: u64,
    changed: u64,
    failed: u64,
}

impl Record for PassRecord {}

impl PassRecord {
    fn new(now: Timestamp, rules: Timestamp) -> Self {
        let (looked, changed, failed) = (0, 0, 0);
        Self { started: now, rules, stage: Stage::Uploads, start: Vec::new(), line: None, looked, changed, failed }
    }

    /// One that is among the versions.
    #[cfg(test)]
    pub(crate) fn example(started: Timestamp) -> Self {
        let start = b"a/\xc3\xa9".to_vec();
        Self { stage: Stage::Versions, start, looked: 300, changed: 7, failed: 1, ..Self::new(started, started) }
    }

    fn next_stage(&mut self) {
        (self.start, self.line) = (Vec::new(), None);
        self.stage = match self.stage {
            Stage::Uploads => Stage::Objects,
            Stage::Objects => Stage::Versions,
            Stage::Versions | Stage::Done => Stage::Done,
        };
    }
}

/// A bucket whose rules are applied, and as whom.
struct Pass<'p> {
    bucket: Bucket,
    judge: Judge<'p>,
    caller: &'p (dyn Fn(&'static str) -> Caller + Sync),
    /// The earliest it may be, for what is retained.
    earliest: Timestamp,
}

impl Pass<'_> {
    /// Whether what is due has to wait since something keeps the object. Whoever applies the rule asks again; to ask here spares
    /// the trail an event a day that says that nothing was done.
    fn waits(&self, verdict: Verdict, object: Option<&ObjectRecord>) -> bool {
        let kept = |object| Release::plain(&self.bucket.record).check(object, self.earliest).is_err();
        matches!(verdict, Verdict::Expire) && object.is_some_and(kept)
    }
}

impl Objects {
    /// Does what is due by the lifecycle rules of all buckets, and says how much it changed. `caller`: Bailee itself, about to do
    /// what is named. To be called when rules were set and once a day; what was broken off is gone on with.
    pub async fn apply_lifecycles(&self, caller: &(dyn Fn(&'static str) -> Caller + Sync)) -> Result<u64> {
        let (mut changed, mut after, mut failed) = (0, None, Ok(()));
        while let Some(owner) = self.store.view().await?.accounts(Space::Objects, after, 1).await?.pop() {
            after = Some(owner);
            let mut range = Range::all(PAGE);
            loop {
                let page = self.store.view().await?.scan(LIFECYCLES, owner, &range).await?;
                for (suffix, rules) in &page {
                    let name = std::str::from_utf8(suffix).ok().and_then(|name| name.parse().ok());
                    let name = name.ok_or_else(|| Failure::corrupt(LIFECYCLES.what()))?;
                    // What is wrong with one bucket does not keep the others from their turn.
                    match self.apply_lifecycle(name, rules, caller).await {
                        Ok(more) => changed += more,
                        Err(failure) if keeps_all(failure.reason()) => return Err(failure),
                        Err(failure) if failure.reason() == Reason::BucketNotFound => {}
                        Err(failure) => failed = Err(failure),
                    }
                }
                if !range.go_on(&page, |(suffix, _)| suffix) {
                    break;
                }
            }
        }
        failed.map(|()| changed)
    }

    /// Resolves once rules were set.
    pub async fn lifecycle_set(&self) {
        self.lifecycles.notified().await;
    }

    async fn apply_lifecycle(
        &self,
        name: BucketName,
        rules: &LifecycleRecord,
        caller: &(dyn Fn(&'static str) -> Caller + Sync),
    ) -> Result<u64> {
        let bucket = match self.bucket(&self.store.view().await?, &name).await {
            Ok(bucket) if bucket.record.id == rules.bucket => bucket,
            Ok(_) => return Ok(0),
            Err(failure) if failure.reason() == Reason::BucketNotFound => return Ok(0),
            Err(failure) => return Err(failure),
        };
        let (now, day) = (self.now(), self.config.lifecycle_day);
        let earliest = self.retention_time.earliest();
        let kept = self.store.view().await?.get(PASSES, bucket.owner, bucket.record.id.bytes()).await?;
        let Some(mut at) = begin(kept, now, rules, day.as_millis()) else { return Ok(0) };
        let pass = Pass { bucket, judge: Judge { lifecycle: &rules.lifecycle, now, day }, caller, earliest };
        let before = at.changed;
        while at.stage != Stage::Done {
            let still =
                self.store.view().await?.shared(LIFECYCLES, pass.bucket.owner, name.as_str().as_bytes()).await?;
            if still.is_none_or(|still| still.updated != rules.updated) {
                // Others begin a pass of their own.
                break;
            }
            self.one_page(&pass, &mut at).await?;
            self.keep_pass(&pass.bucket, &at).await?;
            tokio::task::yield_now().await;
        }
        let PassRecord { looked, changed, failed, .. } = at;
        tracing::info!(bucket = %name, looked, changed, failed, "lifecycle rules were applied");
        Ok(changed.saturating_sub(before))
    }

    async fn keep_pass(&self, bucket: &Bucket, at: &PassRecord) -> Result<()> {
        loop {
            let mut txn = self.store.begin().await?;
            self.hold(&mut txn, bucket).await?;
            txn.put(PASSES, bucket.owner, bucket.record.id.bytes(), at).await?;
            if let Committed::Done(_) = txn.commit(Durability::Logged).await? {
                return Ok(());
            }
        }
    }

    async fn one_page(&self, pass: &Pass<'_>, at: &mut PassRecord) -> Result<()> {
        let (judge, found) = (&pass.judge, Found::default());
        let found = match at.stage {
            Stage::Uploads if judge.asks_of_uploads() => self.due_uploads(pass, &at.start).await?,
            Stage::Objects if judge.asks_of_objects() => self.due_objects(pass, &at.start).await?,
            Stage::Versions if judge.asks_of_versions() => self.due_versions(pass, &at.start, at.line.take()).await?,
            _ => found,
        };
        let keys = by_key(found.due).into_iter().map(|due| self.have_all_applied(pass, due));
        let done: Vec<Vec<Result<Applied>>> = futures::stream::iter(keys).buffered(AT_ONCE).collect().await;
        at.looked += found.looked;
        for result in done.into_iter().flatten() {
            match result {
                Ok(Applied::Nothing) => {}
                Ok(_) => at.changed += 1,
                Err(failure) if keeps_all(failure.reason()) => return Err(failure),
                Err(failure) => {
                    at.failed += 1;
                    tracing::warn!(bucket = %pass.bucket.name, error = %failure, "a lifecycle rule was not applied");
                }
            }
        }
        match found.next {
            Some(next) => (at.start, at.line) = (next, found.line),
            None => at.next_stage(),
        }
        Ok(())
    }

    /// One after the other: what is about one key would come into conflict with itself.
    async fn have_all_applied(&self, pass: &Pass<'_>, due: Vec<(Subject, Verdict)>) -> Vec<Result<Applied>> {
        let mut done = Vec::with_capacity(due.len());
        for one in due {
            done.push(self.have_applied(pass, one).await);
        }
        done
    }

    async fn have_applied(&self, pass: &Pass<'_>, (subject, verdict): (Subject, Verdict)) -> Result<Applied> {
        let caller = (pass.caller)(match (&subject, verdict) {
            (Subject::Upload(..), _) => "LifecycleAbortMultipartUpload",
            (_, Verdict::Expire) => "LifecycleExpiration",
            (_, Verdict::Move(_)) => "LifecycleTransition",
        });
        let op = ApplyLifecycle { bucket: pass.bucket.name.clone(), subject };
        self.gate.perform(&caller, self, op).await.map(|(applied, _)| applied)
    }

    async fn due_uploads(&self, pass: &Pass<'_>, start: &[u8]) -> Result<Found> {
        let (page, next) = page(&self.store.view().await?, UPLOADS, &pass.bucket, start).await?;
        let mut found = Found { looked: page.len() as u64, next, ..Found::default() };
        for (rest, upload) in &page {
            let damaged = || Failure::corrupt(UPLOADS.what());
            let key = UploadRecord::key(rest).ok_or_else(damaged)?;
            let id = rest.last_chunk::<16>().map(ContentId::of).ok_or_else(damaged)?;
            if let Some((verdict, _)) = pass.judge.upload(&key, upload.initiated) {
                found.due.push((Subject::Upload(key, id.upload()?), verdict));
            }
        }
        Ok(found)
    }

    async fn due_objects(&self, pass: &Pass<'_>, start: &[u8]) -> Result<Found> {
        let (page, next) = page(&self.store.view().await?, OBJECTS, &pass.bucket, start).await?;
        let mut found = Found { looked: page.len() as u64, next, ..Found::default() };
        for (rest, object) in &page {
            let key = ObjectRecord::key(rest).ok_or_else(|| Failure::corrupt(OBJECTS.what()))?;
            // Where versions are kept, a rule only marks it deleted.
            let erased = Some(object).filter(|_| pass.bucket.record.versioning.is_off());
            if let Some((verdict, _)) = pass.judge.current(&key, object)
                && !pass.waits(verdict, erased)
            {
                found.due.push((Subject::Current(key), verdict));
            }
        }
        Ok(found)
    }

    /// `line`: what is known of the versions of the key that the page begins within.
    async fn due_versions(&self, pass: &Pass<'_>, start: &[u8], mut line: Option<Line>) -> Result<Found> {
        let view = self.store.view().await?;
        let (page, next) = page(&view, VERSIONS, &pass.bucket, start).await?;
        let mut found = Found { looked: page.len() as u64, next, ..Found::default() };
        for (rest, version) in &page {
            let key = VersionRecord::key(rest).ok_or_else(|| Failure::corrupt(VERSIONS.what()))?;
            let mut this = match line.take().filter(|line| line.key == key.as_str()) {
                Some(line) => line,
                None => Line::of(&view, &pass.bucket, &key).await?,
            };
            found.due.extend(this.next(pass, &view, &key, version).await?);
            line = Some(this);
        }
        found.line = line;
        Ok(found)
    }
}

/// What is due of each key, in the order of the page.
fn by_key(due: Vec<(Subject, Verdict)>) -> Vec<Vec<(Subject, Verdict)>> {
    let mut keys: Vec<Vec<(Subject, Verdict)>> = Vec::new();
    for one in due {
        match keys.last_mut().filter(|last| last.first().is_some_and(|first| first.0.key() == one.0.key())) {
            Some(last) => last.push(one),
            None => keys.push(vec![one]),
        }
    }
    keys
}

/// What a page holds that is due, and where the next one starts.
#[derive(Default)]
struct Found {
    looked: u64,
    due: Vec<(Subject, Verdict)>,
    next: Option<Vec<u8>>,
    line: Option<Line>,
}

/// The versions of one key, from the newest on, as far as they were looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Line {
    key: String,
    /// Since when the next is not current: the one before it came then. `None`: the next is a delete marker that the key
    /// stands for.
    since: Option<Timestamp>,
    /// How many that are not current came before.
    newer: u32,
}

impl Line {
    async fn of(view: &View, bucket: &Bucket, key: &ObjectKey) -> Result<Self> {
        let current = view.get(OBJECTS, bucket.owner, &object_key(&bucket.record.id, key)).await?;
        Ok(Self { key: key.to_string(), since: current.map(|current| current.modified), newer: 0 })
    }

    async fn next(
        &mut self,
        pass: &Pass<'_>,
        view: &View,
        key: &ObjectKey,
        version: &VersionRecord,
    ) -> Result<Option<(Subject, Verdict)>> {
        let decided = match self.since {
            Some(since) => {
                let newer = self.newer;
                self.newer = newer.saturating_add(1);
                pass.judge.aside(key, version, (since, newer))
            }
            None => match pass.judge.lone_marker(key, version.modified()) {
                Some(decided) if pass.bucket.has_one_version(view, key).await? => Some(decided),
                _ => None,
            },
        };
        self.since = Some(version.modified());
        let subject = || Subject::Aside(key.clone(), version.version().id());
        let due = decided.map(|(verdict, _)| verdict).filter(|verdict| !pass.waits(*verdict, version.object()));
        Ok(due.map(|verdict| (subject(), verdict)))
    }
}

impl Bucket {
    async fn has_one_version(&self, view: &View, key: &ObjectKey) -> Result<bool> {
        Ok(self.newest_aside(Eyes::Look(view), key, 2).await?.len() == 1)
    }
}

/// The pass that is to be gone on with, or begun; `None` if there is none today.
fn begin(kept: Option<PassRecord>, now: Timestamp, rules: &LifecycleRecord, day: u128) -> Option<PassRecord> {
    let kept = kept.filter(|kept| kept.rules == rules.updated);
    let day = i64::try_from(day).unwrap_or(i64::MAX).max(1);
    let day_of = |time: Timestamp| time.millis().div_euclid(day);
    match kept {
        Some(kept) if kept.stage != Stage::Done => Some(kept),
        Some(kept) if day_of(now) <= day_of(kept.started) => None,
        _ => Some(PassRecord::new(now, rules.updated)),
    }
}

/// Whether a failure would keep everything else from being done, too.
const fn keeps_all(reason: Reason) -> bool {
    matches!(reason, Reason::StorageFull | Reason::Unavailable | Reason::Internal)
}

/// Records of a bucket from a place on, by what is behind the bucket's id, and where the next are.
async fn page<R: Record>(
    view: &View,
    table: Table<R>,
    bucket: &Bucket,
    start: &[u8],
) -> Result<(Vec<(Vec<u8>, R)>, Option<Vec<u8>>)> {
    let id: &BucketId = &bucket.record.id;
    let prefix = Range::prefix(id.bytes(), PAGE);
    let mut range = Range { start: [id.bytes().as_slice(), start].concat(), ..prefix };
    let mut page = view.scan(table, bucket.owner, &range).await?;
    let more = range.go_on(&page, |(suffix, _)| suffix);
    let cut = |suffix: &mut Vec<u8>| drop(suffix.drain(..id.bytes().len().min(suffix.len())));
    page.iter_mut().for_each(|(suffix, _)| cut(suffix));
    cut(&mut range.start);
    Ok((page, more.then_some(range.start)))
}
