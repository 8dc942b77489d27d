use super::committer::Waiter;
use super::spaces::Spaces;
use crate::meta::{Check, Durability, MetaError, Range, Space};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::ops::Bound;

/// More than this is not gathered into one journal write.
const BYTES: usize = 8 * 1024 * 1024;

/// The commits that go to the journal in one write, all or none.
#[derive(Default)]
pub(crate) struct Group {
    /// What each key becomes. The last write to a key wins, as it would if the commits took effect one by one: the
    /// states between them are never seen.
    writes: BTreeMap<(Space, Bytes), Option<Bytes>>,
    bytes: usize,
    done: Vec<Done>,
}

/// A commit that takes effect with its group.
pub(crate) struct Done {
    pub(crate) waiter: Waiter,
    pub(crate) durability: Durability,
    pub(crate) indices: Vec<u64>,
}

impl Group {
    /// Sets what a key becomes.
    pub(crate) fn set(&mut self, space: Space, key: Bytes, value: Option<Bytes>) {
        self.bytes += key.len() + value.as_ref().map_or(0, Bytes::len);
        self.writes.insert((space, key), value);
    }

    pub(crate) fn add(&mut self, done: Done) {
        self.done.push(done);
    }

    /// What this group makes of a key, if anything.
    pub(crate) fn get(&self, space: Space, key: &[u8]) -> Option<&Option<Bytes>> {
        // An empty group, the usual one for a single caller, costs no copy of the key.
        if self.writes.is_empty() { None } else { self.writes.get(&(space, Bytes::copy_from_slice(key))) }
    }

    /// Whether it must be written before a commit with these checks can be judged, because a scan among them looks at
    /// what it changes.
    pub(crate) fn precedes(&self, checks: &[Check]) -> bool {
        !self.writes.is_empty()
            && checks.iter().any(|check| match check {
                Check::Value { .. } => false,
                Check::Scan { space, range, .. } => self.touches(*space, range),
            })
    }

    fn touches(&self, space: Space, range: &Range) -> bool {
        let start = Bound::Included((space, Bytes::copy_from_slice(&range.start)));
        let first = self.writes.range((start, Bound::Unbounded)).next();
        first.is_some_and(|((s, key), _)| {
            *s == space && range.end.as_ref().is_none_or(|end| key.as_ref() < end.as_slice())
        })
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= BYTES
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.done.is_empty()
    }

    /// Commits to the journal and the trees; returns who waits for it, and the least sequence number it may have. After an error nobody knows
    /// what the journal holds.
    pub(crate) fn write(self, spaces: &Spaces) -> (Vec<Done>, Result<u64, MetaError>) {
        // The commit point of a logged commit: before it a crash leaves nothing of the group, after it all of it.
        (self.done, spaces.write(self.writes))
    }
}
