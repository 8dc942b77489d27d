//! What the end of an erasure epoch means for data keys. It changes nothing that a tenant can see, so it is no operation:
//! that the epoch began and ended is recorded (`kms::seal`).
//!
//! A shard of which nothing was erased is wrapped in the new epoch. The others retire: they take no more data keys, those
//! they have move to new shards, and then they are empty. Empty ones stay in the old epoch, and go with its key; so do the
//! copies of their keys, wherever they are, and with them what was erased.

use crate::encryption::{DataKey, Fresh, Place, Wrap};
use crate::ids::{BucketId, ShardId, of_shard_key};
use crate::objects::Objects;
use crate::shard::{ErasedRecord, ShardRecord, ShardState, ShardedRecord, shard_context};
use crate::tables::{BUCKETS, ERASED, OBJECTS, SHARDED, SHARDS, UPLOADS, VERSIONS, shard_key};
use std::collections::BTreeSet;
use store::{Committed, Durability, Range, Record, Space, Table, Txn};
use types::{AccountId, BucketName, Failure, ObjectKey, Result};

/// Records looked at, and at most changed, in one transaction.
const PAGE: usize = 64;
/// The length of an upload's id behind its key, with the NUL between.
const UPLOAD_TAIL: usize = 17;

/// A kind of record that holds a data key.
pub(crate) trait HoldsKey: Record {
    /// `None` if this one has none.
    fn data_key(&mut self) -> Option<&mut DataKey>;

    /// The object's key, from the record's place behind the bucket's id.
    fn key(rest: &[u8]) -> Option<ObjectKey>;
}

pub(crate) fn parse_key(bytes: &[u8]) -> Option<ObjectKey> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

impl HoldsKey for crate::object::ObjectRecord {
    fn data_key(&mut self) -> Option<&mut DataKey> {
        Some(&mut self.data_key)
    }

    fn key(rest: &[u8]) -> Option<ObjectKey> {
        parse_key(rest)
    }
}

impl HoldsKey for crate::upload::UploadRecord {
    fn data_key(&mut self) -> Option<&mut DataKey> {
        Some(&mut self.data_key)
    }

    fn key(rest: &[u8]) -> Option<ObjectKey> {
        parse_key(rest.get(..rest.len().checked_sub(UPLOAD_TAIL)?)?)
    }
}

/// Which data keys of a bucket move.
struct Moving {
    owner: AccountId,
    bucket: BucketId,
    /// Out of these shards.
    from: BTreeSet<ShardId>,
}

impl Moving {
    fn concerns(&self, data_key: &DataKey) -> bool {
        match &data_key.wrap {
            Wrap::Service(_) | Wrap::Kms(_) => true,
            Wrap::Shard(_) | Wrap::ShardKms { .. } => data_key.shard().is_some_and(|shard| self.from.contains(&shard)),
        }
    }
}

impl Objects {
    /// Does what the move of the store into its present epoch asks for: when it is done, nothing that lives needs the key of
    /// an earlier one. Says how many keys it wrapped anew. To be called again after a crash: what is done stays done.
    pub async fn rewrap(&self) -> Result<u64> {
        let (mut done, mut after) = (0, None);
        while let Some(owner) = self.store.view().await?.accounts(Space::Objects, after, 1).await?.pop() {
            done += self.rewrap_account(owner).await?;
            after = Some(owner);
        }
        Ok(done)
    }

    async fn rewrap_account(&self, owner: AccountId) -> Result<u64> {
        let buckets = self.buckets_of(owner).await?;
        let living: BTreeSet<BucketId> = buckets.iter().map(|(_, bucket)| *bucket).collect();
        let (mut done, mut retiring) = (0, BTreeSet::new());
        let mut range = Range::all(PAGE);
        loop {
            let page = self.store.view().await?.keys(SHARDS, owner, &range).await?;
            for suffix in &page {
                let (bucket, shard) = of_shard_key(suffix).ok_or_else(|| Failure::corrupt(SHARDS.what()))?;
                match self.settle_shard(owner, bucket, shard, living.contains(&bucket)).await? {
                    Settled::Wrapped => done += 1,
                    Settled::Retiring => {
                        retiring.insert((bucket, shard));
                    }
                    Settled::Nothing => {}
                }
            }
            if !range.go_on(&page, Vec::as_slice) {
                break;
            }
        }
        for (_, bucket) in buckets {
            let from = retiring.iter().filter(|(of, _)| *of == bucket).map(|(_, shard)| *shard).collect();
            done += self.move_out(Moving { owner, bucket, from }).await?;
        }
        Ok(done)
    }

