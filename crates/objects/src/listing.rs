//! Walking through names in order, with everything below a common prefix taken in one step.

use std::collections::VecDeque;
use store::{Range, Record, Table, View};
use types::{AccountId, Result};

/// How many records are read at a time: few at first, more while they are of use.
const LEAST: usize = 32;
const MOST: usize = 1000;

/// Which names, of those behind `base` in a table.
pub(crate) struct Query<'a> {
    /// What all keys of the bucket start with.
    pub(crate) base: &'a [u8],
    pub(crate) prefix: &'a str,
    /// What groups names: all that agree up to its first place after the prefix count as one. Empty: nothing does.
    pub(crate) delimiter: &'a str,
    /// Where to begin, behind the base.
    pub(crate) start: Vec<u8>,
    /// The most entries and groups, together.
    pub(crate) max: usize,
}

/// What a walk met, in order.
pub(crate) enum Met<R> {
    /// A record, with its key behind the base.
    Entry(Vec<u8>, R),
    /// A group, by what its names have in common.
    Group(Vec<u8>),
}

/// A page of a walk.
pub(crate) struct Walked<R> {
    pub(crate) met: Vec<Met<R>>,
    /// Whether there is more.
    pub(crate) more: bool,
}

/// The common prefix that a name belongs to, if it belongs to one.
pub(crate) fn group_of<'n>(name: &'n [u8], prefix: &str, delimiter: &str) -> Option<&'n [u8]> {
    let rest = name.get(prefix.len()..)?;
    let found = match delimiter.as_bytes() {
        [] => return None,
        [one] => rest.iter().position(|b| b == one),
        many => rest.windows(many.len()).position(|w| w == many),
    }?;
    name.get(..prefix.len() + found + delimiter.len())
}

/// The least key above all that start with `prefix`. `None`: there is none.
pub(crate) fn past(prefix: &[u8]) -> Option<Vec<u8>> {
    Range::prefix(prefix, 0).end
}

/// The least name above `name`: names hold no NUL, so nothing lies between.
pub(crate) fn after(name: &[u8]) -> Vec<u8> {
    [name, &[0]].concat()
}

/// Where a listing goes on after `marker`, which is a name or a group that was given out.
pub(crate) fn resume(marker: &[u8], prefix: &str, delimiter: &str) -> Option<Vec<u8>> {
    let group = marker.starts_with(prefix.as_bytes()).then(|| group_of(marker, prefix, delimiter)).flatten();
    if group == Some(marker) { past(marker) } else { Some(after(marker)) }
}

/// Walks through a table. `name` cuts what is no part of a name off a key.
pub(crate) async fn walk<R: Record>(
    view: &View,
    table: Table<R>,
    account: AccountId,
    query: &Query<'_>,
    name: fn(&[u8]) -> &[u8],
) -> Result<Walked<R>> {
    let least = [query.base, query.prefix.as_bytes()].concat();
    let mut range = Range::prefix(&least, LEAST);
    range.start = range.start.max([query.base, query.start.as_slice()].concat());
    let mut met = Vec::new();
    loop {
        range.limit = range.limit.min(query.max.saturating_add(1) - met.len()).max(1);
        let page = view.scan(table, account, &range).await?;
        let full = page.len() == range.limit;
        let last = page.last().map(|(key, _)| after(key));
        let mut page = VecDeque::from(page);
        let mut jump = None;
        while let Some((key, record)) = page.pop_front() {
            if met.len() == query.max {
                return Ok(Walked { met, more: true });
            }
            let key = key.get(query.base.len()..).unwrap_or_default().to_vec();
            let Some(group) = group_of(name(&key), query.prefix, query.delimiter).map(<[u8]>::to_vec) else {
                met.push(Met::Entry(key, record));
                continue;
            };
            let full_group = [query.base, &group].concat();
            while page.front().is_some_and(|(key, _)| key.starts_with(&full_group)) {
                page.pop_front();
            }
            met.push(Met::Group(group));
            // Only a group that may go on past this page is worth a jump.
            if page.is_empty() {
                jump = Some(past(&full_group));
            }
        }
        if !full {
            return Ok(Walked { met, more: false });
        }
        range.limit = if jump.is_some() { LEAST } else { (range.limit * 4).min(MOST) };
        match jump.unwrap_or(last) {
            Some(next) => range.start = next,
            None => return Ok(Walked { met, more: false }),
        }
    }
}
