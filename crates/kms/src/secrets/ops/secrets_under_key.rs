use crate::kms::home;
use crate::page::following;
use crate::secrets::OwnKey;
use crate::secrets::action;
use crate::secrets::secrets::Secrets;
use crate::secrets::tables::SECRETS;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Result};

/// Names the secrets of the caller's account that are under a key, and would be lost with it.
#[derive(Clone, Debug)]
pub struct SecretsUnderKey {
    /// The key.
    pub key: OwnKey,
}

impl Operation for SecretsUnderKey {
    type Output = Vec<String>;

    fn action(&self) -> Action {
        action::LIST_SECRETS
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("keyId", self.key.id.as_str());
        audit.resource("ACS::KMS::Key", self.key.id.as_str());
    }
}

#[async_trait]
impl Run<SecretsUnderKey> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &SecretsUnderKey, caller: &Caller, _: &View) -> Result<Target> {
        Ok(Target::one(op.action(), self.resource(home(caller)?, "secret")))
    }

    async fn run(&self, permit: &Permit<SecretsUnderKey>, op: &SecretsUnderKey, txn: &mut Txn) -> Result<Vec<String>> {
        let account = home(permit.caller())?;
        let all = following(txn.view(), SECRETS, account, None).await?;
        let under = all.into_iter().filter(|record| record.key.as_ref() == Some(&op.key));
        Ok(under.map(|record| record.name.to_string()).collect())
    }
}