    pub(crate) async fn buckets_of(&self, owner: AccountId) -> Result<Vec<(BucketName, BucketId)>> {
        let view = self.store.view().await?;
        let (mut found, mut range) = (Vec::new(), Range::all(PAGE));
        loop {
            let page = view.scan(BUCKETS, owner, &range).await?;
            for (suffix, bucket) in &page {
                let name = std::str::from_utf8(suffix).ok().and_then(|name| name.parse().ok());
                found.push((name.ok_or_else(|| Failure::corrupt(BUCKETS.what()))?, bucket.id));
            }
            if !range.go_on(&page, |(suffix, _)| suffix) {
                return Ok(found);
            }
        }
    }

    /// Decides what becomes of a shard. Its transaction conflicts with an erasure in the shard: either that is seen here, or
    /// it comes after the shard was wrapped anew and counts for the new epoch.
    async fn settle_shard(&self, owner: AccountId, bucket: BucketId, shard: ShardId, lives: bool) -> Result<Settled> {
        let suffix = shard_key(&bucket, &shard);
        loop {
            let mut txn = self.store.begin().await?;
            let epoch = txn.hold_epoch().await?;
            let Some(kept) = txn.get(SHARDS, owner, &suffix).await? else { return Ok(Settled::Nothing) };
            if kept.key.epoch >= epoch || kept.state == ShardState::Empty {
                return Ok(Settled::Nothing);
            }
            let erased = txn.get(ERASED, owner, &suffix).await?.is_some();
            let (record, settled) = if !lives {
                (ShardRecord { state: ShardState::Empty, ..kept }, Settled::Nothing)
            } else if erased || kept.state == ShardState::Retiring {
                (ShardRecord { state: ShardState::Retiring, ..kept }, Settled::Retiring)
            } else {
                let (parent, context) = (self.shard_parent(owner).await?, shard_context(owner, &bucket, &shard));
                let anew = txn.rewrap(&parent, &context, &kept.key, SHARDS.what()).await?;
                (ShardRecord { key: anew.unwrap_or(kept.key), ..kept }, Settled::Wrapped)
            };
            txn.put(SHARDS, owner, &suffix, &record).await?;
            if let Committed::Done(_) = txn.commit(Durability::Synced).await? {
                return Ok(settled);
            }
        }
    }

    /// Moves data keys into shards of the present epoch.
    async fn move_out(&self, moving: Moving) -> Result<u64> {
        let Moving { owner, bucket, from } = &moving;
        let sharded = self.store.view().await?.get(SHARDED, *owner, bucket.bytes()).await?.is_some();
        if from.is_empty() && sharded {
            return Ok(0);
        }
        // Uploads first: one that is completed meanwhile becomes an object before objects are looked at, or carries the
        // key that it was given here. A version that goes from one table to the other meanwhile has its data key taken along
        // into a shard that stays ([`Objects::set_aside`]).
        let moved = self.move_table(UPLOADS, &moving).await?
            + self.move_table(OBJECTS, &moving).await?
            + self.move_table(VERSIONS, &moving).await?;
        loop {
            let mut txn = self.store.begin().await?;
            for shard in from {
                let suffix = shard_key(bucket, shard);
                if let Some(kept) = txn.get(SHARDS, *owner, &suffix).await? {
                    let empty = ShardRecord { state: ShardState::Empty, ..kept };
                    txn.put(SHARDS, *owner, &suffix, &empty).await?;
                }
            }
            txn.put(SHARDED, *owner, bucket.bytes(), &ShardedRecord {}).await?;
            if let Committed::Done(_) = txn.commit(Durability::Synced).await? {
                return Ok(moved);
            }
        }
    }

