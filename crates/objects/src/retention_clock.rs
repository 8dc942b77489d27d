use std::sync::Arc;
use std::time::Duration;
use types::{Clock, Timestamp};

/// Time as it counts for what is retained. The clock of a machine can be set, by accident or to get rid of something; how
/// long this process has been running can not. So there are two readings, and where they differ, the one counts that
/// keeps more (docs/adr/0019).
pub(crate) struct RetentionClock {
    clock: Arc<dyn Clock>,
    begun: Timestamp,
    since: Duration,
}

impl RetentionClock {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let (begun, since) = (clock.now(), clock.elapsed());
        Self { clock, begun, since }
    }

    /// What the clock would show if nobody had set it since the process began.
    fn steady(&self) -> Timestamp {
        self.begun.plus(self.clock.elapsed().saturating_sub(self.since))
    }

    /// The time that has come by both readings: what was retained until then is free.
    pub(crate) fn earliest(&self) -> Timestamp {
        self.clock.now().min(self.steady())
    }

    /// The time that has come by either: what is to be retained from now on is retained from then.
    pub(crate) fn latest(&self) -> Timestamp {
        self.clock.now().max(self.steady())
    }
}

#[cfg(test)]
mod tests {
    use super::RetentionClock;
    use std::sync::Arc;
    use std::time::Duration;
    use testkit::ManualClock;
    use types::{Clock, Timestamp};

    #[test]
    fn where_the_readings_differ_the_one_counts_that_keeps_more() {
        let hour = Duration::from_secs(3600);
        let clock = Arc::new(ManualClock::default());
        let start = clock.now();
        let time = RetentionClock::new(clock.clone());
        clock.advance(hour);
        assert_eq!((time.earliest(), time.latest()), (start.plus(hour), start.plus(hour)));
        let later = Timestamp::from_secs(start.secs() + 1_000_000);
        clock.set(later);
        assert_eq!((time.earliest(), time.latest()), (start.plus(hour), later));
        let before = start.minus(hour);
        clock.set(before);
        assert_eq!((time.earliest(), time.latest()), (before, start.plus(hour)));
        // Who starts anew believes the clock.
        let anew = RetentionClock::new(clock);
        assert_eq!((anew.earliest(), anew.latest()), (before, before));
    }
}
