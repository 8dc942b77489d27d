//! Bodies on their way in. A document is verified whole before anyone reads it; an object's content streams through to
//! the domain, which verifies what `s3s` does not: `s3s` holds a signed SHA-256 and the signatures of chunks against the
//! body, but no MD5 and no checksum.

use super::checksums;
use super::context::Context;
use crate::body::{RequestBody, collect};
use crypto::{Crc, CrcKind, Digest, DigestKind};
use futures::{Stream, StreamExt};
use http::{HeaderMap, Method};
use http_body_util::{BodyExt, StreamBody};
use objects::{Body, ChecksumKind, Trailer};
use s3s::dto::StreamingBlob;
use s3s::stream::ByteStream;
use s3s::{StdError, TrailingHeaders};
use std::collections::BTreeSet;
use std::sync::Arc;
use types::{Failure, Reason, Result, limits};
use wire::{Head, Params, parse_content_md5};

/// Sub-resources of an object that are written as documents.
const DOCUMENTS: &[&str] = &["acl", "tagging", "retention", "legal-hold", "torrent", "restore", "encryption", "policy"];

/// Whether the body is the content of an object, or a part of it.
pub(super) fn is_content(context: &Context, head: &Head) -> Result<bool> {
    if head.method() != Method::PUT {
        return Ok(false);
    }
    let host = head.header("host").unwrap_or_default();
    let location = context.domains.addressing.resolve(host, head.raw_path())?;
    let query = Params::parse(head.raw_query().as_bytes())?;
    Ok(!location.key.is_empty() && !DOCUMENTS.iter().any(|name| query.contains(name)))
}

/// The body as `s3s` gets it, which reads none of it before it has verified the signature. Whatever goes wrong with it is
/// noted, since `s3s` calls all of it an internal error.
pub(super) fn watched(
    context: &Arc<Context>,
    content: bool,
    head: &Head,
    headers: HeaderMap,
    body: RequestBody,
) -> s3s::Body {
    let empty = http_body::Body::size_hint(&body).exact() == Some(0);
    let context = context.clone();
    if content || empty {
        return s3s::Body::http_body_unsync(body.map_err(move |error| -> StdError {
            Box::new(context.fail(Failure::of(Reason::BodyTruncated).caused_by(error)))
        }));
    }
    // A completion's checksums are of the object, not of the list of its parts.
    let most = if context.claim.is_some() { limits::XML_BYTES } else { limits::UNSIGNED_XML_BYTES };
    let summed = head.method() != Method::POST || !head.raw_query().contains("uploadId=");
    let whole = futures::stream::once(async move {
        let read = async { document(&headers, summed, collect(body, most).await?) };
        read.await.map(http_body::Frame::data).map_err(|failure| Box::new(context.fail(failure)) as StdError)
    });
    s3s::Body::http_body_unsync(StreamBody::new(whole))
}

/// A document that is what its headers say.
fn document(headers: &HeaderMap, summed: bool, bytes: bytes::Bytes) -> Result<bytes::Bytes> {
    if let Some(md5) = text(headers, "content-md5")
        && parse_content_md5(md5)?.as_slice() != hash(DigestKind::Md5, &bytes)
    {
        return Err(Failure::of(Reason::DigestMismatch));
    }
    if let Some(sent) = sha256(headers)
        && sent.as_slice() != hash(DigestKind::Sha256, &bytes)
    {
        return Err(Failure::of(Reason::ContentHashMismatch));
    }
    for (kind, value) in checksums::sent(headers).into_iter().filter(|_| summed) {
        if checksums::to_base64(&sum(kind, &bytes)) != value {
            let text = format!("The {} checksum is not that of the body received.", checksums::name(kind));
            return Err(Failure::new(Reason::ChecksumMismatch, text));
        }
    }
    Ok(bytes)
}

fn hash(kind: DigestKind, bytes: &[u8]) -> Vec<u8> {
    let mut digest = Digest::new(kind);
    digest.update(bytes);
    digest.finish()
}

