use super::create_secret::{check_config, check_text, key_needs, rotated_user};
use crate::secrets::secret_record::SecretKind;
use crate::secrets::secret_ref::SecretRef;
use crate::secrets::secrets::Secrets;
use crate::secrets::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Failure, Result, UserName};

/// Changes what is said of a secret: its description, the settings that belong to its kind.
#[derive(Clone, Debug)]
pub struct UpdateSecret {
    /// Which.
    pub secret: SecretRef,
    /// The new description; stays if not given.
    pub description: Option<String>,
    /// Settings to be replaced, a JSON object; the others stay.
    pub config: Option<String>,
}

impl UpdateSecret {
    /// The user whose access keys the secret would hold, should it be of that kind. Asked for whatever the kind is: it is
    /// not to be found out by who may not see the secret.
    fn new_user(&self) -> Option<UserName> {
        rotated_user(SecretKind::RamCredentials, self.config.as_deref()?).ok().flatten()
    }
}

/// The settings with some members replaced.
fn merged(old: &str, new: &str) -> Result<String> {
    check_config(new)?;
    let read = |text: &str| serde_json::from_str::<serde_json::Map<_, _>>(if text.is_empty() { "{}" } else { text });
    let mut members = read(old).map_err(Failure::internal)?;
    members.extend(read(new).map_err(Failure::internal)?);
    let text = serde_json::Value::Object(members).to_string();
    check_config(&text)?;
    Ok(text)
}

impl Operation for UpdateSecret {
    type Output = ();

    fn action(&self) -> Action {
        action::UPDATE_SECRET
    }

    fn audit(&self, audit: &mut Audit) {
        self.secret.audit(audit);
        audit.optional("Description", self.description.as_deref());
        audit.optional("ExtendedConfig", self.config.as_deref());
    }
}

#[async_trait]
impl Run<UpdateSecret> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &UpdateSecret, caller: &Caller, view: &View) -> Result<Target> {
        let mut target = self.secret_target(op.action(), &op.secret, caller, view).await?;
        if let Some(user) = op.new_user() {
            target.needs.extend(key_needs(self.place(&op.secret, caller)?.account, &user));
        }
        Ok(target)
    }

    async fn run(&self, permit: &Permit<UpdateSecret>, op: &UpdateSecret, txn: &mut Txn) -> Result<()> {
        let place = self.place(&op.secret, permit.caller())?;
        let before = self.secret(txn, &place).await?.live()?;
        let mut record = before.clone();
        if let Some(description) = &op.description {
            check_text("Description", description, limits::DESCRIPTION_CHARS)?;
            record.description.clone_from(description);
        }
        if let Some(config) = &op.config {
            record.config = merged(&record.config, config)?;
            rotated_user(record.kind, &record.config)?;
        }
        record.updated = permit.caller().call().time;
        self.put_secret(txn, &place, Some(&before), &record).await
    }
}
