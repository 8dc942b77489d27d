use crate::access::audit_bucket;
use crate::actions::LIST_OBJECTS;
use crate::listing::{Met, Query, resume, walk};
use crate::object::ObjectInfo;
use crate::objects::Objects;
use crate::tables::OBJECTS;
use async_trait::async_trait;
use iam::policy::{Context, keys};
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, Failure, ObjectKey, Result, limits};

/// Lists a bucket's objects, in the order of their keys' bytes.
#[derive(Clone, Debug)]
pub struct ListObjects {
    /// The bucket.
    pub bucket: BucketName,
    /// Only keys that start so.
    pub prefix: String,
    /// What groups keys: all that agree up to its first place after the prefix are given as one common prefix. Empty:
    /// nothing does.
    pub delimiter: String,
    /// Only what comes after this key or common prefix.
    pub after: Option<String>,
    /// At most so many keys and common prefixes together; never more than [`limits::PAGE`].
    pub max: usize,
}

impl ListObjects {
    /// All of them, by pages of the largest size.
    pub fn new(bucket: BucketName) -> Self {
        Self { bucket, prefix: String::new(), delimiter: String::new(), after: None, max: limits::PAGE }
    }
}

/// An object in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedObject {
    /// Its key.
    pub key: ObjectKey,
    /// What is known of it.
    pub info: ObjectInfo,
}

/// Some of the objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectPage {
    /// The objects.
    pub objects: Vec<ListedObject>,
    /// The common prefixes.
    pub prefixes: Vec<String>,
    /// Where to go on, if there is more: the last key or common prefix of this page.
    pub next: Option<String>,
}

impl Operation for ListObjects {
    type Output = ObjectPage;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        LIST_OBJECTS
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.optional("prefix", Some(self.prefix.as_str()).filter(|p| !p.is_empty()));
        audit.optional("delimiter", Some(self.delimiter.as_str()).filter(|d| !d.is_empty()));
        audit.optional("marker", self.after.as_deref());
    }
}

/// What policies may ask of a listing.
pub(crate) fn listing_context(prefix: &str, delimiter: &str, max: usize) -> Context {
    let mut context = Context::new();
    context.add(keys::OSS_PREFIX, prefix);
    context.add(keys::OSS_DELIMITER, delimiter);
    context.add(keys::OSS_MAX_KEYS, i64::try_from(max).unwrap_or(i64::MAX));
    context
}

pub(crate) fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| Failure::corrupt("an object's key"))
}

#[async_trait]
impl Run<ListObjects> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListObjects, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        let mut target = self.bucket_target(view, &bucket, LIST_OBJECTS).await?;
        target.open = self.list_opens(view, &bucket, bucket.record.acl.opens_reading()).await?;
        target.context.extend(&listing_context(&op.prefix, &op.delimiter, op.max));
        Ok(target)
    }

    async fn run(&self, permit: &Permit<ListObjects>, op: &ListObjects, txn: &mut Txn) -> Result<ObjectPage> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let max = op.max.min(limits::PAGE);
        let start = match &op.after {
            None => Some(Vec::new()),
            Some(marker) => resume(marker.as_bytes(), &op.prefix, &op.delimiter),
        };
        let mut page = ObjectPage::default();
        // A page of none is never cut short: there is no last entry to go on from.
        let Some(start) = start.filter(|_| max > 0) else { return Ok(page) };
        let base = bucket.record.id.bytes();
        let query = Query { base, prefix: &op.prefix, delimiter: &op.delimiter, start, max };
        let walked = walk(txn.view(), OBJECTS, bucket.owner, &query, |key| key).await?;
        let mut last = None;
        for met in walked.met {
            match met {
                Met::Entry(key, record) => {
                    let key: ObjectKey = text(key)?.parse().map_err(|_| Failure::corrupt("an object's key"))?;
                    last = Some(key.to_string());
                    page.objects.push(ListedObject { key, info: ObjectInfo::new(&record, bucket.record.versioning) });
                }
                Met::Group(group) => {
                    let group = text(group)?;
                    last = Some(group.clone());
                    page.prefixes.push(group);
                }
            }
        }
        page.next = last.filter(|_| walked.more);
        Ok(page)
    }
}
