//! Tags of objects and of buckets.

use super::answer::{document, nothing};
use super::context::Context;
use crate::body::Response;
use http::StatusCode;
use objects::{DeleteBucketTags, DeleteObjectTags, GetBucketTags, GetObjectTags, PutBucketTags, PutObjectTags, Tags};
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

/// `PUT /bucket/key?tagging`
pub(super) async fn put_object(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    c.perform(PutObjectTags { bucket, key, tags: Tags::of_object(pairs(&c)?)? }).await?;
    Ok(nothing(StatusCode::OK))
}

/// `GET /bucket/key?tagging`
pub(super) async fn get_object(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    Ok(shown(&c.perform(GetObjectTags { bucket, key }).await?))
}

/// `DELETE /bucket/key?tagging`
pub(super) async fn delete_object(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    c.perform(DeleteObjectTags { bucket, key }).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
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
