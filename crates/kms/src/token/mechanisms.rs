//! Our kinds of keys and schemes in the words of PKCS#11.

use crate::key_kind::{Family, KeySpec, KeyUsage};
use crypto::pair::{EncryptionScheme, PairKind, Sha2, SignatureScheme};
use crypto::{CipherKind, MacKind};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsOaepParams, PkcsOaepSource, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, KeyType, ObjectClass};
use std::ffi::c_ulong;

/// The public exponent of new RSA keys: 65537.
const EXPONENT: [u8; 3] = [1, 0, 1];

/// What a spec is made of in a token.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// A secret of so many bytes, for codes.
    Secret { bytes: u32, mechanism: MechanismType },
    /// An RSA pair of so many bits.
    Rsa { bits: u32, usage: KeyUsage },
    /// A pair on a curve, which has this name (DER of its OID) and points of so many bytes.
    Ec { curve: &'static [u8], point: usize },
}

impl Shape {
    /// The shape of a spec; `None` for those that PKCS#11 tokens do not have.
    pub(super) fn of(spec: KeySpec, usage: KeyUsage) -> Option<Self> {
        let rsa = |bits| Some(Self::Rsa { bits, usage });
        let ec = |curve, point| Some(Self::Ec { curve, point });
        match spec.family() {
            Family::Symmetric(CipherKind::Aes256Gcm) => {
                Some(Self::Secret { bytes: 32, mechanism: MechanismType::SHA256_HMAC })
            }
            Family::Symmetric(_) => None,
            Family::Mac(kind) => {
                Some(Self::Secret { bytes: u32::try_from(kind.width()).ok()?, mechanism: mac(kind)?.mechanism_type() })
            }
            Family::Pair(kind) => match kind {
                PairKind::Rsa2048 => rsa(2048),
                PairKind::Rsa3072 => rsa(3072),
                PairKind::Rsa4096 => rsa(4096),
                PairKind::EcP256 => ec(b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 65),
                PairKind::EcP384 => ec(b"\x06\x05\x2b\x81\x04\x00\x22", 97),
                PairKind::EcP521 => ec(b"\x06\x05\x2b\x81\x04\x00\x23", 133),
                PairKind::EcP256k | PairKind::EcSm2 | PairKind::Ed25519 => None,
            },
        }
    }

    /// What a token has to be able to do for it.
    pub(super) fn needs(self) -> Vec<MechanismType> {
        match self {
            Self::Secret { mechanism, .. } => vec![MechanismType::GENERIC_SECRET_KEY_GEN, mechanism],
            Self::Rsa { usage: KeyUsage::EncryptDecrypt, .. } => {
                vec![MechanismType::RSA_PKCS_KEY_PAIR_GEN, MechanismType::RSA_PKCS_OAEP]
            }
            Self::Rsa { .. } => {
                vec![MechanismType::RSA_PKCS_KEY_PAIR_GEN, MechanismType::RSA_PKCS, MechanismType::RSA_PKCS_PSS]
            }
            Self::Ec { .. } => vec![MechanismType::ECC_KEY_PAIR_GEN, MechanismType::ECDSA],
        }
    }

    /// What the part that stays in the token is: usable for one thing, and never to be had.
    pub(super) fn kept(self) -> Vec<Attribute> {
        let (class, key_type) = match self {
            Self::Secret { .. } => (ObjectClass::SECRET_KEY, KeyType::GENERIC_SECRET),
            Self::Rsa { .. } => (ObjectClass::PRIVATE_KEY, KeyType::RSA),
            Self::Ec { .. } => (ObjectClass::PRIVATE_KEY, KeyType::EC),
        };
        let mut kept = vec![
            Attribute::Class(class),
            Attribute::KeyType(key_type),
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            if matches!(self, Self::Rsa { usage: KeyUsage::EncryptDecrypt, .. }) {
                Attribute::Decrypt(true)
            } else {
                Attribute::Sign(true)
            },
        ];
        if let Self::Secret { bytes, .. } = self {
            kept.push(Attribute::ValueLen(c_ulong::from(bytes).into()));
        }
        kept
    }

    /// What the public part of a pair is.
    pub(super) fn public(self) -> Vec<Attribute> {
        match self {
            Self::Secret { .. } => Vec::new(),
            Self::Rsa { bits, usage } => vec![
                Attribute::Token(true),
                Attribute::ModulusBits(c_ulong::from(bits).into()),
                Attribute::PublicExponent(EXPONENT.to_vec()),
                if usage == KeyUsage::EncryptDecrypt { Attribute::Encrypt(true) } else { Attribute::Verify(true) },
            ],
            Self::Ec { curve, .. } => {
                vec![Attribute::Token(true), Attribute::EcParams(curve.to_vec()), Attribute::Verify(true)]
            }
        }
    }
}

/// How a code is made; `None` where PKCS#11 has no word for it.
pub(super) fn mac(kind: MacKind) -> Option<Mechanism<'static>> {
    match kind {
        MacKind::Sha224 => Some(Mechanism::Sha224Hmac),
        MacKind::Sha256 => Some(Mechanism::Sha256Hmac),
        MacKind::Sha384 => Some(Mechanism::Sha384Hmac),
        MacKind::Sha512 => Some(Mechanism::Sha512Hmac),
        MacKind::Sm3 => None,
    }
}

/// How a digest is signed, and what of it the token is given; `None` for schemes that tokens do not have.
pub(super) fn signing(scheme: SignatureScheme, digest: &[u8]) -> Option<(Mechanism<'static>, Vec<u8>)> {
    match scheme {
        SignatureScheme::RsaPkcs1(hash) => Some((Mechanism::RsaPkcs, [digest_info(hash), digest].concat())),
        SignatureScheme::RsaPss(hash) => {
            let (hash_alg, mgf) = match hash {
                Sha2::Sha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256),
                Sha2::Sha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384),
                Sha2::Sha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512),
            };
            let s_len = c_ulong::try_from(hash.width()).ok()?.into();
            Some((Mechanism::RsaPkcsPss(PkcsPssParams { hash_alg, mgf, s_len }), digest.to_vec()))
        }
        SignatureScheme::Ecdsa(_) => Some((Mechanism::Ecdsa, digest.to_vec())),
        SignatureScheme::Sm2 | SignatureScheme::Ed25519 => None,
    }
}

/// What stands before a digest in a signature of RSASSA-PKCS1-v1_5 (RFC 8017 §9.2, note 1).
const fn digest_info(hash: Sha2) -> &'static [u8] {
    match hash {
        Sha2::Sha256 => b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
        Sha2::Sha384 => b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30",
        Sha2::Sha512 => b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40",
    }
}

/// How something is decrypted; `None` for schemes that tokens do not have, or should not be asked for.
pub(super) fn decrypting(scheme: EncryptionScheme) -> Option<Mechanism<'static>> {
    let oaep = |hash, mgf| Some(Mechanism::RsaPkcsOaep(PkcsOaepParams::new(hash, mgf, PkcsOaepSource::empty())));
    match scheme {
        EncryptionScheme::RsaOaepSha1 => oaep(MechanismType::SHA1, PkcsMgfType::MGF1_SHA1),
        EncryptionScheme::RsaOaepSha256 => oaep(MechanismType::SHA256, PkcsMgfType::MGF1_SHA256),
        EncryptionScheme::RsaPkcs1 | EncryptionScheme::Sm2 => None,
    }
}
