use crate::Status;

/// One operation of the REST API.
#[derive(Clone, Copy, Debug)]
pub struct S3Row {
    /// Its name in Amazon's reference.
    pub name: &'static str,
    /// The actions in policy spelling that it needs, for the authorization tests and the compatibility page.
    pub needs: &'static [&'static str],
    /// How much of it there is.
    pub status: Status,
}

impl S3Row {
    const fn new(name: &'static str, status: Status, needs: &'static [&'static str]) -> Self {
        Self { name, needs, status }
    }

    const fn refused(name: &'static str) -> Self {
        Self::new(name, Status::Refused, &[])
    }

    /// The row of an operation.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        ROWS.iter().find(|row| row.name == name)
    }
}

/// Every operation that is routed. What is in none of them does not exist.
pub const ROWS: &[S3Row] = &[
    S3Row::new("AbortMultipartUpload", Status::Full, &["oss:AbortMultipartUpload"]),
    S3Row::new("CompleteMultipartUpload", Status::Full, &["oss:PutObject"]),
    S3Row::new("CopyObject", Status::Partial, &["oss:PutObject"]),
    S3Row::new("CreateBucket", Status::Partial, &["oss:PutBucket"]),
    S3Row::new("CreateMultipartUpload", Status::Partial, &["oss:PutObject"]),
    S3Row::new("DeleteBucket", Status::Full, &["oss:DeleteBucket"]),
    S3Row::new("DeleteBucketEncryption", Status::Full, &["oss:DeleteBucketEncryption"]),
    S3Row::new("DeleteBucketPolicy", Status::Full, &["oss:DeleteBucketPolicy"]),
    S3Row::new("DeleteObject", Status::Partial, &["oss:DeleteObject"]),
    S3Row::new("DeleteObjects", Status::Partial, &["oss:DeleteObject"]),
    S3Row::new("GetBucketAcl", Status::Full, &["oss:GetBucketAcl"]),
    S3Row::new("GetBucketEncryption", Status::Full, &["oss:GetBucketEncryption"]),
    S3Row::new("GetBucketLocation", Status::Full, &["oss:GetBucketLocation"]),
    S3Row::new("GetBucketPolicy", Status::Full, &["oss:GetBucketPolicy"]),
    S3Row::new("GetBucketPolicyStatus", Status::Full, &["oss:GetBucketPolicyStatus"]),
    S3Row::new("GetBucketRequestPayment", Status::Full, &["oss:GetBucketRequestPayment"]),
    S3Row::new("GetBucketVersioning", Status::Full, &["oss:GetBucketVersioning"]),
    S3Row::new("GetObject", Status::Partial, &["oss:GetObject"]),
    S3Row::new("GetObjectAcl", Status::Full, &["oss:GetObjectAcl"]),
    S3Row::new("GetObjectAttributes", Status::Partial, &["oss:GetObject"]),
    S3Row::new("GetObjectTagging", Status::Full, &["oss:GetObjectTagging"]),
    S3Row::new("HeadBucket", Status::Full, &["oss:ListObjects"]),
    S3Row::new("HeadObject", Status::Partial, &["oss:GetObject"]),
    S3Row::new("ListBuckets", Status::Full, &["oss:ListBuckets"]),
    S3Row::new("ListMultipartUploads", Status::Full, &["oss:ListMultipartUploads"]),
    S3Row::new("ListObjectVersions", Status::Full, &["oss:ListObjectVersions"]),
    S3Row::new("ListObjects", Status::Full, &["oss:ListObjects"]),
    S3Row::new("ListObjectsV2", Status::Full, &["oss:ListObjects"]),
    S3Row::new("ListParts", Status::Full, &["oss:ListParts"]),
    S3Row::new("PutBucketAcl", Status::Partial, &["oss:PutBucketAcl"]),
    S3Row::new("PutBucketEncryption", Status::Partial, &["oss:PutBucketEncryption"]),
    S3Row::new("PutBucketPolicy", Status::Partial, &["oss:PutBucketPolicy"]),
    S3Row::new("PutBucketRequestPayment", Status::Partial, &["oss:PutBucketRequestPayment"]),
    S3Row::new("PutBucketVersioning", Status::Partial, &["oss:PutBucketVersioning"]),
    S3Row::new("PutObject", Status::Partial, &["oss:PutObject"]),
    S3Row::new("PutObjectAcl", Status::Partial, &["oss:PutObjectAcl"]),
    S3Row::new("PutObjectTagging", Status::Full, &["oss:PutObjectTagging"]),
    S3Row::new("DeleteObjectTagging", Status::Full, &["oss:DeleteObjectTagging"]),
    S3Row::new("GetBucketTagging", Status::Full, &["oss:GetBucketTagging"]),
    S3Row::new("PutBucketTagging", Status::Full, &["oss:PutBucketTagging"]),
    S3Row::new("DeleteBucketTagging", Status::Full, &["oss:DeleteBucketTagging"]),
    S3Row::new("GetObjectLockConfiguration", Status::Full, &["oss:GetBucketObjectWormConfiguration"]),
    S3Row::new("PutObjectLockConfiguration", Status::Full, &["oss:PutBucketObjectWormConfiguration"]),
    S3Row::new("GetObjectRetention", Status::Full, &["oss:GetObjectRetention"]),
    S3Row::new("PutObjectRetention", Status::Full, &["oss:PutObjectRetention"]),
    S3Row::new("GetObjectLegalHold", Status::Full, &["oss:GetObjectLegalHold"]),
    S3Row::new("PutObjectLegalHold", Status::Full, &["oss:PutObjectLegalHold"]),
    S3Row::new("GetBucketLifecycleConfiguration", Status::Full, &["oss:GetBucketLifecycle"]),
    S3Row::new("PutBucketLifecycleConfiguration", Status::Partial, &["oss:PutBucketLifecycle"]),
    S3Row::new("DeleteBucketLifecycle", Status::Full, &["oss:DeleteBucketLifecycle"]),
    S3Row::new("GetBucketCors", Status::Full, &["oss:GetBucketCors"]),
    S3Row::new("PutBucketCors", Status::Full, &["oss:PutBucketCors"]),
    S3Row::new("DeleteBucketCors", Status::Full, &["oss:DeleteBucketCors"]),
    S3Row::new("OptionsObject", Status::Full, &["oss:OptionObject"]),
    S3Row::new("PostObject", Status::Partial, &["oss:PutObject"]),
    S3Row::new("PutPublicAccessBlock", Status::Full, &["oss:PutBucketPublicAccessBlock"]),
    S3Row::new("GetPublicAccessBlock", Status::Full, &["oss:GetBucketPublicAccessBlock"]),
    S3Row::new("DeletePublicAccessBlock", Status::Full, &["oss:DeleteBucketPublicAccessBlock"]),
    S3Row::new("PutBucketOwnershipControls", Status::Partial, &["oss:PutBucketOwnershipControls"]),
    S3Row::new("GetBucketOwnershipControls", Status::Full, &["oss:GetBucketOwnershipControls"]),
    S3Row::new("DeleteBucketOwnershipControls", Status::Full, &["oss:DeleteBucketOwnershipControls"]),
    S3Row::new("UploadPart", Status::Partial, &["oss:PutObject"]),
    S3Row::new("UploadPartCopy", Status::Partial, &["oss:PutObject"]),
    S3Row::refused("CreateBucketMetadataTableConfiguration"),
    S3Row::refused("CreateSession"),
    S3Row::refused("DeleteBucketAnalyticsConfiguration"),
    S3Row::refused("DeleteBucketIntelligentTieringConfiguration"),
    S3Row::refused("DeleteBucketInventoryConfiguration"),
    S3Row::refused("DeleteBucketMetadataTableConfiguration"),
    S3Row::refused("DeleteBucketMetricsConfiguration"),
    S3Row::refused("DeleteBucketReplication"),
    S3Row::refused("DeleteBucketWebsite"),
    S3Row::refused("GetBucketAccelerateConfiguration"),
    S3Row::refused("GetBucketAnalyticsConfiguration"),
    S3Row::refused("GetBucketIntelligentTieringConfiguration"),
    S3Row::refused("GetBucketInventoryConfiguration"),
    S3Row::refused("GetBucketLogging"),
    S3Row::refused("GetBucketMetadataTableConfiguration"),
    S3Row::refused("GetBucketMetricsConfiguration"),
    S3Row::refused("GetBucketNotificationConfiguration"),
    S3Row::refused("GetBucketReplication"),
    S3Row::refused("GetBucketWebsite"),
    S3Row::refused("GetObjectTorrent"),
    S3Row::refused("ListBucketAnalyticsConfigurations"),
    S3Row::refused("ListBucketIntelligentTieringConfigurations"),
    S3Row::refused("ListBucketInventoryConfigurations"),
    S3Row::refused("ListBucketMetricsConfigurations"),
    S3Row::refused("ListDirectoryBuckets"),
    S3Row::refused("PutBucketAccelerateConfiguration"),
    S3Row::refused("PutBucketAnalyticsConfiguration"),
    S3Row::refused("PutBucketIntelligentTieringConfiguration"),
    S3Row::refused("PutBucketInventoryConfiguration"),
    S3Row::refused("PutBucketLogging"),
    S3Row::refused("PutBucketMetricsConfiguration"),
    S3Row::refused("PutBucketNotificationConfiguration"),
    S3Row::refused("PutBucketReplication"),
    S3Row::refused("PutBucketWebsite"),
    S3Row::refused("RestoreObject"),
    S3Row::refused("SelectObjectContent"),
    S3Row::refused("WriteGetObjectResponse"),
];
