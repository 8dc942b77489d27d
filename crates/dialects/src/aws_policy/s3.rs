//! What policies say of buckets and objects.

use super::Vocabulary;

/// What names of buckets and objects begin with, at Amazon and here.
pub(crate) const RESOURCE: &str = "arn:aws:s3:::";
pub(crate) const OWN_RESOURCE: &str = "acs:oss:*:*:";

/// What Amazon's actions are in the domain's words. An action that no operation here needs is not among them.
pub(crate) const ACTIONS: &[(&str, &[&str])] = &[
    ("AbortMultipartUpload", &["AbortMultipartUpload"]),
    ("CreateBucket", &["PutBucket"]),
    ("DeleteBucket", &["DeleteBucket"]),
    ("DeleteBucketPolicy", &["DeleteBucketPolicy"]),
    ("DeleteObject", &["DeleteObject"]),
    ("DeleteObjectVersion", &["DeleteObjectVersion"]),
    ("GetBucketAcl", &["GetBucketAcl"]),
    ("GetBucketLocation", &["GetBucketLocation"]),
    ("GetBucketPolicy", &["GetBucketPolicy"]),
    ("GetBucketVersioning", &["GetBucketVersioning"]),
    ("GetEncryptionConfiguration", &["GetBucketEncryption"]),
    ("GetObject", &["GetObject"]),
    ("GetObjectAcl", &["GetObjectAcl"]),
    ("GetObjectVersion", &["GetObjectVersion"]),
    ("GetObjectVersionAcl", &["GetObjectVersionAcl"]),
    ("ListBucket", &["GetBucketInfo", "GetBucketStat", "ListObjects"]),
    ("ListBucketMultipartUploads", &["ListMultipartUploads"]),
    ("ListBucketVersions", &["ListObjectVersions"]),
    ("ListMultipartUploadParts", &["ListParts"]),
    ("PutBucketAcl", &["PutBucketAcl"]),
    ("PutBucketPolicy", &["PutBucketPolicy"]),
    ("PutBucketVersioning", &["PutBucketVersioning"]),
    ("PutEncryptionConfiguration", &["DeleteBucketEncryption", "PutBucketEncryption"]),
    ("PutObject", &["PutObject"]),
    ("PutObjectAcl", &["PutObjectAcl"]),
    ("PutObjectVersionAcl", &["PutObjectVersionAcl"]),
];

/// Amazon's actions on what a bucket here never has: tags. They are kept under their own names, which no
/// operation has, so that the documents in which they stand beside others can be taken.
pub(crate) const IDLE: &[&str] = &[
    "DeleteObjectTagging",
    "DeleteObjectVersionTagging",
    "GetBucketTagging",
    "GetObjectTagging",
    "GetObjectVersionTagging",
    "PutBucketTagging",
    "PutObjectTagging",
    "PutObjectVersionTagging",
];

/// Actions that are about no bucket.
const ACCOUNT_ACTIONS: &[(&str, &[&str])] = &[("ListAllMyBuckets", &["ListBuckets"])];

/// What a bucket's policy can speak of.
pub(crate) const BUCKET: Vocabulary =
    Vocabulary { service: ("s3", "oss"), actions: &[ACTIONS], idle: IDLE, together: &[], all: None };

/// What an identity's policy can speak of.
pub(super) const ALL: Vocabulary = Vocabulary { actions: &[ACTIONS, ACCOUNT_ACTIONS], ..BUCKET };

/// A bucket or objects.
pub(crate) fn s3_resource(text: &str) -> Option<String> {
    let path = text.strip_prefix(RESOURCE).filter(|path| !path.is_empty())?;
    Some(format!("{OWN_RESOURCE}{path}"))
}
