use crate::hash::{Digest, DigestKind};
use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512};
use thiserror::Error;

/// A key, an algorithm and an input that do not go together, or a private key that cannot be read. Deliberately one error:
/// what exactly is wrong with a ciphertext or a padding must not be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the key, the algorithm and the input do not go together")]
pub struct PairError;

/// A hash of the SHA-2 family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sha2 {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Sha2 {
    pub(super) const fn provider(self) -> &'static Algorithm {
        match self {
            Self::Sha256 => &SHA256,
            Self::Sha384 => &SHA384,
            Self::Sha512 => &SHA512,
        }
    }

    const fn kind(self) -> DigestKind {
        match self {
            Self::Sha256 => DigestKind::Sha256,
            Self::Sha384 => DigestKind::Sha384,
            Self::Sha512 => DigestKind::Sha512,
        }
    }

    /// Bytes of a digest.
    pub const fn width(self) -> usize {
        self.kind().width()
    }

    /// The digest of a message.
    pub fn of(self, message: &[u8]) -> Vec<u8> {
        let mut digest = Digest::new(self.kind());
        digest.update(message);
        digest.finish()
    }
}

/// How something is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureScheme {
    /// RSASSA-PSS with MGF1 on the same hash and a salt as long as the digest (RFC 8017 §8.1).
    RsaPss(Sha2),
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    RsaPkcs1(Sha2),
    /// ECDSA; the signature is the DER of both numbers (FIPS 186-5, RFC 3279 §2.2.3).
    Ecdsa(Sha2),
    /// SM2 (GB/T 32918.2) over a digest of SM3 that covers the signer's Z value; the signature is DER.
    Sm2,
    /// Ed25519 (RFC 8032), which hashes the message itself.
    Ed25519,
}

impl SignatureScheme {
    /// Bytes of the digest it signs; `None` if it signs messages.
    pub const fn digest_width(self) -> Option<usize> {
        match self {
            Self::RsaPss(hash) | Self::RsaPkcs1(hash) | Self::Ecdsa(hash) => Some(hash.width()),
            Self::Sm2 => Some(32),
            Self::Ed25519 => None,
        }
    }
}

/// How something is encrypted to a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EncryptionScheme {
    /// RSAES-OAEP with SHA-1 in both places (RFC 8017 §7.1).
    RsaOaepSha1,
    /// RSAES-OAEP with SHA-256 in both places.
    RsaOaepSha256,
    /// RSAES-PKCS1-v1_5 (RFC 8017 §7.2): only for taking in material that is wrapped so.
    RsaPkcs1,
    /// SM2 (GB/T 32918.4), the ciphertext in DER (GB/T 35276).
    Sm2,
}
