use super::options::EmbeddedOptions;
use crate::meta::{Entry, MetaError, Range, Space};
use bytes::Bytes;
use fjall::{
    Database, Iter, Keyspace, KeyspaceCreateOptions, KvSeparationOptions, LsmError, OwnedWriteBatch, PersistMode,
    Readable,
};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::ops::Bound;
use std::path::Path;

/// From this size on, contents lie in files of their own beside the tree, so that merging tables does not copy them.
const SEPARATE_CONTENT_FROM: u32 = 2 * 1024;
/// Small tables: a merge needs as much free disk as the tables it merges.
const TABLE_BYTES: u64 = 16 * 1024 * 1024;
const CONTENT_FILE_BYTES: u64 = 32 * 1024 * 1024;
/// Journals are 64 MiB each; beyond this many bytes, spaces that hold an old one back are written out.
const JOURNAL_BYTES: u64 = 192 * 1024 * 1024;

/// The database and its six ordered spaces.
pub(crate) struct Spaces {
    // Before the database, so that the trees are let go of first.
    trees: [Keyspace; Space::ALL.len()],
    database: Database,
}

impl Spaces {
    /// Opens or creates. Blocks while the journals are replayed.
    pub(crate) fn open(dir: &Path, options: &EmbeddedOptions) -> Result<Self, MetaError> {
        let database = Database::builder(dir)
            .cache_size(options.cache_bytes)
            .max_journaling_size(JOURNAL_BYTES)
            .worker_threads(options.workers.max(1))
            .open()
            .map_err(error)?;
        let open = |space: Space| database.keyspace(space.name(), || tree_options(space, options)).map_err(error);
        let [system, identity, keys, objects, content, trail] = Space::ALL.map(open);
        Ok(Self { trees: [system?, identity?, keys?, objects?, content?, trail?], database })
    }

    fn tree(&self, space: Space) -> &Keyspace {
        let [system, identity, keys, objects, content, trail] = &self.trees;
        match space {
            Space::System => system,
            Space::Identity => identity,
            Space::Keys => keys,
            Space::Objects => objects,
            Space::Content => content,
            Space::Trail => trail,
        }
    }

    /// A state that stays as it is; costs well under a microsecond.
    pub(crate) fn snapshot(&self) -> fjall::Snapshot {
        self.database.snapshot()
    }

    /// Makes each key what it is to become, all or none. Returns once the operating system has it in the journal and
    /// every later snapshot shows it; the sequence number it was given is at least the one returned.
    pub(crate) fn write(&self, writes: BTreeMap<(Space, Bytes), Option<Bytes>>) -> Result<u64, MetaError> {
        let sequence = self.database.seqno();
        let mut batch = OwnedWriteBatch::with_capacity(self.database.clone(), writes.len());
        for ((space, key), value) in writes {
            match value {
                Some(value) => batch.insert(self.tree(space), key, value),
                None => batch.remove(self.tree(space), key),
            }
        }
        batch.durability(Some(PersistMode::Buffer)).commit().map_err(error)?;
        Ok(sequence)
    }

    /// The present value of a key.
    pub(crate) fn get(&self, space: Space, key: &[u8]) -> Result<Option<Bytes>, MetaError> {
        Ok(self.tree(space).get(key).map_err(error)?.map(Bytes::from))
    }

    pub(crate) fn get_at(&self, at: &fjall::Snapshot, space: Space, key: &[u8]) -> Result<Option<Bytes>, MetaError> {
        Ok(at.get(self.tree(space), key).map_err(error)?.map(Bytes::from))
    }

    pub(crate) fn scan_at(&self, at: &fjall::Snapshot, space: Space, range: &Range) -> Result<Vec<Entry>, MetaError> {
        // The trees panic on a range that ends before it starts.
        if range.limit == 0 || range.end.as_ref().is_some_and(|end| *end <= range.start) {
            return Ok(Vec::new());
        }
        let end = range.end.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let iter = at.range::<&[u8], _>(self.tree(space), (Bound::Included(range.start.as_slice()), end));
        page(iter, range)
    }
}

fn page(mut iter: Iter, range: &Range) -> Result<Vec<Entry>, MetaError> {
    let mut entries = Vec::with_capacity(range.limit.min(64));
    while entries.len() < range.limit {
        let Some(guard) = (if range.reverse { iter.next_back() } else { iter.next() }) else { break };
        let (key, value) = guard.into_inner().map_err(error)?;
        entries.push(Entry { key: key.into(), value: value.into() });
    }
    Ok(entries)
}

fn tree_options(space: Space, options: &EmbeddedOptions) -> KeyspaceCreateOptions {
    let separation =
        KvSeparationOptions::default().separation_threshold(SEPARATE_CONTENT_FROM).file_target_size(CONTENT_FILE_BYTES);
    KeyspaceCreateOptions::default()
        .max_memtable_size(options.memtable_bytes)
        .compaction_strategy(std::sync::Arc::new(
            fjall::compaction::Leveled::default().with_table_target_size(TABLE_BYTES),
        ))
        .with_kv_separation((space == Space::Content).then_some(separation))
}

/// Says of the engine's error whether stored bytes are wrong or the machine failed.
pub(crate) fn error(error: fjall::Error) -> MetaError {
    use fjall::Error::{
        Decompress, InvalidTag, InvalidTrailer, InvalidVersion, Io, JournalRecovery, Storage, Unrecoverable,
    };
    let text = error.to_string();
    match error {
        Io(io) | Storage(LsmError::Io(io)) if is_damage(io.kind()) => MetaError::Corrupt(text),
        Storage(LsmError::Io(_)) => MetaError::Failed(text),
        Storage(_) | JournalRecovery(_) | InvalidVersion(_) | Decompress(_) | InvalidTrailer | InvalidTag(_)
        | Unrecoverable => MetaError::Corrupt(text),
        _ => MetaError::Failed(text),
    }
}

/// A file that ends too early, holds nonsense or is not there was damaged; anything else is the machine.
fn is_damage(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::NotFound)
}
