//! Sealing and opening of values (docs/formats/secrets.md).

use super::secret_record::OwnKey;
use super::secret_value::{NewValue, SecretValue, TenantKey, VersionRecord};
use super::secrets::Secrets;
use crate::ciphertext::Ciphertext;
use crate::encryption_context::EncryptionContext;
use crate::key_ref::{KeyName, KeyRef};
use crate::ops::{DataKey, DataKeyLength, Decrypt, GenerateDataKey};
use crypto::Key;
use iam::{Caller, Gate};
use std::sync::Arc;
use store::Txn;
use types::{AccountId, Failure, Principal, RegionId, Result, Secret, SecretName, SecretVersionId, Service, Timestamp};

/// Where a value belongs: what its key and its ciphertext are bound to, so that neither opens anywhere else.
#[derive(Clone, Copy)]
pub(crate) struct ValuePlace<'a> {
    pub(crate) account: AccountId,
    pub(crate) secret: &'a SecretName,
    pub(crate) version: &'a SecretVersionId,
}

impl ValuePlace<'_> {
    /// Names have no zero byte, so no two places agree.
    fn context(&self, domain: &[u8], region: &RegionId) -> Vec<u8> {
        let texts = [region.as_str(), self.secret.as_str(), self.version.as_str()];
        let mut out = domain.to_vec();
        out.extend_from_slice(&self.account.get().to_be_bytes());
        for text in texts {
            out.extend_from_slice(text.as_bytes());
            out.push(0);
        }
        out
    }

    pub(crate) fn wrap_context(&self, region: &RegionId) -> Vec<u8> {
        self.context(b"bailee/secret/key/v1\0", region)
    }

    pub(super) fn seal_context(&self, region: &RegionId) -> Vec<u8> {
        self.context(b"bailee/secret/value/v1\0", region)
    }
}

/// The key that seals: the value's own, mixed with the data key under the tenant's key if there is one.
pub(super) fn sealing_key(own: &Key, tenants: Option<&Secret<Vec<u8>>>) -> Key {
    match tenants {
        None => own.derive("secret", b""),
        Some(data_key) => own.derive("secret-under-key", data_key.expose()),
    }
}

/// What tells whether two values are the same, to whoever has the value's own key.
pub(super) fn digest(own: &Key, data_type: super::DataType, data: &[u8]) -> [u8; 32] {
    let kind: &[u8] = match data_type {
        super::DataType::Text => b"text\0",
        super::DataType::Binary => b"binary\0",
    };
    crypto::hmac_sha256(own.derive("secret-digest", b"").expose(), &[kind, data])
}

/// Whoever asks on behalf of a caller; Bailee itself needs nobody's word.
pub(super) fn asking(caller: &Caller, operation: &'static str) -> Caller {
    match caller.principal() {
        Principal::Service { .. } => caller.clone(),
        _ => caller.via(Service::Kms, crate::INTERNAL, operation),
    }
}

impl Secrets {
    /// The account's key for wrapping values' own keys.
    pub(super) async fn value_parent(&self, account: AccountId) -> Result<Key> {
        Ok(self.store.keyring().account(account).await?.derive("secrets", b""))
    }

    pub(super) fn kms_context(&self, place: ValuePlace<'_>) -> Result<EncryptionContext> {
        let arn = self.secret_resource(place.account, place.secret).to_string();
        let pair = |name: &str, value: String| (name.to_owned(), value);
        EncryptionContext::from_pairs([pair("acs:kms:arn", arn), pair("VersionId", place.version.to_string())])
    }

    /// A data key under a tenant's key, if the caller may use that.
    pub(crate) async fn tenant_key(&self, caller: &Caller, key: KeyRef, place: ValuePlace<'_>) -> Result<DataKey> {
        let op = GenerateDataKey { key, length: DataKeyLength::Aes256, context: self.kms_context(place)? };
        self.gate.perform(&asking(caller, "GenerateDataKey"), self.kms.as_ref(), op).await
    }

    /// Seals a value for its place; under the tenant's key as well, if there is one, which the caller must be allowed to
    /// use.
    pub(crate) async fn seal_value(
        &self,
        caller: &Caller,
        place: ValuePlace<'_>,
        value: &NewValue,
        under: Option<&OwnKey>,
        created: Timestamp,
    ) -> Result<VersionRecord> {
        let Some(under) = under else { return self.seal_with(place, value, None, created).await };
        let key = KeyRef::placed(self.store.region().clone(), under.account, KeyName::Id(under.id.clone()));
        let made = self.tenant_key(caller, key, place).await?;
        self.seal_with(place, value, Some((under.account, made)), created).await
    }

