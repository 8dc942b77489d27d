//! What is done with the material of a version, wherever it is.

use crate::ciphertext::{Ciphertext, SALT};
use crate::encryption_context::EncryptionContext;
use crate::held::Held;
use crate::key_kind::Family;
use crate::kms::{KeyPlace, Kms};
use crate::material::Material;
use crate::token::PROBE;
use crypto::pair::{EncryptionScheme, PairError, SignatureScheme};
use crypto::{Key, MacKind};
use types::{Failure, KeyId, Reason, Result, Secret};

/// That a key's spec has no such algorithm.
pub(crate) fn wrong_algorithm(error: PairError) -> Failure {
    Failure::invalid("Algorithm", "an algorithm of this key's spec").caused_by(error)
}

impl Kms {
    /// Seals a plaintext under a version.
    pub(crate) async fn seal_with(
        &self,
        (place, version): (&KeyPlace, &KeyId),
        material: &Material,
        context: &EncryptionContext,
        plaintext: &[u8],
    ) -> Result<Ciphertext> {
        let (place, rng) = (self.version_place(place, version), self.store.rng().as_ref());
        let Material::Held(held) = material else {
            return Ciphertext::seal(place, material, rng, context, plaintext);
        };
        let salt = rng.bytes::<SALT>();
        let key = self.message_key(held, &salt).await?;
        Ok(Ciphertext::seal_salted(place, (&salt, &key), rng, context, plaintext))
    }

    /// Opens a ciphertext of a version.
    pub(crate) async fn open_with(
        &self,
        place: &KeyPlace,
        material: &Material,
        ciphertext: &Ciphertext,
        context: &EncryptionContext,
    ) -> Result<Secret<Vec<u8>>> {
        let place = self.version_place(place, ciphertext.version());
        let Material::Held(held) = material else {
            return ciphertext.open(place, material, context);
        };
        let key = self.message_key(held, ciphertext.salt()?).await?;
        ciphertext.open_salted(place, &key, context)
    }

    /// The key of one message: from what the token makes of its salt, and what is here of the version.
    async fn message_key(&self, held: &Held, salt: &[u8; SALT]) -> Result<Key> {
        let (id, message) = (held.object.to_string(), Held::authenticated(salt));
        let code = self.hsm()?.call(move |token| token.mac(&id, MacKind::Sha256, &message)).await?;
        Ok(held.message_key(code.expose()))
    }

    /// Signs a digest, or a message where the scheme does.
    pub(crate) async fn sign_with(
        &self,
        material: &Material,
        scheme: SignatureScheme,
        digest: Vec<u8>,
    ) -> Result<Vec<u8>> {
        let Material::Held(held) = material else {
            return material.pair()?.sign(scheme, &digest).map_err(wrong_algorithm);
        };
        let (id, public) = (held.object.to_string(), material.public()?.clone());
        public.check_signing(scheme).map_err(wrong_algorithm)?;
        self.hsm()?.call(move |token| token.sign(&id, &public, scheme, &digest)).await
    }

    /// Encrypts to a pair's public key.
    pub(crate) fn encrypt_with(
        &self,
        material: &Material,
        scheme: EncryptionScheme,
        plaintext: &[u8],
    ) -> Result<Vec<u8>> {
        if let Material::Held(held) = material {
            // Refused now, and not when it is to be decrypted.
            check_scheme(held, scheme)?;
        }
        let sealed = material.public()?.encrypt(scheme, self.store.rng().as_ref(), plaintext);
        let rule = "an algorithm of this key's spec and a plaintext that is not too long for it";
        sealed.map_err(|error| Failure::invalid("Algorithm", rule).caused_by(error))
    }

    /// Decrypts with a private key.
    pub(crate) async fn decrypt_with(
        &self,
        material: &Material,
        scheme: EncryptionScheme,
        ciphertext: &[u8],
    ) -> Result<Secret<Vec<u8>>> {
        let invalid = |error| Failure::of(Reason::CiphertextInvalid).caused_by(error);
        let Material::Held(held) = material else {
            return material.pair()?.decrypt(scheme, ciphertext).map_err(invalid);
        };
        check_scheme(held, scheme)?;
        let probe = material.public()?.encrypt(scheme, self.store.rng().as_ref(), PROBE).map_err(invalid)?;
        if ciphertext.len() != probe.len() {
            return Err(Reason::CiphertextInvalid.into());
        }
        let (id, ciphertext) = (held.object.to_string(), ciphertext.to_vec());
        self.hsm()?.call(move |token| token.decrypt(&id, scheme, &ciphertext, &probe)).await
    }

    /// The message authentication code of a message.
    pub(crate) async fn mac_with(&self, material: &Material, kind: MacKind, message: &[u8]) -> Result<Vec<u8>> {
        match material {
            Material::Mac(own, bytes) if *own == kind => Ok(kind.of(bytes.expose(), message)),
            Material::Held(held) if held.spec.family() == Family::Mac(kind) => {
                let (id, message) = (held.object.to_string(), Secret::new(message.to_vec()));
                let code = self.hsm()?.call(move |token| token.mac(&id, kind, message.expose())).await?;
                Ok(code.expose().clone())
            }
            _ => Err(Failure::invalid("Algorithm", "the algorithm of this key's spec")),
        }
    }

    /// Mixes random bytes of the token into a data key for material that is there, so that it takes both generators to be bad
    /// for the data key to be.
    pub(crate) async fn mix_random(&self, material: &Material, data_key: &mut Secret<Vec<u8>>) -> Result<()> {
        if !matches!(material, Material::Held(_)) {
            return Ok(());
        }
        let length = data_key.expose().len();
        let random = self.hsm()?.call(move |token| token.random(length)).await?;
        data_key.expose_mut().iter_mut().zip(random.expose()).for_each(|(byte, other)| *byte ^= other);
        Ok(())
    }
}

/// Refuses what the token cannot decrypt.
fn check_scheme(held: &Held, scheme: EncryptionScheme) -> Result<()> {
    if held.schemes.contains(&scheme) {
        return Ok(());
    }
    Err(Failure::invalid("Algorithm", "an algorithm of this key's spec that the HSM has"))
}
