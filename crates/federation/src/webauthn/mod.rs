//! Passkeys (Web Authentication Level 3): what authenticators say, verified.
//!
//! The steps are those of §7.1 and §7.2, each named where it is taken. There is one form of everything: attestation "none" or
//! the credential's own, ES256, EdDSA and RS256 keys, no extensions ([ADR 20](../../../../docs/adr/0020-own-verifier-of-passkeys.md)).

mod assertion;
mod authenticator_data;
mod cbor;
mod client_data;
mod credential_key;
mod refusal;
mod registration;
mod relying_party;
mod response;
#[cfg(test)]
mod tests;

pub use assertion::{Assertion, KnownPasskey, Shown};
pub use client_data::ClientData;
pub use credential_key::{ALGORITHMS, CredentialKey};
pub use refusal::Refusal;
pub use registration::{NewPasskey, Registration};
pub use relying_party::RelyingParty;
