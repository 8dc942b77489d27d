use super::OpenError;
use super::chunk_cipher::ChunkCipher;
use super::layout::{self, CHUNK, SEALED_CHUNK, TAG, chunk_start};
use crate::Key;
use std::ops::Range;

/// Opens any run of chunks of a sealed message.
///
/// A chunk opens only at its own number, and the last one only if the message ends there; a chunk in the middle says
/// nothing about where the end is. To read a range:
///
/// 1. [`sealed_range`](Self::sealed_range) says which sealed bytes to fetch.
/// 2. [`open_chunks`](Self::open_chunks) from [`chunk_of`](Self::chunk_of) the range's start makes plaintext of them.
/// 3. The range begins at its start modulo [`CHUNK`] of that plaintext.
pub struct Decryptor {
    cipher: ChunkCipher,
    plain_len: u64,
}

impl Decryptor {
    /// For the message that begins with `header` (56 bytes; what follows them is not looked at) and is `sealed_len`
    /// bytes long in all. Checks the commitment to key and context, and that there can be a message of this length.
    pub fn new(key: &Key, context: &[u8], header: &[u8], sealed_len: u64) -> Result<Self, OpenError> {
        let cipher = ChunkCipher::resume(key, context, header)?;
        let plain_len = layout::plain_len(sealed_len).ok_or(OpenError::Truncated)?;
        Ok(Self { cipher, plain_len })
    }

    /// Bytes of the whole message. Proved right once its last chunk has opened.
    pub const fn plain_len(&self) -> u64 {
        self.plain_len
    }

    /// The number of the chunk that holds the byte at `offset` of the message.
    pub const fn chunk_of(&self, offset: u64) -> u64 {
        offset / CHUNK as u64
    }

    /// The bytes of the sealed message that hold this range of the message: whole chunks, never the header.
    ///
    /// A range that goes to the end, or past it, includes the last chunk even if that is empty: who reads to the end
    /// also learns that it is the end. An empty range elsewhere needs nothing.
    pub fn sealed_range(&self, plain: Range<u64>) -> Range<u64> {
        let start = chunk_start(self.chunk_of(plain.start.min(self.plain_len)));
        let end = layout::sealed_len(self.plain_len);
        if plain.end >= self.plain_len {
            start..end
        } else if plain.end <= plain.start {
            start..start
        } else {
            start..end.min(chunk_start(plain.end.div_ceil(CHUNK as u64)))
        }
    }

    /// Opens, in place, a run of whole chunks that begins with number `first`. On failure nothing is left in `sealed`.
    pub fn open_chunks(&self, first: u64, sealed: &mut Vec<u8>) -> Result<(), OpenError> {
        let opened = self.open_chunks_in(first, sealed);
        sealed.truncate(opened.unwrap_or(0));
        opened.map(|_| ())
    }

    /// As [`open_chunks`](Self::open_chunks), for any buffer: the plaintext moves to its front, and its length is
    /// returned. On failure the content is of no use, and must be thrown away.
    pub fn open_chunks_in(&self, first: u64, sealed: &mut [u8]) -> Result<usize, OpenError> {
        let (mut read, mut written, mut number) = (0, 0, first);
        while read < sealed.len() {
            let end = read + self.sealed_chunk_len(number)?;
            let window = sealed.get_mut(written..end).ok_or(OpenError::Truncated)?;
            written += self.cipher.open_within(number, window, read - written)?;
            read = end;
            number += 1;
        }
        Ok(written)
    }

    /// Opens a run of whole chunks that begins with number `first` into `out`, which must have exactly the length of
    /// the plaintext. On failure what is in `out` is of no use, and must be thrown away.
    pub fn open_chunks_into(&self, first: u64, mut sealed: &[u8], mut out: &mut [u8]) -> Result<(), OpenError> {
        let mut number = first;
        while !sealed.is_empty() {
            let length = self.sealed_chunk_len(number)?;
            let (chunk, rest) = sealed.split_at_checked(length).ok_or(OpenError::Truncated)?;
            let (place, after) = out.split_at_mut_checked(length - TAG).ok_or(OpenError::Truncated)?;
            self.cipher.open_into(number, chunk, place)?;
            (sealed, out, number) = (rest, after, number + 1);
        }
        if out.is_empty() { Ok(()) } else { Err(OpenError::Truncated) }
    }

    /// Bytes of the sealed chunk with this number; there is none after the last.
    fn sealed_chunk_len(&self, number: u64) -> Result<usize, OpenError> {
        let last = self.chunk_of(self.plain_len);
        match number.cmp(&last) {
            std::cmp::Ordering::Less => Ok(SEALED_CHUNK),
            std::cmp::Ordering::Equal => Ok((self.plain_len % CHUNK as u64) as usize + TAG),
            std::cmp::Ordering::Greater => Err(OpenError::Damaged),
        }
    }
}
