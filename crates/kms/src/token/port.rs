use super::TokenError;
use crate::key_kind::{KeySpec, KeyUsage};
use crypto::MacKind;
use crypto::pair::{EncryptionScheme, PublicKey, SignatureScheme};
use types::Secret;

/// What an object in a token is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName {
    /// Tells it from all others: the id of the key version it is the material of.
    pub id: String,
    /// Says to people whose it is.
    pub label: String,
}

/// An object that was made.
#[derive(Clone, Debug)]
pub struct MadeObject {
    /// The public key, if it is a pair.
    pub public: Option<PublicKey>,
}

/// A device that makes keys, keeps them, and does with them what they are for.
///
/// Its methods block. Each works again as soon as the device can be used again; whoever waits for one need not do anything
/// about a device that went away and came back.
pub trait Token: Send + Sync + 'static {
    /// Whether it can make keys of this spec and use them so.
    fn offers(&self, spec: KeySpec, usage: KeyUsage) -> Result<bool, TokenError>;

    /// Makes a key of a spec that it offers. Material that is there under the same id is replaced.
    fn make(&self, name: &ObjectName, spec: KeySpec, usage: KeyUsage) -> Result<MadeObject, TokenError>;

    /// Destroys an object; no error if it is not there.
    fn destroy(&self, id: &str) -> Result<(), TokenError>;

    /// The message authentication code under a key.
    fn mac(&self, id: &str, kind: MacKind, message: &[u8]) -> Result<Secret<Vec<u8>>, TokenError>;

    /// Signs a digest, with a pair that has this public key.
    fn sign(&self, id: &str, public: &PublicKey, scheme: SignatureScheme, digest: &[u8])
    -> Result<Vec<u8>, TokenError>;

    /// Decrypts. `probe` is something that the key surely decrypts: it tells a ciphertext that is refused from a device that
    /// cannot be used, which many devices answer in the same way.
    fn decrypt(
        &self,
        id: &str,
        scheme: EncryptionScheme,
        ciphertext: &[u8],
        probe: &[u8],
    ) -> Result<Secret<Vec<u8>>, TokenError>;

    /// Random bytes.
    fn random(&self, bytes: usize) -> Result<Secret<Vec<u8>>, TokenError>;
}
