use crate::secrets::action;
use crate::secrets::secret_record::SecretRecord;
use crate::secrets::secret_ref::SecretRef;
use crate::secrets::secret_value::{NewValue, VersionRecord};
use crate::secrets::secrets::{SecretPlace, Secrets};
use crate::secrets::tables::{VALUES, value_suffix};
use crate::secrets::value_sealer::ValuePlace;
use crate::secrets::versions::check_stage;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Failure, Reason, Result, SecretVersionId, StageName};

/// Gives a generic secret a new version. With a version id that is there, nothing is changed: it is an error if the value
/// is another.
pub struct PutSecretValue {
    /// Which.
    pub secret: SecretRef,
    /// The version's id.
    pub version: SecretVersionId,
    /// The value.
    pub value: NewValue,
    /// The stages that point to it; none: it becomes the current one.
    pub stages: Vec<StageName>,
    /// The value, sealed; made on the way, unless the version is there.
    pub(crate) sealed: Option<VersionRecord>,
}

impl PutSecretValue {
    /// This value as this version.
    pub fn new(secret: SecretRef, version: SecretVersionId, value: NewValue, stages: Vec<StageName>) -> Self {
        Self { secret, version, value, stages, sealed: None }
    }
}

impl Operation for PutSecretValue {
    /// The secret as it is now.
    type Output = SecretRecord;

    fn action(&self) -> Action {
        action::PUT_SECRET_VALUE
    }

    fn audit(&self, audit: &mut Audit) {
        self.secret.audit(audit);
        audit.parameter("VersionId", self.version.as_str());
        let stages: Vec<&str> = self.stages.iter().map(StageName::as_str).collect();
        audit.optional("VersionStages", (!stages.is_empty()).then(|| serde_json::json!(stages)));
    }
}

/// Refuses a secret whose values Bailee or a service of the operator's puts.
fn check_generic(record: &SecretRecord) -> Result<()> {
    if record.kind.is_managed() {
        let text = "The secret is of a managed kind: its value changes by RotateSecret, not by PutSecretValue.";
        return Err(Failure::new(Reason::SecretKindUnfit, text).with("Parameter", "SecretName"));
    }
    Ok(())
}

impl Secrets {
    /// Adds a sealed version to a secret, and removes what falls out of the limit.
    pub(crate) async fn add_version(
        &self,
        txn: &mut Txn,
        place: &SecretPlace,
        record: &mut SecretRecord,
        sealed: &VersionRecord,
        stages: &[StageName],
    ) -> Result<()> {
        let dropped = record.add_version(sealed.id.clone(), sealed.created, stages)?;
        self.remove_values(txn, place, dropped, sealed.created).await?;
        let value_place = ValuePlace { account: place.account, secret: &place.name, version: &sealed.id };
        let held = self.hold_value(txn, value_place, sealed).await?;
        txn.put(VALUES, place.account, &value_suffix(&place.name, &sealed.id), &held).await
    }

    /// Whether this version is there with this value; an error if it is with another.
    async fn is_there(&self, txn: &mut Txn, place: &SecretPlace, op: &PutSecretValue) -> Result<bool> {
        let kept = txn.get(VALUES, place.account, &value_suffix(&place.name, &op.version)).await?;
        let Some(kept) = kept else { return Ok(false) };
        let value_place = ValuePlace { account: place.account, secret: &place.name, version: &op.version };
        if self.is_same(value_place, &kept, &op.value).await? {
            return Ok(true);
        }
        Err(Reason::SecretVersionExists.into())
    }
}

#[async_trait]
impl Run<PutSecretValue> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &PutSecretValue, caller: &Caller, view: &View) -> Result<Target> {
        self.secret_target(op.action(), &op.secret, caller, view).await
    }

    async fn prepare(&self, permit: &Permit<PutSecretValue>, op: &mut PutSecretValue) -> Result<()> {
        op.value.check()?;
        op.stages.iter().try_for_each(check_stage)?;
        let caller = permit.caller();
        let place = self.place(&op.secret, caller)?;
        let view = self.store.view().await?;
        let record = self.seen(&view, &place).await?;
        check_generic(&record)?;
        if record.version(&op.version).is_none() {
            let value_place = ValuePlace { account: place.account, secret: &place.name, version: &op.version };
            let sealed = self.seal_value(caller, value_place, &op.value, record.key.as_ref(), caller.call().time);
            op.sealed = Some(sealed.await?);
        }
        Ok(())
    }

    async fn run(&self, permit: &Permit<PutSecretValue>, op: &PutSecretValue, txn: &mut Txn) -> Result<SecretRecord> {
        let place = self.place(&op.secret, permit.caller())?;
        let before = self.secret(txn, &place).await?.live()?;
        check_generic(&before)?;
        if self.is_there(txn, &place, op).await? {
            return Ok(before);
        }
        // The secret may have been removed and made again, with another key, since the value was sealed.
        let sealed = op.sealed.as_ref().filter(|sealed| sealed.is_under(&before)).ok_or(Reason::Contended)?;
        let mut record = before.clone();
        self.add_version(txn, &place, &mut record, sealed, &op.stages).await?;
        self.put_secret(txn, &place, Some(&before), &record).await?;
        Ok(record)
    }
}

impl VersionRecord {
    /// Whether it is sealed under the key that the secret names.
    pub(crate) fn is_under(&self, secret: &SecretRecord) -> bool {
        let under = self.under.as_ref().map(|key| (key.account, &key.id));
        under == secret.key.as_ref().map(|key| (key.account, &key.id))
    }
}
