//! Data keys under a tenant's own key: asked of the key service through the gate, on the caller's behalf, so that who
//! may not use the key may not use the object.

use crate::bucket::Bucket;
use crate::reader::changed;
use crate::rewrap_key::RewrapObjects;
use async_trait::async_trait;
use crypto::Key;
use iam::{Caller, Gate, Permit};
use kms::{
    Ciphertext, DataKey, DataKeyLength, Decrypt, EncryptionContext, GenerateDataKey, INTERNAL, KeyRef, Kms,
    RewrapAdvance, RewrapDataKeys, RewrapRef, service_alias,
};
use std::sync::Arc;
use store::Txn;
use types::{AccountId, BucketName, Failure, KeyId, ObjectKey, Reason, RegionId, Result, Secret, Service, Timestamp};

/// The object a data key is for: what its ciphertext is bound to.
pub(crate) struct KeyPlace<'a> {
    pub(crate) region: &'a RegionId,
    pub(crate) owner: AccountId,
    pub(crate) bucket: &'a BucketName,
    pub(crate) key: &'a ObjectKey,
}

impl KeyPlace<'_> {
    pub(crate) fn context(&self) -> Result<EncryptionContext> {
        let arn = format!("acs:oss:{}:{}:{}/{}", self.region, self.owner, self.bucket, self.key);
        EncryptionContext::from_pairs([("acs:oss:arn".to_owned(), arn)])
    }
}

/// The key service, as far as objects need it.
#[async_trait]
pub(crate) trait TenantKeys: Send + Sync + 'static {
    /// A new data key under a key of the tenant; `None` for the one the service keeps in the owner's account.
    async fn generate(&self, caller: &Caller, key: Option<&str>, place: KeyPlace<'_>) -> Result<(Key, TenantKey)>;

    /// Opens a data key that [`generate`](Self::generate) gave out.
    async fn open(&self, caller: &Caller, kept: &TenantKey, place: KeyPlace<'_>) -> Result<Key>;

    /// Sees to it that a data key which the transaction stores can be opened once that is committed.
    async fn hold(&self, txn: &mut Txn, kept: &TenantKey) -> Result<()>;

    /// Notes that data keys of a bucket's objects are destroyed by the transaction.
    async fn erased(&self, txn: &mut Txn, bucket: &Bucket, at: Timestamp) -> Result<()>;

    /// Wraps data keys of one key by its primary version: their new ciphertexts, in their order. Bailee itself asks.
    async fn rewrap(
        &self,
        caller: &Caller,
        job: &RewrapRef,
        kept: Vec<(TenantKey, EncryptionContext)>,
    ) -> Result<Vec<Vec<u8>>>;

    /// Moves the rewrapping of a key on, in the transaction that stores what [`rewrap`](Self::rewrap) gave.
    async fn advance(
        &self,
        permit: &Permit<RewrapObjects>,
        txn: &mut Txn,
        job: &RewrapRef,
        advance: &RewrapAdvance,
        rewrapped: u64,
    ) -> Result<()>;
}

/// A data key under a tenant's key, as it is kept.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct TenantKey {
    /// The account whose key it is under.
    pub(crate) account: AccountId,
    /// The key.
    pub(crate) key: String,
    /// Whether it is the key that the service keeps: then who may use the object may use the key.
    pub(crate) managed: bool,
    #[serde(with = "store::binary")]
    pub(crate) ciphertext: Vec<u8>,
}

impl TenantKey {
    /// What the key service gave out; not as it lies in a shard.
    pub(crate) fn ciphertext(&self) -> Result<Ciphertext> {
        let ciphertext = Ciphertext::from_bytes(self.ciphertext.clone());
        ciphertext.map_err(|e| Failure::corrupt("an object's data key").caused_by(e))
    }

    /// Whether it is under this key.
    pub(crate) fn is_under(&self, job: &RewrapRef) -> bool {
        self.account == job.account && self.key == job.key.as_str()
    }
}

/// The key service of the same region.
pub(crate) struct KmsKeys {
    gate: Gate,
    kms: Arc<Kms>,
}

impl KmsKeys {
    pub(crate) fn new(gate: Gate, kms: Arc<Kms>) -> Self {
        Self { gate, kms }
    }

    /// A data key under the key that objects are encrypted under when KMS is asked for and no key is named. That key is
    /// made when it is first used; from then on its alias stands for it.
    async fn under_managed(&self, caller: &Caller, place: &KeyPlace<'_>) -> Result<DataKey> {
        let alias = placed(KeyRef::alias(service_alias(Service::Oss)?), place);
        match self.data_key(&house(caller, "GenerateDataKey"), alias, place).await {
            Err(failure) if failure.reason() == Reason::AliasNotFound => {
                let wanted = kms::ServiceKey { account: place.owner, service: Service::Oss };
                let id = self.gate.perform(&house(caller, "ServiceKey"), &*self.kms, wanted).await?;
                self.data_key(&house(caller, "GenerateDataKey"), placed(KeyRef::id(id), place), place).await
            }
            other => other,
        }
    }

