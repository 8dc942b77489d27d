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
    /// The policy.
    pub policy: KeyPolicy,
}

/// A key's policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPolicy {
    /// In the grammar it is decided by.
    pub text: String,
    /// The same as its author wrote it, if that was in another grammar.
    pub original: Option<String>,
}

impl From<String> for KeyPolicy {
    /// A policy whose author wrote it as it is decided by.
    fn from(text: String) -> Self {
        Self { text, original: None }
    }
}

/// Shows a key's policy.
#[derive(Clone, Debug)]
pub struct GetKeyPolicy {
    /// Which; no alias.
    pub key: KeyRef,
}

/// A policy that can be attached to a key.
pub(crate) fn check_policy(policy: &KeyPolicy) -> Result<()> {
    let KeyPolicy { text, original } = policy;
    if text.len().max(original.as_ref().map_or(0, String::len)) > limits::POLICY_BYTES {
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
        policy: &KeyPolicy,
    ) -> Result<()> {
        let KeyPolicy { text, original } = policy.clone();
        record.policy = Some(crypto::sha256(text.as_bytes()));
        let stored = PolicyRecord { text, original };
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
        let hash = crypto::sha256(self.policy.text.as_bytes());
        audit.parameter("PolicySha256", hex::encode(hash));
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
        check_policy(&op.policy)?;
        let (place, mut record) = self.key_to_change(permit, txn, Deed::Describe).await?;
        self.attach_policy(txn, &place, &mut record, &op.policy).await?;
        self.put_key(txn, &place, &record).await
    }
}

impl Operation for GetKeyPolicy {
    /// `None` if none was attached, so that the account's own policies alone decide.
    type Output = Option<KeyPolicy>;

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

    async fn run(&self, permit: &Permit<GetKeyPolicy>, _: &GetKeyPolicy, txn: &mut Txn) -> Result<Option<KeyPolicy>> {
        let place = chosen(permit)?;
        self.key(txn, &place).await?;
        let stored = txn.view().get(POLICIES, place.account, place.id.as_str().as_bytes()).await?;
        Ok(stored.map(|PolicyRecord { text, original }| KeyPolicy { text, original }))
    }
}
