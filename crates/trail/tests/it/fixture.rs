use crate::faulty_meta::FaultyMeta;
use async_trait::async_trait;
use crypto::Key;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{Append, Batch, Durability, MemoryMeta, Meta, Range, Space, Store, Unsealed, Write};
use tempfile::TempDir;
use trail::{Category, Event, Folder, Identity, IdentityKind, Log, Publisher, Report, Verifier, verify_published};
use types::{AccountId, Clock, Rng, Timestamp};

/// The first event's time; each next one is a second later.
pub(crate) const START: i64 = 1_700_000_000;

/// Random bytes that are the same in every run.
#[derive(Default)]
pub(crate) struct CountingRng(AtomicU64);

impl Rng for CountingRng {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let hash = crypto::hash::sha256(&self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
            chunk.copy_from_slice(&hash[..chunk.len()]);
        }
    }
}

/// A clock that only goes on when somebody sleeps.
#[derive(Default)]
pub(crate) struct SleepingClock(AtomicU64);

#[async_trait]
impl Clock for SleepingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(START).plus(self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }

    async fn sleep(&self, duration: Duration) {
        self.0.fetch_add(u64::try_from(duration.as_millis()).unwrap(), Ordering::Relaxed);
        tokio::task::yield_now().await;
    }
}

/// A region with one account, its store in memory and its trails in a folder.
pub(crate) struct Fixture {
    pub(crate) meta: Arc<FaultyMeta>,
    pub(crate) store: Store,
    pub(crate) account: AccountId,
    pub(crate) trails: TempDir,
    pub(crate) publisher: Publisher,
}

async fn open(meta: Arc<FaultyMeta>) -> Store {
    let epochs = BTreeMap::from([(1, Key::from_bytes([2; 32]))]);
    let unsealed = Unsealed::new(vec![Key::from_bytes([1; 32])], epochs).unwrap();
    Store::open(meta, unsealed, "local-1".parse().unwrap(), Arc::new(CountingRng::default())).await.unwrap()
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        Self::on(FaultyMeta::new(MemoryMeta::default()), TempDir::new().unwrap()).await
    }

    async fn on(meta: FaultyMeta, trails: TempDir) -> Self {
        let meta = Arc::new(meta);
        let store = open(meta.clone()).await;
        let publisher = Publisher::new(store.clone(), trails.path().to_owned(), Arc::new(SleepingClock::default()));
        Self { meta, store, account: "1234567890123456".parse().unwrap(), trails, publisher }
    }

    /// The same folder over a copy of the store that has only the first `events` events; heads as they are now.
    pub(crate) async fn with_events(self, events: usize) -> Self {
        let copy = MemoryMeta::default();
        for (space, limit) in [(Space::System, usize::MAX), (Space::Trail, events)] {
            let batch = Batch { ..Batch::default() };
            copy.commit(copied(batch, space, self.raw(space, limit).await), Durability::Synced).await.unwrap();
        }
        Self::on(FaultyMeta::new(copy), self.trails).await
    }

    /// A new process on the same data.
    pub(crate) async fn restarted(self) -> Self {
        self.with_events(usize::MAX).await
    }

    async fn raw(&self, space: Space, limit: usize) -> Vec<store::Entry> {
        let range = Range { start: Vec::new(), end: None, limit, reverse: false };
        self.meta.snapshot().await.unwrap().scan(space, &range).await.unwrap()
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.trails.path().join(self.account.to_string())
    }

    pub(crate) fn source(&self) -> Folder {
        Folder::of(self.trails.path(), self.account)
    }

    pub(crate) async fn log(&self) -> Log {
        Log::open(&self.store, self.account).await.unwrap()
    }

    /// Appends events until there are `size`.
    pub(crate) async fn grow(&self, size: u64) {
        self.grow_account(self.account, size).await;
    }

    pub(crate) async fn grow_account(&self, account: AccountId, size: u64) {
        let last = self.store.view().await.unwrap().stream_last(account).await.unwrap();
        let mut next = last.map_or(0, |(index, _)| index + 1);
        while next < size {
            let mut txn = self.store.begin().await.unwrap();
            for n in next..size.min(next + 4096) {
                trail::append(&mut txn, account, &event(n), self.store.rng().as_ref()).await.unwrap();
            }
            txn.commit(Durability::Logged).await.unwrap();
            next = size.min(next + 4096);
        }
    }

    pub(crate) async fn publish(&self) -> types::Result<u64> {
        self.publisher.publish(self.account).await
    }

    pub(crate) async fn verify(&self) -> Report {
        Verifier::new(&self.store, self.trails.path()).run().await.unwrap()
    }

    pub(crate) async fn verify_published(&self) -> Report {
        verify_published(&self.source(), self.log().await.vkey(), None).await.unwrap()
    }

    pub(crate) async fn verify_against(&self, checkpoint: &[u8]) -> (Report, Report) {
        let offline = trail::verify(&[(self.store.clone(), self.trails.path().to_owned())], Some(checkpoint)).await;
        let online = verify_published(&self.source(), self.log().await.vkey(), Some(checkpoint)).await;
        (offline.unwrap(), online.unwrap())
    }

    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.folder().join(path)).unwrap()
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        std::fs::write(self.folder().join(path), bytes).unwrap();
    }

    /// Every file of the log, by its path below the log's folder.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        list(&self.folder(), &self.folder(), &mut found);
        found.sort();
        found
    }

    /// The raw bytes of event `index` in the engine.
    pub(crate) async fn raw_event(&self, index: u64) -> bytes::Bytes {
        self.meta.snapshot().await.unwrap().get(Space::Trail, &self.event_key(index)).await.unwrap().unwrap()
    }

    /// Writes past the sealed view, as somebody with the disk in their hands.
    pub(crate) async fn put_raw(&self, space: Space, key: Vec<u8>, value: Option<bytes::Bytes>) {
        let write = match value {
            Some(value) => Write::Put { space, key, value },
            None => Write::Delete { space, key },
        };
        let batch = Batch { writes: vec![write], ..Batch::default() };
        self.meta.commit(batch, Durability::Synced).await.unwrap();
    }

    pub(crate) fn event_key(&self, index: u64) -> Vec<u8> {
        [self.account.get().to_be_bytes(), index.to_be_bytes()].concat()
    }
}

