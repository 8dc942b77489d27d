//! MD5 (RFC 1321), for what the object protocols demand of it: an object's ETag, and `Content-MD5`.

mod lanes;
mod together;

pub use together::update_together;

use md5::block_api::compress;
use std::ops::Deref;

/// Bytes of a block.
const BLOCK: usize = 64;
/// Where in the last block the length begins.
const LENGTH_AT: usize = BLOCK - 8;
/// The state before the first block (RFC 1321 §3.3).
const START: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// One or more whole blocks, one after the other.
enum Run<'a> {
    /// As they came.
    Whole(&'a [[u8; BLOCK]]),
    /// One that was put together from two pieces.
    Joined([[u8; BLOCK]; 1]),
}

impl Deref for Run<'_> {
    type Target = [[u8; BLOCK]];

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Whole(blocks) => blocks,
            Self::Joined(block) => block,
        }
    }
}

/// The MD5 of bytes that arrive piece by piece. Of several such hashes, pieces can be taken in at once: see
/// [`update_together`].
#[derive(Clone)]
pub struct Md5 {
    state: [u32; 4],
    /// Bytes so far.
    length: u64,
    /// The bytes after the last whole block, at its front.
    tail: [u8; BLOCK],
}

impl Md5 {
    /// Of nothing yet.
    pub const fn new() -> Self {
        Self { state: START, length: 0, tail: [0; BLOCK] }
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let mut state = self.state;
        self.take(bytes, |run| compress(&mut state, &run));
        self.state = state;
    }

    /// The hash of all that was added.
    pub fn finish(mut self) -> [u8; 16] {
        let bits = self.length.wrapping_mul(8).to_le_bytes();
        // RFC 1321 §3.1: one bit, then zeros up to eight bytes before the end of a block.
        let filled = self.filled();
        let zeros = if filled < LENGTH_AT { LENGTH_AT } else { LENGTH_AT + BLOCK } - filled - 1;
        self.update(&[0x80]);
        self.update([0; BLOCK].get(..zeros).unwrap_or_default());
        self.update(&bits);
        let mut out = [0; 16];
        for (bytes, word) in out.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        out
    }

    /// Bytes of the tail.
    const fn filled(&self) -> usize {
        (self.length % BLOCK as u64) as usize
    }

    /// Cuts bytes that follow into runs of blocks, to be compressed in this order, and keeps what is left over.
    fn take<'a>(&mut self, mut bytes: &'a [u8], mut each: impl FnMut(Run<'a>)) {
        let filled = self.filled();
        self.length = self.length.wrapping_add(bytes.len() as u64);
        if filled > 0 {
            let (head, rest) = bytes.split_at(bytes.len().min(BLOCK - filled));
            self.keep(filled, head);
            if filled + head.len() < BLOCK {
                return;
            }
            each(Run::Joined([self.tail]));
            bytes = rest;
        }
        let (blocks, rest) = bytes.as_chunks();
        if !blocks.is_empty() {
            each(Run::Whole(blocks));
        }
        self.keep(0, rest);
    }

    fn keep(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.tail.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }
}

impl Default for Md5 {
    fn default() -> Self {
        Self::new()
    }
}

/// MD5 of all of `bytes`.
pub fn md5(bytes: &[u8]) -> [u8; 16] {
    let mut md5 = Md5::new();
    md5.update(bytes);
    md5.finish()
}

#[cfg(test)]
mod tests {
    use super::{Md5, md5, update_together};
    use ::md5::Digest;
    use proptest::collection::vec;
    use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};

    /// RFC 1321 §A.5.
    #[test]
    fn known_answers() {
        let answers = [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
        ];
        for (text, answer) in answers {
            assert_eq!(hex::encode(md5(text.as_bytes())), answer);
        }
    }

    /// Every length around the places where the padding changes.
    #[test]
    fn every_short_length() {
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..bytes.len() {
            assert_eq!(md5(&bytes[..length]), <[u8; 16]>::from(::md5::Md5::digest(&bytes[..length])), "{length}");
        }
    }

    fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
        vec(vec(any::<u8>(), 0..700), 0..6)
    }

    proptest! {
        #[test]
        fn several_together_are_each_alone(rounds in vec(vec(pieces(), 1..40), 1..3)) {
            let count = rounds.iter().map(Vec::len).max().unwrap_or(0);
            let mut together = vec![Md5::new(); count];
            let mut alone = vec![::md5::Md5::new(); count];
            for round in rounds {
                for (one, pieces) in alone.iter_mut().zip(&round) {
                    pieces.iter().for_each(|piece| one.update(piece));
                }
                let mut jobs: Vec<_> = together.iter_mut().zip(&round).map(|(md5, p)| (md5, p.as_slice())).collect();
                update_together(&mut jobs);
            }
            for (together, alone) in together.into_iter().zip(alone) {
                prop_assert_eq!(together.finish(), <[u8; 16]>::from(alone.finalize()));
            }
        }
    }
}
