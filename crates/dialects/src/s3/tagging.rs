//! Tags of objects and of buckets.

use super::context::Context;
use super::convert::{bucket, place, version, version_text};
use objects::{PutBucketTags, PutObjectTags, Tags};
use s3s::S3Request;
use s3s::dto::{
    DeleteBucketTaggingInput, DeleteBucketTaggingOutput, DeleteObjectTaggingInput, DeleteObjectTaggingOutput,
    GetBucketTaggingInput, GetBucketTaggingOutput, GetObjectTaggingInput, GetObjectTaggingOutput,
    PutBucketTaggingInput, PutBucketTaggingOutput, PutObjectTaggingInput, PutObjectTaggingOutput, Tag, Tagging,
    TaggingDirective,
};
use std::sync::Arc;
use types::{Failure, Reason, Result};
use wire::Params;

/// The tags of the header `x-amz-tagging`, which is written as a query is.
pub(super) fn asked(header: Option<&String>) -> Result<Tags> {
    let Some(text) = header else { return Ok(Tags::default()) };
    let wrong = |_| {
        let text = "The header x-amz-tagging must be name=value&name=value, each name once.";
        Failure::new(Reason::ParameterInvalid, text)
    };
    let pairs = Params::parse(text.as_bytes()).map_err(wrong)?;
    Tags::of_object(pairs.iter().map(|(name, value)| (name.to_owned(), value.to_owned())))
}

/// Where the tags of a copy come from.
pub(super) fn directive(asked: Option<&TaggingDirective>) -> Result<objects::MetadataDirective> {
    match asked.map(TaggingDirective::as_str) {
        None | Some(TaggingDirective::COPY) => Ok(objects::MetadataDirective::Copy),
        Some(TaggingDirective::REPLACE) => Ok(objects::MetadataDirective::Replace),
        Some(_) => Err(Failure::invalid("x-amz-tagging-directive", "COPY or REPLACE")),
    }
}

fn pairs(tagging: Tagging) -> Vec<(String, String)> {
    tagging.tag_set.into_iter().map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())).collect()
}

fn shown(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(name, value)| Tag { key: Some(name.to_owned()), value: Some(value.to_owned()) }).collect()
}

/// Marks an object with tags.
pub(super) async fn put_object(
    cx: &Arc<Context>,
    request: S3Request<PutObjectTaggingInput>,
) -> Result<PutObjectTaggingOutput> {
    let input = request.input;
    let (bucket, key) = place(&input.bucket, &input.key)?;
    let (version, tags) = (version(input.version_id.as_deref())?, Tags::of_object(pairs(input.tagging))?);
    let version_id = version_text(cx.perform(PutObjectTags { bucket, key, version, tags }).await?);
    Ok(PutObjectTaggingOutput { version_id })
}

/// Shows an object's tags.
pub(super) async fn get_object(
    cx: &Arc<Context>,
    request: S3Request<GetObjectTaggingInput>,
) -> Result<GetObjectTaggingOutput> {
    let (bucket, key) = place(&request.input.bucket, &request.input.key)?;
    let version = version(request.input.version_id.as_deref())?;
    let found = cx.perform(objects::GetObjectTags { bucket, key, version }).await?;
    Ok(GetObjectTaggingOutput { tag_set: shown(&found.tags), version_id: version_text(found.version) })
}

/// Takes an object's tags off.
pub(super) async fn delete_object(
    cx: &Arc<Context>,
    request: S3Request<DeleteObjectTaggingInput>,
) -> Result<DeleteObjectTaggingOutput> {
    let (bucket, key) = place(&request.input.bucket, &request.input.key)?;
    let version = version(request.input.version_id.as_deref())?;
    let version_id = version_text(cx.perform(objects::DeleteObjectTags { bucket, key, version }).await?);
    Ok(DeleteObjectTaggingOutput { version_id })
}

/// Marks a bucket with tags.
pub(super) async fn put_bucket(
    cx: &Arc<Context>,
    request: S3Request<PutBucketTaggingInput>,
) -> Result<PutBucketTaggingOutput> {
    let (bucket, tags) = (bucket(&request.input.bucket)?, Tags::of_bucket(pairs(request.input.tagging))?);
    cx.perform(PutBucketTags { bucket, tags }).await?;
    Ok(PutBucketTaggingOutput::default())
}

/// Shows a bucket's tags. Not to have any is an error here.
pub(super) async fn get_bucket(
    cx: &Arc<Context>,
    request: S3Request<GetBucketTaggingInput>,
) -> Result<GetBucketTaggingOutput> {
    let name = bucket(&request.input.bucket)?;
    let tags = cx.perform(objects::GetBucketTags { bucket: name.clone() }).await?;
    if tags.is_empty() {
        return Err(Failure::of(Reason::TagsNotFound).with("BucketName", name.as_str()));
    }
    Ok(GetBucketTaggingOutput { tag_set: shown(&tags) })
}

/// Takes a bucket's tags off.
pub(super) async fn delete_bucket(
    cx: &Arc<Context>,
    request: S3Request<DeleteBucketTaggingInput>,
) -> Result<DeleteBucketTaggingOutput> {
    cx.perform(objects::DeleteBucketTags { bucket: bucket(&request.input.bucket)?, names: None }).await?;
    Ok(DeleteBucketTaggingOutput::default())
}
