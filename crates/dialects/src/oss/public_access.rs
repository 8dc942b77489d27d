//! Shutting public access off: here all of it or nothing.

use super::answer::{document, nothing};
use super::context::Context;
use crate::body::Response;
use http::StatusCode;
use objects::{
    GetBucketPolicyStatus, GetBucketPublicAccessBlock, GetPublicAccessBlock, PublicAccessBlock,
    PutBucketPublicAccessBlock, PutPublicAccessBlock,
};
use types::{Failure, Result};

const ROOT: &str = "PublicAccessBlockConfiguration";
const FLAG: &str = "BlockPublicAccess";

fn asked(c: &Context<'_>) -> Result<Option<PublicAccessBlock>> {
    let xml = c.xml(ROOT)?;
    xml.only(&[FLAG])?;
    let on = xml.boolean(FLAG)?.ok_or_else(|| Failure::missing(FLAG))?;
    Ok(Some(if on { PublicAccessBlock::ALL } else { PublicAccessBlock::default() }))
}

/// What is shut off in part, as the other dialect can say it, is not shut off here.
fn shown(block: Option<PublicAccessBlock>) -> Response {
    document(ROOT, |w| w.text(FLAG, block == Some(PublicAccessBlock::ALL)))
}

/// `PUT /bucket/?publicAccessBlock`
pub(super) async fn put_bucket(c: Context<'_>) -> Result<Response> {
    c.perform(PutBucketPublicAccessBlock { bucket: c.bucket()?, block: asked(&c)? }).await?;
    Ok(nothing(StatusCode::OK))
}

/// `GET /bucket/?publicAccessBlock`
pub(super) async fn get_bucket(c: Context<'_>) -> Result<Response> {
    Ok(shown(c.perform(GetBucketPublicAccessBlock { bucket: c.bucket()? }).await?))
}

/// `DELETE /bucket/?publicAccessBlock`
pub(super) async fn delete_bucket(c: Context<'_>) -> Result<Response> {
    c.perform(PutBucketPublicAccessBlock { bucket: c.bucket()?, block: None }).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
}

/// `PUT /?publicAccessBlock`
pub(super) async fn put(c: Context<'_>) -> Result<Response> {
    c.perform(PutPublicAccessBlock { block: asked(&c)? }).await?;
    Ok(nothing(StatusCode::OK))
}

/// `GET /?publicAccessBlock`
pub(super) async fn get(c: Context<'_>) -> Result<Response> {
    Ok(shown(c.perform(GetPublicAccessBlock).await?))
}

/// `DELETE /?publicAccessBlock`
pub(super) async fn delete(c: Context<'_>) -> Result<Response> {
    c.perform(PutPublicAccessBlock { block: None }).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
}

/// `GET /bucket/?policyStatus`
pub(super) async fn policy_status(c: Context<'_>) -> Result<Response> {
    let public = c.perform(GetBucketPolicyStatus { bucket: c.bucket()? }).await?;
    Ok(document("PolicyStatus", |w| w.text("IsPublic", public)))
}
