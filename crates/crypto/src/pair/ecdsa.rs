use super::scheme::{PairError, Sha2, SignatureScheme};
use aws_lc_rs::digest::Digest;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, KeyPair as _, UnparsedPublicKey,
};
use types::Secret;

/// A curve, with the one hash that key services use on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
    P256k,
}

impl Curve {
    pub(super) const fn hash(self) -> Sha2 {
        match self {
            Self::P256 | Self::P256k => Sha2::Sha256,
            Self::P384 => Sha2::Sha384,
            Self::P521 => Sha2::Sha512,
        }
    }

    const fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
            Self::P384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
            Self::P521 => &ECDSA_P521_SHA512_ASN1_SIGNING,
            Self::P256k => &ECDSA_P256K1_SHA256_ASN1_SIGNING,
        }
    }

    pub(super) const fn verification(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_ASN1,
            Self::P384 => &ECDSA_P384_SHA384_ASN1,
            Self::P521 => &ECDSA_P521_SHA512_ASN1,
            Self::P256k => &ECDSA_P256K1_SHA256_ASN1,
        }
    }

    fn digest(self, scheme: SignatureScheme, digest: &[u8]) -> Result<Digest, PairError> {
        if scheme != SignatureScheme::Ecdsa(self.hash()) {
            return Err(PairError);
        }
        Digest::import_less_safe(digest, self.hash().provider()).map_err(|_| PairError)
    }

    pub(super) fn verify(
        self,
        spki: &[u8],
        scheme: SignatureScheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, PairError> {
        let digest = self.digest(scheme, digest)?;
        Ok(UnparsedPublicKey::new(self.verification(), spki).verify_digest(&digest, signature).is_ok())
    }
}

/// A private key on a curve.
pub(super) struct EcPair {
    curve: Curve,
    pair: EcdsaKeyPair,
}

impl EcPair {
    pub(super) fn generate(curve: Curve) -> Result<Secret<Vec<u8>>, PairError> {
        let pair = EcdsaKeyPair::generate(curve.signing()).map_err(|_| PairError)?;
        let der = pair.to_pkcs8v1().map_err(|_| PairError)?;
        Ok(Secret::new(der.as_ref().to_vec()))
    }

    pub(super) fn from_pkcs8(pkcs8: &[u8], curve: Curve) -> Result<Self, PairError> {
        let pair = EcdsaKeyPair::from_pkcs8(curve.signing(), pkcs8).map_err(|_| PairError)?;
        Ok(Self { curve, pair })
    }

    pub(super) fn public(&self) -> Result<Vec<u8>, PairError> {
        let der: PublicKeyX509Der<'_> = self.pair.public_key().as_der().map_err(|_| PairError)?;
        Ok(der.as_ref().to_vec())
    }

    pub(super) fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Result<Vec<u8>, PairError> {
        let digest = self.curve.digest(scheme, digest)?;
        let signature = self.pair.sign_digest(&digest).map_err(|_| PairError)?;
        Ok(signature.as_ref().to_vec())
    }
}
