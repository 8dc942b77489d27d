//! Kills a process that commits, at no particular moment, and looks for everything it had been told was done.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use bytes::Bytes;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use store::{Append, Batch, Durability, Embedded, EmbeddedOptions, Meta, Range, Space, Write};
use types::SystemClock;

const DIR: &str = "STORE_KILL_DIR";
const ROUND: &str = "STORE_KILL_ROUND";
const ROUNDS: u32 = 24;
const TASKS: u32 = 8;
const STREAM: &[u8] = b"stream";

fn open(dir: &Path) -> Arc<Embedded> {
    // Small memtables, so that tables are being written and journals dropped when the end comes.
    let options = EmbeddedOptions { memtable_bytes: 256 * 1024, ..EmbeddedOptions::new(Arc::new(SystemClock::new())) };
    Embedded::open(dir, &options).unwrap()
}

fn value(name: &str) -> Bytes {
    let len = 64 + name.bytes().map(usize::from).sum::<usize>() * 7 % 4096;
    name.bytes().cycle().take(len).collect()
}

fn batch(name: &str) -> Batch {
    let put = |space| Write::Put { space, key: name.into(), value: value(name) };
    Batch {
        checks: Vec::new(),
        writes: vec![put(Space::Objects), put(Space::Content)],
        appends: vec![Append { stream: STREAM.to_vec(), value: Bytes::copy_from_slice(name.as_bytes()) }],
    }
}

/// The process that is killed. Says on its output what was acknowledged; in an ordinary run of the tests it does nothing.
#[test]
fn child() {
    let (Some(dir), Ok(round)) = (std::env::var_os(DIR), std::env::var(ROUND)) else { return };
    let meta = open(Path::new(&dir));
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    runtime.block_on(async {
        let tasks: Vec<_> =
            (0..TASKS).map(|task| tokio::spawn(commit_for_ever(meta.clone(), round.clone(), task))).collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

async fn commit_for_ever(meta: Arc<Embedded>, round: String, task: u32) {
    let level = if task.is_multiple_of(2) { Durability::Logged } else { Durability::Synced };
    for n in 0.. {
        let name = format!("{round}/{task}/{n}");
        let indices = meta.commit(batch(&name), level).await.unwrap();
        // One write of one line: it is there whole or not at all.
        std::io::stderr().write_all(format!("done {name} {}\n", indices[0]).as_bytes()).unwrap();
    }
}

#[test]
fn nothing_acknowledged_is_lost() {
    if std::env::var_os(DIR).is_some() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        acknowledged.extend(one_round(dir.path(), round));
        verify(dir.path(), &acknowledged);
    }
}

/// Runs the child until it has acknowledged some commits, kills it, and returns all that it acknowledged.
fn one_round(dir: &Path, round: u32) -> Vec<(String, u64)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(DIR, dir)
        .env(ROUND, round.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    // A different moment each time, from the very first commit to well into the second journal.
    let patience = usize::try_from(round * round + 1).unwrap();
    let mut said: Vec<String> = lines.by_ref().filter(|line| line.starts_with("done ")).take(patience).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    said.extend(lines.filter(|line| line.starts_with("done ")));
    assert!(said.len() >= patience, "the child ended early: {said:?}");
    said.iter().map(|line| parse(line)).collect()
}

fn parse(line: &str) -> (String, u64) {
    let mut words = line.split(' ').skip(1);
    (words.next().unwrap().to_owned(), words.next().unwrap().parse().unwrap())
}

#[tokio::main(flavor = "current_thread")]
async fn verify(dir: &Path, acknowledged: &[(String, u64)]) {
    let meta = open(dir);
    let snapshot = meta.snapshot().await.unwrap();
    let trail = snapshot.scan(Space::Trail, &Range::prefix(STREAM, usize::MAX)).await.unwrap();
    for (index, entry) in (0_u64..).zip(&trail) {
        assert_eq!(entry.key, [STREAM, &index.to_be_bytes()].concat(), "no gap");
        let name = std::str::from_utf8(&entry.value).unwrap();
        for space in [Space::Objects, Space::Content] {
            let stored = snapshot.get(space, name.as_bytes()).await.unwrap();
            assert_eq!(stored, Some(value(name)), "{name} in {space:?}: all of a commit or nothing");
        }
    }
    for (name, index) in acknowledged {
        let entry = trail.get(usize::try_from(*index).unwrap());
        assert_eq!(entry.map(|e| e.value.as_ref()), Some(name.as_bytes()), "acknowledged at {index}");
    }
    let names: HashSet<&[u8]> = trail.iter().map(|entry| entry.value.as_ref()).collect();
    let records = snapshot.scan(Space::Objects, &Range::prefix(b"", usize::MAX)).await.unwrap();
    assert_eq!((records.len(), names.len()), (trail.len(), trail.len()), "no record without its event, no event twice");
}
