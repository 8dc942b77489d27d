//! Objects coming in in parts.

use super::checksums::{self, algorithm, place as place_checksums, read_kind, read_scope, scope};
use super::context::Context;
use super::convert::{
    bucket, class, etag, owner, page, part_number, place, protection, range, signed, small, source, stamp, version_text,
};
use super::draft::said;
use super::listing::Spelling;
use super::write::not_copied;
use super::{conditions, intake};
use objects::{
    AbortUpload, CompleteUpload, InitiateUpload, ListParts, ListUploads, ListedPart, PartInfo, PartList, UploadInfo,
};
use s3s::S3Request;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput, CompleteMultipartUploadOutput,
    CompletedPart, CopyPartResult, CreateMultipartUploadInput, CreateMultipartUploadOutput, Initiator,
    ListMultipartUploadsInput, ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput, MultipartUpload, Part,
    Range, StorageClass, UploadPartCopyInput, UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use std::sync::Arc;
use types::{Failure, Reason, Result, UploadId};

/// The least bytes of a part that is not the last (Amazon S3 User Guide, multipart upload limits).
const LEAST: u64 = 5 * 1024 * 1024;

fn upload(id: &str) -> Result<UploadId> {
    id.parse().map_err(|_| Failure::of(Reason::UploadNotFound).with("UploadId", id))
}

/// Begins an upload.
pub(super) async fn create(
    cx: &Arc<Context>,
    request: S3Request<CreateMultipartUploadInput>,
) -> Result<CreateMultipartUploadOutput> {
    let input = request.input;
    let (bucket, key) = place(&input.bucket, &input.key)?;
    let mut operation = InitiateUpload::new(bucket, key);
    operation.draft = said!(input).draft()?;
    let kind = input.checksum_algorithm.as_ref().map(|kind| read_kind(kind.as_str())).transpose()?;
    let asked = input.checksum_type.as_ref().map(read_scope).transpose()?;
    if kind.is_none() && asked.is_some() {
        return Err(Failure::new(Reason::ParameterMissing, "x-amz-checksum-type needs x-amz-checksum-algorithm."));
    }
    operation.checksum = kind.map(|kind| (kind, asked));
    let begun = cx.perform(operation).await?;
    let (sse, sse_key) = protection(&begun.protection);
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(begun.upload.into()),
        checksum_algorithm: begun.checksum.map(|(kind, _)| algorithm(kind)),
        checksum_type: begun.checksum.map(|(_, of)| scope(of)),
        server_side_encryption: sse,
        ssekms_key_id: sse_key,
        ..CreateMultipartUploadOutput::default()
    })
}

/// Stores a part.
pub(super) async fn part(cx: &Arc<Context>, request: S3Request<UploadPartInput>) -> Result<UploadPartOutput> {
    let verified = request.credentials.is_some();
    let (expected, trailing) = checksums::expected(&request.headers, verified, request.trailing_headers)?;
    let mut input = request.input;
    let (bucket, key) = place(&input.bucket, &input.key)?;
    let body = intake::content(cx, input.body.take(), input.content_length, trailing)?;
    let (upload, number) = (upload(&input.upload_id)?, part_number(input.part_number)?);
    let mut operation = objects::UploadPart::new(bucket, key, upload, number, body);
    operation.expected = expected;
    let written = cx.perform(operation).await?;
    let mut output = UploadPartOutput { e_tag: Some(etag(&written.etag)), ..UploadPartOutput::default() };
    (output.server_side_encryption, output.ssekms_key_id) = protection(&written.protection);
    place_checksums!(&written.checksums => output);
    Ok(output)
}

