//! Message authentication codes. The message is given in parts, so that nobody has to join them first; the parts are
//! only concatenated. Compare codes with [`hash::eq`](crate::hash::eq).

use aws_lc_rs::hmac::{Algorithm, Context, HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA256, Key};
use hmac::{Hmac, KeyInit, Mac};
use sm3::Sm3;

/// HMAC-SHA1 (RFC 2104): for the old signature versions only.
pub fn hmac_sha1(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
    provider(HMAC_SHA1_FOR_LEGACY_USE_ONLY, key, parts)
}

/// HMAC-SHA256 (RFC 2104, FIPS 198-1).
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    provider(HMAC_SHA256, key, parts)
}

/// HMAC-SM3 (GM/T 0004 as the hash).
#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
pub fn hmac_sm3(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sm3>::new_from_slice(key).expect("a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn provider<const N: usize>(algorithm: Algorithm, key: &[u8], parts: &[&[u8]]) -> [u8; N] {
    let mut context = Context::with_key(&Key::new(algorithm, key));
    parts.iter().for_each(|part| context.update(part));
    let mut out = [0; N];
    out.copy_from_slice(context.sign().as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::{hmac_sha1, hmac_sha256, hmac_sm3};

    #[test]
    fn parts_are_concatenated() {
        assert_eq!(hmac_sha1(b"k", &[b"ab", b"", b"c"]), hmac_sha1(b"k", &[b"abc"]));
        assert_eq!(hmac_sha256(b"k", &[b"ab", b"", b"c"]), hmac_sha256(b"k", &[b"abc"]));
        assert_eq!(hmac_sm3(b"k", &[b"ab", b"", b"c"]), hmac_sm3(b"k", &[b"abc"]));
    }

    /// RFC 2202 §3 and RFC 4231 §4.3, test case 2.
    #[test]
    fn known_answers() {
        let message: &[u8] = b"what do ya want for nothing?";
        let sha1 = hex::encode(hmac_sha1(b"Jefe", &[message]));
        assert_eq!(sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        let sha256 = hex::encode(hmac_sha256(b"Jefe", &[message]));
        assert_eq!(sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
