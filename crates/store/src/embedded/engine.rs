use super::committer::Committer;
use super::contents::check_contents;
use super::health::Health;
use super::inspect::inspect;
use super::journal::ActiveJournal;
use super::options::EmbeddedOptions;
use super::spaces::Spaces;
use super::syncer::Syncer;
use super::writer::Writer;
use crate::meta::{Batch, Durability, Entry, Meta, MetaError, Range, Snapshot, Space};
use crate::room::Room;
use crate::sync::held;
use async_trait::async_trait;
use bytes::Bytes;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// The embedded [`Meta`] engine: one folder on a local disk.
pub struct Embedded {
    spaces: Arc<Spaces>,
    committer: Arc<Committer>,
    syncer: Arc<Syncer>,
    health: Arc<Health>,
    threads: Mutex<Option<Threads>>,
}

struct Threads {
    committer: JoinHandle<()>,
    syncer: JoinHandle<()>,
}

impl Embedded {
    /// Opens the store in `dir`, making it if it is not there. Replays what a crash left, which blocks. Only one
    /// process may have it open.
    pub fn open(dir: &Path, options: &EmbeddedOptions) -> Result<Arc<Self>, MetaError> {
        let spaces = Arc::new(open_spaces(dir, options)?);
        let health = Arc::new(Health::default());
        let syncer = Syncer::new(options.clock.clone(), health.clone(), options.sync_within);
        let room = Room::new(dir, options.free_space.clone(), options.clock.clone());
        let writer = Writer::new(spaces.clone(), syncer.clone(), health.clone(), room, options);
        let committer = Committer::new(writer);
        let threads = Threads::start(dir, &committer, &syncer)?;
        Ok(Arc::new(Self { spaces, committer, syncer, health, threads: Mutex::new(Some(threads)) }))
    }

    /// Writes and syncs what is under way, then takes no more commits. Blocks. Dropping does the same, but cannot
    /// say whether it succeeded.
    pub fn close(&self) -> Result<(), MetaError> {
        let Some(threads) = held(&self.threads).take() else { return self.health.check() };
        self.committer.close();
        let committed = threads.committer.join();
        self.syncer.close();
        let synced = threads.syncer.join();
        match (committed, synced) {
            (Ok(()), Ok(())) => self.health.check(),
            _ => Err(MetaError::Failed("a thread of the store panicked".to_owned())),
        }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::error!(%error, "the metadata store was not closed cleanly");
        }
    }
}

/// The engine panics on some damage to its own files; to us that is damage like any other.
fn open_spaces(dir: &Path, options: &EmbeddedOptions) -> Result<Spaces, MetaError> {
    std::fs::create_dir_all(dir).map_err(|error| MetaError::Failed(error.to_string()))?;
    inspect(dir)?;
    check_contents(dir)?;
    // Unwind-safe: what the closure made is dropped with it, and nothing of it is looked at afterwards.
    let opened = catch_unwind(AssertUnwindSafe(|| Spaces::open(dir, options)));
    opened.unwrap_or_else(|_| Err(MetaError::Corrupt("the metadata store does not open".to_owned())))
}

impl Threads {
    fn start(dir: &Path, committer: &Arc<Committer>, syncer: &Arc<Syncer>) -> Result<Self, MetaError> {
        let journal = ActiveJournal::new(dir).map_err(|error| MetaError::Failed(error.to_string()))?;
        let (c, s) = (committer.clone(), syncer.clone());
        let syncer_thread = spawn("meta-sync", move || s.serve(journal))?;
        let started = spawn("meta-commit", move || c.serve());
        if started.is_err() {
            syncer.close();
        }
        Ok(Self { committer: started?, syncer: syncer_thread })
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, MetaError> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map_err(|error| MetaError::Failed(format!("no thread could be started: {error}")))
}

struct EmbeddedSnapshot {
    // Before the spaces, so that it is let go of while they are still open.
    at: fjall::Snapshot,
    spaces: Arc<Spaces>,
}

#[async_trait]
impl Snapshot for EmbeddedSnapshot {
    async fn get(&self, space: Space, key: &[u8]) -> Result<Option<Bytes>, MetaError> {
        self.spaces.get_at(&self.at, space, key)
    }

    async fn scan(&self, space: Space, range: &Range) -> Result<Vec<Entry>, MetaError> {
        self.spaces.scan_at(&self.at, space, range)
    }
}

#[async_trait]
impl Meta for Embedded {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, MetaError> {
        Ok(Box::new(EmbeddedSnapshot { at: self.spaces.snapshot(), spaces: self.spaces.clone() }))
    }

    async fn commit(&self, batch: Batch, durability: Durability) -> Result<Vec<u64>, MetaError> {
        self.committer.commit(batch, durability).await
    }
}
