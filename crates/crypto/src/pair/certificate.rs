use super::ecdsa::Curve;
use super::key_pair::{Family, PairKind};
use super::public_key::PublicKey;
use super::scheme::PairError;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use der::asn1::{AnyRef, BitStringRef, GeneralizedTime, UtcTime};
use der::{Decode, Reader, SliceReader, Tag, Tagged};
use std::time::Duration;
use types::Timestamp;

/// Object identifiers as DER writes them, without tag and length (RFC 3279 §2.3, RFC 5480 §2.1.1).
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

/// What an X.509 certificate (RFC 5280) says of a key that is trusted for another reason than the certificate: the key, and
/// when it is to be used. Who issued it and what its extensions say is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    public: PublicKey,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Certificate {
    /// Reads one in DER. An error if it is none, or if its key is none that [`PublicKey::from_spki`] takes.
    pub fn from_der(bytes: &[u8]) -> Result<Self, PairError> {
        let (spki, not_before, not_after) = AnyRef::from_der(bytes).and_then(read).map_err(|_| PairError)?;
        Ok(Self { public: PublicKey::from_spki(spki)?, not_before, not_after })
    }

    /// The key.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Whether the key is to be used at a moment.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }

    /// The last moment at which it is.
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }
}

impl PublicKey {
    /// From SubjectPublicKeyInfo in DER, which says itself what kind of key it is: RSA with 2048, 3072 or 4096 bits, or ECDSA on
    /// P-256, P-384 or P-521.
    pub fn from_spki(spki: &[u8]) -> Result<Self, PairError> {
        let kind = AnyRef::from_der(spki).and_then(kind_of).ok().flatten().ok_or(PairError)?;
        let algorithm: &'static dyn aws_lc_rs::signature::VerificationAlgorithm = match kind.family() {
            Family::Rsa(_) => &RSA_PKCS1_2048_8192_SHA256,
            Family::Ec(curve) => curve.verification(),
            Family::Sm2 | Family::Ed25519 => return Err(PairError),
        };
        // What is no such key in truth is refused here rather than with the first signature.
        ParsedPublicKey::new(algorithm, spki).map_err(|_| PairError)?;
        Ok(Self::trusted(kind, spki.to_vec()))
    }
}

/// The key and the two ends of the validity (RFC 5280 §4.1).
fn read(certificate: AnyRef<'_>) -> der::Result<(&[u8], Timestamp, Timestamp)> {
    certificate.sequence(|parts| {
        let to_be_signed: AnyRef<'_> = parts.decode()?;
        skip(parts, 2)?;
        to_be_signed.sequence(|fields| {
            // The version, if it is said, then the serial number.
            let first: AnyRef<'_> = fields.decode()?;
            skip(fields, if first.tag().is_context_specific() { 3 } else { 2 })?;
            let (from, until) = fields.decode::<AnyRef<'_>>()?.sequence(validity)?;
            skip(fields, 1)?;
            let spki = fields.tlv_bytes()?;
            while !fields.is_finished() {
                skip(fields, 1)?;
            }
            Ok((spki, from, until))
        })
    })
}

fn skip(reader: &mut SliceReader<'_>, count: usize) -> der::Result<()> {
    (0..count).try_for_each(|_| reader.decode::<AnyRef<'_>>().map(|_| ()))
}

fn moment(reader: &mut SliceReader<'_>) -> der::Result<Timestamp> {
    let time: AnyRef<'_> = reader.decode()?;
    let since_epoch: Duration = match time.tag() {
        Tag::UtcTime => time.decode_as::<UtcTime>()?.to_unix_duration(),
        _ => time.decode_as::<GeneralizedTime>()?.to_unix_duration(),
    };
    Ok(Timestamp::default().plus(since_epoch))
}

fn validity(ends: &mut SliceReader<'_>) -> der::Result<(Timestamp, Timestamp)> {
    Ok((moment(ends)?, moment(ends)?))
}

/// An AlgorithmIdentifier (RFC 5280 §4.1.1.2).
fn identifier<'a>(parts: &mut SliceReader<'a>) -> der::Result<(AnyRef<'a>, Option<AnyRef<'a>>)> {
    let name = parts.decode()?;
    let parameter = if parts.is_finished() { None } else { Some(parts.decode()?) };
    Ok((name, parameter))
}

