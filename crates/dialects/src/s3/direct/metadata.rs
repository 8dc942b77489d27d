//! What clients say of their objects in words of their own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName};
use std::collections::BTreeMap;
use types::{Failure, Result};
use wire::Head;

const PREFIX: &str = "x-amz-meta-";
/// Bytes of text in one encoded word: with what is around them 75 characters at most (RFC 2047 §2).
const WORD: usize = 45;

/// Whether it is user metadata that needs no decoding.
pub(super) fn is_plain(name: &str, value: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|rest| !rest.is_empty()) && value.is_ascii() && !value.contains("=?")
}

/// The user metadata of a request, all of it [plain](is_plain).
pub(super) fn read(head: &Head) -> BTreeMap<String, String> {
    let pairs =
        head.headers().filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value.to_owned())));
    pairs.collect()
}

/// Puts user metadata into an answer.
pub(super) fn write(headers: &mut HeaderMap, user: &BTreeMap<String, String>) -> Result<()> {
    for (name, value) in user {
        let name = HeaderName::try_from(format!("{PREFIX}{name}")).map_err(Failure::internal)?;
        if is_safe(value) {
            super::put(headers, name, value)?;
        } else {
            super::put(headers, name, &encoded(value))?;
        }
    }
    Ok(())
}

fn is_safe(value: &str) -> bool {
    value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// In encoded words (RFC 2047), none of which ends within a character.
fn encoded(value: &str) -> String {
    let mut words = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.floor_char_boundary(WORD));
        words.push(format!("=?UTF-8?B?{}?=", STANDARD.encode(word)));
        rest = after;
    }
    words.join(" ")
}
