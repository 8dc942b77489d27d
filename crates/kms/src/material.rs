use crate::held::Held;
use crate::key_kind::{Family, KeySpec};
use crypto::pair::{KeyPair, PublicKey};
use crypto::{CipherKind, Key, MacKind};
use types::{Failure, Reason, Result, Rng, Secret};

/// What a key version is made of, by its key's spec. Wiped when dropped, and without `Debug`, `Clone` or `Serialize`.
pub(crate) enum Material {
    /// A key for Cobblestone-256.
    Aes256(Key),
    /// A key of another cipher.
    Block(CipherKind, Secret<Vec<u8>>),
    /// A key pair.
    Pair(Box<KeyPair>),
    /// A key for message authentication codes.
    Mac(MacKind, Secret<Vec<u8>>),
    /// Material that is in a token, and what is known of it here.
    Held(Box<Held>),
}

fn invalid(rule: impl std::fmt::Display) -> Failure {
    Failure::new(Reason::KeyMaterialInvalid, format!("The key material is invalid: it must be {rule}."))
}

impl Material {
    /// New random material. Slow for RSA.
    pub(crate) fn generate(spec: KeySpec, rng: &dyn Rng) -> Result<Self> {
        let random = |length| {
            let mut bytes = Secret::new(vec![0; length]);
            rng.fill(bytes.expose_mut());
            bytes
        };
        match spec.family() {
            Family::Symmetric(CipherKind::Aes256Gcm) => Ok(Self::Aes256(Key::random(rng))),
            Family::Symmetric(kind) => Ok(Self::Block(kind, random(kind.key_len()))),
            Family::Mac(kind) => Ok(Self::Mac(kind, random(kind.width()))),
            Family::Pair(kind) => {
                let pair = KeyPair::generate(kind, rng).map_err(Failure::internal)?;
                Ok(Self::Pair(Box::new(pair)))
            }
        }
    }

    /// Material that was made elsewhere. Its kind and length must be those of the spec; codes take keys from half to
    /// twice their own length (NIST SP 800-107 §5.3.2 asks for the first).
    pub(crate) fn read(spec: KeySpec, bytes: Secret<Vec<u8>>) -> Result<Self> {
        let length = bytes.expose().len();
        match spec.family() {
            Family::Symmetric(kind) if length != kind.key_len() => {
                Err(invalid(format_args!("{} bytes", kind.key_len())))
            }
            Family::Symmetric(CipherKind::Aes256Gcm) => {
                let key = bytes.expose().as_slice().try_into();
                Ok(Self::Aes256(Key::from_bytes(key.map_err(|_| invalid("32 bytes"))?)))
            }
            Family::Symmetric(kind) => Ok(Self::Block(kind, bytes)),
            Family::Mac(kind) if !(kind.width() / 2..=kind.width() * 2).contains(&length) => {
                Err(invalid(format_args!("{} to {} bytes", kind.width() / 2, kind.width() * 2)))
            }
            Family::Mac(kind) => Ok(Self::Mac(kind, bytes)),
            Family::Pair(kind) => {
                let pair = KeyPair::from_pkcs8(kind, bytes);
                Ok(Self::Pair(Box::new(pair.map_err(|_| invalid("a PKCS#8 private key of the key's spec"))?)))
            }
        }
    }

    /// The bytes, to be sealed. Of material in a token it is what stays here.
    pub(crate) fn expose(&self) -> &[u8] {
        match self {
            Self::Aes256(key) => key.expose(),
            Self::Held(held) => held.own.expose(),
            Self::Block(_, bytes) | Self::Mac(_, bytes) => bytes.expose(),
            Self::Pair(pair) => pair.expose_pkcs8(),
        }
    }

    /// The public key, if it is a key pair's.
    pub(crate) fn public(&self) -> Result<&PublicKey> {
        match self {
            Self::Pair(pair) => Ok(pair.public()),
            Self::Held(held) => held.public.as_ref().ok_or_else(|| Reason::KeyUsageInvalid.into()),
            Self::Aes256(_) | Self::Block(..) | Self::Mac(..) => Err(Reason::KeyUsageInvalid.into()),
        }
    }

    /// The key pair, if it is one and here.
    pub(crate) fn pair(&self) -> Result<&KeyPair> {
        match self {
            Self::Pair(pair) => Ok(pair),
            _ => Err(Reason::KeyUsageInvalid.into()),
        }
    }
}
