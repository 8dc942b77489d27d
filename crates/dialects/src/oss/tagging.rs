//! Tags of objects and of buckets.

use super::answer::{document, nothing};
use super::context::Context;
use super::headers;
use crate::body::Response;
use http::StatusCode;
use objects::{
    DeleteBucketTags, DeleteObjectTags, GetBucketTags, GetObjectTags, PutBucketTags, PutObjectTags, Tags, VersionId,
};
use types::{Failure, Reason, Result};
use wire::{Head, Params};

/// Tags that one bucket has at most in this dialect.
const OF_BUCKET: usize = 20;

/// The header by which an object is marked as it is stored: written as a query is.
pub(super) const TAGGING: &str = "x-oss-tagging";

/// The tags that a request wants its object to have.
pub(super) fn asked(head: &Head) -> Result<Tags> {
    let Some(text) = head.header(TAGGING) else { return Ok(Tags::default()) };
    let wrong = |_| Failure::new(Reason::TagInvalid, format!("The header {TAGGING} must be name=value&name=value."));
    let pairs = Params::parse(text.as_bytes()).map_err(wrong)?;
    Tags::of_object(pairs.iter().map(|(name, value)| (name.to_owned(), value.to_owned())))
}

/// Names and values of a `Tagging` document.
fn pairs(c: &Context<'_>) -> Result<Vec<(String, String)>> {
    let xml = c.xml("Tagging")?;
    xml.only(&["TagSet"])?;
    let set = xml.required("TagSet")?;
    set.only(&["Tag"])?;
    let one = |tag: &wire::xml::Element| {
        tag.only(&["Key", "Value"])?;
        Ok((tag.required_text("Key")?.to_owned(), tag.optional_text("Value")?.unwrap_or_default().to_owned()))
    };
    set.all("Tag").map(one).collect()
}

fn shown(tags: &Tags) -> Response {
    document("Tagging", |w| {
        w.element("TagSet", |w| {
            for (name, value) in tags.iter() {
                w.element("Tag", |w| {
                    w.text("Key", name);
                    w.text("Value", value);
                });
            }
        });
    })
}

/// An answer about a version says about which.
fn versioned(mut response: Response, version: Option<VersionId>) -> Response {
    headers::put_version(&mut response, version);
    response
}

/// `PUT /bucket/key?tagging`
pub(super) async fn put_object(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let (version, tags) = (c.version()?, Tags::of_object(pairs(&c)?)?);
    let version = c.perform(PutObjectTags { bucket, key, version, tags }).await?;
    Ok(versioned(nothing(StatusCode::OK), version))
}

/// `GET /bucket/key?tagging`
pub(super) async fn get_object(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let found = c.perform(GetObjectTags { bucket, key, version: c.version()? }).await?;
    Ok(versioned(shown(&found.tags), found.version))
}

/// `DELETE /bucket/key?tagging`
pub(super) async fn delete_object(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let version = c.perform(DeleteObjectTags { bucket, key, version: c.version()? }).await?;
    Ok(versioned(nothing(StatusCode::NO_CONTENT), version))
}

/// `PUT /bucket/?tagging`
pub(super) async fn put_bucket(c: Context<'_>) -> Result<Response> {
    let tags = Tags::of_bucket(pairs(&c)?)?;
    if tags.len() > OF_BUCKET {
        return Err(Failure::new(Reason::TooManyTags, format!("A bucket has at most {OF_BUCKET} tags.")));
    }
    c.perform(PutBucketTags { bucket: c.bucket()?, tags }).await?;
    Ok(nothing(StatusCode::OK))
}

/// `GET /bucket/?tagging`: a bucket without tags has an empty set.
pub(super) async fn get_bucket(c: Context<'_>) -> Result<Response> {
    Ok(shown(&c.perform(GetBucketTags { bucket: c.bucket()? }).await?))
}

/// `DELETE /bucket/?tagging`, or `?tagging=name,name` for some of them.
pub(super) async fn delete_bucket(c: Context<'_>) -> Result<Response> {
    let names = c.query.optional("tagging").filter(|names| !names.is_empty());
    let names = names.map(|names| names.split(',').map(str::to_owned).collect());
    c.perform(DeleteBucketTags { bucket: c.bucket()?, names }).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
}
