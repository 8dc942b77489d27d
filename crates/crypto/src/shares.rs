//! Shamir's secret sharing of a key, byte by byte over GF(2^8) with the polynomial of AES (x^8 + x^4 + x^3 + x + 1).
//!
//! A threshold of shares gives the key; fewer give nothing, whatever is done with them. Computed without tables and without
//! branches on secret bytes, so that time and caches tell nothing.

use crate::key::Key;
use types::{Rng, Secret};

/// A point of the polynomials whose value at 0 is the key.
pub struct Share {
    /// Where: 1 to 255.
    pub index: u8,
    /// The polynomials' values there, one for each byte of the key.
    pub value: Secret<[u8; 32]>,
}

/// Splits a key into `count` shares, of which any `threshold` give it; `None` unless 2 ≤ `threshold` ≤ `count`.
pub fn split(key: &Key, threshold: u8, count: u8, rng: &dyn Rng) -> Option<Vec<Share>> {
    if threshold < 2 || threshold > count {
        return None;
    }
    let coefficients: Vec<Secret<[u8; 32]>> = (1..threshold).map(|_| Secret::new(rng.bytes())).collect();
    let share = |index: u8| {
        let mut value = Secret::new([0; 32]);
        // Horner's rule: from the highest power down to the key.
        for coefficient in coefficients.iter().map(Secret::expose).rev().chain([key.expose()]) {
            for (byte, coefficient) in value.expose_mut().iter_mut().zip(coefficient) {
                *byte = times(*byte, index) ^ coefficient;
            }
        }
        Share { index, value }
    };
    Some((1..=count).map(share).collect())
}

/// The key that the polynomials through these points have at 0. Too few shares, or wrong ones, give another key: whoever
/// uses it has to be able to tell. `None` if a point is there twice, or is the key's own.
pub fn join(shares: &[&Share]) -> Option<Key> {
    let mut key = Secret::new([0; 32]);
    for (i, share) in shares.iter().enumerate() {
        // Lagrange's basis polynomial of this point, at 0.
        let mut basis = 1;
        for other in shares.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, other)| other) {
            if other.index == share.index {
                return None;
            }
            basis = times(basis, times(other.index, inverse(other.index ^ share.index)));
        }
        if share.index == 0 {
            return None;
        }
        for (byte, value) in key.expose_mut().iter_mut().zip(share.value.expose()) {
            *byte ^= times(basis, *value);
        }
    }
    Some(Key::from_bytes(*key.expose()))
}

fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    for _ in 0..8 {
        product ^= a & 0_u8.wrapping_sub(b & 1);
        a = (a << 1) ^ (0x1b & 0_u8.wrapping_sub(a >> 7));
        b >>= 1;
    }
    product
}

/// a^254, since a^255 is 1.
fn inverse(a: u8) -> u8 {
    let (mut power, mut result) = (a, 1);
    for _ in 0..7 {
        power = times(power, power);
        result = times(result, power);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{Share, inverse, join, split, times};
    use crate::Key;
    use types::{Rng, Secret, SystemRng};

    /// FIPS 197 §4.2 and §4.2.1.
    #[test]
    fn multiplication_is_that_of_aes() {
        assert_eq!((times(0x57, 0x83), times(0x57, 0x13)), (0xc1, 0xfe));
        assert_eq!((times(0, 7), times(7, 0), times(1, 0xff)), (0, 0, 0xff));
        assert!((1..=255).all(|a| times(a, inverse(a)) == 1));
    }

    /// With the coefficient 1, the share at x is the key with x added to each byte.
    #[test]
    fn a_line_is_what_it_should_be() {
        struct Ones;
        impl Rng for Ones {
            fn fill(&self, out: &mut [u8]) {
                out.fill(1);
            }
        }
        let key = Key::from_bytes([0x50; 32]);
        let shares = split(&key, 2, 3, &Ones).unwrap();
        let values: Vec<_> = shares.iter().map(|share| (share.index, share.value.expose()[0])).collect();
        assert_eq!(values, [(1, 0x51), (2, 0x52), (3, 0x53)]);
    }

    #[test]
    fn as_many_as_the_threshold_give_the_key_and_fewer_do_not() {
        for (threshold, count) in [(2, 2), (2, 3), (3, 5), (5, 5), (4, 7), (255, 255)] {
            let key = Key::random(&SystemRng);
            let shares = split(&key, threshold, count, &SystemRng).unwrap();
            let some =
                |from: usize, many: usize| -> Vec<&Share> { shares.iter().cycle().skip(from).take(many).collect() };
            for from in 0..usize::from(count).min(7) {
                assert_eq!(join(&some(from, threshold.into())).unwrap().expose(), key.expose());
                assert_ne!(join(&some(from, usize::from(threshold) - 1)).unwrap().expose(), key.expose());
            }
            assert_eq!(join(&some(0, count.into())).unwrap().expose(), key.expose(), "more do no harm");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let key = Key::random(&SystemRng);
        for (threshold, count) in [(0, 3), (1, 3), (4, 3), (2, 1)] {
            assert!(split(&key, threshold, count, &SystemRng).is_none(), "{threshold} of {count}");
        }
        let share = |index| Share { index, value: Secret::new([1; 32]) };
        assert!(join(&[&share(1), &share(1)]).is_none());
        assert!(join(&[&share(0), &share(1)]).is_none());
    }
}