fn sum(kind: ChecksumKind, bytes: &[u8]) -> Vec<u8> {
    let crc = |kind: CrcKind| {
        let mut crc = Crc::new(kind);
        crc.update(bytes);
        crc.to_bytes()
    };
    match kind {
        ChecksumKind::Crc32 => crc(CrcKind::Crc32),
        ChecksumKind::Crc32c => crc(CrcKind::Crc32c),
        ChecksumKind::Crc64Nvme => crc(CrcKind::Crc64Nvme),
        ChecksumKind::Sha1 => hash(DigestKind::Sha1, bytes),
        ChecksumKind::Sha256 => hash(DigestKind::Sha256, bytes),
    }
}

/// A header's value, if it is text.
pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The SHA-256 that a request says its body has, if it says one.
pub(super) fn sha256(headers: &HeaderMap) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    hex::decode_to_slice(text(headers, "x-amz-content-sha256")?, &mut out).ok()?;
    Some(out)
}

/// The content of an object, for the domain to take in. What comes after it is left in `trailer`.
pub(super) fn content(
    context: &Arc<Context>,
    blob: Option<StreamingBlob>,
    length: Option<i64>,
    trailing: Option<Trailing>,
) -> Result<Body> {
    let blob = blob.unwrap_or_else(|| StreamingBlob::from(s3s::Body::empty()));
    let known = length.and_then(|n| u64::try_from(n).ok()).or_else(|| Some(blob.remaining_length().exact()? as u64));
    let length = known.ok_or_else(|| Failure::of(Reason::LengthRequired))?;
    if length > limits::PUT_BYTES {
        let text = format!("An object put in one request has at most {} bytes; put it in parts.", limits::PUT_BYTES);
        return Err(Failure::new(Reason::ObjectTooLarge, text));
    }
    Ok(Body::new(stream(context.clone(), blob, trailing), Some(length)))
}

/// What is to come after a body.
pub(super) struct Trailing {
    pub(super) headers: TrailingHeaders,
    pub(super) announced: BTreeSet<ChecksumKind>,
    pub(super) trailer: Trailer,
}

impl Trailing {
    /// Hands on what came. A checksum that was announced and did not come was never checked, so that is an error.
    fn hand_on(&self) -> Result<()> {
        let came = self.headers.take().unwrap_or_default();
        for (kind, value) in checksums::sent(&came) {
            self.trailer.set(kind, value);
        }
        let came: BTreeSet<_> = checksums::sent(&came).into_iter().map(|(kind, _)| kind).collect();
        match self.announced.difference(&came).next() {
            Some(missing) => {
                let text = format!("The {} checksum that was announced did not come.", checksums::name(*missing));
                Err(Failure::new(Reason::BodyTruncated, text))
            }
            None => Ok(()),
        }
    }
}

fn stream(
    context: Arc<Context>,
    blob: StreamingBlob,
    trailing: Option<Trailing>,
) -> impl Stream<Item = Result<bytes::Bytes>> + Send {
    futures::stream::unfold(Some((context, blob, trailing)), |state| async move {
        let (context, mut blob, trailing) = state?;
        match blob.next().await {
            Some(Ok(bytes)) => Some((Ok(bytes), Some((context, blob, trailing)))),
            Some(Err(error)) => Some((Err(broken(&context, &error)), None)),
            None => {
                let handed = trailing.map_or(Ok(()), |trailing| trailing.hand_on());
                handed.err().map(|failure| (Err(failure), None))
            }
        }
    })
}

/// Why a body broke off: what was noted where it came in, else what `s3s` found. The types of its errors are private, so
/// their names are all there is to tell them by.
fn broken(context: &Context, error: &StdError) -> Failure {
    if let Some(failure) = context.take_failure() {
        return failure;
    }
    let name = error.to_string();
    let reason = if name.contains("Sha256Mismatch") {
        Reason::ContentHashMismatch
    } else if name.contains("SignatureMismatch") {
        Reason::SignatureMismatch
    } else if name.contains("Incomplete") || name.contains("LengthMismatch") || name.contains("Underlying") {
        Reason::BodyTruncated
    } else {
        Reason::BodyMalformed
    };
    match reason {
        Reason::BodyMalformed => Failure::new(reason, "The chunks of the request body cannot be read."),
        _ => Failure::of(reason),
    }
}
