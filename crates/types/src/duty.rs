use crate::NameError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What somebody of the deployment's staff is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Duty {
    /// To make accounts and to list them.
    Accounts,
    /// To look after who the operators are.
    Operators,
    /// To read the deployment's own trail.
    Audit,
    /// To look after the seal: to see how it is, and to have its keys changed.
    Seals,
    /// To see which accounts there are, and nothing besides.
    Support,
}

impl Duty {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Accounts, Self::Operators, Self::Audit, Self::Seals, Self::Support];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Operators => "operators",
            Self::Audit => "audit",
            Self::Seals => "seals",
            Self::Support => "support",
        }
    }
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Duty {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let found = Self::ALL.into_iter().find(|duty| duty.word() == text);
        found.ok_or(NameError::new("duty", "one of accounts, operators, audit, seals and support"))
    }
}
