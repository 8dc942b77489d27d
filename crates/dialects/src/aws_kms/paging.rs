//! Listings: a marker says where the last part ended.

use super::input::Input;
use kms::{Page, Paged};
use serde_json::{Value, json};
use types::{Failure, Result};

/// The most entries that this vendor lets anyone ask for.
const MOST: u32 = 1_000;

fn wrong() -> Failure {
    Failure::invalid("Marker", "it must be the NextMarker of the listing before, with no smaller Limit")
}

/// How many entries are wanted, as many as there can be in one answer at most.
pub(super) fn limit(input: &Input, default: u32) -> Result<u32> {
    Ok(input.integer("Limit", 1, MOST)?.unwrap_or(default).min(kms::limits::PAGE_SIZE))
}

/// The part of a listing that is wanted. Parts have the size that the first was asked to have.
pub(super) fn page(input: &Input, default: u32) -> Result<Page> {
    let size = limit(input, default)?;
    let Some(marker) = input.optional("Marker")? else { return Ok(Page { number: 1, size }) };
    let (number, of) = marker.split_once('/').ok_or_else(wrong)?;
    let (number, of) = (number.parse().map_err(|_| wrong())?, of.parse().map_err(|_| wrong())?);
    if number == 0 || !(1..=size).contains(&of) { Err(wrong()) } else { Ok(Page { number, size: of }) }
}

/// The answer of a listing by pages.
pub(super) fn paged<T>(found: &Paged<T>, list: &str, items: Vec<Value>) -> Value {
    let Page { number, size } = found.page;
    let seen = u64::from(number) * u64::from(size);
    let next = (seen < u64::from(found.total)).then(|| format!("{}/{size}", u64::from(number) + 1));
    answer(list, items, next)
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
    use super::{page, paged};
    use crate::aws_kms::input::Input;
    use kms::{Page, Paged};
    use serde_json::json;

    fn read(text: &str) -> types::Result<Page> {
        page(&Input::read(text.as_bytes(), &["Limit", "Marker"]).unwrap(), 50)
    }

    #[test]
    fn a_marker_leads_to_the_next_part() {
        assert_eq!(read("{}").unwrap(), Page { number: 1, size: 50 });
        assert_eq!(read(r#"{"Limit":1000}"#).unwrap(), Page { number: 1, size: 100 });
        let found = Paged { items: vec![(); 10], total: 25, page: Page { number: 1, size: 10 } };
        let answer = paged(&found, "Keys", Vec::new());
        assert_eq!(answer, json!({"Keys": [], "Truncated": true, "NextMarker": "2/10"}));
        assert_eq!(read(r#"{"Limit":10,"Marker":"2/10"}"#).unwrap(), Page { number: 2, size: 10 });
        let last = Paged { page: Page { number: 3, size: 10 }, ..found };
        assert_eq!(paged(&last, "Keys", Vec::new()), json!({"Keys": [], "Truncated": false}));
    }

    #[test]
    fn what_is_no_marker_or_limit() {
        for text in [
            r#"{"Limit":0}"#,
            r#"{"Limit":1001}"#,
            r#"{"Marker":""}"#,
            r#"{"Marker":"0/10"}"#,
            r#"{"Marker":"2/0"}"#,
            r#"{"Marker":"2/51"}"#,
            r#"{"Marker":"2/-1"}"#,
            r#"{"Marker":"x"}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
