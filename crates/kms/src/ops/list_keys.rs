use crate::action;
use crate::key_filter::KeyFilter;
use crate::key_record::KeyInfo;
use crate::kms::{Kms, home};
use crate::page::{Page, Paged, following};
use crate::tables::KEYS;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, KeyId, Result};

/// Says which keys the caller's account has, in the order of their ids.
#[derive(Clone, Debug, Default)]
pub struct ListKeys {
    /// Which part.
    pub page: Page,
    /// Which of them.
    pub filter: KeyFilter,
    /// Only those after this one, which need not be there any more: so a listing that goes on where it ended misses none
    /// and shows none twice, whatever is made and destroyed meanwhile.
    pub after: Option<KeyId>,
}

impl Operation for ListKeys {
    type Output = Paged<KeyInfo>;

    fn action(&self) -> Action {
        action::LIST_KEYS
    }

    fn audit(&self, audit: &mut Audit) {
        self.page.audit(audit);
        audit.optional("Marker", self.after.as_ref().map(KeyId::as_str));
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
        let all = following(txn.view(), KEYS, account, op.after.as_ref().map(KeyId::as_str)).await?;
        let wanted = all.into_iter().filter(|record| op.filter.matches(record));
        op.page.of(wanted.map(|record| self.info(account, record)).collect())
    }
}
