use std::time::Duration;
use types::{Failure, Reason, Result, Timestamp, limits};

/// The longest a signed URL may live, in seconds: seven days.
const LONGEST: u64 = 604_800;
const SKEW: Duration = Duration::from_secs(limits::CLOCK_SKEW_SECS);

/// Refuses a time further from `now` than clocks may differ.
pub(super) fn check(time: Timestamp, now: Timestamp) -> Result<()> {
    if time.distance(now) <= SKEW {
        return Ok(());
    }
    let failure = Failure::of(Reason::ClockSkewed);
    Err(failure.with("RequestTime", time.iso_millis()).with("ServerTime", now.iso_millis()))
}

/// Refuses a signed URL before it was made (but for what clocks may differ) and after it expired.
pub(super) fn check_url(made: Option<Timestamp>, expires: Timestamp, now: Timestamp) -> Result<()> {
    if let Some(made) = made.filter(|made| *made > now) {
        check(made, now)?;
    }
    if now <= expires {
        return Ok(());
    }
    let failure = Failure::of(Reason::RequestExpired);
    Err(failure.with("Expires", expires.iso_millis()).with("ServerTime", now.iso_millis()))
}

/// How long a signed URL lives, from its own text.
pub(super) fn lifetime(seconds: &str, parameter: &'static str) -> Result<Duration> {
    let wrong = || Failure::invalid(parameter, format_args!("it must be 1 to {LONGEST} seconds"));
    let seconds = digits(seconds).filter(|s| (1..=LONGEST).contains(s)).ok_or_else(wrong)?;
    Ok(Duration::from_secs(seconds))
}

/// A moment as seconds since 1970.
pub(super) fn unix(seconds: &str) -> Result<Timestamp> {
    let seconds = digits(seconds).and_then(|s| i64::try_from(s).ok());
    seconds.map(Timestamp::from_secs).ok_or_else(malformed)
}

/// What a time that cannot be read is answered with.
pub(super) fn malformed() -> Failure {
    Failure::of(Reason::TimestampMalformed)
}

fn digits(text: &str) -> Option<u64> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::{check, check_url, lifetime, unix};
    use types::{Reason, Timestamp};

    #[test]
    fn fifteen_minutes_both_ways() {
        let now = Timestamp::from_secs(1_000_000);
        for (secs, ok) in [(999_100, true), (999_099, false), (1_000_900, true), (1_000_901, false)] {
            assert_eq!(check(Timestamp::from_secs(secs), now).is_ok(), ok, "{secs}");
        }
    }

    #[test]
    fn urls_live_from_their_making_to_their_end() {
        let at = Timestamp::from_secs;
        let reason = |made, expires, now| check_url(made, expires, now).err().map(|f| f.reason());
        assert_eq!(reason(Some(at(5_000)), at(5_600), at(5_600)), None);
        assert_eq!(reason(Some(at(5_000)), at(5_600), at(5_601)), Some(Reason::RequestExpired));
        assert_eq!(reason(Some(at(5_000)), at(5_600), at(4_099)), Some(Reason::ClockSkewed));
        assert_eq!(reason(None, at(5_600), at(0)), None);
    }

    #[test]
    fn texts() {
        assert!(lifetime("1", "E").is_ok() && lifetime("604800", "E").is_ok());
        for wrong in ["", "0", "604801", "-1", "+1", "1.0", "99999999999999999999"] {
            assert!(lifetime(wrong, "E").is_err(), "{wrong}");
        }
        assert!(unix("1795309521").is_ok() && unix("").is_err() && unix("+1").is_err());
    }
}
