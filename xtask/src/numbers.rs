//! Numbers that look random and can be had again from their seed (SplitMix64, Steele et al. 2014).

/// A repeatable source of numbers.
#[derive(Clone)]
pub(crate) struct Numbers(u64);

impl Numbers {
    /// The numbers of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// A seed nobody chose.
    pub(crate) fn surprise() -> u64 {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(0, |since| since.subsec_nanos().into())
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    /// `length` bytes.
    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut made = Vec::with_capacity(length + 8);
        while made.len() < length {
            made.extend_from_slice(&self.next().to_le_bytes());
        }
        made.truncate(length);
        made
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;

    #[test]
    fn a_seed_gives_the_same_numbers_again() {
        assert_eq!(Numbers::of(7).bytes(100), Numbers::of(7).bytes(100));
        assert_ne!(Numbers::of(7).bytes(100), Numbers::of(8).bytes(100));
        assert_eq!(Numbers::of(7).bytes(13).len(), 13);
    }

    #[test]
    fn bounds_are_kept() {
        let mut numbers = Numbers::of(1);
        assert!((0..1000).map(|_| numbers.between(50, 800)).all(|n| (50..=800).contains(&n)));
    }
}
