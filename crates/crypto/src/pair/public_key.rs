use super::key_pair::{Family, PairKind};
use super::scheme::{EncryptionScheme, PairError, SignatureScheme};
use super::{rsa, sm2};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use types::Rng;

/// A public key of a known kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    kind: PairKind,
    spki: Vec<u8>,
}

impl PublicKey {
    /// From SubjectPublicKeyInfo in DER. Bytes that are no such key verify nothing and encrypt nothing.
    pub const fn from_der(kind: PairKind, spki: Vec<u8>) -> Self {
        Self { kind, spki }
    }

    /// One that the provider wrote.
    pub(super) const fn trusted(kind: PairKind, spki: Vec<u8>) -> Self {
        Self { kind, spki }
    }

    /// What kind of key it is.
    pub const fn kind(&self) -> PairKind {
        self.kind
    }

    /// SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7).
    pub fn der(&self) -> &[u8] {
        &self.spki
    }

    /// What [`verify`](Self::verify) takes for a message: its digest, or itself where the scheme signs messages.
    pub fn digest(&self, scheme: SignatureScheme, message: &[u8]) -> Result<Vec<u8>, PairError> {
        match scheme {
            SignatureScheme::RsaPss(hash) | SignatureScheme::RsaPkcs1(hash) | SignatureScheme::Ecdsa(hash) => {
                Ok(hash.of(message))
            }
            SignatureScheme::Sm2 => sm2::digest(&self.spki, message),
            SignatureScheme::Ed25519 => Ok(message.to_vec()),
        }
    }

    /// Whether a signature is one of this digest by the key's owner. An error if that cannot be asked of such a key.
    pub fn verify(&self, scheme: SignatureScheme, digest: &[u8], signature: &[u8]) -> Result<bool, PairError> {
        match self.kind.family() {
            Family::Rsa(_) => rsa::verify(&self.spki, scheme, digest, signature),
            Family::Ec(curve) => curve.verify(&self.spki, scheme, digest, signature),
            Family::Sm2 => sm2::verify(&self.spki, scheme, digest, signature),
            Family::Ed25519 if scheme == SignatureScheme::Ed25519 => {
                Ok(UnparsedPublicKey::new(&ED25519, &self.spki).verify(digest, signature).is_ok())
            }
            Family::Ed25519 => Err(PairError),
        }
    }

    /// Encrypts to the key's owner.
    pub fn encrypt(&self, scheme: EncryptionScheme, rng: &dyn Rng, plaintext: &[u8]) -> Result<Vec<u8>, PairError> {
        match self.kind.family() {
            Family::Rsa(_) if scheme != EncryptionScheme::Sm2 => rsa::encrypt(&self.spki, scheme, plaintext),
            Family::Sm2 if scheme == EncryptionScheme::Sm2 => sm2::encrypt(&self.spki, rng, plaintext),
            _ => Err(PairError),
        }
    }
}
