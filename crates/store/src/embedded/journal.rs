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
}

impl ActiveJournal {
    pub(crate) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), current: None }
    }

    /// Returns once everything the engine wrote before the call is durable.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        if !self.is_current()? {
            self.current = Some(newest(&self.dir)?);
        }
        self.current.as_ref().map_or(Ok(()), |(_, file)| file.sync_data())
    }

    /// Whether the journal we hold is still the one being written. Journals are removed oldest first, so if ours is
    /// there and its successor is not, there never was one.
    fn is_current(&self) -> io::Result<bool> {
        let Some((id, _)) = &self.current else { return Ok(false) };
        Ok(!path(&self.dir, id + 1).try_exists()? && path(&self.dir, *id).try_exists()?)
    }
}

fn path(dir: &Path, id: u64) -> PathBuf {
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
