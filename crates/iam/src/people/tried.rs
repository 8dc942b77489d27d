use types::{Failure, Result, UserName};

/// What came of a try that is counted: where it failed, the count is kept although the caller is refused.
pub struct Tried<T> {
    result: Result<T>,
    about: Option<UserName>,
}

impl<T> Tried<T> {
    /// It went well.
    pub(crate) const fn done(value: T) -> Self {
        Self { result: Ok(value), about: None }
    }

    /// It did not.
    pub(crate) fn refused(failure: impl Into<Failure>) -> Self {
        Self { result: Err(failure.into()), about: None }
    }

    /// The same, with the user it was about: for the event, not for the caller.
    pub(crate) fn about(self, user: &UserName) -> Self {
        Self { about: Some(user.clone()), ..self }
    }

    /// The user it was about.
    pub(crate) const fn user(&self) -> Option<&UserName> {
        self.about.as_ref()
    }

    /// Why it was refused, if it was.
    pub(crate) fn refusal(&self) -> Option<&Failure> {
        self.result.as_ref().err()
    }

    /// What was asked for.
    pub(crate) fn value(&self) -> Option<&T> {
        self.result.as_ref().ok()
    }

    /// What was asked for, or why it was refused.
    pub fn into_result(self) -> Result<T> {
        self.result
    }
}
