use std::fmt;

/// The most findings that are kept; what is more is only counted.
const KEPT: usize = 1000;

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which log: its origin, or the folder.
    pub log: String,
    /// Where: a file of the log, or `event 17`.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.log, self.place, self.what)
    }
}

/// What a verification came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Logs that were looked at.
    pub logs: u64,
    /// Events under a checkpoint.
    pub events: u64,
    /// Events that are not yet under a checkpoint.
    pub pending: u64,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Findings that were too many to keep.
    pub more: u64,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    pub(crate) fn absorb(&mut self, other: Self) {
        let Self { logs, events, pending, findings, more } = other;
        self.logs += logs;
        self.events += events;
        self.pending += pending;
        self.more += more;
        findings.into_iter().for_each(|f| self.find(&f.log, f.place, f.what));
    }

    pub(crate) fn find(&mut self, log: &str, place: impl Into<String>, what: impl Into<String>) {
        if self.findings.len() < KEPT {
            self.findings.push(Finding { log: log.to_owned(), place: place.into(), what: what.into() });
        } else {
            self.more += 1;
        }
    }
}