    pub(crate) async fn seal_with(
        &self,
        place: ValuePlace<'_>,
        value: &NewValue,
        under: Option<(AccountId, DataKey)>,
        created: Timestamp,
    ) -> Result<VersionRecord> {
        let (rng, region) = (self.store.rng().as_ref(), self.store.region());
        let own = Key::random(rng);
        let parent = self.value_parent(place.account).await?;
        let key = self.store.wrap(&parent, &place.wrap_context(region), &own).await?;
        let data = value.data.expose();
        let sealing = sealing_key(&own, under.as_ref().map(|(_, made)| &made.plaintext));
        Ok(VersionRecord {
            id: place.version.clone(),
            created,
            data_type: value.data_type,
            key,
            under: under.map(|(account, made)| TenantKey {
                account,
                id: made.key,
                ciphertext: made.ciphertext.bytes().to_vec(),
            }),
            digest: digest(&own, value.data_type, data).to_vec(),
            sealed: crypto::seal(&sealing, rng, &place.seal_context(region), data),
        })
    }

    /// The sealed value as it is to be kept: with its own key in the epoch that the store is in when this is committed.
    pub(crate) async fn hold_value(
        &self,
        txn: &mut Txn,
        place: ValuePlace<'_>,
        sealed: &VersionRecord,
    ) -> Result<VersionRecord> {
        let parent = self.value_parent(place.account).await?;
        let context = place.wrap_context(self.store.region());
        let mut sealed = sealed.clone();
        if let Some(under) = &sealed.under {
            self.kms.hold_data_key(txn, under.account, &under.id, &under.ciphertext).await?;
        }
        if let Some(anew) = txn.rewrap(&parent, &context, &sealed.key, "a secret's value").await? {
            sealed.key = anew;
        }
        Ok(sealed)
    }

    async fn own_key(&self, place: ValuePlace<'_>, kept: &VersionRecord) -> Result<Key> {
        let parent = self.value_parent(place.account).await?;
        let context = place.wrap_context(self.store.region());
        self.store.keyring().unwrap(&parent, &context, &kept.key, "a secret's value")
    }

    /// Whether a value is the one that is kept.
    pub(crate) async fn is_same(&self, place: ValuePlace<'_>, kept: &VersionRecord, value: &NewValue) -> Result<bool> {
        let own = self.own_key(place, kept).await?;
        // Only a caller who may put values compares, and one bit is all that comes of it.
        Ok(digest(&own, value.data_type, value.data.expose()).as_slice() == kept.digest.as_slice())
    }

    /// Opens a value. One under a tenant's key is asked of the key service on the caller's behalf, outside any
    /// transaction.
    pub(crate) async fn open_value(
        &self,
        caller: &Caller,
        place: ValuePlace<'_>,
        kept: &VersionRecord,
    ) -> Result<SecretValue> {
        let damaged = || Failure::corrupt("a secret's value");
        let own = self.own_key(place, kept).await?;
        let data_key = match &kept.under {
            None => None,
            Some(under) => Some(open_tenant_key(&self.gate, &self.kms, caller, under, self.kms_context(place)?).await?),
        };
        let sealing = sealing_key(&own, data_key.as_ref());
        let data = crypto::open_secret(&sealing, &place.seal_context(self.store.region()), &kept.sealed);
        Ok(SecretValue {
            data: Arc::new(data.map_err(|error| damaged().caused_by(error))?),
            data_type: kept.data_type,
            version: kept.id.clone(),
            created: kept.created,
        })
    }
}

async fn open_tenant_key(
    gate: &Gate,
    kms: &crate::Kms,
    caller: &Caller,
    under: &TenantKey,
    context: EncryptionContext,
) -> Result<Secret<Vec<u8>>> {
    let ciphertext = Ciphertext::from_bytes(under.ciphertext.clone());
    let ciphertext = ciphertext.map_err(|e| Failure::corrupt("a secret's data key").caused_by(e))?;
    let op = Decrypt { ciphertext, context, account: Some(under.account), key: None };
    Ok(gate.perform(&asking(caller, "Decrypt"), kms, op).await?.plaintext)
}
