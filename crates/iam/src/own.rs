use crate::caller::Caller;
use crate::iam::{Iam, identity, own_account, touch};
use crate::oidc::ProviderRef;
use crate::operation::{Need, Operation, Run, Target};
use crate::permit::Permit;
use crate::policy::Context;
use crate::things::facts_of;
use async_trait::async_trait;
use store::{Range, Record, Store, Table, Txn, View};
use types::{Access, AccountId, Action, Failure, Result, Timestamp};

/// An operation on the identities of the caller's own account. There is no way to name another account, so no such
/// operation can reach one.
#[async_trait]
pub(crate) trait Own: Operation {
    /// What it is done to, below the account: `user/<name>` and its siblings. All of them must be allowed; never empty.
    fn paths(&self, caller: &Caller) -> Result<Vec<String>>;

    /// What is needed besides, such as to tag what is made.
    fn besides(&self) -> Vec<(Action, String)> {
        Vec::new()
    }

    /// What policies may ask about the request itself, in place of what is there.
    fn facts(&self, account: AccountId) -> Context {
        let _ = account;
        Context::new()
    }

    /// The identity provider it is done to, if it is done to one: its path is looked up, since requests may name it by its
    /// issuer.
    fn provider(&self) -> Option<&ProviderRef> {
        None
    }

    /// What is wrong with the request's own words, before anything is looked up.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Whether the caller may do it where no policy says anything, such as to change its own password.
    async fn open(&self, scope: &Scope<'_>, view: &View) -> Result<bool> {
        let _ = (scope, view);
        Ok(false)
    }

    /// What has to happen before the transaction begins, since it takes long.
    async fn prepare(&mut self, scope: &Scope<'_>) -> Result<()> {
        let _ = scope;
        Ok(())
    }

    /// Whether the account's generation is moved on before it is done. Whoever does that for itself says no.
    fn touches(&self) -> bool {
        self.action().access == Access::Write
    }

    /// Does it.
    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Self::Output>;
}

/// In which account, when and for whom an operation is done.
pub(crate) struct Scope<'a> {
    pub(crate) iam: &'a Iam,
    pub(crate) caller: &'a Caller,
    pub(crate) account: AccountId,
    pub(crate) now: Timestamp,
}

#[async_trait]
impl<Op: Own> Run<Op> for Iam {
    fn store(&self) -> &Store {
        self.identity_store()
    }

    async fn target(&self, op: &Op, caller: &Caller, view: &View) -> Result<Target> {
        let account = own_account(caller)?;
        op.check()?;
        let paths = match op.provider() {
            Some(provider) => vec![provider.path(account, view).await?],
            None => op.paths(caller)?,
        };
        if paths.is_empty() {
            return Err(Failure::internal("an operation on identities that needs no permission"));
        }
        let (mut needs, mut things) = (Vec::new(), Vec::new());
        for (action, path) in paths.into_iter().map(|path| (op.action(), path)).chain(op.besides()) {
            things.push(facts_of(view, account, &path).await?.overlaid(&op.facts(account)));
            needs.push(Need { action, resource: identity(account, path) });
        }
        let open = op.open(&Scope { iam: self, caller, account, now: self.now() }, view).await?;
        Ok(Target { needs, owner: Some(account), open, things, ..Target::default() })
    }

    async fn prepare(&self, permit: &Permit<Op>, op: &mut Op) -> Result<()> {
        let caller = permit.caller();
        op.prepare(&Scope { iam: self, caller, account: own_account(caller)?, now: self.now() }).await
    }

    /// Every change reads and moves on the account's generation, so two changes to one account never commit from the
    /// same state. What a change reads through the transaction's view therefore holds at its commit too.
    async fn run(&self, permit: &Permit<Op>, op: &Op, txn: &mut Txn) -> Result<Op::Output> {
        let caller = permit.caller();
        let account = own_account(caller)?;
        if op.touches() {
            touch(txn, account).await?;
        }
        op.apply(&Scope { iam: self, caller, account, now: self.now() }, txn).await
    }
}

/// How many records have suffixes that start with `prefix`, counted up to `most`.
pub(crate) async fn count<R: Record>(
    view: &View,
    table: Table<R>,
    account: AccountId,
    prefix: &[u8],
    most: usize,
) -> Result<usize> {
    Ok(view.keys(table, account, &Range::prefix(prefix, most)).await?.len())
}

/// Refuses a text that is longer than `most` characters or holds a control character other than a line's end.
pub(crate) fn check_text(field: &'static str, text: &str, most: usize) -> Result<()> {
    if text.chars().count() > most || text.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t') {
        return Err(Failure::invalid(
            field,
            format_args!("at most {most} characters, none of them a control character"),
        ));
    }
    Ok(())
}
