use crate::access::audit_bucket;
use crate::actions::LIST_UPLOADS;
use crate::bucket::StorageClass;
use crate::encryption::Protection;
use crate::ids::ContentId;
use crate::listing::{Met, Query, after, past, resume, walk};
use crate::objects::Objects;
use crate::ops::list_objects::{listing_context, text};
use crate::tables::UPLOADS;
use crate::upload::UploadRecord;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use trail::Category;
use types::{AccountId, Action, BucketName, Failure, ObjectKey, Result, Timestamp, UploadId, limits};

/// Lists the uploads in a bucket that are neither complete nor given up, by key and then by upload id.
#[derive(Clone, Debug)]
pub struct ListUploads {
    /// The bucket.
    pub bucket: BucketName,
    /// Only keys that start so.
    pub prefix: String,
    /// What groups keys; see [`ListObjects`](crate::ListObjects).
    pub delimiter: String,
    /// Only what comes after this key or common prefix.
    pub after: Option<String>,
    /// Together with `after`: of that key's uploads, those that come after this one.
    pub after_upload: Option<UploadId>,
    /// At most so many; never more than [`limits::PAGE`].
    pub max: usize,
}

impl ListUploads {
    /// All of them, by pages of the largest size.
    pub fn new(bucket: BucketName) -> Self {
        let (prefix, delimiter) = (String::new(), String::new());
        Self { bucket, prefix, delimiter, after: None, after_upload: None, max: limits::PAGE }
    }

    fn start(&self) -> Result<Option<Vec<u8>>> {
        Ok(match (&self.after, &self.after_upload) {
            (None, _) => Some(Vec::new()),
            (Some(key), Some(upload)) => {
                let id = ContentId::of_upload(upload)?;
                Some(after(&[key.as_bytes(), &[0], id.bytes()].concat()))
            }
            // A key's uploads are behind it and a NUL: past those, not past the key alone.
            (Some(key), None) => match resume(key.as_bytes(), &self.prefix, &self.delimiter) {
                Some(next) if next == after(key.as_bytes()) => past(&next),
                other => other,
            },
        })
    }
}

/// An upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadInfo {
    /// The key of the object it is to make.
    pub key: ObjectKey,
    /// Its id.
    pub upload: UploadId,
    /// When it began.
    pub initiated: Timestamp,
    /// Who began it, as policies name the caller.
    pub initiator: Option<String>,
    /// The account that owns it.
    pub owner: AccountId,
    /// How the object is to be kept.
    pub storage_class: StorageClass,
    /// What the object is to be encrypted under.
    pub protection: Protection,
}

impl UploadInfo {
    pub(crate) fn new(key: ObjectKey, upload: UploadId, record: &UploadRecord) -> Self {
        Self {
            key,
            upload,
            initiated: record.initiated,
            initiator: record.initiator.clone(),
            owner: record.owner,
            storage_class: record.storage_class,
            protection: record.data_key.protection(),
        }
    }
}

/// Some of the uploads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadPage {
    /// The uploads.
    pub uploads: Vec<UploadInfo>,
    /// The common prefixes.
    pub prefixes: Vec<String>,
    /// Where to go on, if there is more: a key and its upload, or a common prefix.
    pub next: Option<(String, Option<UploadId>)>,
}

impl Operation for ListUploads {
    type Output = UploadPage;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        LIST_UPLOADS
    }

    fn audit(&self, audit: &mut Audit) {
        audit_bucket(audit, &self.bucket);
        audit.optional("prefix", Some(self.prefix.as_str()).filter(|p| !p.is_empty()));
    }
}

/// A record's key behind the bucket, without the NUL and upload id at its end.
fn name(key: &[u8]) -> &[u8] {
    key.len().checked_sub(17).and_then(|end| key.get(..end)).unwrap_or_default()
}

fn upload_info(key: &[u8], record: &UploadRecord) -> Result<UploadInfo> {
    let damaged = || Failure::corrupt("a multipart upload");
    let id = key.get(name(key).len() + 1..).map(hex::encode_upper).and_then(|hex| hex.parse().ok());
    let name: ObjectKey = text(name(key).to_vec())?.parse().map_err(|_| damaged())?;
    Ok(UploadInfo::new(name, id.ok_or_else(damaged)?, record))
}

#[async_trait]
impl Run<ListUploads> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListUploads, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        let mut target = self.bucket_target(view, &bucket, LIST_UPLOADS).await?;
        target.context.extend(&listing_context(&op.prefix, &op.delimiter, op.max));
        Ok(target)
    }

    async fn run(&self, permit: &Permit<ListUploads>, op: &ListUploads, txn: &mut Txn) -> Result<UploadPage> {
        let bucket = self.permitted(permit, txn.view(), &op.bucket).await?;
        let max = op.max.min(limits::PAGE);
        let mut page = UploadPage::default();
        let Some(start) = op.start()?.filter(|_| max > 0) else { return Ok(page) };
        let base = bucket.record.id.bytes();
        let query = Query { base, prefix: &op.prefix, delimiter: &op.delimiter, start, max };
        let walked = walk(txn.view(), UPLOADS, bucket.owner, &query, name).await?;
        let mut last = None;
        for met in walked.met {
            match met {
                Met::Entry(key, record) => {
                    let info = upload_info(&key, &record)?;
                    last = Some((info.key.to_string(), Some(info.upload.clone())));
                    page.uploads.push(info);
                }
                Met::Group(group) => {
                    let group = text(group)?;
                    last = Some((group.clone(), None));
                    page.prefixes.push(group);
                }
            }
        }
        page.next = last.filter(|_| walked.more);
        Ok(page)
    }
}
