use super::{Embedded, EmbeddedOptions};
use crate::conformance::{durable_meta_suite, meta_suite};
use crate::meta::{Append, Batch, Durability, Meta, MetaError, Range, Space, Write};
use bytes::Bytes;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use types::SystemClock;

fn options() -> EmbeddedOptions {
    EmbeddedOptions::new(Arc::new(SystemClock::new()))
}

fn open(dir: &Path) -> Arc<Embedded> {
    Embedded::open(dir, &options()).unwrap()
}

fn put(key: &str, value: Vec<u8>) -> Batch {
    let write = Write::Put { space: Space::Objects, key: key.into(), value: value.into() };
    Batch { writes: vec![write], ..Batch::default() }
}

fn event() -> Batch {
    let append = Append { stream: b"s".to_vec(), value: Bytes::from_static(b"event") };
    Batch { appends: vec![append], ..Batch::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_engine_conforms() {
    let root = tempfile::tempdir().unwrap();
    let count = AtomicU64::new(0);
    meta_suite(async || open(&root.path().join(count.fetch_add(1, Ordering::Relaxed).to_string())) as Arc<dyn Meta>)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_engine_keeps_its_data() {
    let dir = tempfile::tempdir().unwrap();
    durable_meta_suite(async || open(dir.path()) as Arc<dyn Meta>).await;
}

#[tokio::test]
async fn a_small_memtable_changes_nothing_that_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let options = EmbeddedOptions { memtable_bytes: 64 * 1024, ..options() };
    for round in 0..3_u8 {
        let meta = Embedded::open(dir.path(), &options).unwrap();
        for n in 0..200 {
            meta.commit(put(&format!("{n:03}"), vec![round; 3000]), Durability::Logged).await.unwrap();
            meta.commit(event(), Durability::Logged).await.unwrap();
        }
        let snapshot = meta.snapshot().await.unwrap();
        let all = snapshot.scan(Space::Objects, &Range::prefix(b"", 1000)).await.unwrap();
        assert_eq!(all.len(), 200);
        assert!(all.iter().all(|entry| entry.value == vec![round; 3000]));
        let trail = snapshot.scan(Space::Trail, &Range::prefix(b"s", 1000)).await.unwrap();
        assert_eq!(trail.len(), 200 * (usize::from(round) + 1));
    }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_then_events_and_recovers() {
    let dir = tempfile::tempdir().unwrap();
    let free = Arc::new(AtomicU64::new(u64::MAX));
    let source = free.clone();
    let mut options = options();
    options.free_space = Arc::new(move |_| Ok(source.load(Ordering::Relaxed)));
    let (reserve, event_reserve) = (options.reserve_bytes, options.event_reserve_bytes);
    let clock = Arc::new(Stepping::default());
    options.clock = clock.clone();
    let meta = Embedded::open(dir.path(), &options).unwrap();
    meta.commit(put("a", vec![1]), Durability::Synced).await.unwrap();

    free.store(reserve - 1, Ordering::Relaxed);
    clock.step();
    assert!(matches!(meta.commit(put("b", vec![1]), Durability::Logged).await, Err(MetaError::Full)));
    meta.commit(event(), Durability::Logged).await.expect("a read is still recorded");
    let nonce = Write::Put { space: Space::System, key: b"nonce".to_vec(), value: Bytes::new() };
    let noted = Batch { writes: vec![nonce], ..event() };
    meta.commit(noted, Durability::Logged).await.expect("so is a signed one");
    let removal = Batch { writes: vec![Write::Delete { space: Space::Objects, key: b"a".to_vec() }], ..event() };
    meta.commit(removal, Durability::Logged).await.expect("a full store can be emptied");

    free.store(event_reserve - 1, Ordering::Relaxed);
    clock.step();
    assert!(matches!(meta.commit(event(), Durability::Logged).await, Err(MetaError::Full)));
    assert_eq!(meta.snapshot().await.unwrap().get(Space::Objects, b"b").await.unwrap(), None, "reads go on");

    free.store(u64::MAX, Ordering::Relaxed);
    clock.step();
    meta.commit(put("b", vec![1]), Durability::Synced).await.expect("room is back");
    assert_eq!(meta.commit(event(), Durability::Logged).await.unwrap(), [3]);
}

#[tokio::test]
async fn what_is_too_large_is_refused_whole() {
    let dir = tempfile::tempdir().unwrap();
    let meta = open(dir.path());
    let huge = put("a", vec![0; 1024 * 1024 + 1]);
    let nameless = put("", vec![0]);
    let long = put(&"k".repeat(2049), vec![0]);
    let many =
        Batch { writes: (0..17).flat_map(|n| put(&n.to_string(), vec![0; 1024 * 1024]).writes).collect(), ..event() };
    for batch in [huge, nameless, long, many] {
        assert!(matches!(meta.commit(batch, Durability::Logged).await, Err(MetaError::Failed(_))));
    }
    assert_eq!(meta.commit(event(), Durability::Logged).await.unwrap(), [0], "and nothing of it was done");
}

#[tokio::test]
async fn a_closed_store_takes_nothing_and_still_reads() {
    let dir = tempfile::tempdir().unwrap();
    let meta = open(dir.path());
    meta.commit(put("a", vec![1]), Durability::Logged).await.unwrap();
    meta.close().unwrap();
    meta.close().unwrap();
    assert!(matches!(meta.commit(event(), Durability::Logged).await, Err(MetaError::Failed(_))));
    assert!(meta.snapshot().await.unwrap().get(Space::Objects, b"a").await.unwrap().is_some());
}

#[tokio::test]
async fn a_store_is_open_once() {
    let dir = tempfile::tempdir().unwrap();
    let _first = open(dir.path());
    assert!(matches!(Embedded::open(dir.path(), &options()).err(), Some(MetaError::Failed(_))));
}

/// A clock that stands until it is moved.
#[derive(Default)]
struct Stepping(AtomicU64);

impl Stepping {
    fn step(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[async_trait::async_trait]
impl types::Clock for Stepping {
    fn now(&self) -> types::Timestamp {
        types::Timestamp::default()
    }

    fn elapsed(&self) -> std::time::Duration {
        std::time::Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    async fn sleep(&self, _: std::time::Duration) {}
}
