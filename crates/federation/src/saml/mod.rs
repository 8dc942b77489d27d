//! Responses of SAML 2.0 identity providers, and their metadata.
//!
//! The ways by which others were deceived have one thing in common: what was verified was not what was read. Here a signed
//! element is made canonical once; the digest is over those bytes, and those bytes alone are read, by the one strict parser
//! there is. Nothing else of a response leaves this module ([`verify`]).

mod assertion;
mod c14n;
mod error;
mod metadata;
mod names;
mod reading;
mod response;
mod signature;
#[cfg(test)]
mod tests;
mod xml;

pub use assertion::{Assertion, Attribute, Subject};
pub use error::SamlError;
pub use metadata::{METADATA_BYTES, Metadata};
pub use response::{Expected, RESPONSE_BYTES, verify};
