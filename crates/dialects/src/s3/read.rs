//! Objects going out.

use super::checksums::{place as place_checksums, scope};
use super::context::Context;
use super::convert::{class, etag, place, protection, range, read_date, signed, small, stamp, version, version_text};
use super::{conditions, convert, locks};
use crate::body::{full, streaming};
use http::HeaderValue;
use objects::{ByteRange, Get, Head, ObjectInfo, Seen};
use s3s::S3Request;
use s3s::dto::{
    Checksum, ChecksumMode, GetObjectAttributesInput, GetObjectAttributesOutput, GetObjectAttributesParts,
    GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, ObjectAttributes, StorageClass, Timestamp,
};
use std::ops::Range;
use std::sync::Arc;
use types::{Failure, Principal, Reason, Result};

/// What is sent where a client has not said what its object is.
pub(super) const UNKNOWN_TYPE: &str = "binary/octet-stream";

/// The range or the part that is asked for.
fn selected(asked: Option<s3s::dto::Range>, part: Option<i32>) -> Result<(Option<ByteRange>, Option<u32>)> {
    if asked.is_some() && part.is_some() {
        let text = "A range and a part number cannot be asked for together.";
        return Err(Failure::new(Reason::ParameterMissing, text));
    }
    Ok((asked.map(range), part.map(convert::part_number).transpose()?))
}

/// Headers of the answer may be chosen only by somebody who is known: else anyone could make a link to an open object
/// that shows as something else.
fn check_overrides(cx: &Context, any: bool) -> Result<()> {
    if any && matches!(cx.caller().principal(), Principal::Anonymous) {
        let text = "The response headers of a request without a signature cannot be chosen.";
        return Err(Failure::new(Reason::ParameterMissing, text));
    }
    Ok(())
}

fn content_range(info: &ObjectInfo, range: Option<&Range<u64>>) -> Option<String> {
    range.map(|r| format!("bytes {}-{}/{}", r.start, r.end.saturating_sub(1), info.size))
}

/// The length of what is sent.
fn length(info: &ObjectInfo, range: Option<&Range<u64>>) -> u64 {
    range.map_or(info.size, |r| r.end.saturating_sub(r.start))
}

/// Fills in what the answers to GET and HEAD share: their models have the same fields and no trait. The checksums are of
/// the whole object, so that a client which got a part of it must not see them.
macro_rules! describe {
    ($output:expr, $seen:expr, $part:expr, $mode:expr) => {{
        let Seen { info, range } = $seen;
        let (sse, key) = protection(&info.protection);
        $output.accept_ranges = Some("bytes".to_owned());
        $output.content_length = Some(signed(length(info, range.as_ref())));
        $output.content_range = content_range(info, range.as_ref());
        $output.content_type = Some(info.headers.content_type.clone().unwrap_or_else(|| UNKNOWN_TYPE.to_owned()));
        $output.content_encoding = info.headers.content_encoding.clone();
        $output.content_language = info.headers.content_language.clone();
        $output.content_disposition = info.headers.content_disposition.clone();
        $output.cache_control = info.headers.cache_control.clone();
        $output.expires = info.headers.expires.as_deref().and_then(read_date);
        $output.metadata = Some(info.headers.user.clone().into_iter().collect());
        $output.e_tag = Some(etag(&info.etag));
        $output.last_modified = Some(stamp(info.modified));
        $output.server_side_encryption = sse;
        $output.ssekms_key_id = key;
        $output.version_id = version_text(info.version);
        ($output.object_lock_mode, $output.object_lock_retain_until_date, $output.object_lock_legal_hold_status) =
            locks::fields(&info.lock);
        $output.expiration = info.expiry.as_ref().map(ToString::to_string);
        $output.parts_count = $part.and(info.parts).map(small);
        // What is read often is not named (Amazon S3 API Reference, GetObject).
        $output.storage_class = (info.storage_class != objects::StorageClass::Standard)
            .then(|| StorageClass::from_static(class(info.storage_class)));
        if $mode && range.is_none() && !info.checksums.is_empty() {
            place_checksums!(&info.checksums => $output);
            $output.checksum_type = Some(scope(info.checksum_scope));
        }
    }};
}

/// Says in an operation which bytes are wanted, and on what the request insists: again the models share no trait.
macro_rules! narrow {
    ($operation:expr, $input:expr) => {{
        let i = $input;
        $operation.version = version(i.version_id.as_deref())?;
        ($operation.range, $operation.part) = selected(i.range, i.part_number)?;
        $operation.conditions = conditions::read(
            i.if_match.as_ref(),
            i.if_none_match.as_ref(),
            i.if_modified_since.as_ref(),
            i.if_unmodified_since.as_ref(),
        );
    }};
}

