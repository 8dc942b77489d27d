use super::rotation::Rotation;
use super::versions::VersionInfo;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::Record;
use types::{AccountId, KeyId, Reason, Result, SecretName, SecretVersionId, StageName, Timestamp};

/// What a secret is for, which decides how it is rotated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretKind {
    /// Anything: its owner puts the values.
    #[default]
    Generic,
    /// A database account.
    Rds,
    /// A cache's account.
    Redis,
    /// A database cluster's account.
    PolarDb,
    /// A user's access key here, which Bailee itself rotates.
    RamCredentials,
    /// A machine's password or key.
    Ecs,
}

impl SecretKind {
    /// Whether it is rotated by someone other than whoever puts values.
    pub const fn is_managed(self) -> bool {
        !matches!(self, Self::Generic)
    }
}

/// The tenant's key that values are sealed under besides their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnKey {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub id: KeyId,
}

/// A secret: everything but its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRecord {
    /// Its name.
    pub name: SecretName,
    /// What it is for.
    pub kind: SecretKind,
    /// What its owner says it is for.
    pub description: String,
    /// The settings that belong to the kind, a JSON object; empty if there are none.
    pub config: String,
    /// The tenant's key it is sealed under, if one was named.
    pub key: Option<OwnKey>,
    /// Who had it made, as policies name them.
    pub creator: String,
    /// When it was made. Tells it from an earlier secret of the same name.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// When it will be removed, while that is pending.
    #[serde(default)]
    pub delete_at: Option<Timestamp>,
    /// What its owner marked it with.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Its versions, the oldest first.
    pub versions: Vec<VersionInfo>,
    /// Which version each stage points to.
    pub stages: BTreeMap<StageName, SecretVersionId>,
    /// How it is rotated.
    #[serde(default)]
    pub rotation: Rotation,
}

impl Record for SecretRecord {}

impl SecretRecord {
    /// Refuses a secret that waits for its deletion: until it is restored, nothing can be done with it.
    pub(crate) fn live(self) -> Result<Self> {
        if self.delete_at.is_some() { Err(Reason::SecretPendingDeletion.into()) } else { Ok(self) }
    }
}

/// A secret with the name it has in policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretInfo {
    /// `acs:kms:<region>:<account>:secret/<name>`.
    pub arn: String,
    /// The secret.
    pub record: SecretRecord,
}
