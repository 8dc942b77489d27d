use crate::actions::DESCRIBE_REGIONS;
use crate::objects::Objects;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Result};

/// Asks for leave to be told which regions there are. Which these are a region does not know of the others, so whoever
/// asks tells it.
#[derive(Clone, Debug)]
pub struct DescribeRegions {
    /// The region that is asked about; `None`: all.
    pub region: Option<String>,
}

impl Operation for DescribeRegions {
    type Output = ();

    fn action(&self) -> Action {
        DESCRIBE_REGIONS
    }

    fn audit(&self, audit: &mut Audit) {
        audit.optional("regions", self.region.as_deref());
    }
}

#[async_trait]
impl Run<DescribeRegions> for Objects {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, _: &DescribeRegions, caller: &Caller, _: &View) -> Result<Target> {
        self.account_target(DESCRIBE_REGIONS, caller)
    }

    async fn run(&self, _: &Permit<DescribeRegions>, _: &DescribeRegions, _: &mut Txn) -> Result<()> {
        Ok(())
    }
}
