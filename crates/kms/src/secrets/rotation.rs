use super::limits;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use types::{Failure, Result, SecretVersionId, Timestamp};

/// How a secret is rotated, and how far that is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// Whether it happens by itself.
    pub automatic: bool,
    /// How often, in seconds; kept while it does not happen by itself.
    pub interval: Option<u64>,
    /// When it last happened.
    pub last: Option<Timestamp>,
    /// When it next happens by itself.
    pub next: Option<Timestamp>,
    /// The one under way.
    pub pending: Option<Pending>,
    /// Why the last one came to nothing. Empty once one works.
    pub failed: Option<String>,
}

/// A rotation under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The version that it will put.
    pub version: SecretVersionId,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub retry_at: Timestamp,
    /// Why the last try came to nothing.
    pub error: Option<String>,
}

/// The wait after so many attempts: twice as long each time, up to a bound.
fn back_off(attempts: u32) -> Duration {
    let factor = 1u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    limits::ROTATION_RETRY.saturating_mul(factor).min(limits::ROTATION_RETRY_MOST)
}

impl Rotation {
    /// One that happens by itself at this interval, or is remembered to.
    pub(crate) fn set(&mut self, automatic: bool, interval: Option<Duration>, now: Timestamp) -> Result<()> {
        if let Some(interval) = interval {
            if !(limits::ROTATION_LEAST..=limits::ROTATION_MOST).contains(&interval) {
                return Err(Failure::invalid("RotationInterval", "6 hours to 365 days"));
            }
            self.interval = Some(interval.as_secs());
        }
        if automatic && self.interval.is_none() {
            return Err(Failure::missing("RotationInterval"));
        }
        self.automatic = automatic;
        self.plan(now);
        Ok(())
    }

    /// Sets when the next one happens, from now.
    fn plan(&mut self, now: Timestamp) {
        self.next = self.interval.filter(|_| self.automatic).map(|secs| now.plus(Duration::from_secs(secs)));
    }

    /// When something has to be done, if ever.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.pending.as_ref().map(|pending| pending.retry_at).or(self.next)
    }

    /// Begins one.
    pub(crate) fn start(&mut self, version: SecretVersionId, now: Timestamp) {
        self.pending = Some(Pending { version, attempts: 0, retry_at: now, error: None });
    }

    /// One has worked.
    pub(crate) fn finish(&mut self, now: Timestamp) {
        self.pending = None;
        self.failed = None;
        self.last = Some(now);
        self.plan(now);
    }

    /// A try came to nothing. After the last one the rotation is given up until the next is due.
    pub(crate) fn defer(&mut self, error: String, now: Timestamp) {
        let Some(mut pending) = self.pending.take() else { return };
        pending.attempts = pending.attempts.saturating_add(1);
        if pending.attempts >= limits::ROTATION_ATTEMPTS {
            self.failed = Some(error);
            self.plan(now);
            return;
        }
        pending.retry_at = now.plus(back_off(pending.attempts));
        pending.error = Some(error);
        self.pending = Some(pending);
    }
}

#[cfg(test)]
mod tests {
    use super::{Rotation, back_off};
    use crate::secrets::limits;
    use std::time::Duration;
    use types::{Reason, Timestamp};

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn every_day() -> Rotation {
        let mut rotation = Rotation::default();
        rotation.set(true, Some(DAY), Timestamp::default()).unwrap();
        rotation
    }

    #[test]
    fn waits_double_up_to_a_bound() {
        let minutes: Vec<u64> = (1..=limits::ROTATION_ATTEMPTS).map(|n| back_off(n).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
        assert_eq!(back_off(u32::MAX), limits::ROTATION_RETRY_MOST);
    }

    #[test]
    fn one_that_keeps_failing_waits_for_the_next() {
        let mut rotation = every_day();
        rotation.start("v".parse().unwrap(), Timestamp::default());
        let mut now = Timestamp::default();
        for n in 1..limits::ROTATION_ATTEMPTS {
            rotation.defer(format!("no {n}"), now);
            now = rotation.due().unwrap();
            assert_eq!(rotation.pending.as_ref().unwrap().attempts, n);
        }
        rotation.defer("no more".to_owned(), now);
        assert_eq!((rotation.pending.as_ref(), rotation.failed.as_deref()), (None, Some("no more")));
        assert_eq!(rotation.due(), Some(now.plus(DAY)));
        rotation.start("w".parse().unwrap(), now);
        rotation.finish(now);
        assert_eq!((rotation.failed.as_ref(), rotation.last), (None, Some(now)));
    }

    #[test]
    fn the_interval_is_bounded_and_remembered() {
        let mut rotation = every_day();
        for wrong in [Duration::from_secs(6 * 60 * 60 - 1), DAY * 366] {
            let failure = rotation.set(true, Some(wrong), Timestamp::default()).unwrap_err();
            assert_eq!(failure.reason(), Reason::ParameterInvalid);
        }
        rotation.set(false, None, Timestamp::default()).unwrap();
        assert_eq!((rotation.due(), rotation.interval), (None, Some(DAY.as_secs())));
        rotation.set(true, None, Timestamp::default()).unwrap();
        assert_eq!(rotation.due(), Some(Timestamp::default().plus(DAY)));
        assert!(Rotation::default().set(true, None, Timestamp::default()).is_err());
    }
}
