use crate::key_ref::KeyRef;
use crate::key_state::{Deed, KeyState};
use crate::kms::Kms;
use crate::tables::{DUE, Due, due_suffix};
use crate::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::time::Duration;
use store::{Store, Txn, View};
use types::{AccountId, Action, Failure, Reason, Result, Timestamp};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Has a key destroyed after a time of waiting, in which it cannot be used and the deletion can be called off.
#[derive(Clone, Debug)]
pub struct ScheduleKeyDeletion {
    /// Which; no alias.
    pub key: KeyRef,
    /// How long to wait, in days.
    pub days: u32,
}

/// Calls the deletion of a key off.
#[derive(Clone, Debug)]
pub struct CancelKeyDeletion {
    /// Which; no alias.
    pub key: KeyRef,
    /// Whether it is on afterwards. One interface leaves that to the owner, the other does not.
    pub enabled: bool,
}

impl Operation for ScheduleKeyDeletion {
    /// When the key will be destroyed.
    type Output = Timestamp;

    fn action(&self) -> Action {
        action::SCHEDULE_KEY_DELETION
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("PendingWindowInDays", self.days);
    }

    fn outcome(&self, output: &Timestamp, audit: &mut Audit) {
        audit.answer("DeleteDate", output.iso_seconds());
    }
}

#[async_trait]
impl Run<ScheduleKeyDeletion> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ScheduleKeyDeletion, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<ScheduleKeyDeletion>,
        op: &ScheduleKeyDeletion,
        txn: &mut Txn,
    ) -> Result<Timestamp> {
        let (least, most) = (limits::PENDING_DAYS_LEAST, limits::PENDING_DAYS_MOST);
        if !(least..=most).contains(&op.days) {
            return Err(Failure::invalid("PendingWindowInDays", format!("{least} to {most}")));
        }
        let (place, mut record) = self.key_to_change(permit, txn, Deed::Schedule).await?;
        if record.deletion_protection {
            return Err(Reason::KeyDeletionProtected.into());
        }
        let at = permit.caller().call().time.plus(DAY * op.days);
        record.state = KeyState::PendingDeletion;
        record.delete_at = Some(at);
        self.put_key(txn, &place, &record).await?;
        let due = Due { account: place.account, key: place.id.clone() };
        txn.put(DUE, AccountId::PLATFORM, &due_suffix(at, place.account, &place.id), &due).await?;
        Ok(at)
    }
}

impl Operation for CancelKeyDeletion {
    type Output = ();

    fn action(&self) -> Action {
        action::CANCEL_KEY_DELETION
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
    }
}

#[async_trait]
impl Run<CancelKeyDeletion> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &CancelKeyDeletion, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<CancelKeyDeletion>, op: &CancelKeyDeletion, txn: &mut Txn) -> Result<()> {
        let (place, mut record) = self.key_to_change(permit, txn, Deed::Cancel).await?;
        if let Some(at) = record.delete_at.take() {
            txn.delete(DUE, AccountId::PLATFORM, &due_suffix(at, place.account, &place.id));
        }
        record.state = match record.usable() {
            KeyState::Enabled if !op.enabled => KeyState::Disabled,
            usable => usable,
        };
        self.put_key(txn, &place, &record).await
    }
}
