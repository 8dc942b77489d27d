use super::filter::Filter;
use crate::bucket::StorageClass;
use serde::{Deserialize, Serialize};
use std::fmt;
use types::{Failure, Result, Timestamp};

/// Characters of a rule's id.
const ID_CHARS: usize = 255;
/// Days: more than nine thousand years mean never.
const MOST_DAYS: u32 = 3_650_000;
/// Noncurrent versions that a rule can have kept.
const MOST_KEPT: u32 = 100;
/// A day, in milliseconds.
const MIDNIGHT: i64 = 24 * 60 * 60 * 1_000;

/// When a rule acts on something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    /// At the end of the day on which it is so many days old.
    After(u32),
    /// At once, if it is from before this midnight.
    Before(Timestamp),
    /// Whatever its age, from this midnight on.
    From(Timestamp),
}

impl When {
    fn check(self, least: u32) -> Result<()> {
        match self {
            Self::After(days) => check_days("Days", days, least),
            Self::Before(date) | Self::From(date) if date.millis().rem_euclid(MIDNIGHT) == 0 => Ok(()),
            Self::Before(_) | Self::From(_) => Err(Failure::invalid("Date", "midnight UTC")),
        }
    }

    /// Whether this comes after another, as far as one can say so.
    fn is_behind(self, other: Self) -> bool {
        match (self, other) {
            (Self::After(days), Self::After(others)) => days > others,
            (Self::Before(date), Self::Before(others)) => date < others,
            (Self::From(date), Self::From(others)) => date > others,
            _ => true,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(days) => write!(f, "after {days} days"),
            Self::Before(date) => write!(f, "if from before {}", date.iso_seconds()),
            Self::From(date) => write!(f, "from {} on", date.iso_seconds()),
        }
    }
}

/// That objects come into another storage class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// When.
    pub when: When,
    /// Into which.
    pub class: StorageClass,
}

/// That versions come into another storage class once they are not current any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoncurrentTransition {
    /// After so many days in which they were not.
    pub days: u32,
    /// So many of the newest that are not stay as they are.
    pub keep: u32,
    /// Into which.
    pub class: StorageClass,
}

/// That versions are erased once they are not current any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoncurrentExpiration {
    /// After so many days in which they were not.
    pub days: u32,
    /// So many of the newest that are not are kept.
    pub keep: u32,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name; events say it.
    pub id: String,
    /// Whether it is applied.
    pub enabled: bool,
    /// What it is about.
    pub filter: Filter,
    /// When current objects are deleted; in a bucket that keeps versions, by a delete marker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration: Option<When>,
    /// Whether delete markers go that nothing is behind any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lone_markers: bool,
    /// When versions that are not current are erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noncurrent_expiration: Option<NoncurrentExpiration>,
    /// When current objects come into other storage classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    /// When other versions do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub noncurrent_transitions: Vec<NoncurrentTransition>,
    /// When multipart uploads that nobody completed are given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploads: Option<When>,
}

impl Rule {
    /// A rule that does nothing yet.
    pub fn new(id: impl Into<String>, filter: Filter) -> Self {
        Self {
            id: id.into(),
            enabled: true,
            filter,
            expiration: None,
            lone_markers: false,
            noncurrent_expiration: None,
            transitions: Vec::new(),
            noncurrent_transitions: Vec::new(),
            uploads: None,
        }
    }

    pub(super) fn text_bytes(&self) -> usize {
        self.id.len() + self.filter.text_bytes()
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.id.is_empty() || self.id.chars().count() > ID_CHARS {
            return Err(Failure::invalid("ID", format_args!("1 to {ID_CHARS} characters")));
        }
        self.filter.check()?;
        if self.does_nothing() {
            return Err(Failure::invalid("Rule", "one that does something"));
        }
        self.check_expiration()?;
        self.check_transitions()?;
        self.check_noncurrent()?;
        if let Some(when) = self.uploads {
            when.check(1)?;
            if !self.filter.is_of_keys() {
                return Err(Failure::invalid("AbortIncompleteMultipartUpload", "by prefix alone: no tags, no sizes"));
            }
        }
        Ok(())
    }

