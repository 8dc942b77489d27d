use crate::secrets::action;
use crate::secrets::secret_record::SecretRecord;
use crate::secrets::secret_ref::SecretRef;
use crate::secrets::secret_value::SecretValue;
use crate::secrets::secrets::Secrets;
use crate::secrets::tables::{VALUES, value_suffix};
use crate::secrets::value_sealer::ValuePlace;
use crate::secrets::versions::CURRENT;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::sync::Arc;
use store::{Store, Txn, View};
use trail::Category;
use types::{Action, Failure, Reason, Result, SecretVersionId, StageName};

/// Which version of a secret is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionChoice {
    /// The one that counts.
    Current,
    /// This one.
    Version(SecretVersionId),
    /// The one that a stage points to.
    Stage(StageName),
}

/// Hands out a secret's value.
pub struct GetSecretValue {
    /// Which.
    pub secret: SecretRef,
    /// Which version of it.
    pub choice: VersionChoice,
    /// The secret and its value, as they were when it was opened; made on the way.
    pub(crate) opened: Option<(SecretRecord, Arc<SecretValue>)>,
}

impl GetSecretValue {
    /// This version of this secret.
    pub fn new(secret: SecretRef, choice: VersionChoice) -> Self {
        Self { secret, choice, opened: None }
    }
}

impl VersionChoice {
    /// The version of a secret. One of a kind that Bailee rotates has only the current one to give.
    fn of(&self, record: &SecretRecord) -> Result<SecretVersionId> {
        let found = match self {
            Self::Version(id) if !record.kind.is_managed() => record.version(id).map(|version| &version.id),
            Self::Current | Self::Version(_) => record.version_at(CURRENT),
            Self::Stage(stage) => record.version_at(stage.as_str()),
        };
        found.cloned().ok_or_else(|| Reason::SecretVersionNotFound.into())
    }
}

impl Operation for GetSecretValue {
    type Output = (SecretRecord, Arc<SecretValue>);

    const CATEGORY: Category = Category::Data;

    fn action(&self) -> Action {
        action::GET_SECRET_VALUE
    }

    fn audit(&self, audit: &mut Audit) {
        self.secret.audit(audit);
        match &self.choice {
            VersionChoice::Current => {}
            VersionChoice::Version(id) => audit.parameter("VersionId", id.as_str()),
            VersionChoice::Stage(stage) => audit.parameter("VersionStage", stage.as_str()),
        }
    }

    fn outcome(&self, (_, value): &Self::Output, audit: &mut Audit) {
        audit.answer("VersionId", value.version.as_str());
    }
}

#[async_trait]
impl Run<GetSecretValue> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetSecretValue, caller: &Caller, view: &View) -> Result<Target> {
        self.secret_target(op.action(), &op.secret, caller, view).await
    }

    /// Opens the value: a tenant's key may have to be asked for, which is an operation of its own.
    async fn prepare(&self, permit: &Permit<GetSecretValue>, op: &mut GetSecretValue) -> Result<()> {
        let caller = permit.caller();
        let place = self.place(&op.secret, caller)?;
        let view = self.store.view().await?;
        let record = self.seen(&view, &place).await?;
        let version = op.choice.of(&record)?;
        let kept = view.get(VALUES, place.account, &value_suffix(&place.name, &version)).await?;
        let kept = kept.ok_or_else(|| Failure::corrupt("a secret's value"))?;
        let value_place = ValuePlace { account: place.account, secret: &place.name, version: &version };
        let value = self.open_value(caller, value_place, &kept).await?;
        op.opened = Some((record, Arc::new(value)));
        Ok(())
    }

    async fn run(
        &self,
        permit: &Permit<GetSecretValue>,
        op: &GetSecretValue,
        txn: &mut Txn,
    ) -> Result<(SecretRecord, Arc<SecretValue>)> {
        let (record, value) = op.opened.as_ref().ok_or_else(|| Failure::internal("a value that was not opened"))?;
        // What was deleted or marked for it meanwhile is not handed out any more.
        let now = self.seen(txn.view(), &self.place(&op.secret, permit.caller())?).await?;
        if now.created != record.created {
            return Err(Reason::Contended.into());
        }
        Ok((record.clone(), value.clone()))
    }
}
