use crate::ids::{BucketId, ContentId, ShardId};
use crate::sse_kms::TenantKey;
use crypto::Key;
use serde::{Deserialize, Serialize};
use store::{Keyring, Wrapped};
use types::{AccountId, Failure, ObjectKey, Reason, Result, Rng, Secret};

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
    /// Under the account's key, in an erasure epoch. Not written any more.
    Service(Wrapped),
    /// Under a tenant's key alone: what the key service gave out. Not written any more.
    Kms(TenantKey),
    /// Under the key of a shard, which is itself under the account's key, in an erasure epoch.
    Shard(UnderShard),
    /// Under a tenant's key, and what the key service gave out under the key of a shard.
    ShardKms {
        shard: ShardId,
        /// Its `ciphertext` is sealed.
        kept: TenantKey,
    },
}

/// A data key under the key of a shard.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UnderShard {
    pub(crate) shard: ShardId,
    #[serde(with = "store::binary")]
    pub(crate) sealed: Vec<u8>,
}

impl DataKey {
    pub(crate) fn protection(&self) -> Protection {
        self.tenant_key().map_or(Protection::Service, |kept| Protection::Kms { key: kept.key.clone() })
    }

    /// The tenant's key it is under, if it is under one.
    pub(crate) fn tenant_key(&self) -> Option<&TenantKey> {
        match &self.wrap {
            Wrap::Service(_) | Wrap::Shard(_) => None,
            Wrap::Kms(kept) | Wrap::ShardKms { kept, .. } => Some(kept),
        }
    }

    /// The wrapped key, as it is kept.
    pub(crate) fn wrapped(&self) -> &[u8] {
        match &self.wrap {
            Wrap::Service(wrapped) => &wrapped.sealed,
            Wrap::Shard(under) => &under.sealed,
            Wrap::Kms(kept) | Wrap::ShardKms { kept, .. } => &kept.ciphertext,
        }
    }

    /// The shard it is in, unless it was kept before there were any.
    pub(crate) fn shard(&self) -> Option<ShardId> {
        match &self.wrap {
            Wrap::Service(_) | Wrap::Kms(_) => None,
            Wrap::Shard(UnderShard { shard, .. }) | Wrap::ShardKms { shard, .. } => Some(*shard),
        }
    }
}

/// A data key before it is given to a shard: whoever has this can open the content.
pub(crate) struct Fresh {
    pub(crate) id: ContentId,
    pub(crate) inner: Inner,
}

/// What a shard keeps of a data key.
pub(crate) enum Inner {
    /// The key itself.
    Own(Key),
    /// What the key service gave out.
    Tenant(TenantKey),
}

impl Fresh {
    pub(crate) fn protection(&self) -> Protection {
        match &self.inner {
            Inner::Own(_) => Protection::Service,
            Inner::Tenant(kept) => Protection::Kms { key: kept.key.clone() },
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

    /// The context of a data key that passes an erasure epoch itself.
    pub(crate) fn data_key(&self, id: &ContentId) -> Vec<u8> {
        self.context(b"bailee/data-key/v1\0", id, &[])
    }

    /// The context of a data key under the key of a shard.
    pub(crate) fn in_shard(&self, id: &ContentId) -> Vec<u8> {
        self.context(b"bailee/data-key/v2\0", id, &[])
    }

    /// The context of what the key service gave out, under the key of a shard.
    pub(crate) fn tenants_in_shard(&self, id: &ContentId) -> Vec<u8> {
        self.context(b"bailee/tenant-data-key/v2\0", id, &[])
    }

    fn context(&self, domain: &[u8], id: &ContentId, rest: &[u8]) -> Vec<u8> {
        let account = self.account.get().to_be_bytes();
        [domain, &account, self.bucket.bytes(), id.bytes(), rest, self.key.as_str().as_bytes()].concat()
    }

    /// Opens a data key that passes an erasure epoch itself.
    pub(crate) async fn open_key(&self, keyring: &Keyring, id: &ContentId, wrapped: &Wrapped) -> Result<Key> {
        let parent = keyring.account(self.account).await?.derive("objects", b"");
        keyring.unwrap(&parent, &self.data_key(id), wrapped, "an object's data key")
    }

    /// Seals a data key under the key of a shard.
    pub(crate) fn seal(&self, rng: &dyn Rng, shard: ShardId, shard_key: &Key, fresh: &Fresh) -> DataKey {
        let id = fresh.id;
        let wrap = match &fresh.inner {
            Inner::Own(key) => {
                let sealed = crypto::seal_key(shard_key, rng, &self.in_shard(&id), key);
                Wrap::Shard(UnderShard { shard, sealed })
            }
            Inner::Tenant(kept) => {
                let ciphertext = crypto::seal(shard_key, rng, &self.tenants_in_shard(&id), &kept.ciphertext);
                Wrap::ShardKms { shard, kept: TenantKey { ciphertext, ..kept.clone() } }
            }
        };
        DataKey { id, wrap }
    }

    /// Opens what [`seal`](Self::seal) made.
    pub(crate) fn open(&self, shard_key: &Key, id: &ContentId, sealed: &[u8]) -> Result<Key> {
        crypto::open_key(shard_key, &self.in_shard(id), sealed).map_err(|error| damaged().caused_by(error))
    }

    /// The same, of what the key service gave out.
    pub(crate) fn open_tenants(&self, shard_key: &Key, id: &ContentId, kept: &TenantKey) -> Result<TenantKey> {
        let opened = crypto::open_secret(shard_key, &self.tenants_in_shard(id), &kept.ciphertext);
        let opened: Secret<Vec<u8>> = opened.map_err(|error| damaged().caused_by(error))?;
        Ok(TenantKey { ciphertext: opened.expose().clone(), ..kept.clone() })
    }
}

fn damaged() -> Failure {
    Failure::corrupt("an object's data key")
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
