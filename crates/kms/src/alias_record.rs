use serde::{Deserialize, Serialize};
use store::Record;
use types::{AliasName, KeyId, Timestamp};

/// A name that stands for a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasRecord {
    /// The name.
    pub name: AliasName,
    /// The key.
    pub key: KeyId,
    /// When it was made.
    pub created: Timestamp,
}

impl Record for AliasRecord {}

/// An alias with the name it has in policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasInfo {
    /// `acs:kms:<region>:<account>:alias/<name>`.
    pub arn: String,
    /// The alias.
    pub record: AliasRecord,
}
