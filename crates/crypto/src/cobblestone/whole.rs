//! Sealing and opening messages that fit in memory.

use super::chunk_cipher::ChunkCipher;
use super::layout::{self, CHUNK, HEADER};
use super::{Decryptor, OpenError};
use crate::Key;
use types::{Rng, Secret};

/// Seals a message. `context` is where it belongs: only the same context opens it.
pub fn seal(key: &Key, rng: &dyn Rng, context: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    seal_into(key, rng, context, plaintext, &mut out);
    out
}

/// As [`seal`], appending to `out`.
pub fn seal_into(key: &Key, rng: &dyn Rng, context: &[u8], plaintext: &[u8], out: &mut Vec<u8>) {
    let (cipher, header) = ChunkCipher::begin(key, rng, context);
    out.reserve(usize::try_from(layout::sealed_len(plaintext.len() as u64)).unwrap_or(0));
    out.extend_from_slice(&header);
    let chunks = plaintext.chunks_exact(CHUNK);
    let last = chunks.remainder();
    let mut number = 0;
    for chunk in chunks {
        cipher.seal(number, chunk, out);
        number += 1;
    }
    cipher.seal(number, last, out);
}

/// Opens what [`seal`] made with the same key and context.
pub fn open(key: &Key, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
    let mut out = Vec::new();
    open_into(key, context, sealed, &mut out)?;
    Ok(out)
}

/// As [`open`], for plaintext that is to be wiped after use.
pub fn open_secret(key: &Key, context: &[u8], sealed: &[u8]) -> Result<Secret<Vec<u8>>, OpenError> {
    let mut out = Secret::new(Vec::new());
    open_into(key, context, sealed, out.expose_mut())?;
    Ok(out)
}

/// Seals a key under another.
pub fn seal_key(under: &Key, rng: &dyn Rng, context: &[u8], key: &Key) -> Vec<u8> {
    seal(under, rng, context, key.expose())
}

/// Opens what [`seal_key`] made. A message of any other length than a key's is refused as damaged.
pub fn open_key(under: &Key, context: &[u8], sealed: &[u8]) -> Result<Key, OpenError> {
    let opened = open_secret(under, context, sealed)?;
    opened.expose().as_slice().try_into().map(Key::from_bytes).map_err(|_| OpenError::Damaged)
}

/// `out` is empty, and gets its whole length at once: growing would leave copies behind.
fn open_into(key: &Key, context: &[u8], sealed: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
    let decryptor = Decryptor::new(key, context, sealed, sealed.len() as u64)?;
    let plain_len = usize::try_from(decryptor.plain_len()).map_err(|_| OpenError::Damaged)?;
    *out = vec![0; plain_len];
    decryptor.open_chunks_into(0, sealed.get(HEADER..).unwrap_or_default(), out)
}
