use crate::blobs::{BlobEntry, BlobError, BlobId, BlobReader, BlobWriter, Blobs};
use crate::meta::{Batch, Check, Durability, Entry, Meta, MetaError, Range, Snapshot, Space, Write};
use async_trait::async_trait;
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use types::Timestamp;

type Tree = BTreeMap<(Space, Vec<u8>), Bytes>;

/// A [`Meta`] that forgets: the reference the real engines are compared with, and what unit tests run on.
#[derive(Default)]
pub struct MemoryMeta {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tree: Arc<Tree>,
    next: HashMap<Vec<u8>, u64>,
}

struct MemorySnapshot(Arc<Tree>);

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn scan(tree: &Tree, space: Space, range: &Range) -> Vec<Entry> {
    let start = Bound::Included((space, range.start.clone()));
    let end = range.end.clone().map_or(Bound::Unbounded, |end| Bound::Excluded((space, end)));
    if range.end.as_ref().is_some_and(|end| *end <= range.start) {
        return Vec::new();
    }
    let entry = |((_, key), value): (&(Space, Vec<u8>), &Bytes)| Entry {
        key: Bytes::copy_from_slice(key),
        value: value.clone(),
    };
    let inside = tree.range((start, end)).filter(|((s, _), _)| *s == space);
    if range.reverse {
        inside.rev().take(range.limit).map(entry).collect()
    } else {
        inside.take(range.limit).map(entry).collect()
    }
}

#[async_trait]
impl Snapshot for MemorySnapshot {
    async fn get(&self, space: Space, key: &[u8]) -> Result<Option<Bytes>, MetaError> {
        Ok(self.0.get(&(space, key.to_vec())).cloned())
    }

    async fn scan(&self, space: Space, range: &Range) -> Result<Vec<Entry>, MetaError> {
        Ok(scan(&self.0, space, range))
    }
}

#[async_trait]
impl Meta for MemoryMeta {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, MetaError> {
        Ok(Box::new(MemorySnapshot(held(&self.state).tree.clone())))
    }

    async fn commit(&self, batch: Batch, _: Durability) -> Result<Vec<u64>, MetaError> {
        let mut state = held(&self.state);
        let holds = batch.checks.iter().all(|check| match check {
            Check::Value { space, key, seen } => state.tree.get(&(*space, key.clone())) == seen.as_ref(),
            Check::Scan { space, range, seen } => scan(&state.tree, *space, range) == *seen,
        });
        if !holds {
            return Err(MetaError::Conflict);
        }
        let mut tree = (*state.tree).clone();
        for write in batch.writes {
            match write {
                Write::Put { space, key, value } => tree.insert((space, key), value),
                Write::Delete { space, key } => tree.remove(&(space, key)),
            };
        }
        let mut indices = Vec::with_capacity(batch.appends.len());
        for append in batch.appends {
            let next = state.next.entry(append.stream.clone()).or_default();
            let mut key = append.stream;
            key.extend_from_slice(&next.to_be_bytes());
            indices.push(*next);
            *next += 1;
            tree.insert((Space::Trail, key), append.value);
        }
        state.tree = Arc::new(tree);
        Ok(indices)
    }
}

/// A [`Blobs`] that forgets, for unit tests.
#[derive(Default)]
pub struct MemoryBlobs {
    blobs: Arc<Mutex<BTreeMap<BlobId, Bytes>>>,
}

struct MemoryWriter {
    blobs: Arc<Mutex<BTreeMap<BlobId, Bytes>>>,
    id: BlobId,
    bytes: Vec<u8>,
}

struct MemoryReader(Bytes);

#[async_trait]
impl BlobWriter for MemoryWriter {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.bytes.extend_from_slice(&bytes);
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<(), BlobError> {
        held(&self.blobs).insert(self.id, self.bytes.into());
        Ok(())
    }
}

#[async_trait]
impl BlobReader for MemoryReader {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    async fn read_at(&self, offset: u64, len: usize) -> Result<Vec<u8>, BlobError> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = start.checked_add(len).and_then(|end| self.0.get(start..end));
        bytes.map(<[u8]>::to_vec).ok_or_else(|| BlobError::Failed("read past the end".to_owned()))
    }
}

#[async_trait]
impl Blobs for MemoryBlobs {
    async fn create(&self, id: BlobId) -> Result<Box<dyn BlobWriter>, BlobError> {
        Ok(Box::new(MemoryWriter { blobs: self.blobs.clone(), id, bytes: Vec::new() }))
    }

    async fn open(&self, id: BlobId) -> Result<Box<dyn BlobReader>, BlobError> {
        let bytes = held(&self.blobs).get(&id).cloned().ok_or(BlobError::Missing)?;
        Ok(Box::new(MemoryReader(bytes)))
    }

    async fn delete(&self, id: BlobId) -> Result<(), BlobError> {
        held(&self.blobs).remove(&id);
        Ok(())
    }

    async fn list(&self, after: Option<BlobId>, limit: usize) -> Result<Vec<BlobEntry>, BlobError> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let blobs = held(&self.blobs);
        let page = blobs.range((start, Bound::Unbounded)).take(limit);
        Ok(page.map(|(id, b)| BlobEntry { id: *id, len: b.len() as u64, modified: Timestamp::default() }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::{blobs_suite, meta_suite};

    #[tokio::test(flavor = "multi_thread")]
    async fn the_reference_conforms() {
        meta_suite(async || Arc::new(MemoryMeta::default()) as Arc<dyn Meta>).await;
        blobs_suite(async || Arc::new(MemoryBlobs::default()) as Arc<dyn Blobs>).await;
    }
}
