use crate::encryption_context::EncryptionContext;
use crate::limits;
use crate::material::Material;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::Key;
use std::str;
use types::{AccountId, Failure, KeyId, Reason, RegionId, Result, Rng, Secret};

/// What a key made of a plaintext: the id of the key version in plain, one byte for the format, and the sealed plaintext
/// (docs/formats/keys.md). The id is in front because clients peek at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ciphertext {
    bytes: Vec<u8>,
    version: KeyId,
}

/// Where a key version lives: with the encryption context, what a ciphertext is bound to.
#[derive(Clone, Copy)]
pub(crate) struct VersionPlace<'a> {
    pub(crate) region: &'a RegionId,
    pub(crate) account: AccountId,
    pub(crate) key: &'a KeyId,
    pub(crate) version: &'a KeyId,
}

const ID: usize = 36;
/// Sealed with Cobblestone-256.
const COBBLESTONE: u8 = 1;
/// Sealed as a small message of another cipher, which the key's spec names.
const MESSAGE: u8 = 2;
/// Sealed with Cobblestone-256 under a key of the message's own, which a token made of the salt in front of it.
const IN_TOKEN: u8 = 3;
/// Bytes of that salt.
pub(crate) const SALT: usize = 32;
/// The longest ciphertext we make: id, format, salt, and one sealed chunk.
const MOST: usize = ID + 1 + SALT + crypto::HEADER + limits::PLAINTEXT_BYTES + crypto::TAG;
const DOMAIN: &[u8] = b"bailee/kms/ciphertext/v1\0";

fn invalid() -> Failure {
    Reason::CiphertextInvalid.into()
}

impl Ciphertext {
    /// Reads the base64 that clients send.
    pub fn from_base64(text: &str) -> Result<Self> {
        if text.len() > MOST.div_ceil(3) * 4 {
            return Err(invalid());
        }
        Self::from_bytes(STANDARD.decode(text).map_err(|_| invalid())?)
    }

    /// From stored bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        if bytes.len() > MOST || !matches!(bytes.get(ID), Some(&(COBBLESTONE | MESSAGE | IN_TOKEN))) {
            return Err(invalid());
        }
        let id = bytes.get(..ID).and_then(|id| str::from_utf8(id).ok()).and_then(|id| id.parse().ok());
        let version = id.ok_or_else(invalid)?;
        Ok(Self { bytes, version })
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// As clients get it.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.bytes)
    }

    /// The key version that made it, as it claims; opening proves it.
    pub fn version(&self) -> &KeyId {
        &self.version
    }

    /// Seals a plaintext under a key version. Each message has a key and nonce of its own, derived with a random salt of
    /// 24 bytes, so that a version never runs out of nonces.
    pub(crate) fn seal(
        place: VersionPlace<'_>,
        material: &Material,
        rng: &dyn Rng,
        context: &EncryptionContext,
        plaintext: &[u8],
    ) -> Result<Self> {
        let mut bytes = Vec::with_capacity(ID + 1 + crypto::HEADER + plaintext.len() + crypto::TAG);
        bytes.extend_from_slice(place.version.as_str().as_bytes());
        let bound = place.bind(context);
        match material {
            Material::Aes256(key) => {
                bytes.push(COBBLESTONE);
                crypto::seal_into(key, rng, &bound, plaintext, &mut bytes);
            }
            Material::Block(kind, key) => {
                bytes.push(MESSAGE);
                let sealed = crypto::seal_message(*kind, key.expose(), rng, &bound, plaintext, &mut bytes);
                sealed.ok_or_else(|| Failure::internal("material that does not fit its key's spec"))?;
            }
            Material::Pair(_) | Material::Mac(..) | Material::Held(_) => return Err(Reason::KeyUsageInvalid.into()),
        }
        Ok(Self { bytes, version: place.version.clone() })
    }

    /// Seals a plaintext under a key that was made for it of this salt.
    pub(crate) fn seal_salted(
        place: VersionPlace<'_>,
        (salt, key): (&[u8; SALT], &Key),
        rng: &dyn Rng,
        context: &EncryptionContext,
        plaintext: &[u8],
    ) -> Self {
        let mut bytes = place.version.as_str().as_bytes().to_vec();
        bytes.push(IN_TOKEN);
        bytes.extend_from_slice(salt);
        crypto::seal_into(key, rng, &place.bind(context), plaintext, &mut bytes);
        Self { bytes, version: place.version.clone() }
    }

    /// The salt that the message's own key was made of, if a token made it.
    pub(crate) fn salt(&self) -> Result<&[u8; SALT]> {
        let (format, rest) = self.bytes.get(ID..).and_then(|rest| rest.split_first()).ok_or_else(invalid)?;
        rest.first_chunk().filter(|_| *format == IN_TOKEN).ok_or_else(invalid)
    }

    /// Opens what [`seal_salted`](Self::seal_salted) made, with the key of its salt.
    pub(crate) fn open_salted(
        &self,
        place: VersionPlace<'_>,
        key: &Key,
        context: &EncryptionContext,
    ) -> Result<Secret<Vec<u8>>> {
        self.salt()?;
        let sealed = self.bytes.get(ID + 1 + SALT..).unwrap_or_default();
        crypto::open_secret(key, &place.bind(context), sealed).map_err(|error| invalid().caused_by(error))
    }

    /// Opens it. Whatever is wrong, the answer is the same.
    pub(crate) fn open(
        &self,
        place: VersionPlace<'_>,
        material: &Material,
        context: &EncryptionContext,
    ) -> Result<Secret<Vec<u8>>> {
        let (format, sealed) = self.bytes.get(ID..).and_then(|rest| rest.split_first()).ok_or_else(invalid)?;
        let bound = place.bind(context);
        let opened = match (material, *format) {
            (Material::Aes256(key), COBBLESTONE) => crypto::open_secret(key, &bound, sealed),
            (Material::Block(kind, key), MESSAGE) => crypto::open_message(*kind, key.expose(), &bound, sealed),
            _ => return Err(invalid()),
        };
        opened.map_err(|error| invalid().caused_by(error))
    }
}

