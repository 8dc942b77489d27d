use crate::kms::home;
use crate::page::{Page, Paged, following};
use crate::secrets::action;
use crate::secrets::secret_filter::SecretFilter;
use crate::secrets::secret_record::SecretInfo;
use crate::secrets::secrets::Secrets;
use crate::secrets::tables::SECRETS;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Result};

/// Says which secrets the caller's account has, in the order of their names.
#[derive(Clone, Debug, Default)]
pub struct ListSecrets {
    /// Which part.
    pub page: Page,
    /// Which of them.
    pub filter: SecretFilter,
}

impl Operation for ListSecrets {
    type Output = Paged<SecretInfo>;

    fn action(&self) -> Action {
        action::LIST_SECRETS
    }

    fn audit(&self, audit: &mut Audit) {
        self.page.audit(audit);
        if self.filter != SecretFilter::default() {
            let SecretFilter { names, descriptions, kinds, tag_keys, tag_values } = &self.filter;
            let kinds: Vec<String> = kinds.iter().map(|kind| format!("{kind:?}")).collect();
            let filters = serde_json::json!({
                "SecretName": names, "Description": descriptions, "SecretType": kinds,
                "TagKey": tag_keys, "TagValue": tag_values,
            });
            audit.parameter("Filters", filters);
        }
    }
}

#[async_trait]
impl Run<ListSecrets> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListSecrets, caller: &Caller, _: &View) -> Result<Target> {
        Ok(Target::one(op.action(), self.resource(home(caller)?, "secret")))
    }

    async fn run(&self, permit: &Permit<ListSecrets>, op: &ListSecrets, txn: &mut Txn) -> Result<Paged<SecretInfo>> {
        let account = home(permit.caller())?;
        let all = following(txn.view(), SECRETS, account, None).await?;
        let wanted = all.into_iter().filter(|record| op.filter.matches(record));
        op.page.of(wanted.map(|record| self.info(account, record)).collect())
    }
}
