use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk};
use types::Secret;
use zeroize::Zeroize;

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-Expand with SHA-256 (RFC 5869 §2.3). The caller makes `info` unambiguous: its parts are only concatenated.
pub(crate) fn expand<const N: usize>(prk: &[u8; 32], info: &[&[u8]]) -> Secret<[u8; N]>
where
    [u8; N]: Zeroize,
{
    const { assert!(N <= 255 * 32, "RFC 5869 §2.3: L <= 255*HashLen") };
    let mut out = Secret::new([0; N]);
    expand_into(prk, info, out.expose_mut());
    out
}

#[expect(clippy::expect_used, reason = "only an output over 255 blocks can fail, and every caller's is a constant")]
pub(crate) fn expand_into(prk: &[u8; 32], info: &[&[u8]], out: &mut [u8]) {
    Prk::new_less_safe(HKDF_SHA256, prk)
        .expand(info, Length(out.len()))
        .and_then(|okm| okm.fill(out))
        .expect("an output of at most 255 blocks");
}
