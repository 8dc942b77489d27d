//! Everything that can be asked of this domain: one struct for each operation.

mod abort_upload;
mod apply_lifecycle;
mod bucket_acl;
mod bucket_cors;
mod bucket_encryption;
mod bucket_lifecycle;
mod bucket_lock;
mod bucket_policy;
mod bucket_retention;
mod bucket_stat;
mod bucket_tags;
mod bucket_versioning;
mod complete_upload;
mod copy;
mod count_under_key;
mod create_bucket;
mod delete;
mod delete_bucket;
mod describe_bucket;
mod describe_regions;
mod get;
mod head;
mod initiate_upload;
mod list_buckets;
mod list_objects;
mod list_parts;
mod list_uploads;
mod list_versions;
mod object_acl;
mod object_hold;
mod object_retention;
mod object_tags;
mod ownership;
mod public_access;
mod put;
mod request_payment;
mod upload_part;
mod upload_part_copy;

pub use abort_upload::AbortUpload;
pub use apply_lifecycle::ApplyLifecycle;
pub(crate) use apply_lifecycle::Subject;
pub use bucket_acl::{GetBucketAcl, PutBucketAcl};
pub use bucket_cors::{DeleteBucketCors, GetBucketCors, Preflight, PutBucketCors};
pub use bucket_encryption::{DeleteBucketEncryption, GetBucketEncryption, PutBucketEncryption};
pub use bucket_lifecycle::{DeleteBucketLifecycle, GetBucketLifecycle, PutBucketLifecycle};
pub use bucket_lock::{GetBucketLock, PutBucketLock};
pub use bucket_policy::{BucketPolicy, DeleteBucketPolicy, GetBucketPolicy, PutBucketPolicy};
pub use bucket_retention::{
    AbortBucketRetention, ExtendBucketRetention, GetBucketRetention, InitiateBucketRetention, LockBucketRetention,
};
pub use bucket_stat::{BucketStat, GetBucketStat};
pub use bucket_tags::{DeleteBucketTags, GetBucketTags, PutBucketTags};
pub use bucket_versioning::{GetBucketVersioning, PutBucketVersioning};
pub use complete_upload::{CompleteUpload, ListedPart, PartList};
pub use copy::{Copy, MetadataDirective};
pub use count_under_key::{CountUnderKey, UnderKey};
pub use create_bucket::{CreateBucket, Created};
pub use delete::{Delete, Deleted};
pub use delete_bucket::DeleteBucket;
pub use describe_bucket::{GetBucketInfo, GetBucketLocation};
pub use describe_regions::DescribeRegions;
pub use get::{Get, Got};
pub use head::{Head, Seen};
pub use initiate_upload::{InitiateUpload, Initiated};
pub use list_buckets::{BucketPage, ListBuckets};
pub use list_objects::{ListObjects, ListedObject, ObjectPage};
pub use list_parts::{ListParts, PartInfo, PartPage};
pub use list_uploads::{ListUploads, UploadInfo, UploadPage};
pub use list_versions::{ListVersions, ListedKind, ListedVersion, VersionPage};
pub use object_acl::{GetObjectAcl, ObjectAccess, PutObjectAcl};
pub use object_hold::{GetObjectHold, PutObjectHold};
pub use object_retention::{GetObjectRetention, PutObjectRetention, Retained};
pub use object_tags::{DeleteObjectTags, GetObjectTags, ObjectTags, PutObjectTags};
pub use ownership::{GetOwnership, PutOwnership};
pub use public_access::{
    GetBucketPolicyStatus, GetBucketPublicAccessBlock, GetPublicAccessBlock, PutBucketPublicAccessBlock,
    PutPublicAccessBlock,
};
pub use put::Put;
pub use request_payment::{GetRequestPayment, Payer, PutRequestPayment};
pub use upload_part::{PartWritten, UploadPart};
pub use upload_part_copy::UploadPartCopy;
