use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::{Record, Space, Table};
use types::{Duty, OperatorName, Timestamp};

/// Operators, by name, under the platform's account.
pub(crate) const OPERATORS: Table<OperatorRecord> = Table::new(Space::Identity, 64, "an operator");

/// Somebody of the deployment's staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorRecord {
    /// The name.
    pub name: OperatorName,
    /// What for.
    pub duties: BTreeSet<Duty>,
    /// Whether it may do anything.
    pub active: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

impl Record for OperatorRecord {}
