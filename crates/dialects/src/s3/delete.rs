//! Objects going away.

use super::conditions;
use super::context::Context;
use super::convert::{bucket, key, place, version, version_text};
use super::errors::spelled;
use objects::{Delete, VersionId};
use s3s::S3Request;
use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, Error,
    ObjectIdentifier,
};
use std::sync::Arc;
use types::{Failure, ObjectKey, Reason, Result, limits};

/// Removes an object.
pub(super) async fn one(cx: &Arc<Context>, request: S3Request<DeleteObjectInput>) -> Result<DeleteObjectOutput> {
    let input = request.input;
    let (bucket, key) = place(&input.bucket, &input.key)?;
    let mut operation = Delete::new(bucket, key);
    operation.version = version(input.version_id.as_deref())?;
    operation.conditions = conditions::write(input.if_match.as_ref(), None);
    operation.bypass = input.bypass_governance_retention == Some(true);
    let deleted = cx.perform(operation).await?;
    Ok(DeleteObjectOutput {
        delete_marker: deleted.marker.then_some(true),
        version_id: version_text(deleted.version),
        ..DeleteObjectOutput::default()
    })
}

/// Removes several objects, each decided and recorded alone.
pub(super) async fn many(cx: &Arc<Context>, request: S3Request<DeleteObjectsInput>) -> Result<DeleteObjectsOutput> {
    let input = request.input;
    let quiet = input.delete.quiet == Some(true);
    let bucket = bucket(&input.bucket)?;
    let keys = keys(&input.delete.objects)?;
    let bypass = input.bypass_governance_retention == Some(true);
    let results = cx.region.objects.delete_many(cx.caller(), &bucket, keys, bypass).await;
    let mut output = DeleteObjectsOutput::default();
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for (key, version, result) in results {
        match result {
            // Without the bucket there is nothing to say of any of its objects.
            Err(failure) if failure.reason() == Reason::BucketNotFound => return Err(failure),
            Err(failure) => errors.push(error(&key, version, &failure)),
            Ok(_) if quiet => {}
            Ok(done) => deleted.push(DeletedObject {
                delete_marker: done.marker.then_some(true),
                delete_marker_version_id: version_text(done.version.filter(|_| done.marker)),
                key: Some(key.into()),
                version_id: version_text(version),
            }),
        }
    }
    output.deleted = Some(deleted);
    output.errors = Some(errors);
    Ok(output)
}

fn keys(listed: &[ObjectIdentifier]) -> Result<Vec<(ObjectKey, Option<VersionId>)>> {
    if listed.is_empty() || listed.len() > limits::DELETE_KEYS {
        let text = format!("A request deletes 1 to {} objects.", limits::DELETE_KEYS);
        return Err(Failure::new(Reason::BodyMalformed, text));
    }
    let one = |object: &ObjectIdentifier| {
        if object.e_tag.is_some() || object.last_modified_time.is_some() || object.size.is_some() {
            let text = "Conditions on the objects of a list are not supported.";
            return Err(Failure::new(Reason::NotImplemented, text));
        }
        Ok((key(&object.key)?, version(object.version_id.as_deref())?))
    };
    listed.iter().map(one).collect()
}

fn error(key: &ObjectKey, version: Option<VersionId>, failure: &Failure) -> Error {
    Error {
        code: Some(spelled(failure.reason()).1.to_owned()),
        key: Some(key.to_string()),
        message: Some(failure.to_string()),
        version_id: version_text(version),
    }
}