    fn does_nothing(&self) -> bool {
        self.expiration.is_none()
            && !self.lone_markers
            && self.noncurrent_expiration.is_none()
            && self.transitions.is_empty()
            && self.noncurrent_transitions.is_empty()
            && self.uploads.is_none()
    }

    fn check_expiration(&self) -> Result<()> {
        self.expiration.map_or(Ok(()), |when| when.check(1))?;
        if !self.lone_markers {
            return Ok(());
        }
        if self.expiration.is_some() {
            return Err(Failure::invalid("ExpiredObjectDeleteMarker", "without days or a date beside it"));
        }
        if !self.filter.is_of_keys() {
            return Err(Failure::invalid(
                "ExpiredObjectDeleteMarker",
                "by prefix alone: markers have no tags, no sizes",
            ));
        }
        Ok(())
    }

    fn check_transitions(&self) -> Result<()> {
        for Transition { when, class } in &self.transitions {
            when.check(0)?;
            check_class(*class)?;
            if self.expiration.is_some_and(|expiration| !expiration.is_behind(*when)) {
                return Err(Failure::invalid("Expiration", "later than every transition"));
            }
        }
        check_once(self.transitions.len(), "Transition")
    }

    fn check_noncurrent(&self) -> Result<()> {
        let expiration = self.noncurrent_expiration;
        if let Some(NoncurrentExpiration { days, keep }) = expiration {
            check_days("NoncurrentDays", days, 1)?;
            check_kept(keep)?;
        }
        for NoncurrentTransition { days, keep, class } in &self.noncurrent_transitions {
            check_days("NoncurrentDays", *days, 0)?;
            check_kept(*keep)?;
            check_class(*class)?;
            if expiration.is_some_and(|expiration| expiration.days <= *days) {
                return Err(Failure::invalid("NoncurrentVersionExpiration", "later than every transition"));
            }
        }
        check_once(self.noncurrent_transitions.len(), "NoncurrentVersionTransition")
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.id, if self.enabled { "on" } else { "off" }, self.filter)?;
        self.expiration.map_or(Ok(()), |when| write!(f, "; expires {when}"))?;
        self.transitions.iter().try_for_each(|Transition { when, class }| write!(f, "; {class:?} {when}"))?;
        if let Some(NoncurrentExpiration { days, keep }) = self.noncurrent_expiration {
            write!(f, "; noncurrent expire after {days} days, keep {keep}")?;
        }
        for NoncurrentTransition { days, keep, class } in &self.noncurrent_transitions {
            write!(f, "; noncurrent {class:?} after {days} days, keep {keep}")?;
        }
        if self.lone_markers {
            f.write_str("; lone delete markers go")?;
        }
        self.uploads.map_or(Ok(()), |when| write!(f, "; uploads are given up {when}"))
    }
}

fn check_days(field: &'static str, days: u32, least: u32) -> Result<()> {
    let fits = (least..=MOST_DAYS).contains(&days);
    if fits { Ok(()) } else { Err(Failure::invalid(field, format_args!("a number from {least} to {MOST_DAYS}"))) }
}

fn check_kept(keep: u32) -> Result<()> {
    let fits = keep <= MOST_KEPT;
    if fits { Ok(()) } else { Err(Failure::invalid("NewerNoncurrentVersions", format_args!("at most {MOST_KEPT}"))) }
}

/// There is one class below the first.
fn check_class(class: StorageClass) -> Result<()> {
    match class {
        StorageClass::Standard => Err(Failure::invalid("StorageClass", "one for what is read less often")),
        StorageClass::InfrequentAccess => Ok(()),
    }
}

fn check_once(count: usize, field: &'static str) -> Result<()> {
    if count > 1 { Err(Failure::invalid(field, "one for each storage class")) } else { Ok(()) }
}
