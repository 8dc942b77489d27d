use super::group::Done;
use super::health::Health;
use super::journal::ActiveJournal;
use crate::meta::MetaError;
use crate::sync::held;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use types::Clock;

/// The longest that a sync waits for company.
const GATHER_MOST: Duration = Duration::from_millis(2);

/// How often the mark of what is durable is brought up to date.
const NOTE_EVERY: Duration = Duration::from_millis(100);

/// Makes what was written durable, on a thread of its own: while one sync runs, the next group is being written.
///
/// A sync covers everything written before it starts. Callers who wait for one come back with their next commit soon
/// after it, so starting the next sync at once would catch only those who came during the last one, and two halves
/// would take turns for ever. So it waits a little, until as many wait as lately took part, but never longer than a
/// quarter of a sync.
pub(crate) struct Syncer {
    state: Mutex<State>,
    changed: Condvar,
    clock: Arc<dyn Clock>,
    health: Arc<Health>,
    within: Duration,
}

#[derive(Default)]
struct State {
    waiting: Vec<Done>,
    /// Something was written since the last sync began.
    dirty: bool,
    /// The last batch written has at least this sequence number.
    sequence: u64,
    /// How many have to wait for the thread to be woken.
    wanted: usize,
    closed: bool,
}

/// A sync to make: for whom, and what it covers.
struct Due {
    waiting: Vec<Done>,
    sequence: u64,
}

impl Syncer {
    pub(crate) fn new(clock: Arc<dyn Clock>, health: Arc<Health>, within: Duration) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), changed: Condvar::new(), clock, health, within })
    }

    /// Takes note of a group that was written, with at least this sequence number, and of those who wait until it is synced.
    pub(crate) fn written(&self, sequence: u64, waiting: Vec<Done>) {
        let mut state = held(&self.state);
        state.sequence = sequence;
        let first = !std::mem::replace(&mut state.dirty, true);
        let before = state.waiting.len();
        state.waiting.extend(waiting);
        let reached = before < state.wanted && state.waiting.len() >= state.wanted;
        if first || reached {
            self.changed.notify_one();
        }
    }

    /// The thread's work: syncs as asked, until closed.
    pub(crate) fn serve(&self, mut journal: ActiveJournal) {
        let mut company = Company::default();
        let (mut noted, mut sequence) = (Duration::ZERO, 0);
        while let Some(due) = self.next(&company) {
            let start = self.clock.elapsed();
            // After a sync that failed, one that succeeds proves nothing: the kernel may have dropped what it could not
            // write.
            let result = self.health.check().map_err(std::io::Error::other).and_then(|()| journal.sync());
            let end = self.clock.elapsed();
            company = Company {
                took: end.saturating_sub(start),
                released: due.waiting.len(),
                pending: held(&self.state).waiting.len(),
            };
            sequence = due.sequence;
            self.release(due.waiting, result);
            if end.saturating_sub(noted) >= NOTE_EVERY {
                noted = end;
                self.noted(journal.note(sequence));
            }
        }
        // Nothing was ever written if no sync was due.
        if sequence > 0 && self.health.check().is_ok() {
            self.noted(journal.finish(sequence));
        }
    }

    fn noted(&self, result: std::io::Result<()>) {
        if let Err(error) = result {
            self.health.fail(format!("what is durable could not be noted: {error}"));
        }
    }

    fn release(&self, waiting: Vec<Done>, result: std::io::Result<()>) {
        // The commit point of a synced commit is the sync that returned.
        let failed = result.err().map(|error| self.health.fail(format!("a sync of the journal failed: {error}")));
        for one in waiting {
            let answer: Result<Vec<u64>, MetaError> = match &failed {
                None => Ok(one.indices),
                Some(error) => Err(error.clone()),
            };
            let _gone = one.waiter.send(answer);
        }
    }

    /// Waits until a sync is due, and returns who waits for it; `None` once closed and all is synced.
    fn next(&self, company: &Company) -> Option<Due> {
        let mut state = held(&self.state);
        state.wanted = 1;
        while state.waiting.is_empty() {
            if state.closed && !state.dirty {
                return None;
            }
            if state.closed {
                break;
            }
            if state.dirty {
                let (again, timeout) = wait(&self.changed, state, self.within);
                state = again;
                if timeout {
                    break;
                }
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        state = self.gather(state, company);
        state.dirty = false;
        Some(Due { waiting: std::mem::take(&mut state.waiting), sequence: state.sequence })
    }

    fn gather<'s>(&'s self, mut state: MutexGuard<'s, State>, company: &Company) -> MutexGuard<'s, State> {
        state.wanted = company.expected();
        let until = self.clock.elapsed() + company.patience();
        while !state.waiting.is_empty() && state.waiting.len() < state.wanted && !state.closed {
            let left = until.saturating_sub(self.clock.elapsed());
            if left.is_zero() {
                break;
            }
            state = wait(&self.changed, state, left).0;
        }
        state
    }

    /// Syncs what is left and ends the thread.
    pub(crate) fn close(&self) {
        held(&self.state).closed = true;
        self.changed.notify_all();
    }
}

fn wait<'s>(changed: &Condvar, state: MutexGuard<'s, State>, most: Duration) -> (MutexGuard<'s, State>, bool) {
    let (state, result) = changed.wait_timeout(state, most).unwrap_or_else(PoisonError::into_inner);
    (state, result.timed_out())
}

/// What the last sync tells of the next.
#[derive(Default)]
struct Company {
    took: Duration,
    released: usize,
    pending: usize,
}

impl Company {
    /// As many as take part: those who were just released, and those who came meanwhile.
    fn expected(&self) -> usize {
        (self.released + self.pending).max(1)
    }

    fn patience(&self) -> Duration {
        (self.took / 4).min(GATHER_MOST)
    }
}
