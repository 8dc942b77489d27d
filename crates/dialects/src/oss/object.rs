//! Objects: stored, read, described, removed.

use super::answer::{document, nothing, put as put_header};
use super::context::Context;
use super::{conditions, headers, spelling, worm};
use crate::body::{Response, full, streaming};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, StatusCode};
use objects::{Content, Delete, Get, GetObjectAcl, Head, ObjectInfo, Put, PutObjectAcl};
use std::ops::Range;
use types::{Failure, Principal, Result};

/// Parameters that replace headers of the answer.
pub(super) const OVERRIDES: &[&str] = &[
    "response-content-type",
    "response-content-language",
    "response-content-encoding",
    "response-content-disposition",
    "response-cache-control",
    "response-expires",
];

/// `PUT /bucket/key`
pub(super) async fn put(mut c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let mut op = Put::new(bucket, key, c.content()?);
    op.draft = headers::draft(&c.head)?;
    op.expected = headers::expected(&c.head)?;
    op.conditions = conditions::write(&c.head)?;
    let written = c.perform(op).await?;
    let mut response = nothing(StatusCode::OK);
    headers::put_written(&mut response, &written.etag, written.crc64, &written.protection);
    headers::put_version(&mut response, written.version);
    if let Some(md5) = base64_md5(&written.etag) {
        put_header(&mut response, "content-md5", &md5);
    }
    Ok(response)
}

/// The MD5 of an object stored whole is its ETag.
fn base64_md5(etag: &str) -> Option<String> {
    hex::decode(etag).ok().filter(|md5| md5.len() == 16).map(|md5| STANDARD.encode(md5))
}

/// `GET /bucket/key`
pub(super) async fn get(c: Context<'_>) -> Result<Response> {
    let overrides = overrides(&c)?;
    let (bucket, key) = c.object()?;
    let mut op = Get::new(bucket, key);
    op.version = c.version()?;
    (op.range, op.lenient) = conditions::range(&c.head)?;
    op.conditions = conditions::read(&c.head, "")?;
    let got = c.perform(op).await?;
    let mut response = described(&got.info, got.range);
    *response.body_mut() = send(got.content);
    for (name, value) in overrides {
        put_header(&mut response, name, value);
    }
    Ok(response)
}

fn send(content: Content) -> crate::body::ResponseBody {
    match content.whole() {
        Some(bytes) => full(bytes.clone()),
        None => streaming(content.into_stream()),
    }
}

/// What replaces headers of the answer. Only who can sign may make a server say such things about an object.
fn overrides<'c>(c: &'c Context<'_>) -> Result<Vec<(&'static str, &'c str)>> {
    let mut found = Vec::new();
    for name in OVERRIDES.iter().copied() {
        let Some(value) = c.query.optional(name) else { continue };
        if *c.caller.principal() == Principal::Anonymous {
            return Err(Failure::invalid(name, "it needs a signed request"));
        }
        if HeaderValue::from_bytes(value.as_bytes()).is_err() {
            return Err(Failure::invalid(name, "it must be the value of a header"));
        }
        found.push((name.strip_prefix("response-").unwrap_or(name), value));
    }
    Ok(found)
}

/// `HEAD /bucket/key`
pub(super) async fn head(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let mut op = Head::new(bucket, key);
    op.version = c.version()?;
    (op.range, op.lenient) = conditions::range(&c.head)?;
    op.conditions = conditions::read(&c.head, "")?;
    let seen = c.perform(op).await?;
    Ok(described(&seen.info, seen.range))
}

/// An answer that describes an object, or a range of it.
fn described(info: &ObjectInfo, range: Option<Range<u64>>) -> Response {
    let mut response = nothing(StatusCode::OK);
    headers::put_info(&mut response, info);
    let length = match &range {
        // The sums are of the whole: a client that holds them against a range would find it damaged.
        None => {
            put_header(&mut response, "x-oss-hash-crc64ecma", &info.crc64.to_string());
            if let Some(md5) = base64_md5(&info.etag) {
                put_header(&mut response, "content-md5", &md5);
            }
            info.size
        }
        Some(range) => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let text = format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), info.size);
            put_header(&mut response, "content-range", &text);
            range.end.saturating_sub(range.start)
        }
    };
    put_header(&mut response, "content-length", &length.to_string());
    response
}

/// `HEAD /bucket/key?objectMeta`: the least there is to say.
pub(super) async fn meta(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let mut op = Head::new(bucket, key);
    op.version = c.version()?;
    op.conditions = conditions::read(&c.head, "")?;
    let info = c.perform(op).await?.info;
    let mut response = nothing(StatusCode::OK);
    put_header(&mut response, "etag", &spelling::etag(&info.etag));
    put_header(&mut response, "last-modified", &info.modified.http_date());
    put_header(&mut response, "x-oss-hash-crc64ecma", &info.crc64.to_string());
    put_header(&mut response, "content-length", &info.size.to_string());
    headers::put_version(&mut response, info.version);
    Ok(response)
}

/// `DELETE /bucket/key`
pub(super) async fn delete(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let mut op = Delete::new(bucket, key);
    op.version = c.version()?;
    op.conditions = conditions::write(&c.head)?;
    op.bypass = worm::bypass(&c.head)?;
    let deleted = c.perform(op).await?;
    let mut response = nothing(StatusCode::NO_CONTENT);
    headers::put_version(&mut response, deleted.version);
    if deleted.marker {
        put_header(&mut response, headers::DELETE_MARKER, "true");
    }
    Ok(response)
}

/// `PUT /bucket/key?acl`
pub(super) async fn put_acl(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let text = c.head.header("x-oss-object-acl").ok_or_else(|| Failure::missing("x-oss-object-acl"))?;
    let (version, acl) = (c.version()?, spelling::parse_grant(text)?);
    c.perform(PutObjectAcl { bucket, key, version, acl }).await?;
    Ok(nothing(StatusCode::OK))
}

/// `GET /bucket/key?acl`
pub(super) async fn get_acl(c: Context<'_>) -> Result<Response> {
    let (bucket, key) = c.object()?;
    let access = c.perform(GetObjectAcl { bucket, key, version: c.version()? }).await?;
    let mut response = document("AccessControlPolicy", |w| {
        spelling::owner(w, access.owner);
        w.element("AccessControlList", |w| w.text("Grant", spelling::grant(access.own)));
    });
    headers::put_version(&mut response, access.version);
    Ok(response)
}
