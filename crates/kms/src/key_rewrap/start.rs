use super::record::{KeyRewrap, LateRecord, RewrapPoint, RewrapState};
use crate::action;
use crate::key_ref::KeyRef;
use crate::key_state::Deed;
use crate::kms::{Kms, chosen};
use crate::limits;
use crate::ops::rotation::check_rotates;
use crate::tables::{Due, LATE, REWRAPPING, REWRAPS, VERSIONS, rewrapping_suffix, version_suffix};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::collections::BTreeSet;
use store::{Range, Store, Txn, View};
use types::{AccountId, Action, KeyId, Reason, Result};

/// Has all that is kept under older versions of a key brought under its primary one. It is begun at once; how far it is,
/// [`GetKeyRewrap`] tells.
#[derive(Clone, Debug)]
pub struct StartKeyRewrap {
    /// Which; no alias.
    pub key: KeyRef,
}

/// Says how far the rewrapping of a key is, or how the last one ended.
#[derive(Clone, Debug)]
pub struct GetKeyRewrap {
    /// Which; no alias.
    pub key: KeyRef,
}

impl Operation for StartKeyRewrap {
    /// The key, and the work to be done.
    type Output = (KeyId, KeyRewrap);

    fn action(&self) -> Action {
        action::START_KEY_REWRAP
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
    }

    fn outcome(&self, output: &Self::Output, audit: &mut Audit) {
        audit.answer("KeyVersionId", output.1.primary.as_str());
    }
}

#[async_trait]
impl Run<StartKeyRewrap> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &StartKeyRewrap, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    /// What comes under an older version from here on is counted as late: a rewrap looks at what was there when it began.
    async fn run(
        &self,
        permit: &Permit<StartKeyRewrap>,
        _: &StartKeyRewrap,
        txn: &mut Txn,
    ) -> Result<(KeyId, KeyRewrap)> {
        let (place, key) = self.key_to_change(permit, txn, Deed::Use).await?;
        check_rotates(&key)?;
        let (account, suffix) = (place.account, place.id.as_str().as_bytes());
        let before = txn.get(REWRAPS, account, suffix).await?;
        if before.is_some_and(|before| before.state == RewrapState::Running) {
            return Err(Reason::KeyRewrapRunning.into());
        }
        let versions = txn.scan(VERSIONS, account, &Range::prefix(suffix, limits::VERSIONS + 1)).await?;
        let from: BTreeSet<KeyId> =
            versions.into_iter().map(|(_, version)| version.id).filter(|id| *id != key.primary).collect();
        for version in &from {
            txn.delete::<LateRecord>(LATE, account, &version_suffix(&place.id, version));
        }
        let record = KeyRewrap {
            started: permit.caller().call().time,
            finished: None,
            state: RewrapState::Running,
            error: None,
            primary: key.primary,
            from,
            looked_at: 0,
            rewrapped: 0,
            at: RewrapPoint::default(),
        };
        txn.put(REWRAPS, account, suffix, &record).await?;
        let due = Due { account, key: place.id.clone() };
        txn.put(REWRAPPING, AccountId::PLATFORM, &rewrapping_suffix(account, &place.id), &due).await?;
        Ok((place.id, record))
    }

    fn committed(&self, _: &StartKeyRewrap) {
        self.rewrap_asked.notify_one();
    }
}

impl Operation for GetKeyRewrap {
    type Output = (KeyId, KeyRewrap);

    fn action(&self) -> Action {
        action::GET_KEY_REWRAP
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
    }
}

#[async_trait]
impl Run<GetKeyRewrap> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetKeyRewrap, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<GetKeyRewrap>, _: &GetKeyRewrap, txn: &mut Txn) -> Result<(KeyId, KeyRewrap)> {
        let place = chosen(permit)?;
        self.key(txn, &place).await?.state.allow(Deed::Look)?;
        let found = txn.view().get(REWRAPS, place.account, place.id.as_str().as_bytes()).await?;
        Ok((place.id, found.ok_or(Reason::KeyRewrapNotFound)?))
    }
}
