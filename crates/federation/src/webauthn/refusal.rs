use thiserror::Error;

/// Why what an authenticator said is not taken. For the log and for whoever registers a passkey: it repeats nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It is not in the one form that is taken.
    #[error("it cannot be read: {0}")]
    Malformed(&'static str),
    /// It was made for registering where signing in was asked for, or the other way round.
    #[error("it was made for another ceremony")]
    Ceremony,
    /// It answers another challenge.
    #[error("the challenge is not one that was given for this, or its time is over")]
    Challenge,
    /// It was made on another page.
    #[error("the origin is not one of this server's")]
    Origin,
    /// It was made in a frame of another page.
    #[error("it was made inside a page of another origin")]
    Framed,
    /// It is for another relying party.
    #[error("it is for another relying party")]
    RelyingParty,
    /// Nobody was there.
    #[error("the authenticator did not see a user")]
    NotPresent,
    /// The authenticator did not find out who was there.
    #[error("the authenticator did not verify its user")]
    NotVerified,
    /// What it says of its backup contradicts itself, or what was said before.
    #[error("what it says of its backup cannot be")]
    Backup,
    /// It signs in a way that is not taken.
    #[error("the key is not one of ES256, EdDSA and RS256")]
    Algorithm,
    /// It vouches for itself in a way that was not asked for.
    #[error("the attestation is not taken: {0}")]
    Attestation(&'static str),
    /// The signature is not one of the passkey's key.
    #[error("the signature is not one of the passkey's key")]
    Signature,
    /// It counted no further than before: there may be a copy of it.
    #[error("the signature counter did not go up: there may be a copy of the passkey")]
    Counter,
    /// It is somebody else's.
    #[error("the user handle is another user's")]
    User,
}
