//! A bucket's own retention policy: everything in it is kept for some days from when it was stored.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use types::{Failure, Reason, Result, Rng, Timestamp};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The most days that everything in a bucket is kept (alibaba-wire §9.4: 70 years).
const MOST_DAYS: u32 = 25_550;
/// How long a policy may be thought over. It keeps what is in the bucket from the beginning; if it was not locked by then,
/// it is gone.
const TRIAL: Duration = DAY;

/// A bucket's retention policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketRetention {
    /// Its name.
    pub id: String,
    /// How many days it keeps what was stored.
    pub days: u32,
    /// Since when there is one.
    pub created: Timestamp,
    /// Whether it is there for good, and can only be made longer.
    pub locked: bool,
}

impl BucketRetention {
    /// A new one, which is not locked yet.
    pub(crate) fn new(days: u32, now: Timestamp, rng: &dyn Rng) -> Result<Self> {
        check(days)?;
        Ok(Self { id: hex::encode_upper(rng.bytes::<16>()), days, created: now, locked: false })
    }

    /// When it is gone unless it is locked by then.
    pub fn ends(&self) -> Option<Timestamp> {
        (!self.locked).then(|| self.created.plus(TRIAL))
    }

    /// Whether there still is such a policy. `now`: the earliest it may be.
    pub(crate) fn counts(&self, now: Timestamp) -> bool {
        self.ends().is_none_or(|end| end > now)
    }

    /// Whether it keeps what was stored then.
    pub(crate) fn keeps(&self, stored: Timestamp, now: Timestamp) -> bool {
        self.counts(now) && stored.plus(DAY.saturating_mul(self.days)) > now
    }

    /// Makes it longer, once it is locked.
    pub(crate) fn extend(&mut self, days: u32) -> Result<()> {
        check(days)?;
        let wrong = |text: &str| Err(Failure::new(Reason::RetentionInvalid, text));
        if !self.locked {
            return wrong("Only a retention policy that is locked can be extended; one that is not can be aborted.");
        }
        // The same again is the request whose answer was lost.
        if days < self.days {
            return wrong("A retention policy can only be made longer.");
        }
        self.days = days;
        Ok(())
    }
}

fn check(days: u32) -> Result<()> {
    if (1..=MOST_DAYS).contains(&days) {
        return Ok(());
    }
    let text = format!("The retention period is 1 to {MOST_DAYS} days.");
    Err(Failure::new(Reason::RetentionInvalid, text))
}

#[cfg(test)]
mod tests {
    use super::{BucketRetention, DAY, MOST_DAYS};
    use std::time::Duration;
    use types::{SystemRng, Timestamp};

    #[test]
    fn states() {
        let start = Timestamp::from_secs(1_700_000_000);
        let mut policy = BucketRetention::new(3, start, &SystemRng).unwrap();
        assert!(policy.id.len() == 32 && policy.ends() == Some(start.plus(DAY)));
        let late = start.plus(DAY);
        assert!(policy.keeps(start, start.plus(DAY - Duration::from_millis(1))) && !policy.keeps(start, late));
        assert!(policy.extend(4).is_err());
        policy.locked = true;
        assert!(policy.keeps(start, start.plus(DAY * 3 - Duration::from_millis(1))));
        assert!(!policy.keeps(start, start.plus(DAY * 3)));
        assert!(policy.extend(2).is_err() && policy.extend(3).is_ok() && policy.extend(4).is_ok());
        assert!(policy.keeps(start, start.plus(DAY * 3)) && policy.ends().is_none());
        for days in [0, MOST_DAYS + 1] {
            assert!(BucketRetention::new(days, start, &SystemRng).is_err() && policy.extend(days).is_err());
        }
    }
}
