use super::cbor::{self, Item};
use super::refusal::Refusal;
use crypto::pair::{PairKind, PublicKey, PublicNumbers, Sha2, SignatureScheme};

/// Bytes of an RSA modulus: 2,048 to 4,096 bits.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;
/// Bytes of an RSA exponent.
const EXPONENT: usize = 4;

/// The algorithms that a new passkey may have, the best first (IANA COSE algorithms; WebAuthn §5.4).
pub const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];
const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// A passkey's public key. The algorithm is the key's own: no signature says by which it is to be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialKey {
    algorithm: i64,
    key: Numbers,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Numbers {
    Point(PublicKey),
    Plain(PublicNumbers),
}

impl CredentialKey {
    /// Reads a COSE key (RFC 9052 §7, RFC 9053 §7) that is these bytes and no more.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        Self::of(cbor::only(bytes).ok_or(Refusal::Malformed("the public key is no CBOR"))?)
    }

    /// Of a COSE key there are exactly the parameters that its kind needs (WebAuthn §6.5.1.1), so that nothing about it is
    /// passed over.
    pub(super) fn of(item: Item<'_>) -> Result<Self, Refusal> {
        let malformed = Refusal::Malformed("the public key is not the COSE key of its kind");
        let members = item.map().ok_or(malformed)?;
        let find = |label: i64| members.iter().find(|(name, _)| name.int() == Some(label)).map(|(_, value)| value);
        let int = |label: i64| find(label).and_then(Item::int);
        let bytes = |label: i64| find(label).and_then(Item::bytes).ok_or(malformed);
        let algorithm = int(3).ok_or(malformed)?;
        let (key, parameters) = match (algorithm, int(1), int(-1)) {
            (ES256, Some(2), Some(1)) => (point(bytes(-2)?, bytes(-3)?)?, 5),
            (EDDSA, Some(1), Some(6)) => {
                let x = bytes(-2)?;
                (PublicNumbers::Ed25519 { x: x.to_vec() }.into(), if x.len() == 32 { 4 } else { 0 })
            }
            (RS256, Some(3), None) => (rsa(bytes(-1)?, bytes(-2)?).ok_or(malformed)?, 4),
            _ if ALGORITHMS.contains(&algorithm) => return Err(malformed),
            _ => return Err(Refusal::Algorithm),
        };
        if members.len() == parameters { Ok(Self { algorithm, key }) } else { Err(malformed) }
    }

    pub(super) const fn algorithm(&self) -> i64 {
        self.algorithm
    }

    /// Whether a signature is one of this message by this key. ECDSA's is in DER (WebAuthn §6.5.5).
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let valid = match &self.key {
            Numbers::Point(key) => {
                let scheme = SignatureScheme::Ecdsa(Sha2::Sha256);
                key.digest(scheme, message).and_then(|digest| key.verify(scheme, &digest, signature))
            }
            Numbers::Plain(key @ PublicNumbers::Rsa { .. }) => {
                key.verify(SignatureScheme::RsaPkcs1(Sha2::Sha256), message, signature)
            }
            Numbers::Plain(key) => key.verify(SignatureScheme::Ed25519, message, signature),
        };
        if valid == Ok(true) { Ok(()) } else { Err(Refusal::Signature) }
    }
}

impl From<PublicNumbers> for Numbers {
    fn from(numbers: PublicNumbers) -> Self {
        Self::Plain(numbers)
    }
}

/// A point that is on the curve.
fn point(x: &[u8], y: &[u8]) -> Result<Numbers, Refusal> {
    let malformed = Refusal::Malformed("the public key is no point of P-256");
    if x.len() != 32 || y.len() != 32 {
        return Err(malformed);
    }
    let point = [&[4], x, y].concat();
    PublicKey::from_point(PairKind::EcP256, &point).map(Numbers::Point).map_err(|_| malformed)
}

fn rsa(n: &[u8], e: &[u8]) -> Option<Numbers> {
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
    let whole = n.first().is_some_and(|top| *top >= 0x80) && e.first().is_some_and(|top| *top > 0);
    let fits = MODULUS.contains(&n.len()) && e.len() <= EXPONENT && whole && odd(n) && odd(e) && e != [1];
    fits.then(|| PublicNumbers::Rsa { n: n.to_vec(), e: e.to_vec() }.into())
}
