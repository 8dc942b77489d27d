//! What policies say of buckets and objects.

use super::Vocabulary;

/// What names of buckets and objects begin with, at Amazon and here.
pub(crate) const RESOURCE: &str = "arn:aws:s3:::";
pub(crate) const OWN_RESOURCE: &str = "acs:oss:*:*:";

/// What Amazon's actions are in the domain's words. An action that no operation here needs is not among them.
pub(crate) const ACTIONS: &[(&str, &[&str])] = &[
    ("AbortMultipartUpload", &["AbortMultipartUpload"]),
    ("BypassGovernanceRetention", &["BypassGovernanceRetention"]),
    ("CreateBucket", &["PutBucket"]),
    ("DeleteBucket", &["DeleteBucket"]),
    ("DeleteBucketPolicy", &["DeleteBucketPolicy"]),
    ("DeleteObject", &["DeleteObject"]),
    ("DeleteObjectTagging", &["DeleteObjectTagging"]),
    ("DeleteObjectVersion", &["DeleteObjectVersion"]),
    ("DeleteObjectVersionTagging", &["DeleteObjectVersionTagging"]),
    ("GetBucketAcl", &["GetBucketAcl"]),
    ("GetBucketCORS", &["GetBucketCors"]),
    ("GetBucketLocation", &["GetBucketLocation"]),
    ("GetBucketObjectLockConfiguration", &["GetBucketObjectWormConfiguration"]),
    ("GetBucketOwnershipControls", &["GetBucketOwnershipControls"]),
    ("GetBucketPolicy", &["GetBucketPolicy"]),
    ("GetBucketPolicyStatus", &["GetBucketPolicyStatus"]),
    ("GetBucketPublicAccessBlock", &["GetBucketPublicAccessBlock"]),
    ("GetBucketTagging", &["GetBucketTagging"]),
    ("GetBucketVersioning", &["GetBucketVersioning"]),
    ("GetBucketRequestPayment", &["GetBucketRequestPayment"]),
    ("GetEncryptionConfiguration", &["GetBucketEncryption"]),
    ("GetLifecycleConfiguration", &["GetBucketLifecycle"]),
    ("GetObject", &["GetObject"]),
    ("GetObjectAcl", &["GetObjectAcl"]),
    ("GetObjectLegalHold", &["GetObjectLegalHold"]),
    ("GetObjectRetention", &["GetObjectRetention"]),
    ("GetObjectTagging", &["GetObjectTagging"]),
    ("GetObjectVersion", &["GetObjectVersion"]),
    ("GetObjectVersionAcl", &["GetObjectVersionAcl"]),
    ("GetObjectVersionTagging", &["GetObjectVersionTagging"]),
    ("ListBucket", &["GetBucketInfo", "GetBucketStat", "ListObjects"]),
    ("ListBucketMultipartUploads", &["ListMultipartUploads"]),
    ("ListBucketVersions", &["ListObjectVersions"]),
    ("ListMultipartUploadParts", &["ListParts"]),
    ("PutBucketAcl", &["PutBucketAcl"]),
    ("PutBucketObjectLockConfiguration", &["PutBucketObjectWormConfiguration"]),
    ("PutBucketCORS", &["DeleteBucketCors", "PutBucketCors"]),
    ("PutBucketOwnershipControls", &["DeleteBucketOwnershipControls", "PutBucketOwnershipControls"]),
    ("PutBucketPolicy", &["PutBucketPolicy"]),
    ("PutBucketPublicAccessBlock", &["DeleteBucketPublicAccessBlock", "PutBucketPublicAccessBlock"]),
    ("PutBucketRequestPayment", &["PutBucketRequestPayment"]),
    ("PutBucketTagging", &["DeleteBucketTagging", "PutBucketTagging"]),
    ("PutBucketVersioning", &["PutBucketVersioning"]),
    ("PutEncryptionConfiguration", &["DeleteBucketEncryption", "PutBucketEncryption"]),
    ("PutLifecycleConfiguration", &["DeleteBucketLifecycle", "PutBucketLifecycle"]),
    ("PutObject", &["PutObject"]),
    ("PutObjectAcl", &["PutObjectAcl"]),
    ("PutObjectLegalHold", &["PutObjectLegalHold"]),
    ("PutObjectRetention", &["PutObjectRetention"]),
    ("PutObjectTagging", &["PutObjectTagging"]),
    ("PutObjectVersionAcl", &["PutObjectVersionAcl"]),
    ("PutObjectVersionTagging", &["PutObjectVersionTagging"]),
];

/// Condition keys for tags, which end in the tag's name.
pub(crate) const EXISTING_TAG: (&str, &str) = ("s3:ExistingObjectTag/", "oss:ExistingObjectTag/");
pub(crate) const REQUESTED_TAG: (&str, &str) = ("s3:RequestObjectTag/", "oss:RequestObjectTag/");
/// The condition key for the names of the tags that an object is to have.
pub(crate) const REQUESTED_TAG_KEYS: (&str, &str) = ("s3:RequestObjectTagKeys", "oss:RequestObjectTagKeys");

/// Actions that are about no bucket.
const ACCOUNT_ACTIONS: &[(&str, &[&str])] = &[("ListAllMyBuckets", &["ListBuckets"])];

/// What a bucket's policy can speak of.
pub(crate) const BUCKET: Vocabulary =
    Vocabulary { service: ("s3", "oss"), actions: &[ACTIONS], idle: &[], together: &[], all: None };

/// What an identity's policy can speak of.
pub(super) const ALL: Vocabulary = Vocabulary { actions: &[ACTIONS, ACCOUNT_ACTIONS], ..BUCKET };

/// A bucket or objects.
pub(crate) fn s3_resource(text: &str) -> Option<String> {
    let path = text.strip_prefix(RESOURCE).filter(|path| !path.is_empty())?;
    Some(format!("{OWN_RESOURCE}{path}"))
}
