use crate::action;
use crate::kms::{KEY_KIND, Kms, chosen, home};
use crate::ops::create_alias::{audit_alias, check_not_reserved};
use crate::tables::ALIASES;
use async_trait::async_trait;
use iam::{Audit, Caller, Need, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, AliasName, KeyId, Reason, Result};

/// Takes an alias away. The key it stood for stays as it is.
#[derive(Clone, Debug)]
pub struct DeleteAlias {
    /// The name.
    pub alias: AliasName,
}

impl Operation for DeleteAlias {
    /// The key it stood for.
    type Output = KeyId;

    fn action(&self) -> Action {
        action::DELETE_ALIAS
    }

    fn audit(&self, audit: &mut Audit) {
        audit_alias(&self.alias, audit);
    }

    fn outcome(&self, output: &KeyId, audit: &mut Audit) {
        audit.resource(KEY_KIND, output.as_str());
    }
}

#[async_trait]
impl Run<DeleteAlias> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DeleteAlias, caller: &Caller, view: &View) -> Result<Target> {
        let (action, account) = (op.action(), home(caller)?);
        let alias = self.resource(account, op.alias.as_str());
        let Some(record) = view.get(ALIASES, account, op.alias.as_str().as_bytes()).await? else {
            return Ok(Target::one(action, alias));
        };
        let mut target = self.key_target(action, account, &record.key, view).await?;
        target.needs.push(Need { action, resource: alias });
        Ok(target)
    }

    async fn run(&self, permit: &Permit<DeleteAlias>, op: &DeleteAlias, txn: &mut Txn) -> Result<KeyId> {
        check_not_reserved(&op.alias)?;
        let place = chosen(permit)?;
        let suffix = op.alias.as_str().as_bytes();
        let record = txn.get(ALIASES, place.account, suffix).await?.ok_or(Reason::AliasNotFound)?;
        if record.key != place.id {
            // It was moved after the policies were asked about another key.
            return Err(Reason::Contended.into());
        }
        txn.delete(ALIASES, place.account, suffix);
        let mut used = self.used(txn, place.account).await?;
        used.aliases = used.aliases.saturating_sub(1);
        self.set_used(txn, place.account, used).await?;
        Ok(record.key)
    }
}
