use crate::publication::Publication;
use futures::StreamExt;
use futures::stream;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::Store;
use types::{AccountId, Clock, Failure, Reason, Result};

/// How long events gather before they are published together.
const INTERVAL: Duration = Duration::from_secs(1);
/// How many logs are looked up at a time.
const PAGE: usize = 256;
/// How many logs are published at a time. A publication mostly waits for the disk, and the disk syncs several files at
/// about the price of one.
const AT_A_TIME: usize = 8;
/// Locks that the logs share, each log always the same one: enough that those published together seldom meet.
const LOCKS: usize = 64;

/// Brings the logs of one region under signed checkpoints: reads new events from the store, writes their tiles and signs
/// what came of it. See `publication.rs` for order and crashes.
pub struct Publisher {
    store: Store,
    trails: PathBuf,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    wake: tokio::sync::Notify,
    /// One publication of a log at a time: two would write the same files.
    busy: [tokio::sync::Mutex<()>; LOCKS],
}

#[derive(Default)]
struct State {
    /// Logs with events that are not under a checkpoint yet.
    dirty: BTreeSet<AccountId>,
    /// Logs whose folder was cleared of what a crash left.
    swept: BTreeSet<AccountId>,
    /// Why a log was not published, as long as it is not.
    problems: BTreeMap<AccountId, String>,
}

impl Publisher {
    /// For the logs of this store, in the folder `trails`.
    pub fn new(store: Store, trails: PathBuf, clock: Arc<dyn Clock>) -> Self {
        let busy = std::array::from_fn(|_| tokio::sync::Mutex::default());
        let (state, wake) = (Mutex::default(), tokio::sync::Notify::new());
        Self { store, trails, clock, state, wake, busy }
    }

    /// Says that an account's log has a new event. Cheap: to be called after every commit that appended.
    pub fn mark(&self, account: AccountId) {
        if self.state().dirty.insert(account) {
            self.wake.notify_one();
        }
    }

    /// The logs that could not be published, with the reason.
    pub fn problems(&self) -> BTreeMap<AccountId, String> {
        self.state().problems.clone()
    }

    /// Publishes until `shutdown`: every log once at the start, then, about each second, those that were marked; once
    /// more at the end. An idle server does nothing.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = pin!(shutdown);
        let mut started = self.start().await;
        loop {
            if started {
                tokio::select! {
                    () = self.wake.notified() => {}
                    () = &mut shutdown => break,
                }
            }
            tokio::select! {
                () = self.clock.sleep(INTERVAL) => {}
                () = &mut shutdown => break,
            }
            if !started {
                started = self.start().await;
            }
            self.publish_marked().await;
        }
        self.publish_marked().await;
    }

    /// Publishes every log; whether all were tried. Those that failed are kept among the marked ones.
    async fn start(&self) -> bool {
        match self.publish_each().await {
            Ok(_) => true,
            Err(error) => {
                tracing::error!(error = chain(&error), "the trails could not be listed");
                false
            }
        }
    }

    /// Publishes every log of the store; how many entries came under a checkpoint. A log that cannot be published does
    /// not keep the others from it; the first error is returned after all were tried.
    pub async fn publish_all(&self) -> Result<usize> {
        let (count, error) = self.publish_each().await?;
        error.map_or(Ok(count), Err)
    }

    /// How many entries came under a checkpoint, and the first failure of a single log.
    async fn publish_each(&self) -> Result<(usize, Option<Failure>)> {
        let (mut count, mut error, mut after) = (0, None, None);
        loop {
            let accounts = self.store.view().await?.streams(after, PAGE).await?;
            after = accounts.last().copied();
            let full = accounts.len() == PAGE;
            for done in self.publish_several(accounts).await {
                match done {
                    Ok(new) => count += usize::try_from(new).unwrap_or(usize::MAX),
                    Err(failure) => error = error.or(Some(failure)),
                }
            }
            if !full {
                return Ok((count, error));
            }
        }
    }

    /// Publishes one log; how many entries came under a checkpoint. One that failed is tried again, except for damage,
    /// which does not heal by itself: that waits for the account's next event.
    pub async fn publish(&self, account: AccountId) -> Result<u64> {
        let _one_at_a_time = self.lock(account).lock().await;
        let done = self.publish_alone(account).await;
        match &done {
            Ok(_) => {
                self.state().problems.remove(&account);
            }
            Err(error) => self.failed(account, error),
        }
        done
    }

    fn failed(&self, account: AccountId, error: &Failure) {
        let text = chain(error);
        {
            let mut state = self.state();
            // What a failed publication wrote is swept before the next.
            state.swept.remove(&account);
            if state.problems.insert(account, text.clone()).as_ref() != Some(&text) {
                tracing::error!(%account, error = text, "a trail could not be published");
            }
        }
        if error.reason() != Reason::Corrupt {
            self.mark(account);
        }
    }

    async fn publish_alone(&self, account: AccountId) -> Result<u64> {
        let publication = Publication::open(&self.store, &self.trails, account).await?;
        let first = !self.state().swept.contains(&account);
        if first {
            publication.folder().sweep(publication.base().size).await?;
            self.state().swept.insert(account);
        }
        publication.run().await
    }

    async fn publish_marked(&self) {
        let marked = std::mem::take(&mut self.state().dirty);
        // A failure is kept and logged where it is met.
        self.publish_several(marked.into_iter().collect()).await;
    }

    /// Publishes these logs, several at a time; what came of each, in no order.
    async fn publish_several(&self, accounts: Vec<AccountId>) -> Vec<Result<u64>> {
        let each = stream::iter(accounts).map(|account| self.publish(account));
        each.buffer_unordered(AT_A_TIME).collect().await
    }

    #[expect(clippy::indexing_slicing, reason = "a remainder of the number of locks")]
    fn lock(&self, account: AccountId) -> &tokio::sync::Mutex<()> {
        &self.busy[(account.get() % LOCKS as u64) as usize]
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error with what caused it, for the log.
fn chain(error: &Failure) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text} Cause: {error}.");
        cause = error.source();
    }
    text
}
