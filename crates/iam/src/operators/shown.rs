use super::record::{OPERATORS, OperatorRecord};
use super::rights::{GET_OPERATOR, LIST_OPERATORS};
use crate::access_keys::{AccessKeyInfo, listed};
use crate::caller::Caller;
use crate::iam::{Iam, identity};
use crate::operation::{Audit, Operation, Run, Target};
use crate::permit::Permit;
use crate::records::KeyHolder;
use async_trait::async_trait;
use store::{Range, Store, Txn, View};
use types::{AccountId, Action, Failure, OperatorName, Reason, Result};

/// Operators of one deployment at most.
pub(super) const MOST: usize = 1_000;

/// Shows an operator.
pub struct GetOperator {
    /// Who.
    pub name: OperatorName,
}

/// Lists the operators.
pub struct ListOperators;

/// An operator as those see it who look after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownOperator {
    /// What is known.
    pub record: OperatorRecord,
    /// Its access keys.
    pub keys: Vec<AccessKeyInfo>,
}

/// An operator in policies and events.
pub(crate) fn operator_path(name: &OperatorName) -> String {
    format!("operator/{name}")
}

pub(super) fn target(action: Action, name: &OperatorName) -> Target {
    Target::one(action, identity(AccountId::PLATFORM, operator_path(name)))
}

pub(super) fn audit_operator(audit: &mut Audit, name: &OperatorName) {
    audit.parameter("OperatorName", name.as_str());
    audit.resource("ACS::RAM::Operator", name.as_str());
}

pub(super) async fn find(txn: &mut Txn, name: &OperatorName) -> Result<OperatorRecord> {
    let found = txn.get(OPERATORS, AccountId::PLATFORM, name.as_str().as_bytes()).await?;
    found.ok_or_else(|| {
        Failure::new(Reason::UserNotFound, "There is no operator of that name.").with("UserName", name.as_str())
    })
}

async fn with_keys(view: &View, record: OperatorRecord) -> Result<ShownOperator> {
    let keys = listed(view, AccountId::PLATFORM, &KeyHolder::Operator(record.name.clone())).await?;
    Ok(ShownOperator { record, keys })
}

impl Operation for GetOperator {
    type Output = ShownOperator;

    fn action(&self) -> Action {
        GET_OPERATOR
    }

    fn audit(&self, audit: &mut Audit) {
        audit_operator(audit, &self.name);
    }
}

#[async_trait]
impl Run<GetOperator> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &GetOperator, _: &Caller, _: &View) -> Result<Target> {
        Ok(target(op.action(), &op.name))
    }

    async fn run(&self, _: &Permit<GetOperator>, op: &GetOperator, txn: &mut Txn) -> Result<ShownOperator> {
        let record = find(txn, &op.name).await?;
        with_keys(txn.view(), record).await
    }
}

impl Operation for ListOperators {
    type Output = Vec<ShownOperator>;

    fn action(&self) -> Action {
        LIST_OPERATORS
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Run<ListOperators> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &ListOperators, _: &Caller, _: &View) -> Result<Target> {
        Ok(Target::one(op.action(), identity(AccountId::PLATFORM, "operator/*")))
    }

    async fn run(&self, _: &Permit<ListOperators>, _: &ListOperators, txn: &mut Txn) -> Result<Vec<ShownOperator>> {
        let mut shown = Vec::new();
        for (_, record) in txn.view().scan(OPERATORS, AccountId::PLATFORM, &Range::all(MOST)).await? {
            shown.push(with_keys(txn.view(), record).await?);
        }
        Ok(shown)
    }
}
