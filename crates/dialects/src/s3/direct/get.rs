use super::super::checksums;
use super::super::convert::class;
use super::super::locks;
use super::super::read::UNKNOWN_TYPE;
use super::{IDLE, TAGGING_COUNT, UNSIGNED, metadata, put, put_etag, put_expiry, put_protection, put_version};
use crate::body::{Request, Response, full, streaming};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use http_body::Body;
use iam::{Caller, Gate};
use objects::{Get, ObjectInfo, Objects, StorageClass};
use types::{BucketName, ObjectKey, Result, Timestamp};
use wire::Head;

/// SHA-256 of nothing, in hex.
const OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const CHECKSUM_MODE: &str = "x-amz-checksum-mode";
const STORAGE_CLASS: HeaderName = HeaderName::from_static("x-amz-storage-class");

/// What a request wants besides the object.
pub(super) struct Asked {
    checksums: bool,
}

/// An object is wanted as it is: no range, no condition, no header of the answer chosen.
pub(super) fn read(head: &Head, request: &Request) -> Option<Asked> {
    let bodiless = request.body().size_hint().exact() == Some(0);
    let hash = matches!(head.header("x-amz-content-sha256"), Some(UNSIGNED | OF_NOTHING));
    let ordinary = head.headers().all(|(name, _)| IDLE.contains(&name) || name == CHECKSUM_MODE);
    let asked = Asked { checksums: head.header(CHECKSUM_MODE) == Some("ENABLED") };
    (bodiless && hash && ordinary).then_some(asked)
}

pub(super) async fn run(
    gate: &Gate,
    objects: &Objects,
    caller: &Caller,
    asked: Asked,
    (bucket, key): (BucketName, ObjectKey),
) -> Result<Response> {
    let got = gate.perform(caller, objects, Get::new(bucket, key)).await?;
    let headers = describe(&got.info, asked.checksums)?;
    let mut response = Response::new(match got.content.whole() {
        Some(bytes) => full(bytes.clone()),
        None => streaming(got.content.into_stream()),
    });
    *response.headers_mut() = headers;
    Ok(response)
}

fn describe(info: &ObjectInfo, with_checksums: bool) -> Result<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(16);
    let said = &info.headers;
    let fields = [
        (header::CACHE_CONTROL, &said.cache_control),
        (header::CONTENT_DISPOSITION, &said.content_disposition),
        (header::CONTENT_ENCODING, &said.content_encoding),
        (header::CONTENT_LANGUAGE, &said.content_language),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            put(&mut headers, name, value)?;
        }
    }
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, info.size.into());
    put(&mut headers, header::CONTENT_TYPE, said.content_type.as_deref().unwrap_or(UNKNOWN_TYPE))?;
    // A date that nobody can read any more is not given out.
    if let Some(expires) = said.expires.as_deref().and_then(Timestamp::parse_http_date) {
        put(&mut headers, header::EXPIRES, &expires.http_date())?;
    }
    put(&mut headers, header::LAST_MODIFIED, &info.modified.http_date())?;
    put_etag(&mut headers, &info.etag)?;
    put_protection(&mut headers, &info.protection)?;
    put_version(&mut headers, info.version)?;
    put_expiry(&mut headers, info.expiry.as_ref())?;
    // What is read often is not named (Amazon S3 API Reference, GetObject).
    if info.storage_class != StorageClass::Standard {
        headers.insert(STORAGE_CLASS, HeaderValue::from_static(class(info.storage_class)));
    }
    if info.tags > 0 {
        headers.insert(TAGGING_COUNT, info.tags.into());
    }
    headers.extend(locks::headers(&info.lock)?.into_iter().map(|(name, value)| (HeaderName::from_static(name), value)));
    metadata::write(&mut headers, &said.user)?;
    if with_checksums {
        checksums::write(&mut headers, &info.checksums, info.checksum_scope)?;
    }
    Ok(headers)
}
