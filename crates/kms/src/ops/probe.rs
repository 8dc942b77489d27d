use crate::action;
use crate::kms::{Kms, home};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Result};

/// Asks for nothing that belongs to anyone: which regions there are, whether the service is on. It is written down all the
/// same, and whoever is nobody may not.
#[derive(Clone, Copy, Debug)]
pub enum Probe {
    /// Which regions there are. Needs no permission.
    Regions,
    /// Whether the account can use the service.
    Status,
    /// That the account can use the service from now on, as it always could.
    Open,
}

impl Operation for Probe {
    type Output = ();

    fn action(&self) -> Action {
        match self {
            Self::Regions => action::DESCRIBE_REGIONS,
            Self::Status => action::DESCRIBE_ACCOUNT_KMS_STATUS,
            Self::Open => action::OPEN_KMS_SERVICE,
        }
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Run<Probe> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &Probe, caller: &Caller, _: &View) -> Result<Target> {
        let account = home(caller)?;
        Ok(match op {
            Probe::Regions => Target { owner: Some(account), ..Target::default() },
            Probe::Status | Probe::Open => Target::one(op.action(), self.resource(account, "*")),
        })
    }

    async fn run(&self, _: &Permit<Probe>, _: &Probe, _: &mut Txn) -> Result<()> {
        Ok(())
    }
}
