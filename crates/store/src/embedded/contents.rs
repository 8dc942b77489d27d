use crate::meta::MetaError;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

/// What ends a table file (the `sfa` archive format, version 1): `"SFA!" 1 0`, the xxh3 of the table of contents in 16
/// bytes, its place and its length in 8 each, little-endian. The table of contents lies between the sections and this.
const TRAILER: usize = 38;

/// Name of the file that says which list of tables a keyspace has, and that list's checksum.
const CURRENT: &str = "current";

/// Checks what the engine takes on trust: each keyspace's list of tables, whose checksum it writes but does not compare;
/// and the table of contents of every table, for the engine makes room for as many entries as it says there are
/// before it checks anything, so that a flipped bit there would end the process instead of being an error.
///
/// Everything else in a table is checked by the engine, as it is read.
pub(crate) fn check_contents(dir: &Path) -> Result<(), MetaError> {
    let keyspaces = dir.join("keyspaces");
    match check_folder(&keyspaces, 0) {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(MetaError::Corrupt(error.to_string())),
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(MetaError::Failed(format!("the tables cannot be read: {error}")))
        }
        _ => Ok(()),
    }
}

/// Keyspaces, their kinds of files, the files: no folder lies deeper.
const DEPTH: u8 = 3;

fn check_folder(dir: &Path, depth: u8) -> io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            let path = entry.path();
            let whole = if entry.file_name() == CURRENT { lists_tables(&path)? } else { is_whole(&path)? };
            if !whole {
                let text = format!("the contents of {} are damaged", path.display());
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
        } else if depth < DEPTH {
            check_folder(&entry.path(), depth + 1)?;
        }
    }
    Ok(())
}

/// Whether a file's table of contents is what was written; files without one are not judged.
fn is_whole(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    let Some(end) = len.checked_sub(TRAILER as u64) else { return Ok(true) };
    let mut trailer = [0; TRAILER];
    file.seek(SeekFrom::Start(end))?;
    file.read_exact(&mut trailer)?;
    let Some(fields) = trailer.strip_prefix(b"SFA!\x01\x00") else { return Ok(true) };
    let Some((checksum, rest)) = fields.split_first_chunk::<16>() else { return Ok(true) };
    let Some((start, _)) = rest.split_first_chunk::<8>() else { return Ok(true) };
    let start = u64::from_le_bytes(*start);
    let Some(size) = end.checked_sub(start) else { return Ok(false) };
    let mut hash = Xxh3::new();
    file.seek(SeekFrom::Start(start))?;
    hash_all(&mut file.take(size), &mut hash)?;
    Ok(hash.digest128() == u128::from_le_bytes(*checksum))
}

/// Whether the list of tables that `current` names (its number in 8 bytes, its xxh3 in 16, a zero; little-endian) is
/// what was written.
fn lists_tables(current: &Path) -> io::Result<bool> {
    let bytes = std::fs::read(current)?;
    let Some((number, rest)) = bytes.split_first_chunk::<8>() else { return Ok(false) };
    let Some((checksum, [0])) = rest.split_first_chunk::<16>() else { return Ok(false) };
    let list = current.with_file_name(format!("v{}", u64::from_le_bytes(*number)));
    let mut file = match File::open(list) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        other => other?,
    };
    let mut hash = Xxh3::new();
    hash_all(&mut file, &mut hash)?;
    Ok(hash.digest128() == u128::from_le_bytes(*checksum))
}

fn hash_all(from: &mut impl Read, hash: &mut Xxh3) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let count = from.read(&mut buffer)?;
        let (piece, _) = buffer.split_at_mut(count);
        if piece.is_empty() {
            return Ok(());
        }
        hash.update(piece);
    }
}
