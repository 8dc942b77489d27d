use crate::Reason;
use std::error::Error;
use std::fmt;

/// The result of anything that can be refused or fail.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why something was not done, as it crosses from one crate to another.
///
/// `Display` is the public text alone. The source is for the log, once; it is never shown to the caller.
#[derive(Debug)]
pub struct Failure {
    reason: Reason,
    text: String,
    details: Vec<(&'static str, String)>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// A failure with a text for the caller that names the field and what would be right.
    pub fn new(reason: Reason, text: impl Into<String>) -> Self {
        Self { reason, text: text.into(), details: Vec::new(), source: None }
    }

    /// A failure whose text is the reason's own.
    pub fn of(reason: Reason) -> Self {
        Self::new(reason, reason.text())
    }

    /// A parameter that is missing.
    pub fn missing(field: &'static str) -> Self {
        Self::new(Reason::ParameterMissing, format!("The parameter {field} is required.")).with("Parameter", field)
    }

    /// A parameter that is wrong; `rule` says what would be right.
    pub fn invalid(field: &'static str, rule: impl fmt::Display) -> Self {
        Self::new(Reason::ParameterInvalid, format!("The parameter {field} is invalid: {rule}."))
            .with("Parameter", field)
    }

    /// A fault of ours. The caller learns nothing but that; the log learns `source`.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::of(Reason::Internal).caused_by(source)
    }

    /// Stored bytes that are not what was written. `what` names the thing, never its content.
    pub fn corrupt(what: impl fmt::Display) -> Self {
        Self::new(Reason::Corrupt, format!("The stored data of {what} is damaged; nothing of it was returned."))
    }

    /// Adds a public fact that a dialect may spell as an element of its own, such as `BucketName`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    /// Adds what only the log should know.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Why.
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// The public facts, in the order they were added.
    pub fn details(&self) -> &[(&'static str, String)] {
        &self.details
    }

    /// One public fact.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|e| e.as_ref() as &(dyn Error + 'static))
    }
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self::of(reason)
    }
}