    /// A data key under a key of the tenant's own, if the caller may use that.
    async fn under_named(&self, caller: &Caller, key: KeyRef, place: &KeyPlace<'_>) -> Result<DataKey> {
        self.data_key(&caller.via(Service::Oss, INTERNAL, "GenerateDataKey"), key, place).await
    }

    async fn data_key(&self, asking: &Caller, key: KeyRef, place: &KeyPlace<'_>) -> Result<DataKey> {
        let op = GenerateDataKey { key, length: DataKeyLength::Aes256, context: place.context()? };
        self.gate.perform(asking, &*self.kms, op).await
    }
}

/// Bailee itself, on the occasion of a caller's request.
fn house(caller: &Caller, operation: &'static str) -> Caller {
    let mut call = caller.call().clone();
    call.dialect = INTERNAL;
    call.operation = operation;
    Caller::service(call, "oss")
}

fn parse(key: &str) -> Result<KeyRef> {
    key.parse().map_err(|e: Failure| {
        let text = "The key id of the encryption is not a key id, alias or ARN.";
        Failure::new(Reason::EncryptionInvalid, text).caused_by(e)
    })
}

/// A key that is named without its account is one of the bucket's owner.
fn placed(key: KeyRef, place: &KeyPlace<'_>) -> KeyRef {
    match key.place() {
        Some(_) => key,
        None => KeyRef::placed(place.region.clone(), place.owner, key.name().clone()),
    }
}

fn to_key(plaintext: &Secret<Vec<u8>>) -> Result<Key> {
    let bytes = plaintext.expose().as_slice().try_into();
    bytes.map(Key::from_bytes).map_err(|_| Failure::corrupt("an object's data key"))
}

#[async_trait]
impl TenantKeys for KmsKeys {
    async fn generate(&self, caller: &Caller, key: Option<&str>, place: KeyPlace<'_>) -> Result<(Key, TenantKey)> {
        let owner = place.owner;
        let (given, account, managed) = match key {
            None => (self.under_managed(caller, &place).await?, owner, true),
            Some(text) => {
                let named = placed(parse(text)?, &place);
                let account = named.place().map_or(owner, |(_, account)| *account);
                (self.under_named(caller, named, &place).await?, account, false)
            }
        };
        let ciphertext = given.ciphertext.bytes().to_vec();
        let kept = TenantKey { account, key: given.key.to_string(), managed, ciphertext };
        Ok((to_key(&given.plaintext)?, kept))
    }

    async fn open(&self, caller: &Caller, kept: &TenantKey, place: KeyPlace<'_>) -> Result<Key> {
        let ciphertext = kept.ciphertext()?;
        let op = Decrypt { ciphertext, context: place.context()?, account: Some(kept.account), key: None };
        let asking =
            if kept.managed { house(caller, "Decrypt") } else { caller.via(Service::Oss, INTERNAL, "Decrypt") };
        match self.gate.perform(&asking, &*self.kms, op).await {
            Ok(opened) => to_key(&opened.plaintext),
            // No object is under a retired version: it was wrapped anew since it was looked at.
            Err(failure) if failure.reason() == Reason::KeyVersionRetired => Err(changed().caused_by(failure)),
            Err(failure) => Err(failure),
        }
    }

    async fn hold(&self, txn: &mut Txn, kept: &TenantKey) -> Result<()> {
        let key: KeyId = kept.key.parse().map_err(Failure::internal)?;
        self.kms.hold_data_key(txn, kept.account, &key, &kept.ciphertext).await
    }

    async fn erased(&self, txn: &mut Txn, bucket: &Bucket, at: Timestamp) -> Result<()> {
        let place = (&bucket.name, bucket.record.id.bytes());
        self.kms.note_objects_erased(txn, bucket.owner, place, at).await
    }

    async fn rewrap(
        &self,
        caller: &Caller,
        job: &RewrapRef,
        kept: Vec<(TenantKey, EncryptionContext)>,
    ) -> Result<Vec<Vec<u8>>> {
        let data_keys = kept.iter().map(|(kept, context)| Ok((kept.ciphertext()?, context.clone())));
        let op = RewrapDataKeys { job: job.clone(), data_keys: data_keys.collect::<Result<_>>()? };
        let made = self.gate.perform(&house(caller, "RewrapDataKeys"), &*self.kms, op).await?;
        Ok(made.data_keys.iter().map(|made| made.bytes().to_vec()).collect())
    }

    async fn advance(
        &self,
        permit: &Permit<RewrapObjects>,
        txn: &mut Txn,
        job: &RewrapRef,
        advance: &RewrapAdvance,
        rewrapped: u64,
    ) -> Result<()> {
        self.kms.advance_rewrap(permit, txn, job, advance, rewrapped).await
    }
}
