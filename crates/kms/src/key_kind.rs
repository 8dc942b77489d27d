use serde::{Deserialize, Serialize};
use types::{Reason, Result};

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
    /// The curve secp256k1.
    EcP256k,
    /// The curve of SM2.
    EcSm2,
}

impl KeySpec {
    /// Whether such keys can be made here.
    pub(crate) fn supported(self) -> Result<()> {
        if self == Self::Aes256 { Ok(()) } else { Err(Reason::KeySpecUnsupported.into()) }
    }

    /// Whether it is a key that seals and opens, not a pair.
    pub const fn is_symmetric(self) -> bool {
        matches!(self, Self::Aes256 | Self::Aes192 | Self::Aes128 | Self::Sm4)
    }
}

/// What a key is for; never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeyUsage {
    /// To encrypt and decrypt.
    EncryptDecrypt,
    /// To sign and verify.
    SignVerify,
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
