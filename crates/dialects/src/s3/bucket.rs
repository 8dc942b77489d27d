//! Buckets themselves.

use super::acl;
use super::context::Context;
use super::convert::{bucket, owner, page, stamp};
use super::listing::{opened, token};
use super::public_access::ownership;
use objects::{CreateBucket, ListBuckets, ListObjects};
use s3s::S3Request;
use s3s::dto::{
    Bucket, BucketCannedACL, BucketLocationConstraint, CreateBucketInput, CreateBucketOutput, DeleteBucketInput,
    DeleteBucketOutput, GetBucketLocationInput, GetBucketLocationOutput, GetBucketRequestPaymentInput,
    GetBucketRequestPaymentOutput, HeadBucketInput, HeadBucketOutput, ListBucketsInput, ListBucketsOutput, Payer,
    PutBucketRequestPaymentInput, PutBucketRequestPaymentOutput,
};
use std::sync::Arc;
use types::{Failure, Reason, Result, limits};

/// Lists the account's buckets.
pub(super) async fn list(cx: &Arc<Context>, request: S3Request<ListBucketsInput>) -> Result<ListBucketsOutput> {
    let input = request.input;
    let region = cx.region.id.as_str();
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = input.continuation_token.as_deref().map(opened).transpose()?;
    let asked = page(input.max_buckets, "max-buckets")?.min(limits::PAGE);
    // All buckets of a server's region are in it: asked for another's, there are none, and still the gate decides.
    let max = if input.bucket_region.as_deref().is_none_or(|r| r == region) { asked } else { 0 };
    let found = cx.perform(ListBuckets { prefix, after, max }).await?;
    let one = |info: objects::BucketInfo| Bucket {
        bucket_region: Some(region.to_owned()),
        creation_date: Some(stamp(info.created)),
        name: Some(info.name.into()),
    };
    Ok(ListBucketsOutput {
        buckets: Some(found.buckets.into_iter().map(one).collect()),
        continuation_token: found.next.as_deref().map(token),
        owner: Some(owner(found.owner)),
        prefix: input.prefix,
    })
}

/// Makes a bucket.
pub(super) async fn create(cx: &Arc<Context>, request: S3Request<CreateBucketInput>) -> Result<CreateBucketOutput> {
    let input = request.input;
    let place = input.create_bucket_configuration.as_ref().and_then(|c| c.location_constraint.as_ref());
    let place = place.map(BucketLocationConstraint::as_str).filter(|p| !p.is_empty());
    if place.is_some_and(|place| place != cx.region.id.as_str()) {
        let text = format!("The LocationConstraint must be {}, the region the request is signed for.", cx.region.id);
        return Err(Failure::new(Reason::ParameterInvalid, text));
    }
    let mut operation = CreateBucket::new(bucket(&input.bucket)?);
    operation.locking = input.object_lock_enabled_for_bucket == Some(true);
    operation.acl = input.acl.as_ref().map(BucketCannedACL::as_str).map(acl::of_bucket).transpose()?;
    operation.ownership = input.object_ownership.as_ref().map(|asked| ownership(asked.as_str())).transpose()?;
    cx.perform(operation).await?;
    Ok(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
}

/// Removes a bucket.
pub(super) async fn delete(cx: &Arc<Context>, request: S3Request<DeleteBucketInput>) -> Result<DeleteBucketOutput> {
    cx.perform(objects::DeleteBucket { bucket: bucket(&request.input.bucket)? }).await?;
    Ok(DeleteBucketOutput::default())
}

/// Says whether there is a bucket and it may be listed: that is the permission Amazon asks for, so a page of nothing is
/// what is asked of the domain.
pub(super) async fn head(cx: &Arc<Context>, request: S3Request<HeadBucketInput>) -> Result<HeadBucketOutput> {
    let mut operation = ListObjects::new(bucket(&request.input.bucket)?);
    operation.max = 0;
    cx.perform(operation).await?;
    Ok(HeadBucketOutput { bucket_region: Some(cx.region.id.to_string()), ..HeadBucketOutput::default() })
}

/// Says where a bucket is.
pub(super) async fn location(
    cx: &Arc<Context>,
    request: S3Request<GetBucketLocationInput>,
) -> Result<GetBucketLocationOutput> {
    let region = cx.perform(objects::GetBucketLocation { bucket: bucket(&request.input.bucket)? }).await?;
    Ok(GetBucketLocationOutput { location_constraint: Some(BucketLocationConstraint::from(region.to_string())) })
}

/// Says who is billed for requests.
pub(super) async fn put_payment(
    cx: &Arc<Context>,
    request: S3Request<PutBucketRequestPaymentInput>,
) -> Result<PutBucketRequestPaymentOutput> {
    let payer = match request.input.request_payment_configuration.payer.as_str() {
        Payer::BUCKET_OWNER => objects::Payer::BucketOwner,
        Payer::REQUESTER => objects::Payer::Requester,
        _ => return Err(Failure::invalid("Payer", "BucketOwner or Requester")),
    };
    cx.perform(objects::PutRequestPayment { bucket: bucket(&request.input.bucket)?, payer }).await?;
    Ok(PutBucketRequestPaymentOutput::default())
}

/// Tells who is.
pub(super) async fn payment(
    cx: &Arc<Context>,
    request: S3Request<GetBucketRequestPaymentInput>,
) -> Result<GetBucketRequestPaymentOutput> {
    let payer = cx.perform(objects::GetRequestPayment { bucket: bucket(&request.input.bucket)? }).await?;
    let name = match payer {
        objects::Payer::BucketOwner => Payer::BUCKET_OWNER,
        objects::Payer::Requester => Payer::REQUESTER,
    };
    Ok(GetBucketRequestPaymentOutput { payer: Some(Payer::from_static(name)) })
}
