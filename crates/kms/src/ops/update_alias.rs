use crate::action;
use crate::key_ref::KeyRef;
use crate::key_state::Deed;
use crate::kms::Kms;
use crate::ops::create_alias::{audit_alias, check_not_reserved};
use crate::tables::ALIASES;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, AliasName, Reason, Result};

/// Lets an alias stand for another key. What the alias was used to encrypt before stays readable: a ciphertext names its
/// key version, not the alias.
#[derive(Clone, Debug)]
pub struct UpdateAlias {
    /// The name.
    pub alias: AliasName,
    /// The key it stands for from now on; no alias.
    pub key: KeyRef,
}

impl Operation for UpdateAlias {
    type Output = ();

    fn action(&self) -> Action {
        action::UPDATE_ALIAS
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit_alias(&self.alias, audit);
    }
}

#[async_trait]
impl Run<UpdateAlias> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &UpdateAlias, caller: &Caller, view: &View) -> Result<Target> {
        self.alias_target(op.action(), &op.alias, &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<UpdateAlias>, op: &UpdateAlias, txn: &mut Txn) -> Result<()> {
        check_not_reserved(&op.alias)?;
        // Only the state of the key it is to stand for matters, not that of the one it stood for.
        let (place, _) = self.key_to_change(permit, txn, Deed::MoveAlias).await?;
        let suffix = op.alias.as_str().as_bytes();
        let mut record = txn.get(ALIASES, place.account, suffix).await?.ok_or(Reason::AliasNotFound)?;
        record.key = place.id;
        txn.put(ALIASES, place.account, suffix, &record).await
    }
}
