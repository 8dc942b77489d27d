//! What is set about who may come into a bucket at all, whatever its lists and its policy say.

use crate::acl::Acl;
use serde::{Deserialize, Serialize};
use store::Record;

/// What of public access is shut off. A policy is public if it lets strangers in and no condition narrows whom
/// (`iam::policy::Document::is_public`); a list, if it lets everybody in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAccessBlock {
    /// No public list can be given.
    #[serde(default)]
    pub block_acls: bool,
    /// Public lists count for nothing.
    #[serde(default)]
    pub ignore_acls: bool,
    /// No public policy can be attached.
    #[serde(default)]
    pub block_policy: bool,
    /// What a public policy allows, it allows to the bucket's own account alone.
    #[serde(default)]
    pub restrict_policy: bool,
}

impl Record for PublicAccessBlock {}

impl PublicAccessBlock {
    /// All of it.
    pub const ALL: Self = Self { block_acls: true, ignore_acls: true, block_policy: true, restrict_policy: true };

    /// What this one or the other shuts off.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            block_acls: self.block_acls || other.block_acls,
            ignore_acls: self.ignore_acls || other.ignore_acls,
            block_policy: self.block_policy || other.block_policy,
            restrict_policy: self.restrict_policy || other.restrict_policy,
        }
    }

    /// As an event holds it.
    pub(crate) fn audited(self) -> Vec<&'static str> {
        let Self { block_acls, ignore_acls, block_policy, restrict_policy } = self;
        let all = [
            (block_acls, "BlockPublicAcls"),
            (ignore_acls, "IgnorePublicAcls"),
            (block_policy, "BlockPublicPolicy"),
            (restrict_policy, "RestrictPublicBuckets"),
        ];
        all.into_iter().filter(|(set, _)| *set).map(|(_, name)| name).collect()
    }
}

/// Whose the objects of a bucket are, and whether lists count. They are the bucket's owner's in any case here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ownership {
    /// The owner's, and there are no lists.
    Enforced,
    /// The owner's, and lists count.
    Preferred,
}

impl Ownership {
    /// Its name in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enforced => "BucketOwnerEnforced",
            Self::Preferred => "BucketOwnerPreferred",
        }
    }
}

/// What is set for one bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BucketAccess {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) block: Option<PublicAccessBlock>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ownership: Option<Ownership>,
}

impl BucketAccess {
    /// Whether nothing is set.
    pub(crate) fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Whether there are no lists.
    pub(crate) fn has_no_lists(&self) -> bool {
        self.ownership == Some(Ownership::Enforced)
    }

    /// Whether lists count for nothing, as far as this bucket itself says.
    pub(crate) fn ignores_acls(&self) -> bool {
        self.has_no_lists() || self.block.is_some_and(|block| block.ignore_acls)
    }

    /// The list that is shown in place of one that there is not.
    pub(crate) fn shown(&self, acl: Acl) -> Acl {
        if self.has_no_lists() { Acl::Private } else { acl }
    }
}
