use crate::action;
use crate::alias_record::AliasRecord;
use crate::key_ref::KeyRef;
use crate::key_state::Deed;
use crate::kms::{ALIAS_KIND, Kms, home};
use crate::tables::ALIASES;
use async_trait::async_trait;
use iam::{Audit, Caller, Need, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, AliasName, Failure, Reason, Result};

/// Gives a key a name that can stand for its id.
#[derive(Clone, Debug)]
pub struct CreateAlias {
    /// The name.
    pub alias: AliasName,
    /// The key; no alias.
    pub key: KeyRef,
}

/// Names that begin so are for the keys of our services.
const RESERVED: &str = "alias/acs";

/// Refuses the names that callers cannot give, move or take away.
pub(crate) fn check_not_reserved(alias: &AliasName) -> Result<()> {
    if alias.as_str().starts_with(RESERVED) {
        return Err(Failure::invalid("AliasName", format!("one that does not begin with {RESERVED}")));
    }
    Ok(())
}

pub(crate) fn audit_alias(alias: &AliasName, audit: &mut Audit) {
    audit.parameter("AliasName", alias.as_str());
    audit.resource(ALIAS_KIND, alias.as_str());
}

impl Kms {
    /// The target of giving an alias to a key: it needs permission on both, and both are of the caller's account.
    pub(crate) async fn alias_target(
        &self,
        action: Action,
        alias: &AliasName,
        key: &KeyRef,
        caller: &Caller,
        view: &View,
    ) -> Result<Target> {
        let (account, id) = self.only_id(key, caller)?;
        if home(caller)? != account {
            return Err(Failure::invalid("KeyId", "a key of the same account as the alias"));
        }
        let mut target = self.key_target(action, account, id, view).await?;
        target.needs.push(Need { action, resource: self.resource(account, alias.as_str()) });
        Ok(target)
    }
}

impl Operation for CreateAlias {
    type Output = ();

    fn action(&self) -> Action {
        action::CREATE_ALIAS
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit_alias(&self.alias, audit);
    }
}

#[async_trait]
impl Run<CreateAlias> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &CreateAlias, caller: &Caller, view: &View) -> Result<Target> {
        self.alias_target(op.action(), &op.alias, &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<CreateAlias>, op: &CreateAlias, txn: &mut Txn) -> Result<()> {
        check_not_reserved(&op.alias)?;
        let (place, _) = self.key_to_change(permit, txn, Deed::NewAlias).await?;
        let suffix = op.alias.as_str().as_bytes();
        if txn.get(ALIASES, place.account, suffix).await?.is_some() {
            return Err(Reason::AliasExists.into());
        }
        let mut used = self.used(txn, place.account).await?;
        if used.aliases >= self.quotas.aliases {
            return Err(Reason::TooManyAliases.into());
        }
        used.aliases += 1;
        self.set_used(txn, place.account, used).await?;
        let record = AliasRecord { name: op.alias.clone(), key: place.id, created: permit.caller().call().time };
        txn.put(ALIASES, place.account, suffix, &record).await
    }
}
