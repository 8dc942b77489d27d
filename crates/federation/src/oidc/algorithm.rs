use crypto::pair::{Sha2, SignatureScheme};

/// A signature algorithm that tokens may have (RFC 7518 §3.1, RFC 8037 §3.1). Those of shared secrets (`HS256` and its like)
/// and `none` are not among them, so none of them can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Algorithm {
    name: &'static str,
    scheme: SignatureScheme,
}

const ALL: &[(&str, SignatureScheme)] = &[
    ("RS256", SignatureScheme::RsaPkcs1(Sha2::Sha256)),
    ("RS384", SignatureScheme::RsaPkcs1(Sha2::Sha384)),
    ("RS512", SignatureScheme::RsaPkcs1(Sha2::Sha512)),
    ("PS256", SignatureScheme::RsaPss(Sha2::Sha256)),
    ("PS384", SignatureScheme::RsaPss(Sha2::Sha384)),
    ("PS512", SignatureScheme::RsaPss(Sha2::Sha512)),
    ("ES256", SignatureScheme::Ecdsa(Sha2::Sha256)),
    ("ES384", SignatureScheme::Ecdsa(Sha2::Sha384)),
    ("ES512", SignatureScheme::Ecdsa(Sha2::Sha512)),
    ("EdDSA", SignatureScheme::Ed25519),
];

impl Algorithm {
    /// The algorithm of a name, whose case matters (RFC 7515 §4.1.1).
    pub(super) fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|(known, _)| *known == name).map(|(name, scheme)| Self { name, scheme: *scheme })
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        self.name
    }

    pub(super) const fn scheme(self) -> SignatureScheme {
        self.scheme
    }
}
