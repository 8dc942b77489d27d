use crate::action;
use crate::alias_record::{AliasInfo, AliasRecord};
use crate::key_ref::KeyRef;
use crate::kms::{Kms, chosen, home};
use crate::page::{Page, Paged, following};
use crate::tables::ALIASES;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{AccountId, Action, AliasName, Result};

/// Says which aliases the caller's account has, in their order.
#[derive(Clone, Debug, Default)]
pub struct ListAliases {
    /// Which part.
    pub page: Page,
    /// Only those after this one, which need not be there any more.
    pub after: Option<AliasName>,
}

/// Says which aliases a key has, in their order.
#[derive(Clone, Debug)]
pub struct ListAliasesByKeyId {
    /// The key; no alias.
    pub key: KeyRef,
    /// Which part.
    pub page: Page,
    /// Only those after this one, which need not be there any more.
    pub after: Option<AliasName>,
}

impl Kms {
    async fn aliases(
        &self,
        txn: &Txn,
        account: AccountId,
        (page, after): (Page, Option<&AliasName>),
        wanted: impl Fn(&AliasRecord) -> bool + Send,
    ) -> Result<Paged<AliasInfo>> {
        let all = following(txn.view(), ALIASES, account, after.map(AliasName::as_str)).await?;
        let arn = |record: &AliasRecord| self.resource(account, record.name.as_str()).to_string();
        let records = all.into_iter().filter(wanted);
        page.of(records.map(|record| AliasInfo { arn: arn(&record), record }).collect())
    }
}

impl Operation for ListAliases {
    type Output = Paged<AliasInfo>;

    fn action(&self) -> Action {
        action::LIST_ALIASES
    }

    fn audit(&self, audit: &mut Audit) {
        self.page.audit(audit);
        audit.optional("Marker", self.after.as_ref().map(AliasName::as_str));
    }
}

#[async_trait]
impl Run<ListAliases> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListAliases, caller: &Caller, _: &View) -> Result<Target> {
        Ok(Target::one(op.action(), self.resource(home(caller)?, "alias")))
    }

    async fn run(&self, permit: &Permit<ListAliases>, op: &ListAliases, txn: &mut Txn) -> Result<Paged<AliasInfo>> {
        self.aliases(txn, home(permit.caller())?, (op.page, op.after.as_ref()), |_| true).await
    }
}

impl Operation for ListAliasesByKeyId {
    type Output = Paged<AliasInfo>;

    fn action(&self) -> Action {
        action::LIST_ALIASES_BY_KEY_ID
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        self.page.audit(audit);
        audit.optional("Marker", self.after.as_ref().map(AliasName::as_str));
    }
}

#[async_trait]
impl Run<ListAliasesByKeyId> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListAliasesByKeyId, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<ListAliasesByKeyId>,
        op: &ListAliasesByKeyId,
        txn: &mut Txn,
    ) -> Result<Paged<AliasInfo>> {
        let place = chosen(permit)?;
        self.key(txn, &place).await?;
        self.aliases(txn, place.account, (op.page, op.after.as_ref()), |record| record.key == place.id).await
    }
}
