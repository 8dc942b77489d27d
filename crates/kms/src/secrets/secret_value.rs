use super::limits;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::binary;
use store::{Record, Wrapped};
use types::{AccountId, Failure, KeyId, Result, Secret, SecretVersionId, Timestamp};

/// Whether a value is a text or stands for bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataType {
    /// A text.
    #[default]
    Text,
    /// Bytes, which clients send and get as base64.
    Binary,
}

/// A value to be kept.
pub struct NewValue {
    /// It.
    pub data: Secret<Vec<u8>>,
    /// What it is.
    pub data_type: DataType,
}

impl NewValue {
    pub(crate) fn check(&self) -> Result<()> {
        let len = self.data.expose().len();
        if (1..=limits::VALUE_BYTES).contains(&len) {
            return Ok(());
        }
        Err(Failure::invalid("SecretData", format!("1 to {} bytes", limits::VALUE_BYTES)))
    }
}

/// A value that was handed out.
pub struct SecretValue {
    /// It.
    pub data: Arc<Secret<Vec<u8>>>,
    /// What it is.
    pub data_type: DataType,
    /// Its version.
    pub version: SecretVersionId,
    /// When it was put.
    pub created: Timestamp,
}

/// A version's value as it is kept: sealed. Never changes under one version id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VersionRecord {
    pub(crate) id: SecretVersionId,
    pub(crate) created: Timestamp,
    pub(crate) data_type: DataType,
    /// The value's own key, under the account's key and an erasure epoch.
    pub(crate) key: Wrapped,
    /// A data key under the tenant's key, if one was named: without it the own key opens nothing.
    pub(crate) under: Option<TenantKey>,
    /// HMAC of the value under its own key: tells whether the same was put again, and tells nobody else anything.
    #[serde(with = "binary")]
    pub(crate) digest: Vec<u8>,
    #[serde(with = "binary")]
    pub(crate) sealed: Vec<u8>,
}

impl Record for VersionRecord {}

/// A data key under a tenant's key: what the key service gave out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TenantKey {
    pub(crate) account: AccountId,
    pub(crate) id: KeyId,
    #[serde(with = "binary")]
    pub(crate) ciphertext: Vec<u8>,
}
