use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use types::{AccountId, Action, Clock, Failure, Reason, RegionId, Result};

/// Buckets remembered before those are forgotten that have filled up again.
const REMEMBERED: usize = 16 * 1024;
/// The length of time that a rate speaks of, and how much of it may be used at once.
const SECOND: Duration = Duration::from_secs(1);

/// Kinds of operations whose requests are counted together (KMS quotas, "request rates").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pace {
    /// Cryptography with one key for both sides.
    Symmetric,
    /// Cryptography with a pair of keys.
    Asymmetric,
    /// Making things that count against a quota.
    Create,
    /// Looking at settings.
    Read,
    /// Changing settings.
    Write,
}

/// How many requests a second each account may make in a region, by kind. What has no limit here has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    by_pace: HashMap<Pace, NonZeroU32>,
}

impl Limits {
    /// Limits one kind to so many requests a second.
    pub fn set(&mut self, pace: Pace, per_second: NonZeroU32) {
        self.by_pace.insert(pace, per_second);
    }

    /// The limit of one kind.
    pub fn get(&self, pace: Pace) -> Option<NonZeroU32> {
        self.by_pace.get(&pace).copied()
    }
}

/// Holds accounts to their limits: a bucket for each account, region and kind, which holds what may be used in a second
/// and fills up at that rate. Counted by each server for itself, and from the start again when it starts.
pub struct Rates {
    limits: Limits,
    pace: fn(&Action) -> Option<Pace>,
    clock: Arc<dyn Clock>,
    buckets: Mutex<HashMap<(AccountId, RegionId, Pace), Bucket>>,
}

/// What was left at a time, in parts of a second's worth: one request of `n` a second takes a second divided by `n`.
struct Bucket {
    left: Duration,
    at: Duration,
}

impl Bucket {
    fn full(now: Duration) -> Self {
        Self { left: SECOND, at: now }
    }

    fn fill(&mut self, now: Duration) {
        self.left = self.left.saturating_add(now.saturating_sub(self.at)).min(SECOND);
        self.at = now;
    }

    fn is_full(&self, now: Duration) -> bool {
        self.left.saturating_add(now.saturating_sub(self.at)) >= SECOND
    }
}

impl Rates {
    /// `pace` says which kind an action is of, if its requests are counted at all.
    pub fn new(limits: Limits, pace: fn(&Action) -> Option<Pace>, clock: Arc<dyn Clock>) -> Self {
        Self { limits, pace, clock, buckets: Mutex::default() }
    }

    /// Counts a request; an error with reason [`Reason::Throttled`] if it is one too many. `RetryAfter`: in how many
    /// seconds there is room again.
    pub(crate) fn admit(&self, account: AccountId, region: &RegionId, action: &Action) -> Result<()> {
        let limit = (self.pace)(action).and_then(|pace| Some((pace, self.limits.get(pace)?)));
        let Some((pace, limit)) = limit else { return Ok(()) };
        let cost = SECOND / limit.get();
        let now = self.clock.elapsed();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED {
            buckets.retain(|_, bucket| !bucket.is_full(now));
        }
        let bucket = buckets.entry((account, region.clone(), pace)).or_insert_with(|| Bucket::full(now));
        bucket.fill(now);
        match bucket.left.checked_sub(cost) {
            Some(left) => {
                bucket.left = left;
                Ok(())
            }
            None => Err(Failure::of(Reason::Throttled).with("RetryAfter", "1")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Limits, Pace, Rates};
    use std::num::NonZeroU32;
    use std::sync::Arc;
    use std::time::Duration;
    use testkit::ManualClock;
    use types::{AccountId, Action, Reason, RegionId, Service};

    const ENCRYPT: Action = Action::read(Service::Kms, "Encrypt");
    const LIST: Action = Action::read(Service::Kms, "ListKeys");

    fn rates(clock: &Arc<ManualClock>) -> Rates {
        let mut limits = Limits::default();
        limits.set(Pace::Symmetric, NonZeroU32::new(3).unwrap());
        let pace = |action: &Action| (action.name == "Encrypt").then_some(Pace::Symmetric);
        Rates::new(limits, pace, clock.clone())
    }

    #[test]
    fn a_second_holds_so_many_and_fills_up_again() {
        let clock = Arc::new(ManualClock::default());
        let rates = rates(&clock);
        let (one, other): (AccountId, AccountId) =
            ("1000000000000001".parse().unwrap(), "1000000000000002".parse().unwrap());
        let here: RegionId = "local-1".parse().unwrap();
        let ask = |account| rates.admit(account, &here, &ENCRYPT);
        for _ in 0..3 {
            ask(one).unwrap();
        }
        let refused = ask(one).unwrap_err();
        assert_eq!((refused.reason(), refused.detail("RetryAfter")), (Reason::Throttled, Some("1")));
        // Another account, another region and another kind each have their own.
        ask(other).unwrap();
        rates.admit(one, &"local-2".parse().unwrap(), &ENCRYPT).unwrap();
        rates.admit(one, &here, &LIST).unwrap();
        clock.advance(Duration::from_millis(334));
        ask(one).unwrap();
        ask(one).unwrap_err();
        clock.advance(Duration::from_secs(60));
        for _ in 0..3 {
            ask(one).unwrap();
        }
        ask(one).unwrap_err();
    }
}