/// What kind of key it is (RFC 3279 §2.3.1, RFC 5480 §2.1); `None` if it is none of ours.
fn kind_of(spki: AnyRef<'_>) -> der::Result<Option<PairKind>> {
    spki.sequence(|parts| {
        let algorithm: AnyRef<'_> = parts.decode()?;
        let key: BitStringRef<'_> = parts.decode()?;
        let (name, parameter) = algorithm.sequence(identifier)?;
        Ok(match (name.value(), parameter.map(AnyRef::value)) {
            (RSA, _) => rsa_kind(key.raw_bytes())?,
            (EC, Some(curve)) => curve_kind(curve),
            _ => None,
        })
    })
}

fn curve_kind(curve: &[u8]) -> Option<PairKind> {
    match curve {
        P256 => Some(PairKind::EcP256),
        P384 => Some(PairKind::EcP384),
        P521 => Some(PairKind::EcP521),
        _ => None,
    }
}

/// By the length of the modulus (RFC 8017 §A.1.1).
fn rsa_kind(key: &[u8]) -> der::Result<Option<PairKind>> {
    AnyRef::from_der(key)?.sequence(|numbers| {
        let modulus: AnyRef<'_> = numbers.decode()?;
        skip(numbers, 1)?;
        let digits = modulus.value().strip_prefix(&[0]).unwrap_or(modulus.value());
        let full = digits.first().is_some_and(|top| *top >= 0x80);
        Ok(match digits.len() * 8 {
            2048 if full => Some(PairKind::Rsa2048),
            3072 if full => Some(PairKind::Rsa3072),
            4096 if full => Some(PairKind::Rsa4096),
            _ => None,
        })
    })
}

impl PairKind {
    /// The hash that signatures of a key on a curve are made with; `None` for other keys.
    pub fn curve_hash(self) -> Option<super::scheme::Sha2> {
        match self.family() {
            Family::Ec(curve) => Some(Curve::hash(curve)),
            Family::Rsa(_) | Family::Sm2 | Family::Ed25519 => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Certificate, PublicKey};
    use crate::pair::{KeyPair, PairKind};
    use proptest::prelude::{any, proptest};
    use types::{SystemRng, Timestamp};

    /// A self-signed certificate on P-256 that `openssl req -x509` made, from 2026-01-01 to 2046-01-01.
    const P256: &[u8] = include_bytes!("testdata/p256.der");
    /// The same with RSA of 2048 bits, of version 1, and until 2059, so that one end is a GeneralizedTime.
    const RSA: &[u8] = include_bytes!("testdata/rsa-v1.der");

    #[test]
    fn a_certificate_says_its_key_and_its_time() {
        for (der, kind) in [(P256, PairKind::EcP256), (RSA, PairKind::Rsa2048)] {
            let read = Certificate::from_der(der).unwrap();
            assert_eq!(read.public().kind(), kind);
            assert!(der.windows(read.public().der().len()).any(|part| part == read.public().der()));
            assert!(read.is_valid_at(Timestamp::parse_iso("2030-01-01T00:00:00Z").unwrap()));
            assert!(!read.is_valid_at(Timestamp::parse_iso("1999-11-24T00:00:00Z").unwrap()));
            assert!(!read.is_valid_at(read.not_after().plus(std::time::Duration::from_millis(1))));
        }
    }

    #[test]
    fn keys_say_their_kind() {
        for kind in [PairKind::Rsa2048, PairKind::Rsa3072, PairKind::EcP256, PairKind::EcP384, PairKind::EcP521] {
            let pair = KeyPair::generate(kind, &SystemRng).unwrap();
            assert_eq!(PublicKey::from_spki(pair.public().der()).as_ref(), Ok(pair.public()));
        }
        for kind in [PairKind::EcP256k, PairKind::EcSm2, PairKind::Ed25519] {
            let pair = KeyPair::generate(kind, &SystemRng).unwrap();
            assert!(PublicKey::from_spki(pair.public().der()).is_err(), "{kind:?}");
        }
    }

    #[test]
    fn what_is_cut_or_has_more_behind_is_none() {
        for der in [P256, RSA] {
            for at in 0..der.len() {
                assert!(Certificate::from_der(&der[..at]).is_err());
            }
            assert!(Certificate::from_der(&[der, &[0]].concat()).is_err());
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in any::<Vec<u8>>(), at in 0..P256.len(), byte in any::<u8>()) {
            let _ = Certificate::from_der(&bytes);
            let mut changed = P256.to_vec();
            changed[at] = byte;
            let _ = Certificate::from_der(&changed);
        }
    }
}
