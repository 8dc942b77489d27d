use crate::key_filter::KeyFilter;
use crate::key_record::KeyInfo;
use crate::kms::{Kms, home};
use crate::page::{Page, Paged};
use crate::tables::KEYS;
use crate::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Range, Store, Txn, View};
use types::{Action, Result};

/// Says which keys the caller's account has, in the order of their ids.
#[derive(Clone, Debug, Default)]
pub struct ListKeys {
    /// Which part.
    pub page: Page,
    /// Which of them.
    pub filter: KeyFilter,
}

impl Operation for ListKeys {
    type Output = Paged<KeyInfo>;

    fn action(&self) -> Action {
        action::LIST_KEYS
    }

    fn audit(&self, audit: &mut Audit) {
        self.page.audit(audit);
        if self.filter != KeyFilter::default() {
            audit.parameter("Filters", self.filter.to_value());
        }
    }
}

#[async_trait]
impl Run<ListKeys> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListKeys, caller: &Caller, _: &View) -> Result<Target> {
        Ok(Target::one(op.action(), self.resource(home(caller)?, "key")))
    }

    async fn run(&self, permit: &Permit<ListKeys>, op: &ListKeys, txn: &mut Txn) -> Result<Paged<KeyInfo>> {
        let account = home(permit.caller())?;
        let all = txn.view().scan(KEYS, account, &Range::prefix(b"", limits::SCAN)).await?;
        let wanted = all.into_iter().map(|(_, record)| record).filter(|record| op.filter.matches(record));
        op.page.of(wanted.map(|record| self.info(account, record)).collect())
    }
}
