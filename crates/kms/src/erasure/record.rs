use crate::kms::{KEY_KIND, Kms};
use crate::secrets::SECRET_KIND;
use serde::{Deserialize, Serialize};
use store::{Record, Space, Table, Txn};
use types::{AccountId, BucketName, KeyId, Result, Rng, SecretName, SecretVersionId, Timestamp};

/// What was destroyed and is not final yet, by the epoch in which it lived last, when, and a random number.
pub(crate) const ERASED: Table<ErasedRecord> = Table::new(Space::Keys, 25, "what was destroyed");
/// The epochs and accounts with such records: under the platform's account, so that one scan finds those of every tenant.
pub(crate) const ERASING: Table<Erasing> = Table::new(Space::Keys, 26, "the erasures that are not final");

/// Something that can't be reached since its commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedRecord {
    /// Since when.
    pub at: Timestamp,
    /// What.
    pub what: Erased,
}

/// What can be destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Erased {
    /// The material of versions of a key.
    Key {
        /// The key.
        key: KeyId,
        /// Its versions, those whose material was in the token among them.
        versions: Vec<KeyId>,
        /// Those whose material was in the token.
        #[serde(default)]
        in_token: Vec<KeyId>,
    },
    /// Data keys of objects of a bucket. Of all that happened in the epoch there is one record, since the first of it.
    Objects {
        /// The bucket's name.
        bucket: String,
    },
    /// Values of a secret.
    Secret {
        /// The secret.
        secret: SecretName,
        /// The values' versions.
        versions: Vec<SecretVersionId>,
    },
}

impl Erased {
    fn is_empty(&self) -> bool {
        match self {
            Self::Key { versions, .. } => versions.is_empty(),
            Self::Secret { versions, .. } => versions.is_empty(),
            Self::Objects { .. } => false,
        }
    }
}

impl Record for ErasedRecord {}

/// That an account has such records of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Erasing {
    pub(crate) epoch: u32,
    pub(crate) account: AccountId,
}

impl Record for Erasing {}

/// Where [`ERASING`] keeps an account, and [`ERASED`] the account's records of that epoch.
pub(crate) fn erasing_suffix(epoch: u32, account: AccountId) -> Vec<u8> {
    [epoch.to_be_bytes().as_slice(), &account.get().to_be_bytes()].concat()
}

/// When what was destroyed of a thing in an epoch became final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FinishedRecord {
    /// When the last of it was recorded, or shortly before.
    pub(crate) at: Timestamp,
}

impl Record for FinishedRecord {}

/// Epoch, thing ([`finished_suffix`]) → since when what was destroyed of it in the epoch is final.
pub(crate) const FINISHED: Table<FinishedRecord> = Table::new(Space::Keys, 28, "the erasures that are final");

/// Where [`FINISHED`] keeps a thing, by its kind and id in events.
pub(crate) fn finished_suffix(epoch: u32, kind: &str, id: &str) -> Vec<u8> {
    let thing = crypto::sha256(&[kind.as_bytes(), &[0], id.as_bytes()].concat());
    [epoch.to_be_bytes().as_slice(), &thing].concat()
}

impl Erased {
    /// What it is of: its kind and id, as events have them.
    pub(crate) fn thing(&self) -> (&'static str, &str) {
        match self {
            Self::Key { key, .. } => (KEY_KIND, key.as_str()),
            Self::Objects { bucket } => (BUCKET_KIND, bucket),
            Self::Secret { secret, .. } => (SECRET_KIND, secret.as_str()),
        }
    }
}

/// The kind of resource that a bucket is, in events.
pub(crate) const BUCKET_KIND: &str = "ACS::OSS::Bucket";

impl Kms {
    /// Notes that data keys of objects of a bucket are destroyed by this transaction. `id`: what tells the bucket from others
    /// that had its name.
    pub async fn note_objects_erased(
        &self,
        txn: &mut Txn,
        account: AccountId,
        (bucket, id): (&BucketName, &[u8; 16]),
        at: Timestamp,
    ) -> Result<()> {
        let epoch = txn.hold_epoch().await?;
        let place = [epoch.to_be_bytes().as_slice(), id].concat();
        // It goes only when the epoch's key has, and this transaction holds on to the epoch.
        if txn.view().shared(ERASED, account, &place).await?.is_some() {
            return Ok(());
        }
        let what = Erased::Objects { bucket: bucket.to_string() };
        txn.put(ERASED, account, &place, &ErasedRecord { at, what }).await?;
        txn.put(ERASING, AccountId::PLATFORM, &erasing_suffix(epoch, account), &Erasing { epoch, account }).await
    }
}

/// Notes that something is destroyed by this transaction. It lived at most in the epoch that the store is in at the commit.
pub(crate) async fn note(txn: &mut Txn, account: AccountId, rng: &dyn Rng, at: Timestamp, what: Erased) -> Result<()> {
    if what.is_empty() {
        return Ok(());
    }
    let epoch = txn.hold_epoch().await?;
    let place = [epoch.to_be_bytes().as_slice(), &crate::tables::due_before(at), &rng.bytes::<8>()].concat();
    txn.put(ERASED, account, &place, &ErasedRecord { at, what }).await?;
    txn.put(ERASING, AccountId::PLATFORM, &erasing_suffix(epoch, account), &Erasing { epoch, account }).await
}
