use crate::operation::Audit;
use store::{Range, Record, Table, View};
use types::{AccountId, Failure, Result, limits};

/// Entries of a page where the request does not say how many (RAM: MaxItems, default 100).
const DEFAULT: usize = 100;
/// A marker is a name, a policy's place, or that of a tag: a path and a name of 128 characters.
const MARKER_BYTES: usize = 1_024;

/// Which part of a listing is asked for.
#[derive(Clone, Debug, Default)]
pub struct PageRequest {
    /// Where the last page ended, as it said.
    pub marker: Option<String>,
    /// The most entries to return, 1 to 1,000; 100 if not said.
    pub max_items: Option<usize>,
}

/// A part of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The entries, in the order of their names.
    pub items: Vec<T>,
    /// Whether there are more.
    pub is_truncated: bool,
    /// What to ask for next; `None` on the last page.
    pub marker: Option<String>,
}

impl PageRequest {
    pub(crate) fn check(&self) -> Result<()> {
        if self.max_items.is_some_and(|max| !(1..=limits::PAGE).contains(&max)) {
            return Err(Failure::invalid("MaxItems", format_args!("1 to {}", limits::PAGE)));
        }
        if self.marker.as_ref().is_some_and(|marker| marker.len() > MARKER_BYTES) {
            return Err(Failure::invalid("Marker", "the marker that the last page ended with"));
        }
        Ok(())
    }

    pub(crate) fn audit(&self, audit: &mut Audit) {
        audit.optional("Marker", self.marker.as_deref());
        audit.optional("MaxItems", self.max_items);
    }

    pub(crate) fn size(&self) -> usize {
        self.max_items.unwrap_or(DEFAULT)
    }

    /// The suffixes after the marker, one more than the page holds, so that it is known whether there are more.
    pub(crate) fn range(&self) -> Range {
        let limit = self.size() + 1;
        self.marker.as_ref().map_or_else(|| Range::all(limit), |marker| Range::after(marker.as_bytes(), limit))
    }

    /// As [`range`](Self::range), of the suffixes that begin with `prefix`; the marker is what follows it.
    pub(crate) fn range_below(&self, prefix: &[u8]) -> Range {
        let all = Range::prefix(prefix, self.size() + 1);
        let start = |marker: &String| Range::after(&[prefix, marker.as_bytes()].concat(), 0).start;
        Range { start: self.marker.as_ref().map_or_else(|| all.start.clone(), start), ..all }
    }

    /// The page of all that an account has in a table; `name` gives a record's suffix there.
    pub(crate) async fn of_table<R: Record>(
        &self,
        view: &View,
        table: Table<R>,
        account: AccountId,
        name: impl Fn(&R) -> String,
    ) -> Result<Page<R>> {
        let found = view.scan(table, account, &self.range()).await?;
        Ok(self.page(found.into_iter().map(|(_, record)| record).collect(), name))
    }

    /// Makes the page of at most one entry too many; `name` gives an entry's marker.
    pub(crate) fn page<T>(&self, mut items: Vec<T>, name: impl Fn(&T) -> String) -> Page<T> {
        let is_truncated = items.len() > self.size();
        items.truncate(self.size());
        let marker = items.last().filter(|_| is_truncated).map(name);
        Page { items, is_truncated, marker }
    }
}
