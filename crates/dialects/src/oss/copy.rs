//! Copies: objects and parts whose content the client does not carry.

use super::answer::document;
use super::context::{Context, object_key};
use super::row::COPY_SOURCE;
use super::{conditions, headers, spelling};
use crate::body::Response;
use objects::{Copy, MetadataDirective, UploadPartCopy, VersionId};
use types::{BucketName, Failure, ObjectKey, Reason, Result};
use wire::{Head, encoding};

/// What the conditions on the source of a copy start with.
const SOURCE: &str = "x-oss-copy-source-";

/// `PUT /bucket/key` with a source
pub(super) async fn copy(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let (from, version) = source(&c.head)?;
    let mut op = Copy::new(from, bucket, key);
    op.source_version = version;
    op.source_conditions = conditions::read(&c.head, SOURCE)?;
    op.directive = directive(&c.head, "x-oss-metadata-directive")?;
    op.tagging = directive(&c.head, "x-oss-tagging-directive")?;
    op.draft = headers::draft(&c.head)?;
    op.conditions = conditions::write(&c.head)?;
    let written = c.perform(op).await?;
    let mut response = document("CopyObjectResult", |w| {
        w.text("LastModified", spelling::moment(written.modified));
        w.text("ETag", spelling::etag(&written.etag));
    });
    headers::put_written(&mut response, &written.etag, written.crc64, &written.protection);
    headers::put_copied(&mut response, written.version, written.source_version);
    Ok(response)
}

/// `PUT /bucket/key?partNumber=…&uploadId=…` with a source
pub(super) async fn copy_part(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let number = super::multipart::part_number(&c)?;
    let (from, version) = source(&c.head)?;
    let mut op = UploadPartCopy::new(from, bucket, key, c.upload()?, number);
    op.source_version = version;
    op.source_conditions = conditions::read(&c.head, SOURCE)?;
    op.range = c.head.header("x-oss-copy-source-range").map(conditions::source_range).transpose()?;
    let written = c.perform(op).await?;
    let mut response = document("CopyPartResult", |w| {
        w.text("LastModified", spelling::moment(written.modified));
        w.text("ETag", spelling::etag(&written.etag));
    });
    headers::put_written(&mut response, &written.etag, written.crc64, &written.protection);
    headers::put_copied(&mut response, None, written.source_version);
    Ok(response)
}

/// The source: `/bucket/key`, percent-encoded as a path is; oss2 and ali-oss write the key's slashes as `%2F`. Behind it there
/// may be a version.
fn source(head: &Head) -> Result<((BucketName, ObjectKey), Option<VersionId>)> {
    let wrong = || {
        let text = format!("The header {COPY_SOURCE} must be /<bucket>/<key> or /<bucket>/<key>?versionId=<version>.");
        Failure::new(Reason::CopySourceInvalid, text)
    };
    let text = head.header(COPY_SOURCE).ok_or_else(wrong)?;
    let (text, version) = match text.split_once('?') {
        None => (text, None),
        Some((path, query)) => {
            let version = query.strip_prefix("versionId=").ok_or_else(wrong)?;
            (path, Some(version.parse()?))
        }
    };
    let (bucket, key) = text.strip_prefix('/').unwrap_or(text).split_once('/').ok_or_else(wrong)?;
    let bucket = encoding::decode_path(bucket)?.parse().map_err(|_| wrong())?;
    Ok(((bucket, object_key(&encoding::decode_path(key)?)?), version))
}

fn directive(head: &Head, name: &'static str) -> Result<MetadataDirective> {
    match head.header(name) {
        None => Ok(MetadataDirective::Copy),
        Some(text) if text.eq_ignore_ascii_case("copy") => Ok(MetadataDirective::Copy),
        Some(text) if text.eq_ignore_ascii_case("replace") => Ok(MetadataDirective::Replace),
        Some(_) => Err(Failure::invalid(name, "it must be COPY or REPLACE")),
    }
}
