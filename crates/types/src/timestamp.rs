use serde::{Deserialize, Serialize};
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const SECONDS: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const MILLIS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
const COMPACT: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");
const HTTP: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// A moment in UTC, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From whole seconds since the Unix epoch; saturates.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment moved later by `by`; saturates.
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This moment moved earlier by `by`; saturates.
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The same day and time so many years later; the first of March for a 29 February that that year does not have.
    /// Saturates at the end of the year 9999.
    pub fn plus_years(self, years: u32) -> Self {
        let last = Self::from_secs(253_402_300_799);
        let moved = || {
            let from = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).ok()?;
            let year = from.year().checked_add(i32::try_from(years).ok()?)?;
            let to = from.replace_year(year).or_else(|_| {
                // The day after the 28th.
                from.replace_day(28).and_then(|day| day.replace_year(year)).map(|day| day + time::Duration::DAY)
            });
            i64::try_from(to.ok()?.unix_timestamp_nanos().div_euclid(1_000_000)).ok().map(Self)
        };
        moved().unwrap_or(last).min(last)
    }

    /// The distance between two moments, whichever is later.
    pub const fn distance(self, other: Self) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }

    /// `2012-02-24T08:43:07Z` (RFC 3339, whole seconds).
    pub fn iso_seconds(self) -> String {
        self.format(SECONDS)
    }

    /// `2012-02-24T08:43:07.000Z` (RFC 3339, milliseconds).
    pub fn iso_millis(self) -> String {
        self.format(MILLIS)
    }

    /// `20120224T084307Z` (ISO 8601 basic, as the V4 signatures write it).
    pub fn iso_basic(self) -> String {
        self.format(COMPACT)
    }

    /// `Fri, 24 Feb 2012 08:43:07 GMT` (RFC 9110 §5.6.7, IMF-fixdate).
    pub fn http_date(self) -> String {
        self.format(HTTP)
    }

    /// Reads what [`iso_seconds`](Self::iso_seconds) and [`iso_millis`](Self::iso_millis) write.
    pub fn parse_iso(text: &str) -> Option<Self> {
        Self::parse(text, SECONDS).or_else(|| Self::parse(text, MILLIS))
    }

    /// Reads what [`iso_basic`](Self::iso_basic) writes.
    pub fn parse_iso_basic(text: &str) -> Option<Self> {
        Self::parse(text, COMPACT)
    }

    /// Reads what [`http_date`](Self::http_date) writes.
    pub fn parse_http_date(text: &str) -> Option<Self> {
        Self::parse(text, HTTP)
    }

    fn parse(text: &str, format: &[BorrowedFormatItem<'_>]) -> Option<Self> {
        let parsed = time::PrimitiveDateTime::parse(text, format).ok()?.assume_utc();
        Some(Self(parsed.unix_timestamp().checked_mul(1000)?.checked_add(i64::from(parsed.millisecond()))?))
    }

    fn format(self, format: &[BorrowedFormatItem<'_>]) -> String {
        // Outside the years ±9999 there is no such date to write; the epoch stands in rather than a panic.
        let nanos = i128::from(self.0) * 1_000_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanos)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .format(format)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_reads_back() {
        let t = Timestamp::from_millis(1_330_072_987_123);
        assert_eq!(t.iso_seconds(), "2012-02-24T08:43:07Z");
        assert_eq!(t.iso_millis(), "2012-02-24T08:43:07.123Z");
        assert_eq!(t.iso_basic(), "20120224T084307Z");
        assert_eq!(t.http_date(), "Fri, 24 Feb 2012 08:43:07 GMT");
        assert_eq!(Timestamp::parse_iso(&t.iso_millis()), Some(t));
        assert_eq!(Timestamp::parse_iso("2012-02-24T08:43:07Z"), Some(Timestamp::from_secs(t.secs())));
        assert_eq!(Timestamp::parse_iso_basic("20120224T084307Z"), Some(Timestamp::from_secs(t.secs())));
        assert_eq!(Timestamp::parse_http_date(&t.http_date()), Some(Timestamp::from_secs(t.secs())));
    }

    #[test]
    fn years_later() {
        let day = |text: &str| Timestamp::parse_iso(text).unwrap();
        assert_eq!(day("2026-12-01T14:00:00Z").plus_years(7), day("2033-12-01T14:00:00Z"));
        assert_eq!(day("2024-02-29T01:02:03Z").plus_years(1), day("2025-03-01T01:02:03Z"));
        assert_eq!(day("2024-02-29T01:02:03Z").plus_years(4), day("2028-02-29T01:02:03Z"));
        assert_eq!(day("2024-02-29T01:02:03Z").plus_years(u32::MAX), day("9999-12-31T23:59:59Z"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "2012-02-30T00:00:00Z", "20120224", "Fri, 24 Feb", "9999-99-99T99:99:99Z"] {
            assert_eq!(Timestamp::parse_iso(text), None);
            assert_eq!(Timestamp::parse_iso_basic(text), None);
            assert_eq!(Timestamp::parse_http_date(text), None);
        }
    }
}
