use crate::{AccountId, Duty, OperatorName, RoleId, RoleName, SessionName, UserId, UserName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Principal {
    /// Nobody: an unsigned request.
    Anonymous,
    /// The account itself, by its root access key.
    Root {
        /// The account.
        account: AccountId,
    },
    /// A user of an account.
    User {
        /// The account the user belongs to.
        account: AccountId,
        /// The user's immutable id.
        id: UserId,
        /// The user's name when the call was authenticated.
        name: UserName,
    },
    /// Someone who assumed a role.
    RoleSession {
        /// The account the role belongs to.
        account: AccountId,
        /// The role's immutable id.
        role: RoleId,
        /// The role's name.
        role_name: RoleName,
        /// The name the session was given.
        session: SessionName,
    },
    /// Part of Bailee itself, working in the background or on another operation's behalf.
    Service {
        /// Which part.
        name: String,
    },
    /// Staff of the deployment.
    Operator {
        /// Who.
        name: OperatorName,
        /// For what.
        duties: BTreeSet<Duty>,
    },
}

impl Principal {
    /// The account the caller belongs to, if any.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Root { account } | Self::User { account, .. } | Self::RoleSession { account, .. } => Some(*account),
            Self::Anonymous | Self::Service { .. } | Self::Operator { .. } => None,
        }
    }

    /// The caller as policies and answers name it: `acs:ram::<account>:user/<name>` and its siblings.
    pub fn arn(&self) -> Option<String> {
        Some(match self {
            Self::Root { account } => format!("acs:ram::{account}:root"),
            Self::User { account, name, .. } => format!("acs:ram::{account}:user/{name}"),
            // STS answers and policies name the session, not the role, below `role/`.
            Self::RoleSession { account, role_name, session, .. } => {
                format!("acs:ram::{account}:role/{role_name}/{session}")
            }
            Self::Anonymous | Self::Service { .. } | Self::Operator { .. } => return None,
        })
    }
}
