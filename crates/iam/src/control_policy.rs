use crate::caller::Caller;
use crate::iam::{Iam, identity, read, touch, write};
use crate::operation::{Audit, Operation, Run, Target};
use crate::permit::Permit;
use crate::policy::{Document, Kind, Labelled};
use crate::records::{ACCOUNTS, CONTROL_POLICIES, ControlPolicyRecord};
use async_trait::async_trait;
use std::sync::Arc;
use store::{Store, Txn, View};
use types::{AccountId, Action, Failure, Reason, Result};

/// What explanations call the ceiling over an account.
const LABEL: &str = "control policy";

/// Sets the ceiling over an account: a policy without whose word nobody of the account may do anything, its root neither.
/// Only Bailee itself and its operators ask for it. The account finds it in its trail.
pub struct SetControlPolicy {
    /// Over which account.
    pub account: AccountId,
    /// The policy.
    pub document: String,
}

/// Shows the ceiling over an account, if there is one.
pub struct GetControlPolicy {
    /// Over which account.
    pub account: AccountId,
}

/// Takes the ceiling over an account away.
pub struct ClearControlPolicy {
    /// Over which account.
    pub account: AccountId,
}

/// The ceiling over an account, compiled.
pub(crate) async fn control_of(view: &View, account: AccountId) -> Result<Option<Labelled>> {
    let Some(record) = view.get(CONTROL_POLICIES, account, b"").await? else { return Ok(None) };
    let document = Document::parse(&record.document, Kind::Identity);
    let document = document.map_err(|error| Failure::corrupt("an account's control policy").caused_by(error))?;
    Ok(Some(Labelled::new(LABEL, Arc::new(document))))
}

async fn find_account(txn: &mut Txn, account: AccountId) -> Result<()> {
    match txn.get(ACCOUNTS, AccountId::PLATFORM, &account.get().to_be_bytes()).await? {
        Some(_) => Ok(()),
        None => Err(Failure::of(Reason::AccountNotFound).with("AccountId", account.to_string())),
    }
}

/// The account's trail gets the event, if there is such an account.
async fn target(action: Action, account: AccountId, caller: &Caller, view: &View) -> Result<Target> {
    caller.house_only()?;
    let exists = view.get(ACCOUNTS, AccountId::PLATFORM, &account.get().to_be_bytes()).await?.is_some();
    let needed = Target::one(action, identity(AccountId::PLATFORM, "account"));
    Ok(Target { owner: exists.then_some(account), ..needed })
}

fn audit_account(audit: &mut Audit, account: AccountId) {
    audit.parameter("AccountId", account.to_string());
    audit.resource("ACS::RAM::Account", account.to_string());
}

impl Operation for SetControlPolicy {
    type Output = ControlPolicyRecord;

    fn action(&self) -> Action {
        write("SetControlPolicy")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_account(audit, self.account);
        audit.parameter("PolicyDocument", self.document.as_str());
    }
}

#[async_trait]
impl Run<SetControlPolicy> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &SetControlPolicy, caller: &Caller, view: &View) -> Result<Target> {
        Document::parse(&op.document, Kind::Identity)?;
        target(op.action(), op.account, caller, view).await
    }

    async fn run(
        &self,
        _: &Permit<SetControlPolicy>,
        op: &SetControlPolicy,
        txn: &mut Txn,
    ) -> Result<ControlPolicyRecord> {
        find_account(txn, op.account).await?;
        touch(txn, op.account).await?;
        let record = ControlPolicyRecord { document: op.document.clone(), set: self.now() };
        txn.put(CONTROL_POLICIES, op.account, b"", &record).await?;
        Ok(record)
    }
}

impl Operation for GetControlPolicy {
    type Output = Option<ControlPolicyRecord>;

    fn action(&self) -> Action {
        read("GetControlPolicy")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_account(audit, self.account);
    }
}

#[async_trait]
impl Run<GetControlPolicy> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &GetControlPolicy, caller: &Caller, view: &View) -> Result<Target> {
        target(op.action(), op.account, caller, view).await
    }

    async fn run(
        &self,
        _: &Permit<GetControlPolicy>,
        op: &GetControlPolicy,
        txn: &mut Txn,
    ) -> Result<Option<ControlPolicyRecord>> {
        find_account(txn, op.account).await?;
        txn.get(CONTROL_POLICIES, op.account, b"").await
    }
}

impl Operation for ClearControlPolicy {
    type Output = ();

    fn action(&self) -> Action {
        write("ClearControlPolicy")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_account(audit, self.account);
    }
}

#[async_trait]
impl Run<ClearControlPolicy> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &ClearControlPolicy, caller: &Caller, view: &View) -> Result<Target> {
        target(op.action(), op.account, caller, view).await
    }

    async fn run(&self, _: &Permit<ClearControlPolicy>, op: &ClearControlPolicy, txn: &mut Txn) -> Result<()> {
        find_account(txn, op.account).await?;
        touch(txn, op.account).await?;
        txn.delete(CONTROL_POLICIES, op.account, b"");
        Ok(())
    }
}
