//! Ed25519 signatures (RFC 8032).

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use std::fmt;
use types::{Rng, Secret};

/// A private key. Its seed stays with it, so that it can be stored sealed.
pub struct SigningKey {
    seed: Secret<[u8; 32]>,
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// A new random key.
    pub fn random(rng: &dyn Rng) -> Self {
        let mut seed = Secret::new([0; 32]);
        rng.fill(seed.expose_mut());
        Self::from_seed(seed)
    }

    /// The key that this seed makes (RFC 8032 §5.1.5: every 32 bytes do).
    #[expect(clippy::expect_used, reason = "every 32 bytes are a seed")]
    pub fn from_seed(seed: Secret<[u8; 32]>) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).expect("a seed of 32 bytes");
        Self { seed, pair }
    }

    /// The seed, to be sealed.
    pub fn expose_seed(&self) -> &[u8; 32] {
        self.seed.expose()
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> VerifyingKey {
        let mut key = [0; 32];
        key.copy_from_slice(self.pair.public_key().as_ref());
        VerifyingKey(key)
    }

    /// The signature of `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut out = [0; 64];
        out.copy_from_slice(self.pair.sign(message).as_ref());
        out
    }
}

/// A public key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct VerifyingKey([u8; 32]);

impl VerifyingKey {
    /// From its encoding (RFC 8032 §5.1.2). Bytes that encode no point are taken, and verify nothing.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its encoding.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether `signature` is one of `message` by this key's owner.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, signature).is_ok()
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::SigningKey;
    use types::{Secret, SystemRng};

    /// RFC 8032 §7.1, test 2.
    #[test]
    fn known_answer() {
        let mut seed = Secret::new([0; 32]);
        let text = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        hex::decode_to_slice(text, seed.expose_mut()).unwrap();
        let key = SigningKey::from_seed(seed);
        let public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        assert_eq!(hex::encode(key.public().as_bytes()), public);
        assert_eq!(format!("{:?}", key.public()), format!("VerifyingKey({public})"));
        assert!(hex::encode(key.sign(&[0x72])).starts_with("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8f"));
    }

    #[test]
    fn what_was_signed_verifies_and_nothing_else() {
        let key = SigningKey::random(&SystemRng);
        let signature = key.sign(b"message");
        assert!(key.public().verify(b"message", &signature));
        assert!(!key.public().verify(b"massage", &signature));
        assert!(!key.public().verify(b"message", &signature[..63]));
        assert!(!SigningKey::random(&SystemRng).public().verify(b"message", &signature));
        let again = SigningKey::from_seed(Secret::new(*key.expose_seed()));
        assert_eq!(again.public(), key.public());
    }
}
