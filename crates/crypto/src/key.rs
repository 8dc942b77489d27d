use crate::kdf;
use types::{Rng, Secret};

/// What starts the `info` of [`Key::derive`]. Sealing starts its own with `c2sp.org/`, so the two can never give the
/// same bytes from one key.
const DERIVE: &[u8] = b"bailee/derive@v1";

/// A symmetric key of 256 bits: wiped when dropped, and without `Debug`, `Clone` or `Serialize`.
pub struct Key(Secret<[u8; 32]>);

impl Key {
    /// A new random key.
    pub fn random(rng: &dyn Rng) -> Self {
        let mut key = Secret::new([0; 32]);
        rng.fill(key.expose_mut());
        Self(key)
    }

    /// The key with these bytes, which must be uniformly random. The caller sees to it that no other copy stays behind.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The bytes, to be sealed under another key.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// The key for one purpose below this one: HKDF-Expand with SHA-256.
    ///
    /// `info` is `"bailee/derive@v1" || 0x00 || length of label (4 bytes, big-endian) || label || context`: the prefix
    /// and the length have fixed sizes, so two different pairs never give the same `info`.
    #[must_use]
    #[expect(clippy::expect_used, reason = "labels are constants of this program")]
    pub fn derive(&self, label: &str, context: &[u8]) -> Self {
        let length = u32::try_from(label.len()).expect("a label shorter than 4 GiB");
        Self(kdf::expand(
            kdf::HKDF_SHA256,
            self.expose(),
            &[DERIVE, &[0], &length.to_be_bytes(), label.as_bytes(), context],
        ))
    }

    /// A second copy, named so that every place that makes one can be found by a search.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self::from_bytes(*self.expose())
    }
}

#[cfg(test)]
mod tests {
    use super::Key;
    use crate::mac::hmac_sha256;

    #[test]
    fn deriving_is_one_block_of_hkdf() {
        let key = Key::from_bytes([7; 32]);
        let info: &[u8] = b"bailee/derive@v1\0\0\0\0\x06regionlocal-1\x01";
        assert_eq!(key.derive("region", b"local-1").expose(), &hmac_sha256(key.expose(), &[info]));
    }

    #[test]
    fn the_border_between_label_and_context_matters() {
        let key = Key::from_bytes([7; 32]);
        let all =
            [("ab", "c"), ("a", "bc"), ("abc", ""), ("", "abc")].map(|(l, c)| *key.derive(l, c.as_bytes()).expose());
        for (i, a) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|b| a != b));
            assert_ne!(a, key.expose());
        }
        assert_eq!(key.duplicate().expose(), key.expose());
    }

    #[test]
    fn random_keys_come_from_the_generator() {
        let key = Key::random(&types::SystemRng);
        assert_ne!(key.expose(), Key::random(&types::SystemRng).expose());
    }
}
