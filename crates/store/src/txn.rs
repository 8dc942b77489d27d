use crate::meta::{Append, Batch, Check, Durability, Meta, MetaError, Range, Space, Write};
use crate::record::{Record, Table};
use crate::store::Watcher;
use crate::view::{View, in_table, seal_value};
use bytes::Bytes;
use crypto::merkle::{Hash, leaf_hash, tree_root};
use std::collections::BTreeMap;
use std::sync::Arc;
use types::{AccountId, Failure, Result, Rng};

/// A transaction: reads from one snapshot, remembers what it saw, and commits only if that still holds.
///
/// It does not see its own writes when it scans; it does when it gets.
pub struct Txn {
    view: View,
    meta: Arc<dyn Meta>,
    rng: Arc<dyn Rng>,
    watcher: Watcher,
    grown: Vec<AccountId>,
    checks: Vec<Check>,
    writes: BTreeMap<(Space, Vec<u8>), Option<Bytes>>,
    appends: Vec<Append>,
    pending: BTreeMap<(Space, Vec<u8>), Option<Vec<u8>>>,
    claims: Vec<(Space, Vec<u8>, Bytes)>,
    destroyed: Vec<Hash>,
}

/// What came of a commit.
#[derive(Debug)]
pub enum Committed {
    /// It happened; the indices of its appends, in their order.
    Done(Vec<u64>),
    /// Someone else changed what it had read; nothing happened. Start again from a new transaction.
    Conflict,
}

impl Txn {
    pub(crate) fn new(view: View, meta: Arc<dyn Meta>, rng: Arc<dyn Rng>, watcher: Watcher) -> Self {
        Self {
            view,
            meta,
            rng,
            watcher,
            grown: Vec::new(),
            checks: Vec::new(),
            writes: BTreeMap::new(),
            appends: Vec::new(),
            pending: BTreeMap::new(),
            claims: Vec::new(),
            destroyed: Vec::new(),
        }
    }

    /// The snapshot it reads from, for reads that need not hold until the commit.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// A record, which must be unchanged when this commits.
    pub async fn get<R: Record>(&mut self, table: Table<R>, account: AccountId, suffix: &[u8]) -> Result<Option<R>> {
        let place = (table.space(), table.key(account, suffix));
        if let Some(pending) = self.pending.get(&place) {
            return pending.as_ref().map(|bytes| table.decode(bytes)).transpose();
        }
        let found = self.view.fetch(table, account, &place.1).await?;
        self.checks.push(Check::Value { space: place.0, key: place.1, seen: found.raw });
        Ok(found.record)
    }

    /// As [`get`](Self::get), for records that are read far more often than they change ([`View::shared`]).
    pub async fn shared<R: Record>(
        &mut self,
        table: Table<R>,
        account: AccountId,
        suffix: &[u8],
    ) -> Result<Option<Arc<R>>> {
        let place = (table.space(), table.key(account, suffix));
        if let Some(pending) = self.pending.get(&place) {
            return pending.as_ref().map(|bytes| table.decode(bytes).map(Arc::new)).transpose();
        }
        let found = self.view.fetch_shared(table, account, &place.1).await?;
        self.checks.push(Check::Value { space: place.0, key: place.1, seen: found.raw });
        Ok(found.record)
    }

    /// A scan, whose result must be unchanged when this commits.
    pub async fn scan<R: Record>(
        &mut self,
        table: Table<R>,
        account: AccountId,
        range: &Range,
    ) -> Result<Vec<(Vec<u8>, R)>> {
        let range = in_table(table, account, range);
        let seen = self.view.snapshot.scan(table.space(), &range).await?;
        let opened = self.view.open_all(table, account, &seen).await?;
        self.checks.push(Check::Scan { space: table.space(), range, seen });
        Ok(opened)
    }

    /// Sets a record.
    pub async fn put<R: Record>(
        &mut self,
        table: Table<R>,
        account: AccountId,
        suffix: &[u8],
        record: &R,
    ) -> Result<()> {
        let plain = table.encode(record)?;
        let (key, sealed) = self.seal(table, account, suffix, &plain).await?;
        self.pending.insert((table.space(), key.clone()), Some(plain));
        self.writes.insert((table.space(), key), Some(sealed));
        Ok(())
    }

