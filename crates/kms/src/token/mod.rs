//! Keys whose material is made in a token (an HSM) and never leaves it.
//!
//! [`Token`] is the port; [`Pkcs11Token`] the one that speaks PKCS#11; [`Hsm`] keeps its blocking work off the threads that
//! serve calls. How keys use it is in [`crate::Kms`]; why so, in `docs/adr/0012-keys-in-a-token.md`.

mod error;
mod hsm;
mod mechanisms;
mod module;
mod pkcs11_token;
mod port;

pub use error::TokenError;
pub use hsm::Hsm;
pub(crate) use hsm::{MadeInToken, PROBE};
pub use module::TokenConfig;
pub(crate) use module::{Module, Seat, Trouble};
pub use pkcs11_token::Pkcs11Token;
pub use port::{MadeObject, ObjectName, Token};
