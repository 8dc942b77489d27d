use super::row::Level::{Bucket, Object, Service};
use super::row::{BodyUse, OssRow, row};
use super::{
    bucket, copy, cors, delete_many, lifecycle, listing, multipart, object, post, public_access, service, settings,
    tagging, versions, worm,
};
use crate::Status::{Full, Partial};

/// Headers that say something of an object that is stored.
pub(super) const DRAFT: &[&str] = &[
    "x-oss-object-acl",
    "x-oss-storage-class",
    "x-oss-server-side-encryption",
    "x-oss-server-side-encryption-key-id",
    "x-oss-server-side-data-encryption",
    "x-oss-forbid-overwrite",
    tagging::TAGGING,
    worm::MODE,
    worm::UNTIL,
    worm::HOLD,
    "if-match",
    "if-none-match",
];
const INITIATE: &[&str] = &[
    "x-oss-storage-class",
    "x-oss-server-side-encryption",
    "x-oss-server-side-encryption-key-id",
    "x-oss-server-side-data-encryption",
    "x-oss-object-acl",
    "x-oss-forbid-overwrite",
    tagging::TAGGING,
    worm::MODE,
    worm::UNTIL,
    worm::HOLD,
];
const COPY: &[&str] = &[
    "x-oss-copy-source-if-match",
    "x-oss-copy-source-if-none-match",
    "x-oss-copy-source-if-modified-since",
    "x-oss-copy-source-if-unmodified-since",
    "x-oss-metadata-directive",
    "x-oss-tagging-directive",
    tagging::TAGGING,
    worm::MODE,
    worm::UNTIL,
    worm::HOLD,
    "x-oss-object-acl",
    "x-oss-storage-class",
    "x-oss-server-side-encryption",
    "x-oss-server-side-encryption-key-id",
    "x-oss-server-side-data-encryption",
    "x-oss-forbid-overwrite",
    "if-match",
    "if-none-match",
];
const COPY_PART: &[&str] = &[
    "x-oss-copy-source-range",
    "x-oss-copy-source-if-match",
    "x-oss-copy-source-if-none-match",
    "x-oss-copy-source-if-modified-since",
    "x-oss-copy-source-if-unmodified-since",
];
const READ: &[&str] = &["x-oss-range-behavior"];
const LIST: &[&str] = &["prefix", "delimiter", "marker", "max-keys", "encoding-type"];
const LIST_V2: &[&str] =
    &["prefix", "delimiter", "start-after", "continuation-token", "max-keys", "encoding-type", "fetch-owner"];
const LIST_VERSIONS: &[&str] = &["prefix", "delimiter", "key-marker", "version-id-marker", "max-keys", "encoding-type"];
const LIST_UPLOADS: &[&str] =
    &["prefix", "delimiter", "key-marker", "upload-id-marker", "max-uploads", "encoding-type"];

