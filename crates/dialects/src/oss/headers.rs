//! What headers say about an object: read of requests, written to answers.

use super::answer::put;
use super::{spelling, tagging, worm};
use crate::body::Response;
use objects::{Draft, Encryption, Expected, Headers, ObjectInfo, Protection, VersionId};
use types::{Failure, Reason, Result};
use wire::{Head, parse_content_md5};

/// What the headers and fields of user metadata begin with.
pub(super) const METADATA: &str = "x-oss-meta-";
/// Says which version.
pub(super) const VERSION: &str = "x-oss-version-id";

/// What is said of an object that is to be stored.
pub(super) fn draft(head: &Head) -> Result<Draft> {
    Ok(Draft {
        headers: stored(head)?,
        acl: head.header("x-oss-object-acl").map(spelling::parse_grant).transpose()?.flatten(),
        storage_class: head.header("x-oss-storage-class").map(spelling::parse_storage_class).transpose()?,
        encryption: encryption(head)?,
        tags: tagging::asked(head)?,
        lock: worm::asked(head)?,
    })
}

fn stored(head: &Head) -> Result<Headers> {
    let text = |name: &str| head.header(name).map(str::to_owned);
    let mut headers = Headers {
        content_type: text("content-type"),
        content_encoding: text("content-encoding"),
        content_language: text("content-language"),
        content_disposition: text("content-disposition"),
        cache_control: text("cache-control"),
        expires: text("expires"),
        ..Headers::default()
    };
    for (name, value) in head.headers() {
        match name.strip_prefix(METADATA) {
            Some("") => return Err(Failure::invalid(METADATA, "it must have a name behind it")),
            Some(name) => _ = headers.user.insert(name.to_owned(), value.to_owned()),
            None => {}
        }
    }
    Ok(headers)
}

/// What an object is to be encrypted under (alibaba-wire §9.3).
fn encryption(head: &Head) -> Result<Option<Encryption>> {
    let algorithm = head.header("x-oss-server-side-encryption");
    let key = head.header("x-oss-server-side-encryption-key-id");
    parse_encryption(algorithm, key, head.header("x-oss-server-side-data-encryption"))
}

/// An encryption as headers and documents spell it: algorithm, key, and what encrypts the data under that key.
pub(super) fn parse_encryption(
    algorithm: Option<&str>,
    key: Option<&str>,
    data: Option<&str>,
) -> Result<Option<Encryption>> {
    let unsupported = || Failure::new(Reason::NotImplemented, "The encryption algorithm SM4 is not supported.");
    let invalid = |text: &str| Failure::new(Reason::EncryptionInvalid, text);
    match data {
        None | Some("") => {}
        Some("SM4") => return Err(unsupported()),
        Some(_) => return Err(invalid("The algorithm that data is encrypted with cannot be chosen.")),
    }
    let key = key.filter(|key| !key.is_empty());
    match (algorithm, key) {
        (None, None) => Ok(None),
        (Some("KMS"), key) => Ok(Some(Encryption::Kms { key: key.map(str::to_owned) })),
        (Some("AES256"), None) => Ok(Some(Encryption::Service)),
        (Some("SM4"), _) => Err(unsupported()),
        (None | Some("AES256"), Some(_)) => {
            Err(Failure::invalid("x-oss-server-side-encryption-key-id", "it goes with the algorithm KMS only"))
        }
        (Some(_), _) => Err(invalid("The encryption algorithm must be KMS or AES256.")),
    }
}

/// What a content must turn out to be.
pub(super) fn expected(head: &Head) -> Result<Expected> {
    let md5 = head.header("content-md5").map(parse_content_md5).transpose()?;
    Ok(Expected { md5, ..Expected::default() })
}

/// Says what was stored.
pub(super) fn put_written(response: &mut Response, etag: &str, crc64: u64, protection: &Protection) {
    put(response, "etag", &spelling::etag(etag));
    put(response, "x-oss-hash-crc64ecma", &crc64.to_string());
    put_protection(response, protection);
}

/// Says that there is a delete marker.
pub(super) const DELETE_MARKER: &str = "x-oss-delete-marker";

/// Says which version something is, where there are any.
pub(super) fn put_version(response: &mut Response, version: Option<VersionId>) {
    if let Some(version) = version {
        put(response, VERSION, &version.to_string());
    }
}

/// Says of a copy which version it is, and of which it was made.
pub(super) fn put_copied(response: &mut Response, version: Option<VersionId>, source: Option<VersionId>) {
    put_version(response, version);
    if let Some(source) = source {
        put(response, "x-oss-copy-source-version-id", &source.to_string());
    }
}

/// Says what something is encrypted under.
pub(super) fn put_protection(response: &mut Response, protection: &Protection) {
    let (algorithm, key) = spelling::protection(protection);
    put(response, "x-oss-server-side-encryption", algorithm);
    if let Some(key) = key {
        put(response, "x-oss-server-side-encryption-key-id", key);
    }
}

/// Says what is known of an object, but for its length, which depends on how much of it is sent.
pub(super) fn put_info(response: &mut Response, info: &ObjectInfo) {
    put(response, "etag", &spelling::etag(&info.etag));
    put(response, "last-modified", &info.modified.http_date());
    put(response, "accept-ranges", "bytes");
    put(response, "x-oss-object-type", if info.is_multipart() { "Multipart" } else { "Normal" });
    put(response, "x-oss-storage-class", spelling::storage_class(info.storage_class));
    if info.tags > 0 {
        put(response, "x-oss-tagging-count", &info.tags.to_string());
    }
    put_protection(response, &info.protection);
    put_version(response, info.version);
    worm::put_lock(response, &info.lock);
    if let Some(expiry) = &info.expiry {
        put(response, "x-oss-expiration", &expiry.to_string());
    }
    put_stored(response, &info.headers);
}

fn put_stored(response: &mut Response, headers: &Headers) {
    let Headers { content_type, content_encoding, content_language, content_disposition, cache_control, expires, user } =
        headers;
    put(response, "content-type", content_type.as_deref().unwrap_or("application/octet-stream"));
    let others = [
        ("content-encoding", content_encoding),
        ("content-language", content_language),
        ("content-disposition", content_disposition),
        ("cache-control", cache_control),
        ("expires", expires),
    ];
    for (name, value) in others {
        if let Some(value) = value {
            put(response, name, value);
        }
    }
    for (name, value) in user {
        put(response, &format!("{METADATA}{name}"), value);
    }
}
