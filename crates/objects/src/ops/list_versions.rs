use crate::access::audit_bucket;
use crate::actions::LIST_OBJECT_VERSIONS;
use crate::bucket::Bucket;
use crate::listing::{Met, Query, Walked, after, past, resume, walk};
use crate::object::{ObjectInfo, ObjectRecord};
use crate::objects::Objects;
use crate::ops::list_objects::{listing_context, text};
use crate::tables::{NULLS, OBJECTS, VERSIONS, object_key};
use crate::version::{MarkerRecord, TAIL, VersionId, VersionMarker, VersionRecord, version_key};
use crate::versions::Eyes;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::cmp::Ordering;
use std::collections::VecDeque;
use store::{Store, Txn, View};
use trail::Category;
use types::{AccountId, Action, BucketName, Failure, ObjectKey, Result, Timestamp, limits};

/// Lists the versions of a bucket's objects and its delete markers: by key, the newest of a key first.
#[derive(Clone, Debug)]
pub struct ListVersions {
    /// The bucket.
    pub bucket: BucketName,
    /// Only keys that start so.
    pub prefix: String,
    /// What groups keys; see [`ListObjects`](crate::ListObjects).
    pub delimiter: String,
    /// Only what comes after this key or common prefix.
    pub after: Option<String>,
    /// Together with `after`: of that key's versions, those that come after this one.
    pub after_version: Option<VersionMarker>,
    /// At most so many; never more than [`limits::PAGE`].
    pub max: usize,
}

impl ListVersions {
    /// All of them, by pages of the largest size.
    pub fn new(bucket: BucketName) -> Self {
        let (prefix, delimiter) = (String::new(), String::new());
        Self { bucket, prefix, delimiter, after: None, after_version: None, max: limits::PAGE }
    }
}

/// A version, or a delete marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedVersion {
    /// Its key.
    pub key: ObjectKey,
    /// Which version it is.
    pub version: VersionId,
    /// Whether it is what its key stands for.
    pub latest: bool,
    /// What it is.
    pub kind: ListedKind,
}

/// What a version is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedKind {
    /// An object.
    Object(Box<ObjectInfo>),
    /// That the object was deleted.
    Marker {
        /// When.
        modified: Timestamp,
        /// The account that owns it.
        owner: AccountId,
    },
}

/// Some of the versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionPage {
    /// The versions and delete markers.
    pub versions: Vec<ListedVersion>,
    /// The common prefixes.
    pub prefixes: Vec<String>,
    /// Where to go on, if there is more: a key and its version, or a common prefix.
    pub next: Option<(String, Option<VersionMarker>)>,
}

impl Operation for ListVersions {
    type Output = VersionPage;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        LIST_OBJECT_VERSIONS
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.optional("prefix", Some(self.prefix.as_str()).filter(|p| !p.is_empty()));
        audit.optional("delimiter", Some(self.delimiter.as_str()).filter(|d| !d.is_empty()));
        audit.optional("keyMarker", self.after.as_deref());
        audit.optional("versionIdMarker", self.after_version.map(|marker| marker.to_string()));
    }
}

/// Where the walks through the two tables begin.
struct Start {
    objects: Vec<u8>,
    versions: Vec<u8>,
}

impl ListVersions {
    /// `None`: behind everything.
    async fn start(&self, view: &View, bucket: &Bucket) -> Result<Option<Start>> {
        let Some(marker) = &self.after else {
            return Ok(Some(Start { objects: Vec::new(), versions: Vec::new() }));
        };
        let key = marker.parse::<ObjectKey>().ok();
        if let (Some(key), Some(version)) = (&key, self.after_version)
            && let Some(order) = order_of(view, bucket, key, version).await?
        {
            let place = version_key(&bucket.record.id, key, order);
            let current = view.get(OBJECTS, bucket.owner, &object_key(&bucket.record.id, key)).await?;
            // One that was brought back since may be older than the marker.
            let comes = current.is_some_and(|current| current.version.order < order);
            let objects = if comes { marker.as_bytes().to_vec() } else { after(marker.as_bytes()) };
            let versions = after(place.get(bucket.record.id.bytes().len()..).unwrap_or_default());
            return Ok(Some(Start { objects, versions }));
        }
        let Some(next) = resume(marker.as_bytes(), &self.prefix, &self.delimiter) else { return Ok(None) };
        // A key's versions are behind it and a NUL: past those, not past the key alone.
        let versions = if next == after(marker.as_bytes()) { past(&next) } else { Some(next.clone()) };
        Ok(versions.map(|versions| Start { objects: next, versions }))
    }
}

/// The place of a version among those of its key. The null version may stand anywhere; if it is gone, nobody knows where it
/// stood, and the listing goes on behind the key.
async fn order_of(view: &View, bucket: &Bucket, key: &ObjectKey, marker: VersionMarker) -> Result<Option<u64>> {
    match marker {
        VersionMarker::NullAt(order) | VersionMarker::Id(VersionId::Kept { order, .. }) => Ok(Some(order)),
        VersionMarker::Id(VersionId::Null) => {
            let place = object_key(&bucket.record.id, key);
            let current = view.get(OBJECTS, bucket.owner, &place).await?;
            if let Some(current) = current.filter(|current| current.version.is_null()) {
                return Ok(Some(current.version.order));
            }
            Ok(view.get(NULLS, bucket.owner, &place).await?.map(|null| null.order))
        }
    }
}

