use async_trait::async_trait;
use bytes::Bytes;
use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable, Table, TableDefinition, WriteTransaction};
use std::collections::HashMap;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use store::{Batch, Check, Durability, Entry, Meta, MetaError, Range, Snapshot, Space, Write};
use tokio::sync::oneshot;

/// The same contract over `redb`, with group commit on one thread. Every commit is synced: one that is not would not
/// survive the death of the process, since the file is then still at its last synced state.
pub(crate) struct RedbMeta {
    database: Arc<Database>,
    jobs: Sender<Job>,
}

struct Job {
    batch: Batch,
    answer: oneshot::Sender<Result<Vec<u64>, MetaError>>,
}

type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;

fn table(space: Space) -> Definition {
    Definition::new(space.name())
}

fn failed(error: impl Into<redb::Error>) -> MetaError {
    MetaError::Failed(error.into().to_string())
}

impl RedbMeta {
    pub(crate) fn open(path: &Path) -> Result<Self, MetaError> {
        let database = Database::builder().set_cache_size(32 << 20).create(path).map_err(failed)?;
        let database = Arc::new(database);
        let (jobs, received) = channel();
        let mut committer = Committer { database: database.clone(), next: HashMap::new() };
        let all = database.begin_write().map_err(failed)?;
        for space in Space::ALL {
            all.open_table(table(space)).map_err(failed)?;
        }
        all.commit().map_err(failed)?;
        std::thread::spawn(move || committer.serve(&received));
        Ok(Self { database, jobs })
    }
}

struct Committer {
    database: Arc<Database>,
    next: HashMap<Vec<u8>, u64>,
}

impl Committer {
    fn serve(&mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let group: Vec<Job> = std::iter::once(first).chain(jobs.try_iter()).collect();
            let (answers, batches): (Vec<_>, Vec<_>) = group.into_iter().map(|job| (job.answer, job.batch)).unzip();
            let result = self.commit(batches);
            for (n, answer) in answers.into_iter().enumerate() {
                let one =
                    result.as_ref().map_err(Clone::clone).and_then(|all| all.get(n).cloned().unwrap_or(Ok(vec![])));
                drop(answer.send(one));
            }
        }
    }

    fn commit(&mut self, batches: Vec<Batch>) -> Result<Vec<Result<Vec<u64>, MetaError>>, MetaError> {
        let write = self.database.begin_write().map_err(failed)?;
        let done = batches.into_iter().map(|batch| self.apply(&write, batch)).collect();
        write.commit().map_err(failed)?;
        Ok(done)
    }

    fn apply(&mut self, to: &WriteTransaction, batch: Batch) -> Result<Vec<u64>, MetaError> {
        for check in &batch.checks {
            if let Check::Value { space, key, seen } = check {
                let table = to.open_table(table(*space)).map_err(failed)?;
                let stored = table.get(key.as_slice()).map_err(failed)?;
                if stored.as_ref().map(|value| value.value()) != seen.as_deref() {
                    return Err(MetaError::Conflict);
                }
            }
        }
        for write in batch.writes {
            match write {
                Write::Put { space, key, value } => {
                    insert(&mut to.open_table(table(space)).map_err(failed)?, &key, &value)?
                }
                Write::Delete { space, key } => {
                    to.open_table(table(space)).map_err(failed)?.remove(key.as_slice()).map_err(failed)?;
                }
            }
        }
        let mut trail = to.open_table(table(Space::Trail)).map_err(failed)?;
        let mut indices = Vec::new();
        for append in batch.appends {
            let next = self.next.entry(append.stream.clone()).or_default();
            insert(&mut trail, &[&append.stream[..], &next.to_be_bytes()].concat(), &append.value)?;
            indices.push(*next);
            *next += 1;
        }
        Ok(indices)
    }
}

fn insert(table: &mut Table<'_, &'static [u8], &'static [u8]>, key: &[u8], value: &[u8]) -> Result<(), MetaError> {
    table.insert(key, value).map(drop).map_err(failed)
}

struct RedbSnapshot(ReadTransaction);

#[async_trait]
impl Snapshot for RedbSnapshot {
    async fn get(&self, space: Space, key: &[u8]) -> Result<Option<Bytes>, MetaError> {
        let table = self.0.open_table(table(space)).map_err(failed)?;
        let found = table.get(key).map_err(failed)?;
        Ok(found.map(|value| Bytes::copy_from_slice(value.value())))
    }

    async fn scan(&self, space: Space, range: &Range) -> Result<Vec<Entry>, MetaError> {
        let table = self.0.open_table(table(space)).map_err(failed)?;
        let end = range.end.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let found = table.range::<&[u8]>((Bound::Included(range.start.as_slice()), end)).map_err(failed)?;
        let entry = |pair: Result<_, redb::StorageError>| {
            let (key, value): (redb::AccessGuard<'_, &[u8]>, redb::AccessGuard<'_, &[u8]>) = pair.map_err(failed)?;
            Ok(Entry { key: Bytes::copy_from_slice(key.value()), value: Bytes::copy_from_slice(value.value()) })
        };
        found.take(range.limit).map(entry).collect()
    }
}

#[async_trait]
impl Meta for RedbMeta {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, MetaError> {
        Ok(Box::new(RedbSnapshot(self.database.begin_read().map_err(failed)?)))
    }

    async fn commit(&self, batch: Batch, _: Durability) -> Result<Vec<u64>, MetaError> {
        let (answer, done) = oneshot::channel();
        let gone = || MetaError::Failed("the committer is gone".to_owned());
        self.jobs.send(Job { batch, answer }).map_err(|_| gone())?;
        done.await.map_err(|_| gone())?
    }
}
