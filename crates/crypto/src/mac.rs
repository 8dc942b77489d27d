//! Message authentication codes. The message is given in parts, so that nobody has to join them first; the parts are
//! only concatenated. Compare codes with [`hash::eq`](crate::hash::eq).

use aws_lc_rs::hmac::{
    Algorithm, Context, HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA224, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512, Key,
};
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

/// The codes that can be chosen at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MacKind {
    /// HMAC-SHA224.
    Sha224,
    /// HMAC-SHA256.
    Sha256,
    /// HMAC-SHA384.
    Sha384,
    /// HMAC-SHA512.
    Sha512,
    /// HMAC-SM3.
    Sm3,
}

impl MacKind {
    /// Bytes of a code, and of the keys that fit it best.
    pub const fn width(self) -> usize {
        match self {
            Self::Sha224 => 28,
            Self::Sha256 | Self::Sm3 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The code of a message.
    pub fn of(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha224 => provider::<28>(HMAC_SHA224, key, &[message]).to_vec(),
            Self::Sha256 => provider::<32>(HMAC_SHA256, key, &[message]).to_vec(),
            Self::Sha384 => provider::<48>(HMAC_SHA384, key, &[message]).to_vec(),
            Self::Sha512 => provider::<64>(HMAC_SHA512, key, &[message]).to_vec(),
            Self::Sm3 => hmac_sm3(key, &[message]).to_vec(),
        }
    }
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
