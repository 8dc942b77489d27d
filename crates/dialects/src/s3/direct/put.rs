use super::super::checksums::{self, header_of};
use super::super::intake::{sha256, text};
use super::{IDLE, UNSIGNED, metadata, put_etag, put_expiry, put_protection, put_version};
use crate::body::{RequestBody, Response, data, empty};
use http::HeaderMap;
use iam::{Caller, Gate};
use objects::{Body, Draft, Expected, Headers, Objects, Put};
use types::{BucketName, ObjectKey, Result, limits};
use wire::Head;

/// Headers that say something of the object and are kept as they are.
const KEPT: &[&str] =
    &["content-type", "content-md5", "cache-control", "content-disposition", "content-language", "expect"];

/// What is said of the object.
pub(super) struct Asked {
    length: u64,
    expected: Expected,
    headers: Headers,
}

/// An object is stored as it comes: in one run, under the bucket's own settings, whatever is there.
pub(super) fn read(head: &Head, headers: &HeaderMap) -> Option<Asked> {
    let hashed = head.header("x-amz-content-sha256")? == UNSIGNED || sha256(headers).is_some();
    let length = head.header("content-length")?.parse().ok().filter(|n| *n <= limits::PUT_BYTES)?;
    let ordinary = head.headers().all(|(name, value)| {
        IDLE.contains(&name) || KEPT.contains(&name) || header_of(name).is_some() || metadata::is_plain(name, value)
    });
    if !hashed || !ordinary {
        return None;
    }
    // The content's hash, if there is one, is checked where all its sums are: nobody has to hash it twice.
    let (expected, _) = checksums::expected(headers, false, None).ok()?;
    if expected.checksums.len() > 1 {
        return None;
    }
    let kept = |name| text(headers, name).map(str::to_owned);
    let headers = Headers {
        content_type: kept("content-type"),
        content_language: kept("content-language"),
        content_disposition: kept("content-disposition"),
        cache_control: kept("cache-control"),
        user: metadata::read(head),
        ..Headers::default()
    };
    Some(Asked { length, expected, headers })
}

pub(super) async fn run(
    gate: &Gate,
    objects: &Objects,
    caller: &Caller,
    asked: Asked,
    (bucket, key): (BucketName, ObjectKey),
    body: RequestBody,
) -> Result<Response> {
    let mut operation = Put::new(bucket, key, Body::new(data(body), Some(asked.length)));
    operation.expected = asked.expected;
    operation.draft = Draft { headers: asked.headers, ..Draft::default() };
    let written = gate.perform(caller, objects, operation).await?;
    let mut response = Response::new(empty());
    let headers = response.headers_mut();
    put_etag(headers, &written.etag)?;
    put_protection(headers, &written.protection)?;
    put_version(headers, written.version)?;
    put_expiry(headers, written.expiry.as_ref())?;
    checksums::write(headers, &written.checksums, written.checksum_scope)?;
    Ok(response)
}