/// Stores a part that is a copy.
pub(super) async fn part_copy(
    cx: &Arc<Context>,
    request: S3Request<UploadPartCopyInput>,
) -> Result<UploadPartCopyOutput> {
    let input = request.input;
    let (bucket, key) = place(&input.bucket, &input.key)?;
    let (upload, number) = (upload(&input.upload_id)?, part_number(input.part_number)?);
    let (from, version) = source(&input.copy_source)?;
    let mut operation = objects::UploadPartCopy::new(from, bucket, key, upload, number);
    operation.source_version = version;
    operation.range = input.copy_source_range.as_deref().map(copied_range).transpose()?;
    operation.source_conditions = conditions::read(
        input.copy_source_if_match.as_ref(),
        input.copy_source_if_none_match.as_ref(),
        input.copy_source_if_modified_since.as_ref(),
        input.copy_source_if_unmodified_since.as_ref(),
    );
    let written = cx.perform(operation).await.map_err(not_copied)?;
    let mut result = CopyPartResult {
        e_tag: Some(etag(&written.etag)),
        last_modified: Some(stamp(written.modified)),
        ..CopyPartResult::default()
    };
    place_checksums!(&written.checksums => result);
    let (sse, sse_key) = protection(&written.protection);
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(result),
        copy_source_version_id: version_text(written.source_version),
        server_side_encryption: sse,
        ssekms_key_id: sse_key,
        ..UploadPartCopyOutput::default()
    })
}

fn copied_range(text: &str) -> Result<objects::ByteRange> {
    match Range::parse(text) {
        Ok(asked @ Range::Int { last: Some(_), .. }) => Ok(range(asked)),
        _ => Err(Failure::invalid("x-amz-copy-source-range", "bytes=first-last")),
    }
}

/// Puts an object together.
pub(super) async fn complete(
    cx: &Arc<Context>,
    request: S3Request<CompleteMultipartUploadInput>,
) -> Result<CompleteMultipartUploadOutput> {
    let sent = checksums::sent(&request.headers);
    let input = request.input;
    let (bucket, key) = place(&input.bucket, &input.key)?;
    let listed = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
    if listed.is_empty() {
        return Err(Failure::new(Reason::BodyMalformed, "A completion lists at least one part."));
    }
    let parts = listed.iter().map(listed_part).collect::<Result<_>>()?;
    let mut operation = CompleteUpload::new(bucket, key, upload(&input.upload_id)?, PartList::Listed(parts));
    operation.least = LEAST;
    operation.checksums = sent.into_iter().collect();
    operation.size = input.mpu_object_size.and_then(|size| u64::try_from(size).ok());
    operation.conditions = conditions::write(input.if_match.as_ref(), input.if_none_match.as_ref());
    let written = cx.perform(operation).await?;
    let mut output = CompleteMultipartUploadOutput {
        e_tag: Some(etag(&written.etag)),
        location: Some(format!("/{}/{}", input.bucket, wire::encoding::encode_path(&input.key))),
        bucket: Some(input.bucket),
        key: Some(input.key),
        ..CompleteMultipartUploadOutput::default()
    };
    (output.server_side_encryption, output.ssekms_key_id) = protection(&written.protection);
    output.version_id = version_text(written.version);
    output.expiration = written.expiry.as_ref().map(ToString::to_string);
    place_checksums!(&written.checksums => output);
    output.checksum_type = (!written.checksums.is_empty()).then(|| scope(written.checksum_scope));
    Ok(output)
}

fn listed_part(part: &CompletedPart) -> Result<ListedPart> {
    let number = part.part_number.ok_or_else(|| Failure::new(Reason::BodyMalformed, "A part needs a PartNumber."))?;
    let tag = part.e_tag.as_ref().ok_or_else(|| Failure::new(Reason::BodyMalformed, "A part needs an ETag."))?;
    let given = [
        (objects::ChecksumKind::Crc32, &part.checksum_crc32),
        (objects::ChecksumKind::Crc32c, &part.checksum_crc32c),
        (objects::ChecksumKind::Crc64Nvme, &part.checksum_crc64nvme),
        (objects::ChecksumKind::Sha1, &part.checksum_sha1),
        (objects::ChecksumKind::Sha256, &part.checksum_sha256),
    ];
    let checksums = given.into_iter().filter_map(|(kind, value)| Some((kind, value.clone()?))).collect();
    Ok(ListedPart { number: part_number(number)?, etag: tag.value().to_owned(), checksums })
}

/// Gives an upload up.
pub(super) async fn abort(
    cx: &Arc<Context>,
    request: S3Request<AbortMultipartUploadInput>,
) -> Result<AbortMultipartUploadOutput> {
    let input = request.input;
    let (bucket, key) = place(&input.bucket, &input.key)?;
    cx.perform(AbortUpload { bucket, key, upload: upload(&input.upload_id)? }).await?;
    Ok(AbortMultipartUploadOutput::default())
}

