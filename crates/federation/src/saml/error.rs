use thiserror::Error;

/// Why a response or a metadata document is not taken. Says the rule, never what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SamlError {
    /// It is no XML that is read here.
    #[error("it cannot be read as XML: {0}")]
    Xml(&'static str),
    /// It has another form than SAML 2.0, or what is understood of it, asks for.
    #[error("it has not the form of SAML 2.0 that is understood: {0}")]
    Malformed(&'static str),
    /// It is encrypted.
    #[error("encrypted assertions, names and attributes are not supported: let the identity provider sign only")]
    Encrypted,
    /// It is not signed as it has to be.
    #[error("its signature is not taken: {0}")]
    Signature(&'static str),
    /// No key of the metadata made the signature.
    #[error("its signature was made by none of the keys of the identity provider's metadata")]
    SignatureWrong,
    /// It is not the identity provider's.
    #[error("its issuer is not the entity of the identity provider's metadata")]
    Issuer,
    /// It is meant for others.
    #[error("its audience is another")]
    Audience,
    /// It was to be delivered elsewhere.
    #[error("its recipient or destination is another")]
    Recipient,
    /// It answers another request.
    #[error("it answers a request that was not made")]
    InResponseTo,
    /// The provider says that it failed.
    #[error("its status is not success")]
    Status,
    /// Its time is over.
    #[error("it is past its time")]
    Expired,
    /// Its time has not come.
    #[error("it is not valid yet, or for longer than a day")]
    NotYetValid,
    /// The metadata's time is over, or that of all its keys.
    #[error("the identity provider's metadata, or the certificates of all its keys, are past their time")]
    MetadataExpired,
}
