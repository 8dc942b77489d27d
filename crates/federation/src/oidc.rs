//! ID tokens of OpenID Connect providers.
//!
//! A token is read once, strictly; its claims leave only through [`IdToken::verify`], which takes the keys of the issuer and
//! what is expected of the token. Keys come from the issuer's own documents, [`Discovery`] and [`KeySet`]; what a token says
//! about where its key is to be had (`jku`, `jwk`, `x5u`, `x5c`) is never looked at (RFC 8725 §3.10).

mod algorithm;
mod claims;
mod discovery;
mod issuer_url;
mod key_set;
mod refusal;
#[cfg(test)]
mod tests;
mod token;

pub use algorithm::Algorithm;
pub use claims::{Claims, Expected};
pub use discovery::{DISCOVERY_BYTES, Discovery};
pub use issuer_url::IssuerUrl;
pub use key_set::{KEY_SET_BYTES, KeySet, Wanted};
pub use refusal::Refusal;
pub use token::{IdToken, TOKEN_CHARS};
