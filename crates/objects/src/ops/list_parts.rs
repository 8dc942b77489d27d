use crate::access::audit_object;
use crate::actions::LIST_PARTS;
use crate::checksum::{ChecksumKind, ChecksumScope, Checksums};
use crate::objects::Objects;
use crate::ops::list_uploads::UploadInfo;
use crate::tables::{PARTS, part_key};
use crate::upload::PartRecord;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Range, Store, Txn, View};
use trail::Category;
use types::{Action, BucketName, ObjectKey, Result, Timestamp, UploadId, limits};

/// Lists the parts of an upload, in the order of their numbers.
#[derive(Clone, Debug)]
pub struct ListParts {
    /// In which bucket.
    pub bucket: BucketName,
    /// Of the object under which key.
    pub key: ObjectKey,
    /// The upload.
    pub upload: UploadId,
    /// Only parts with a higher number.
    pub after: u32,
    /// At most so many; never more than [`limits::PAGE`].
    pub max: usize,
}

impl ListParts {
    /// All of them, by pages of the largest size.
    pub fn new(bucket: BucketName, key: ObjectKey, upload: UploadId) -> Self {
        Self { bucket, key, upload, after: 0, max: limits::PAGE }
    }
}

/// A part that was uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartInfo {
    /// Its number.
    pub number: u32,
    /// Its bytes.
    pub size: u64,
    /// Its ETag, in lower-case hex without quotes.
    pub etag: String,
    /// Its CRC-64/XZ.
    pub crc64: u64,
    /// Its other checksums.
    pub checksums: Checksums,
    /// When it was stored.
    pub modified: Timestamp,
}

impl From<PartRecord> for PartInfo {
    fn from(part: PartRecord) -> Self {
        let PartRecord { segment, etag, crc64, checksums, modified } = part;
        Self { number: segment.part, size: segment.size, etag, crc64, checksums, modified }
    }
}

/// Some of the parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartPage {
    /// The upload.
    pub upload: UploadInfo,
    /// The checksum every part has.
    pub checksum: Option<(ChecksumKind, ChecksumScope)>,
    /// The parts.
    pub parts: Vec<PartInfo>,
    /// Where to go on, if there are more.
    pub next: Option<u32>,
}

impl Operation for ListParts {
    type Output = PartPage;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        LIST_PARTS
    }

    fn audit(&self, audit: &mut Audit) {
        audit_object(audit, &self.bucket, &self.key);
        audit.parameter("uploadId", self.upload.as_str());
    }
}

#[async_trait]
impl Run<ListParts> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListParts, _: &Caller, view: &View) -> Result<Target> {
        let bucket = self.bucket(view, &op.bucket).await?;
        self.object_target(view, &bucket, &op.key, LIST_PARTS, false).await
    }

    async fn run(&self, permit: &Permit<ListParts>, op: &ListParts, txn: &mut Txn) -> Result<PartPage> {
        let found = self.permitted_upload(permit, txn.view(), &op.bucket, &op.key, &op.upload).await?;
        let upload = found.existing()?;
        let max = op.max.min(limits::PAGE);
        let mut range = Range::prefix(found.id.bytes(), max + 1);
        range.start = part_key(&found.id, op.after.saturating_add(1));
        let mut page = txn.view().scan(PARTS, found.bucket.owner, &range).await?;
        let more = page.len() > max && max > 0;
        page.truncate(max);
        let parts: Vec<PartInfo> = page.into_iter().map(|(_, part)| part.into()).collect();
        let next = parts.last().filter(|_| more).map(|p| p.number);
        let info = UploadInfo::new(op.key.clone(), op.upload.clone(), upload);
        Ok(PartPage { upload: info, checksum: upload.checksum, parts, next })
    }
}
