use bytes::Bytes;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use store::{Append, Batch, Check, Durability, Meta, MetaError, Range, Space, Write};
use types::Clock;

/// What a client does, again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What putting a small object commits: its record, 4 KiB of content, the event; synced.
    Durable,
    /// What a read leaves: one event.
    Logged,
    /// A page of a listing.
    Scan,
}

/// Bytes that a durable commit adds to a journal, about.
pub(crate) const DURABLE_BYTES: usize = 5500;

/// So many clients, each of which waits for its last operation before it starts the next.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) kind: Kind,
    pub(crate) clients: u64,
    /// The number of the first client: loads on one store must not share any.
    pub(crate) first: u64,
    pub(crate) time: Duration,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Figures {
    times: Vec<Duration>,
    took: Duration,
    cpu: Duration,
}

impl Figures {
    pub(crate) fn rate(&self) -> f64 {
        self.times.len() as f64 / self.took.as_secs_f64()
    }

    /// Both together, one having come after the other.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.times.extend(other.times);
        self.times.sort_unstable();
        Self { times: self.times, took: self.took + other.took, cpu: self.cpu + other.cpu }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |part: f64| self.times.get((self.times.len() as f64 * part) as usize).map_or(0, Duration::as_micros);
        let cpu = self.cpu.as_micros() as f64 / self.times.len() as f64;
        write!(f, "{:>10.0}{:>10}{:>10}{cpu:>10.0}", self.rate(), at(0.5), at(0.99))
    }
}

impl Load {
    pub(crate) async fn run(&self, meta: Arc<dyn Meta>) -> Result<Figures, MetaError> {
        let cpu = cpu_time();
        let start = self.clock.elapsed();
        let clients: Vec<_> = (self.first..self.first + self.clients)
            .map(|client| tokio::spawn(self.clone().client(meta.clone(), client, start)))
            .collect();
        let mut times = Vec::new();
        for client in clients {
            times.extend(client.await.map_err(|error| MetaError::Failed(error.to_string()))??);
        }
        times.sort_unstable();
        Ok(Figures { times, took: self.clock.elapsed() - start, cpu: cpu_time().saturating_sub(cpu) })
    }

    async fn client(self, meta: Arc<dyn Meta>, client: u64, start: Duration) -> Result<Vec<Duration>, MetaError> {
        let mut times = Vec::new();
        let mut now = self.clock.elapsed();
        while now - start < self.time {
            self.once(meta.as_ref(), client, times.len() as u64).await?;
            let then = std::mem::replace(&mut now, self.clock.elapsed());
            times.push(now - then);
        }
        Ok(times)
    }

    async fn once(&self, meta: &dyn Meta, client: u64, n: u64) -> Result<(), MetaError> {
        match self.kind {
            Kind::Durable => drop(meta.commit(put(client, n), Durability::Synced).await?),
            Kind::Logged => drop(meta.commit(event(client), Durability::Logged).await?),
            Kind::Scan => {
                let start = key(client, n.wrapping_mul(7919) % 10_000);
                let range = Range { start, end: None, limit: 100, reverse: false };
                drop(meta.snapshot().await?.scan(Space::Objects, &range).await?);
                // A reader that never waits would keep the others from running.
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }
}

fn key(client: u64, n: u64) -> Vec<u8> {
    // Spread as names of objects are: neighbours in time are not neighbours in order.
    let spread = (client << 40 | n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    [&spread.to_be_bytes()[..], b"/a/name/of/usual/length.bin"].concat()
}

fn event(client: u64) -> Batch {
    let stream = (client % 4).to_be_bytes().to_vec();
    Batch { appends: vec![Append { stream, value: vec![5; 700].into() }], ..Batch::default() }
}

fn put(client: u64, n: u64) -> Batch {
    let key = key(client, n);
    let write = |space, bytes| Write::Put { space, key: key.clone(), value: Bytes::from(vec![3; bytes]) };
    Batch {
        checks: vec![Check::Value { space: Space::Objects, key: key.clone(), seen: None }],
        writes: vec![write(Space::Objects, 500), write(Space::Content, 4096)],
        ..event(client)
    }
}

/// Processor time this process has used so far.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    let ticks = after_name.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>();
    Duration::from_millis(ticks * 10)
}
