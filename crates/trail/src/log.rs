use crate::{Checkpoint, NoteError, NoteKey};
use crypto::Key;
use crypto::sign::SigningKey;
use store::Store;
use types::{AccountId, Failure, RegionId, Result, Secret};

/// What names the purpose when the signing key is derived; never changes (docs/formats/trail.md).
const SIGNING: &str = "trail signing";

/// Which log: its name and the key that signs its checkpoints.
pub struct Log {
    origin: String,
    key: SigningKey,
    vkey: NoteKey,
}

impl Log {
    /// The name of an account's log in a region: `bailee/<region>/<account>`.
    pub fn origin_of(region: &RegionId, account: AccountId) -> String {
        format!("bailee/{region}/{account}")
    }

    /// The log of an account in this store's region.
    pub async fn open(store: &Store, account: AccountId) -> Result<Self> {
        let key = store.keyring().account(account).await?;
        Self::with_key(Self::origin_of(store.region(), account), &key)
    }

    /// The log of this name, with the key that its account has in its region. The signing key comes from that one, so it
    /// stays the same for as long as that key lives, and nobody without the seal can sign.
    pub(crate) fn with_key(origin: String, account_key: &Key) -> Result<Self> {
        let seed = account_key.derive(SIGNING, origin.as_bytes());
        let key = SigningKey::from_seed(Secret::new(*seed.expose()));
        let vkey = NoteKey::new(&origin, key.public()).map_err(Failure::internal)?;
        Ok(Self { origin, key, vkey })
    }

    /// Its name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What its checkpoints are verified with.
    pub fn vkey(&self) -> &NoteKey {
        &self.vkey
    }

    /// Signs a tree head. Only the publisher calls this, after it has made sure that the tree continues the last one.
    pub(crate) fn sign(&self, tree: crate::TreeHead) -> Result<String> {
        Checkpoint { origin: self.origin.clone(), tree }.sign(&self.key).map_err(Failure::internal)
    }

    /// Reads a checkpoint that this log signed.
    pub(crate) fn read(&self, bytes: &[u8]) -> Result<crate::TreeHead, NoteError> {
        Checkpoint::open(bytes, &self.vkey).map(|c| c.tree)
    }
}