/// Lists the parts of an upload.
pub(super) async fn parts(cx: &Arc<Context>, request: S3Request<ListPartsInput>) -> Result<ListPartsOutput> {
    let input = request.input;
    let (bucket, key) = place(&input.bucket, &input.key)?;
    let mut operation = ListParts::new(bucket, key, upload(&input.upload_id)?);
    operation.max = page(input.max_parts, "max-parts")?;
    let after = u32::try_from(input.part_number_marker.unwrap_or_default());
    operation.after = after.map_err(|_| Failure::invalid("part-number-marker", "a part's number"))?;
    let max = operation.max;
    let found = cx.perform(operation).await?;
    Ok(ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        checksum_algorithm: found.checksum.map(|(kind, _)| algorithm(kind)),
        checksum_type: found.checksum.map(|(_, of)| scope(of)),
        initiator: Some(initiator(&found.upload)),
        owner: Some(owner(found.upload.owner)),
        storage_class: Some(StorageClass::from_static(class(found.upload.storage_class))),
        is_truncated: Some(found.next.is_some()),
        max_parts: Some(small(max)),
        part_number_marker: Some(input.part_number_marker.unwrap_or_default()),
        next_part_number_marker: found.next.map(small),
        parts: Some(found.parts.iter().map(one_part).collect()),
        ..ListPartsOutput::default()
    })
}

fn one_part(info: &PartInfo) -> Part {
    let mut part = Part {
        e_tag: Some(etag(&info.etag)),
        last_modified: Some(stamp(info.modified)),
        part_number: Some(small(info.number)),
        size: Some(signed(info.size)),
        ..Part::default()
    };
    place_checksums!(&info.checksums => part);
    part
}

fn initiator(info: &UploadInfo) -> Initiator {
    let name = info.initiator.clone().unwrap_or_else(|| info.owner.to_string());
    Initiator { display_name: Some(name.clone()), id: Some(name) }
}

/// Lists the uploads of a bucket.
pub(super) async fn uploads(
    cx: &Arc<Context>,
    request: S3Request<ListMultipartUploadsInput>,
) -> Result<ListMultipartUploadsOutput> {
    let input = request.input;
    let spelling = Spelling::new(input.encoding_type.as_ref())?;
    let mut operation = ListUploads::new(bucket(&input.bucket)?);
    operation.prefix = input.prefix.clone().unwrap_or_default();
    operation.delimiter = input.delimiter.clone().unwrap_or_default();
    operation.after = input.key_marker.clone().filter(|marker| !marker.is_empty());
    let marker = input.upload_id_marker.as_deref().filter(|marker| !marker.is_empty());
    // Without a key marker it says nothing (Amazon S3 API Reference, ListMultipartUploads).
    operation.after_upload = marker.filter(|_| operation.after.is_some()).map(upload).transpose()?;
    operation.max = page(input.max_uploads, "max-uploads")?;
    let max = operation.max;
    let found = cx.perform(operation).await?;
    let (next_key, next_upload) = found.next.clone().unzip();
    Ok(ListMultipartUploadsOutput {
        bucket: Some(input.bucket),
        common_prefixes: Some(spelling.prefixes(&found.prefixes)),
        delimiter: input.delimiter.as_deref().map(|d| spelling.of(d)),
        encoding_type: input.encoding_type,
        is_truncated: Some(found.next.is_some()),
        key_marker: Some(spelling.of(input.key_marker.as_deref().unwrap_or_default())),
        max_uploads: Some(small(max)),
        next_key_marker: next_key.map(|key| spelling.of(&key)),
        next_upload_id_marker: next_upload.flatten().map(String::from),
        prefix: input.prefix.as_deref().map(|p| spelling.of(p)),
        request_charged: None,
        upload_id_marker: input.upload_id_marker,
        uploads: Some(found.uploads.iter().map(|info| one_upload(info, spelling)).collect()),
    })
}

fn one_upload(info: &UploadInfo, spelling: Spelling) -> MultipartUpload {
    MultipartUpload {
        initiated: Some(stamp(info.initiated)),
        initiator: Some(initiator(info)),
        key: Some(spelling.of(info.key.as_str())),
        owner: Some(owner(info.owner)),
        storage_class: Some(StorageClass::from_static(class(info.storage_class))),
        upload_id: Some(info.upload.to_string()),
        ..MultipartUpload::default()
    }
}
