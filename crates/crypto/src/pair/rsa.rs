use super::scheme::{EncryptionScheme, PairError, Sha2, SignatureScheme};
use aws_lc_rs::digest::Digest;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    KeyPair, KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    OaepPublicEncryptingKey, Pkcs1PrivateDecryptingKey, Pkcs1PublicEncryptingKey, PrivateDecryptingKey,
    PublicEncryptingKey,
};
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, UnparsedPublicKey, VerificationAlgorithm,
};
use types::Secret;

/// An RSA private key. The provider keeps one object for signatures; those for decryption are made of the same PKCS#8 when
/// they are needed.
pub(super) struct RsaPair(KeyPair);

impl RsaPair {
    /// A new key's PKCS#8.
    pub(super) fn generate(bits: usize) -> Result<Secret<Vec<u8>>, PairError> {
        let size = match bits {
            2048 => KeySize::Rsa2048,
            3072 => KeySize::Rsa3072,
            4096 => KeySize::Rsa4096,
            _ => return Err(PairError),
        };
        let key = PrivateDecryptingKey::generate(size).map_err(|_| PairError)?;
        let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&key).map_err(|_| PairError)?;
        Ok(Secret::new(der.as_ref().to_vec()))
    }

    pub(super) fn from_pkcs8(pkcs8: &[u8], bits: usize) -> Result<Self, PairError> {
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| PairError)?;
        if pair.public_modulus_len() * 8 != bits { Err(PairError) } else { Ok(Self(pair)) }
    }

    pub(super) fn public(&self) -> Result<Vec<u8>, PairError> {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().map_err(|_| PairError)?;
        Ok(der.as_ref().to_vec())
    }

    pub(super) fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Result<Vec<u8>, PairError> {
        let (encoding, hash): (&'static dyn RsaEncoding, _) = match scheme {
            SignatureScheme::RsaPss(hash) => (pss(hash), hash),
            SignatureScheme::RsaPkcs1(hash) => (pkcs1(hash), hash),
            _ => return Err(PairError),
        };
        let digest = Digest::import_less_safe(digest, hash.provider()).map_err(|_| PairError)?;
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign_digest(encoding, &digest, &mut signature).map_err(|_| PairError)?;
        Ok(signature)
    }
}

fn pss(hash: Sha2) -> &'static dyn RsaEncoding {
    match hash {
        Sha2::Sha256 => &RSA_PSS_SHA256,
        Sha2::Sha384 => &RSA_PSS_SHA384,
        Sha2::Sha512 => &RSA_PSS_SHA512,
    }
}

fn pkcs1(hash: Sha2) -> &'static dyn RsaEncoding {
    match hash {
        Sha2::Sha256 => &RSA_PKCS1_SHA256,
        Sha2::Sha384 => &RSA_PKCS1_SHA384,
        Sha2::Sha512 => &RSA_PKCS1_SHA512,
    }
}

fn verifier(scheme: SignatureScheme) -> Result<(&'static dyn VerificationAlgorithm, Sha2), PairError> {
    Ok(match scheme {
        SignatureScheme::RsaPss(Sha2::Sha256) => (&RSA_PSS_2048_8192_SHA256, Sha2::Sha256),
        SignatureScheme::RsaPss(Sha2::Sha384) => (&RSA_PSS_2048_8192_SHA384, Sha2::Sha384),
        SignatureScheme::RsaPss(Sha2::Sha512) => (&RSA_PSS_2048_8192_SHA512, Sha2::Sha512),
        SignatureScheme::RsaPkcs1(Sha2::Sha256) => (&RSA_PKCS1_2048_8192_SHA256, Sha2::Sha256),
        SignatureScheme::RsaPkcs1(Sha2::Sha384) => (&RSA_PKCS1_2048_8192_SHA384, Sha2::Sha384),
        SignatureScheme::RsaPkcs1(Sha2::Sha512) => (&RSA_PKCS1_2048_8192_SHA512, Sha2::Sha512),
        _ => return Err(PairError),
    })
}

pub(super) fn verify(spki: &[u8], scheme: SignatureScheme, digest: &[u8], signature: &[u8]) -> Result<bool, PairError> {
    let (algorithm, hash) = verifier(scheme)?;
    let digest = Digest::import_less_safe(digest, hash.provider()).map_err(|_| PairError)?;
    Ok(UnparsedPublicKey::new(algorithm, spki).verify_digest(&digest, signature).is_ok())
}

fn oaep(scheme: EncryptionScheme) -> Result<&'static OaepAlgorithm, PairError> {
    match scheme {
        EncryptionScheme::RsaOaepSha1 => Ok(&OAEP_SHA1_MGF1SHA1),
        EncryptionScheme::RsaOaepSha256 => Ok(&OAEP_SHA256_MGF1SHA256),
        _ => Err(PairError),
    }
}

pub(super) fn encrypt(spki: &[u8], scheme: EncryptionScheme, plaintext: &[u8]) -> Result<Vec<u8>, PairError> {
    let key = PublicEncryptingKey::from_der(spki).map_err(|_| PairError)?;
    let mut out = vec![0; key.key_size_bytes()];
    if scheme == EncryptionScheme::RsaPkcs1 {
        let key = Pkcs1PublicEncryptingKey::new(key).map_err(|_| PairError)?;
        key.encrypt(plaintext, &mut out).map_err(|_| PairError)?;
    } else {
        let algorithm = oaep(scheme)?;
        let key = OaepPublicEncryptingKey::new(key).map_err(|_| PairError)?;
        key.encrypt(algorithm, plaintext, &mut out, None).map_err(|_| PairError)?;
    }
    Ok(out)
}

pub(super) fn decrypt(pkcs8: &[u8], scheme: EncryptionScheme, ciphertext: &[u8]) -> Result<Secret<Vec<u8>>, PairError> {
    let key = PrivateDecryptingKey::from_pkcs8(pkcs8).map_err(|_| PairError)?;
    if ciphertext.len() != key.key_size_bytes() {
        return Err(PairError);
    }
    let mut out = Secret::new(vec![0; key.key_size_bytes()]);
    let length = if scheme == EncryptionScheme::RsaPkcs1 {
        let key = Pkcs1PrivateDecryptingKey::new(key).map_err(|_| PairError)?;
        key.decrypt(ciphertext, out.expose_mut()).map_err(|_| PairError)?.len()
    } else {
        let algorithm = oaep(scheme)?;
        let key = OaepPrivateDecryptingKey::new(key).map_err(|_| PairError)?;
        key.decrypt(algorithm, ciphertext, out.expose_mut(), None).map_err(|_| PairError)?.len()
    };
    out.expose_mut().truncate(length);
    Ok(out)
}
