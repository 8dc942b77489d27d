use crate::secrets::secret_ref::SecretRef;
use crate::secrets::secrets::{SECRET_KIND, SecretPlace, Secrets};
use crate::secrets::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::time::Duration;
use store::{Store, Txn, View};
use types::{AccountId, Action, Failure, Reason, Result, SecretName, SecretVersionId, Timestamp};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Has a secret deleted: after a time in which it can be restored, or at once.
#[derive(Clone, Debug)]
pub struct DeleteSecret {
    /// Which.
    pub secret: SecretRef,
    /// The days in which it can be restored; `None`: it is deleted at once.
    pub days: Option<u32>,
}

/// Calls a deletion off.
#[derive(Clone, Debug)]
pub struct RestoreSecret {
    /// Which.
    pub secret: SecretRef,
}

/// Removes a secret whose time to be restored is over. Only Bailee itself asks for it.
#[derive(Clone, Debug)]
pub struct DestroySecret {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub secret: SecretName,
}

/// What became of a secret that is to be deleted.
#[derive(Clone, Debug)]
pub struct DeletedSecret {
    /// When it is removed.
    pub at: Timestamp,
    /// The versions that were removed with it, if that was at once.
    pub removed: Vec<SecretVersionId>,
}

fn audit_removed(removed: &[SecretVersionId], audit: &mut Audit) {
    if !removed.is_empty() {
        let ids: Vec<&str> = removed.iter().map(SecretVersionId::as_str).collect();
        audit.answer("RemovedVersionIds", serde_json::json!(ids));
    }
}

impl Operation for DeleteSecret {
    type Output = DeletedSecret;

    fn action(&self) -> Action {
        action::DELETE_SECRET
    }

    fn audit(&self, audit: &mut Audit) {
        self.secret.audit(audit);
        audit.parameter("ForceDeleteWithoutRecovery", self.days.is_none());
        audit.optional("RecoveryWindowInDays", self.days);
    }

    fn outcome(&self, output: &DeletedSecret, audit: &mut Audit) {
        audit.answer("PlannedDeleteTime", output.at.iso_seconds());
        audit_removed(&output.removed, audit);
    }
}

#[async_trait]
impl Run<DeleteSecret> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DeleteSecret, caller: &Caller, view: &View) -> Result<Target> {
        self.secret_target(op.action(), &op.secret, caller, view).await
    }

    async fn run(&self, permit: &Permit<DeleteSecret>, op: &DeleteSecret, txn: &mut Txn) -> Result<DeletedSecret> {
        let (least, most) = (limits::RECOVERY_DAYS_LEAST, limits::RECOVERY_DAYS_MOST);
        if op.days.is_some_and(|days| !(least..=most).contains(&days)) {
            return Err(Failure::invalid("RecoveryWindowInDays", format!("{least} to {most}")));
        }
        let place = self.place(&op.secret, permit.caller())?;
        let before = self.secret(txn, &place).await?;
        let now = permit.caller().call().time;
        let Some(days) = op.days else {
            // One that waits for its deletion can still be removed at once.
            self.remove_secret(txn, &place, &before, now).await?;
            let removed = before.versions.into_iter().map(|version| version.id).collect();
            return Ok(DeletedSecret { at: now, removed });
        };
        let before = before.live()?;
        let mut record = before.clone();
        let at = now.plus(DAY * days);
        record.delete_at = Some(at);
        self.put_secret(txn, &place, Some(&before), &record).await?;
        Ok(DeletedSecret { at, removed: Vec::new() })
    }
}

impl Operation for RestoreSecret {
    type Output = ();

    fn action(&self) -> Action {
        action::RESTORE_SECRET
    }

    fn audit(&self, audit: &mut Audit) {
        self.secret.audit(audit);
    }
}

#[async_trait]
impl Run<RestoreSecret> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &RestoreSecret, caller: &Caller, view: &View) -> Result<Target> {
        self.secret_target(op.action(), &op.secret, caller, view).await
    }

    async fn run(&self, permit: &Permit<RestoreSecret>, op: &RestoreSecret, txn: &mut Txn) -> Result<()> {
        let place = self.place(&op.secret, permit.caller())?;
        let before = self.secret(txn, &place).await?;
        if before.delete_at.is_none() {
            return Err(Reason::SecretNotPendingDeletion.into());
        }
        let mut record = before.clone();
        record.delete_at = None;
        self.put_secret(txn, &place, Some(&before), &record).await
    }
}

impl Operation for DestroySecret {
    /// The versions that went with it.
    type Output = Vec<SecretVersionId>;

    fn action(&self) -> Action {
        action::DESTROY_SECRET
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("SecretName", self.secret.as_str());
        audit.resource(SECRET_KIND, self.secret.as_str());
    }

    fn outcome(&self, output: &Vec<SecretVersionId>, audit: &mut Audit) {
        audit_removed(output, audit);
    }
}

#[async_trait]
impl Run<DestroySecret> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DestroySecret, caller: &Caller, view: &View) -> Result<Target> {
        caller.house_only()?;
        let place = SecretPlace { account: op.account, name: op.secret.clone() };
        self.placed_target(op.action(), &place, view).await
    }

    async fn run(
        &self,
        permit: &Permit<DestroySecret>,
        op: &DestroySecret,
        txn: &mut Txn,
    ) -> Result<Vec<SecretVersionId>> {
        let place = SecretPlace { account: op.account, name: op.secret.clone() };
        let record = self.secret(txn, &place).await?;
        let now = permit.caller().call().time;
        if record.delete_at.is_none_or(|at| at > now) {
            return Err(Reason::SecretNotPendingDeletion.into());
        }
        self.remove_secret(txn, &place, &record, now).await?;
        Ok(record.versions.into_iter().map(|version| version.id).collect())
    }
}
