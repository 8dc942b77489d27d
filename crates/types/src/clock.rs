use crate::Timestamp;
use async_trait::async_trait;
use std::time::Duration;

/// Where time comes from. Production passes [`SystemClock`]; tests pass one they can move.
#[async_trait]
pub trait Clock: Send + Sync + 'static {
    /// The time of day, for dates that others read. It may jump.
    fn now(&self) -> Timestamp;

    /// Time since some fixed start, never going back: for measuring and for timeouts.
    fn elapsed(&self) -> Duration;

    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// The machine's own clock.
pub struct SystemClock {
    start: std::time::Instant,
}

impl SystemClock {
    /// A clock whose [`elapsed`](Clock::elapsed) starts at zero now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place where time enters")]
    pub fn new() -> Self {
        Self { start: std::time::Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where time enters")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place where sleeping enters")]
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
