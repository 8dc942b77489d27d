//! What keeps a version of an object: until when, how firmly, and a hold without end.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use types::{Failure, Reason, Result, Timestamp};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The most days of a default retention.
const MOST_DAYS: u32 = 36_500;
/// The most years of a retention, by default or said of one version: what is wrong by more can never be put right again.
const MOST_YEARS: u32 = 100;

/// How firmly a version is retained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RetentionMode {
    /// Whoever has the right to go past it may, if it says so.
    Governance,
    /// Nobody may.
    Compliance,
}

impl RetentionMode {
    /// Its name, in events and wherever it is spelled.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Compliance => "COMPLIANCE",
        }
    }

    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Governance, Self::Compliance].into_iter().find(|mode| mode.name() == name)
    }
}

/// That a version is retained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// How firmly.
    pub mode: RetentionMode,
    /// Until when.
    pub until: Timestamp,
}

impl Retention {
    /// Whether it is one that can be asked for. `now`: the latest it may be.
    pub(crate) fn check(&self, now: Timestamp) -> Result<()> {
        if self.until <= now {
            return Err(Failure::invalid("RetainUntilDate", "it must be in the future"));
        }
        if self.until > now.plus_years(MOST_YEARS) {
            return Err(Failure::invalid("RetainUntilDate", format_args!("it must be within {MOST_YEARS} years")));
        }
        Ok(())
    }

    /// Whether it still counts. `now`: the earliest it may be.
    pub(crate) fn counts(&self, now: Timestamp) -> bool {
        self.until > now
    }

    /// Whether something that is retained so can be retained as `next` says and be kept no less.
    fn is_kept_by(&self, next: Option<&Self>) -> bool {
        next.is_some_and(|next| next.until >= self.until && next.mode == self.mode)
    }
}

/// What keeps a version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// It is retained until some time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// Whether it is held until somebody ends that; `None` if nobody ever said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<bool>,
}

/// How a version is kept from going.
pub(crate) enum Kept {
    /// It is not.
    Free,
    /// It is for those who do not go past governance.
    Governed,
    /// It is for everybody.
    Locked(&'static str),
}

impl Lock {
    /// Whether nothing was ever said.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it keeps what has it. `now`: the earliest it may be.
    pub(crate) fn kept(&self, now: Timestamp) -> Kept {
        if self.hold == Some(true) {
            return Kept::Locked("The object is under a legal hold.");
        }
        match self.retention.filter(|retention| retention.counts(now)).map(|retention| retention.mode) {
            Some(RetentionMode::Compliance) => Kept::Locked("The object is retained in compliance mode."),
            Some(RetentionMode::Governance) => Kept::Governed,
            None => Kept::Free,
        }
    }

    /// Changes the retention, which never shortens or weakens what counts; save that who goes past governance does as it
    /// likes with that. To make it compliance is to take from all others what they may: so it counts as going past, too.
    /// Says whether it was gone past.
    pub(crate) fn retain(&mut self, next: Option<Retention>, now: Timestamp, bypass: bool) -> Result<bool> {
        let counting = self.retention.filter(|current| current.counts(now));
        let past = counting.is_some_and(|current| !current.is_kept_by(next.as_ref()));
        let may = |current: Retention| bypass && current.mode == RetentionMode::Governance;
        if past && !counting.is_some_and(may) {
            let text = "The retention can only be made longer in the same mode.";
            return Err(Failure::new(Reason::ObjectRetained, text));
        }
        self.retention = next;
        Ok(past)
    }

    /// Notes it in an event.
    pub(crate) fn audit(&self, audit: &mut iam::Audit) {
        audit_retention(audit, self.retention.as_ref());
        audit.optional("legalHold", self.hold.map(hold_name));
    }
}

/// Notes a retention in an event.
pub(crate) fn audit_retention(audit: &mut iam::Audit, retention: Option<&Retention>) {
    audit.optional("retentionMode", retention.map(|retention| retention.mode.name()));
    audit.optional("retainUntil", retention.map(|retention| retention.until.iso_millis()));
}

/// How events name whether something is held.
pub(crate) const fn hold_name(on: bool) -> &'static str {
    if on { "ON" } else { "OFF" }
}

/// How long a version is retained by default, from when it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Period {
    /// Days of 24 hours.
    Days(u32),
    /// Years of the calendar.
    Years(u32),
}

/// How versions are retained that do not say it themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultRetention {
    /// How firmly.
    pub mode: RetentionMode,
    /// How long.
    pub period: Period,
}

impl DefaultRetention {
    /// The retention of a version that is stored now.
    fn from(&self, now: Timestamp) -> Retention {
        let until = match self.period {
            Period::Days(days) => now.plus(DAY.saturating_mul(days)),
            Period::Years(years) => now.plus_years(years),
        };
        Retention { mode: self.mode, until }
    }
}

/// That the versions of a bucket's objects can be locked. Once they can, that stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locking {
    /// How those are retained that do not say it themselves; `None`: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<DefaultRetention>,
}

