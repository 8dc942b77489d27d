//! Damage to the files of a store is noticed, or does no harm; it never passes for something else.

use super::journal::path;
use super::{Embedded, EmbeddedOptions};
use crate::meta::{Append, Batch, Durability, Entry, Meta, MetaError, Range, Space, Write};
use bytes::Bytes;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use types::SystemClock;

fn options() -> EmbeddedOptions {
    EmbeddedOptions::new(Arc::new(SystemClock::new()))
}

async fn fill(dir: &Path, options: &EmbeddedOptions, count: u8) {
    let meta = Embedded::open(dir, options).unwrap();
    for n in 0..count {
        let put = |space| Write::Put { space, key: vec![b'k', n], value: vec![n; 300].into() };
        let batch = Batch {
            checks: Vec::new(),
            writes: vec![put(Space::Objects), put(Space::Content)],
            appends: vec![Append { stream: b"s".to_vec(), value: Bytes::from(vec![n; 40]) }],
        };
        meta.commit(batch, Durability::Synced).await.unwrap();
    }
    meta.close().unwrap();
}

/// All there is; an error if any of it cannot be read.
async fn everything(dir: &Path, options: &EmbeddedOptions) -> Result<Vec<Vec<Entry>>, MetaError> {
    let meta = Embedded::open(dir, options)?;
    let snapshot = meta.snapshot().await?;
    let mut all = Vec::new();
    for space in Space::ALL {
        all.push(snapshot.scan(space, &Range::prefix(b"", 100_000)).await?);
    }
    Ok(all)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target)
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Where the used part of a journal ends.
fn used(journal: &Path) -> usize {
    std::fs::read(journal).unwrap().iter().rposition(|byte| *byte != 0).unwrap() + 1
}

fn shorten(journal: &Path) -> usize {
    let len = used(journal);
    // The rest is zeros for 64 MiB; without it copies are quick.
    std::fs::OpenOptions::new().write(true).open(journal).unwrap().set_len(len as u64).unwrap();
    len
}

#[tokio::test]
async fn a_flipped_bit_in_the_journal_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    let whole = root.path().join("whole");
    fill(&whole, &options(), 12).await;
    let len = shorten(&path(&whole, 0));
    let all = everything(&whole, &options()).await.unwrap();
    let mut noticed = 0;
    // Every byte of the first batches' frames, and a sample of the rest.
    for at in (0..120).chain((120..len).step_by(31)).chain(len - 30..len) {
        let dir = root.path().join(at.to_string());
        copy(&whole, &dir);
        let journal = path(&dir, 0);
        let mut bytes = std::fs::read(&journal).unwrap();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&journal, bytes).unwrap();
        match everything(&dir, &options()).await {
            Err(MetaError::Corrupt(_)) => noticed += 1,
            Err(other) => panic!("byte {at}: {other}"),
            Ok(found) => assert!(found == all, "byte {at} changed what is read"),
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }
    assert!(noticed > 100, "only {noticed} flips were noticed");
}

#[tokio::test]
async fn a_torn_end_is_cut_off() {
    let root = tempfile::tempdir().unwrap();
    let whole = root.path().join("whole");
    fill(&whole, &options(), 5).await;
    let len = shorten(&path(&whole, 0));
    let all = everything(&whole, &options()).await.unwrap();
    let bytes = std::fs::read(path(&whole, 0)).unwrap();
    // As if the machine had died while one more batch was on its way: its beginning, or its end without the middle.
    let mut next = bytes[..len / 5].to_vec();
    let start_only = next[..next.len() - 1].to_vec();
    next[20..200].fill(0);
    for (n, torn) in
        [start_only, next, vec![1], vec![1, 1, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0, 3, 9]].iter().enumerate()
    {
        let dir = root.path().join(n.to_string());
        copy(&whole, &dir);
        std::fs::write(path(&dir, 0), [&bytes[..], torn].concat()).unwrap();
        assert_eq!(everything(&dir, &options()).await.unwrap(), all, "torn end {n}");
        assert_eq!(std::fs::read(path(&dir, 0)).unwrap().len(), len, "torn end {n}");
        fill(&dir, &options(), 7).await;
        assert_eq!(everything(&dir, &options()).await.unwrap()[5].len(), 12, "and the store goes on");
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

#[tokio::test]
async fn a_flipped_bit_in_a_table_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    let whole = root.path().join("whole");
    // Memtables so small that most is in tables.
    let options = EmbeddedOptions { memtable_bytes: 4 * 1024, ..options() };
    fill(&whole, &options, 100).await;
    let all = everything(&whole, &options).await.unwrap();
    shorten(&path(&whole, 0));
    let (mut noticed, mut tried) = (0, 0);
    for file in files(&whole.join("keyspaces")) {
        let bytes = std::fs::read(&file).unwrap();
        let dir = root.path().join("copy");
        for at in (0..bytes.len()).step_by(bytes.len() / 5 + 1) {
            copy(&whole, &dir);
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            std::fs::write(dir.join(file.strip_prefix(&whole).unwrap()), damaged).unwrap();
            tried += 1;
            match everything(&dir, &options).await {
                Err(MetaError::Corrupt(_)) => noticed += 1,
                Err(other) => panic!("byte {at} of {}: {other}", file.display()),
                Ok(found) => assert!(found == all, "byte {at} of {} changed what is read", file.display()),
            }
            std::fs::remove_dir_all(&dir).unwrap();
        }
    }
    assert!(noticed * 3 > tried, "only {noticed} of {tried} flips were noticed");
}
