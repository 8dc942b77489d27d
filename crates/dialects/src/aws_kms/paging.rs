//! Listings: a marker says where the last part ended.

use super::input::Input;
use kms::{Page, Paged};
use serde_json::{Value, json};
use std::str::FromStr;
use types::{Failure, Result};

/// The most entries that this vendor lets anyone ask for.
const MOST: u32 = 1_000;

fn wrong() -> Failure {
    Failure::invalid("Marker", "it must be the NextMarker of the listing before")
}

/// How many entries are wanted, as many as there can be in one answer at most.
pub(super) fn limit(input: &Input, default: u32) -> Result<u32> {
    Ok(input.integer("Limit", 1, MOST)?.unwrap_or(default).min(kms::limits::PAGE_SIZE))
}

/// The part of a listing that is wanted, and after what it begins: the marker is the last one seen.
pub(super) fn page<T: FromStr>(input: &Input, default: u32) -> Result<(Page, Option<T>)> {
    let after = input.optional("Marker")?.map(str::parse).transpose().map_err(|_| wrong())?;
    Ok((Page { number: 1, size: limit(input, default)? }, after))
}

/// The answer of a listing; `name` is what the marker says of its last entry.
pub(super) fn paged<T>(found: &Paged<T>, list: &str, name: impl Fn(&T) -> &str, shown: impl Fn(&T) -> Value) -> Value {
    let more = found.total as usize > found.items.len();
    let next = found.items.last().filter(|_| more).map(|last| name(last).to_owned());
    answer(list, found.items.iter().map(shown).collect(), next)
}

/// A part of a list that is here in full.
pub(super) struct Slice {
    first: usize,
    size: usize,
}

/// Which part of a list is wanted; the marker is the number of those before it.
pub(super) fn slice(input: &Input, default: u32) -> Result<Slice> {
    let first = input.optional("Marker")?.map_or(Ok(0), str::parse).map_err(|_| wrong())?;
    Ok(Slice { first, size: limit(input, default)? as usize })
}

impl Slice {
    /// The part, and where the next begins if there is one.
    pub(super) fn of<T>(&self, all: Vec<T>) -> (Vec<T>, Option<String>) {
        let next = self.first.saturating_add(self.size);
        let next = (next < all.len()).then(|| next.to_string());
        (all.into_iter().skip(self.first).take(self.size).collect(), next)
    }
}

/// The answer of a listing that goes on at `next`.
pub(super) fn answer(list: &str, items: Vec<Value>, next: Option<String>) -> Value {
    let mut answer = json!({list: items, "Truncated": next.is_some()});
    if let (Some(next), Some(members)) = (next, answer.as_object_mut()) {
        members.insert("NextMarker".to_owned(), next.into());
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::{Slice, page, paged, slice};
    use crate::aws_kms::input::Input;
    use kms::{Page, Paged};
    use serde_json::json;
    use types::AliasName;

    fn input(text: &str) -> Input {
        Input::read(text.as_bytes(), &["Limit", "Marker"]).unwrap()
    }

    fn read(text: &str) -> types::Result<(Page, Option<AliasName>)> {
        page(&input(text), 50)
    }

    #[test]
    fn a_marker_leads_to_the_next_part() {
        assert_eq!(read("{}").unwrap(), (Page { number: 1, size: 50 }, None));
        assert_eq!(read(r#"{"Limit":1000}"#).unwrap().0.size, 100);
        let found = Paged { items: vec!["alias/a", "alias/b"], total: 3, page: Page { number: 1, size: 2 } };
        let answer = paged(&found, "Aliases", |name| name, |name| json!(name));
        assert_eq!(answer, json!({"Aliases": ["alias/a", "alias/b"], "Truncated": true, "NextMarker": "alias/b"}));
        let (part, after) = read(r#"{"Limit":7,"Marker":"alias/b"}"#).unwrap();
        assert_eq!((part.size, after.unwrap().as_str()), (7, "alias/b"));
        let last = Paged { total: 2, ..found };
        assert_eq!(paged(&last, "Aliases", |name| name, |_| json!(1)), json!({"Aliases": [1, 1], "Truncated": false}));
    }

    #[test]
    fn parts_of_a_list_cover_it_once() {
        let all: Vec<u32> = (0..25).collect();
        let (mut seen, mut marker) = (Vec::new(), "0".to_owned());
        loop {
            let part: Slice = slice(&input(&format!("{{\"Limit\":10,\"Marker\":\"{marker}\"}}")), 50).unwrap();
            let (items, next) = part.of(all.clone());
            seen.extend(items);
            match next {
                Some(next) => marker = next,
                None => break,
            }
        }
        assert_eq!(seen, all);
        assert!(slice(&input(r#"{"Marker":"99999"}"#), 50).unwrap().of(all).0.is_empty());
    }

    #[test]
    fn what_is_no_marker_or_limit() {
        for text in [
            r#"{"Limit":0}"#,
            r#"{"Limit":1001}"#,
            r#"{"Marker":""}"#,
            r#"{"Marker":"2/10"}"#,
            r#"{"Marker":"alias/"}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        for marker in ["", "-1", "x", "1.5"] {
            assert!(slice(&input(&format!("{{\"Marker\":\"{marker}\"}}")), 50).is_err(), "{marker}");
        }
    }
}
