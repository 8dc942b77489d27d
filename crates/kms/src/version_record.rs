use serde::{Deserialize, Serialize};
use store::{Record, Wrapped};
use types::{AccountId, KeyId, Timestamp};

/// One version of a key: its material, wrapped. Material never changes under the same version id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyVersionRecord {
    /// Its id.
    pub(crate) id: KeyId,
    /// The key it belongs to.
    pub(crate) key: KeyId,
    /// When it was made.
    pub(crate) created: Timestamp,
    /// A key of 32 bytes, under the account's key: the material itself, or what `body` is sealed under.
    pub(crate) wrapped: Wrapped,
    /// Material of another kind than 32 bytes, sealed.
    #[serde(default)]
    pub(crate) body: Option<Body>,
    /// Material that is in a token; then `wrapped` is what a message needs besides.
    #[serde(default)]
    pub(crate) token: Option<TokenRecord>,
    /// Why it came after another; not said of a key's first version.
    #[serde(default)]
    pub(crate) rotated: Option<Rotated>,
}

/// Why a key got another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rotated {
    /// Somebody asked for it.
    Asked,
    /// Its time had come.
    Scheduled,
}

/// Sealed material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Body {
    #[serde(with = "store::binary")]
    pub(crate) sealed: Vec<u8>,
}

/// Where in a token material is, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TokenRecord {
    /// The object's id.
    pub(crate) object: KeyId,
    /// The public key of a pair (SubjectPublicKeyInfo in DER); otherwise empty.
    #[serde(with = "store::binary")]
    pub(crate) public: Vec<u8>,
    /// Whether the token decrypts what was encrypted by RSAES-OAEP with SHA-1.
    pub(crate) oaep_sha1: bool,
    /// Whether it does with SHA-256.
    pub(crate) oaep_sha256: bool,
}

impl Record for KeyVersionRecord {}

/// Which key a version belongs to: how a ciphertext, which names only the version, finds its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VersionOwner {
    /// The key.
    pub(crate) key: KeyId,
}

impl Record for VersionOwner {}

/// Whose key a version belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VersionHolder {
    /// The account.
    pub(crate) account: AccountId,
}

impl Record for VersionHolder {}
