use crate::action;
use crate::key_ref::KeyRef;
use crate::key_state::{Deed, KeyState};
use crate::kms::Kms;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Result};

/// Switches a key on. No error if it is on.
#[derive(Clone, Debug)]
pub struct EnableKey {
    /// Which; no alias.
    pub key: KeyRef,
}

/// Switches a key off, so that nothing is encrypted or decrypted with it until it is on again. No error if it is off.
#[derive(Clone, Debug)]
pub struct DisableKey {
    /// Which; no alias.
    pub key: KeyRef,
}

impl Kms {
    async fn switch<Op: Operation>(&self, permit: &Permit<Op>, txn: &mut Txn, to: KeyState) -> Result<()> {
        let (place, mut record) = self.key_to_change(permit, txn, Deed::Switch).await?;
        if record.state == to {
            return Ok(());
        }
        record.state = to;
        self.put_key(txn, &place, &record).await
    }
}

impl Operation for EnableKey {
    type Output = ();

    fn action(&self) -> Action {
        action::ENABLE_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
    }
}

#[async_trait]
impl Run<EnableKey> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &EnableKey, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<EnableKey>, _: &EnableKey, txn: &mut Txn) -> Result<()> {
        self.switch(permit, txn, KeyState::Enabled).await
    }
}

impl Operation for DisableKey {
    type Output = ();

    fn action(&self) -> Action {
        action::DISABLE_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
    }
}

#[async_trait]
impl Run<DisableKey> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DisableKey, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<DisableKey>, _: &DisableKey, txn: &mut Txn) -> Result<()> {
        self.switch(permit, txn, KeyState::Disabled).await
    }
}
