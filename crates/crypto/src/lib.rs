//! The one door to cryptography: every other crate asks here, so that the provider, its versions and its settings are
//! chosen in one place.
//!
//! At the root: the [`Key`] and sealing under it with Cobblestone-256 (C2SP chunked-encryption with AES-256-GCM). The
//! bytes are described in `docs/formats/sealing.md`. In modules: hashes, MACs, signatures, Merkle trees, passphrases.

pub mod aead;
mod cobblestone;
#[cfg(test)]
mod documented;
pub mod hash;
mod kdf;
mod key;
pub mod mac;
pub mod merkle;
mod message;
pub mod pair;
pub mod password;
pub mod shares;
pub mod sign;
#[cfg(test)]
mod vectors;

pub use aead::CipherKind;
pub use cobblestone::{
    CHUNK, Decryptor, Encryptor, HEADER, OpenError, TAG, open, open_key, open_secret, plain_len, seal, seal_into,
    seal_key, sealed_len,
};
pub use hash::{Crc, CrcKind, Digest, DigestKind, Md5, Sha256, md5, sha1, sha256, sm3};
pub use key::Key;
pub use mac::{MacKind, hmac_sha1, hmac_sha256, hmac_sm3};
pub use message::{MESSAGE_HEADER, open_message, seal_message};
pub use sign::{SigningKey, VerifyingKey};
