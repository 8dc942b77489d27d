use super::committer::Job;
use super::group::{Done, Group};
use super::health::Health;
use super::options::EmbeddedOptions;
use super::spaces::Spaces;
use super::syncer::Syncer;
use crate::meta::{Append, Batch, Check, Durability, MetaError, Range, Space, Write};
use crate::room::Room;
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::Arc;

const KEY_BYTES: usize = 2 * 1024;
const VALUE_BYTES: usize = 1024 * 1024;
const BATCH_BYTES: usize = 16 * 1024 * 1024;
/// A commit that removes something and is no larger than this may still use half of the reserve: without it a full store
/// could never be emptied.
const REMOVAL_BYTES: usize = 64 * 1024;
/// Streams whose next index is remembered. Beyond it all are forgotten and read again, which costs a look each.
const STREAMS: usize = 16 * 1024;

/// The only one who changes the trees: so a check that holds when it looks still holds when it writes.
pub(crate) struct Writer {
    spaces: Arc<Spaces>,
    syncer: Arc<Syncer>,
    health: Arc<Health>,
    room: Room,
    reserve: u64,
    event_reserve: u64,
    next: HashMap<Vec<u8>, u64>,
}

impl Writer {
    pub(crate) fn new(
        spaces: Arc<Spaces>,
        syncer: Arc<Syncer>,
        health: Arc<Health>,
        room: Room,
        options: &EmbeddedOptions,
    ) -> Self {
        Self {
            spaces,
            syncer,
            health,
            room,
            reserve: options.reserve_bytes,
            event_reserve: options.event_reserve_bytes,
            next: HashMap::new(),
        }
    }

    /// Judges and writes commits in their order, in as few journal writes as their dependence allows.
    pub(crate) fn run(&mut self, jobs: Vec<Job>) {
        let mut group = Group::default();
        for job in jobs {
            if group.is_full() || group.precedes(&job.batch.checks) {
                self.write(std::mem::take(&mut group));
            }
            match self.judge(&group, &job.batch) {
                Ok(()) => self.stage(&mut group, job),
                Err(error) => answer(job, Err(error)),
            }
        }
        self.write(group);
    }

    /// Whether a commit may follow what is in the group.
    fn judge(&self, group: &Group, batch: &Batch) -> Result<(), MetaError> {
        self.health.check()?;
        let bytes = measure(batch)?;
        for check in &batch.checks {
            if !self.holds(group, check)? {
                return Err(MetaError::Conflict);
            }
        }
        self.make_room(batch, bytes)
    }

    fn holds(&self, group: &Group, check: &Check) -> Result<bool, MetaError> {
        Ok(match check {
            Check::Value { space, key, seen } => match group.get(*space, key) {
                Some(becomes) => becomes == seen,
                None => self.spaces.get(*space, key)? == *seen,
            },
            Check::Scan { space, range, seen } => self.spaces.scan_at(&self.spaces.snapshot(), *space, range)? == *seen,
        })
    }

    fn make_room(&self, batch: &Batch, bytes: usize) -> Result<(), MetaError> {
        let removes = batch.writes.iter().any(|write| matches!(write, Write::Delete { .. }));
        let reserve = if batch.writes.iter().all(is_note) {
            self.event_reserve
        } else if removes && bytes <= REMOVAL_BYTES {
            self.event_reserve.max(self.reserve / 2)
        } else {
            self.reserve
        };
        match self.room.take(bytes as u64, reserve) {
            Ok(true) => Ok(()),
            Ok(false) => Err(MetaError::Full),
            Err(error) => Err(MetaError::Failed(format!("the free space of the disk is not known: {error}"))),
        }
    }

    fn stage(&mut self, group: &mut Group, job: Job) {
        let Job { batch, durability, waiter } = job;
        // Nothing is staged before every append has its index: a commit is all or nothing.
        let mut keyed = Vec::with_capacity(batch.appends.len());
        let mut indices = Vec::with_capacity(batch.appends.len());
        let mut before = Vec::with_capacity(batch.appends.len());
        for append in batch.appends {
            before.push((append.stream.clone(), self.next.get(&append.stream).copied()));
            match self.place(append) {
                Ok((index, key, value)) => {
                    indices.push(index);
                    keyed.push((key, value));
                }
                Err(error) => {
                    self.take_back(before);
                    let _gone = waiter.send(Err(error));
                    return;
                }
            }
        }
        for write in batch.writes {
            match write {
                Write::Put { space, key, value } => group.set(space, key.into(), Some(value)),
                Write::Delete { space, key } => group.set(space, key.into(), None),
            }
        }
        for (key, value) in keyed {
            group.set(Space::Trail, key, Some(value));
        }
        group.add(Done { waiter, durability, indices });
    }

