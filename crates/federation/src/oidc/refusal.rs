use thiserror::Error;

/// Why a token, or a document of its issuer, is not taken. For the log and for whoever looks after the provider: it repeats
/// nothing of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It is no token of the one form that is taken, or a claim in it is not what it must be.
    #[error("the token cannot be read: {0}")]
    Malformed(&'static str),
    /// It is signed in a way that is not taken.
    #[error("the token's algorithm is not one of RS256 to RS512, PS256 to PS512, ES256 to ES512 and EdDSA")]
    Algorithm,
    /// The issuer has no such key.
    #[error("the issuer has no key of this id for this algorithm")]
    KeyUnknown,
    /// Several keys could be meant.
    #[error("several of the issuer's keys could be the token's")]
    KeyAmbiguous,
    /// The signature is not one of the issuer's key.
    #[error("the signature is not one of the issuer's key")]
    Signature,
    /// It is another issuer's.
    #[error("iss is not the provider's issuer")]
    Issuer,
    /// It is for somebody else.
    #[error("aud holds no client id of the provider")]
    Audience,
    /// It was given to somebody else.
    #[error("azp is not a client id of the provider, or is missing beside several audiences")]
    Party,
    /// It is past its time.
    #[error("the token has expired")]
    Expired,
    /// It was issued longer ago than the provider's tokens may have been.
    #[error("the token was issued longer ago than the provider's issuance limit")]
    TooOld,
    /// Its time has not come.
    #[error("nbf or iat is in the future")]
    NotYet,
    /// A document of the issuer's is not what it has to be.
    #[error("the issuer's document cannot be used: {0}")]
    Document(&'static str),
}
