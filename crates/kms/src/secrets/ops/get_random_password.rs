use crate::kms::home;
use crate::secrets::action;
use crate::secrets::password::PasswordRules;
use crate::secrets::secrets::Secrets;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Result, Secret};

/// Makes up a password. It is kept nowhere.
#[derive(Clone, Debug, Default)]
pub struct GetRandomPassword {
    /// What it is made of.
    pub rules: PasswordRules,
}

impl Operation for GetRandomPassword {
    type Output = Secret<String>;

    fn action(&self) -> Action {
        action::GET_RANDOM_PASSWORD
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("PasswordLength", self.rules.length);
    }
}

#[async_trait]
impl Run<GetRandomPassword> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetRandomPassword, caller: &Caller, _: &View) -> Result<Target> {
        Ok(Target::one(op.action(), self.resource(home(caller)?, "secret")))
    }

    async fn run(&self, _: &Permit<GetRandomPassword>, op: &GetRandomPassword, _: &mut Txn) -> Result<Secret<String>> {
        op.rules.draw(self.store.rng().as_ref())
    }
}
