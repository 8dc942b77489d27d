//! Copies: objects and parts whose content the client does not carry.

use super::answer::document;
use super::context::{Context, object_key};
use super::row::COPY_SOURCE;
use super::{conditions, headers, spelling};
use crate::body::Response;
use objects::{Copy, MetadataDirective, UploadPartCopy};
use types::{BucketName, Failure, ObjectKey, Reason, Result};
use wire::{Head, encoding};

/// What the conditions on the source of a copy start with.
const SOURCE: &str = "x-oss-copy-source-";

/// `PUT /bucket/key` with a source
pub(super) async fn copy(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let mut op = Copy::new(source(&c.head)?, bucket, key);
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
    Ok(response)
}

/// `PUT /bucket/key?partNumber=…&uploadId=…` with a source
pub(super) async fn copy_part(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let number = super::multipart::part_number(&c)?;
    let mut op = UploadPartCopy::new(source(&c.head)?, bucket, key, c.upload()?, number);
    op.source_conditions = conditions::read(&c.head, SOURCE)?;
    op.range = c.head.header("x-oss-copy-source-range").map(conditions::source_range).transpose()?;
    let written = c.perform(op).await?;
    let mut response = document("CopyPartResult", |w| {
        w.text("LastModified", spelling::moment(written.modified));
        w.text("ETag", spelling::etag(&written.etag));
    });
    headers::put_written(&mut response, &written.etag, written.crc64, &written.protection);
    Ok(response)
}

/// The source: `/bucket/key`, percent-encoded as a path is; oss2 and ali-oss write the key's slashes as `%2F`.
fn source(head: &Head) -> Result<(BucketName, ObjectKey)> {
    let wrong =
        || Failure::new(Reason::CopySourceInvalid, format!("The header {COPY_SOURCE} must be /<bucket>/<key>."));
    let text = head.header(COPY_SOURCE).ok_or_else(wrong)?;
    if text.contains('?') {
        let text = "A version of the source cannot be chosen: there are no versions.";
        return Err(Failure::new(Reason::NotImplemented, text));
    }
    let (bucket, key) = text.strip_prefix('/').unwrap_or(text).split_once('/').ok_or_else(wrong)?;
    let bucket = encoding::decode_path(bucket)?.parse().map_err(|_| wrong())?;
    Ok((bucket, object_key(&encoding::decode_path(key)?)?))
}

fn directive(head: &Head, name: &'static str) -> Result<MetadataDirective> {
    match head.header(name) {
        None => Ok(MetadataDirective::Copy),
        Some(text) if text.eq_ignore_ascii_case("copy") => Ok(MetadataDirective::Copy),
        Some(text) if text.eq_ignore_ascii_case("replace") => Ok(MetadataDirective::Replace),
        Some(_) => Err(Failure::invalid(name, "it must be COPY or REPLACE")),
    }
}