/// A record's key behind the bucket, without the NUL and order at its end.
fn name(key: &[u8]) -> &[u8] {
    key.len().checked_sub(TAIL).and_then(|end| key.get(..end)).unwrap_or_default()
}

/// Something that both tables have, in the order of a listing.
enum Listed {
    Entry(Vec<u8>, VersionRecord),
    Group(Vec<u8>),
}

impl Listed {
    fn of_object(met: Met<ObjectRecord>) -> Self {
        match met {
            Met::Entry(key, object) => Self::Entry(key, VersionRecord::Object(Box::new(object))),
            Met::Group(group) => Self::Group(group),
        }
    }

    fn of_version(met: Met<VersionRecord>) -> Self {
        match met {
            Met::Entry(key, version) => Self::Entry(name(&key).to_vec(), version),
            Met::Group(group) => Self::Group(group),
        }
    }

    fn name(&self) -> &[u8] {
        match self {
            Self::Entry(name, _) | Self::Group(name) => name,
        }
    }
}

/// What both walks met, in order: what a key stands for comes before its other versions. Whether there is more behind `max`.
fn merged(objects: Walked<ObjectRecord>, versions: Walked<VersionRecord>, max: usize) -> (Vec<(Listed, bool)>, bool) {
    let more = objects.more || versions.more;
    let mut objects: VecDeque<Listed> = objects.met.into_iter().map(Listed::of_object).collect();
    let mut versions: VecDeque<Listed> = versions.met.into_iter().map(Listed::of_version).collect();
    let mut all = Vec::new();
    while all.len() < max {
        let order = match (objects.front(), versions.front()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(object), Some(version)) => object.name().cmp(version.name()),
        };
        if let (Ordering::Equal, Some(Listed::Group(_))) = (order, versions.front()) {
            versions.pop_front();
        }
        let next = if order == Ordering::Greater { versions.pop_front() } else { objects.pop_front() };
        all.extend(next.map(|next| (next, order != Ordering::Greater)));
    }
    (all, more || !objects.is_empty() || !versions.is_empty())
}

#[async_trait]
impl Run<ListVersions> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListVersions, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        let mut target = self.bucket_target(view, &bucket, LIST_OBJECT_VERSIONS).await?;
        target.context.extend(&listing_context(&op.prefix, &op.delimiter, op.max));
        Ok(target)
    }

    async fn run(&self, permit: &Permit<ListVersions>, op: &ListVersions, txn: &mut Txn) -> Result<VersionPage> {
        let view = txn.view();
        let bucket = self.permitted(permit, view, &op.bucket).await?;
        let max = op.max.min(limits::PAGE);
        if max == 0 {
            return Ok(VersionPage::default());
        }
        let Some(start) = op.start(view, &bucket).await? else { return Ok(VersionPage::default()) };
        let base = bucket.record.id.bytes();
        let query = |start| Query { base, prefix: &op.prefix, delimiter: &op.delimiter, start, max };
        let objects = walk(view, OBJECTS, bucket.owner, &query(start.objects), |key| key).await?;
        let versions = walk(view, VERSIONS, bucket.owner, &query(start.versions), name).await?;
        let (all, more) = merged(objects, versions, max);
        self.version_page(view, &bucket, all, more).await
    }
}

impl Objects {
    async fn version_page(
        &self,
        view: &View,
        bucket: &Bucket,
        all: Vec<(Listed, bool)>,
        more: bool,
    ) -> Result<VersionPage> {
        let (mut page, mut last) = (VersionPage::default(), None);
        for (listed, stands) in all {
            let (name, record) = match listed {
                Listed::Group(group) => {
                    let group = text(group)?;
                    last = Some((group.clone(), None));
                    page.prefixes.push(group);
                    continue;
                }
                Listed::Entry(name, record) => (name, record),
            };
            let key: ObjectKey = text(name)?.parse().map_err(|_| Failure::corrupt("an object's key"))?;
            let follows = page.versions.last().is_some_and(|before| before.key == key);
            let latest = stands || !follows && is_newest(view, bucket, &key, &record).await?;
            last = Some((key.to_string(), Some(record.version().marker())));
            page.versions.push(listed_version(bucket, key, latest, record));
        }
        page.next = last.filter(|_| more);
        Ok(page)
    }
}

fn listed_version(bucket: &Bucket, key: ObjectKey, latest: bool, record: VersionRecord) -> ListedVersion {
    let version = record.version().id();
    let kind = match record {
        VersionRecord::Object(object) => {
            ListedKind::Object(Box::new(ObjectInfo::new(&object, bucket.record.versioning)))
        }
        VersionRecord::Marker(MarkerRecord { modified, owner, .. }) => ListedKind::Marker { modified, owner },
    };
    ListedVersion { key, version, latest, kind }
}

/// Whether a key stands for a delete marker: the first of a key's versions on a page is so if no object is before it, on an
/// earlier page or by its order.
async fn is_newest(view: &View, bucket: &Bucket, key: &ObjectKey, record: &VersionRecord) -> Result<bool> {
    let VersionRecord::Marker(marker) = record else { return Ok(false) };
    if view.get(OBJECTS, bucket.owner, &object_key(&bucket.record.id, key)).await?.is_some() {
        return Ok(false);
    }
    let newest = bucket.newest_aside(Eyes::Look(view), key, 1).await?;
    Ok(newest.first().is_some_and(|newest| newest.version() == marker.version))
}
