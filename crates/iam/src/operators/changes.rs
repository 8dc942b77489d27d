use super::record::{OPERATORS, OperatorRecord};
use super::rights::{CREATE_OPERATOR, DELETE_OPERATOR, UPDATE_OPERATOR};
use super::shown::{MOST, audit_operator, find, target};
use crate::access_keys::{forget_key, listed};
use crate::accounts::NewAccessKey;
use crate::caller::Caller;
use crate::iam::{Iam, touch};
use crate::operation::{Audit, Operation, Run, Target};
use crate::own::count;
use crate::permit::Permit;
use crate::records::KeyHolder;
use async_trait::async_trait;
use serde_json::json;
use std::collections::BTreeSet;
use store::{Store, Txn, View};
use types::{AccountId, Action, Duty, Failure, OperatorName, Reason, Result};

/// Makes an operator with an access key.
pub struct CreateOperator {
    /// The name.
    pub name: OperatorName,
    /// What for.
    pub duties: BTreeSet<Duty>,
}

/// What [`CreateOperator`] made.
pub struct NewOperator {
    /// The operator.
    pub record: OperatorRecord,
    /// Its access key, the one time its secret is shown.
    pub key: NewAccessKey,
}

/// Gives an operator other duties, or has it do nothing for a while.
pub struct UpdateOperator {
    /// Who.
    pub name: OperatorName,
    /// Its duties from now on; those it has if `None`.
    pub duties: Option<BTreeSet<Duty>>,
    /// Whether it may do anything.
    pub active: Option<bool>,
}

/// Removes an operator with its access keys.
pub struct DeleteOperator {
    /// Who.
    pub name: OperatorName,
}

fn audit_duties(audit: &mut Audit, duties: &BTreeSet<Duty>) {
    let words: Vec<&str> = duties.iter().map(|duty| duty.word()).collect();
    audit.parameter("Duties", json!(words));
}

impl Operation for CreateOperator {
    type Output = NewOperator;

    fn action(&self) -> Action {
        CREATE_OPERATOR
    }

    fn audit(&self, audit: &mut Audit) {
        audit_operator(audit, &self.name);
        audit_duties(audit, &self.duties);
    }

    fn outcome(&self, output: &NewOperator, audit: &mut Audit) {
        audit.answer("AccessKeyId", output.key.id.as_str());
    }
}

#[async_trait]
impl Run<CreateOperator> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &CreateOperator, _: &Caller, _: &View) -> Result<Target> {
        Ok(target(op.action(), &op.name))
    }

    async fn run(&self, _: &Permit<CreateOperator>, op: &CreateOperator, txn: &mut Txn) -> Result<NewOperator> {
        touch(txn, AccountId::PLATFORM).await?;
        let place = op.name.as_str().as_bytes();
        if txn.get(OPERATORS, AccountId::PLATFORM, place).await?.is_some() {
            let text = "There is an operator of that name already.";
            return Err(Failure::new(Reason::UserExists, text).with("UserName", op.name.as_str()));
        }
        if count(txn.view(), OPERATORS, AccountId::PLATFORM, b"", MOST).await? >= MOST {
            return Err(Failure::invalid("OperatorName", format!("one of at most {MOST}")));
        }
        let now = self.now();
        let record = OperatorRecord {
            name: op.name.clone(),
            duties: op.duties.clone(),
            active: true,
            created: now,
            updated: now,
        };
        txn.put(OPERATORS, AccountId::PLATFORM, place, &record).await?;
        let key = self.add_access_key(txn, AccountId::PLATFORM, KeyHolder::Operator(op.name.clone())).await?;
        Ok(NewOperator { record, key })
    }
}

impl Operation for UpdateOperator {
    type Output = OperatorRecord;

    fn action(&self) -> Action {
        UPDATE_OPERATOR
    }

    fn audit(&self, audit: &mut Audit) {
        audit_operator(audit, &self.name);
        if let Some(duties) = &self.duties {
            audit_duties(audit, duties);
        }
        audit.optional("Active", self.active);
    }
}

#[async_trait]
impl Run<UpdateOperator> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &UpdateOperator, _: &Caller, _: &View) -> Result<Target> {
        Ok(target(op.action(), &op.name))
    }

    async fn run(&self, _: &Permit<UpdateOperator>, op: &UpdateOperator, txn: &mut Txn) -> Result<OperatorRecord> {
        touch(txn, AccountId::PLATFORM).await?;
        let mut record = find(txn, &op.name).await?;
        if let Some(duties) = &op.duties {
            record.duties.clone_from(duties);
        }
        record.active = op.active.unwrap_or(record.active);
        record.updated = self.now();
        txn.put(OPERATORS, AccountId::PLATFORM, op.name.as_str().as_bytes(), &record).await?;
        Ok(record)
    }
}

impl Operation for DeleteOperator {
    type Output = ();

    fn action(&self) -> Action {
        DELETE_OPERATOR
    }

    fn audit(&self, audit: &mut Audit) {
        audit_operator(audit, &self.name);
    }
}

#[async_trait]
impl Run<DeleteOperator> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &DeleteOperator, _: &Caller, _: &View) -> Result<Target> {
        Ok(target(op.action(), &op.name))
    }

    async fn run(&self, _: &Permit<DeleteOperator>, op: &DeleteOperator, txn: &mut Txn) -> Result<()> {
        touch(txn, AccountId::PLATFORM).await?;
        find(txn, &op.name).await?;
        let holder = KeyHolder::Operator(op.name.clone());
        for key in listed(txn.view(), AccountId::PLATFORM, &holder).await? {
            forget_key(txn, AccountId::PLATFORM, &holder, key.id.as_str());
        }
        txn.delete(OPERATORS, AccountId::PLATFORM, op.name.as_str().as_bytes());
        Ok(())
    }
}
