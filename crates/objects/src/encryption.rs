use crate::ids::{BucketId, ContentId};
use crate::sse_kms::TenantKey;
use crypto::Key;
use serde::{Deserialize, Serialize};
use store::{Keyring, Wrapped};
use types::{AccountId, Failure, ObjectKey, Reason, Result};

/// Whose key an object is to be encrypted under. Nothing is ever stored in clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encryption {
    /// The account's key, which Bailee keeps.
    Service,
    /// A key of the account's own.
    Kms {
        /// Its id, alias or ARN, as the caller wrote it; `None` for the default key of the service.
        key: Option<String>,
    },
}

impl Encryption {
    /// Its name in events.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Service => "AES256",
            Self::Kms { .. } => "KMS",
        }
    }
}

/// What an object is encrypted under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Protection {
    /// The account's key.
    Service,
    /// A key of the account's own.
    Kms {
        /// The key's id.
        key: String,
    },
}

/// An object's data key as it is kept: under which key, and where it belongs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DataKey {
    /// The content or upload it was made for. A part of what it is bound to.
    pub(crate) id: ContentId,
    pub(crate) wrap: Wrap,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Wrap {
    /// Under the account's key, in an erasure epoch.
    Service(Wrapped),
    /// Under a tenant's key: what the key service gave out.
    Kms(TenantKey),
}

impl DataKey {
    pub(crate) fn protection(&self) -> Protection {
        match &self.wrap {
            Wrap::Service(_) => Protection::Service,
            Wrap::Kms(kept) => Protection::Kms { key: kept.key.clone() },
        }
    }
}

/// Where a content belongs: what its ciphertext and data key are bound to, so that nothing opens anywhere else.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) account: AccountId,
    pub(crate) bucket: &'a BucketId,
    pub(crate) key: &'a ObjectKey,
}

impl Place<'_> {
    /// The context of a sealed content (docs/formats/objects.md). Fixed widths first, so that no two places agree.
    pub(crate) fn content(&self, content: &ContentId, part: u32) -> Vec<u8> {
        self.context(b"bailee/content/v1\0", content, &part.to_be_bytes())
    }

    pub(crate) fn data_key(&self, id: &ContentId) -> Vec<u8> {
        self.context(b"bailee/data-key/v1\0", id, &[])
    }

    fn context(&self, domain: &[u8], id: &ContentId, rest: &[u8]) -> Vec<u8> {
        let account = self.account.get().to_be_bytes();
        [domain, &account, self.bucket.bytes(), id.bytes(), rest, self.key.as_str().as_bytes()].concat()
    }

    /// The key that the account's data keys are under: below the account's own, for this use alone.
    async fn parent(&self, keyring: &Keyring) -> Result<Key> {
        Ok(keyring.account(self.account).await?.derive("objects", b""))
    }

    /// A new data key under the account's key.
    pub(crate) async fn make_key(&self, keyring: &Keyring, key: &Key, id: ContentId) -> Result<DataKey> {
        let parent = self.parent(keyring).await?;
        let wrapped = keyring.wrap(&parent, &self.data_key(&id), key)?;
        Ok(DataKey { id, wrap: Wrap::Service(wrapped) })
    }

    /// Opens a data key that is under the account's key.
    pub(crate) async fn open_key(&self, keyring: &Keyring, id: &ContentId, wrapped: &Wrapped) -> Result<Key> {
        let parent = self.parent(keyring).await?;
        keyring.unwrap(&parent, &self.data_key(id), wrapped, "an object's data key")
    }
}

/// The encryption that counts: what the request says, else what the bucket says, else the account's key.
pub(crate) fn resolve(asked: Option<&Encryption>, bucket: Option<&Encryption>) -> Encryption {
    asked.or(bucket).cloned().unwrap_or(Encryption::Service)
}

/// Bounds what is kept of a key's name; the key service says whether there is such a key.
pub(crate) fn check(encryption: &Encryption) -> Result<()> {
    match encryption {
        Encryption::Kms { key: Some(key) } if key.is_empty() || key.len() > 512 => {
            Err(Failure::new(Reason::EncryptionInvalid, "The key id of the encryption must have 1 to 512 bytes."))
        }
        _ => Ok(()),
    }
}
