use crate::secrets::action;
use crate::secrets::secret_ref::SecretRef;
use crate::secrets::secrets::Secrets;
use crate::secrets::tables::{POLICIES, PolicyRecord};
use async_trait::async_trait;
use iam::policy::{Document, Kind};
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Result};

/// Attaches a policy to a secret, in place of the one it has.
#[derive(Clone, Debug)]
pub struct SetSecretPolicy {
    /// Which secret.
    pub secret: SecretRef,
    /// The policy, as it is to be given back.
    pub text: String,
}

/// Shows a secret's policy; empty if it has none.
#[derive(Clone, Debug)]
pub struct GetSecretPolicy {
    /// Which secret.
    pub secret: SecretRef,
}

impl Operation for SetSecretPolicy {
    type Output = ();

    fn action(&self) -> Action {
        action::SET_SECRET_POLICY
    }

    fn audit(&self, audit: &mut Audit) {
        self.secret.audit(audit);
        audit.parameter("Policy", self.text.as_str());
    }
}

#[async_trait]
impl Run<SetSecretPolicy> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &SetSecretPolicy, caller: &Caller, view: &View) -> Result<Target> {
        self.secret_target(op.action(), &op.secret, caller, view).await
    }

    async fn run(&self, permit: &Permit<SetSecretPolicy>, op: &SetSecretPolicy, txn: &mut Txn) -> Result<()> {
        Document::parse(&op.text, Kind::Secret)?;
        let place = self.place(&op.secret, permit.caller())?;
        self.secret(txn, &place).await?.live()?;
        let policy = PolicyRecord { text: op.text.clone() };
        txn.put(POLICIES, place.account, place.name.as_str().as_bytes(), &policy).await
    }
}

impl Operation for GetSecretPolicy {
    type Output = String;

    fn action(&self) -> Action {
        action::GET_SECRET_POLICY
    }

    fn audit(&self, audit: &mut Audit) {
        self.secret.audit(audit);
    }
}

#[async_trait]
impl Run<GetSecretPolicy> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &GetSecretPolicy, caller: &Caller, view: &View) -> Result<Target> {
        self.secret_target(op.action(), &op.secret, caller, view).await
    }

    async fn run(&self, permit: &Permit<GetSecretPolicy>, op: &GetSecretPolicy, txn: &mut Txn) -> Result<String> {
        let place = self.place(&op.secret, permit.caller())?;
        self.secret(txn, &place).await?.live()?;
        let policy = txn.get(POLICIES, place.account, place.name.as_str().as_bytes()).await?;
        Ok(policy.map(|policy| policy.text).unwrap_or_default())
    }
}
