//! What becomes of objects with time: rules of a bucket, and the work they ask for.
//!
//! Rules are judged against what a transaction reads, by the clock of the server; whatever is done by them goes through the
//! gate, as Bailee itself, and is an event of the tenant's trail.

mod filter;
mod judge;
mod pass;
mod rule;

pub use filter::{Except, Filter};
pub(crate) use judge::{Judge, Verdict};
pub use pass::Applied;
pub(crate) use pass::PassRecord;
pub use rule::{NoncurrentExpiration, NoncurrentTransition, Rule, Transition, When};

use crate::ids::BucketId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;
use store::Record;
use types::{Failure, Result, Timestamp};

/// Rules of one bucket.
const RULES: usize = 1_000;
/// Bytes of all that is written in them: they are kept as one record.
const TEXT_BYTES: usize = 512 * 1024;
/// Rules that an event tells about.
const AUDITED: usize = 20;

/// How long a day is, unless it is configured otherwise.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A bucket's rules, in the order they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    rules: Vec<Rule>,
    /// Objects of fewer bytes stay in their storage class, unless the rule itself says which sizes it is about.
    least_moved: u64,
}

impl Lifecycle {
    /// Rules that make sense together. `least_moved`: the bytes below which an object stays in its storage class, unless a
    /// rule says which sizes it is about.
    pub fn new(rules: Vec<Rule>, least_moved: u64) -> Result<Self> {
        if rules.is_empty() || rules.len() > RULES {
            return Err(Failure::invalid("Rule", format_args!("1 to {RULES} rules")));
        }
        let mut ids = BTreeSet::new();
        for rule in &rules {
            rule.check()?;
            if !ids.insert(rule.id.as_str()) {
                return Err(Failure::invalid(
                    "ID",
                    format_args!("another one for each rule; {} is there twice", rule.id),
                ));
            }
        }
        if rules.iter().map(Rule::text_bytes).sum::<usize>() > TEXT_BYTES {
            return Err(Failure::invalid(
                "Rule",
                format_args!("at most {TEXT_BYTES} bytes in all prefixes, tags and ids"),
            ));
        }
        Ok(Self { rules, least_moved })
    }

    /// The rules.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The bytes below which an object stays in its storage class, unless a rule says which sizes it is about.
    pub const fn least_moved(&self) -> u64 {
        self.least_moved
    }

    /// As an event holds them: the first few.
    pub(crate) fn audited(&self) -> Vec<String> {
        self.rules.iter().take(AUDITED).map(ToString::to_string).collect()
    }
}

/// When a rule is going to delete an object, if nothing changes until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// From when on.
    pub at: Timestamp,
    /// Which rule.
    pub rule: String,
}

impl fmt::Display for Expiry {
    /// As both vendors' headers have it (Amazon S3 API, `x-amz-expiration`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = self.rule.bytes().map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        });
        write!(f, "expiry-date=\"{}\", rule-id=\"{}\"", self.at.http_date(), rule.collect::<String>())
    }
}

/// A bucket's rules as they are kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LifecycleRecord {
    /// Of which bucket: one that was made again under the name has none.
    pub(crate) bucket: BucketId,
    pub(crate) lifecycle: Lifecycle,
    /// When they were set.
    pub(crate) updated: Timestamp,
}

impl Record for LifecycleRecord {}

#[cfg(test)]
mod tests;