fn wants_checksums(mode: Option<&ChecksumMode>) -> bool {
    mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED)
}

/// Gives an object out. Its content goes past `s3s`, straight into the answer.
pub(super) async fn get(cx: &Arc<Context>, request: S3Request<GetObjectInput>) -> Result<GetObjectOutput> {
    let i = &request.input;
    let overrides = [
        &i.response_cache_control,
        &i.response_content_disposition,
        &i.response_content_encoding,
        &i.response_content_language,
        &i.response_content_type,
    ];
    check_overrides(cx, overrides.iter().any(|o| o.is_some()) || i.response_expires.is_some())?;
    let (bucket, key) = place(&i.bucket, &i.key)?;
    let mut operation = Get::new(bucket, key);
    narrow!(operation, i);
    let got = cx.perform(operation).await?;
    let mut output = GetObjectOutput::default();
    let seen = Seen { info: got.info, range: got.range };
    cx.set_tags(seen.info.tags);
    describe!(output, &seen, i.part_number, wants_checksums(i.checksum_mode.as_ref()));
    cx.set_content(match got.content.whole() {
        Some(bytes) => full(bytes.clone()),
        None => streaming(got.content.into_stream()),
    });
    Ok(output)
}

/// Describes an object.
pub(super) async fn head(cx: &Arc<Context>, request: S3Request<HeadObjectInput>) -> Result<HeadObjectOutput> {
    let i = &request.input;
    let (bucket, key) = place(&i.bucket, &i.key)?;
    let mut operation = Head::new(bucket, key);
    narrow!(operation, i);
    let seen = cx.perform(operation).await?;
    let mut output = HeadObjectOutput::default();
    describe!(output, &seen, i.part_number, wants_checksums(i.checksum_mode.as_ref()));
    cx.set_tags(seen.info.tags);
    override_headers(cx, i, &mut output)?;
    Ok(output)
}

/// `s3s` does this for GET alone.
fn override_headers(cx: &Context, input: &HeadObjectInput, output: &mut HeadObjectOutput) -> Result<()> {
    let places = [
        (&input.response_cache_control, &mut output.cache_control),
        (&input.response_content_disposition, &mut output.content_disposition),
        (&input.response_content_encoding, &mut output.content_encoding),
        (&input.response_content_language, &mut output.content_language),
        (&input.response_content_type, &mut output.content_type),
    ];
    for (asked, place) in places {
        if let Some(value) = asked {
            check_overrides(cx, true)?;
            HeaderValue::from_str(value).map_err(|_| Failure::invalid("response-*", "a header's value"))?;
            *place = Some(value.clone());
        }
    }
    if let Some(expires) = &input.response_expires {
        check_overrides(cx, true)?;
        output.expires = Some(Timestamp::clone(expires));
    }
    Ok(())
}

/// Tells of an object what is asked for by name.
pub(super) async fn attributes(
    cx: &Arc<Context>,
    request: S3Request<GetObjectAttributesInput>,
) -> Result<GetObjectAttributesOutput> {
    let i = request.input;
    let (bucket, key) = place(&i.bucket, &i.key)?;
    let mut operation = Head::new(bucket, key);
    operation.version = version(i.version_id.as_deref())?;
    let info = cx.perform(operation).await?.info;
    // They come in one header or several, and `s3s` does not take a header's list apart.
    let asked = |name: &str| i.object_attributes.iter().flat_map(|a| a.as_str().split(',')).any(|a| a.trim() == name);
    let mut checksum = Checksum::default();
    place_checksums!(&info.checksums => checksum);
    checksum.checksum_type = Some(scope(info.checksum_scope));
    let parts = info.parts.map(|count| GetObjectAttributesParts {
        total_parts_count: Some(small(count)),
        ..GetObjectAttributesParts::default()
    });
    Ok(GetObjectAttributesOutput {
        checksum: Some(checksum).filter(|_| asked(ObjectAttributes::CHECKSUM) && !info.checksums.is_empty()),
        e_tag: asked(ObjectAttributes::ETAG).then(|| etag(&info.etag)),
        last_modified: Some(stamp(info.modified)),
        version_id: version_text(info.version),
        object_parts: parts.filter(|_| asked(ObjectAttributes::OBJECT_PARTS)),
        object_size: asked(ObjectAttributes::OBJECT_SIZE).then(|| signed(info.size)),
        storage_class: asked(ObjectAttributes::STORAGE_CLASS)
            .then(|| StorageClass::from_static(class(info.storage_class))),
        ..GetObjectAttributesOutput::default()
    })
}
