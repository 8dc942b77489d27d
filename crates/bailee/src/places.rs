use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use types::Clock;

/// How often it is said that all places are taken.
const REMINDER: Duration = Duration::from_secs(60);

/// The right to hold a connection open, given back when it is dropped.
pub(crate) type Place = Option<OwnedSemaphorePermit>;

/// How many connections may be open at once. When all places are taken, those who come wait in the system's queue: to
/// turn them away would cost more than to let them wait, and clients try again anyway.
pub(crate) struct Places {
    free: Arc<Semaphore>,
    most: usize,
    clock: Arc<dyn Clock>,
    said: Option<Duration>,
}

impl Places {
    pub(crate) fn new(most: usize, clock: Arc<dyn Clock>) -> Self {
        Self { free: Arc::new(Semaphore::new(most)), most, clock, said: None }
    }

    /// A place, as soon as there is one.
    pub(crate) async fn take(&mut self) -> Place {
        if let Ok(place) = self.free.clone().try_acquire_owned() {
            return Some(place);
        }
        self.say();
        // An error would mean that the semaphore was closed, which nobody does.
        self.free.clone().acquire_owned().await.ok()
    }

    fn say(&mut self) {
        metrics::counter!("bailee_connections_full_total").increment(1);
        let now = self.clock.elapsed();
        if self.said.is_none_or(|said| now.saturating_sub(said) >= REMINDER) {
            self.said = Some(now);
            tracing::warn!(connections = self.most, "as many connections are open as may be; others wait");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Places;
    use std::sync::Arc;
    use types::SystemClock;

    #[tokio::test]
    async fn who_finds_no_place_waits_for_one() {
        let mut places = Places::new(2, Arc::new(SystemClock::new()));
        let (first, _second) = (places.take().await, places.take().await);
        let mut third = std::pin::pin!(places.take());
        assert!(futures::poll!(third.as_mut()).is_pending());
        drop(first);
        assert!(third.await.is_some());
    }
}
