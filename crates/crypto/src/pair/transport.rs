use super::key_pair::{KeyPair, PairKind};
use super::scheme::{EncryptionScheme, PairError};
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded};
use types::Secret;

/// How key material is wrapped on its way here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wrapping {
    /// Encrypted to the transport key.
    Direct(EncryptionScheme),
    /// Wrapped under an AES-256 key (RFC 5649) that stands in front, encrypted to the transport key. For material that is
    /// too long for the first, such as private keys.
    Hybrid(EncryptionScheme),
}

/// The key pair that material is encrypted to on its way here.
pub struct TransportKey(KeyPair);

impl TransportKey {
    /// The key pair as one to transport material with.
    pub const fn new(pair: KeyPair) -> Self {
        Self(pair)
    }

    /// Takes the material out.
    pub fn unwrap(&self, kind: PairKind, wrapping: Wrapping, wrapped: &[u8]) -> Result<Secret<Vec<u8>>, PairError> {
        match wrapping {
            Wrapping::Direct(scheme) => self.0.decrypt(scheme, wrapped),
            Wrapping::Hybrid(scheme) => {
                let (key, rest) = wrapped.split_at_checked(modulus(kind)?).ok_or(PairError)?;
                unwrap_padded(self.0.decrypt(scheme, key)?.expose(), rest)
            }
        }
    }
}

const fn modulus(kind: PairKind) -> Result<usize, PairError> {
    match kind {
        PairKind::Rsa2048 => Ok(256),
        PairKind::Rsa3072 => Ok(384),
        PairKind::Rsa4096 => Ok(512),
        _ => Err(PairError),
    }
}

/// Takes out what was wrapped under an AES-256 key with padding (RFC 5649).
pub fn unwrap_padded(key: &[u8], wrapped: &[u8]) -> Result<Secret<Vec<u8>>, PairError> {
    let key = AesKek::new(&AES_256, key).map_err(|_| PairError)?;
    let mut out = Secret::new(vec![0; wrapped.len()]);
    let length = key.unwrap_with_padding(wrapped, out.expose_mut()).map_err(|_| PairError)?.len();
    out.expose_mut().truncate(length);
    Ok(out)
}
