//! The steps of a rotation, which only Bailee itself takes (`rotate.rs`).

use crate::secrets::action;
use crate::secrets::secret_record::SecretRecord;
use crate::secrets::secret_value::{NewValue, VersionRecord};
use crate::secrets::secrets::{SECRET_KIND, SecretPlace, Secrets};
use crate::secrets::value_sealer::ValuePlace;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{AccountId, Action, Failure, Reason, Result, SecretName, SecretVersionId};

/// Begins a rotation that is due by the secret's own schedule, unless one is under way.
#[derive(Clone, Debug)]
pub struct StartRotation {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub secret: SecretName,
    /// The id of the version that it will put.
    pub version: SecretVersionId,
}

/// Puts the value that a rotation gave, as the current one.
pub struct FinishRotation {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub secret: SecretName,
    /// The version, as the rotation under way names it.
    pub version: SecretVersionId,
    /// The value.
    pub value: NewValue,
    pub(crate) sealed: Option<VersionRecord>,
}

/// Notes that a try came to nothing, and when there is another.
#[derive(Clone, Debug)]
pub struct DeferRotation {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub secret: SecretName,
    /// Why, in words that the tenant may see.
    pub error: String,
}

fn audit_place(audit: &mut Audit, secret: &SecretName) {
    audit.parameter("SecretName", secret.as_str());
    audit.resource(SECRET_KIND, secret.as_str());
}

fn at(account: AccountId, secret: &SecretName) -> SecretPlace {
    SecretPlace { account, name: secret.clone() }
}

impl Secrets {
    async fn house_target<Op: Operation>(
        &self,
        op: &Op,
        place: &SecretPlace,
        caller: &Caller,
        view: &View,
    ) -> Result<Target> {
        caller.house_only()?;
        self.placed_target(op.action(), place, view).await
    }
}

impl Operation for StartRotation {
    /// The secret, with the rotation under way; or as it is, if nothing is due any more.
    type Output = SecretRecord;

    fn action(&self) -> Action {
        action::START_SECRET_ROTATION
    }

    fn audit(&self, audit: &mut Audit) {
        audit_place(audit, &self.secret);
        audit.parameter("VersionId", self.version.as_str());
    }
}

#[async_trait]
impl Run<StartRotation> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &StartRotation, caller: &Caller, view: &View) -> Result<Target> {
        self.house_target(op, &at(op.account, &op.secret), caller, view).await
    }

    async fn run(&self, permit: &Permit<StartRotation>, op: &StartRotation, txn: &mut Txn) -> Result<SecretRecord> {
        let place = at(op.account, &op.secret);
        let before = self.secret(txn, &place).await?.live()?;
        let now = permit.caller().call().time;
        if before.rotation.pending.is_some() || before.rotation.next.is_none_or(|next| next > now) {
            return Ok(before);
        }
        let mut record = before.clone();
        record.rotation.start(op.version.clone(), now);
        self.put_secret(txn, &place, Some(&before), &record).await?;
        Ok(record)
    }
}

impl FinishRotation {
    /// This value as this version.
    pub fn new(account: AccountId, secret: SecretName, version: SecretVersionId, value: NewValue) -> Self {
        Self { account, secret, version, value, sealed: None }
    }
}

impl Operation for FinishRotation {
    type Output = ();

    fn action(&self) -> Action {
        action::FINISH_SECRET_ROTATION
    }

    fn audit(&self, audit: &mut Audit) {
        audit_place(audit, &self.secret);
        audit.parameter("VersionId", self.version.as_str());
    }
}

#[async_trait]
impl Run<FinishRotation> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &FinishRotation, caller: &Caller, view: &View) -> Result<Target> {
        self.house_target(op, &at(op.account, &op.secret), caller, view).await
    }

    async fn prepare(&self, permit: &Permit<FinishRotation>, op: &mut FinishRotation) -> Result<()> {
        op.value.check()?;
        let record = self.seen(&self.store.view().await?, &at(op.account, &op.secret)).await?;
        let place = ValuePlace { account: op.account, secret: &op.secret, version: &op.version };
        let caller = permit.caller();
        let sealed = self.seal_value(caller, place, &op.value, record.key.as_ref(), caller.call().time);
        op.sealed = Some(sealed.await?);
        Ok(())
    }

    async fn run(&self, permit: &Permit<FinishRotation>, op: &FinishRotation, txn: &mut Txn) -> Result<()> {
        let place = at(op.account, &op.secret);
        let before = self.secret(txn, &place).await?.live()?;
        let pending = before.rotation.pending.as_ref().map(|pending| &pending.version);
        if pending != Some(&op.version) {
            return Err(Reason::Contended.into());
        }
        let sealed = op.sealed.as_ref().filter(|sealed| sealed.is_under(&before)).ok_or(Reason::Contended)?;
        let mut record = before.clone();
        self.add_version(txn, &place, &mut record, sealed, &[]).await?;
        record.rotation.finish(permit.caller().call().time);
        self.put_secret(txn, &place, Some(&before), &record).await
    }
}

impl Operation for DeferRotation {
    type Output = ();

    fn action(&self) -> Action {
        action::DEFER_SECRET_ROTATION
    }

    fn audit(&self, audit: &mut Audit) {
        audit_place(audit, &self.secret);
        audit.parameter("Error", self.error.as_str());
    }
}

#[async_trait]
impl Run<DeferRotation> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DeferRotation, caller: &Caller, view: &View) -> Result<Target> {
        self.house_target(op, &at(op.account, &op.secret), caller, view).await
    }

    async fn run(&self, permit: &Permit<DeferRotation>, op: &DeferRotation, txn: &mut Txn) -> Result<()> {
        let place = at(op.account, &op.secret);
        let before = self.secret(txn, &place).await?;
        if before.rotation.pending.is_none() {
            return Err(Failure::internal("a rotation that is not under way cannot be deferred"));
        }
        let mut record = before.clone();
        record.rotation.defer(op.error.chars().take(256).collect(), permit.caller().call().time);
        self.put_secret(txn, &place, Some(&before), &record).await
    }
}
