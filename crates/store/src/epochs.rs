//! What moves a store into a new erasure epoch, or under a new root key.

use crate::Durability;
use crate::keyring::{ACCOUNT_KEY, REGION_KEY, Wrapped, unchanged};
use crate::meta::{Check, Range, Space};
use crate::record::{Record, Table};
use crate::store::Store;
use crate::txn::{Committed, Txn};
use crate::view::View;
use async_trait::async_trait;
use crypto::Key;
use types::{AccountId, Failure, Result};

/// Records wrapped anew in one transaction.
const PAGE: usize = 64;

/// From which epoch to which a store moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The epoch it was in.
    pub from: u32,
    /// The one it is in now.
    pub to: u32,
}

impl View {
    /// The epoch the store is in, in this state.
    async fn epoch(&self) -> Result<u32> {
        Ok(self.keyring.state(self.snapshot.as_ref()).await?.1.epoch)
    }
}

impl Txn {
    /// Wraps a key under its parent, in the epoch the store is in. `context` names its place. The commit conflicts if the
    /// store has moved on by then.
    pub async fn wrap(&mut self, parent: &Key, context: &[u8], key: &Key) -> Result<Wrapped> {
        let epoch = self.hold_epoch().await?;
        self.view().keyring.wrap_in(epoch, parent, context, key)
    }

    /// The same key wrapped in the epoch the store is in; `None` if it is already. `what` names it in the error.
    pub async fn rewrap(
        &mut self,
        parent: &Key,
        context: &[u8],
        wrapped: &Wrapped,
        what: &str,
    ) -> Result<Option<Wrapped>> {
        let epoch = self.hold_epoch().await?;
        if wrapped.epoch >= epoch {
            return Ok(None);
        }
        self.view().keyring.rewrap_in(epoch, parent, context, wrapped, what).map(Some)
    }

    /// The epoch the store is in, which must be the same when this commits.
    pub async fn hold_epoch(&mut self) -> Result<u32> {
        let view = self.view();
        let (seen, state) = view.keyring.state(view.snapshot.as_ref()).await?;
        self.check(unchanged(seen));
        Ok(state.epoch)
    }

    /// Wraps the region key under the newest root key, in the newest epoch. From this commit on the store is in that
    /// epoch: what other transactions have wrapped in an earlier one, and not committed, conflicts.
    pub async fn wrap_region_key(&mut self) -> Result<Moved> {
        let view = self.view();
        let (seen, state) = view.keyring.state(view.snapshot.as_ref()).await?;
        let anew = view.keyring.region_key_anew()?;
        let moved = Moved { from: state.epoch, to: anew.epoch };
        self.check(unchanged(seen));
        self.write_raw(Space::System, REGION_KEY.to_vec(), anew.write()?);
        Ok(moved)
    }
}

/// A kind of record that holds a wrapped key.
#[async_trait]
pub trait Holds<R: Record>: Send + Sync {
    /// The wrapped key in it.
    fn wrapped<'r>(&self, record: &'r mut R) -> &'r mut Wrapped;

    /// The key's parent, and the context that names its place.
    async fn place(&self, account: AccountId, suffix: &[u8], record: &R) -> Result<(Key, Vec<u8>)>;
}

impl Store {
    /// Wraps a key in the epoch the store is in. Whoever keeps it has to make sure, in the transaction that does, that the
    /// store is still in it: by [`Txn::rewrap`].
    pub async fn wrap(&self, parent: &Key, context: &[u8], key: &Key) -> Result<Wrapped> {
        self.keyring().wrap_in(self.epoch().await?, parent, context, key)
    }

    /// Wraps the keys in a table's records, as far as they are wrapped in an earlier epoch, in the one the store is in. Says
    /// how many it wrapped; to be called again after a crash.
    pub async fn rewrap<R: Record>(&self, table: Table<R>, holder: &dyn Holds<R>) -> Result<u64> {
        let mut done = 0;
        let mut after = None;
        while let Some(account) = self.view().await?.accounts(table.space(), after, 1).await?.pop() {
            done += self.rewrap_account(table, holder, account).await?;
            after = Some(account);
        }
        Ok(done)
    }

    async fn rewrap_account<R: Record>(
        &self,
        table: Table<R>,
        holder: &dyn Holds<R>,
        account: AccountId,
    ) -> Result<u64> {
        let mut range = Range::all(PAGE);
        let mut done = 0;
        loop {
            let mut txn = self.begin().await?;
            let page = txn.view().scan(table, account, &range).await?;
            let wrapped = self.rewrap_page(&mut txn, table, holder, account, &page).await?;
            if wrapped > 0 && matches!(txn.commit(Durability::Synced).await?, Committed::Conflict) {
                continue;
            }
            done += wrapped;
            if !range.go_on(&page, |(suffix, _)| suffix) {
                return Ok(done);
            }
        }
    }

