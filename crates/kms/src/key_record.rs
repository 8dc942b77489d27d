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
    /// Why its deletion is refused, in its owner's words.
    #[serde(default)]
    pub protection_text: String,
    /// How often it gets a new version by itself.
    #[serde(default)]
    pub rotation: Option<Rotation>,
    /// When it last got a new version.
    #[serde(default)]
    pub rotated: Option<Timestamp>,
    /// How many versions it has.
    #[serde(default = "one")]
    pub versions: u32,
    /// What is known of material that the tenant brought.
    #[serde(default)]
    pub external: Option<External>,
    /// The SHA-256 of the policy attached to it.
    #[serde(default)]
    pub policy: Option<[u8; 32]>,
    /// How many grants it has.
    #[serde(default)]
    pub grants: u32,
    /// How many of its versions were retired. Versions that are open in memory are used only by who reads the number that
    /// they were opened under.
    #[serde(default)]
    pub retired: u32,
}

const fn one() -> u32 {
    1
}

/// How often a key gets a new version by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// How long a version is the primary one, in seconds.
    pub seconds: u64,
    /// When the next is due.
    pub next: Timestamp,
}

/// Material that the tenant brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct External {
    /// Tells the same material again without telling what it is: a code under a key of the account's.
    pub fingerprint: [u8; 32],
    /// When it is to be forgotten; `None` for never, or if there is none now.
    #[serde(default)]
    pub expires: Option<Timestamp>,
    /// Whether it is here now.
    #[serde(default)]
    pub present: bool,
}

impl Record for KeyRecord {}

impl KeyRecord {
    /// The state of a key that nothing keeps from being used: without material it waits for that.
    pub(crate) fn usable(&self) -> KeyState {
        let present = self.external.as_ref().is_some_and(|external| external.present);
        if self.origin == Origin::Own || present { KeyState::Enabled } else { KeyState::PendingImport }
    }

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
