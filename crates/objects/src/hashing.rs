use bytes::Bytes;
use crypto::Md5;
use crypto::hash::update_together;
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use types::{Failure, Result};

/// The most hashes that one worker advances together.
const TOGETHER: usize = 16;

/// Advances the MD5s of all uploads under way. A single MD5 is the slowest thing an upload needs, and nothing makes it
/// faster; but several side by side take about as long as one. So slices that come while the workers are busy wait, and
/// are then hashed together: alone, an upload waits for nobody.
#[derive(Clone)]
pub(crate) struct Hashing {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// The most workers at a time: as many as there are processors.
    workers: usize,
}

#[derive(Default)]
struct State {
    waiting: Vec<Job>,
    working: usize,
}

/// A slice of one upload.
struct Job {
    md5: Md5,
    pieces: Vec<Bytes>,
    done: oneshot::Sender<Md5>,
}

impl Hashing {
    pub(crate) fn new() -> Self {
        let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self { shared: Arc::new(Shared { state: Mutex::default(), workers }) }
    }

    /// Adds pieces to a hash.
    pub(crate) async fn update(&self, md5: Md5, pieces: Vec<Bytes>) -> Result<Md5> {
        let (done, result) = oneshot::channel();
        if self.shared.enqueue(Job { md5, pieces, done }) {
            let shared = self.shared.clone();
            tokio::task::spawn_blocking(move || shared.work());
        }
        result.await.map_err(Failure::internal)
    }
}

impl Shared {
    /// Whether a worker has to be started for it.
    fn enqueue(&self, job: Job) -> bool {
        let mut state = self.state();
        state.waiting.push(job);
        let start = state.working < self.workers;
        state.working += usize::from(start);
        start
    }

    /// Works until nothing waits.
    fn work(&self) {
        let mut worker = Worker { shared: self, counted: true };
        while let Some(mut jobs) = worker.next() {
            let mut each: Vec<_> = jobs.iter_mut().map(|job| (&mut job.md5, job.pieces.as_slice())).collect();
            update_together(&mut each);
            for Job { md5, done, .. } in jobs {
                // Nobody waits for it if the upload was given up.
                let _gone = done.send(md5);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Worker<'a> {
    shared: &'a Shared,
    counted: bool,
}

impl Worker<'_> {
    /// Those that have waited longest.
    fn next(&mut self) -> Option<Vec<Job>> {
        let mut state = self.shared.state();
        if state.waiting.is_empty() {
            // Under the same lock as nothing was found: whoever comes next starts a worker.
            state.working -= 1;
            self.counted = false;
            return None;
        }
        let count = state.waiting.len().min(TOGETHER);
        Some(state.waiting.drain(..count).collect())
    }
}

impl Drop for Worker<'_> {
    /// After a panic, which there should never be, nobody may wait for a worker that is gone.
    fn drop(&mut self) {
        if self.counted {
            let mut state = self.shared.state();
            state.working -= 1;
            if state.working == 0 {
                state.waiting.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Hashing;
    use bytes::Bytes;
    use crypto::Md5;

    #[tokio::test]
    async fn many_uploads_get_each_its_own_hash() {
        let hashing = Hashing::new();
        let upload = |number: usize| {
            let hashing = hashing.clone();
            tokio::spawn(async move {
                let slices: Vec<Bytes> =
                    (0..5).map(|n| vec![(number * 7 + n) as u8; 1000 * number + n].into()).collect();
                let mut md5 = Md5::new();
                for slice in &slices {
                    md5 = hashing
                        .update(md5, vec![slice.slice(..slice.len() / 3), slice.slice(slice.len() / 3..)])
                        .await
                        .unwrap();
                }
                assert_eq!(md5.finish(), crypto::md5(&slices.concat()), "{number}");
            })
        };
        futures::future::join_all((0..50).map(upload)).await.into_iter().for_each(|done| done.unwrap());
        assert_eq!(hashing.shared.state().working, 0);
    }
}
