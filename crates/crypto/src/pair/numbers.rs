use super::scheme::{PairError, Sha2, SignatureScheme};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, EcdsaVerificationAlgorithm,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};

/// A curve of NIST's, by the name that keys given as numbers have (RFC 7518 §6.2.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NistCurve {
    /// P-256.
    P256,
    /// P-384.
    P384,
    /// P-521.
    P521,
}

impl NistCurve {
    /// Bytes of a coordinate.
    pub const fn width(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The one hash that signatures of these keys are made with (RFC 7518 §3.4).
    pub const fn hash(self) -> Sha2 {
        match self {
            Self::P256 => Sha2::Sha256,
            Self::P384 => Sha2::Sha384,
            Self::P521 => Sha2::Sha512,
        }
    }

    const fn verification(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED,
            Self::P384 => &ECDSA_P384_SHA384_FIXED,
            Self::P521 => &ECDSA_P521_SHA512_FIXED,
        }
    }
}

/// A public key as the numbers it is made of, which is how JSON Web Keys give theirs (RFC 7518 §6, RFC 8037 §2). Numbers are
/// big-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicNumbers {
    /// RSA: 2,048 to 8,192 bits.
    Rsa {
        /// The modulus, without leading zeros.
        n: Vec<u8>,
        /// The exponent, without leading zeros.
        e: Vec<u8>,
    },
    /// A point on a curve, each coordinate as wide as the curve.
    Ec {
        /// The curve.
        curve: NistCurve,
        /// One coordinate.
        x: Vec<u8>,
        /// The other.
        y: Vec<u8>,
    },
    /// Ed25519 (RFC 8032): the encoded point.
    Ed25519 {
        /// 32 bytes.
        x: Vec<u8>,
    },
}

impl PublicNumbers {
    /// Whether a signature of this scheme can be one of such a key.
    pub fn suits(&self, scheme: SignatureScheme) -> bool {
        match (self, scheme) {
            (Self::Rsa { .. }, SignatureScheme::RsaPkcs1(_) | SignatureScheme::RsaPss(_)) => true,
            (Self::Ec { curve, .. }, SignatureScheme::Ecdsa(hash)) => curve.hash() == hash,
            (Self::Ed25519 { .. }, SignatureScheme::Ed25519) => true,
            _ => false,
        }
    }

    /// Whether a signature is one of this message by the key's owner. Of ECDSA the signature is both numbers, each as wide as
    /// the curve, one after the other (RFC 7518 §3.4). Numbers that are no key verify nothing; an error if the scheme is not
    /// one of such keys.
    pub fn verify(&self, scheme: SignatureScheme, message: &[u8], signature: &[u8]) -> Result<bool, PairError> {
        if !self.suits(scheme) {
            return Err(PairError);
        }
        Ok(match self {
            Self::Rsa { n, e } => {
                let key = RsaPublicKeyComponents { n: n.as_slice(), e: e.as_slice() };
                key.verify(rsa(scheme)?, message, signature).is_ok()
            }
            Self::Ec { curve, x, y } if x.len() == curve.width() && y.len() == curve.width() => {
                // An uncompressed point (SEC 1 §2.3.3).
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                UnparsedPublicKey::new(curve.verification(), point).verify(message, signature).is_ok()
            }
            Self::Ec { .. } => false,
            Self::Ed25519 { x } => {
                x.len() == 32 && UnparsedPublicKey::new(&ED25519, x).verify(message, signature).is_ok()
            }
        })
    }
}

fn rsa(scheme: SignatureScheme) -> Result<&'static RsaParameters, PairError> {
    Ok(match scheme {
        SignatureScheme::RsaPkcs1(Sha2::Sha256) => &RSA_PKCS1_2048_8192_SHA256,
        SignatureScheme::RsaPkcs1(Sha2::Sha384) => &RSA_PKCS1_2048_8192_SHA384,
        SignatureScheme::RsaPkcs1(Sha2::Sha512) => &RSA_PKCS1_2048_8192_SHA512,
        SignatureScheme::RsaPss(Sha2::Sha256) => &RSA_PSS_2048_8192_SHA256,
        SignatureScheme::RsaPss(Sha2::Sha384) => &RSA_PSS_2048_8192_SHA384,
        SignatureScheme::RsaPss(Sha2::Sha512) => &RSA_PSS_2048_8192_SHA512,
        _ => return Err(PairError),
    })
}

#[cfg(test)]
mod tests {
    use super::{NistCurve, PublicNumbers};
    use crate::SigningKey;
    use crate::pair::{PairError, Sha2, SignatureScheme};
    use types::SystemRng;

    #[test]
    fn what_was_signed_verifies_and_nothing_else() {
        let key = SigningKey::random(&SystemRng);
        let numbers = PublicNumbers::Ed25519 { x: key.public().as_bytes().to_vec() };
        let signature = key.sign(b"message");
        assert_eq!(numbers.verify(SignatureScheme::Ed25519, b"message", &signature), Ok(true));
        assert_eq!(numbers.verify(SignatureScheme::Ed25519, b"massage", &signature), Ok(false));
        assert_eq!(numbers.verify(SignatureScheme::Ecdsa(Sha2::Sha256), b"message", &signature), Err(PairError));
    }

    #[test]
    fn numbers_that_are_no_key_verify_nothing() {
        let off = PublicNumbers::Ec { curve: NistCurve::P256, x: vec![1; 32], y: vec![1; 32] };
        let short = PublicNumbers::Ec { curve: NistCurve::P256, x: vec![1; 31], y: vec![1; 32] };
        for key in [off, short] {
            assert_eq!(key.verify(SignatureScheme::Ecdsa(Sha2::Sha256), b"m", &[0; 64]), Ok(false));
            assert_eq!(key.verify(SignatureScheme::Ecdsa(Sha2::Sha384), b"m", &[0; 64]), Err(PairError));
        }
        for (n, e) in [(vec![0xff; 256], vec![1]), (vec![0xff; 128], vec![1, 0, 1]), (vec![], vec![])] {
            let key = PublicNumbers::Rsa { n, e };
            assert_eq!(key.verify(SignatureScheme::RsaPkcs1(Sha2::Sha256), b"m", &[1; 256]), Ok(false));
        }
    }
}
