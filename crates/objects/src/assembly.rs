//! Putting an object together: which parts, and what follows from theirs for the whole.

use crate::checksum::{ChecksumKind, ChecksumScope, Checksums, from_base64, mismatch, to_base64};
use crate::content::Segment;
use crate::ops::{CompleteUpload, PartList};
use crate::upload::{PartRecord, UploadRecord};
use crypto::CrcKind;
use std::collections::BTreeMap;
use types::{Failure, Reason, Result};

/// An object as its parts make it.
pub(crate) struct Assembly {
    pub(crate) segments: Vec<Segment>,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) crc64: u64,
    pub(crate) checksums: Checksums,
}

impl Assembly {
    pub(crate) fn of(op: &CompleteUpload, upload: &UploadRecord, parts: &BTreeMap<u32, PartRecord>) -> Result<Self> {
        let chosen = choose(&op.parts, parts)?;
        check_sizes(&chosen, op.least)?;
        let size = chosen.iter().map(|p| p.segment.size).sum();
        if op.size.is_some_and(|expected| expected != size) {
            return Err(Failure::invalid("object size", format!("the parts have {size} bytes together")));
        }
        let checksums = checksums(&chosen, upload.checksum)?;
        op.checksums.iter().try_for_each(|(kind, value)| check(&checksums, *kind, value))?;
        Ok(Self {
            segments: chosen.iter().map(|p| p.segment).collect(),
            size,
            etag: etag(&chosen)?,
            crc64: combined(&chosen, CrcKind::Crc64Xz, |p| Some(p.crc64))?,
            checksums,
        })
    }

    pub(crate) fn uses(&self, number: u32) -> bool {
        self.segments.binary_search_by_key(&number, |s| s.part).is_ok()
    }
}

fn check(made: &Checksums, kind: ChecksumKind, value: &str) -> Result<()> {
    let Some(made) = made.get(&kind) else {
        return Err(Failure::invalid("checksum", "of the kind that was named when the upload began"));
    };
    // The number of parts behind a composite checksum may be left out.
    let bare = made.split('-').next().unwrap_or_default();
    if made == value || bare == value { Ok(()) } else { Err(mismatch(kind)) }
}

fn choose<'p>(list: &PartList, parts: &'p BTreeMap<u32, PartRecord>) -> Result<Vec<&'p PartRecord>> {
    let listed = match list {
        PartList::All => {
            let all: Vec<_> = parts.values().collect();
            return if all.is_empty() { Err(Failure::of(Reason::PartInvalid)) } else { Ok(all) };
        }
        PartList::Listed(listed) if listed.is_empty() => {
            return Err(Failure::new(Reason::BodyMalformed, "The completion lists no part."));
        }
        PartList::Listed(listed) => listed,
    };
    if !listed.is_sorted_by(|a, b| a.number < b.number) {
        return Err(Failure::of(Reason::PartOrderInvalid));
    }
    let mut chosen = Vec::with_capacity(listed.len());
    for wanted in listed {
        let part = parts.get(&wanted.number).ok_or_else(|| wrong_part(wanted.number))?;
        let same = part.etag.eq_ignore_ascii_case(&wanted.etag)
            && wanted.checksums.iter().all(|(kind, value)| part.checksums.get(kind) == Some(value));
        if !same {
            return Err(wrong_part(wanted.number));
        }
        chosen.push(part);
    }
    Ok(chosen)
}

fn check_sizes(chosen: &[&PartRecord], least: u64) -> Result<()> {
    let Some((_, all_but_last)) = chosen.split_last() else { return Ok(()) };
    match all_but_last.iter().find(|p| p.segment.size < least) {
        None => Ok(()),
        Some(small) => Err(Failure::of(Reason::PartTooSmall)
            .with("PartNumber", small.segment.part.to_string())
            .with("ProposedSize", small.segment.size.to_string())
            .with("MinSizeAllowed", least.to_string())
            .with("ETag", small.etag.clone())),
    }
}

/// The MD5 of the parts' MD5s, and how many there are: what both dialects call the ETag of such an object.
fn etag(chosen: &[&PartRecord]) -> Result<String> {
    let mut all = Vec::with_capacity(16 * chosen.len());
    for part in chosen {
        all.extend(hex::decode(&part.etag).map_err(|_| Failure::corrupt("a part"))?);
    }
    Ok(format!("{}-{}", hex::encode(crypto::md5(&all)), chosen.len()))
}

fn combined(chosen: &[&PartRecord], kind: CrcKind, of: impl Fn(&PartRecord) -> Option<u64>) -> Result<u64> {
    let mut whole = kind.of(&[]);
    for part in chosen {
        let crc = of(part).ok_or_else(|| wrong_part(part.segment.part))?;
        whole = kind.combine(whole, crc, part.segment.size);
    }
    Ok(whole)
}

fn checksums(chosen: &[&PartRecord], wanted: Option<(ChecksumKind, ChecksumScope)>) -> Result<Checksums> {
    let Some((kind, scope)) = wanted else { return Ok(Checksums::new()) };
    let raw = |part: &PartRecord| part.checksums.get(&kind).and_then(|text| from_base64(text));
    let value = match (scope, kind.crc()) {
        (ChecksumScope::FullObject, Some(crc)) => {
            let number = |p: &PartRecord| raw(p).map(|b| b.iter().fold(0, |n, b| n << 8 | u64::from(*b)));
            to_base64(&crc.to_bytes(combined(chosen, crc, number)?))
        }
        _ => {
            let mut all = Vec::new();
            for part in chosen {
                all.extend(raw(part).ok_or_else(|| wrong_part(part.segment.part))?);
            }
            format!("{}-{}", to_base64(&kind.of(&all)), chosen.len())
        }
    };
    Ok(Checksums::from([(kind, value)]))
}

/// A part that is not as listed.
fn wrong_part(number: u32) -> Failure {
    Failure::of(Reason::PartInvalid).with("PartNumber", number.to_string())
}
