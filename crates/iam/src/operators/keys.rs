use super::rights::{CREATE_OPERATOR_KEY, DELETE_OPERATOR_KEY};
use super::shown::{audit_operator, find, target};
use crate::access_keys::{KEYS_MOST, find_key, forget_key, listed};
use crate::accounts::NewAccessKey;
use crate::caller::Caller;
use crate::iam::{Iam, touch};
use crate::operation::{Audit, Operation, Run, Target};
use crate::permit::Permit;
use crate::records::KeyHolder;
use async_trait::async_trait;
use store::{Store, Txn, View};
use types::{AccessKeyId, AccountId, Action, OperatorName, Reason, Result};

/// Makes another access key for an operator, which has two at most.
pub struct CreateOperatorKey {
    /// Whose.
    pub name: OperatorName,
}

/// Deletes an access key of an operator. Its last one may go, too: whoever looks after operators makes it another.
pub struct DeleteOperatorKey {
    /// Whose.
    pub name: OperatorName,
    /// Which.
    pub access_key: AccessKeyId,
}

impl Operation for CreateOperatorKey {
    type Output = NewAccessKey;

    fn action(&self) -> Action {
        CREATE_OPERATOR_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        audit_operator(audit, &self.name);
    }

    fn outcome(&self, output: &NewAccessKey, audit: &mut Audit) {
        audit.answer("AccessKeyId", output.id.as_str());
    }
}

#[async_trait]
impl Run<CreateOperatorKey> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &CreateOperatorKey, _: &Caller, _: &View) -> Result<Target> {
        Ok(target(op.action(), &op.name))
    }

    async fn run(&self, _: &Permit<CreateOperatorKey>, op: &CreateOperatorKey, txn: &mut Txn) -> Result<NewAccessKey> {
        touch(txn, AccountId::PLATFORM).await?;
        find(txn, &op.name).await?;
        let holder = KeyHolder::Operator(op.name.clone());
        if listed(txn.view(), AccountId::PLATFORM, &holder).await?.len() >= KEYS_MOST {
            return Err(Reason::TooManyAccessKeys.into());
        }
        self.add_access_key(txn, AccountId::PLATFORM, holder).await
    }
}

impl Operation for DeleteOperatorKey {
    type Output = ();

    fn action(&self) -> Action {
        DELETE_OPERATOR_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        audit_operator(audit, &self.name);
        audit.parameter("UserAccessKeyId", self.access_key.as_str());
    }
}

#[async_trait]
impl Run<DeleteOperatorKey> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &DeleteOperatorKey, _: &Caller, _: &View) -> Result<Target> {
        Ok(target(op.action(), &op.name))
    }

    async fn run(&self, _: &Permit<DeleteOperatorKey>, op: &DeleteOperatorKey, txn: &mut Txn) -> Result<()> {
        touch(txn, AccountId::PLATFORM).await?;
        find(txn, &op.name).await?;
        let holder = KeyHolder::Operator(op.name.clone());
        find_key(txn, AccountId::PLATFORM, &holder, &op.access_key).await?;
        forget_key(txn, AccountId::PLATFORM, &holder, op.access_key.as_str());
        Ok(())
    }
}
