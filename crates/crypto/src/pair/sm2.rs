use super::scheme::{PairError, SignatureScheme};
use sm2::PublicKey;
use sm2::SecretKey;
use sm2::dsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::Generate;
use sm2::elliptic_curve::rand_core::{TryCryptoRng, TryRng};
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm2::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use sm2::pke::{DecryptingKey, EncryptingKey};
use std::convert::Infallible;
use types::{Rng, Secret};

/// The identity that a signer has if none was agreed on (GB/T 35276 §10).
const IDENTITY: &str = "1234567812345678";

/// A, B and the generator of the curve (GB/T 32918.5): what Z covers before the public key.
const PARAMETERS: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC\
                          28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93\
                          32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7\
                          BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0";

/// Our source of randomness as RustCrypto takes it.
struct Source<'a>(&'a dyn Rng);

impl TryRng for Source<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_ne_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_ne_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Source<'_> {}

/// A private key on the curve of SM2.
pub(super) struct Sm2Pair {
    signing: SigningKey,
    decrypting: DecryptingKey,
}

impl Sm2Pair {
    pub(super) fn generate(rng: &dyn Rng) -> Result<Secret<Vec<u8>>, PairError> {
        let key = SecretKey::try_generate_from_rng(&mut Source(rng)).map_err(|_| PairError)?;
        let der = key.to_pkcs8_der().map_err(|_| PairError)?;
        Ok(Secret::new(der.as_bytes().to_vec()))
    }

    pub(super) fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, PairError> {
        let key = SecretKey::from_pkcs8_der(pkcs8).map_err(|_| PairError)?;
        let signing = SigningKey::new(IDENTITY, &key).map_err(|_| PairError)?;
        Ok(Self { signing, decrypting: DecryptingKey::new(key) })
    }

    pub(super) fn public(&self) -> Result<Vec<u8>, PairError> {
        let key = PublicKey::from(self.signing.verifying_key());
        Ok(key.to_public_key_der().map_err(|_| PairError)?.as_bytes().to_vec())
    }

    pub(super) fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Result<Vec<u8>, PairError> {
        if scheme != SignatureScheme::Sm2 {
            return Err(PairError);
        }
        let signature = self.signing.sign_prehash(digest).map_err(|_| PairError)?;
        Ok(signature.to_der().as_bytes().to_vec())
    }

    pub(super) fn decrypt(&self, ciphertext: &[u8]) -> Result<Secret<Vec<u8>>, PairError> {
        self.decrypting.decrypt_der(ciphertext).map(Secret::new).map_err(|_| PairError)
    }
}

fn public(spki: &[u8]) -> Result<PublicKey, PairError> {
    PublicKey::from_public_key_der(spki).map_err(|_| PairError)
}

pub(super) fn verify(spki: &[u8], scheme: SignatureScheme, digest: &[u8], signature: &[u8]) -> Result<bool, PairError> {
    if scheme != SignatureScheme::Sm2 || digest.len() != 32 {
        return Err(PairError);
    }
    let key = VerifyingKey::new(IDENTITY, public(spki)?).map_err(|_| PairError)?;
    let Ok(signature) = Signature::from_der(signature) else { return Ok(false) };
    Ok(key.verify_prehash(digest, &signature).is_ok())
}

pub(super) fn encrypt(spki: &[u8], rng: &dyn Rng, plaintext: &[u8]) -> Result<Vec<u8>, PairError> {
    // The all-zero mask that the standard has one draw again for is certain if there is nothing to mask.
    if plaintext.is_empty() {
        return Err(PairError);
    }
    let key = EncryptingKey::new(public(spki)?);
    key.encrypt_der(&mut Source(rng), plaintext).map_err(|_| PairError)
}

/// The digest that is signed for a message: SM3 over Z and the message, with Z over the signer's identity, the curve and the
/// public key (GB/T 32918.2 §5.5).
pub(super) fn digest(spki: &[u8], message: &[u8]) -> Result<Vec<u8>, PairError> {
    let point = public(spki)?.to_sec1_point(false);
    // Without the byte that says it is not compressed.
    let point = point.as_bytes().get(1..).ok_or(PairError)?;
    let bits = u16::try_from(IDENTITY.len() * 8).map_err(|_| PairError)?;
    let parameters = hex::decode(PARAMETERS).map_err(|_| PairError)?;
    let z = crate::sm3(&[&bits.to_be_bytes(), IDENTITY.as_bytes(), &parameters, point].concat());
    Ok(crate::sm3(&[&z, message].concat()).to_vec())
}
