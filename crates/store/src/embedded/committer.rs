use super::writer::Writer;
use crate::meta::{Batch, Durability, MetaError};
use crate::sync::held;
use std::sync::{Arc, Condvar, Mutex, TryLockError};
use tokio::sync::oneshot;

/// Who waits for a commit.
pub(crate) type Waiter = oneshot::Sender<Result<Vec<u64>, MetaError>>;

/// Groups a caller writes for others before it leaves the rest to the thread: its own task waits meanwhile.
const ROUNDS: usize = 2;

/// A commit that waits for its turn.
pub(crate) struct Job {
    pub(crate) batch: Batch,
    pub(crate) durability: Durability,
    pub(crate) waiter: Waiter,
}

/// Lets one caller at a time commit for everyone who waits. A single caller commits in place, without a change of
/// thread; under load a thread takes over, and each of its groups holds all that came during the one before.
pub(crate) struct Committer {
    queue: Mutex<Queue>,
    waiting: Condvar,
    writer: Mutex<Writer>,
}

#[derive(Default)]
struct Queue {
    jobs: Vec<Job>,
    closed: bool,
}

impl Committer {
    pub(crate) fn new(writer: Writer) -> Arc<Self> {
        Arc::new(Self { queue: Mutex::default(), waiting: Condvar::new(), writer: Mutex::new(writer) })
    }

    pub(crate) async fn commit(&self, batch: Batch, durability: Durability) -> Result<Vec<u64>, MetaError> {
        let (waiter, answer) = oneshot::channel();
        self.submit(Job { batch, durability, waiter })?;
        answer.await.unwrap_or_else(|_| Err(MetaError::Failed("the store was closed".to_owned())))
    }

    fn submit(&self, job: Job) -> Result<(), MetaError> {
        let mut queue = held(&self.queue);
        if queue.closed {
            return Err(MetaError::Failed("the store is closed".to_owned()));
        }
        queue.jobs.push(job);
        drop(queue);
        let writer = match self.writer.try_lock() {
            Ok(writer) => Some(writer),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            // Whoever holds it looks at the queue after letting go, and finds this job there.
            Err(TryLockError::WouldBlock) => None,
        };
        if let Some(mut writer) = writer {
            let _all_done = self.drain(&mut writer, ROUNDS);
            drop(writer);
            if !held(&self.queue).jobs.is_empty() {
                self.waiting.notify_one();
            }
        }
        Ok(())
    }

    /// Writes what waits, group by group; whether nothing was left.
    fn drain(&self, writer: &mut Writer, rounds: usize) -> bool {
        for _ in 0..rounds {
            let jobs = std::mem::take(&mut held(&self.queue).jobs);
            if jobs.is_empty() {
                return true;
            }
            writer.run(jobs);
        }
        false
    }

    /// The thread's work: takes over what callers leave, until closed.
    pub(crate) fn serve(&self) {
        loop {
            let mut queue = held(&self.queue);
            while queue.jobs.is_empty() {
                if queue.closed {
                    return;
                }
                queue = self.waiting.wait(queue).unwrap_or_else(std::sync::PoisonError::into_inner);
            }
            drop(queue);
            while !self.drain(&mut held(&self.writer), ROUNDS) {}
        }
    }

    /// Takes no more commits; what waits is still written.
    pub(crate) fn close(&self) {
        held(&self.queue).closed = true;
        self.waiting.notify_all();
    }
}