impl Locking {
    pub(crate) fn check(&self) -> Result<()> {
        let (given, most, unit) = match self.default.map(|default| default.period) {
            None => return Ok(()),
            Some(Period::Days(days)) => (days, MOST_DAYS, "days"),
            Some(Period::Years(years)) => (years, MOST_YEARS, "years"),
        };
        if (1..=most).contains(&given) {
            return Ok(());
        }
        Err(Failure::new(Reason::RetentionInvalid, format!("The default retention period is 1 to {most} {unit}.")))
    }
}

/// The lock of a version that comes into a bucket: what was said of it, else what the bucket's default makes of it.
pub(crate) fn settled(said: Lock, locking: Option<&Locking>, now: Timestamp) -> Result<Lock> {
    match locking {
        None if said.is_none() => Ok(said),
        None => Err(Failure::of(Reason::ObjectLockMissing)),
        Some(Locking { default }) => {
            let retention = said.retention.or_else(|| default.map(|default| default.from(now)));
            Ok(Lock { retention, ..said })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        DefaultRetention, Kept, Lock, Locking, MOST_DAYS, MOST_YEARS, Period, Retention, RetentionMode, settled,
    };
    use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
    use types::{Reason, Timestamp};

    fn moments() -> impl Strategy<Value = Timestamp> {
        (1_700_000_000_i64..1_700_000_100).prop_map(Timestamp::from_secs)
    }

    fn modes() -> impl Strategy<Value = RetentionMode> {
        any::<bool>().prop_map(|firm| if firm { RetentionMode::Compliance } else { RetentionMode::Governance })
    }

    fn retentions() -> impl Strategy<Value = Option<Retention>> {
        proptest::option::of((modes(), moments()).prop_map(|(mode, until)| Retention { mode, until }))
    }

    proptest! {
        /// Whatever is asked for: what counts is never less afterwards, unless governance was gone past.
        #[test]
        fn what_counts_is_never_less(had in retentions(), next in retentions(), now in moments(), bypass: bool) {
            let mut lock = Lock { retention: had, hold: None };
            let done = lock.retain(next, now, bypass);
            let Some(had) = had.filter(|had| had.counts(now)) else {
                prop_assert_eq!(done.unwrap(), false);
                prop_assert_eq!(lock.retention, next);
                return Ok(());
            };
            match done {
                Err(failure) => {
                    prop_assert_eq!(failure.reason(), Reason::ObjectRetained);
                    prop_assert_eq!(lock.retention, Some(had));
                }
                Ok(true) => prop_assert!(bypass && had.mode == RetentionMode::Governance),
                Ok(false) => {
                    let now_has = lock.retention.unwrap();
                    prop_assert!(now_has.until >= had.until && now_has.mode == had.mode);
                }
            }
        }
    }

    #[test]
    fn what_keeps() {
        let now = Timestamp::from_secs(1_700_000_000);
        let until = |secs| Some(Retention { mode: RetentionMode::Governance, until: Timestamp::from_secs(secs) });
        let kept = |retention, hold| Lock { retention, hold }.kept(now);
        assert!(matches!(kept(None, None), Kept::Free));
        assert!(matches!(kept(until(1_700_000_000), Some(false)), Kept::Free));
        assert!(matches!(kept(until(1_700_000_001), None), Kept::Governed));
        assert!(matches!(kept(None, Some(true)), Kept::Locked(_)));
        let firm = until(1_700_000_001).map(|retention| Retention { mode: RetentionMode::Compliance, ..retention });
        assert!(matches!(kept(firm, None), Kept::Locked(_)));
    }

    #[test]
    fn defaults_and_their_limits() {
        let now = Timestamp::from_secs(1_700_000_000);
        let locking = |period| Locking { default: Some(DefaultRetention { mode: RetentionMode::Compliance, period }) };
        for period in [Period::Days(1), Period::Days(MOST_DAYS), Period::Years(1), Period::Years(MOST_YEARS)] {
            locking(period).check().unwrap();
        }
        for period in [Period::Days(0), Period::Days(MOST_DAYS + 1), Period::Years(0), Period::Years(MOST_YEARS + 1)] {
            assert_eq!(locking(period).check().unwrap_err().reason(), Reason::RetentionInvalid);
        }
        let of = |said, locking: Option<Locking>| settled(said, locking.as_ref(), now);
        let by_default = of(Lock::default(), Some(locking(Period::Days(1)))).unwrap().retention.unwrap();
        assert_eq!(by_default.until, Timestamp::from_secs(1_700_086_400));
        let own = Retention { mode: RetentionMode::Governance, until: now };
        let said = Lock { retention: Some(own), hold: Some(true) };
        assert_eq!(of(said, Some(locking(Period::Years(1)))).unwrap(), said);
        assert_eq!(of(said, None).unwrap_err().reason(), Reason::ObjectLockMissing);
        assert!(of(Lock::default(), None).unwrap().is_none());
    }

    #[test]
    fn dates_that_can_be_asked_for() {
        let now = Timestamp::from_secs(1_700_000_000);
        let check = |until| Retention { mode: RetentionMode::Governance, until }.check(now).is_ok();
        assert!(check(Timestamp::from_millis(now.millis() + 1)) && check(now.plus_years(100)));
        assert!(!check(now) && !check(Timestamp::from_millis(now.plus_years(100).millis() + 1)));
    }
}
