//! Where each record is kept (docs/formats/objects.md). All but the platform's indices are under the bucket's owner.

use crate::bucket::{BucketRecord, NameRecord, PolicyRecord};
use crate::bucket_access::PublicAccessBlock;
use crate::content::{ContentRecord, DroppedRecord, ManifestRecord, UsedRecord};
use crate::cors::CorsRules;
use crate::ids::{BucketId, ContentId, ShardId};
use crate::lifecycle::{LifecycleRecord, PassRecord};
use crate::object::ObjectRecord;
use crate::shard::{ErasedRecord, ShardRecord, ShardedRecord};
use crate::upload::{PartRecord, UploadRecord};
use crate::version::{NullRecord, VersionRecord};
use store::{Space, Table};
use types::{ObjectKey, Timestamp};

/// Bucket name → owner, under [`types::AccountId::PLATFORM`].
pub(crate) const NAMES: Table<NameRecord> = Table::new(Space::Objects, 1, "a bucket's name");
/// Bucket name → settings.
pub(crate) const BUCKETS: Table<BucketRecord> = Table::new(Space::Objects, 2, "a bucket");
/// Bucket name → policy.
pub(crate) const POLICIES: Table<PolicyRecord> = Table::new(Space::Objects, 3, "a bucket policy");
/// Bucket id, object key → object.
pub(crate) const OBJECTS: Table<ObjectRecord> = Table::new(Space::Objects, 4, "an object");
/// Bucket id, object key, NUL, upload id → upload.
pub(crate) const UPLOADS: Table<UploadRecord> = Table::new(Space::Objects, 5, "a multipart upload");
/// Upload id, part number → part.
pub(crate) const PARTS: Table<PartRecord> = Table::new(Space::Objects, 6, "a part");
/// Content id → the parts it is made of.
pub(crate) const MANIFESTS: Table<ManifestRecord> = Table::new(Space::Objects, 7, "the parts of an object");
/// Content id → whose blob it is, under the platform. A blob without a record here is an orphan.
pub(crate) const USED: Table<UsedRecord> = Table::new(Space::Objects, 8, "a blob's owner");
/// Time, content id → a blob that nothing names any more, under the platform.
pub(crate) const DROPPED: Table<DroppedRecord> = Table::new(Space::Objects, 9, "a dropped blob");
/// Bucket id, shard id → a shard's key.
pub(crate) const SHARDS: Table<ShardRecord> = Table::new(Space::Objects, 10, "a bucket's shard");
/// Bucket id, shard id → that a data key of the shard was erased.
pub(crate) const ERASED: Table<ErasedRecord> = Table::new(Space::Objects, 11, "an erasure in a shard");
/// Bucket id → that all its data keys are in shards.
pub(crate) const SHARDED: Table<ShardedRecord> = Table::new(Space::Objects, 12, "a bucket's shards");
/// Bucket id, object key, NUL, the version's order with every bit inverted → a version that its key does not stand for, or a
/// delete marker.
pub(crate) const VERSIONS: Table<VersionRecord> = Table::new(Space::Objects, 13, "a version of an object");
/// Bucket id, object key → where the null version is, if it is among the versions.
pub(crate) const NULLS: Table<NullRecord> = Table::new(Space::Objects, 14, "the place of a null version");
/// Bucket name → lifecycle rules.
pub(crate) const LIFECYCLES: Table<LifecycleRecord> = Table::new(Space::Objects, 17, "a bucket's lifecycle rules");
/// Bucket id → how far the last pass came that applied them.
pub(crate) const PASSES: Table<PassRecord> = Table::new(Space::Objects, 18, "a pass of lifecycle rules");
/// Bucket id → the bucket's rules for pages of other origins.
pub(crate) const CORS: Table<CorsRules> = Table::new(Space::Objects, 19, "a bucket's cross-origin rules");
/// [`ACCOUNT`] → what of public access to all that the account has here is shut off.
pub(crate) const ACCOUNT_BLOCKS: Table<PublicAccessBlock> =
    Table::new(Space::Objects, 20, "an account's public access");
/// What is behind the account in records of which it has one.
pub(crate) const ACCOUNT: &[u8] = b"account";
/// Content id → the ciphertext of a small content.
pub(crate) const CONTENTS: Table<ContentRecord> = Table::new(Space::Content, 1, "a small object's content");

pub(crate) fn object_key(bucket: &BucketId, key: &ObjectKey) -> Vec<u8> {
    [bucket.bytes(), key.as_str().as_bytes()].concat()
}

pub(crate) fn shard_key(bucket: &BucketId, shard: &ShardId) -> Vec<u8> {
    [bucket.bytes().as_slice(), shard.bytes()].concat()
}

/// Keys hold no NUL, so uploads sort by key first.
pub(crate) fn upload_key(bucket: &BucketId, key: &ObjectKey, upload: &ContentId) -> Vec<u8> {
    [bucket.bytes(), key.as_str().as_bytes(), &[0], upload.bytes()].concat()
}

pub(crate) fn part_key(upload: &ContentId, number: u32) -> Vec<u8> {
    [upload.bytes().as_slice(), &number.to_be_bytes()].concat()
}

pub(crate) fn dropped_key(since: Timestamp, content: &ContentId) -> Vec<u8> {
    // Before 1970 nothing was dropped.
    [u64::try_from(since.millis()).unwrap_or(0).to_be_bytes().as_slice(), content.bytes()].concat()
}
