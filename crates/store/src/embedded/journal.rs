use super::mark::{Mark, MarkFile};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The journal that is being written, through a file handle of our own.
///
/// The engine's own sync holds its journal lock, so that nothing can be written meanwhile. `fdatasync` on any handle
/// of the file flushes the same pages, so we sync beside it. The engine numbers its journals upwards and, before it
/// creates the next one, syncs the old one to the end: so once a higher number is seen, everything older is durable,
/// and syncing the highest makes durable all that was written before we looked.
pub(crate) struct ActiveJournal {
    dir: PathBuf,
    current: Option<(u64, File)>,
    /// Syncs since the current journal was first seen.
    settled: u32,
    mark: MarkFile,
}

/// From the third sync of a journal on, what it covers was written to that journal and no earlier one: it was written
/// after the sync before began, and so after the one before that had looked for the newest journal and found this one.
const SETTLED: u32 = 2;

impl ActiveJournal {
    pub(crate) fn new(dir: &Path) -> io::Result<Self> {
        Ok(Self { dir: dir.to_owned(), current: None, settled: 0, mark: MarkFile::open(dir)? })
    }

    /// Returns once everything the engine wrote before the call is durable.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        if self.is_current()? {
            self.settled = self.settled.saturating_add(1);
        } else {
            self.current = Some(newest(&self.dir)?);
            self.settled = 0;
        }
        self.current.as_ref().map_or(Ok(()), |(_, file)| file.sync_data())
    }

    /// Notes that a batch with at least this sequence number was covered by the last sync, if it is known to lie in
    /// the journal that was synced.
    pub(crate) fn note(&self, sequence: u64) -> io::Result<()> {
        match &self.current {
            Some((journal, _)) if self.settled >= SETTLED => self.mark.set(Mark { journal: *journal, sequence }),
            _ => Ok(()),
        }
    }

    /// Notes for good what a clean end leaves. Nothing may be written any more.
    pub(crate) fn finish(&mut self, sequence: u64) -> io::Result<()> {
        for _ in 0..=SETTLED {
            self.sync()?;
        }
        self.note(sequence)?;
        self.mark.sync()
    }

    /// Whether the journal we hold is still the one being written. Journals are removed oldest first, so if ours is
    /// there and its successor is not, there never was one.
    fn is_current(&self) -> io::Result<bool> {
        let Some((id, _)) = &self.current else { return Ok(false) };
        Ok(!path(&self.dir, id + 1).try_exists()? && path(&self.dir, *id).try_exists()?)
    }
}

/// Where a journal lies.
pub(crate) fn path(dir: &Path, id: u64) -> PathBuf {
    dir.join(format!("{id}.jnl"))
}

fn newest(dir: &Path) -> io::Result<(u64, File)> {
    loop {
        let ids = ids(dir)?;
        let id = ids.last().copied().ok_or_else(|| io::Error::new(ErrorKind::NotFound, "there is no journal"))?;
        match File::open(path(dir, id)) {
            Ok(file) => return Ok((id, file)),
            // Superseded and removed between the two calls: the newer one is there now.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
}

/// The numbers of the journals in a folder, oldest first.
pub(crate) fn ids(dir: &Path) -> io::Result<Vec<u64>> {
    let mut ids = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name();
        ids.extend(name.to_str().and_then(|name| name.strip_suffix(".jnl")).and_then(|id| id.parse::<u64>().ok()));
    }
    ids.sort_unstable();
    Ok(ids)
}
