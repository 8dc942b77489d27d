use crate::secrets::action;
use crate::secrets::secret_record::{SecretInfo, SecretKind, SecretRecord};
use crate::secrets::secret_ref::SecretRef;
use crate::secrets::secrets::Secrets;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::time::Duration;
use store::{Store, Txn, View};
use types::{Action, Failure, Reason, Result, SecretVersionId};

/// Has a secret of a managed kind rotated now. It is begun at once; how far it is, a description tells. Asked for again
/// with the same version id, nothing more happens. An account may ask for fifty in an hour.
#[derive(Clone, Debug)]
pub struct RotateSecret {
    /// Which.
    pub secret: SecretRef,
    /// The id of the version that it will put.
    pub version: SecretVersionId,
}

/// Says whether and how often a secret is rotated by itself.
#[derive(Clone, Debug)]
pub struct UpdateSecretRotationPolicy {
    /// Which.
    pub secret: SecretRef,
    /// Whether it is.
    pub automatic: bool,
    /// How often; stays if not given.
    pub interval: Option<Duration>,
}

impl Secrets {
    /// Refuses a secret that nobody here can rotate.
    fn check_rotatable(&self, record: &SecretRecord) -> Result<()> {
        let text = match record.kind {
            SecretKind::RamCredentials => return Ok(()),
            SecretKind::Generic => "A generic secret is rotated by PutSecretValue.",
            _ if self.webhook.is_some() => return Ok(()),
            _ => "Nobody here rotates this kind of secret: the server's operator has set no rotation webhook.",
        };
        Err(Failure::new(Reason::SecretKindUnfit, text).with("Parameter", "SecretName"))
    }
}

impl Operation for RotateSecret {
    type Output = SecretInfo;

    fn action(&self) -> Action {
        action::ROTATE_SECRET
    }

    fn audit(&self, audit: &mut Audit) {
        self.secret.audit(audit);
        audit.parameter("VersionId", self.version.as_str());
    }
}

#[async_trait]
impl Run<RotateSecret> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &RotateSecret, caller: &Caller, view: &View) -> Result<Target> {
        self.secret_target(op.action(), &op.secret, caller, view).await
    }

    async fn run(&self, permit: &Permit<RotateSecret>, op: &RotateSecret, txn: &mut Txn) -> Result<SecretInfo> {
        let place = self.place(&op.secret, permit.caller())?;
        let before = self.secret(txn, &place).await?.live()?;
        self.check_rotatable(&before)?;
        let pending = before.rotation.pending.as_ref().map(|pending| &pending.version);
        if before.version(&op.version).is_some() || pending == Some(&op.version) {
            return Ok(self.info(place.account, before));
        }
        if pending.is_some() {
            return Err(Reason::SecretRotating.into());
        }
        let now = permit.caller().call().time;
        let mut used = self.used(txn, place.account).await?;
        used.rotations.ask(now)?;
        self.set_used(txn, place.account, used).await?;
        let mut record = before.clone();
        record.rotation.start(op.version.clone(), now);
        self.put_secret(txn, &place, Some(&before), &record).await?;
        Ok(self.info(place.account, record))
    }

    fn committed(&self, _: &RotateSecret) {
        self.wake.notify_one();
    }
}

impl Operation for UpdateSecretRotationPolicy {
    type Output = ();

    fn action(&self) -> Action {
        action::UPDATE_SECRET_ROTATION_POLICY
    }

    fn audit(&self, audit: &mut Audit) {
        self.secret.audit(audit);
        audit.parameter("EnableAutomaticRotation", self.automatic);
        audit.optional("RotationInterval", self.interval.map(|interval| format!("{}s", interval.as_secs())));
    }
}

#[async_trait]
impl Run<UpdateSecretRotationPolicy> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &UpdateSecretRotationPolicy, caller: &Caller, view: &View) -> Result<Target> {
        self.secret_target(op.action(), &op.secret, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<UpdateSecretRotationPolicy>,
        op: &UpdateSecretRotationPolicy,
        txn: &mut Txn,
    ) -> Result<()> {
        let place = self.place(&op.secret, permit.caller())?;
        let before = self.secret(txn, &place).await?.live()?;
        if op.automatic || !before.kind.is_managed() {
            self.check_rotatable(&before)?;
        }
        let mut record = before.clone();
        record.rotation.set(op.automatic, op.interval, permit.caller().call().time)?;
        self.put_secret(txn, &place, Some(&before), &record).await
    }
}
