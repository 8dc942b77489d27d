use crate::page::{Page, Paged};
use crate::secrets::action;
use crate::secrets::secret_record::SecretRecord;
use crate::secrets::secret_ref::SecretRef;
use crate::secrets::secrets::Secrets;
use crate::secrets::versions::VersionInfo;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Result, SecretVersionId, StageName};

/// Says which versions a secret has, the oldest first.
#[derive(Clone, Debug)]
pub struct ListSecretVersionIds {
    /// Which secret.
    pub secret: SecretRef,
    /// Which part.
    pub page: Page,
    /// Whether those too that no stage points to.
    pub all: bool,
}

/// Adds a stage to a version, takes it away, or moves it.
#[derive(Clone, Debug)]
pub struct UpdateSecretVersionStage {
    /// Which secret.
    pub secret: SecretRef,
    /// Which stage.
    pub stage: StageName,
    /// The version it points to and is not to any more.
    pub from: Option<SecretVersionId>,
    /// The version it is to point to.
    pub to: Option<SecretVersionId>,
}

impl Operation for ListSecretVersionIds {
    type Output = (SecretRecord, Paged<VersionInfo>);

    fn action(&self) -> Action {
        action::LIST_SECRET_VERSION_IDS
    }

    fn audit(&self, audit: &mut Audit) {
        self.secret.audit(audit);
        self.page.audit(audit);
        audit.parameter("IncludeDeprecated", self.all);
    }
}

#[async_trait]
impl Run<ListSecretVersionIds> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListSecretVersionIds, caller: &Caller, view: &View) -> Result<Target> {
        self.secret_target(op.action(), &op.secret, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<ListSecretVersionIds>,
        op: &ListSecretVersionIds,
        txn: &mut Txn,
    ) -> Result<(SecretRecord, Paged<VersionInfo>)> {
        let place = self.place(&op.secret, permit.caller())?;
        let record = self.secret(txn, &place).await?.live()?;
        let shown = |version: &&VersionInfo| op.all || record.stages_of(&version.id).next().is_some();
        let page = op.page.of(record.versions.iter().filter(shown).cloned().collect())?;
        Ok((record, page))
    }
}

impl Operation for UpdateSecretVersionStage {
    type Output = ();

    fn action(&self) -> Action {
        action::UPDATE_SECRET_VERSION_STAGE
    }

    fn audit(&self, audit: &mut Audit) {
        self.secret.audit(audit);
        audit.parameter("VersionStage", self.stage.as_str());
        audit.optional("RemoveFromVersion", self.from.as_ref().map(SecretVersionId::as_str));
        audit.optional("MoveToVersion", self.to.as_ref().map(SecretVersionId::as_str));
    }
}

#[async_trait]
impl Run<UpdateSecretVersionStage> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &UpdateSecretVersionStage, caller: &Caller, view: &View) -> Result<Target> {
        self.secret_target(op.action(), &op.secret, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<UpdateSecretVersionStage>,
        op: &UpdateSecretVersionStage,
        txn: &mut Txn,
    ) -> Result<()> {
        let place = self.place(&op.secret, permit.caller())?;
        let before = self.secret(txn, &place).await?.live()?;
        let mut record = before.clone();
        record.move_stage(&op.stage, op.from.as_ref(), op.to.as_ref())?;
        record.updated = permit.caller().call().time;
        self.put_secret(txn, &place, Some(&before), &record).await
    }
}
