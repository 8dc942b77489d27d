//! Versions: whether a bucket keeps them, and which there are.

use super::checksums;
use super::context::Context;
use super::convert::{bucket, class, etag, owner, page, signed, small, stamp};
use super::listing::Spelling;
use objects::{
    GetBucketVersioning, ListVersions, ListedKind, ListedVersion, ObjectInfo, PutBucketVersioning, Versioning,
};
use s3s::S3Request;
use s3s::dto::{
    BucketVersioningStatus, DeleteMarkerEntry, GetBucketVersioningInput, GetBucketVersioningOutput,
    ListObjectVersionsInput, ListObjectVersionsOutput, MFADelete, ObjectVersion, ObjectVersionStorageClass,
    PutBucketVersioningInput, PutBucketVersioningOutput,
};
use std::sync::Arc;
use types::{Failure, Reason, Result};

/// Says whether a bucket keeps versions; of one that never did, nothing is said.
pub(super) async fn get(
    cx: &Arc<Context>,
    request: S3Request<GetBucketVersioningInput>,
) -> Result<GetBucketVersioningOutput> {
    let versioning = cx.perform(GetBucketVersioning { bucket: bucket(&request.input.bucket)? }).await?;
    let status = match versioning {
        Versioning::Off => None,
        Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
        Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
    };
    let status = status.map(BucketVersioningStatus::from_static);
    Ok(GetBucketVersioningOutput { status, ..GetBucketVersioningOutput::default() })
}

/// Sets whether a bucket keeps versions.
pub(super) async fn put(
    cx: &Arc<Context>,
    request: S3Request<PutBucketVersioningInput>,
) -> Result<PutBucketVersioningOutput> {
    let asked = &request.input.versioning_configuration;
    match asked.mfa_delete.as_ref().map(MFADelete::as_str) {
        None | Some(MFADelete::DISABLED) => {}
        Some(_) => return Err(Failure::new(Reason::NotImplemented, "MFA delete is not supported.")),
    }
    let versioning = match asked.status.as_ref().map(BucketVersioningStatus::as_str) {
        Some(BucketVersioningStatus::ENABLED) => Versioning::Enabled,
        Some(BucketVersioningStatus::SUSPENDED) => Versioning::Suspended,
        _ => return Err(Failure::new(Reason::BodyMalformed, "The Status must be Enabled or Suspended.")),
    };
    cx.perform(PutBucketVersioning { bucket: bucket(&request.input.bucket)?, versioning }).await?;
    Ok(PutBucketVersioningOutput::default())
}

/// Lists the versions and delete markers of a bucket.
pub(super) async fn list(
    cx: &Arc<Context>,
    request: S3Request<ListObjectVersionsInput>,
) -> Result<ListObjectVersionsOutput> {
    let input = request.input;
    let spelling = Spelling::new(input.encoding_type.as_ref())?;
    let mut operation = ListVersions::new(bucket(&input.bucket)?);
    operation.prefix = input.prefix.clone().unwrap_or_default();
    operation.delimiter = input.delimiter.clone().unwrap_or_default();
    operation.after = input.key_marker.clone().filter(|marker| !marker.is_empty());
    let marker = input.version_id_marker.as_deref().filter(|marker| !marker.is_empty());
    if marker.is_some() && operation.after.is_none() {
        return Err(Failure::invalid("version-id-marker", "together with a key-marker only"));
    }
    operation.after_version = marker.map(str::parse).transpose()?;
    operation.max = page(input.max_keys, "max-keys")?;
    let max = operation.max;
    let found = cx.perform(operation).await?;
    let (next_key, next_version) = found.next.clone().unzip();
    let (mut versions, mut markers) = (Vec::new(), Vec::new());
    for listed in &found.versions {
        match &listed.kind {
            ListedKind::Object(info) => versions.push(version(listed, info, spelling)),
            ListedKind::Marker { modified, owner: account } => markers.push(DeleteMarkerEntry {
                is_latest: Some(listed.latest),
                key: Some(spelling.of(listed.key.as_str())),
                last_modified: Some(stamp(*modified)),
                owner: Some(owner(*account)),
                version_id: Some(listed.version.to_string()),
            }),
        }
    }
    Ok(ListObjectVersionsOutput {
        common_prefixes: Some(spelling.prefixes(&found.prefixes)),
        delete_markers: Some(markers),
        delimiter: input.delimiter.as_deref().map(|d| spelling.of(d)),
        encoding_type: input.encoding_type,
        is_truncated: Some(found.next.is_some()),
        key_marker: Some(spelling.of(input.key_marker.as_deref().unwrap_or_default())),
        max_keys: Some(small(max)),
        name: Some(input.bucket),
        next_key_marker: next_key.map(|key| spelling.of(&key)),
        next_version_id_marker: next_version.flatten().map(|next| next.to_string()),
        prefix: Some(spelling.of(input.prefix.as_deref().unwrap_or_default())),
        request_charged: None,
        version_id_marker: input.version_id_marker,
        versions: Some(versions),
    })
}

fn version(listed: &ListedVersion, info: &ObjectInfo, spelling: Spelling) -> ObjectVersion {
    ObjectVersion {
        checksum_algorithm: Some(info.checksums.keys().map(|kind| checksums::algorithm(*kind)).collect()),
        checksum_type: (!info.checksums.is_empty()).then(|| checksums::scope(info.checksum_scope)),
        e_tag: Some(etag(&info.etag)),
        is_latest: Some(listed.latest),
        key: Some(spelling.of(listed.key.as_str())),
        last_modified: Some(stamp(info.modified)),
        owner: Some(owner(info.owner)),
        restore_status: None,
        size: Some(signed(info.size)),
        storage_class: Some(ObjectVersionStorageClass::from(class(info.storage_class).to_owned())),
        version_id: Some(listed.version.to_string()),
    }
}