impl VersionPlace<'_> {
    /// The context of a sealed plaintext.
    fn bind(&self, context: &EncryptionContext) -> Vec<u8> {
        let region = self.region.as_str().as_bytes();
        let mut out = Vec::with_capacity(256);
        out.extend_from_slice(DOMAIN);
        out.extend_from_slice(&self.account.get().to_be_bytes());
        out.push(u8::try_from(region.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(region);
        out.extend_from_slice(self.key.as_str().as_bytes());
        out.extend_from_slice(self.version.as_str().as_bytes());
        context.write_canonical(&mut out);
        out
    }

    /// The context of the version's wrapped material.
    pub(crate) fn wrap_context(&self) -> String {
        format!("key version {} of key {} of account {} in {}", self.version, self.key, self.account, self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ciphertext, ID, VersionPlace};
    use crate::encryption_context::EncryptionContext;
    use crate::material::Material;
    use crypto::Key;
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use types::{AccountId, KeyId, Reason, RegionId, SystemRng};

    struct Place {
        region: RegionId,
        account: AccountId,
        key: KeyId,
        version: KeyId,
    }

    impl Place {
        fn random() -> Self {
            Self {
                region: "local-1".parse().unwrap(),
                account: AccountId::random(&SystemRng),
                key: KeyId::random(&SystemRng),
                version: KeyId::random(&SystemRng),
            }
        }

        fn get(&self) -> VersionPlace<'_> {
            VersionPlace { region: &self.region, account: self.account, key: &self.key, version: &self.version }
        }
    }

    fn context(value: &str) -> EncryptionContext {
        EncryptionContext::from_pairs([("k".to_owned(), value.to_owned())]).unwrap()
    }

    #[test]
    fn nothing_but_the_same_key_place_and_context_opens() {
        let (place, material) = (Place::random(), Material::Aes256(Key::random(&SystemRng)));
        let sealed = Ciphertext::seal(place.get(), &material, &SystemRng, &context("v"), b"hello").unwrap();
        assert_eq!(sealed.version(), &place.version);
        assert_eq!(sealed.open(place.get(), &material, &context("v")).unwrap().expose(), b"hello");

        let elsewhere = [
            Place { region: "local-2".parse().unwrap(), ..clone(&place) },
            Place { account: AccountId::random(&SystemRng), ..clone(&place) },
            Place { key: KeyId::random(&SystemRng), ..clone(&place) },
            Place { version: KeyId::random(&SystemRng), ..clone(&place) },
        ];
        for other in &elsewhere {
            assert!(sealed.open(other.get(), &material, &context("v")).is_err());
        }
        for other in [context("w"), EncryptionContext::default()] {
            assert!(sealed.open(place.get(), &material, &other).is_err());
        }
        assert!(sealed.open(place.get(), &Material::Aes256(Key::random(&SystemRng)), &context("v")).is_err());
    }

    fn clone(place: &Place) -> Place {
        Place { region: place.region.clone(), key: place.key.clone(), version: place.version.clone(), ..*place }
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let (place, material) = (Place::random(), Material::Aes256(Key::random(&SystemRng)));
        let none = EncryptionContext::default();
        let sealed = Ciphertext::seal(place.get(), &material, &SystemRng, &none, b"hello").unwrap();
        for i in ID..sealed.bytes().len() {
            let mut bytes = sealed.bytes().to_vec();
            bytes[i] ^= 1;
            let opened = Ciphertext::from_bytes(bytes).and_then(|c| c.open(place.get(), &material, &none));
            assert_eq!(opened.err().map(|e| e.reason()), Some(Reason::CiphertextInvalid), "byte {i}");
        }
        for len in 0..sealed.bytes().len() {
            let cut = Ciphertext::from_bytes(sealed.bytes()[..len].to_vec());
            assert!(cut.and_then(|c| c.open(place.get(), &material, &none)).is_err(), "{len} bytes");
        }
    }

    proptest! {
        #[test]
        fn reads_back_and_never_panics(plain in any::<Vec<u8>>(), noise in any::<Vec<u8>>(), text in any::<String>()) {
            let (place, material, none) = (Place::random(), Material::Aes256(Key::random(&SystemRng)), EncryptionContext::default());
            let sealed = Ciphertext::seal(place.get(), &material, &SystemRng, &none, &plain).unwrap();
            let read = Ciphertext::from_base64(&sealed.to_base64()).unwrap();
            let opened = read.open(place.get(), &material, &none).unwrap();
            prop_assert_eq!(opened.expose(), &plain);
            let _ = (Ciphertext::from_bytes(noise), Ciphertext::from_base64(&text));
        }
    }
}
