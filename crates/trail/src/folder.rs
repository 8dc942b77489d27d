use crate::source::{RESOURCE_BYTES, Source};
use crate::tiles::{LEVELS, TileId, full_tiles};
use async_trait::async_trait;
use crypto::merkle::{TILE_WIDTH, Tile};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use types::{AccountId, Failure, Reason, Result};

/// Where files are written before they get their name. What is found in it is half-written, and means nothing.
pub(crate) const TEMPORARY: &str = "tmp";
/// The name of the checkpoint in the folder and over HTTP.
pub(crate) const CHECKPOINT: &str = "checkpoint";
/// The name of the file with the key that verifies the checkpoint.
pub(crate) const VKEY: &str = "vkey";

/// The folder of one log.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

/// Runs file work where it may block.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::internal)?.map_err(io_failure)
}

fn io_failure(error: io::Error) -> Failure {
    let reason = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Reason::StorageFull,
        _ => Reason::Unavailable,
    };
    Failure::of(reason).caused_by(error)
}

impl Folder {
    /// The folder of an account's log below the folder of a region's trails.
    pub fn of(trails: &Path, account: AccountId) -> Self {
        Self { root: trails.join(account.to_string()) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Writes files so that each is there whole or not at all, and all of them survive a power cut when this returns:
    /// temporary file, sync, rename, then sync of every folder that got a new name in it.
    pub(crate) async fn write(&self, files: Vec<(String, Vec<u8>)>) -> Result<()> {
        let root = self.root.clone();
        blocking(move || {
            let mut folders = BTreeSet::new();
            make_folder(&root.join(TEMPORARY), &mut folders)?;
            files.iter().try_for_each(|(path, bytes)| write_file(&root, path, bytes, &mut folders))?;
            folders.iter().try_for_each(|folder| File::open(folder)?.sync_all())
        })
        .await
    }

    /// Removes the partial forms of tiles that are full by now. Nothing is lost if a crash keeps them.
    pub(crate) async fn remove_partials(&self, old: u64, new: u64) -> Result<()> {
        let grown = |level: u8| full_tiles(level, old) < full_tiles(level, new);
        let tile = |level: u8| Tile { level, index: full_tiles(level, old), width: TILE_WIDTH };
        let mut ids: Vec<_> = (0..LEVELS).filter(|l| grown(*l)).map(|l| TileId::Hashes(tile(l))).collect();
        ids.extend(grown(0).then(|| TileId::Entries(tile(0))));
        let root = self.root.clone();
        blocking(move || ids.iter().try_for_each(|id| remove_all(&root.join(id.partial_folder())))).await
    }

    /// Removes what a crash left behind: half-written files, and tiles of a tree larger than `size` that was never
    /// signed. Those may even hold entries that a power cut took back, and would contradict what comes in their place.
    pub(crate) async fn sweep(&self, size: u64) -> Result<()> {
        let root = self.root.clone();
        blocking(move || {
            remove_all(&root.join(TEMPORARY))?;
            (0..LEVELS).try_for_each(|level| sweep_level(&root, level, size))
        })
        .await
    }
}

#[async_trait]
impl Source for Folder {
    async fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>> {
        let path = self.root.join(path);
        blocking(move || read_file(&path)).await
    }
}

/// A file, if there is one. A file that is too long is an error: it cannot be one of ours.
pub(crate) fn read_file(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut bytes = Vec::new();
    file.take(RESOURCE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > RESOURCE_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "longer than any file of a log"));
    }
    Ok(Some(bytes))
}

/// The names in a folder, at most `limit`; none if there is no folder.
pub(crate) fn names(path: &Path, limit: usize) -> io::Result<Vec<String>> {
    let listing = match fs::read_dir(path) {
        Ok(listing) => listing,
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    listing.take(limit).map(name).collect()
}

/// Makes a folder and those above it, and notes which folders got a new name in them.
fn make_folder(path: &Path, changed: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        make_folder(parent, changed)?;
        changed.insert(parent.to_owned());
    }
    match fs::create_dir(path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

fn write_file(root: &Path, path: &str, bytes: &[u8], changed: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    let target = root.join(path);
    let temporary = root.join(TEMPORARY).join("file");
    write_temporary(&temporary, bytes).inspect_err(|_| {
        // On a full disk what was written of it would only take room; the next sweep does it if this fails.
        let _ = remove(&temporary);
    })?;
    if let Some(folder) = target.parent() {
        make_folder(folder, changed)?;
        changed.insert(folder.to_owned());
    }
    fs::rename(&temporary, &target)
}

fn write_temporary(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Removes a file or folder, if it is there; says whether it was.
fn remove(path: &Path) -> io::Result<bool> {
    let gone = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match gone {
        Ok(()) => Ok(true),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
        Err(e) => Err(e),
    }
}

fn remove_all(path: &Path) -> io::Result<()> {
    remove(path).map(|_| ())
}

fn sweep_level(root: &Path, level: u8, size: u64) -> io::Result<()> {
    let here = full_tiles(level, size);
    let width = Tile::at(level, here, size).map_or(0, |tile| tile.width);
    for index in here.. {
        let tile = Tile { level, index, width: TILE_WIDTH };
        let mut found = sweep_tile(root, TileId::Hashes(tile), if index == here { width } else { 0 })?;
        if level == 0 {
            found |= sweep_tile(root, TileId::Entries(tile), if index == here { width } else { 0 })?;
        }
        // Tiles are written in order: after the first place where there is nothing there is nothing more.
        if !found && index > here {
            break;
        }
    }
    Ok(())
}

/// Removes the full tile and the partial ones wider than `keep`; says whether there was any.
fn sweep_tile(root: &Path, id: TileId, keep: u16) -> io::Result<bool> {
    let mut found = remove(&root.join(id.full().path()))?;
    let folder = root.join(id.partial_folder());
    for name in names(&folder, usize::from(TILE_WIDTH))? {
        if name.parse::<u16>().is_ok_and(|width| width > keep) {
            found |= remove(&folder.join(name))?;
        }
    }
    Ok(found)
}