    /// A record's key, and its bytes sealed for that place.
    async fn seal<R: Record>(
        &self,
        table: Table<R>,
        account: AccountId,
        suffix: &[u8],
        plain: &[u8],
    ) -> Result<(Vec<u8>, Bytes)> {
        let key = table.key(account, suffix);
        let account_key = self.view.keyring.account(account).await?;
        let sealed = seal_value(&account_key, self.rng.as_ref(), table.space(), &key, plain);
        Ok((key, sealed.into()))
    }

    /// Removes a record.
    pub fn delete<R: Record>(&mut self, table: Table<R>, account: AccountId, suffix: &[u8]) {
        let key = table.key(account, suffix);
        self.pending.insert((table.space(), key.clone()), None);
        self.writes.insert((table.space(), key), None);
    }

    /// Adds an entry at the end of the account's stream.
    pub async fn append(&mut self, account: AccountId, entry: &[u8]) -> Result<()> {
        let account_key = self.view.keyring.account(account).await?;
        let stream = account.get().to_be_bytes();
        let sealed = seal_value(&account_key, self.rng.as_ref(), Space::Trail, &stream, entry);
        self.grown.push(account);
        self.appends.push(Append { stream: stream.to_vec(), value: sealed.into() });
        Ok(())
    }

    /// Takes a place that nobody may have taken before: the commit conflicts if a record is there. Unlike a
    /// [`put`](Self::put) it does not make a look into a change, so what was only read need not still hold.
    pub async fn claim<R: Record>(
        &mut self,
        table: Table<R>,
        account: AccountId,
        suffix: &[u8],
        record: &R,
    ) -> Result<()> {
        let (key, sealed) = self.seal(table, account, suffix, &table.encode(record)?).await?;
        self.claims.push((table.space(), key, sealed));
        Ok(())
    }

    /// Notes that nothing names a wrapped key any more once this commits: its bytes, as they were kept. Whoever has a copy of
    /// them can find them in what [`destroyed`](Self::destroyed) says.
    pub fn destroy(&mut self, wrapped: &[u8]) {
        self.destroyed.push(leaf_hash(wrapped));
    }

    /// How many wrapped keys this destroys, and the root of the Merkle tree over them (RFC 6962 §2.1), in the order they were
    /// noted. `None` if there are none.
    pub fn destroyed(&self) -> Option<(usize, Hash)> {
        (!self.destroyed.is_empty()).then(|| (self.destroyed.len(), tree_root(&self.destroyed)))
    }

    /// Something that must still be so when this commits.
    pub(crate) fn check(&mut self, check: Check) {
        self.checks.push(check);
    }

    /// Sets what is no record: a wrapped key.
    pub(crate) fn write_raw(&mut self, space: Space, key: Vec<u8>, value: Bytes) {
        self.writes.insert((space, key), Some(value));
    }

    /// Whether it changes anything besides appending and claiming.
    pub fn writes(&self) -> bool {
        !self.writes.is_empty()
    }

    /// Commits. A transaction that only appends has nothing to conflict with: it was a look at one
    /// consistent state.
    pub async fn commit(self, durability: Durability) -> Result<Committed> {
        let mut checks = if self.writes.is_empty() { Vec::new() } else { self.checks };
        let write = |((space, key), value)| match value {
            Some(value) => Write::Put { space, key, value },
            None => Write::Delete { space, key },
        };
        let mut writes: Vec<Write> = self.writes.into_iter().map(write).collect();
        for (space, key, value) in self.claims {
            checks.push(Check::Value { space, key: key.clone(), seen: None });
            writes.push(Write::Put { space, key, value });
        }
        let batch = Batch { checks, writes, appends: self.appends };
        match self.meta.commit(batch, durability).await {
            Ok(indices) => {
                if let Some(watcher) = self.watcher.get() {
                    self.grown.into_iter().for_each(watcher);
                }
                Ok(Committed::Done(indices))
            }
            Err(MetaError::Conflict) => Ok(Committed::Conflict),
            Err(error) => Err(Failure::from(error)),
        }
    }
}
