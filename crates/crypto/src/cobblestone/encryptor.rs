use super::chunk_cipher::ChunkCipher;
use super::layout::{CHUNK, HEADER, SEALED_CHUNK, TAG};
use crate::Key;
use types::{Rng, Secret};

/// Seals a message that arrives piece by piece, holding back less than one chunk of it.
///
/// What it makes is the [`header`](Self::header) followed by all that `update` and `finish` append. A message whose
/// `finish` was never called has no short last chunk, and doesn't open.
pub struct Encryptor {
    cipher: ChunkCipher,
    header: [u8; HEADER],
    next: u64,
    /// The beginning of a chunk whose end has not come yet. Given its full capacity at first use, so that no old copy
    /// of it is left by growing.
    partial: Secret<Vec<u8>>,
}

impl Encryptor {
    /// Starts a message with a fresh salt.
    pub fn new(key: &Key, rng: &dyn Rng, context: &[u8]) -> Self {
        let (cipher, header) = ChunkCipher::begin(key, rng, context);
        Self { cipher, header, next: 0, partial: Secret::new(Vec::new()) }
    }

    /// The first bytes of the sealed message.
    pub fn header(&self) -> &[u8; HEADER] {
        &self.header
    }

    /// Takes the next bytes of the message and appends to `out` every chunk that is full now.
    pub fn update(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let pending = self.partial.expose().len();
        out.reserve((pending + input.len()) / CHUNK * SEALED_CHUNK);
        let rest = if pending == 0 { input } else { self.fill_partial(input, out) };
        // Whole chunks are sealed from where they lie, past the partial buffer.
        let mut chunks = rest.chunks_exact(CHUNK);
        for chunk in &mut chunks {
            self.cipher.seal(self.next, chunk, out);
            self.next += 1;
        }
        self.keep(chunks.remainder());
    }

    /// Ends the message: appends its last chunk.
    pub fn finish(self, out: &mut Vec<u8>) {
        self.cipher.seal(self.next, self.partial.expose(), out);
    }

    /// The bytes that `finish` will append.
    pub fn finish_len(&self) -> usize {
        self.partial.expose().len() + TAG
    }

    /// Completes the partial chunk from the front of `input`, and returns what is left.
    fn fill_partial<'a>(&mut self, input: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let missing = CHUNK - self.partial.expose().len();
        let (front, rest) = input.split_at(missing.min(input.len()));
        self.keep(front);
        if front.len() == missing {
            self.cipher.seal(self.next, self.partial.expose(), out);
            self.next += 1;
            self.partial.expose_mut().clear();
        }
        rest
    }

    fn keep(&mut self, bytes: &[u8]) {
        let partial = self.partial.expose_mut();
        if !bytes.is_empty() && partial.capacity() < CHUNK {
            partial.reserve_exact(CHUNK);
        }
        partial.extend_from_slice(bytes);
    }
}
