use std::fmt::Write;
use types::{Failure, Reason};

/// Why a text is not a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// It is longer than its kind may be.
    #[error("The policy is longer than {limit} {unit}.")]
    TooLong {
        /// The most its kind may have.
        limit: usize,
        /// Of what.
        unit: &'static str,
    },
    /// It breaks the grammar.
    #[error("The policy is not valid at line {line}, column {column}{}: {text}", within(path))]
    Malformed {
        /// The line, counted from 1.
        line: usize,
        /// The character in that line, counted from 1.
        column: usize,
        /// The element, such as `Statement[2].Condition.IpAddress`; empty for the document itself.
        path: String,
        /// What is wrong and what would be right.
        text: String,
    },
}

fn within(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(", in {path}") }
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        let reason = match error {
            PolicyError::TooLong { .. } => Reason::PolicyTooLong,
            PolicyError::Malformed { .. } => Reason::PolicyMalformed,
        };
        Self::new(reason, error.to_string())
    }
}

/// A fault on its way up to the document: it learns the names of the elements it passes.
#[derive(Debug)]
pub(super) struct Fault {
    at: usize,
    /// Innermost first.
    path: Vec<String>,
    text: String,
}

impl Fault {
    /// A fault at a byte of the document.
    pub(super) fn new(at: usize, text: impl Into<String>) -> Self {
        Self { at, path: Vec::new(), text: text.into() }
    }

    /// The same fault, inside the element `name`.
    #[must_use]
    pub(super) fn within(mut self, name: impl Into<String>) -> Self {
        self.path.push(name.into());
        self
    }

    /// The fault as the caller gets it, once the whole text is at hand to count lines in.
    pub(super) fn locate(self, document: &str) -> PolicyError {
        let before = document.get(..self.at).unwrap_or(document);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        let mut path = String::new();
        for name in self.path.iter().rev() {
            let dot = if path.is_empty() || name.starts_with('[') { "" } else { "." };
            // Writing to a String cannot fail.
            let _ = write!(path, "{dot}{name}");
        }
        PolicyError::Malformed { line, column, path, text: self.text }
    }
}

/// At most 64 characters of what the caller wrote, quoted, for an error text.
pub(super) fn quote(text: &str) -> String {
    let mut shown: String = text.chars().take(64).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}
