//! Key pairs: RSA, ECDSA, SM2 and Ed25519, each private key kept as PKCS#8 and each public key as SubjectPublicKeyInfo.
//!
//! Signatures are over digests that the caller may have computed elsewhere, as key services offer them.

mod ecdsa;
mod elsewhere;
mod key_pair;
mod numbers;
mod public_key;
mod rsa;
mod scheme;
mod sm2;
mod transport;
#[cfg(test)]
mod vectors;

pub use key_pair::{KeyPair, PairKind};
pub use numbers::{NistCurve, PublicNumbers};
pub use public_key::PublicKey;
pub use scheme::{EncryptionScheme, PairError, Sha2, SignatureScheme};
pub use transport::{TransportKey, Wrapping, unwrap_padded};
