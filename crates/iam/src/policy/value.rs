use std::borrow::Cow;
use std::net::IpAddr;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};
use types::Timestamp;

/// One value of a fact. Typed, so that deciding does not have to write and read texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Any text.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A moment.
    Time(Timestamp),
    /// A network address.
    Address(IpAddr),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl From<IpAddr> for Value {
    fn from(address: IpAddr) -> Self {
        // `::ffff:10.0.0.1` is how a dual-stack listener sees `10.0.0.1`; policies mean the latter.
        Self::Address(address.to_canonical())
    }
}

impl Value {
    /// The value as string operators and variables see it.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Flag(true) => Cow::Borrowed("true"),
            Self::Flag(false) => Cow::Borrowed("false"),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Time(time) => Cow::Owned(time.iso_seconds()),
            Self::Address(address) => Cow::Owned(address.to_string()),
        }
    }

    pub(super) fn decimal(&self) -> Option<i128> {
        match self {
            Self::Number(number) => Some(i128::from(*number) * BILLION),
            Self::Text(text) => decimal(text),
            Self::Flag(_) | Self::Time(_) | Self::Address(_) => None,
        }
    }

    pub(super) fn moment(&self) -> Option<Timestamp> {
        match self {
            Self::Time(time) => Some(*time),
            Self::Text(text) => moment(text),
            Self::Flag(_) | Self::Number(_) | Self::Address(_) => None,
        }
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            Self::Text(text) => flag(text),
            Self::Number(_) | Self::Time(_) | Self::Address(_) => None,
        }
    }

    pub(super) fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Address(address) => Some(*address),
            Self::Text(text) => text.parse().ok().map(|address: IpAddr| address.to_canonical()),
            Self::Flag(_) | Self::Number(_) | Self::Time(_) => None,
        }
    }
}

const BILLION: i128 = 1_000_000_000;

/// A decimal number of up to 20 digits and 9 decimals, in billionths: exact, where a float would round object sizes.
pub(super) fn decimal(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |t: &str, most: usize| (1..=most).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole, 20) || !all_digits(part, 9) {
        return None;
    }
    let part: i128 = format!("{part:0<9}").parse().ok()?;
    let size = whole.parse::<i128>().ok()? * BILLION + part;
    Some(if negative { -size } else { size })
}

/// `true` or `false`, in any case.
pub(super) fn flag(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}

const MINUTES: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute][offset_hour sign:mandatory]:[offset_minute]");
const MINUTES_UTC: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]");
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// A date as policies write it: RFC 3339, the same without seconds, or a day alone, which begins at midnight UTC.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let parsed = OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(text, MINUTES))
        .ok()
        .or_else(|| Some(time::PrimitiveDateTime::parse(text.strip_suffix('Z')?, MINUTES_UTC).ok()?.assume_utc()))
        .or_else(|| Some(Date::parse(text, DAY).ok()?.midnight().assume_utc()))?;
    Some(Timestamp::from_millis(parsed.unix_timestamp() * 1000 + i64::from(parsed.millisecond())))
}