    async fn rewrap_page<R: Record>(
        &self,
        txn: &mut Txn,
        table: Table<R>,
        holder: &dyn Holds<R>,
        account: AccountId,
        page: &[(Vec<u8>, R)],
    ) -> Result<u64> {
        let epoch = txn.hold_epoch().await?;
        let mut done = 0;
        for (suffix, _) in page {
            // Read once more, so that a change of it conflicts.
            let Some(mut record) = txn.get(table, account, suffix).await? else { continue };
            if holder.wrapped(&mut record).epoch >= epoch {
                continue;
            }
            let (parent, context) = holder.place(account, suffix, &record).await?;
            let wrapped = holder.wrapped(&mut record);
            *wrapped = self.keyring().rewrap_in(epoch, &parent, &context, wrapped, table.what())?;
            txn.put(table, account, suffix, &record).await?;
            done += 1;
        }
        Ok(done)
    }

    /// How many keys in a table's records are wrapped in an earlier epoch than the one the store is in.
    pub async fn behind<R: Record>(&self, table: Table<R>, holder: &dyn Holds<R>) -> Result<u64> {
        let view = self.view().await?;
        let epoch = view.epoch().await?;
        let (mut behind, mut after) = (0, None);
        while let Some(account) = view.accounts(table.space(), after, 1).await?.pop() {
            after = Some(account);
            let mut range = Range::all(PAGE);
            loop {
                let mut page = view.scan(table, account, &range).await?;
                for (_, record) in &mut page {
                    behind += u64::from(holder.wrapped(record).epoch < epoch);
                }
                if !range.go_on(&page, |(suffix, _)| suffix) {
                    break;
                }
            }
        }
        Ok(behind)
    }

    /// The epoch the store is in.
    pub async fn epoch(&self) -> Result<u32> {
        self.view().await?.epoch().await
    }

    /// Whether the region key is wrapped under the newest root key, and not one that it takes the place of.
    pub async fn is_under_newest_root(&self) -> Result<bool> {
        let view = self.view().await?;
        let (_, wrapped) = view.keyring.state(view.snapshot.as_ref()).await?;
        Ok(view.keyring.is_under_newest_root(&wrapped))
    }

    /// Wraps the accounts' keys, as far as they are wrapped in an earlier epoch, in the one the store is in. Says how many
    /// it wrapped; to be called again after a crash.
    pub async fn rewrap_account_keys(&self) -> Result<u64> {
        let mut range = Range::prefix(ACCOUNT_KEY, PAGE);
        let mut done = 0;
        loop {
            let mut txn = self.begin().await?;
            let epoch = txn.hold_epoch().await?;
            let page = txn.view().snapshot.scan(Space::System, &range).await?;
            for entry in &page {
                let wrapped = Wrapped::read(&entry.value, "an account's key")?;
                if wrapped.epoch >= epoch {
                    continue;
                }
                let account = account_of(&entry.key)?;
                let anew = self.keyring().account_key_in(epoch, account, &wrapped)?;
                let (space, key) = (Space::System, entry.key.to_vec());
                txn.check(Check::Value { space, key: key.clone(), seen: Some(entry.value.clone()) });
                txn.write_raw(space, key, anew.write()?);
                done += 1;
            }
            // Nobody else changes these records but another round of the same.
            if txn.writes() && matches!(txn.commit(Durability::Synced).await?, Committed::Conflict) {
                continue;
            }
            if !range.go_on(&page, |entry| &entry.key) {
                return Ok(done);
            }
        }
    }

    /// How many accounts' keys are wrapped in an earlier epoch than the one the store is in.
    pub async fn account_keys_behind(&self) -> Result<u64> {
        let view = self.view().await?;
        let epoch = view.epoch().await?;
        let mut range = Range::prefix(ACCOUNT_KEY, PAGE);
        let mut behind = 0;
        loop {
            let page = view.snapshot.scan(Space::System, &range).await?;
            for entry in &page {
                behind += u64::from(Wrapped::read(&entry.value, "an account's key")?.epoch < epoch);
            }
            if !range.go_on(&page, |entry| &entry.key) {
                return Ok(behind);
            }
        }
    }
}

fn account_of(key: &[u8]) -> Result<AccountId> {
    let account = key.get(ACCOUNT_KEY.len()..).and_then(crate::view::account_of);
    account.ok_or_else(|| Failure::corrupt("the name of an account's key"))
}
