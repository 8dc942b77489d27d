use crate::ciphertext::SALT;
use crate::key_kind::{Family, KeySpec};
use crate::version_record::TokenRecord;
use crypto::Key;
use crypto::pair::{EncryptionScheme, PublicKey};
use types::KeyId;

/// Material that is in a token: where, and what of it is here.
pub(crate) struct Held {
    /// The object's id, which is that of the version.
    pub(crate) object: KeyId,
    /// What kind of key it is.
    pub(crate) spec: KeySpec,
    /// What the key of a message is made of besides what the token gives. It is wrapped as other material is and goes the same
    /// way, so that who has the token's content, or a copy of it, can still open nothing.
    pub(crate) own: Key,
    /// The public key, if it is a pair.
    pub(crate) public: Option<PublicKey>,
    /// The ways of decrypting that the token has.
    pub(crate) schemes: Vec<EncryptionScheme>,
}

/// What the token authenticates to make the key of a message, before the salt.
const DOMAIN: &[u8] = b"bailee/kms/token/v1\0";

impl Held {
    /// What the token authenticates, with HMAC-SHA256, for a message with this salt.
    pub(crate) fn authenticated(salt: &[u8; SALT]) -> Vec<u8> {
        [DOMAIN, salt].concat()
    }

    /// The key of a message, of the code that the token gave: neither the token alone nor this program without it can make it.
    pub(crate) fn message_key(&self, code: &[u8]) -> Key {
        self.own.derive("token", code)
    }

    /// What is kept of it, besides the wrapped key.
    pub(crate) fn record(&self) -> TokenRecord {
        TokenRecord {
            object: self.object.clone(),
            public: self.public.as_ref().map(|public| public.der().to_vec()).unwrap_or_default(),
            oaep_sha1: self.schemes.contains(&EncryptionScheme::RsaOaepSha1),
            oaep_sha256: self.schemes.contains(&EncryptionScheme::RsaOaepSha256),
        }
    }

    /// As it was kept.
    pub(crate) fn read(record: TokenRecord, own: Key, spec: KeySpec) -> Self {
        let TokenRecord { object, public, oaep_sha1, oaep_sha256 } = record;
        let schemes = [(oaep_sha1, EncryptionScheme::RsaOaepSha1), (oaep_sha256, EncryptionScheme::RsaOaepSha256)];
        let public = match spec.family() {
            Family::Pair(kind) => Some(PublicKey::from_der(kind, public)),
            Family::Symmetric(_) | Family::Mac(_) => None,
        };
        Self {
            object,
            spec,
            own,
            public,
            schemes: schemes.into_iter().filter_map(|(can, scheme)| can.then_some(scheme)).collect(),
        }
    }
}
