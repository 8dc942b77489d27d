//! How surely an account wants what is read recorded before it is told.

use crate::caller::Caller;
use crate::iam::{Iam, own_account};
use crate::operation::{Audit, Operation, Run, Target};
use crate::permit::Permit;
use crate::records::{RECORDING, RecordPreference};
use async_trait::async_trait;
use store::{Store, Txn, View};
use types::{AccountId, Action, Resource, Result, Service};

/// Sets whether the events of an account's reads and refusals are on disk before they are answered.
#[derive(Clone, Copy, Debug)]
pub struct SetRecordPreference {
    /// On disk before the answer; otherwise in the log before the answer, and on disk within 50 ms.
    pub strict: bool,
}

/// Shows it.
#[derive(Clone, Copy, Debug)]
pub struct GetRecordPreference;

/// Whether an account wants its events on disk before the answer. `view`: of the identities.
pub(crate) async fn is_strict(view: &View, account: AccountId) -> Result<bool> {
    Ok(view.shared(RECORDING, account, b"").await?.is_some_and(|preference| preference.strict))
}

fn target(action: Action, caller: &Caller) -> Result<Target> {
    Ok(Target::one(action, Resource::global(Service::ActionTrail, own_account(caller)?, "*")))
}

impl Operation for SetRecordPreference {
    type Output = RecordPreference;

    fn action(&self) -> Action {
        Action::write(Service::ActionTrail, "SetRecordPreference")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("StrictReads", self.strict);
    }
}

#[async_trait]
impl Run<SetRecordPreference> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &SetRecordPreference, caller: &Caller, _: &View) -> Result<Target> {
        target(op.action(), caller)
    }

    async fn run(
        &self,
        permit: &Permit<SetRecordPreference>,
        op: &SetRecordPreference,
        txn: &mut Txn,
    ) -> Result<RecordPreference> {
        let preference = RecordPreference { strict: op.strict };
        txn.put(RECORDING, own_account(permit.caller())?, b"", &preference).await?;
        Ok(preference)
    }
}

impl Operation for GetRecordPreference {
    type Output = RecordPreference;

    fn action(&self) -> Action {
        Action::read(Service::ActionTrail, "GetRecordPreference")
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Run<GetRecordPreference> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &GetRecordPreference, caller: &Caller, _: &View) -> Result<Target> {
        target(op.action(), caller)
    }

    async fn run(
        &self,
        permit: &Permit<GetRecordPreference>,
        _: &GetRecordPreference,
        txn: &mut Txn,
    ) -> Result<RecordPreference> {
        Ok(txn.view().get(RECORDING, own_account(permit.caller())?, b"").await?.unwrap_or_default())
    }
}
