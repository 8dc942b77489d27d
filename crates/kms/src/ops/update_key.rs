use crate::action;
use crate::key_ref::KeyRef;
use crate::key_state::Deed;
use crate::kms::Kms;
use crate::ops::create_key::check_description;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Result};

/// Changes what the owner says a key is for.
#[derive(Clone, Debug)]
pub struct UpdateKeyDescription {
    /// Which; no alias.
    pub key: KeyRef,
    /// The new text.
    pub description: String,
}

/// Guards a key against deletion, or stops guarding it.
#[derive(Clone, Debug)]
pub struct SetDeletionProtection {
    /// Which; no alias.
    pub key: KeyRef,
    /// Whether it is guarded from now on.
    pub protected: bool,
    /// Why, in the owner's words.
    pub text: String,
}

impl Operation for UpdateKeyDescription {
    type Output = ();

    fn action(&self) -> Action {
        action::UPDATE_KEY_DESCRIPTION
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("Description", self.description.chars().take(256).collect::<String>());
    }
}

#[async_trait]
impl Run<UpdateKeyDescription> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &UpdateKeyDescription, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<UpdateKeyDescription>, op: &UpdateKeyDescription, txn: &mut Txn) -> Result<()> {
        check_description(&op.description)?;
        let (place, mut record) = self.key_to_change(permit, txn, Deed::Describe).await?;
        record.description.clone_from(&op.description);
        self.put_key(txn, &place, &record).await
    }
}

impl Operation for SetDeletionProtection {
    type Output = ();

    fn action(&self) -> Action {
        action::SET_DELETION_PROTECTION
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("EnableDeletionProtection", self.protected);
    }
}

#[async_trait]
impl Run<SetDeletionProtection> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &SetDeletionProtection, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<SetDeletionProtection>,
        op: &SetDeletionProtection,
        txn: &mut Txn,
    ) -> Result<()> {
        check_description(&op.text)?;
        let (place, mut record) = self.key_to_change(permit, txn, Deed::Describe).await?;
        record.deletion_protection = op.protected;
        record.protection_text.clone_from(&op.text);
        self.put_key(txn, &place, &record).await
    }
}
