use crate::keyring::Keyring;
use crate::meta::{Range, Snapshot, Space};
use crate::opened::Opened;
use crate::record::{Record, Table};
use bytes::Bytes;
use crypto::Key;
use std::sync::Arc;
use types::{AccountId, Failure, Result};

/// A state of the store, opened: every value is unsealed and decoded as it is read, and one that does not open under its
/// account's key and at its own place is reported as damaged.
pub struct View {
    pub(crate) snapshot: Box<dyn Snapshot>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) opened: Arc<Opened>,
}

/// What lies at a key, as it is kept and opened.
pub(crate) struct Found<R> {
    pub(crate) raw: Option<Bytes>,
    pub(crate) record: Option<R>,
}

impl View {
    /// A record.
    pub async fn get<R: Record>(&self, table: Table<R>, account: AccountId, suffix: &[u8]) -> Result<Option<R>> {
        Ok(self.fetch(table, account, &table.key(account, suffix)).await?.record)
    }

    /// As [`get`](Self::get), for records that are read far more often than they change: one that was opened before, and
    /// lies unchanged where it lay, is not opened again. Not for secrets, which are kept open no longer than needed.
    pub async fn shared<R: Record>(
        &self,
        table: Table<R>,
        account: AccountId,
        suffix: &[u8],
    ) -> Result<Option<Arc<R>>> {
        Ok(self.fetch_shared(table, account, &table.key(account, suffix)).await?.record)
    }

    /// The records whose suffix is in `range` (`start` and `end` are suffixes; an `end` of `None` is the table's end),
    /// in order, with their suffixes.
    pub async fn scan<R: Record>(
        &self,
        table: Table<R>,
        account: AccountId,
        range: &Range,
    ) -> Result<Vec<(Vec<u8>, R)>> {
        let entries = self.snapshot.scan(table.space(), &in_table(table, account, range)).await?;
        self.open_all(table, account, &entries).await
    }

    /// Like [`scan`](Self::scan) without opening the values: only the suffixes.
    pub async fn keys<R: Record>(&self, table: Table<R>, account: AccountId, range: &Range) -> Result<Vec<Vec<u8>>> {
        let entries = self.snapshot.scan(table.space(), &in_table(table, account, range)).await?;
        entries.iter().map(|e| table.suffix(&e.key).map(<[u8]>::to_vec)).collect()
    }

    /// Entries of an account's stream from `first` on, at most `limit`, opened, with their indices.
    pub async fn stream(&self, account: AccountId, first: u64, limit: usize) -> Result<Vec<(u64, Vec<u8>)>> {
        let range = Range { start: stream_key(account, first), end: stream_end(account), limit, reverse: false };
        self.stream_range(account, &range).await
    }

    /// The last entry of an account's stream.
    pub async fn stream_last(&self, account: AccountId) -> Result<Option<(u64, Vec<u8>)>> {
        let range = Range { start: stream_key(account, 0), end: stream_end(account), limit: 1, reverse: true };
        Ok(self.stream_range(account, &range).await?.pop())
    }

    /// The accounts that have a stream with anything in it, in order, after `after`, at most `limit`.
    pub async fn streams(&self, after: Option<AccountId>, limit: usize) -> Result<Vec<AccountId>> {
        self.accounts(Space::Trail, after, limit).await
    }

    /// The accounts that have anything in a space, in order, after `after`, at most `limit`.
    pub async fn accounts(&self, space: Space, after: Option<AccountId>, limit: usize) -> Result<Vec<AccountId>> {
        let mut found = Vec::new();
        let mut start = after.map_or_else(Vec::new, after_account);
        while found.len() < limit {
            let range = Range { start, end: None, limit: 1, reverse: false };
            let entries = self.snapshot.scan(space, &range).await?;
            let Some(entry) = entries.first() else { break };
            match account_of(&entry.key) {
                Some(account) => {
                    found.push(account);
                    start = after_account(account);
                }
                // The deployment's own settings and wrapped keys have names in letters, which come after all accounts.
                None if space == Space::System => break,
                None => return Err(Failure::corrupt("a key of the store")),
            }
        }
        Ok(found)
    }

