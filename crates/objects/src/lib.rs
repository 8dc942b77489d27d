//! Buckets and objects: stored, found, given out and removed, in words that belong to no vendor. Every dialect that
//! speaks of objects is mapped onto the operations here, so the same object is visible through each.
//!
//! A content is encrypted under a data key of its own before it leaves memory, and bound to its place; small contents
//! lie beside the metadata, larger ones in blobs that are durable before anything names them (docs/formats/objects.md).

mod access;
mod acl;
pub mod actions;
mod assembly;
mod body;
mod bucket;
mod bucket_access;
mod bucket_retention;
mod checksum;
mod conditions;
mod content;
mod cors;
#[cfg(test)]
mod documented;
mod draft;
mod encryption;
mod hashing;
mod ids;
mod ingest;
mod keys;
mod lifecycle;
mod listing;
mod object;
mod objects;
mod ops;
mod range;
mod reader;
mod release;
mod retention;
mod retention_clock;
mod rewrap;
mod rewrap_key;
mod shard;
mod shards;
mod slot;
mod sse_kms;
mod sweep;
mod tables;
mod tags;
mod upload;
mod version;
mod versions;

pub use access::DELETE_MARKER;
pub use acl::Acl;
pub use body::{Body, BodyStream};
pub use bucket::{BucketInfo, Redundancy, StorageClass};
pub use bucket_access::{Ownership, PublicAccessBlock};
pub use bucket_retention::BucketRetention;
pub use checksum::{ChecksumKind, ChecksumScope, Checksums, Expected, Trailer};
pub use conditions::{ETags, ReadConditions, WriteConditions};
pub use cors::{CorsGrant, CorsMethod, CorsRule, CorsRules, cors_headers};
pub use draft::{Draft, Written};
pub use encryption::{Encryption, Protection};
pub use lifecycle::{
    Applied, DAY, Except, Expiry, Filter, Lifecycle, NoncurrentExpiration, NoncurrentTransition, Rule, Transition, When,
};
pub use object::{Headers, ObjectInfo};
pub use objects::{Config, Objects};
pub use ops::{
    AbortBucketRetention, ExtendBucketRetention, GetBucketLock, GetBucketRetention, GetObjectHold, GetObjectRetention,
    InitiateBucketRetention, LockBucketRetention, PutBucketLock, PutObjectHold, PutObjectRetention, Retained,
};
pub use ops::{
    AbortUpload, ApplyLifecycle, BucketPage, BucketPolicy, BucketStat, CompleteUpload, Copy, CountUnderKey,
    CreateBucket, Created, Delete, DeleteBucket, DeleteBucketEncryption, DeleteBucketLifecycle, DeleteBucketPolicy,
    DeleteBucketTags, DeleteObjectTags, Deleted, DescribeRegions, Get, GetBucketAcl, GetBucketEncryption,
    GetBucketInfo, GetBucketLifecycle, GetBucketLocation, GetBucketPolicy, GetBucketStat, GetBucketTags,
    GetBucketVersioning, GetObjectAcl, GetObjectTags, Got, Head, InitiateUpload, Initiated, ListBuckets, ListObjects,
    ListParts, ListUploads, ListVersions, ListedKind, ListedObject, ListedPart, ListedVersion, MetadataDirective,
    ObjectAccess, ObjectPage, ObjectTags, PartInfo, PartList, PartPage, PartWritten, Put, PutBucketAcl,
    PutBucketEncryption, PutBucketLifecycle, PutBucketPolicy, PutBucketTags, PutBucketVersioning, PutObjectAcl,
    PutObjectTags, Seen, UnderKey, UploadInfo, UploadPage, UploadPart, UploadPartCopy, VersionPage,
};
pub use ops::{
    DeleteBucketCors, GetBucketCors, GetBucketPolicyStatus, GetBucketPublicAccessBlock, GetOwnership,
    GetPublicAccessBlock, GetRequestPayment, Payer, Preflight, PutBucketCors, PutBucketPublicAccessBlock, PutOwnership,
    PutPublicAccessBlock, PutRequestPayment,
};
pub use range::ByteRange;
pub use reader::Content;
pub use retention::{DefaultRetention, Lock, Locking, Period, Retention, RetentionMode};
pub use rewrap_key::RewrapObjects;
pub use sweep::Swept;
pub use tags::Tags;
pub use version::{VersionId, VersionMarker, Versioning};
