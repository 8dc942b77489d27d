//! The policy of a bucket. The domain decides by its own grammar: a document in Amazon's is translated on its way in, kept
//! beside its translation, and shown as it was put.

use super::aws_policy;
use super::context::Context;
use super::convert::bucket;
use s3s::S3Request;
use s3s::dto::{
    DeleteBucketPolicyInput, DeleteBucketPolicyOutput, GetBucketPolicyInput, GetBucketPolicyOutput,
    PutBucketPolicyInput, PutBucketPolicyOutput,
};
use std::sync::Arc;
use types::Result;

/// Shows a bucket's policy.
pub(super) async fn get(cx: &Arc<Context>, request: S3Request<GetBucketPolicyInput>) -> Result<GetBucketPolicyOutput> {
    let policy = cx.perform(objects::GetBucketPolicy { bucket: bucket(&request.input.bucket)? }).await?;
    // The first records hold the translation alone.
    let shown = policy.original.or_else(|| aws_policy::shown(&policy.text)).unwrap_or(policy.text);
    Ok(GetBucketPolicyOutput { policy: Some(shown) })
}

/// Attaches a policy to a bucket.
pub(super) async fn put(cx: &Arc<Context>, request: S3Request<PutBucketPolicyInput>) -> Result<PutBucketPolicyOutput> {
    let bucket = bucket(&request.input.bucket)?;
    let sent = request.input.policy;
    let operation = match aws_policy::translated(&sent, &bucket)? {
        Some(text) => objects::PutBucketPolicy { bucket, text, original: Some(sent) },
        None => objects::PutBucketPolicy::new(bucket, sent),
    };
    cx.perform(operation).await?;
    Ok(PutBucketPolicyOutput::default())
}

/// Takes a bucket's policy off.
pub(super) async fn delete(
    cx: &Arc<Context>,
    request: S3Request<DeleteBucketPolicyInput>,
) -> Result<DeleteBucketPolicyOutput> {
    cx.perform(objects::DeleteBucketPolicy { bucket: bucket(&request.input.bucket)? }).await?;
    Ok(DeleteBucketPolicyOutput::default())
}
