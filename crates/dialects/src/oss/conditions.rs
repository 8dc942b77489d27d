//! On what a request insists, and which bytes it wants.

use objects::{ByteRange, ETags, ReadConditions, WriteConditions};
use types::{Failure, Result};
use wire::{Head, RangeHeader, TagCondition, parse_http_date};

/// The conditions of a read. `prefix` stands before the headers' names where they are about the source of a copy.
pub(super) fn read(head: &Head, prefix: &str) -> Result<ReadConditions> {
    let value = |name: &str| head.list(&format!("{prefix}{name}"));
    // RFC 9110 §13.1.3: a date that cannot be read does not count.
    let date = |name: &str| value(name).and_then(|text| parse_http_date(&text));
    Ok(ReadConditions {
        if_match: value("if-match").map(|text| tags(&text, true)).transpose()?,
        if_none_match: value("if-none-match").map(|text| tags(&text, false)).transpose()?,
        if_modified_since: date("if-modified-since"),
        if_unmodified_since: date("if-unmodified-since"),
    })
}

/// The conditions of a write.
pub(super) fn write(head: &Head) -> Result<WriteConditions> {
    let forbid_overwrite = match head.header("x-oss-forbid-overwrite") {
        None => false,
        Some(text) if text.eq_ignore_ascii_case("true") => true,
        Some(text) if text.eq_ignore_ascii_case("false") => false,
        Some(_) => return Err(Failure::invalid("x-oss-forbid-overwrite", "it must be true or false")),
    };
    Ok(WriteConditions {
        if_match: head.list("if-match").map(|text| tags(&text, true)).transpose()?,
        if_none_match: head.list("if-none-match").map(|text| tags(&text, false)).transpose()?,
        forbid_overwrite,
    })
}

/// RFC 9110 §13.1.1: a weak tag never matches where a strong one is asked for.
fn tags(text: &str, strong: bool) -> Result<ETags> {
    Ok(match TagCondition::parse(text)? {
        TagCondition::Any => ETags::Any,
        TagCondition::OneOf(tags) => {
            ETags::OneOf(tags.into_iter().filter(|tag| !(strong && tag.weak)).map(|tag| tag.text).collect())
        }
    })
}

/// Which bytes are wanted, and whether a range outside the object is to be taken for all of it. That is the rule here
/// unless the client asks for the one of HTTP (alibaba-wire §9.7).
pub(super) fn range(head: &Head) -> Result<(Option<ByteRange>, bool)> {
    let lenient = match head.header("x-oss-range-behavior") {
        None => true,
        Some(text) if text.eq_ignore_ascii_case("standard") => false,
        Some(_) => return Err(Failure::invalid("x-oss-range-behavior", "it must be standard")),
    };
    // RFC 9110 §13.1.5: whoever cannot judge If-Range sends the whole.
    let asked = head.header("range").filter(|_| head.header("if-range").is_none());
    let range = match asked.map(RangeHeader::parse) {
        Some(RangeHeader::One(range)) => Some(bytes(range)),
        Some(RangeHeader::Several | RangeHeader::Ignored) | None => None,
    };
    Ok((range, lenient))
}

/// The bytes of a source that are wanted. Here one must be meant: to copy the whole instead would be another operation.
pub(super) fn source_range(text: &str) -> Result<ByteRange> {
    match RangeHeader::parse(text) {
        RangeHeader::One(range) => Ok(bytes(range)),
        RangeHeader::Several | RangeHeader::Ignored => {
            Err(Failure::invalid("x-oss-copy-source-range", "it must be bytes=<first>-<last>"))
        }
    }
}

const fn bytes(range: wire::ByteRange) -> ByteRange {
    match range {
        wire::ByteRange::Closed { first, last } => ByteRange::Between(first, last),
        wire::ByteRange::From(first) => ByteRange::From(first),
        wire::ByteRange::Last(count) => ByteRange::Last(count),
    }
}
