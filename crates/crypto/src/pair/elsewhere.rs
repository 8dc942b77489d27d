//! Pairs whose private key is elsewhere, in a token: what such a device tells of a public key, and the form in which it gives
//! signatures, made into what everybody else reads.

use super::ecdsa::Curve;
use super::key_pair::{Family, PairKind};
use super::public_key::PublicKey;
use super::scheme::{PairError, SignatureScheme};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

impl PublicKey {
    /// Of an RSA modulus and public exponent, both big-endian. The modulus must have the bits of the kind.
    pub fn from_rsa(kind: PairKind, modulus: &[u8], exponent: &[u8]) -> Result<Self, PairError> {
        let (n, e) = (without_zeros(modulus), without_zeros(exponent));
        let Family::Rsa(bits) = kind.family() else { return Err(PairError) };
        // A modulus of so many bytes whose top bit is set.
        if n.len() * 8 != bits || n.first().is_none_or(|top| *top < 0x80) {
            return Err(PairError);
        }
        let key = RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256);
        spki(kind, &key.map_err(|_| PairError)?)
    }

    /// Of an uncompressed point (SEC 1 §2.3.3), which must be on the curve.
    pub fn from_point(kind: PairKind, point: &[u8]) -> Result<Self, PairError> {
        let Family::Ec(curve) = kind.family() else { return Err(PairError) };
        let key = ParsedPublicKey::new(curve.verification(), point).map_err(|_| PairError)?;
        spki(kind, &key)
    }

    /// An error if its owner does not sign so.
    pub fn check_signing(&self, scheme: SignatureScheme) -> Result<(), PairError> {
        let fits = match (self.kind().family(), scheme) {
            (Family::Rsa(_), SignatureScheme::RsaPss(_) | SignatureScheme::RsaPkcs1(_))
            | (Family::Sm2, SignatureScheme::Sm2)
            | (Family::Ed25519, SignatureScheme::Ed25519) => true,
            (Family::Ec(curve), SignatureScheme::Ecdsa(hash)) => curve.hash() == hash,
            _ => false,
        };
        if fits { Ok(()) } else { Err(PairError) }
    }

    /// The DER of an ECDSA signature by this key's owner that is given as its two numbers of equal width, one behind the other.
    pub fn ecdsa_der(&self, numbers: &[u8]) -> Result<Vec<u8>, PairError> {
        let Family::Ec(curve) = self.kind().family() else { return Err(PairError) };
        let width = width(curve);
        let (r, s) = numbers.split_at_checked(width).filter(|(_, s)| s.len() == width).ok_or(PairError)?;
        let mut body = Vec::with_capacity(2 * (width + 3));
        integer(r, &mut body);
        integer(s, &mut body);
        let mut out = vec![SEQUENCE];
        length(body.len(), &mut out);
        out.extend_from_slice(&body);
        Ok(out)
    }
}

/// Bytes of a number on the curve.
const fn width(curve: Curve) -> usize {
    match curve {
        Curve::P256 | Curve::P256k => 32,
        Curve::P384 => 48,
        Curve::P521 => 66,
    }
}

