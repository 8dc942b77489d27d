use crate::secrets::action;
use crate::secrets::secret_record::SecretInfo;
use crate::secrets::secret_ref::SecretRef;
use crate::secrets::secrets::Secrets;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Result};

/// Says what is known of a secret besides its values. One that waits for its deletion is still described.
#[derive(Clone, Debug)]
pub struct DescribeSecret {
    /// Which.
    pub secret: SecretRef,
}

impl Operation for DescribeSecret {
    type Output = SecretInfo;

    fn action(&self) -> Action {
        action::DESCRIBE_SECRET
    }

    fn audit(&self, audit: &mut Audit) {
        self.secret.audit(audit);
    }
}

#[async_trait]
impl Run<DescribeSecret> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DescribeSecret, caller: &Caller, view: &View) -> Result<Target> {
        self.secret_target(op.action(), &op.secret, caller, view).await
    }

    async fn run(&self, permit: &Permit<DescribeSecret>, op: &DescribeSecret, txn: &mut Txn) -> Result<SecretInfo> {
        let place = self.place(&op.secret, permit.caller())?;
        let record = self.secret(txn, &place).await?;
        Ok(self.info(place.account, record))
    }
}
