//! What other identity providers, and people's authenticators, say, verified: bytes in, claims out.
//!
//! Pure: no store, no network, no clock of its own; whoever calls says what time it is and which keys are trusted. A crate
//! apart, because it reads what strangers wrote, and so that nothing but what was verified can leave it.

mod json;
#[cfg(test)]
mod mutations;
/// Tokens of OpenID Connect (JWT, RFC 7519).
pub mod oidc;
/// Responses of SAML 2.0.
pub mod saml;
/// Passkeys (Web Authentication).
pub mod webauthn;