fn spki(kind: PairKind, key: &ParsedPublicKey) -> Result<PublicKey, PairError> {
    let der: PublicKeyX509Der<'_> = key.as_der().map_err(|_| PairError)?;
    Ok(PublicKey::trusted(kind, der.as_ref().to_vec()))
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// A positive number (X.690 §8.3): as short as can be, with a zero in front if the top bit is set.
fn integer(number: &[u8], out: &mut Vec<u8>) {
    let digits = without_zeros(number);
    let zero = digits.first().is_none_or(|top| *top >= 0x80);
    out.push(INTEGER);
    length(digits.len() + usize::from(zero), out);
    if zero {
        out.push(0);
    }
    out.extend_from_slice(digits);
}

/// A length (X.690 §8.1.3). What is written here is shorter than 256 bytes.
fn length(length: usize, out: &mut Vec<u8>) {
    if length >= 0x80 {
        out.push(0x81);
    }
    out.push(u8::try_from(length).unwrap_or(u8::MAX));
}

#[cfg(test)]
mod tests {
    use super::{PairKind, PublicKey};
    use crate::pair::{KeyPair, Sha2, SignatureScheme};
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use types::SystemRng;

    /// The two numbers in a DER signature, at their full width.
    fn numbers(der: &[u8], width: usize) -> Vec<u8> {
        let mut rest = &der[if der[1] == 0x81 { 3 } else { 2 }..];
        let mut out = Vec::new();
        for _ in 0..2 {
            let (number, behind) = rest[2..].split_at(usize::from(rest[1]));
            let number = &number[number.len().saturating_sub(width)..];
            out.extend(vec![0; width - number.len()]);
            out.extend_from_slice(number);
            rest = behind;
        }
        out
    }

    #[test]
    fn signatures_of_a_token_read_as_everyone_elses() {
        let kinds = [
            (PairKind::EcP256, Sha2::Sha256, 32),
            (PairKind::EcP384, Sha2::Sha384, 48),
            (PairKind::EcP521, Sha2::Sha512, 66),
            (PairKind::EcP256k, Sha2::Sha256, 32),
        ];
        for (kind, hash, width) in kinds {
            let pair = KeyPair::generate(kind, &SystemRng).unwrap();
            for i in 0..100_u32 {
                let digest = hash.of(&i.to_be_bytes());
                let der = pair.sign(SignatureScheme::Ecdsa(hash), &digest).unwrap();
                let numbers = numbers(&der, width);
                assert_eq!(pair.public().ecdsa_der(&numbers).unwrap(), der, "{kind:?}");
                assert!(pair.public().ecdsa_der(&numbers[1..]).is_err());
            }
        }
        assert!(PublicKey::from_der(PairKind::Rsa2048, Vec::new()).ecdsa_der(&[0; 64]).is_err());
    }

    #[test]
    fn a_key_signs_as_its_kind_does() {
        let schemes = [
            SignatureScheme::RsaPss(Sha2::Sha256),
            SignatureScheme::RsaPkcs1(Sha2::Sha512),
            SignatureScheme::Ecdsa(Sha2::Sha256),
            SignatureScheme::Ecdsa(Sha2::Sha384),
            SignatureScheme::Sm2,
            SignatureScheme::Ed25519,
        ];
        for kind in [PairKind::Rsa2048, PairKind::EcP256, PairKind::EcP384, PairKind::EcSm2, PairKind::Ed25519] {
            let pair = KeyPair::generate(kind, &SystemRng).unwrap();
            for scheme in schemes {
                let digest = vec![7; scheme.digest_width().unwrap_or(5)];
                let signed = pair.sign(scheme, &digest).is_ok();
                assert_eq!(pair.public().check_signing(scheme).is_ok(), signed, "{kind:?} {scheme:?}");
            }
        }
    }

    #[test]
    fn public_keys_of_a_token_read_as_everyone_elses() {
        for (kind, point) in [(PairKind::EcP256, 65), (PairKind::EcP384, 97), (PairKind::EcP521, 133)] {
            let pair = KeyPair::generate(kind, &SystemRng).unwrap();
            let der = pair.public().der();
            let point = der[der.len() - point..].to_vec();
            assert_eq!(PublicKey::from_point(kind, &point).as_ref(), Ok(pair.public()));
            let mut off = point;
            *off.last_mut().unwrap() ^= 1;
            assert!(PublicKey::from_point(kind, &off).is_err(), "not on the curve");
        }
        let pair = KeyPair::generate(PairKind::Rsa2048, &SystemRng).unwrap();
        let der = pair.public().der();
        // … INTEGER of 257 bytes, INTEGER of 3: RFC 8017 §A.1.1.
        let modulus = &der[der.len() - 5 - 257..der.len() - 5];
        let made = PublicKey::from_rsa(PairKind::Rsa2048, modulus, &[0, 1, 0, 1]);
        assert_eq!(made.as_ref(), Ok(pair.public()));
        assert!(PublicKey::from_rsa(PairKind::Rsa3072, modulus, &[1, 0, 1]).is_err());
        assert!(PublicKey::from_rsa(PairKind::EcP256, modulus, &[1, 0, 1]).is_err());
    }

    proptest! {
        #[test]
        fn whatever_the_numbers_they_come_back(bytes in any::<[u8; 32]>(), zeros in 0..64_usize) {
            let mut both = [bytes, bytes].concat();
            both[..zeros].fill(0);
            let der = PublicKey::from_der(PairKind::EcP256, Vec::new()).ecdsa_der(&both).unwrap();
            prop_assert_eq!(numbers(&der, 32), both);
        }
    }
}
