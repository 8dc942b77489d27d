use async_trait::async_trait;
use bytes::Bytes;
use types::{Failure, Reason};

/// A separately ordered part of a [`Meta`] store. What is scanned together lives together; what grows very differently
/// (events, small contents) lives apart, so that an engine can tune for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// The deployment's and region's own settings, accounts, wrapped keys, nonces.
    System,
    /// Users, roles, policies, access keys.
    Identity,
    /// Keys, versions, aliases.
    Keys,
    /// Buckets, objects, uploads, parts.
    Objects,
    /// Contents of small objects.
    Content,
    /// Streams of appended entries: the trail.
    Trail,
}

impl Space {
    /// All of them, for engines that open each.
    pub const ALL: [Self; 6] = [Self::System, Self::Identity, Self::Keys, Self::Objects, Self::Content, Self::Trail];

    /// Its name on disk and in associated data: never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Identity => "identity",
            Self::Keys => "keys",
            Self::Objects => "objects",
            Self::Content => "content",
            Self::Trail => "trail",
        }
    }
}

/// How safe a commit is when it returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// It survives the death of the process, and is synced to disk at most 50 ms later.
    Logged,
    /// It survives the death of the machine.
    Synced,
}

/// One key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Bytes,
    /// The value.
    pub value: Bytes,
}

/// A page of an ordered scan: keys in `start..end`, at most `limit` of them, from the front or from the back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first key that belongs to it.
    pub start: Vec<u8>,
    /// The first key after it; `None` for the end of the space.
    pub end: Option<Vec<u8>>,
    /// The most entries to return.
    pub limit: usize,
    /// Whether to walk from the back.
    pub reverse: bool,
}

impl Range {
    /// Every key.
    pub fn all(limit: usize) -> Self {
        Self { start: Vec::new(), end: None, limit, reverse: false }
    }

    /// Every key that starts with `prefix`.
    pub fn prefix(prefix: &[u8], limit: usize) -> Self {
        Self { start: prefix.to_vec(), end: successor(prefix), ..Self::all(limit) }
    }

    /// Every key after this one, which need not be there any more.
    pub fn after(key: &[u8], limit: usize) -> Self {
        Self { start: above(key), ..Self::all(limit) }
    }

    /// Goes on behind a page that was read from the front, unless it was the last one: whether there may be more.
    #[must_use]
    pub fn go_on<T>(&mut self, page: &[T], key: impl FnOnce(&T) -> &[u8]) -> bool {
        let Some(last) = page.last().filter(|_| page.len() >= self.limit) else { return false };
        self.start = above(key(last));
        true
    }
}

/// The least key above another.
fn above(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

/// The least key that is above every key starting with `prefix`; `None` if there is none.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < 0xff {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}

/// What a transaction saw and builds on. A commit whose checks no longer hold is refused as a conflict.
#[derive(Clone, Debug)]
pub enum Check {
    /// The value of a key, or its absence.
    Value {
        /// Where.
        space: Space,
        /// Which key.
        key: Vec<u8>,
        /// What was there.
        seen: Option<Bytes>,
    },
    /// The result of a scan.
    Scan {
        /// Where.
        space: Space,
        /// Which keys.
        range: Range,
        /// What was there.
        seen: Vec<Entry>,
    },
}

/// One change.
#[derive(Clone, Debug)]
pub enum Write {
    /// Sets a key.
    Put {
        /// Where.
        space: Space,
        /// Which key.
        key: Vec<u8>,
        /// Its new value.
        value: Bytes,
    },
    /// Removes a key; no error if it is not there.
    Delete {
        /// Where.
        space: Space,
        /// Which key.
        key: Vec<u8>,
    },
}

/// An entry to add at the end of a stream in [`Space::Trail`]. The engine gives it the next index of its stream when it
/// commits, so that order in the stream is order of effect. Its key is the stream's name followed by the index as eight
/// big-endian bytes; indices start at zero and have no gaps.
#[derive(Clone, Debug)]
pub struct Append {
    /// The stream's name; no stream's name may be the beginning of another's.
    pub stream: Vec<u8>,
    /// The entry.
    pub value: Bytes,
}

/// A transaction, ready to commit: all of it happens, or none.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// What must still be so.
    pub checks: Vec<Check>,
    /// What to change. A later write to a key wins over an earlier one.
    pub writes: Vec<Write>,
    /// What to append.
    pub appends: Vec<Append>,
}

/// Why the engine did not do it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MetaError {
    /// A check did not hold; nothing was written. Trying again from a new snapshot is right.
    #[error("the transaction conflicts with another")]
    Conflict,
    /// There is no room; nothing was written.
    #[error("the disk is full")]
    Full,
    /// What was read is not what was written.
    #[error("stored data is damaged: {0}")]
    Corrupt(String),
    /// The engine failed otherwise. Whether a commit happened is not known.
    #[error("the store failed: {0}")]
    Failed(String),
}

impl From<MetaError> for Failure {
    fn from(error: MetaError) -> Self {
        let reason = match error {
            MetaError::Conflict => Reason::Contended,
            MetaError::Full => Reason::StorageFull,
            MetaError::Corrupt(_) => Reason::Corrupt,
            MetaError::Failed(_) => Reason::Unavailable,
        };
        Self::of(reason).caused_by(error)
    }
}

/// A state of the store that does not change while it is looked at.
#[async_trait]
pub trait Snapshot: Send + Sync {
    /// The value of a key.
    async fn get(&self, space: Space, key: &[u8]) -> Result<Option<Bytes>, MetaError>;

    /// A page of entries in order.
    async fn scan(&self, space: Space, range: &Range) -> Result<Vec<Entry>, MetaError>;
}

/// An ordered, transactional key–value store: the contract that an embedded engine and a serialisable SQL engine can
/// both keep. Keys are at most 2 KiB, values at most 1 MiB, a batch at most 16 MiB.
#[async_trait]
pub trait Meta: Send + Sync + 'static {
    /// The state after all commits that have returned.
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, MetaError>;

    /// Commits, and returns the index given to each append. Commits are serialisable: a batch whose checks hold takes
    /// effect as if at one moment.
    async fn commit(&self, batch: Batch, durability: Durability) -> Result<Vec<u64>, MetaError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_where_its_successor_starts() {
        assert_eq!(successor(b"ab"), Some(b"ac".to_vec()));
        assert_eq!(successor(&[1, 0xff]), Some(vec![2]));
        assert_eq!(successor(&[0xff, 0xff]), None);
        assert_eq!(successor(b""), None);
    }

    #[test]
    fn a_range_goes_on_behind_full_pages_alone() {
        let mut range = super::Range::all(2);
        assert!(range.go_on(&["a", "b"], |key| key.as_bytes()));
        assert_eq!(range, super::Range::after(b"b", 2));
        assert!(!range.go_on(&["c"], |key| key.as_bytes()) && !range.go_on(&[], |key: &&str| key.as_bytes()));
        let mut below = super::Range::prefix(b"p", 1);
        assert!(below.go_on(&["pq"], |key| key.as_bytes()));
        assert_eq!((below.start.as_slice(), below.end.as_deref()), (b"pq\0".as_slice(), Some(b"q".as_slice())));
    }
}