/// Every operation there is (alibaba-wire §4). What is in no row is refused; see [`OssRow::find`].
#[rustfmt::skip]
pub const ROWS: &[OssRow] = &[
    row("ListBuckets", "GET", Service, &[]).params(&["prefix", "marker", "max-keys"])
        .run(Full, &["oss:ListBuckets"], |c| Box::pin(service::list_buckets(c))),
    row("DescribeRegions", "GET", Service, &["regions"])
        .run(Full, &["oss:DescribeRegions"], |c| Box::pin(service::describe_regions(c))),

    row("PutBucket", "PUT", Bucket, &[]).headers(&["x-oss-acl"]).body(BodyUse::Document)
        .run(Partial, &["oss:PutBucket"], |c| Box::pin(bucket::put(c))),
    row("DeleteBucket", "DELETE", Bucket, &[])
        .run(Full, &["oss:DeleteBucket"], |c| Box::pin(bucket::delete(c))),
    row("GetBucketInfo", "GET", Bucket, &["bucketInfo"])
        .run(Full, &["oss:GetBucketInfo"], |c| Box::pin(bucket::info(c))),
    row("GetBucketLocation", "GET", Bucket, &["location"])
        .run(Full, &["oss:GetBucketLocation"], |c| Box::pin(bucket::location(c))),
    row("GetBucketStat", "GET", Bucket, &["stat"])
        .run(Full, &["oss:GetBucketStat"], |c| Box::pin(bucket::stat(c))),
    row("ListObjects", "GET", Bucket, &[]).params(LIST)
        .run(Full, &["oss:ListObjects"], |c| Box::pin(listing::objects(c))),
    row("ListObjectsV2", "GET", Bucket, &["list-type"]).params(LIST_V2)
        .run(Full, &["oss:ListObjects"], |c| Box::pin(listing::objects_v2(c))),
    row("PutBucketAcl", "PUT", Bucket, &["acl"]).headers(&["x-oss-acl"])
        .run(Full, &["oss:PutBucketAcl"], |c| Box::pin(settings::put_acl(c))),
    row("GetBucketAcl", "GET", Bucket, &["acl"])
        .run(Full, &["oss:GetBucketAcl"], |c| Box::pin(settings::get_acl(c))),
    row("PutBucketPolicy", "PUT", Bucket, &["policy"]).body(BodyUse::Document)
        .run(Full, &["oss:PutBucketPolicy"], |c| Box::pin(settings::put_policy(c))),
    row("GetBucketPolicy", "GET", Bucket, &["policy"])
        .run(Full, &["oss:GetBucketPolicy"], |c| Box::pin(settings::get_policy(c))),
    row("DeleteBucketPolicy", "DELETE", Bucket, &["policy"])
        .run(Full, &["oss:DeleteBucketPolicy"], |c| Box::pin(settings::delete_policy(c))),
    row("PutBucketEncryption", "PUT", Bucket, &["encryption"]).body(BodyUse::Document)
        .run(Partial, &["oss:PutBucketEncryption"], |c| Box::pin(settings::put_encryption(c))),
    row("GetBucketEncryption", "GET", Bucket, &["encryption"])
        .run(Full, &["oss:GetBucketEncryption"], |c| Box::pin(settings::get_encryption(c))),
    row("DeleteBucketEncryption", "DELETE", Bucket, &["encryption"])
        .run(Full, &["oss:DeleteBucketEncryption"], |c| Box::pin(settings::delete_encryption(c))),
    row("PutBucketTags", "PUT", Bucket, &["tagging"]).body(BodyUse::Document)
        .run(Full, &["oss:PutBucketTagging"], |c| Box::pin(tagging::put_bucket(c))),
    row("GetBucketTags", "GET", Bucket, &["tagging"])
        .run(Full, &["oss:GetBucketTagging"], |c| Box::pin(tagging::get_bucket(c))),
    row("DeleteBucketTags", "DELETE", Bucket, &["tagging"])
        .run(Full, &["oss:DeleteBucketTagging"], |c| Box::pin(tagging::delete_bucket(c))),
    row("PutBucketVersioning", "PUT", Bucket, &["versioning"]).body(BodyUse::Document)
        .run(Full, &["oss:PutBucketVersioning"], |c| Box::pin(versions::put(c))),
    row("GetBucketVersioning", "GET", Bucket, &["versioning"])
        .run(Full, &["oss:GetBucketVersioning"], |c| Box::pin(versions::get(c))),
    row("ListObjectVersions", "GET", Bucket, &["versions"]).params(LIST_VERSIONS)
        .run(Full, &["oss:ListObjectVersions"], |c| Box::pin(versions::list(c))),
    row("GetBucketPolicyStatus", "GET", Bucket, &["policyStatus"])
        .run(Full, &["oss:GetBucketPolicyStatus"], |c| Box::pin(public_access::policy_status(c))),
    row("PutBucketPublicAccessBlock", "PUT", Bucket, &["publicAccessBlock"]).body(BodyUse::Document)
        .run(Full, &["oss:PutBucketPublicAccessBlock"], |c| Box::pin(public_access::put_bucket(c))),
    row("GetBucketPublicAccessBlock", "GET", Bucket, &["publicAccessBlock"])
        .run(Full, &["oss:GetBucketPublicAccessBlock"], |c| Box::pin(public_access::get_bucket(c))),
    row("DeleteBucketPublicAccessBlock", "DELETE", Bucket, &["publicAccessBlock"])
        .run(Full, &["oss:DeleteBucketPublicAccessBlock"], |c| Box::pin(public_access::delete_bucket(c))),
    row("PutPublicAccessBlock", "PUT", Service, &["publicAccessBlock"]).body(BodyUse::Document)
        .run(Partial, &["oss:PutPublicAccessBlock"], |c| Box::pin(public_access::put(c))),
    row("GetPublicAccessBlock", "GET", Service, &["publicAccessBlock"])
        .run(Full, &["oss:GetPublicAccessBlock"], |c| Box::pin(public_access::get(c))),
    row("DeletePublicAccessBlock", "DELETE", Service, &["publicAccessBlock"])
        .run(Partial, &["oss:DeletePublicAccessBlock"], |c| Box::pin(public_access::delete(c))),
    row("PutBucketRequestPayment", "PUT", Bucket, &["requestPayment"]).body(BodyUse::Document)
        .run(Partial, &["oss:PutBucketRequestPayment"], |c| Box::pin(settings::put_payment(c))),
    row("GetBucketRequestPayment", "GET", Bucket, &["requestPayment"])
        .run(Full, &["oss:GetBucketRequestPayment"], |c| Box::pin(settings::get_payment(c))),
    row("PutBucketCors", "PUT", Bucket, &["cors"]).body(BodyUse::Document)
        .run(Partial, &["oss:PutBucketCors"], |c| Box::pin(cors::put(c))),
    row("GetBucketCors", "GET", Bucket, &["cors"])
        .run(Full, &["oss:GetBucketCors"], |c| Box::pin(cors::get(c))),
    row("DeleteBucketCors", "DELETE", Bucket, &["cors"])
        .run(Full, &["oss:DeleteBucketCors"], |c| Box::pin(cors::delete(c))),
    row("OptionBucket", "OPTIONS", Bucket, &[])
        .run(Full, &["oss:OptionObject"], |c| Box::pin(cors::preflight(c))),
    row("OptionObject", "OPTIONS", Object, &[])
        .run(Full, &["oss:OptionObject"], |c| Box::pin(cors::preflight(c))),
    row("PutBucketLifecycle", "PUT", Bucket, &["lifecycle"]).headers(&["x-oss-allow-same-action-overlap"])
        .body(BodyUse::Document)
        .run(Partial, &["oss:PutBucketLifecycle"], |c| Box::pin(lifecycle::put(c))),
    row("GetBucketLifecycle", "GET", Bucket, &["lifecycle"])
        .run(Full, &["oss:GetBucketLifecycle"], |c| Box::pin(lifecycle::get(c))),
    row("DeleteBucketLifecycle", "DELETE", Bucket, &["lifecycle"])
        .run(Full, &["oss:DeleteBucketLifecycle"], |c| Box::pin(lifecycle::delete(c))),
    row("DeleteMultipleObjects", "POST", Bucket, &["delete"]).params(&["encoding-type"]).headers(&[worm::BYPASS]).body(BodyUse::Document)
        .run(Partial, &["oss:DeleteObject"], |c| Box::pin(delete_many::delete_many(c))),
    row("ListMultipartUploads", "GET", Bucket, &["uploads"]).params(LIST_UPLOADS)
        .run(Full, &["oss:ListMultipartUploads"], |c| Box::pin(listing::uploads(c))),

    row("PutObject", "PUT", Object, &[]).headers(DRAFT).metadata().body(BodyUse::Content)
        .run(Partial, &["oss:PutObject"], |c| Box::pin(object::put(c))),
    row("PostObject", "POST", Bucket, &[])
        .run(Partial, &["oss:PutObject"], |c| Box::pin(post::no_form(c))),
    row("CopyObject", "PUT", Object, &[]).copies().headers(COPY).metadata()
        .run(Partial, &["oss:PutObject", "oss:GetObject"], |c| Box::pin(copy::copy(c))),
    row("GetObject", "GET", Object, &[]).headers(READ).params(object::OVERRIDES)
        .run(Partial, &["oss:GetObject"], |c| Box::pin(object::get(c))),
    row("HeadObject", "HEAD", Object, &[]).headers(READ)
        .run(Partial, &["oss:GetObject"], |c| Box::pin(object::head(c))),
    row("GetObjectMeta", "HEAD", Object, &["objectMeta"])
        .run(Partial, &["oss:GetObject"], |c| Box::pin(object::meta(c))),
    row("DeleteObject", "DELETE", Object, &[]).headers(&["if-match", worm::BYPASS])
        .run(Partial, &["oss:DeleteObject"], |c| Box::pin(object::delete(c))),
    row("PutObjectAcl", "PUT", Object, &["acl"]).headers(&["x-oss-object-acl"])
        .run(Partial, &["oss:PutObjectAcl"], |c| Box::pin(object::put_acl(c))),
    row("GetObjectAcl", "GET", Object, &["acl"])
        .run(Partial, &["oss:GetObjectAcl"], |c| Box::pin(object::get_acl(c))),
    row("PutObjectTagging", "PUT", Object, &["tagging"]).body(BodyUse::Document)
        .run(Full, &["oss:PutObjectTagging"], |c| Box::pin(tagging::put_object(c))),
    row("GetObjectTagging", "GET", Object, &["tagging"])
        .run(Full, &["oss:GetObjectTagging"], |c| Box::pin(tagging::get_object(c))),
    row("DeleteObjectTagging", "DELETE", Object, &["tagging"])
        .run(Full, &["oss:DeleteObjectTagging"], |c| Box::pin(tagging::delete_object(c))),

    row("PutObjectTagging", "PUT", Object, &["tagging", "versionId"]).body(BodyUse::Document)
        .run(Full, &["oss:PutObjectVersionTagging"], |c| Box::pin(tagging::put_object(c))),
    row("GetObjectTagging", "GET", Object, &["tagging", "versionId"])
        .run(Full, &["oss:GetObjectVersionTagging"], |c| Box::pin(tagging::get_object(c))),
    row("DeleteObjectTagging", "DELETE", Object, &["tagging", "versionId"])
        .run(Full, &["oss:DeleteObjectVersionTagging"], |c| Box::pin(tagging::delete_object(c))),
    row("GetObject", "GET", Object, &["versionId"]).headers(READ).params(object::OVERRIDES)
        .run(Partial, &["oss:GetObjectVersion"], |c| Box::pin(object::get(c))),
    row("HeadObject", "HEAD", Object, &["versionId"]).headers(READ)
        .run(Partial, &["oss:GetObjectVersion"], |c| Box::pin(object::head(c))),
    row("GetObjectMeta", "HEAD", Object, &["objectMeta", "versionId"])
        .run(Partial, &["oss:GetObjectVersion"], |c| Box::pin(object::meta(c))),
    row("DeleteObject", "DELETE", Object, &["versionId"]).headers(&["if-match", worm::BYPASS])
        .run(Partial, &["oss:DeleteObjectVersion"], |c| Box::pin(object::delete(c))),
    row("PutObjectAcl", "PUT", Object, &["acl", "versionId"]).headers(&["x-oss-object-acl"])
        .run(Partial, &["oss:PutObjectVersionAcl"], |c| Box::pin(object::put_acl(c))),
    row("GetObjectAcl", "GET", Object, &["acl", "versionId"])
        .run(Partial, &["oss:GetObjectVersionAcl"], |c| Box::pin(object::get_acl(c))),

    row("InitiateMultipartUpload", "POST", Object, &["uploads"]).params(&["encoding-type"]).headers(INITIATE).metadata()
        .run(Partial, &["oss:PutObject"], |c| Box::pin(multipart::initiate(c))),
    row("UploadPart", "PUT", Object, &["partNumber", "uploadId"]).body(BodyUse::Content)
        .run(Full, &["oss:PutObject"], |c| Box::pin(multipart::upload_part(c))),
    row("UploadPartCopy", "PUT", Object, &["partNumber", "uploadId"]).copies().headers(COPY_PART)
        .run(Partial, &["oss:PutObject", "oss:GetObject"], |c| Box::pin(copy::copy_part(c))),
    row("CompleteMultipartUpload", "POST", Object, &["uploadId"]).params(&["encoding-type"])
        .headers(&["x-oss-complete-all", "x-oss-forbid-overwrite", "if-match", "if-none-match"]).body(BodyUse::Document)
        .run(Partial, &["oss:PutObject"], |c| Box::pin(multipart::complete(c))),
    row("AbortMultipartUpload", "DELETE", Object, &["uploadId"])
        .run(Full, &["oss:AbortMultipartUpload"], |c| Box::pin(multipart::abort(c))),
    row("ListParts", "GET", Object, &["uploadId"]).params(&["max-parts", "part-number-marker", "encoding-type"])
        .run(Full, &["oss:ListParts"], |c| Box::pin(listing::parts(c))),

    row("InitiateBucketWorm", "POST", Bucket, &["worm"]).body(BodyUse::Document)
        .run(Full, &["oss:InitiateBucketWorm"], |c| Box::pin(worm::initiate(c))),
    row("GetBucketWorm", "GET", Bucket, &["worm"])
        .run(Full, &["oss:GetBucketWorm"], |c| Box::pin(worm::get(c))),
    row("AbortBucketWorm", "DELETE", Bucket, &["worm"])
        .run(Full, &["oss:AbortBucketWorm"], |c| Box::pin(worm::abort(c))),
    row("CompleteBucketWorm", "POST", Bucket, &["wormId"])
        .run(Full, &["oss:CompleteBucketWorm"], |c| Box::pin(worm::complete(c))),
    row("ExtendBucketWorm", "POST", Bucket, &["wormExtend", "wormId"]).body(BodyUse::Document)
        .run(Full, &["oss:ExtendBucketWorm"], |c| Box::pin(worm::extend(c))),
    row("PutBucketObjectWormConfiguration", "PUT", Bucket, &["objectWorm"]).body(BodyUse::Document)
        .run(Full, &["oss:PutBucketObjectWormConfiguration"], |c| Box::pin(worm::put_locking(c))),
    row("GetBucketObjectWormConfiguration", "GET", Bucket, &["objectWorm"])
        .run(Full, &["oss:GetBucketObjectWormConfiguration"], |c| Box::pin(worm::get_locking(c))),
    row("PutObjectRetention", "PUT", Object, &["retention"]).headers(&[worm::BYPASS]).body(BodyUse::Document)
        .run(Full, &["oss:PutObjectRetention"], |c| Box::pin(worm::put_retention(c))),
    row("GetObjectRetention", "GET", Object, &["retention"])
        .run(Full, &["oss:GetObjectRetention"], |c| Box::pin(worm::get_retention(c))),
    row("PutObjectLegalHold", "PUT", Object, &["legalHold"]).body(BodyUse::Document)
        .run(Full, &["oss:PutObjectLegalHold"], |c| Box::pin(worm::put_hold(c))),
    row("GetObjectLegalHold", "GET", Object, &["legalHold"])
        .run(Full, &["oss:GetObjectLegalHold"], |c| Box::pin(worm::get_hold(c))),
    row("PutObjectRetention", "PUT", Object, &["retention", "versionId"]).headers(&[worm::BYPASS]).body(BodyUse::Document)
        .run(Full, &["oss:PutObjectRetention"], |c| Box::pin(worm::put_retention(c))),
    row("GetObjectRetention", "GET", Object, &["retention", "versionId"])
        .run(Full, &["oss:GetObjectRetention"], |c| Box::pin(worm::get_retention(c))),
    row("PutObjectLegalHold", "PUT", Object, &["legalHold", "versionId"]).body(BodyUse::Document)
        .run(Full, &["oss:PutObjectLegalHold"], |c| Box::pin(worm::put_hold(c))),
    row("GetObjectLegalHold", "GET", Object, &["legalHold", "versionId"])
        .run(Full, &["oss:GetObjectLegalHold"], |c| Box::pin(worm::get_hold(c))),

    row("PutBucketLogging", "PUT", Bucket, &["logging"]),
    row("GetBucketLogging", "GET", Bucket, &["logging"]),
    row("DeleteBucketLogging", "DELETE", Bucket, &["logging"]),
    row("PutUserDefinedLogFieldsConfig", "PUT", Bucket, &["userDefinedLogFieldsConfig"]),
    row("GetUserDefinedLogFieldsConfig", "GET", Bucket, &["userDefinedLogFieldsConfig"]),
    row("DeleteUserDefinedLogFieldsConfig", "DELETE", Bucket, &["userDefinedLogFieldsConfig"]),
    row("PutBucketReplication", "POST", Bucket, &["replication", "comp"]),
    row("GetBucketReplication", "GET", Bucket, &["replication"]),
    row("GetBucketReplicationLocation", "GET", Bucket, &["replicationLocation"]),
    row("GetBucketReplicationProgress", "GET", Bucket, &["replicationProgress"]),
    row("PutBucketRtc", "PUT", Bucket, &["rtc"]),
    row("CreateBucketDataRedundancyTransition", "POST", Bucket, &["redundancyTransition"]),
    row("GetBucketDataRedundancyTransition", "GET", Bucket, &["redundancyTransition"]),
    row("DeleteBucketDataRedundancyTransition", "DELETE", Bucket, &["redundancyTransition"]),
    row("PutBucketReferer", "PUT", Bucket, &["referer"]),
    row("GetBucketReferer", "GET", Bucket, &["referer"]),
    row("PutBucketWebsite", "PUT", Bucket, &["website"]),
    row("GetBucketWebsite", "GET", Bucket, &["website"]),
    row("DeleteBucketWebsite", "DELETE", Bucket, &["website"]),
    row("PutBucketQuota", "PUT", Bucket, &["quota"]),
    row("GetBucketQuota", "GET", Bucket, &["quota"]),
    row("PutBucketInventory", "PUT", Bucket, &["inventory", "inventoryId"]),
    row("GetBucketInventory", "GET", Bucket, &["inventory", "inventoryId"]),
    row("ListBucketInventory", "GET", Bucket, &["inventory"]),
    row("DeleteBucketInventory", "DELETE", Bucket, &["inventory", "inventoryId"]),
    row("PutBucketOverwriteConfig", "PUT", Bucket, &["overwriteConfig"]),
    row("GetBucketOverwriteConfig", "GET", Bucket, &["overwriteConfig"]),
    row("DeleteBucketOverwriteConfig", "DELETE", Bucket, &["overwriteConfig"]),
    row("PutBucketHttpsConfig", "PUT", Bucket, &["httpsConfig"]),
    row("GetBucketHttpsConfig", "GET", Bucket, &["httpsConfig"]),
    row("AppendObject", "POST", Object, &["append", "position"]),
    row("SealAppendObject", "POST", Object, &["seal", "position"]),
    row("PutSymlink", "PUT", Object, &["symlink"]),
    row("GetSymlink", "GET", Object, &["symlink"]),
    row("RestoreObject", "POST", Object, &["restore"]),
    row("CleanRestoredObject", "POST", Object, &["cleanRestoredObject"]),
    row("PutCname", "POST", Bucket, &["cname", "comp"]),
    row("ListCname", "GET", Bucket, &["cname"]),
    row("GetCnameToken", "GET", Bucket, &["cname", "comp"]),
    row("PutStyle", "PUT", Bucket, &["style", "styleName"]),
    row("GetStyle", "GET", Bucket, &["style", "styleName"]),
    row("ListStyle", "GET", Bucket, &["style"]),
    row("DeleteStyle", "DELETE", Bucket, &["style", "styleName"]),
    row("PutBucketAccessMonitor", "PUT", Bucket, &["accessmonitor"]),
    row("GetBucketAccessMonitor", "GET", Bucket, &["accessmonitor"]),
    row("PutBucketTransferAcceleration", "PUT", Bucket, &["transferAcceleration"]),
    row("GetBucketTransferAcceleration", "GET", Bucket, &["transferAcceleration"]),
    row("PutBucketResourceGroup", "PUT", Bucket, &["resourceGroup"]),
    row("GetBucketResourceGroup", "GET", Bucket, &["resourceGroup"]),
    row("CreateAccessPoint", "PUT", Bucket, &["accessPoint"]),
    row("GetAccessPoint", "GET", Bucket, &["accessPoint"]),
    row("DeleteAccessPoint", "DELETE", Bucket, &["accessPoint"]),
    row("PutAccessPointPolicy", "PUT", Bucket, &["accessPointPolicy"]),
    row("GetAccessPointPolicy", "GET", Bucket, &["accessPointPolicy"]),
    row("DeleteAccessPointPolicy", "DELETE", Bucket, &["accessPointPolicy"]),
    row("OpenMetaQuery", "POST", Bucket, &["metaQuery"]),
    row("GetMetaQueryStatus", "GET", Bucket, &["metaQuery"]),
];
