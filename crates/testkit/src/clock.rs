use async_trait::async_trait;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use types::{Clock, Timestamp};

/// A clock that moves only when told to. Sleeping moves it.
pub struct ManualClock {
    start: i64,
    millis: AtomicI64,
}

impl ManualClock {
    /// A clock that stands at `start`.
    pub fn at(start: Timestamp) -> Self {
        Self { start: start.millis(), millis: AtomicI64::new(start.millis()) }
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        self.millis.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Sets it, back too.
    pub fn set(&self, to: Timestamp) {
        self.millis.store(to.millis(), Ordering::SeqCst);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::at(Timestamp::from_secs(1_795_305_600))
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> Duration {
        let passed = self.millis.load(Ordering::SeqCst).saturating_sub(self.start);
        Duration::from_millis(u64::try_from(passed).unwrap_or_default())
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(duration);
        tokio::task::yield_now().await;
    }
}