    async fn move_table<R: HoldsKey>(&self, table: Table<R>, moving: &Moving) -> Result<u64> {
        let mut range = Range::prefix(moving.bucket.bytes(), PAGE);
        let mut moved = 0;
        loop {
            let mut txn = self.store.begin().await?;
            let mut page = txn.view().scan(table, moving.owner, &range).await?;
            let concerned = |(suffix, record): &mut (Vec<u8>, R)| {
                record.data_key().filter(|data_key| moving.concerns(data_key)).map(|_| suffix.clone())
            };
            let concerned: Vec<Vec<u8>> = page.iter_mut().filter_map(concerned).collect();
            for suffix in &concerned {
                self.move_one(&mut txn, table, moving, suffix).await?;
            }
            if txn.writes() && matches!(txn.commit(Durability::Synced).await?, Committed::Conflict) {
                continue;
            }
            moved += concerned.len() as u64;
            if !range.go_on(&page, |(suffix, _)| suffix) {
                return Ok(moved);
            }
            tokio::task::yield_now().await;
        }
    }

    async fn move_one<R: HoldsKey>(
        &self,
        txn: &mut Txn,
        table: Table<R>,
        moving: &Moving,
        suffix: &[u8],
    ) -> Result<()> {
        // Read once more, so that a change of it conflicts.
        let Some(mut record) = txn.get(table, moving.owner, suffix).await? else { return Ok(()) };
        let key = suffix.get(16..).and_then(R::key).ok_or_else(|| Failure::corrupt(table.what()))?;
        let place = Place { account: moving.owner, bucket: &moving.bucket, key: &key };
        let Some(data_key) = record.data_key() else { return Ok(()) };
        let inner = self.taken_out(txn.view(), place, data_key).await?;
        let fresh = Fresh { id: data_key.id, inner };
        let (shard, shard_key) = self.hold_shard(txn, moving.owner, &moving.bucket).await?;
        *data_key = place.seal(self.store.rng().as_ref(), shard, &shard_key, &fresh);
        txn.put(table, moving.owner, suffix, &record).await
    }

    /// How many shards that live are wrapped in an earlier epoch than the one the store is in, and how many buckets may hold
    /// data keys that are in no shard.
    pub async fn behind(&self) -> Result<u64> {
        let epoch = self.store.epoch().await?;
        let view = self.store.view().await?;
        let (mut behind, mut after) = (0, None);
        while let Some(owner) = view.accounts(Space::Objects, after, 1).await?.pop() {
            after = Some(owner);
            for (_, bucket) in self.buckets_of(owner).await? {
                behind += u64::from(view.get(SHARDED, owner, bucket.bytes()).await?.is_none());
            }
            let mut range = Range::all(PAGE);
            loop {
                let page = view.scan(SHARDS, owner, &range).await?;
                let is_behind = |shard: &ShardRecord| shard.key.epoch < epoch && shard.state != ShardState::Empty;
                behind += page.iter().filter(|(_, shard)| is_behind(shard)).count() as u64;
                if !range.go_on(&page, |(suffix, _)| suffix) {
                    break;
                }
            }
        }
        Ok(behind)
    }

    /// Removes the shards that are empty: when nobody reads any more who saw data keys in them.
    pub async fn remove_empty_shards(&self) -> Result<u64> {
        let (mut removed, mut after) = (0, None);
        while let Some(owner) = self.store.view().await?.accounts(Space::Objects, after, 1).await?.pop() {
            after = Some(owner);
            let mut range = Range::all(PAGE);
            loop {
                let mut txn = self.store.begin().await?;
                let page = txn.view().scan(SHARDS, owner, &range).await?;
                let empty = page.iter().filter(|(_, shard)| shard.state == ShardState::Empty);
                for (suffix, _) in empty {
                    txn.delete(SHARDS, owner, suffix);
                    txn.delete::<ErasedRecord>(ERASED, owner, suffix);
                    if let Some((_, shard)) = of_shard_key(suffix) {
                        self.shards.forget(&shard);
                    }
                    removed += 1;
                }
                if txn.writes() {
                    txn.commit(Durability::Synced).await?;
                }
                if !range.go_on(&page, |(suffix, _)| suffix) {
                    break;
                }
            }
        }
        Ok(removed)
    }
}

/// What became of a shard.
enum Settled {
    Wrapped,
    Retiring,
    Nothing,
}

#[cfg(test)]
mod tests;
