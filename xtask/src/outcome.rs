//! How a developer command fails: with text for the person at the terminal, nothing finer.

use std::fmt;

/// What went wrong, in words for the person who ran the command.
#[derive(Debug)]
pub(crate) struct Failed(String);

/// The result of every fallible function in this crate.
pub(crate) type Outcome<T> = Result<T, Failed>;

impl Failed {
    /// A failure with the given text.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Adds what was being done to an error from elsewhere.
pub(crate) trait Doing<T> {
    /// Turns the error into a [`Failed`] that starts with `what`.
    fn doing(self, what: impl fmt::Display) -> Outcome<T>;
}

impl<T, E: fmt::Display> Doing<T> for Result<T, E> {
    fn doing(self, what: impl fmt::Display) -> Outcome<T> {
        self.map_err(|error| Failed(format!("{what}: {error}")))
    }
}

impl<T> Doing<T> for Option<T> {
    fn doing(self, what: impl fmt::Display) -> Outcome<T> {
        self.ok_or_else(|| Failed(format!("{what}: missing")))
    }
}
