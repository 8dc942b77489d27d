use super::OpenError;
use super::layout::{HEADER, MAX_CHUNKS, SALT, TAG};
use crate::{Key, hash, kdf};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use types::Rng;

/// The start of the key derivation's `info` (§ Key derivation), up to the salt.
const INFO: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";
const KEY: usize = 32;
const COMMITMENT: usize = HEADER - SALT;
const DERIVED: usize = KEY + NONCE_LEN + COMMITMENT;

/// The key and base nonce of one message: seals and opens its chunks by number.
pub(crate) struct ChunkCipher {
    aead: LessSafeKey,
    base_nonce: [u8; NONCE_LEN],
}

impl ChunkCipher {
    /// For a new message: its cipher, and its header with a fresh salt.
    pub(crate) fn begin(key: &Key, rng: &dyn Rng, context: &[u8]) -> (Self, [u8; HEADER]) {
        let salt = rng.bytes::<SALT>();
        let (cipher, commitment) = Self::derive(key, &salt, context);
        let mut header = [0; HEADER];
        let (front, back) = header.split_at_mut(SALT);
        front.copy_from_slice(&salt);
        back.copy_from_slice(&commitment);
        (cipher, header)
    }

    /// For a message that is there: its cipher, if the header commits to this key and context.
    pub(crate) fn resume(key: &Key, context: &[u8], header: &[u8]) -> Result<Self, OpenError> {
        let (salt, rest) = header.split_first_chunk::<SALT>().ok_or(OpenError::Truncated)?;
        let committed = rest.first_chunk::<COMMITMENT>().ok_or(OpenError::Truncated)?;
        let (cipher, commitment) = Self::derive(key, salt, context);
        if hash::eq(&commitment, committed) { Ok(cipher) } else { Err(OpenError::Commitment) }
    }

    #[expect(clippy::expect_used, reason = "the three lengths are constants that add up to the derived length")]
    fn derive(key: &Key, salt: &[u8; SALT], context: &[u8]) -> (Self, [u8; COMMITMENT]) {
        let derived = kdf::expand::<DERIVED>(kdf::HKDF_SHA512, key.expose(), &[INFO, salt, context]);
        let (aead_key, rest) = derived.expose().split_first_chunk::<KEY>().expect("32 of 76 bytes");
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().expect("12 of 44 bytes");
        let commitment = rest.first_chunk::<COMMITMENT>().expect("32 of 32 bytes");
        (Self::from_parts(aead_key, *nonce), *commitment)
    }

    #[expect(clippy::expect_used, reason = "32 bytes are always a key of AES-256")]
    pub(crate) fn from_parts(key: &[u8; KEY], base_nonce: [u8; NONCE_LEN]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("a key of 32 bytes");
        Self { aead: LessSafeKey::new(key), base_nonce }
    }

    /// Appends the sealed chunk to `out`.
    #[expect(clippy::expect_used, reason = "sealing fails only beyond 4 PiB, where the specification says to abort")]
    pub(crate) fn seal(&self, number: u64, plain: &[u8], out: &mut Vec<u8>) {
        let nonce = self.nonce(number).expect("fewer than 2^38 chunks");
        let start = out.len();
        out.reserve(plain.len() + TAG);
        out.extend_from_slice(plain);
        let place = out.get_mut(start..).unwrap_or_default();
        let tag = self.aead.seal_in_place_separate_tag(nonce, Aad::empty(), place).expect("a chunk of 16 KiB");
        out.extend_from_slice(tag.as_ref());
    }

    /// Opens the chunk that begins at `start` of `buffer` and goes to its end, and moves the plaintext to the front of
    /// `buffer`. Returns its length.
    pub(crate) fn open_within(&self, number: u64, buffer: &mut [u8], start: usize) -> Result<usize, OpenError> {
        let nonce = self.nonce(number).ok_or(OpenError::Damaged)?;
        let opened = self.aead.open_within(nonce, Aad::empty(), buffer, start..);
        opened.map(|plain| plain.len()).map_err(|_| OpenError::Damaged)
    }

    /// Opens `sealed` into `out`, which has the length of the plaintext.
    pub(crate) fn open_into(&self, number: u64, sealed: &[u8], out: &mut [u8]) -> Result<(), OpenError> {
        let nonce = self.nonce(number).ok_or(OpenError::Damaged)?;
        let (text, tag) = sealed.split_last_chunk::<TAG>().ok_or(OpenError::Truncated)?;
        self.aead.open_separate_gather(nonce, Aad::empty(), text, tag, out).map_err(|_| OpenError::Damaged)
    }

    /// The base nonce XOR the chunk number, big-endian (§ AEAD usage).
    fn nonce(&self, number: u64) -> Option<Nonce> {
        let mut nonce = self.base_nonce;
        let low = nonce.last_chunk_mut::<8>().filter(|_| number < MAX_CHUNKS)?;
        *low = (u64::from_be_bytes(*low) ^ number).to_be_bytes();
        Some(Nonce::assume_unique_for_key(nonce))
    }
}
