//! The policy of a bucket. The domain keeps it in its own grammar; a document in Amazon's is translated on its way in and
//! back on its way out.

use super::aws_policy;
use super::context::Context;
use super::convert::bucket;
use s3s::S3Request;
use s3s::dto::{
    DeleteBucketPolicyInput, DeleteBucketPolicyOutput, GetBucketPolicyInput, GetBucketPolicyOutput,
    GetBucketPolicyStatusInput, GetBucketPolicyStatusOutput, PolicyStatus, PutBucketPolicyInput, PutBucketPolicyOutput,
};
use serde_json::Value;
use std::sync::Arc;
use types::Result;

/// Shows a bucket's policy.
pub(super) async fn get(cx: &Arc<Context>, request: S3Request<GetBucketPolicyInput>) -> Result<GetBucketPolicyOutput> {
    let text = cx.perform(objects::GetBucketPolicy { bucket: bucket(&request.input.bucket)? }).await?;
    Ok(GetBucketPolicyOutput { policy: Some(aws_policy::shown(&text).unwrap_or(text)) })
}

/// Attaches a policy to a bucket.
pub(super) async fn put(cx: &Arc<Context>, request: S3Request<PutBucketPolicyInput>) -> Result<PutBucketPolicyOutput> {
    let text = aws_policy::taken(&request.input.policy)?;
    cx.perform(objects::PutBucketPolicy { bucket: bucket(&request.input.bucket)?, text }).await?;
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

/// Says whether a bucket's policy lets everybody in.
pub(super) async fn status(
    cx: &Arc<Context>,
    request: S3Request<GetBucketPolicyStatusInput>,
) -> Result<GetBucketPolicyStatusOutput> {
    let text = cx.perform(objects::GetBucketPolicy { bucket: bucket(&request.input.bucket)? }).await?;
    let public = serde_json::from_str::<Value>(&text).is_ok_and(|policy| is_public(&policy));
    Ok(GetBucketPolicyStatusOutput { policy_status: Some(PolicyStatus { is_public: Some(public) }) })
}

/// Whether a statement allows something to everybody without a condition.
fn is_public(policy: &Value) -> bool {
    let statements = match policy.get("Statement") {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    statements.iter().any(|statement| {
        let everybody = match statement.get("Principal") {
            Some(Value::Array(list)) => list.iter().any(|p| p == "*"),
            Some(one) => one == "*",
            None => false,
        };
        everybody && statement.get("Effect").is_some_and(|e| e == "Allow") && statement.get("Condition").is_none()
    })
}
