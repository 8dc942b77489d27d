//! What policies call the operations of this crate (RAM policy actions of OSS). Several operations share one action:
//! whoever may put an object may put it in parts.

use types::{Action, Service};

/// Keeps the data keys of objects as they are wrapped by the primary version of the tenant's key. No client can ask for it.
pub const REWRAP_OBJECTS: Action = Action::write(Service::Oss, "RewrapObjects");
/// Does what a bucket's lifecycle rules ask for. No client can ask for it.
pub const APPLY_LIFECYCLE: Action = Action::write(Service::Oss, "ApplyLifecycle");
/// Lists the account's buckets.
pub const LIST_BUCKETS: Action = Action::read(Service::Oss, "ListBuckets");
/// Says which regions there are.
pub const DESCRIBE_REGIONS: Action = Action::read(Service::Oss, "DescribeRegions");
/// Makes a bucket.
pub const PUT_BUCKET: Action = Action::write(Service::Oss, "PutBucket");
/// Removes an empty bucket.
pub const DELETE_BUCKET: Action = Action::write(Service::Oss, "DeleteBucket");
/// Describes a bucket.
pub const GET_BUCKET_INFO: Action = Action::read(Service::Oss, "GetBucketInfo");
/// Says where a bucket is.
pub const GET_BUCKET_LOCATION: Action = Action::read(Service::Oss, "GetBucketLocation");
/// Counts what is in a bucket.
pub const GET_BUCKET_STAT: Action = Action::read(Service::Oss, "GetBucketStat");
/// Sets a bucket's access control list.
pub const PUT_BUCKET_ACL: Action = Action::write(Service::Oss, "PutBucketAcl");
/// Shows a bucket's access control list.
pub const GET_BUCKET_ACL: Action = Action::read(Service::Oss, "GetBucketAcl");
/// Sets a bucket's policy.
pub const PUT_BUCKET_POLICY: Action = Action::write(Service::Oss, "PutBucketPolicy");
/// Shows a bucket's policy.
pub const GET_BUCKET_POLICY: Action = Action::read(Service::Oss, "GetBucketPolicy");
/// Removes a bucket's policy.
pub const DELETE_BUCKET_POLICY: Action = Action::write(Service::Oss, "DeleteBucketPolicy");
/// Sets a bucket's default encryption.
pub const PUT_BUCKET_ENCRYPTION: Action = Action::write(Service::Oss, "PutBucketEncryption");
/// Shows a bucket's default encryption.
pub const GET_BUCKET_ENCRYPTION: Action = Action::read(Service::Oss, "GetBucketEncryption");
/// Removes a bucket's default encryption.
pub const DELETE_BUCKET_ENCRYPTION: Action = Action::write(Service::Oss, "DeleteBucketEncryption");
/// Sets a bucket's lifecycle rules.
pub const PUT_BUCKET_LIFECYCLE: Action = Action::write(Service::Oss, "PutBucketLifecycle");
/// Shows a bucket's lifecycle rules.
pub const GET_BUCKET_LIFECYCLE: Action = Action::read(Service::Oss, "GetBucketLifecycle");
/// Takes a bucket's lifecycle rules away.
pub const DELETE_BUCKET_LIFECYCLE: Action = Action::write(Service::Oss, "DeleteBucketLifecycle");
/// Says whether a bucket keeps what is replaced and deleted.
pub const PUT_BUCKET_VERSIONING: Action = Action::write(Service::Oss, "PutBucketVersioning");
/// Shows whether it does.
pub const GET_BUCKET_VERSIONING: Action = Action::read(Service::Oss, "GetBucketVersioning");
/// Says pages of which origins may ask a bucket for what.
pub const PUT_BUCKET_CORS: Action = Action::write(Service::Oss, "PutBucketCors");
/// Shows those rules.
pub const GET_BUCKET_CORS: Action = Action::read(Service::Oss, "GetBucketCors");
/// Removes those rules.
pub const DELETE_BUCKET_CORS: Action = Action::write(Service::Oss, "DeleteBucketCors");
/// Asks before a request of a page of another origin whether it will be let.
pub const OPTION_OBJECT: Action = Action::read(Service::Oss, "OptionObject");
/// Shuts off what of public access to a bucket there is.
pub const PUT_BUCKET_PUBLIC_ACCESS_BLOCK: Action = Action::write(Service::Oss, "PutBucketPublicAccessBlock");
/// Shows what of public access to a bucket is shut off.
pub const GET_BUCKET_PUBLIC_ACCESS_BLOCK: Action = Action::read(Service::Oss, "GetBucketPublicAccessBlock");
/// Shuts off nothing of a bucket any more.
pub const DELETE_BUCKET_PUBLIC_ACCESS_BLOCK: Action = Action::write(Service::Oss, "DeleteBucketPublicAccessBlock");
/// Shuts off what of public access to all that an account has there is.
pub const PUT_PUBLIC_ACCESS_BLOCK: Action = Action::write(Service::Oss, "PutPublicAccessBlock");
/// Shows what of public access to all that an account has is shut off.
pub const GET_PUBLIC_ACCESS_BLOCK: Action = Action::read(Service::Oss, "GetPublicAccessBlock");
/// Shuts off nothing of an account any more.
pub const DELETE_PUBLIC_ACCESS_BLOCK: Action = Action::write(Service::Oss, "DeletePublicAccessBlock");
/// Says who is billed for requests.
pub const PUT_BUCKET_REQUEST_PAYMENT: Action = Action::write(Service::Oss, "PutBucketRequestPayment");
/// Shows who is.
pub const GET_BUCKET_REQUEST_PAYMENT: Action = Action::read(Service::Oss, "GetBucketRequestPayment");
/// Says whether a bucket's policy is public.
pub const GET_BUCKET_POLICY_STATUS: Action = Action::read(Service::Oss, "GetBucketPolicyStatus");
/// Says whose the objects of a bucket are, and whether lists count.
pub const PUT_BUCKET_OWNERSHIP_CONTROLS: Action = Action::write(Service::Oss, "PutBucketOwnershipControls");
/// Shows whose they are.
pub const GET_BUCKET_OWNERSHIP_CONTROLS: Action = Action::read(Service::Oss, "GetBucketOwnershipControls");
/// Says nothing of that any more.
pub const DELETE_BUCKET_OWNERSHIP_CONTROLS: Action = Action::write(Service::Oss, "DeleteBucketOwnershipControls");
/// Lists the versions of a bucket's objects.
pub const LIST_OBJECT_VERSIONS: Action = Action::read(Service::Oss, "ListObjectVersions");
/// Lists a bucket's objects.
pub const LIST_OBJECTS: Action = Action::read(Service::Oss, "ListObjects");
/// Stores an object, whole or in parts.
pub const PUT_OBJECT: Action = Action::write(Service::Oss, "PutObject");
/// Reads an object or what is known of it.
pub const GET_OBJECT: Action = Action::read(Service::Oss, "GetObject");
/// Reads a version of an object that is named, or what is known of it.
pub const GET_OBJECT_VERSION: Action = Action::read(Service::Oss, "GetObjectVersion");
/// Removes a version of an object that is named: for good.
pub const DELETE_OBJECT_VERSION: Action = Action::write(Service::Oss, "DeleteObjectVersion");
/// Sets the access control list of a version that is named.
pub const PUT_OBJECT_VERSION_ACL: Action = Action::write(Service::Oss, "PutObjectVersionAcl");
/// Shows the access control list of a version that is named.
pub const GET_OBJECT_VERSION_ACL: Action = Action::read(Service::Oss, "GetObjectVersionAcl");
/// Removes an object.
pub const DELETE_OBJECT: Action = Action::write(Service::Oss, "DeleteObject");
/// Sets an object's access control list.
pub const PUT_OBJECT_ACL: Action = Action::write(Service::Oss, "PutObjectAcl");
/// Shows an object's access control list.
pub const GET_OBJECT_ACL: Action = Action::read(Service::Oss, "GetObjectAcl");
/// Marks an object with tags.
pub const PUT_OBJECT_TAGGING: Action = Action::write(Service::Oss, "PutObjectTagging");
/// Shows an object's tags.
pub const GET_OBJECT_TAGGING: Action = Action::read(Service::Oss, "GetObjectTagging");
/// Takes an object's tags off.
pub const DELETE_OBJECT_TAGGING: Action = Action::write(Service::Oss, "DeleteObjectTagging");
/// Marks a version of an object with tags.
pub const PUT_OBJECT_VERSION_TAGGING: Action = Action::write(Service::Oss, "PutObjectVersionTagging");
/// Shows the tags of a version of an object.
pub const GET_OBJECT_VERSION_TAGGING: Action = Action::read(Service::Oss, "GetObjectVersionTagging");
/// Takes the tags of a version of an object off.
pub const DELETE_OBJECT_VERSION_TAGGING: Action = Action::write(Service::Oss, "DeleteObjectVersionTagging");
/// Marks a bucket with tags.
pub const PUT_BUCKET_TAGGING: Action = Action::write(Service::Oss, "PutBucketTagging");
/// Shows a bucket's tags.
pub const GET_BUCKET_TAGGING: Action = Action::read(Service::Oss, "GetBucketTagging");
/// Takes tags off a bucket.
pub const DELETE_BUCKET_TAGGING: Action = Action::write(Service::Oss, "DeleteBucketTagging");
/// Lets the versions of a bucket's objects be locked, and says how those are that do not say it themselves.
pub const PUT_BUCKET_OBJECT_WORM: Action = Action::write(Service::Oss, "PutBucketObjectWormConfiguration");
/// Shows whether they can be, and how they are.
pub const GET_BUCKET_OBJECT_WORM: Action = Action::read(Service::Oss, "GetBucketObjectWormConfiguration");
/// Says until when a version is retained.
pub const PUT_OBJECT_RETENTION: Action = Action::write(Service::Oss, "PutObjectRetention");
/// Shows until when a version is retained.
pub const GET_OBJECT_RETENTION: Action = Action::read(Service::Oss, "GetObjectRetention");
/// Holds a version, or ends that.
pub const PUT_OBJECT_LEGAL_HOLD: Action = Action::write(Service::Oss, "PutObjectLegalHold");
/// Shows whether a version is held.
pub const GET_OBJECT_LEGAL_HOLD: Action = Action::read(Service::Oss, "GetObjectLegalHold");
/// Goes past the governance of a version that is retained so: beside the right to do what that would not let one do.
pub const BYPASS_GOVERNANCE_RETENTION: Action = Action::write(Service::Oss, "BypassGovernanceRetention");
/// Gives a bucket a retention policy.
pub const INITIATE_BUCKET_WORM: Action = Action::write(Service::Oss, "InitiateBucketWorm");
/// Takes back a retention policy that is not locked.
pub const ABORT_BUCKET_WORM: Action = Action::write(Service::Oss, "AbortBucketWorm");
/// Locks a bucket's retention policy, for good.
pub const COMPLETE_BUCKET_WORM: Action = Action::write(Service::Oss, "CompleteBucketWorm");
/// Makes a bucket's retention policy longer.
pub const EXTEND_BUCKET_WORM: Action = Action::write(Service::Oss, "ExtendBucketWorm");
/// Shows a bucket's retention policy.
pub const GET_BUCKET_WORM: Action = Action::read(Service::Oss, "GetBucketWorm");
/// Gives a multipart upload up.
pub const ABORT_MULTIPART_UPLOAD: Action = Action::write(Service::Oss, "AbortMultipartUpload");
/// Lists the parts of an upload.
pub const LIST_PARTS: Action = Action::read(Service::Oss, "ListParts");
/// Lists a bucket's uploads.
pub const LIST_UPLOADS: Action = Action::read(Service::Oss, "ListMultipartUploads");
