use crate::acl::Acl;
use crate::bucket::StorageClass;
use crate::checksum::{ChecksumScope, Checksums};
use crate::content::Stored;
use crate::encryption::{DataKey, Protection};
use crate::lifecycle::Expiry;
use crate::retention::Lock;
use crate::tags::Tags;
use crate::version::{Version, VersionId, Versioning};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::Record;
use types::{AccountId, Failure, Reason, Result, Timestamp, UploadId, limits};

/// What a client says about an object: kept as given, sent back as kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Headers {
    /// `Content-Type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    /// `Content-Disposition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    /// `Cache-Control`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// `Expires`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// The client's own metadata: lower-case names without a dialect's prefix, and their values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub user: BTreeMap<String, String>,
}

impl Headers {
    pub(crate) fn check(&self) -> Result<()> {
        let size: usize = self.user.iter().map(|(name, value)| name.len() + value.len()).sum();
        if size > limits::USER_METADATA { Err(Failure::of(Reason::MetadataTooLarge)) } else { Ok(()) }
    }
}

/// An object, without its content.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ObjectRecord {
    pub(crate) size: u64,
    /// Lower-case hex, without quotes; `-N` behind if it is made of N parts.
    pub(crate) etag: String,
    pub(crate) crc64: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) checksums: Checksums,
    #[serde(default)]
    pub(crate) checksum_scope: ChecksumScope,
    pub(crate) headers: Headers,
    pub(crate) modified: Timestamp,
    pub(crate) owner: AccountId,
    /// `None`: as the bucket.
    pub(crate) acl: Option<Acl>,
    pub(crate) storage_class: StorageClass,
    pub(crate) data_key: DataKey,
    pub(crate) stored: Stored,
    /// The upload it was made by, so that a completion whose answer was lost can be asked for again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upload: Option<UploadId>,
    /// What it is marked with; not there in the first records.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub(crate) tags: Tags,
    /// Which version of its key it is.
    #[serde(default, skip_serializing_if = "Version::is_first")]
    pub(crate) version: Version,
    /// What keeps it.
    #[serde(default, skip_serializing_if = "Lock::is_none")]
    pub(crate) lock: Lock,
}

impl Record for ObjectRecord {}

/// What is known of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Bytes of its content.
    pub size: u64,
    /// Lower-case hex, without quotes; `-N` behind if it is made of N parts.
    pub etag: String,
    /// CRC-64/XZ of its content.
    pub crc64: u64,
    /// Other checksums of its content.
    pub checksums: Checksums,
    /// What those are of.
    pub checksum_scope: ChecksumScope,
    /// What its writer said about it.
    pub headers: Headers,
    /// When it was stored.
    pub modified: Timestamp,
    /// The account that owns it.
    pub owner: AccountId,
    /// Its access control list; `None`: as the bucket.
    pub acl: Option<Acl>,
    /// How it is kept.
    pub storage_class: StorageClass,
    /// What it is encrypted under.
    pub protection: Protection,
    /// How many parts it was made of; `None` if it was stored whole.
    pub parts: Option<u32>,
    /// How many tags it has.
    pub tags: usize,
    /// Which version it is; `None` in a bucket that never kept versions.
    pub version: Option<VersionId>,
    /// What keeps it, as far as its reader may know that. Only reads of the object itself say so.
    pub lock: Lock,
    /// When a lifecycle rule is going to delete it; said where one object is asked for, and by its key alone.
    pub expiry: Option<Expiry>,
}

impl ObjectInfo {
    /// Whether it was put together from parts.
    pub const fn is_multipart(&self) -> bool {
        self.parts.is_some()
    }
}

impl ObjectInfo {
    /// `versioning`: that of its bucket.
    pub(crate) fn new(record: &ObjectRecord, versioning: Versioning) -> Self {
        Self {
            size: record.size,
            etag: record.etag.clone(),
            crc64: record.crc64,
            checksums: record.checksums.clone(),
            checksum_scope: record.checksum_scope,
            headers: record.headers.clone(),
            modified: record.modified,
            owner: record.owner,
            acl: record.acl,
            storage_class: record.storage_class,
            protection: record.data_key.protection(),
            parts: record.stored.parts(),
            tags: record.tags.len(),
            version: (!versioning.is_off()).then(|| record.version.id()),
            lock: Lock::default(),
            expiry: None,
        }
    }
}
