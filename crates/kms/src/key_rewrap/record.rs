use crate::ops::KeyVersion;
use crate::version_record::Rotated;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::Record;
use types::{AccountId, KeyId, Timestamp};

/// The rewrapping of a key, the last one that was asked for: what it is to do, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRewrap {
    /// When it was asked for. Tells it from an earlier one.
    pub started: Timestamp,
    /// When it ended, if it has.
    pub finished: Option<Timestamp>,
    /// Whether it is under way, or how it ended.
    pub state: RewrapState,
    /// Why it failed, in words that the tenant may see.
    pub error: Option<String>,
    /// The primary version when it was asked for.
    pub primary: KeyId,
    /// What is under these versions, all others that there were, is brought under the primary one.
    pub from: BTreeSet<KeyId>,
    /// Records that were looked at.
    pub looked_at: u64,
    /// Data keys that were wrapped anew.
    pub rewrapped: u64,
    /// How far it is.
    pub at: RewrapPoint,
}

impl Record for KeyRewrap {}

/// Whether a rewrap is under way, or how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RewrapState {
    /// It is under way.
    Running,
    /// All was looked at.
    Done,
    /// It stopped before its end. Nothing is lost: what was wrapped anew is, and the rest is as it was.
    Failed,
}

/// Where a rewrap goes on. It goes through the accounts in their order, since others than the key's owner may use the key,
/// and through each one's things in the order of the stages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewrapPoint {
    /// Whose things it is at; `None` before the first.
    pub owner: Option<AccountId>,
    /// Which of them.
    pub stage: RewrapStage,
    /// The first place of these that it has not looked at.
    #[serde(with = "store::binary")]
    pub start: Vec<u8>,
}

/// The things of an account that a data key of a tenant's key belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RewrapStage {
    /// Uploads under way. They come before objects: one that is completed meanwhile is an object before those are looked at,
    /// or carries the data key that it was given here.
    Uploads,
    /// Objects that their keys stand for.
    Objects,
    /// Their other versions.
    Versions,
    /// Values of secrets.
    Secrets,
    /// None of them: the account is done.
    #[default]
    Next,
}

impl RewrapPoint {
    /// At the first things of an account.
    pub fn of(owner: AccountId) -> Self {
        Self { owner: Some(owner), stage: RewrapStage::Uploads, start: Vec::new() }
    }

    /// Behind a page of which this place is the first that follows; `None` if that was the last.
    #[must_use]
    pub fn behind(&self, next: Option<Vec<u8>>) -> Self {
        let stage = match (&next, self.stage) {
            (Some(_), stage) => stage,
            (None, RewrapStage::Uploads) => RewrapStage::Objects,
            (None, RewrapStage::Objects) => RewrapStage::Versions,
            (None, RewrapStage::Versions) => RewrapStage::Secrets,
            (None, RewrapStage::Secrets | RewrapStage::Next) => RewrapStage::Next,
        };
        Self { owner: self.owner, stage, start: next.unwrap_or_default() }
    }
}

/// How many data keys came under a version after another had become the primary one, and since the last rewrap began. They
/// are few: made before the rotation, and stored after it. While there are any, the version cannot be retired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LateRecord {
    pub(crate) data_keys: u64,
}

impl Record for LateRecord {}

/// What stays of a version whose material was destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RetiredRecord {
    pub(crate) id: KeyId,
    pub(crate) created: Timestamp,
    pub(crate) rotated: Option<Rotated>,
    pub(crate) retired: Timestamp,
}

impl Record for RetiredRecord {}

impl RetiredRecord {
    /// As callers see it.
    pub(crate) fn described(self, key: &KeyId) -> KeyVersion {
        let Self { id, created, rotated, retired } = self;
        KeyVersion { key: key.clone(), id, created, primary: false, rotated, retired: Some(retired) }
    }
}

#[cfg(test)]
mod tests {
    use super::{RewrapPoint, RewrapStage};
    use types::{AccountId, SystemRng};

    #[test]
    fn an_account_is_gone_through_in_the_order_of_the_stages() {
        let owner = AccountId::random(&SystemRng);
        let mut point = RewrapPoint::of(owner);
        let mut stages = Vec::new();
        while point.stage != RewrapStage::Next {
            stages.push(point.stage);
            let within = point.behind(Some(vec![7]));
            assert_eq!((within.owner, within.stage, within.start.as_slice()), (Some(owner), point.stage, &[7][..]));
            point = within.behind(None);
            assert!(point.start.is_empty());
        }
        let in_order = [RewrapStage::Uploads, RewrapStage::Objects, RewrapStage::Versions, RewrapStage::Secrets];
        assert_eq!(stages, in_order);
    }
}
