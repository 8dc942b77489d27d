use crate::action;
use crate::key_record::KeyInfo;
use crate::key_ref::KeyRef;
use crate::key_state::Deed;
use crate::kms::{KEY_KIND, Kms, chosen};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Result};

/// Says what is known of a key.
#[derive(Clone, Debug)]
pub struct DescribeKey {
    /// Which; an alias will do.
    pub key: KeyRef,
}

impl Operation for DescribeKey {
    type Output = KeyInfo;

    fn action(&self) -> Action {
        action::DESCRIBE_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
    }

    fn outcome(&self, output: &KeyInfo, audit: &mut Audit) {
        audit.resource(KEY_KIND, output.record.id.as_str());
    }
}

#[async_trait]
impl Run<DescribeKey> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DescribeKey, caller: &Caller, view: &View) -> Result<Target> {
        self.named_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<DescribeKey>, _: &DescribeKey, txn: &mut Txn) -> Result<KeyInfo> {
        let place = chosen(permit)?;
        let record = self.key(txn, &place).await?;
        record.state.allow(Deed::Look)?;
        Ok(self.info(place.account, record))
    }
}
