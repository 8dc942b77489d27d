//! The file, made once and durably, readable by its owner alone.

use super::SealError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use types::Secret;

/// The file's name in the data folder.
pub const FILE: &str = "seal.json";
/// What it is called until it is whole.
const UNFINISHED: &str = "seal.json.new";
/// The most bytes a seal can have.
const MOST: u64 = 64 * 1024;

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SealError {
    move |source| SealError::Io { what, path: path.to_owned(), source }
}

/// The content of the folder's seal, if it has one.
pub(super) fn read(folder: &Path) -> Result<Option<Secret<Vec<u8>>>, SealError> {
    let path = folder.join(FILE);
    let file = match File::open(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(failed("open", &path))?,
    };
    let mode = file.metadata().map_err(failed("read", &path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(SealError::Exposed { path, mode: mode & 0o777 });
    }
    // The whole room at once: growing would leave copies of keys behind.
    let mut content = Secret::new(Vec::with_capacity(MOST as usize + 1));
    file.take(MOST + 1).read_to_end(content.expose_mut()).map_err(failed("read", &path))?;
    if content.expose().len() as u64 > MOST { Err(SealError::Damaged("it is too long")) } else { Ok(Some(content)) }
}

/// Refuses a folder that holds data: it has a folder inside, other than the one some file systems put there.
pub(super) fn check_new(folder: &Path) -> Result<(), SealError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        listed => listed.map_err(failed("list", folder))?,
    };
    for entry in entries {
        let entry = entry.map_err(failed("list", folder))?;
        let is_folder = entry.file_type().map_err(failed("look at", &entry.path()))?.is_dir();
        if is_folder && entry.file_name() != "lost+found" {
            return Err(SealError::Missing { path: folder.join(FILE), folder: folder.to_owned() });
        }
    }
    Ok(())
}

/// Makes the file. Its name appears only when all of it is on disk.
///
/// Commit point: the rename. A crash before it leaves an unfinished file that the next start replaces, and no data that
/// would need its keys; a crash after it leaves the seal.
pub(super) fn create(folder: &Path, content: &Secret<Vec<u8>>) -> Result<(), SealError> {
    fs::create_dir_all(folder).map_err(failed("make", folder))?;
    put(folder, content)
}

/// Puts another content in the file's place, and overwrites the old one where it lay.
///
/// Commit point: the rename. A crash before it leaves the old content, one after it the new. What a crash may leave besides
/// is the old content's bytes on the disk, in no file; and a disk that never writes to the same place twice keeps them in
/// any case. Only a seal that keeps no keys in the file protects from who reads raw disks.
pub(super) fn replace(folder: &Path, content: &Secret<Vec<u8>>) -> Result<(), SealError> {
    let path = folder.join(FILE);
    let mut old = OpenOptions::new().write(true).open(&path).map_err(failed("open", &path))?;
    put(folder, content)?;
    let len = old.metadata().map_err(failed("read", &path))?.len().min(MOST);
    let zeros = vec![0; usize::try_from(len).unwrap_or(0)];
    old.write_all(&zeros).and_then(|()| old.sync_all()).map_err(failed("wipe the old", &path))
}

fn put(folder: &Path, content: &Secret<Vec<u8>>) -> Result<(), SealError> {
    let (unfinished, path) = (folder.join(UNFINISHED), folder.join(FILE));
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        removed => removed.map_err(failed("remove", &unfinished))?,
    }
    let mut options = OpenOptions::new();
    let mut file =
        options.write(true).create_new(true).mode(0o600).open(&unfinished).map_err(failed("create", &unfinished))?;
    let written = file.write_all(content.expose()).and_then(|()| file.sync_all());
    written.map_err(failed("write", &unfinished))?;
    fs::rename(&unfinished, &path).map_err(failed("name", &path))?;
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(failed("sync", folder))
}
