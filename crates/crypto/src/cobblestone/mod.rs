//! Cobblestone-256: C2SP chunked-encryption v1 (<https://c2sp.org/chunked-encryption>) with AES-256-GCM and SHA-512.
//!
//! A sealed message is a salt, a commitment to the key, and chunks of 16 KiB, the last always shorter: that is how its
//! end is known. The context is bound by the key derivation, so bytes moved to another place don't open there.

mod chunk_cipher;
mod decryptor;
mod encryptor;
mod layout;
mod open_error;
mod whole;

pub use decryptor::Decryptor;
pub use encryptor::Encryptor;
pub use layout::{CHUNK, HEADER, TAG, plain_len, sealed_len};
pub use open_error::OpenError;
pub use whole::{open, open_key, open_secret, seal, seal_into, seal_key};

#[cfg(test)]
pub(crate) use chunk_cipher::ChunkCipher;
#[cfg(test)]
mod tests;