    /// Gives an append its index, and so its key.
    fn place(&mut self, append: Append) -> Result<(u64, Bytes, Bytes), MetaError> {
        let Append { stream, value } = append;
        let index = match self.next.get(&stream) {
            Some(next) => *next,
            None => self.first_free(&stream)?,
        };
        let mut key = Vec::with_capacity(stream.len() + 8);
        key.extend_from_slice(&stream);
        key.extend_from_slice(&index.to_be_bytes());
        self.next.insert(stream, index + 1);
        Ok((index, key.into(), value))
    }

    /// Takes back the indices given to a batch that is not staged after all. What the group before it was given stays:
    /// it is not in the trees yet, so it could not be read again from there.
    fn take_back(&mut self, before: Vec<(Vec<u8>, Option<u64>)>) {
        for (stream, next) in before.into_iter().rev() {
            match next {
                Some(next) => self.next.insert(stream, next),
                None => self.next.remove(&stream),
            };
        }
    }

    fn first_free(&self, stream: &[u8]) -> Result<u64, MetaError> {
        let last = Range { reverse: true, ..Range::prefix(stream, 1) };
        let found = self.spaces.scan_at(&self.spaces.snapshot(), Space::Trail, &last)?;
        let Some(entry) = found.first() else { return Ok(0) };
        let index = entry.key.get(stream.len()..).and_then(|index| index.try_into().ok()).map(u64::from_be_bytes);
        let next = index.and_then(|index| index.checked_add(1));
        next.ok_or_else(|| MetaError::Corrupt("a key in the trail is not one of its stream".to_owned()))
    }

    fn write(&mut self, group: Group) {
        if group.is_empty() {
            return;
        }
        let (done, result) = group.write(&self.spaces);
        // Only now that the group is in the trees can its indices be read from there again.
        if self.next.len() >= STREAMS {
            self.next.clear();
        }
        match result {
            Ok(sequence) => self.hand_over(sequence, done),
            Err(error) => {
                let error = self.health.fail(error.to_string());
                for one in done {
                    let _gone = one.waiter.send(Err(error.clone()));
                }
            }
        }
    }

    fn hand_over(&self, sequence: u64, done: Vec<Done>) {
        let mut synced = Vec::new();
        let mut logged = Vec::new();
        for one in done {
            match one.durability {
                Durability::Synced => synced.push(one),
                Durability::Logged => logged.push(one),
            }
        }
        self.syncer.written(sequence, synced);
        for one in logged {
            let _gone = one.waiter.send(Ok(one.indices));
        }
    }
}

/// Whether a write is what the server notes for itself beside an event, such as the nonce of a signed read.
fn is_note(write: &Write) -> bool {
    matches!(write, Write::Put { space: Space::System, .. } | Write::Delete { space: Space::System, .. })
}

fn answer(job: Job, result: Result<Vec<u64>, MetaError>) {
    // Who no longer waits has no use for the answer.
    let _gone = job.waiter.send(result);
}

/// The bytes of a batch, if all its parts are within the contract's bounds.
fn measure(batch: &Batch) -> Result<usize, MetaError> {
    let mut total = 0;
    for write in &batch.writes {
        total += match write {
            Write::Put { key, value, .. } => entry_bytes(key.len(), value.len())?,
            Write::Delete { key, .. } => entry_bytes(key.len(), 0)?,
        };
    }
    for append in &batch.appends {
        total += entry_bytes(append.stream.len() + 8, append.value.len())?;
    }
    if total > BATCH_BYTES {
        return Err(MetaError::Failed(format!("a batch of {total} bytes is larger than {BATCH_BYTES}")));
    }
    Ok(total)
}

fn entry_bytes(key: usize, value: usize) -> Result<usize, MetaError> {
    if !(1..=KEY_BYTES).contains(&key) {
        return Err(MetaError::Failed(format!("a key of {key} bytes is not within 1 and {KEY_BYTES}")));
    }
    if value > VALUE_BYTES {
        return Err(MetaError::Failed(format!("a value of {value} bytes is larger than {VALUE_BYTES}")));
    }
    Ok(key + value)
}
