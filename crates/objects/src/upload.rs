use crate::acl::Acl;
use crate::bucket::StorageClass;
use crate::checksum::{ChecksumKind, ChecksumScope, Checksums};
use crate::content::Segment;
use crate::encryption::DataKey;
use crate::object::Headers;
use crate::retention::Lock;
use crate::tags::Tags;
use serde::{Deserialize, Serialize};
use store::Record;
use types::{AccountId, Timestamp};

/// An object being put together from parts: everything about it but its content.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UploadRecord {
    pub(crate) initiated: Timestamp,
    pub(crate) owner: AccountId,
    /// Who began it, as policies name the caller.
    #[serde(default)]
    pub(crate) initiator: Option<String>,
    pub(crate) headers: Headers,
    pub(crate) acl: Option<Acl>,
    pub(crate) storage_class: StorageClass,
    /// Fixed when the upload begins; every part is sealed with it, in a context of its own.
    pub(crate) data_key: DataKey,
    #[serde(default)]
    pub(crate) checksum: Option<(ChecksumKind, ChecksumScope)>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub(crate) tags: Tags,
    /// What is to keep its object.
    #[serde(default, skip_serializing_if = "Lock::is_none")]
    pub(crate) lock: Lock,
}

impl Record for UploadRecord {}

/// A part that was uploaded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PartRecord {
    pub(crate) segment: Segment,
    pub(crate) etag: String,
    pub(crate) crc64: u64,
    #[serde(default)]
    pub(crate) checksums: Checksums,
    pub(crate) modified: Timestamp,
}

impl Record for PartRecord {}
