use cryptoki::error::Error;
use types::{Failure, Reason};

/// Why a token did not do what it was asked. The texts are for the operator, who reads them in the log; tenants are told less.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The token is not there.
    #[error("the module shows no token labelled {token:?}; is it plugged in?")]
    Missing {
        /// Its label.
        token: String,
    },
    /// The token, or its module, says no.
    #[error("the token {token:?} cannot {what}: {source}")]
    Failed {
        /// Its label.
        token: String,
        /// What was tried.
        what: &'static str,
        /// What the module said.
        source: Box<Error>,
    },
    /// The PIN was refused before, and is not tried again: a token locks itself after a few wrong ones.
    #[error("the token {token:?} refused the PIN; give the right one, and start anew")]
    PinWrong {
        /// Its label.
        token: String,
    },
    /// The token is there, but not the object.
    #[error("the token {token:?} has no object {object:?}")]
    ObjectGone {
        /// Its label.
        token: String,
        /// The object's id.
        object: String,
    },
    /// The token gave something else than was asked for.
    #[error("the token {token:?} gave no {what}")]
    Odd {
        /// Its label.
        token: String,
        /// What it should have given.
        what: &'static str,
    },
    /// The input cannot be opened, or not in this way. Nothing is wrong with the token.
    #[error("the token refuses the input")]
    Refused,
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        match &error {
            TokenError::Refused => Self::of(Reason::CiphertextInvalid).caused_by(error),
            TokenError::ObjectGone { .. } => {
                Self::new(Reason::Unavailable, "The HSM does not have the material of this key.").caused_by(error)
            }
            TokenError::Missing { .. }
            | TokenError::Failed { .. }
            | TokenError::PinWrong { .. }
            | TokenError::Odd { .. } => {
                Self::new(Reason::Unavailable, "The HSM that keeps this key cannot be used now; try again later.")
                    .caused_by(error)
            }
        }
    }
}
