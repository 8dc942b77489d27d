use crypto::pair::PairKind;
use crypto::{CipherKind, MacKind};
use serde::{Deserialize, Serialize};

/// The algorithm and size of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeySpec {
    /// AES with 256 bits.
    #[default]
    Aes256,
    /// AES with 192 bits.
    Aes192,
    /// AES with 128 bits.
    Aes128,
    /// SM4.
    Sm4,
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
    /// HMAC with SHA-224.
    HmacSha224,
    /// HMAC with SHA-256.
    HmacSha256,
    /// HMAC with SHA-384.
    HmacSha384,
    /// HMAC with SHA-512.
    HmacSha512,
    /// HMAC with SM3.
    HmacSm3,
}

/// What a spec's material is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// A key that seals and opens.
    Symmetric(CipherKind),
    /// A key pair.
    Pair(PairKind),
    /// A key that authenticates.
    Mac(MacKind),
}

impl KeySpec {
    /// What its material is.
    pub const fn family(self) -> Family {
        match self {
            Self::Aes256 => Family::Symmetric(CipherKind::Aes256Gcm),
            Self::Aes192 => Family::Symmetric(CipherKind::Aes192Gcm),
            Self::Aes128 => Family::Symmetric(CipherKind::Aes128Gcm),
            Self::Sm4 => Family::Symmetric(CipherKind::Sm4Gcm),
            Self::Rsa2048 => Family::Pair(PairKind::Rsa2048),
            Self::Rsa3072 => Family::Pair(PairKind::Rsa3072),
            Self::Rsa4096 => Family::Pair(PairKind::Rsa4096),
            Self::EcP256 => Family::Pair(PairKind::EcP256),
            Self::EcP384 => Family::Pair(PairKind::EcP384),
            Self::EcP521 => Family::Pair(PairKind::EcP521),
            Self::EcP256k => Family::Pair(PairKind::EcP256k),
            Self::EcSm2 => Family::Pair(PairKind::EcSm2),
            Self::Ed25519 => Family::Pair(PairKind::Ed25519),
            Self::HmacSha224 => Family::Mac(MacKind::Sha224),
            Self::HmacSha256 => Family::Mac(MacKind::Sha256),
            Self::HmacSha384 => Family::Mac(MacKind::Sha384),
            Self::HmacSha512 => Family::Mac(MacKind::Sha512),
            Self::HmacSm3 => Family::Mac(MacKind::Sm3),
        }
    }

    /// Whether it is a key that seals and opens, not a pair.
    pub const fn is_symmetric(self) -> bool {
        matches!(self.family(), Family::Symmetric(_))
    }

    /// What such a key can be for, the default first: to sign, for whatever can sign (KMS, key usage).
    pub const fn usages(self) -> &'static [KeyUsage] {
        match self {
            Self::Aes256 | Self::Aes192 | Self::Aes128 | Self::Sm4 => &[KeyUsage::EncryptDecrypt],
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 | Self::EcSm2 => {
                &[KeyUsage::SignVerify, KeyUsage::EncryptDecrypt]
            }
            Self::EcP256 | Self::EcP384 | Self::EcP521 | Self::EcP256k | Self::Ed25519 => &[KeyUsage::SignVerify],
            Self::HmacSha224 | Self::HmacSha256 | Self::HmacSha384 | Self::HmacSha512 | Self::HmacSm3 => {
                &[KeyUsage::GenerateVerifyMac]
            }
        }
    }
}

/// What a key is for; never more than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeyUsage {
    /// To encrypt and decrypt.
    EncryptDecrypt,
    /// To sign and verify.
    SignVerify,
    /// To make and verify message authentication codes.
    GenerateVerifyMac,
}

/// Where a key's material comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// It was made here.
    #[default]
    Own,
    /// The tenant brings it.
    External,
}

/// What guards a key's material.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Protection {
    /// This program.
    #[default]
    Software,
    /// A hardware security module.
    Hsm,
}
