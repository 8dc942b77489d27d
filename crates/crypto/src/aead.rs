//! AEAD by the raw key and nonce: what the key specs of the key service need besides Cobblestone. Whoever calls sees to it
//! that a key and a nonce never meet twice; [`message`](crate::message) does so by making a key for each message.

use crate::OpenError;
use aes_gcm::AesGcm;
use aes_gcm::aead::array::Array;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aws_lc_rs::aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, Algorithm, LessSafeKey, Nonce, UnboundKey};
use sm4::Sm4;
use types::Secret;

/// Bytes of a nonce.
pub const NONCE: usize = 12;
const TAG: usize = 16;

/// A block cipher in Galois/Counter mode with a tag of 128 bits (NIST SP 800-38D; GB/T 36624 for SM4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CipherKind {
    /// AES with 128 bits.
    Aes128Gcm,
    /// AES with 192 bits.
    Aes192Gcm,
    /// AES with 256 bits.
    Aes256Gcm,
    /// SM4 (GB/T 32907).
    Sm4Gcm,
}

/// SM4 as the block cipher of GCM: that type is generic, its name notwithstanding.
type Sm4Gcm = AesGcm<Sm4, U12>;

impl CipherKind {
    /// Bytes of a key.
    pub const fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Sm4Gcm => 16,
            Self::Aes192Gcm => 24,
            Self::Aes256Gcm => 32,
        }
    }

    const fn provider(self) -> Option<&'static Algorithm> {
        match self {
            Self::Aes128Gcm => Some(&AES_128_GCM),
            Self::Aes192Gcm => Some(&AES_192_GCM),
            Self::Aes256Gcm => Some(&AES_256_GCM),
            Self::Sm4Gcm => None,
        }
    }

    /// Appends the sealed `plaintext` and its tag to `out`. `None` if the key is not of this cipher's length.
    pub fn seal(self, key: &[u8], nonce: [u8; NONCE], aad: &[u8], plaintext: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let start = out.len();
        out.extend_from_slice(plaintext);
        let sealed = out.get_mut(start..)?;
        let tag = match self.provider() {
            Some(algorithm) => {
                let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
                let tag = key.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), sealed);
                tag.ok()?.as_ref().to_vec()
            }
            None => {
                let cipher = Sm4Gcm::new_from_slice(key).ok()?;
                cipher.encrypt_inout_detached(&Array(nonce), aad, sealed.into()).ok()?.to_vec()
            }
        };
        out.extend_from_slice(&tag);
        Some(())
    }

    /// Opens what [`seal`](Self::seal) gave.
    pub fn open(self, key: &[u8], nonce: [u8; NONCE], aad: &[u8], sealed: &[u8]) -> Result<Secret<Vec<u8>>, OpenError> {
        let (body, tag) = sealed.split_last_chunk::<TAG>().ok_or(OpenError::Damaged)?;
        match self.provider() {
            Some(algorithm) => {
                let key = LessSafeKey::new(UnboundKey::new(algorithm, key).map_err(|_| OpenError::Damaged)?);
                let mut out = Secret::new(sealed.to_vec());
                let nonce = Nonce::assume_unique_for_key(nonce);
                let opened = key.open_in_place(nonce, Aad::from(aad), out.expose_mut()).map(|plain| plain.len());
                let length = opened.map_err(|_| OpenError::Damaged)?;
                out.expose_mut().truncate(length);
                Ok(out)
            }
            None => {
                let cipher = Sm4Gcm::new_from_slice(key).map_err(|_| OpenError::Damaged)?;
                let mut out = Secret::new(body.to_vec());
                let plain = out.expose_mut().as_mut_slice();
                let opened = cipher.decrypt_inout_detached(&Array(nonce), aad, plain.into(), &Array(*tag));
                opened.map_err(|_| OpenError::Damaged)?;
                Ok(out)
            }
        }
    }
}
