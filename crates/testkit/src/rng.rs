use std::sync::atomic::{AtomicU64, Ordering};
use types::Rng;

/// Randomness that is the same in every run: SHA-256 of a seed and a counter.
pub struct SeededRng {
    seed: u64,
    counter: AtomicU64,
}

impl SeededRng {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, counter: AtomicU64::new(0) }
    }
}

impl Rng for SeededRng {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let count = self.counter.fetch_add(1, Ordering::SeqCst);
            let block = crypto::hash::sha256(&[self.seed.to_be_bytes(), count.to_be_bytes()].concat());
            for (to, from) in chunk.iter_mut().zip(block) {
                *to = from;
            }
        }
    }
}
