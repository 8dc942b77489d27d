use crate::key_record::KeyRecord;
use crate::key_ref::KeyRef;
use crate::key_state::Deed;
use crate::kms::{KeyPlace, Kms, chosen};
use crate::tables::{POLICIES, PolicyRecord};
use crate::{action, limits};
use async_trait::async_trait;
use iam::policy::{Document, Kind};
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Failure, Result};

/// Attaches a policy to a key, in place of the one it has.
#[derive(Clone, Debug)]
pub struct SetKeyPolicy {
    /// Which; no alias.
    pub key: KeyRef,
    /// The policy, as it is to be given back.
    pub text: String,
}

/// Shows a key's policy.
#[derive(Clone, Debug)]
pub struct GetKeyPolicy {
    /// Which; no alias.
    pub key: KeyRef,
}

/// A policy that can be attached to a key.
pub(crate) fn check_policy(text: &str) -> Result<()> {
    if text.len() > limits::POLICY_BYTES {
        return Err(Failure::invalid("Policy", format!("at most {} bytes", limits::POLICY_BYTES)));
    }
    Document::parse(text, Kind::Key)?;
    Ok(())
}

impl Kms {
    /// Attaches a policy to a key; the caller puts the record.
    pub(crate) async fn attach_policy(
        &self,
        txn: &mut Txn,
        place: &KeyPlace,
        record: &mut KeyRecord,
        text: &str,
    ) -> Result<()> {
        record.policy = Some(crypto::sha256(text.as_bytes()));
        let stored = PolicyRecord { text: text.to_owned() };
        txn.put(POLICIES, place.account, place.id.as_str().as_bytes(), &stored).await
    }
}

impl Operation for SetKeyPolicy {
    type Output = ();

    fn action(&self) -> Action {
        action::SET_KEY_POLICY
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        let hash = crypto::sha256(self.text.as_bytes());
        audit.parameter("PolicySha256", hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }
}

#[async_trait]
impl Run<SetKeyPolicy> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &SetKeyPolicy, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<SetKeyPolicy>, op: &SetKeyPolicy, txn: &mut Txn) -> Result<()> {
        check_policy(&op.text)?;
        let (place, mut record) = self.key_to_change(permit, txn, Deed::Describe).await?;
        self.attach_policy(txn, &place, &mut record, &op.text).await?;
        self.put_key(txn, &place, &record).await
    }
}

impl Operation for GetKeyPolicy {
    /// The text; `None` if none was attached, so that the account's own policies alone decide.
    type Output = Option<String>;

    fn action(&self) -> Action {
        action::GET_KEY_POLICY
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
    }
}

#[async_trait]
impl Run<GetKeyPolicy> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetKeyPolicy, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<GetKeyPolicy>, _: &GetKeyPolicy, txn: &mut Txn) -> Result<Option<String>> {
        let place = chosen(permit)?;
        self.key(txn, &place).await?;
        let stored = txn.view().get(POLICIES, place.account, place.id.as_str().as_bytes()).await?;
        Ok(stored.map(|policy| policy.text))
    }
}
