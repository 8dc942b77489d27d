//! Shutting public access off, and whose the objects of a bucket are.

use super::context::Context;
use super::convert::bucket;
use objects::{
    GetBucketPublicAccessBlock, GetOwnership, Ownership, PublicAccessBlock, PutBucketPublicAccessBlock, PutOwnership,
};
use s3s::S3Request;
use s3s::dto::{
    DeleteBucketOwnershipControlsInput, DeleteBucketOwnershipControlsOutput, DeletePublicAccessBlockInput,
    DeletePublicAccessBlockOutput, GetBucketOwnershipControlsInput, GetBucketOwnershipControlsOutput,
    GetBucketPolicyStatusInput, GetBucketPolicyStatusOutput, GetPublicAccessBlockInput, GetPublicAccessBlockOutput,
    ObjectOwnership, OwnershipControls, OwnershipControlsRule, PolicyStatus, PublicAccessBlockConfiguration,
    PutBucketOwnershipControlsInput, PutBucketOwnershipControlsOutput, PutPublicAccessBlockInput,
    PutPublicAccessBlockOutput,
};
use std::sync::Arc;
use types::{Failure, Reason, Result};

/// Says what of public access to a bucket is shut off. What is not mentioned is not.
pub(super) async fn put(
    cx: &Arc<Context>,
    request: S3Request<PutPublicAccessBlockInput>,
) -> Result<PutPublicAccessBlockOutput> {
    let bucket = bucket(&request.input.bucket)?;
    let PublicAccessBlockConfiguration {
        block_public_acls,
        block_public_policy,
        ignore_public_acls,
        restrict_public_buckets,
    } = request.input.public_access_block_configuration;
    let block = PublicAccessBlock {
        block_acls: block_public_acls.unwrap_or(false),
        ignore_acls: ignore_public_acls.unwrap_or(false),
        block_policy: block_public_policy.unwrap_or(false),
        restrict_policy: restrict_public_buckets.unwrap_or(false),
    };
    cx.perform(PutBucketPublicAccessBlock { bucket, block: Some(block) }).await?;
    Ok(PutPublicAccessBlockOutput::default())
}

/// Shows it. An error if nothing is said.
pub(super) async fn get(
    cx: &Arc<Context>,
    request: S3Request<GetPublicAccessBlockInput>,
) -> Result<GetPublicAccessBlockOutput> {
    let name = bucket(&request.input.bucket)?;
    let block = cx.perform(GetBucketPublicAccessBlock { bucket: name.clone() }).await?;
    let none = || Failure::of(Reason::PublicAccessBlockNotFound).with("BucketName", name.as_str());
    let PublicAccessBlock { block_acls, ignore_acls, block_policy, restrict_policy } = block.ok_or_else(none)?;
    Ok(GetPublicAccessBlockOutput {
        public_access_block_configuration: Some(PublicAccessBlockConfiguration {
            block_public_acls: Some(block_acls),
            block_public_policy: Some(block_policy),
            ignore_public_acls: Some(ignore_acls),
            restrict_public_buckets: Some(restrict_policy),
        }),
    })
}

/// Shuts nothing of the bucket off any more.
pub(super) async fn delete(
    cx: &Arc<Context>,
    request: S3Request<DeletePublicAccessBlockInput>,
) -> Result<DeletePublicAccessBlockOutput> {
    cx.perform(PutBucketPublicAccessBlock { bucket: bucket(&request.input.bucket)?, block: None }).await?;
    Ok(DeletePublicAccessBlockOutput::default())
}

/// Says whether a bucket's policy is public.
pub(super) async fn policy_status(
    cx: &Arc<Context>,
    request: S3Request<GetBucketPolicyStatusInput>,
) -> Result<GetBucketPolicyStatusOutput> {
    let public = cx.perform(objects::GetBucketPolicyStatus { bucket: bucket(&request.input.bucket)? }).await?;
    Ok(GetBucketPolicyStatusOutput { policy_status: Some(PolicyStatus { is_public: Some(public) }) })
}

/// Whose objects are, as it is asked for. They are always the bucket owner's here, so they can't be the writer's.
pub(super) fn ownership(asked: &str) -> Result<Ownership> {
    match asked {
        ObjectOwnership::BUCKET_OWNER_ENFORCED => Ok(Ownership::Enforced),
        ObjectOwnership::BUCKET_OWNER_PREFERRED => Ok(Ownership::Preferred),
        ObjectOwnership::OBJECT_WRITER => {
            let text = "ObjectWriter is not supported: objects belong to the owner of their bucket.";
            Err(Failure::new(Reason::NotImplemented, text))
        }
        _ => Err(Failure::invalid("ObjectOwnership", "BucketOwnerEnforced or BucketOwnerPreferred")),
    }
}

/// Says whose the objects of a bucket are, and whether lists count.
pub(super) async fn put_ownership(
    cx: &Arc<Context>,
    request: S3Request<PutBucketOwnershipControlsInput>,
) -> Result<PutBucketOwnershipControlsOutput> {
    let bucket = bucket(&request.input.bucket)?;
    let [rule] = request.input.ownership_controls.rules.as_slice() else {
        return Err(Failure::new(Reason::BodyMalformed, "OwnershipControls has one Rule."));
    };
    let ownership = Some(ownership(rule.object_ownership.as_str())?);
    cx.perform(PutOwnership { bucket, ownership }).await?;
    Ok(PutBucketOwnershipControlsOutput::default())
}

/// Shows it.
pub(super) async fn get_ownership(
    cx: &Arc<Context>,
    request: S3Request<GetBucketOwnershipControlsInput>,
) -> Result<GetBucketOwnershipControlsOutput> {
    let ownership = cx.perform(GetOwnership { bucket: bucket(&request.input.bucket)? }).await?;
    let rule = OwnershipControlsRule { object_ownership: ObjectOwnership::from_static(ownership.name()) };
    Ok(GetBucketOwnershipControlsOutput { ownership_controls: Some(OwnershipControls { rules: vec![rule] }) })
}

/// Says nothing of it any more.
pub(super) async fn delete_ownership(
    cx: &Arc<Context>,
    request: S3Request<DeleteBucketOwnershipControlsInput>,
) -> Result<DeleteBucketOwnershipControlsOutput> {
    cx.perform(PutOwnership { bucket: bucket(&request.input.bucket)?, ownership: None }).await?;
    Ok(DeleteBucketOwnershipControlsOutput::default())
}