fn copied(mut batch: Batch, space: Space, entries: Vec<store::Entry>) -> Batch {
    for entry in entries {
        if space == Space::Trail {
            batch.appends.push(Append { stream: entry.key[..8].to_vec(), value: entry.value });
        } else {
            batch.writes.push(Write::Put { space, key: entry.key.to_vec(), value: entry.value });
        }
    }
    batch
}

fn list(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(root, &path, found);
        } else {
            found.push(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
        }
    }
}

pub(crate) fn event(n: u64) -> Event<'static> {
    let mut event = Event {
        event_id: format!("00000000-0000-4000-8000-{n:012}").into(),
        event_version: "1".into(),
        event_time: Timestamp::from_secs(START + i64::try_from(n).unwrap()).iso_seconds().into(),
        event_name: if n.is_multiple_of(2) { "GetObject" } else { "PutObject" }.into(),
        event_type: "ApiCall".into(),
        event_source: "oss.local-1.bailee".into(),
        event_rw: if n.is_multiple_of(2) { "Read" } else { "Write" }.into(),
        event_category: Category::Data,
        service_name: "Oss".into(),
        api_version: "2019-05-17".into(),
        acs_region: "local-1".into(),
        request_id: format!("{n:024X}").into(),
        source_ip_address: "127.0.0.1".into(),
        user_agent: "test".into(),
        user_identity: Identity {
            kind: IdentityKind::RamUser,
            principal_id: "200000000000000001".into(),
            account_id: "1234567890123456".into(),
            access_key_id: format!("LTAI{}", n % 3).into(),
            user_name: "alice".into(),
            session_context: Default::default(),
        },
        request_parameters: Cow::Owned(
            serde_json::json!({ "BucketName": "b", "ObjectKey": n.to_string() }).as_object().cloned().unwrap(),
        ),
        response_elements: Default::default(),
        referenced_resources: Default::default(),
        resource_type: "".into(),
        resource_name: "".into(),
        is_global: false,
        additional_event_data: Default::default(),
        recipient_account_id: "1234567890123456".into(),
        error_code: "".into(),
        error_message: "".into(),
    };
    let buckets = BTreeMap::from([("ACS::OSS::Bucket".to_owned(), vec![format!("bucket-{}", n % 10)])]);
    event.set_resources(Cow::Owned(buckets));
    event
}

/// That a report has a finding at `place`.
pub(crate) fn assert_found(report: &Report, place: &str, why: &str) {
    let found = report.findings.iter().any(|finding| finding.place == place);
    assert!(found, "{why}: nothing at {place}, but {:#?}", report.findings);
}

pub(crate) fn assert_clean(report: &Report) {
    assert!(report.is_clean(), "{:#?}", report.findings);
}
