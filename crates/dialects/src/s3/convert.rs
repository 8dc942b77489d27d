//! Between the domain's words and those of `s3s`.

use super::locks;
use http::HeaderMap;
use objects::{ByteRange, Protection, StorageClass, VersionId};
use s3s::dto;
use time::OffsetDateTime;
use types::{AccountId, BucketName, Failure, ObjectKey, Reason, Result, Timestamp};

/// Headers that ask for what there is not. Nothing that changes what a request does is passed over in silence.
const UNSUPPORTED: &[&str] = &[
    "x-amz-website-redirect-location",
    "x-amz-write-offset-bytes",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-server-side-encryption-customer-key",
    "x-amz-server-side-encryption-customer-key-md5",
    "x-amz-copy-source-server-side-encryption-customer-algorithm",
    "x-amz-copy-source-server-side-encryption-customer-key",
    "x-amz-server-side-encryption-context",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-rename-source",
    "x-amz-mfa",
    "x-amz-expected-bucket-owner",
    "x-amz-source-expected-bucket-owner",
    "x-amz-if-match-last-modified-time",
    "x-amz-if-match-size",
    "x-amz-if-match-initiated-time",
];

const STORING: &[&str] = &["put_object", "copy_object", "create_multipart_upload"];

/// Headers about locks, and the operations that they mean something to. With any other they would promise what is not kept.
const LOCKS: &[(&str, &[&str])] = &[
    (locks::MODE, STORING),
    (locks::UNTIL, STORING),
    (locks::HOLD, STORING),
    ("x-amz-bucket-object-lock-enabled", &["create_bucket"]),
    ("x-amz-bucket-object-lock-token", &[]),
    ("x-amz-bypass-governance-retention", &["delete_object", "delete_objects", "put_object_retention"]),
];

/// Refuses headers that ask for what there is not. `method`: what `s3s` calls the operation.
pub(super) fn refuse_unsupported(method: &str, headers: &HeaderMap) -> Result<()> {
    let misplaced = LOCKS.iter().filter(|(_, methods)| !methods.contains(&method)).map(|(name, _)| name);
    match UNSUPPORTED.iter().chain(misplaced).find(|name| headers.contains_key(**name)) {
        Some(name) => Err(Failure::new(Reason::NotImplemented, format!("The header {name} is not supported here."))),
        None => Ok(()),
    }
}

/// A bucket's name.
pub(super) fn bucket(name: &str) -> Result<BucketName> {
    name.parse().map_err(|rule| Failure::new(Reason::BucketNameInvalid, format!("{rule}.")).with("BucketName", name))
}

/// An object's key.
pub(super) fn key(text: &str) -> Result<ObjectKey> {
    text.parse().map_err(|rule| Failure::new(Reason::ObjectNameInvalid, format!("{rule}.")))
}

/// A bucket's name and an object's key.
pub(super) fn place(bucket_name: &str, key_text: &str) -> Result<(BucketName, ObjectKey)> {
    Ok((bucket(bucket_name)?, key(key_text)?))
}

/// The version that is named, if one is.
pub(super) fn version(version: Option<&str>) -> Result<Option<VersionId>> {
    version.map(str::parse).transpose()
}

/// A version's id as answers have it.
pub(super) fn version_text(version: Option<VersionId>) -> Option<String> {
    version.map(|id| id.to_string())
}

/// A moment as `s3s` writes it.
pub(super) fn stamp(time: Timestamp) -> dto::Timestamp {
    let nanos = i128::from(time.millis()).saturating_mul(1_000_000);
    OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH).into()
}

/// A moment that `s3s` read.
pub(super) fn moment(time: &dto::Timestamp) -> Timestamp {
    Timestamp::from_secs(OffsetDateTime::from(time.clone()).unix_timestamp())
}

/// A moment that `s3s` read, to the millisecond, and never before it.
pub(super) fn exact(time: &dto::Timestamp) -> Timestamp {
    let nanos = OffsetDateTime::from(time.clone()).unix_timestamp_nanos();
    let (millis, rest) = (nanos.div_euclid(1_000_000), nanos.rem_euclid(1_000_000));
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX).saturating_add(i64::from(rest > 0)))
}

/// A date as headers write it.
pub(super) fn http_date(time: &dto::Timestamp) -> String {
    moment(time).http_date()
}

/// A date kept as a client gave it, if it can still be read.
pub(super) fn read_date(text: &str) -> Option<dto::Timestamp> {
    Timestamp::parse_http_date(text).map(stamp)
}

/// An ETag as `s3s` writes it.
pub(super) fn etag(hex: &str) -> dto::ETag {
    dto::ETag::Strong(hex.to_owned())
}

/// A count or size as the models have them.
pub(super) fn signed<T: TryInto<i64>>(number: T) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// A small count as the models have them.
pub(super) fn small<T: TryInto<i32>>(number: T) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

/// How many entries a page is to have; a number below zero is wrong, one above the most means the most.
pub(super) fn page(max: Option<i32>, field: &'static str) -> Result<usize> {
    let max = max.map(usize::try_from).transpose();
    let max = max.map_err(|_| Failure::invalid(field, "a number from 0 to 2147483647"))?;
    Ok(max.unwrap_or(types::limits::PAGE).min(types::limits::PAGE))
}

/// An account as owner. Amazon's ids of owners say nothing but who it is, as ours.
pub(super) fn owner(account: AccountId) -> dto::Owner {
    dto::Owner { display_name: Some(account.to_string()), id: Some(account.to_string()) }
}

/// A part's number.
pub(super) fn part_number(number: i32) -> Result<u32> {
    let number = u32::try_from(number).ok().filter(|n| (1..=types::limits::PARTS).contains(n));
    number.ok_or_else(|| Failure::invalid("partNumber", format_args!("a number from 1 to {}", types::limits::PARTS)))
}

/// A range as the domain has it.
pub(super) fn range(range: dto::Range) -> ByteRange {
    match range {
        dto::Range::Int { first, last: Some(last) } => ByteRange::Between(first, last),
        dto::Range::Int { first, last: None } => ByteRange::From(first),
        dto::Range::Suffix { length } => ByteRange::Last(length),
    }
}

/// The source of a copy, and which version of it.
pub(super) fn source(source: &dto::CopySource) -> Result<((BucketName, ObjectKey), Option<VersionId>)> {
    match source {
        dto::CopySource::Bucket { bucket, key, version_id } => {
            Ok((place(bucket, key)?, version(version_id.as_deref())?))
        }
        dto::CopySource::AccessPoint { .. } | dto::CopySource::Outpost { .. } => {
            Err(Failure::new(Reason::NotImplemented, "Only a bucket and a key can be copied from."))
        }
    }
}

/// A storage class's name in answers.
pub(super) const fn class(class: StorageClass) -> &'static str {
    match class {
        StorageClass::Standard => "STANDARD",
        StorageClass::InfrequentAccess => "STANDARD_IA",
    }
}

/// What an object is encrypted under, as the headers of answers say it.
pub(super) fn protection(protection: &Protection) -> (Option<dto::ServerSideEncryption>, Option<String>) {
    let name = |name| Some(dto::ServerSideEncryption::from_static(name));
    match protection {
        Protection::Service => (name(dto::ServerSideEncryption::AES256), None),
        Protection::Kms { key } => (name(dto::ServerSideEncryption::AWS_KMS), Some(key.clone())),
    }
}
