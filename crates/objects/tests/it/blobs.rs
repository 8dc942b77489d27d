use async_trait::async_trait;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard};
use store::{BlobEntry, BlobError, BlobId, BlobReader, BlobWriter, Blobs};
use testkit::ManualClock;
use types::{Clock, Timestamp};

type Tree = BTreeMap<BlobId, (Bytes, Timestamp)>;

/// Blobs in memory that tests can look at, damage, and make fail.
#[derive(Clone)]
pub(crate) struct TestBlobs {
    tree: Arc<Mutex<Tree>>,
    clock: Arc<ManualClock>,
    full: Arc<Mutex<bool>>,
}

impl TestBlobs {
    pub(crate) fn new(clock: Arc<ManualClock>) -> Self {
        Self { tree: Arc::default(), clock, full: Arc::default() }
    }

    pub(crate) fn tree(&self) -> MutexGuard<'_, Tree> {
        self.tree.lock().unwrap()
    }

    pub(crate) fn count(&self) -> usize {
        self.tree().len()
    }

    pub(crate) fn ids(&self) -> Vec<BlobId> {
        self.tree().keys().copied().collect()
    }

    pub(crate) fn flip(&self, id: BlobId, at: usize) {
        let mut tree = self.tree();
        let (bytes, _) = tree.get_mut(&id).unwrap();
        let mut changed = bytes.to_vec();
        changed[at] ^= 1;
        *bytes = changed.into();
    }

    pub(crate) fn set(&self, id: BlobId, bytes: Bytes) {
        let now = self.clock.now();
        self.tree().insert(id, (bytes, now));
    }

    pub(crate) fn get(&self, id: BlobId) -> Bytes {
        self.tree()[&id].0.clone()
    }

    pub(crate) fn set_full(&self, full: bool) {
        *self.full.lock().unwrap() = full;
    }
}

struct Writer {
    blobs: TestBlobs,
    id: BlobId,
    bytes: Vec<u8>,
}

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        if *self.blobs.full.lock().unwrap() {
            return Err(BlobError::Full);
        }
        self.bytes.extend_from_slice(&bytes);
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<(), BlobError> {
        let Self { blobs, id, bytes } = *self;
        blobs.set(id, bytes.into());
        Ok(())
    }
}

struct Reader(Bytes);

#[async_trait]
impl BlobReader for Reader {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    async fn read_at(&self, offset: u64, len: usize) -> Result<Vec<u8>, BlobError> {
        tokio::task::yield_now().await;
        let start = usize::try_from(offset).unwrap();
        let bytes = self.0.get(start..start + len);
        bytes.map(<[u8]>::to_vec).ok_or_else(|| BlobError::Failed("read past the end".to_owned()))
    }
}

#[async_trait]
impl Blobs for TestBlobs {
    async fn create(&self, id: BlobId) -> Result<Box<dyn BlobWriter>, BlobError> {
        Ok(Box::new(Writer { blobs: self.clone(), id, bytes: Vec::new() }))
    }

    async fn open(&self, id: BlobId) -> Result<Box<dyn BlobReader>, BlobError> {
        let bytes = self.tree().get(&id).map(|(bytes, _)| bytes.clone()).ok_or(BlobError::Missing)?;
        Ok(Box::new(Reader(bytes)))
    }

    async fn delete(&self, id: BlobId) -> Result<(), BlobError> {
        self.tree().remove(&id);
        Ok(())
    }

    async fn list(&self, after: Option<BlobId>, limit: usize) -> Result<Vec<BlobEntry>, BlobError> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let tree = self.tree();
        let page = tree.range((start, Bound::Unbounded)).take(limit);
        Ok(page.map(|(id, (b, modified))| BlobEntry { id: *id, len: b.len() as u64, modified: *modified }).collect())
    }
}