    async fn stream_range(&self, account: AccountId, range: &Range) -> Result<Vec<(u64, Vec<u8>)>> {
        let key = self.keyring.account(account).await?;
        let entries = self.snapshot.scan(Space::Trail, range).await?;
        let open = |e: &crate::meta::Entry| {
            let index = e.key.get(8..).and_then(|b| b.try_into().ok()).map(u64::from_be_bytes);
            let index = index.ok_or_else(|| Failure::corrupt("a trail"))?;
            let opened = open_value(&key, Space::Trail, &account.get().to_be_bytes(), &e.value);
            Ok((index, opened.ok_or_else(|| Failure::corrupt(format!("event {index} of account {account}")))?))
        };
        entries.iter().map(open).collect()
    }

    pub(crate) async fn fetch<R: Record>(&self, table: Table<R>, account: AccountId, key: &[u8]) -> Result<Found<R>> {
        let raw = self.snapshot.get(table.space(), key).await?;
        let record = match &raw {
            Some(bytes) => Some(open_record(table, self.keyring.account(account).await?.as_ref(), key, bytes)?),
            None => None,
        };
        Ok(Found { raw, record })
    }

    pub(crate) async fn fetch_shared<R: Record>(
        &self,
        table: Table<R>,
        account: AccountId,
        key: &[u8],
    ) -> Result<Found<Arc<R>>> {
        let raw = self.snapshot.get(table.space(), key).await?;
        let Some(bytes) = &raw else { return Ok(Found { raw, record: None }) };
        // Asked for even if the record was opened before: without its account's key nothing may be read.
        let account_key = self.keyring.account(account).await?;
        let record = match self.opened.get(table.space(), key, bytes) {
            Some(record) => record,
            None => {
                let record = Arc::new(open_record(table, &account_key, key, bytes)?);
                self.opened.put(table.space(), key, bytes, &record);
                record
            }
        };
        Ok(Found { raw, record: Some(record) })
    }

    pub(crate) async fn open_all<R: Record>(
        &self,
        table: Table<R>,
        account: AccountId,
        entries: &[crate::meta::Entry],
    ) -> Result<Vec<(Vec<u8>, R)>> {
        let key = self.keyring.account(account).await?;
        let open =
            |e: &crate::meta::Entry| Ok((table.suffix(&e.key)?.to_vec(), open_record(table, &key, &e.key, &e.value)?));
        entries.iter().map(open).collect()
    }
}

pub(crate) fn in_table<R: Record>(table: Table<R>, account: AccountId, range: &Range) -> Range {
    let end = match &range.end {
        Some(end) => Some(table.key(account, end)),
        None => Range::prefix(&table.key(account, b""), 0).end,
    };
    Range { start: table.key(account, &range.start), end, limit: range.limit, reverse: range.reverse }
}

fn stream_key(account: AccountId, index: u64) -> Vec<u8> {
    let mut key = account.get().to_be_bytes().to_vec();
    key.extend_from_slice(&index.to_be_bytes());
    key
}

/// The account whose key it is.
pub(crate) fn account_of(key: &[u8]) -> Option<AccountId> {
    let number = key.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))?;
    number.to_string().parse().ok()
}

/// The first key after all of an account's.
fn after_account(account: AccountId) -> Vec<u8> {
    // Account ids end far below the largest number, so there is always a next one.
    account.get().saturating_add(1).to_be_bytes().to_vec()
}

fn stream_end(account: AccountId) -> Option<Vec<u8>> {
    Range::prefix(&account.get().to_be_bytes(), 0).end
}

fn open_record<R: Record>(table: Table<R>, key: &Key, place: &[u8], sealed: &[u8]) -> Result<R> {
    let opened = open_value(key, table.space(), place, sealed).ok_or_else(|| Failure::corrupt(table.what()))?;
    table.decode(&opened)
}

/// Seals a value for its place: space and key are what it is bound to (docs/formats/store.md).
pub(crate) fn seal_value(key: &Key, rng: &dyn types::Rng, space: Space, place: &[u8], value: &[u8]) -> Vec<u8> {
    crypto::seal(key, rng, &place_context(space, place), value)
}

fn open_value(key: &Key, space: Space, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    crypto::open(key, &place_context(space, place), sealed).ok()
}

fn place_context(space: Space, place: &[u8]) -> Vec<u8> {
    let mut context = Vec::with_capacity(32 + place.len());
    context.extend_from_slice(b"bailee/meta/v1/");
    context.extend_from_slice(space.name().as_bytes());
    context.push(0);
    context.extend_from_slice(place);
    context
}
