use crate::access::{Door, audit_object};
use crate::actions::PUT_OBJECT;
use crate::assembly::Assembly;
use crate::checksum::Checksums;
use crate::conditions::WriteConditions;
use crate::content::{ManifestRecord, Stored, drop_segment};
use crate::draft::{Draft, Written};
use crate::object::ObjectRecord;
use crate::objects::Objects;
use crate::ops::put::audit_written;
use crate::ops::upload_part::{FoundUpload, no_upload};
use crate::tables::{MANIFESTS, OBJECTS, PARTS, UPLOADS, object_key, part_key, upload_key};
use crate::upload::{PartRecord, UploadRecord};
use crate::version::Version;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::collections::BTreeMap;
use store::{Range, Store, Txn, View};
use trail::Category;
use types::{AccountId, Action, BucketName, ObjectKey, Result, UploadId, limits};

/// A part as a completion lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPart {
    /// Its number.
    pub number: u32,
    /// Its ETag, without quotes.
    pub etag: String,
    /// Its checksums, where the client lists them.
    pub checksums: Checksums,
}

/// Which parts an object is to be made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartList {
    /// These, in ascending order. The others are removed.
    Listed(Vec<ListedPart>),
    /// All that were uploaded.
    All,
}

/// Puts an object together from its parts. No byte is moved: the object is the list of its parts.
#[derive(Clone, Debug)]
pub struct CompleteUpload {
    /// In which bucket.
    pub bucket: BucketName,
    /// Under which key.
    pub key: ObjectKey,
    /// The upload.
    pub upload: UploadId,
    /// Its parts.
    pub parts: PartList,
    /// The least bytes of a part that is not the last: the dialects differ.
    pub least: u64,
    /// What the object's checksums must turn out to be.
    pub checksums: Checksums,
    /// What the object's size must turn out to be.
    pub size: Option<u64>,
    /// On what state of the object under this key it insists.
    pub conditions: WriteConditions,
}

impl CompleteUpload {
    /// A completion with nothing else said.
    pub fn new(bucket: BucketName, key: ObjectKey, upload: UploadId, parts: PartList) -> Self {
        Self {
            bucket,
            key,
            upload,
            parts,
            least: limits::PART_BYTES_LEAST,
            checksums: Checksums::new(),
            size: None,
            conditions: WriteConditions::default(),
        }
    }
}

impl Operation for CompleteUpload {
    type Output = Written;
    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        PUT_OBJECT
    }

    fn audit(&self, audit: &mut Audit) {
        audit_object(audit, &self.bucket, &self.key);
        audit.parameter("uploadId", self.upload.as_str());
    }

    fn outcome(&self, output: &Written, audit: &mut Audit) {
        audit_written(audit, output);
    }
}

/// All parts of an upload, which must be the same when the transaction commits.
pub(crate) async fn held_parts(
    txn: &mut Txn,
    account: AccountId,
    upload: &FoundUpload,
) -> Result<BTreeMap<u32, PartRecord>> {
    let mut range = Range::prefix(upload.id.bytes(), limits::PAGE);
    let mut parts = BTreeMap::new();
    loop {
        let page = txn.scan(PARTS, account, &range).await?;
        let more = range.go_on(&page, |(suffix, _)| suffix);
        parts.extend(page.into_iter().map(|(_, part)| (part.segment.part, part)));
        if !more {
            return Ok(parts);
        }
    }
}

#[async_trait]
impl Run<CompleteUpload> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &CompleteUpload, _: &Caller, view: &View) -> Result<Target> {
        // What was said of the object was decided on when the upload began.
        let (target, _) = self.write_target(view, &op.bucket, &op.key, &Draft::default()).await?;
        Ok(target)
    }

    /// Commit point: this transaction. Before it the upload is as it was and the completion can be asked for again; after
    /// it the object is there, the upload is gone, and the parts that were not listed are dropped.
    async fn run(&self, permit: &Permit<CompleteUpload>, op: &CompleteUpload, txn: &mut Txn) -> Result<Written> {
        let found = self.permitted_upload(permit, txn.view(), &op.bucket, &op.key, &op.upload).await?;
        let owner = found.bucket.owner;
        let place = upload_key(&found.bucket.record.id, &op.key, &found.id);
        let Some(upload) = txn.get(UPLOADS, owner, &place).await? else {
            return self.completed_before(op, &found, txn).await;
        };
        let parts = held_parts(txn, owner, &found).await?;
        let assembly = Assembly::of(op, &upload, &parts)?;
        let record = self.assembled(op, &found, upload, &assembly);
        let written = self.install(txn, &found.bucket, &op.key, record, &op.conditions, Door::of(permit)).await?;
        for (number, part) in &parts {
            txn.delete(PARTS, owner, &part_key(&found.id, *number));
            if !assembly.uses(*number) {
                drop_segment(txn, owner, &part.segment, self.now()).await?;
            }
        }
        txn.put(MANIFESTS, owner, found.id.bytes(), &ManifestRecord { segments: assembly.segments }).await?;
        txn.delete(UPLOADS, owner, &place);
        Ok(written)
    }
}

impl Objects {
    fn assembled(
        &self,
        op: &CompleteUpload,
        found: &FoundUpload,
        upload: UploadRecord,
        assembly: &Assembly,
    ) -> ObjectRecord {
        let count = u32::try_from(assembly.segments.len()).unwrap_or(limits::PARTS);
        ObjectRecord {
            size: assembly.size,
            etag: assembly.etag.clone(),
            crc64: assembly.crc64,
            checksums: assembly.checksums.clone(),
            checksum_scope: upload.checksum.map(|(_, scope)| scope).unwrap_or_default(),
            headers: upload.headers,
            modified: self.now(),
            owner: upload.owner,
            acl: upload.acl,
            storage_class: upload.storage_class,
            data_key: upload.data_key,
            stored: Stored::Parts { manifest: found.id, count },
            upload: Some(op.upload.clone()),
            tags: upload.tags,
            version: Version::default(),
            lock: upload.lock,
        }
    }

    /// A completion whose answer was lost is asked for again: if the object is still the one it made, that is the answer.
    async fn completed_before(&self, op: &CompleteUpload, found: &FoundUpload, txn: &mut Txn) -> Result<Written> {
        let place = object_key(&found.bucket.record.id, &op.key);
        let object = txn.view().get(OBJECTS, found.bucket.owner, &place).await?;
        let object = object.filter(|o| o.upload.as_ref() == Some(&op.upload)).ok_or_else(no_upload)?;
        Ok(Written::new(&object, found.bucket.record.versioning))
    }
}
