use crate::token::TokenError;
use std::io;
use std::path::PathBuf;
use types::{Failure, Reason};

/// Why the seal did not open or could not be made. The texts are for the operator who starts the server.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The file could not be read or written.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others may read the file.
    #[error(
        "{} may be read by other users of this machine (mode {mode:03o}); it holds the root key: run chmod 600 on it",
        path.display()
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// There is data, but nothing to open it with.
    #[error(
        "{} is missing, but {} holds data, which only the keys in that file can open: put the file back \
         (if the folder is really meant to be new, empty it)",
        path.display(), folder.display()
    )]
    Missing {
        /// The missing file.
        path: PathBuf,
        /// The data folder.
        folder: PathBuf,
    },
    /// The content is no seal.
    #[error("the seal file is damaged: {0}")]
    Damaged(&'static str),
    /// The content is of a version we don't know.
    #[error("the seal file has version {0}, which this program is too old to read")]
    VersionUnknown(u32),
    /// The content is of a kind we don't know.
    #[error("the seal file is of a kind that this program does not know")]
    KindUnknown,
    /// A passphrase is needed and none was given.
    #[error("this data folder is sealed by a passphrase, and none was given")]
    PassphraseNeeded,
    /// A passphrase was given and none is needed.
    #[error("a passphrase was given, but this data folder is sealed by its key file alone")]
    NoPassphraseNeeded,
    /// Shares are needed, and not enough were given.
    #[error("this data folder is sealed by shares, and fewer were given than it needs")]
    SharesNeeded,
    /// Shares were given and none are needed.
    #[error("shares were given, but this data folder is sealed by its key file alone")]
    NoSharesNeeded,
    /// A share, or what was put together from some, is not right.
    #[error("the shares cannot be used: {0}")]
    ShareWrong(&'static str),
    /// A token is needed.
    #[error("this data folder is sealed by a PKCS#11 token; the configuration has to say so")]
    TokenNeeded,
    /// A token was named and none is needed.
    #[error("the configuration names a token as the seal, but this data folder is sealed by its key file alone")]
    NoTokenNeeded,
    /// The token is not there.
    #[error("the module shows no token labelled {token:?}; is it plugged in?")]
    TokenMissing {
        /// Its label.
        token: String,
    },
    /// The token has not the key that the file is under.
    #[error(
        "the token {token:?} does not have the key of this seal file: it was destroyed, or the file is not of this token"
    )]
    TokenKeyGone {
        /// Its label.
        token: String,
    },
    /// The token, or its module, says no.
    #[error("the token {token:?} cannot {what}: {source}")]
    Token {
        /// Its label.
        token: String,
        /// What was tried.
        what: &'static str,
        /// What the module said.
        source: Box<cryptoki::error::Error>,
    },
    /// The token does something else than it should.
    #[error(transparent)]
    TokenUnfit(TokenError),
    /// The passphrase is not the right one.
    #[error("the passphrase is wrong, or the seal file was changed")]
    PassphraseWrong,
    /// The passphrase cannot be used.
    #[error("the passphrase cannot be used: {0}")]
    PassphraseUnfit(&'static str),
}

impl From<SealError> for Failure {
    fn from(error: SealError) -> Self {
        let reason = match &error {
            SealError::Damaged(_) => Reason::Corrupt,
            SealError::PassphraseUnfit(_) | SealError::ShareWrong(_) => Reason::ParameterInvalid,
            _ => Reason::Unavailable,
        };
        Self::new(reason, error.to_string()).caused_by(error)
    }
}

impl From<TokenError> for SealError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Missing { token } => Self::TokenMissing { token },
            TokenError::ObjectGone { token, .. } => Self::TokenKeyGone { token },
            TokenError::Failed { token, what, source } => Self::Token { token, what, source },
            TokenError::PinWrong { .. } | TokenError::Odd { .. } | TokenError::Refused => Self::TokenUnfit(error),
        }
    }
}
