//! Buckets themselves.

use super::answer::{self, document, nothing, with_type};
use super::context::Context;
use super::spelling;
use crate::body::Response;
use http::StatusCode;
use objects::{
    BucketInfo, CreateBucket, DeleteBucket, Encryption, GetBucketInfo, GetBucketLocation, GetBucketStat,
    PublicAccessBlock, Redundancy,
};
use types::{Failure, Reason, Result};
use wire::Style;
use wire::xml::Writer;

/// `PUT /bucket/`
pub(super) async fn put(c: Context<'_>) -> Result<Response> {
    let mut op = CreateBucket::new(c.bucket()?);
    op.again = true;
    op.acl = c.head.header("x-oss-acl").map(bucket_acl).transpose()?;
    if !c.document.is_empty() {
        let xml = c.xml("CreateBucketConfiguration")?;
        xml.only(&["StorageClass", "DataRedundancyType", "LocationConstraint"])?;
        if let Some(class) = filled(xml.optional_text("StorageClass")?) {
            op.storage_class = spelling::parse_storage_class(class)?;
        }
        if let Some(redundancy) = filled(xml.optional_text("DataRedundancyType")?) {
            op.redundancy = parse_redundancy(redundancy)?;
        }
        if filled(xml.optional_text("LocationConstraint")?).is_some_and(|place| place != region_name(&c)) {
            return Err(Failure::invalid("LocationConstraint", format_args!("it must be {}", region_name(&c))));
        }
    }
    let created = c.perform(op).await?;
    let mut response = nothing(StatusCode::OK);
    answer::put(&mut response, "location", &format!("/{}", created.bucket.name));
    Ok(response)
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn parse_redundancy(text: &str) -> Result<Redundancy> {
    match text {
        "LRS" => Ok(Redundancy::Local),
        "ZRS" => Err(Failure::new(Reason::NotImplemented, "The redundancy type ZRS is not supported.")),
        _ => Err(Failure::invalid("DataRedundancyType", "it must be LRS")),
    }
}

/// An access control list that a bucket can have: it has nothing above it whose list could be meant.
pub(super) fn bucket_acl(text: &str) -> Result<objects::Acl> {
    let wrong = || Failure::new(Reason::AclInvalid, "A bucket's access control list cannot be default.");
    spelling::parse_grant(text)?.ok_or_else(wrong)
}

/// `DELETE /bucket/`
pub(super) async fn delete(c: Context<'_>) -> Result<Response> {
    c.perform(DeleteBucket { bucket: c.bucket()? }).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
}

/// `GET /bucket/?bucketInfo`
pub(super) async fn info(c: Context<'_>) -> Result<Response> {
    let info = c.perform(GetBucketInfo { bucket: c.bucket()? }).await?;
    Ok(document("BucketInfo", |w| {
        w.element("Bucket", |w| {
            describe(w, &c, &info);
            w.text("DataRedundancyType", redundancy(info.redundancy));
            w.text("TransferAcceleration", "Disabled");
            w.text("CrossRegionReplication", "Disabled");
            w.text("AccessMonitor", "Disabled");
            spelling::owner(w, info.owner);
            w.element("AccessControlList", |w| w.text("Grant", spelling::grant(Some(info.acl))));
            w.text("BlockPublicAccess", info.public_access == PublicAccessBlock::ALL);
            w.text("Comment", "");
            w.optional("Versioning", spelling::versioning(info.versioning));
            w.element("ServerSideEncryptionRule", |w| encryption_rule(w, info.encryption.as_ref()));
        });
    }))
}

const fn redundancy(redundancy: Redundancy) -> &'static str {
    match redundancy {
        Redundancy::Local => "LRS",
    }
}

fn encryption_rule(w: &mut Writer, encryption: Option<&Encryption>) {
    match encryption {
        None => w.text("SSEAlgorithm", "None"),
        Some(Encryption::Service) => w.text("SSEAlgorithm", "AES256"),
        Some(Encryption::Kms { key }) => {
            w.text("SSEAlgorithm", "KMS");
            w.text("KMSMasterKeyID", key.as_deref().unwrap_or_default());
        }
    }
}

/// What lists and descriptions of buckets say alike.
pub(super) fn describe(w: &mut Writer, c: &Context<'_>, info: &BucketInfo) {
    let endpoint = endpoint(c);
    w.text("Name", &info.name);
    w.text("Location", region_name(c));
    w.text("Region", &c.region.id);
    w.text("CreationDate", spelling::moment(info.created));
    w.text("ExtranetEndpoint", &endpoint);
    w.text("IntranetEndpoint", &endpoint);
    w.text("StorageClass", spelling::storage_class(info.storage_class));
}

/// Where the client found this server: there it will find the bucket, too.
pub(super) fn endpoint(c: &Context<'_>) -> String {
    let host = c.head.header("host").unwrap_or_default();
    let named = c.location.bucket.as_ref().filter(|_| c.location.style == Style::VirtualHost);
    let below = |bucket: &String| host.get(bucket.len()..).and_then(|rest| rest.strip_prefix('.'));
    named.and_then(below).unwrap_or(host).to_owned()
}

/// Regions are written with this in front, here only.
fn region_name(c: &Context<'_>) -> String {
    format!("oss-{}", c.region.id)
}

/// `GET /bucket/?location`
pub(super) async fn location(c: Context<'_>) -> Result<Response> {
    let region = c.perform(GetBucketLocation { bucket: c.bucket()? }).await?;
    // A region's name has no character that would have to be escaped.
    let xml =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint>oss-{region}</LocationConstraint>");
    Ok(with_type("application/xml", xml))
}

/// `GET /bucket/?stat`
pub(super) async fn stat(c: Context<'_>) -> Result<Response> {
    let stat = c.perform(GetBucketStat { bucket: c.bucket()? }).await?;
    Ok(document("BucketStat", |w| {
        w.text("Storage", stat.bytes);
        w.text("ObjectCount", stat.objects);
        w.text("MultipartUploadCount", stat.uploads);
        w.text("LiveChannelCount", 0);
        w.text("DeleteMarkerCount", stat.markers);
        w.text("LastModifiedTime", c.caller.call().time.secs());
        w.text("StandardStorage", stat.bytes);
        w.text("StandardObjectCount", stat.objects);
    }))
}
