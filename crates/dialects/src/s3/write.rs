//! Objects coming in whole.

use super::checksums::{self, place as place_checksums, read_kind, scope};
use super::context::Context;
use super::convert::{etag, place, protection, source, stamp, version_text};
use super::draft::said;
use super::{conditions, intake, tagging};
use objects::{Copy, Put};
use s3s::S3Request;
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, MetadataDirective, PutObjectInput, PutObjectOutput,
};
use std::sync::Arc;
use types::{Failure, Reason, Result};

/// Stores an object.
pub(super) async fn put(cx: &Arc<Context>, request: S3Request<PutObjectInput>) -> Result<PutObjectOutput> {
    let verified = request.credentials.is_some();
    let (expected, trailing) = checksums::expected(&request.headers, verified, request.trailing_headers)?;
    let mut input = request.input;
    let (bucket, key) = place(&input.bucket, &input.key)?;
    let body = intake::content(cx, input.body.take(), input.content_length, trailing)?;
    let mut operation = Put::new(bucket, key, body);
    operation.expected = expected;
    operation.draft = said!(input).draft()?;
    operation.conditions = conditions::write(input.if_match.as_ref(), input.if_none_match.as_ref());
    let written = cx.perform(operation).await?;
    let mut output = PutObjectOutput { e_tag: Some(etag(&written.etag)), ..PutObjectOutput::default() };
    output.version_id = version_text(written.version);
    output.expiration = written.expiry.as_ref().map(ToString::to_string);
    (output.server_side_encryption, output.ssekms_key_id) = protection(&written.protection);
    place_checksums!(&written.checksums => output);
    output.checksum_type = (!written.checksums.is_empty()).then(|| scope(written.checksum_scope));
    Ok(output)
}

/// Stores a copy of an object.
pub(super) async fn copy(cx: &Arc<Context>, request: S3Request<CopyObjectInput>) -> Result<CopyObjectOutput> {
    let input = request.input;
    let (from, version) = source(&input.copy_source)?;
    let to = place(&input.bucket, &input.key)?;
    let directive = directive(input.metadata_directive.as_ref())?;
    let tagging = tagging::directive(input.tagging_directive.as_ref())?;
    let draft = said!(input).draft()?;
    let kept = directive == objects::MetadataDirective::Copy && tagging == objects::MetadataDirective::Copy;
    let unchanged = draft.encryption.is_none() && draft.storage_class.is_none() && draft.acl.is_none();
    if from == to && version.is_none() && kept && unchanged {
        let text = "A copy of an object onto itself must change its metadata, its storage class or its encryption.";
        return Err(Failure::new(Reason::ParameterMissing, text));
    }
    let mut operation = Copy::new(from, to.0, to.1);
    operation.source_version = version;
    operation.directive = directive;
    operation.tagging = tagging;
    operation.draft = draft;
    operation.source_conditions = conditions::read(
        input.copy_source_if_match.as_ref(),
        input.copy_source_if_none_match.as_ref(),
        input.copy_source_if_modified_since.as_ref(),
        input.copy_source_if_unmodified_since.as_ref(),
    );
    if let Some(kind) = &input.checksum_algorithm {
        operation.expected.compute.insert(read_kind(kind.as_str())?);
    }
    let written = cx.perform(operation).await.map_err(not_copied)?;
    let mut result = CopyObjectResult {
        e_tag: Some(etag(&written.etag)),
        last_modified: Some(stamp(written.modified)),
        ..CopyObjectResult::default()
    };
    place_checksums!(&written.checksums => result);
    result.checksum_type = (!written.checksums.is_empty()).then(|| scope(written.checksum_scope));
    let (sse, key) = protection(&written.protection);
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        version_id: version_text(written.version),
        expiration: written.expiry.as_ref().map(ToString::to_string),
        copy_source_version_id: version_text(written.source_version),
        server_side_encryption: sse,
        ssekms_key_id: key,
        ..CopyObjectOutput::default()
    })
}

fn directive(asked: Option<&MetadataDirective>) -> Result<objects::MetadataDirective> {
    match asked.map(MetadataDirective::as_str) {
        None | Some(MetadataDirective::COPY) => Ok(objects::MetadataDirective::Copy),
        Some(MetadataDirective::REPLACE) => Ok(objects::MetadataDirective::Replace),
        Some(_) => Err(Failure::invalid("x-amz-metadata-directive", "COPY or REPLACE")),
    }
}

/// A source that was not modified is a condition that failed: there is nothing to be told with a 304 (Amazon S3 API
/// Reference, CopyObject).
pub(super) fn not_copied(failure: Failure) -> Failure {
    match failure.reason() {
        Reason::NotModified => Failure::of(Reason::PreconditionFailed),
        _ => failure,
    }
}
