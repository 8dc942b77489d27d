use crate::acl::Acl;
use crate::bucket_access::{BucketAccess, PublicAccessBlock};
use crate::bucket_retention::BucketRetention;
use crate::encryption::Encryption;
use crate::ids::BucketId;
use crate::retention::Locking;
use crate::tags::Tags;
use crate::version::Versioning;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::Record;
use types::{AccountId, BucketName, Timestamp};

/// How an object is kept: what it costs and how fast it comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StorageClass {
    /// Read often.
    #[default]
    Standard,
    /// Read seldom.
    InfrequentAccess,
}

/// Across how much of a region an object is spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Redundancy {
    /// Within one zone.
    #[default]
    Local,
}

/// Who owns the bucket of a name. Names are unique in a region, across accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NameRecord {
    pub(crate) owner: AccountId,
}

impl Record for NameRecord {}

/// A bucket's settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BucketRecord {
    pub(crate) id: BucketId,
    pub(crate) created: Timestamp,
    pub(crate) acl: Acl,
    pub(crate) storage_class: StorageClass,
    pub(crate) redundancy: Redundancy,
    /// What objects are encrypted with that do not say it themselves.
    pub(crate) encryption: Option<Encryption>,
    /// SHA-256 of the policy, which is kept beside: most requests find it compiled and never read the text.
    #[serde(default)]
    pub(crate) policy: Option<[u8; 32]>,
    /// What it is marked with; not there in the first records.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub(crate) tags: Tags,
    /// Whether it keeps what is replaced and deleted.
    #[serde(default, skip_serializing_if = "Versioning::is_off")]
    pub(crate) versioning: Versioning,
    /// That its objects' versions can be locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) locking: Option<Locking>,
    /// Its own retention policy. It may be one that was not locked in time, and so is none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retention: Option<BucketRetention>,
    /// Whether there are lifecycle rules, which are kept beside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) lifecycle: bool,
    /// What is set about who may come in at all.
    #[serde(default, skip_serializing_if = "BucketAccess::is_plain")]
    pub(crate) access: BucketAccess,
}

impl Record for BucketRecord {}

/// The text of a bucket's policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PolicyRecord {
    pub(crate) text: String,
    /// The same in the grammar its author wrote it in, if that is another; not kept in the first records of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) original: Option<String>,
}

impl Record for PolicyRecord {}

/// A bucket that was found.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    pub(crate) name: BucketName,
    pub(crate) owner: AccountId,
    pub(crate) record: Arc<BucketRecord>,
}

/// What is known of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketInfo {
    /// Its name.
    pub name: BucketName,
    /// Whose it is.
    pub owner: AccountId,
    /// When it was made.
    pub created: Timestamp,
    /// Who may touch it without a policy.
    pub acl: Acl,
    /// How its objects are kept unless they say otherwise.
    pub storage_class: StorageClass,
    /// Across how much of the region it is spread.
    pub redundancy: Redundancy,
    /// What its objects are encrypted with unless they say otherwise.
    pub encryption: Option<Encryption>,
    /// Whether it keeps what is replaced and deleted.
    pub versioning: Versioning,
    /// What of public access is shut off.
    pub public_access: PublicAccessBlock,
}

impl BucketInfo {
    pub(crate) fn new(name: BucketName, owner: AccountId, record: BucketRecord) -> Self {
        let BucketRecord { created, acl, storage_class, redundancy, encryption, versioning, access, .. } = record;
        let (acl, public_access) = (access.shown(acl), access.block.unwrap_or_default());
        Self { name, owner, created, acl, storage_class, redundancy, encryption, versioning, public_access }
    }
}

impl From<Bucket> for BucketInfo {
    fn from(bucket: Bucket) -> Self {
        Self::new(bucket.name, bucket.owner, Arc::unwrap_or_clone(bucket.record))
    }
}
