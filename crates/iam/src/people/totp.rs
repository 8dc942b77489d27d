//! Time-based one-time passwords (RFC 6238) as authenticator apps make them: HMAC-SHA1, steps of 30 seconds, six digits.

use crypto::{hash, hmac_sha1};
use types::{Secret, Timestamp};

/// Bytes of a seed: as many as the hash has (RFC 4226 §4).
pub(super) const SEED_BYTES: usize = 20;
/// Digits of a code.
const DIGITS: usize = 6;
const STEP_SECS: i64 = 30;
/// Steps that a device's clock may be off, either way (RFC 6238 §5.2).
const DRIFT: u64 = 1;
/// Steps that may have passed since the first of two codes that bind a device: people are slow to type.
const BINDING: u64 = 4;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A code as it was typed.
pub(super) fn is_code(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|b| b.is_ascii_digit())
}

fn step(now: Timestamp) -> u64 {
    now.secs().div_euclid(STEP_SECS).try_into().unwrap_or_default()
}

fn code(seed: &[u8], step: u64) -> String {
    let mac = hmac_sha1(seed, &[&step.to_be_bytes()]);
    // Dynamic truncation (RFC 4226 §5.3): the last four bits say where to read.
    let at = usize::from(mac[19] & 0xf);
    let word = mac.iter().skip(at).take(4).fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The step whose code this is, if it is one of now and of after `last`. Looks at all of them, whichever it is.
pub(super) fn verify(seed: &[u8], typed: &str, last: u64, now: Timestamp) -> Option<u64> {
    let now = step(now);
    let candidates = now.saturating_sub(DRIFT)..=now.saturating_add(DRIFT);
    let hits = candidates.filter(|step| hash::eq(code(seed, *step).as_bytes(), typed.as_bytes()) && *step > last);
    hits.fold(None, |_, step| Some(step))
}

/// The step of the second of two codes that follow each other.
pub(super) fn verify_pair(seed: &[u8], first: &str, second: &str, now: Timestamp) -> Option<u64> {
    let now = step(now);
    let is = |step: u64, typed: &str| hash::eq(code(seed, step).as_bytes(), typed.as_bytes());
    let mut candidates = now.saturating_sub(BINDING)..=now.saturating_add(DRIFT);
    candidates.find(|step| is(step.saturating_sub(1), first) & is(*step, second))
}

/// Base32 (RFC 4648 §6) of a seed, whose length needs no padding.
pub(super) fn base32(seed: &[u8; SEED_BYTES]) -> Secret<String> {
    let mut text = String::with_capacity(SEED_BYTES / 5 * 8);
    for five in seed.chunks(5) {
        let word = five.iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
        for place in (0..8).rev() {
            let letter = ALPHABET.get((word >> (place * 5) & 31) as usize);
            text.extend(letter.map(|letter| char::from(*letter)));
        }
    }
    Secret::new(text)
}

/// The seed again, of a text that [`base32`] made.
pub(super) fn seed(text: &[u8]) -> Option<Secret<Vec<u8>>> {
    let mut seed = Secret::new(Vec::with_capacity(SEED_BYTES));
    for eight in text.chunks(8) {
        let mut word = 0_u64;
        for letter in eight {
            word = word << 5 | u64::try_from(ALPHABET.iter().position(|known| known == letter)?).ok()?;
        }
        seed.expose_mut().extend(word.to_be_bytes().iter().skip(3));
    }
    Some(seed).filter(|seed| seed.expose().len() == SEED_BYTES)
}

#[cfg(test)]
mod tests {
    use super::{base32, code, is_code, seed, step, verify, verify_pair};
    use types::Timestamp;

    const SEED: &[u8; 20] = b"12345678901234567890";

    /// RFC 6238, appendix B: the last six of eight digits.
    #[test]
    fn published_codes() {
        for (secs, expected) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(code(SEED, step(Timestamp::from_secs(secs))), expected);
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_its_neighbours_once() {
        let now = Timestamp::from_secs(1_111_111_109);
        let at = step(now);
        for (near, good) in [(at - 2, false), (at - 1, true), (at, true), (at + 1, true), (at + 2, false)] {
            assert_eq!(verify(SEED, &code(SEED, near), 0, now), good.then_some(near));
            assert_eq!(verify(SEED, &code(SEED, near), near, now), None);
        }
        assert_eq!(verify(SEED, "000000", 0, now), None);
    }

    #[test]
    fn two_codes_bind_that_follow_each_other() {
        let now = Timestamp::from_secs(1_111_111_109);
        let (at, code) = (step(now), |at| code(SEED, at));
        assert_eq!(verify_pair(SEED, &code(at - 1), &code(at), now), Some(at));
        assert_eq!(verify_pair(SEED, &code(at - 5), &code(at - 4), now), Some(at - 4));
        assert_eq!(verify_pair(SEED, &code(at - 6), &code(at - 5), now), None);
        assert_eq!(verify_pair(SEED, &code(at), &code(at), now), None);
        assert_eq!(verify_pair(SEED, &code(at), &code(at - 1), now), None);
        assert_eq!(verify_pair(SEED, &code(at - 2), &code(at), now), None);
    }

    #[test]
    fn seeds_are_written_in_base32() {
        let text = base32(SEED);
        assert_eq!(text.expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(seed(text.expose().as_bytes()).unwrap().expose().as_slice(), SEED);
        assert!(seed(b"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1").is_none() && seed(b"GEZDGNBV").is_none());
        assert!(is_code("012345") && !is_code("12345") && !is_code("12345a") && !is_code("１２３４５６"));
    }
}
