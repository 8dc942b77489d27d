use super::records::{ACCOUNT_ALIASES, ALIASES, AccountAliasRecord, AliasRecord};
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use async_trait::async_trait;
use store::Txn;
use types::{AccountAlias, AccountId, Action, Failure, Reason, Result};

/// Gives the account a name of its own, by which its users sign in. It has one at most; the last one is free again.
pub struct SetAccountAlias {
    /// The name. No two accounts have the same.
    pub alias: AccountAlias,
}

/// Shows the account's alias.
pub struct GetAccountAlias;

/// Takes the account's alias away.
pub struct ClearAccountAlias;

async fn alias_of(txn: &mut Txn, account: AccountId) -> Result<Option<String>> {
    Ok(txn.get(ACCOUNT_ALIASES, account, b"").await?.map(|record| record.alias))
}

fn release(txn: &mut Txn, alias: &str) {
    txn.delete(ALIASES, AccountId::PLATFORM, alias.as_bytes());
}

impl Operation for SetAccountAlias {
    type Output = ();

    fn action(&self) -> Action {
        write("SetAccountAlias")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("AccountAlias", self.alias.as_str());
    }
}

#[async_trait]
impl Own for SetAccountAlias {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    /// Two accounts that want the same one read the same place: the second to commit starts again and finds it taken.
    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let alias = self.alias.as_str();
        let taken = txn.get(ALIASES, AccountId::PLATFORM, alias.as_bytes()).await?;
        if taken.is_some_and(|record| record.account != scope.account) {
            return Err(Failure::of(Reason::AccountAliasExists).with("AccountAlias", alias));
        }
        if let Some(last) = alias_of(txn, scope.account).await? {
            release(txn, &last);
        }
        let record = AccountAliasRecord { alias: alias.to_owned() };
        txn.put(ACCOUNT_ALIASES, scope.account, b"", &record).await?;
        let owner = AliasRecord { account: scope.account };
        txn.put(ALIASES, AccountId::PLATFORM, alias.as_bytes(), &owner).await
    }
}

impl Operation for GetAccountAlias {
    type Output = Option<String>;

    fn action(&self) -> Action {
        read("GetAccountAlias")
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Own for GetAccountAlias {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Option<String>> {
        alias_of(txn, scope.account).await
    }
}

impl Operation for ClearAccountAlias {
    type Output = ();

    fn action(&self) -> Action {
        write("ClearAccountAlias")
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Own for ClearAccountAlias {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        if let Some(last) = alias_of(txn, scope.account).await? {
            release(txn, &last);
            txn.delete(ACCOUNT_ALIASES, scope.account, b"");
        }
        Ok(())
    }
}
