use crate::key_kind::{KeySpec, KeyUsage, Origin, Protection};
use crate::key_state::KeyState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::Record;
use types::{KeyId, Timestamp};

/// Who had a key made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Creator {
    /// A caller of the account.
    Principal {
        /// The caller, as policies name it.
        arn: String,
    },
    /// A service of ours, for its own use in the account. Callers see such a key but cannot change it.
    Service {
        /// The service's code, such as `oss`.
        service: String,
    },
}

/// A key: everything but its material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// Its id.
    pub id: KeyId,
    /// Algorithm and size.
    pub spec: KeySpec,
    /// What it is for.
    pub usage: KeyUsage,
    /// Where its material comes from.
    pub origin: Origin,
    /// What guards its material.
    pub protection: Protection,
    /// Whether it can be used.
    pub state: KeyState,
    /// When it will be destroyed, while that is pending.
    #[serde(default)]
    pub delete_at: Option<Timestamp>,
    /// What its owner says it is for.
    pub description: String,
    /// Who had it made.
    pub creator: Creator,
    /// When it was made.
    pub created: Timestamp,
    /// Whether its deletion is refused.
    pub deletion_protection: bool,
    /// The version that encrypts.
    pub primary: KeyId,
    /// What its owner marked it with.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

impl Record for KeyRecord {}

impl KeyRecord {
    /// The service whose key it is, if it is one's.
    pub fn service(&self) -> Option<&str> {
        match &self.creator {
            Creator::Service { service } => Some(service),
            Creator::Principal { .. } => None,
        }
    }
}

/// A key with the name it has in policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// `acs:kms:<region>:<account>:key/<id>`.
    pub arn: String,
    /// The key.
    pub record: KeyRecord,
}
