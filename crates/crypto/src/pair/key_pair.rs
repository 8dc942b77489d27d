use super::ecdsa::{Curve, EcPair};
use super::public_key::PublicKey;
use super::rsa::{self, RsaPair};
use super::scheme::{EncryptionScheme, PairError, SignatureScheme};
use super::sm2::Sm2Pair;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use types::{Rng, Secret};

/// What kind of key pair it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PairKind {
    /// RSA with 2048 bits.
    Rsa2048,
    /// RSA with 3072 bits.
    Rsa3072,
    /// RSA with 4096 bits.
    Rsa4096,
    /// The curve P-256.
    EcP256,
    /// The curve P-384.
    EcP384,
    /// The curve P-521.
    EcP521,
    /// The curve secp256k1.
    EcP256k,
    /// The curve of SM2.
    EcSm2,
    /// Ed25519.
    Ed25519,
}

/// Which code is responsible for a kind.
#[derive(Clone, Copy)]
pub(super) enum Family {
    Rsa(usize),
    Ec(Curve),
    Sm2,
    Ed25519,
}

impl PairKind {
    pub(super) const fn family(self) -> Family {
        match self {
            Self::Rsa2048 => Family::Rsa(2048),
            Self::Rsa3072 => Family::Rsa(3072),
            Self::Rsa4096 => Family::Rsa(4096),
            Self::EcP256 => Family::Ec(Curve::P256),
            Self::EcP384 => Family::Ec(Curve::P384),
            Self::EcP521 => Family::Ec(Curve::P521),
            Self::EcP256k => Family::Ec(Curve::P256k),
            Self::EcSm2 => Family::Sm2,
            Self::Ed25519 => Family::Ed25519,
        }
    }
}

enum Inner {
    Rsa(RsaPair),
    Ec(EcPair),
    Sm2(Box<Sm2Pair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// A private key with its public one: without `Debug`, `Clone` or `Serialize`.
pub struct KeyPair {
    pkcs8: Secret<Vec<u8>>,
    public: PublicKey,
    inner: Inner,
}

impl KeyPair {
    /// A new key. Slow for RSA: up to seconds. Randomness comes from the provider, which seeds itself, except for SM2.
    pub fn generate(kind: PairKind, rng: &dyn Rng) -> Result<Self, PairError> {
        let pkcs8 = match kind.family() {
            Family::Rsa(bits) => RsaPair::generate(bits)?,
            Family::Ec(curve) => EcPair::generate(curve)?,
            Family::Sm2 => Sm2Pair::generate(rng)?,
            Family::Ed25519 => ed25519()?,
        };
        Self::from_pkcs8(kind, pkcs8)
    }

    /// The key in an unencrypted PKCS#8 document, if it is one of this kind.
    pub fn from_pkcs8(kind: PairKind, pkcs8: Secret<Vec<u8>>) -> Result<Self, PairError> {
        let bytes = pkcs8.expose();
        let (inner, spki) = match kind.family() {
            Family::Rsa(bits) => {
                let pair = RsaPair::from_pkcs8(bytes, bits)?;
                let spki = pair.public()?;
                (Inner::Rsa(pair), spki)
            }
            Family::Ec(curve) => {
                let pair = EcPair::from_pkcs8(bytes, curve)?;
                let spki = pair.public()?;
                (Inner::Ec(pair), spki)
            }
            Family::Sm2 => {
                let pair = Sm2Pair::from_pkcs8(bytes)?;
                let spki = pair.public()?;
                (Inner::Sm2(Box::new(pair)), spki)
            }
            Family::Ed25519 => {
                let pair = Ed25519KeyPair::from_pkcs8(bytes).map_err(|_| PairError)?;
                let der: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| PairError)?;
                let spki = der.as_ref().to_vec();
                (Inner::Ed25519(Box::new(pair)), spki)
            }
        };
        Ok(Self { pkcs8, public: PublicKey::trusted(kind, spki), inner })
    }

    /// The private key as PKCS#8, to be sealed.
    pub fn expose_pkcs8(&self) -> &[u8] {
        self.pkcs8.expose()
    }

    /// The public key.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a digest; with Ed25519, a message.
    pub fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Result<Vec<u8>, PairError> {
        match &self.inner {
            Inner::Rsa(pair) => pair.sign(scheme, digest),
            Inner::Ec(pair) => pair.sign(scheme, digest),
            Inner::Sm2(pair) => pair.sign(scheme, digest),
            Inner::Ed25519(pair) if scheme == SignatureScheme::Ed25519 => Ok(pair.sign(digest).as_ref().to_vec()),
            Inner::Ed25519(_) => Err(PairError),
        }
    }

    /// Decrypts what was encrypted to the public key.
    pub fn decrypt(&self, scheme: EncryptionScheme, ciphertext: &[u8]) -> Result<Secret<Vec<u8>>, PairError> {
        match &self.inner {
            Inner::Rsa(_) if scheme != EncryptionScheme::Sm2 => rsa::decrypt(self.pkcs8.expose(), scheme, ciphertext),
            Inner::Sm2(pair) if scheme == EncryptionScheme::Sm2 => pair.decrypt(ciphertext),
            _ => Err(PairError),
        }
    }
}

fn ed25519() -> Result<Secret<Vec<u8>>, PairError> {
    let pair = Ed25519KeyPair::generate().map_err(|_| PairError)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| PairError)?;
    Ok(Secret::new(der.as_ref().to_vec()))
}
