use aws_lc_rs::hkdf::{KeyType, Prk};
use types::Secret;
use zeroize::Zeroize;

pub(crate) use aws_lc_rs::hkdf::{Algorithm, HKDF_SHA256, HKDF_SHA512};

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-Expand (RFC 5869 §2.3). The caller makes `info` unambiguous: its parts are only concatenated.
pub(crate) fn expand<const N: usize>(hash: Algorithm, prk: &[u8; 32], info: &[&[u8]]) -> Secret<[u8; N]>
where
    [u8; N]: Zeroize,
{
    const { assert!(N <= 255 * 32, "RFC 5869 §2.3: L <= 255*HashLen") };
    let mut out = Secret::new([0; N]);
    expand_into(hash, prk, info, out.expose_mut());
    out
}

/// `prk` is at most 64 bytes, and `out` at most 255 blocks of the hash.
#[expect(clippy::expect_used, reason = "only lengths can be wrong, and every caller's are constants within the bounds")]
pub(crate) fn expand_into(hash: Algorithm, prk: &[u8], info: &[&[u8]], out: &mut [u8]) {
    Prk::new_less_safe(hash, prk)
        .expand(info, Length(out.len()))
        .and_then(|okm| okm.fill(out))
        .expect("an output of at most 255 blocks");
}
