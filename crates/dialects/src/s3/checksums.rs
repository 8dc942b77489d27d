//! Checksums in headers, before and after the body, and in answers.

use super::intake::{Trailing, sha256, text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};
use objects::{ChecksumKind, ChecksumScope, Checksums, Expected, Trailer};
use s3s::TrailingHeaders;
use s3s::dto::{ChecksumAlgorithm, ChecksumType};
use std::collections::BTreeSet;
use types::{Failure, Reason, Result};
use wire::parse_content_md5;

/// Every kind, with its name and its header.
const KINDS: [(ChecksumKind, &str, &str); 5] = [
    (ChecksumKind::Crc32, ChecksumAlgorithm::CRC32, "x-amz-checksum-crc32"),
    (ChecksumKind::Crc32c, ChecksumAlgorithm::CRC32C, "x-amz-checksum-crc32c"),
    (ChecksumKind::Crc64Nvme, ChecksumAlgorithm::CRC64NVME, "x-amz-checksum-crc64nvme"),
    (ChecksumKind::Sha1, ChecksumAlgorithm::SHA1, "x-amz-checksum-sha1"),
    (ChecksumKind::Sha256, ChecksumAlgorithm::SHA256, "x-amz-checksum-sha256"),
];

/// The kind's name on the wire.
pub(super) fn name(kind: ChecksumKind) -> &'static str {
    KINDS.iter().find(|(k, ..)| *k == kind).map_or("", |(_, name, _)| name)
}

/// The kind whose header it is.
pub(super) fn header_of(header: &str) -> Option<ChecksumKind> {
    KINDS.iter().find(|(.., known)| *known == header).map(|(kind, ..)| *kind)
}

/// Puts the checksums of an object, and what they are of, into the headers of an answer.
pub(super) fn write(headers: &mut HeaderMap, checksums: &Checksums, of: ChecksumScope) -> Result<()> {
    if checksums.is_empty() {
        return Ok(());
    }
    for (kind, _, header) in &KINDS {
        if let Some(value) = checksums.get(kind) {
            headers.insert(*header, HeaderValue::try_from(value).map_err(Failure::internal)?);
        }
    }
    let of = scope(of);
    headers.insert("x-amz-checksum-type", HeaderValue::try_from(of.as_str()).map_err(Failure::internal)?);
    Ok(())
}

/// The kind as answers name it.
pub(super) fn algorithm(kind: ChecksumKind) -> ChecksumAlgorithm {
    ChecksumAlgorithm::from_static(name(kind))
}

/// What a checksum is of, as answers name it.
pub(super) fn scope(scope: ChecksumScope) -> ChecksumType {
    ChecksumType::from_static(match scope {
        ChecksumScope::FullObject => ChecksumType::FULL_OBJECT,
        ChecksumScope::Composite => ChecksumType::COMPOSITE,
    })
}

/// What a request says a checksum is of.
pub(super) fn read_scope(asked: &ChecksumType) -> Result<ChecksumScope> {
    match asked.as_str() {
        ChecksumType::FULL_OBJECT => Ok(ChecksumScope::FullObject),
        ChecksumType::COMPOSITE => Ok(ChecksumScope::Composite),
        _ => Err(Failure::invalid("x-amz-checksum-type", "FULL_OBJECT or COMPOSITE")),
    }
}

/// The kind that a request names.
pub(super) fn read_kind(name: &str) -> Result<ChecksumKind> {
    let found = KINDS.iter().find(|(_, known, _)| known.eq_ignore_ascii_case(name));
    found
        .map(|(kind, ..)| *kind)
        .ok_or_else(|| Failure::invalid("x-amz-checksum-algorithm", "CRC32, CRC32C, CRC64NVME, SHA1 or SHA256"))
}

/// The checksums in the headers, or in what came after the body.
pub(super) fn sent(headers: &HeaderMap) -> Vec<(ChecksumKind, String)> {
    let value = |header: &str| text(headers, header).map(str::to_owned);
    KINDS.iter().filter_map(|(kind, _, header)| Some((*kind, value(header)?))).collect()
}

/// The checksum that a client gave for itself only to keep.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// What the content must turn out to be, by everything the headers say of it, and what is to come after it.
/// `verified`: whether the request's signature covers the hash of the content, so that `s3s` checks it.
pub(super) fn expected(
    headers: &HeaderMap,
    verified: bool,
    trailing: Option<TrailingHeaders>,
) -> Result<(Expected, Option<Trailing>)> {
    let mut expected = Expected {
        md5: text(headers, "content-md5").map(parse_content_md5).transpose()?,
        sha256: if verified { None } else { sha256(headers) },
        checksums: sent(headers).into_iter().collect(),
        ..Expected::default()
    };
    for (kind, value) in &expected.checksums {
        if STANDARD.decode(value).is_err() {
            return Err(Failure::new(Reason::ParameterInvalid, format!("The {} checksum is no Base64.", name(*kind))));
        }
    }
    let announced = announced(headers)?;
    expected.compute.extend(announced.iter().copied());
    if let Some(asked) = text(headers, "x-amz-sdk-checksum-algorithm") {
        expected.compute.insert(read_kind(asked)?);
    }
    let trailing = trailing.map(|headers| Trailing { headers, announced, trailer: Trailer::default() });
    expected.trailer = trailing.as_ref().map(|t| t.trailer.clone());
    Ok((expected, trailing))
}

/// The checksums that are to come after the body.
fn announced(headers: &HeaderMap) -> Result<BTreeSet<ChecksumKind>> {
    let Some(list) = text(headers, "x-amz-trailer") else { return Ok(BTreeSet::new()) };
    let read = |item: &str| {
        let found = KINDS.iter().find(|(.., header)| header.eq_ignore_ascii_case(item.trim()));
        found.map(|(kind, ..)| *kind).ok_or_else(|| Failure::invalid("x-amz-trailer", "the name of a checksum header"))
    };
    list.split(',').map(read).collect()
}

/// Puts checksums into an answer that has a place for each kind.
macro_rules! place {
    ($checksums:expr => $($output:tt)+) => {
        for (kind, value) in $checksums {
            match kind {
                objects::ChecksumKind::Crc32 => $($output)+.checksum_crc32 = Some(value.clone()),
                objects::ChecksumKind::Crc32c => $($output)+.checksum_crc32c = Some(value.clone()),
                objects::ChecksumKind::Crc64Nvme => $($output)+.checksum_crc64nvme = Some(value.clone()),
                objects::ChecksumKind::Sha1 => $($output)+.checksum_sha1 = Some(value.clone()),
                objects::ChecksumKind::Sha256 => $($output)+.checksum_sha256 = Some(value.clone()),
            }
        }
    };
}
pub(super) use place;
