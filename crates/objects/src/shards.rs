//! Shards as data keys meet them: taken in, found, erased.

use crate::bucket::Bucket;
use crate::encryption::DataKey;
use crate::ids::{BucketId, ShardId};
use crate::objects::Objects;
use crate::shard::{ErasedRecord, ShardRecord, ShardState, shard_context};
use crate::tables::{ERASED, SHARDS, shard_key};
use crypto::Key;
use std::sync::Arc;
use store::{Durability, Txn, View};
use types::{AccountId, Failure, Reason, Result};

impl Objects {
    /// Sees to it that the bucket has a shard for a new data key. Best done before the transaction that needs it: what is
    /// made within one can't be used by those beside it.
    pub(crate) async fn ready_shard(&self, bucket: &Bucket) -> Result<()> {
        let id = &bucket.record.id;
        if self.shards.has_room(id) {
            return Ok(());
        }
        let _turn = self.shards.making.lock().await;
        if self.shards.has_room(id) {
            return Ok(());
        }
        let mut txn = self.store.begin().await?;
        self.make_shard(&mut txn, bucket.owner, id).await?;
        // It can conflict only with the store's move into another epoch: then the transaction that needs one makes it.
        txn.commit(Durability::Logged).await?;
        Ok(())
    }

    /// A shard that takes a data key when the transaction commits, and its key.
    pub(crate) async fn hold_shard(
        &self,
        txn: &mut Txn,
        owner: AccountId,
        bucket: &BucketId,
    ) -> Result<(ShardId, Arc<Key>)> {
        if let Some(shard) = self.shards.take_place(bucket) {
            let kept = txn.shared(SHARDS, owner, &shard_key(bucket, &shard)).await?;
            if let Some(kept) = kept.filter(|kept| kept.state == ShardState::Open) {
                return Ok((shard, self.opened(owner, bucket, shard, &kept).await?));
            }
        }
        self.make_shard(txn, owner, bucket).await
    }

    async fn make_shard(&self, txn: &mut Txn, owner: AccountId, bucket: &BucketId) -> Result<(ShardId, Arc<Key>)> {
        let rng = self.store.rng().as_ref();
        let (shard, key) = (ShardId::random(rng), Key::random(rng));
        let wrapped = txn.wrap(&self.shard_parent(owner).await?, &shard_context(owner, bucket, &shard), &key).await?;
        let record = ShardRecord { key: wrapped, state: ShardState::Open };
        txn.put(SHARDS, owner, &shard_key(bucket, &shard), &record).await?;
        let key = Arc::new(key);
        // If the commit fails there is no such shard, and who looks for it makes another.
        self.shards.keep_open(shard, key.clone());
        self.shards.write_to(*bucket, shard);
        Ok((shard, key))
    }

    /// The key of the shard that a data key is in which `view` shows.
    pub(crate) async fn open_shard(
        &self,
        view: &View,
        owner: AccountId,
        bucket: &BucketId,
        shard: ShardId,
    ) -> Result<Arc<Key>> {
        if let Some(key) = self.shards.opened(&shard) {
            return Ok(key);
        }
        // Without it the view is older than the record of the data key, which has moved on since.
        let kept = view.get(SHARDS, owner, &shard_key(bucket, &shard)).await?;
        let kept = kept.ok_or_else(|| Failure::of(Reason::Contended))?;
        self.opened(owner, bucket, shard, &kept).await
    }

    async fn opened(
        &self,
        owner: AccountId,
        bucket: &BucketId,
        shard: ShardId,
        kept: &ShardRecord,
    ) -> Result<Arc<Key>> {
        if let Some(key) = self.shards.opened(&shard) {
            return Ok(key);
        }
        let (parent, context) = (self.shard_parent(owner).await?, shard_context(owner, bucket, &shard));
        let key = self.store.keyring().unwrap(&parent, &context, &kept.key, "the key of a bucket's shard")?;
        let key = Arc::new(key);
        self.shards.keep_open(shard, key.clone());
        Ok(key)
    }

    /// The key that the account's shard keys are under: below the account's own, for this use alone.
    pub(crate) async fn shard_parent(&self, owner: AccountId) -> Result<Key> {
        Ok(self.store.keyring().account(owner).await?.derive("shards", b""))
    }

    /// Notes that a data key is erased, in the transaction that does it.
    pub(crate) async fn note_erased(&self, txn: &mut Txn, bucket: &Bucket, data_key: &DataKey) -> Result<()> {
        txn.destroy(data_key.wrapped());
        self.keys.erased(txn, bucket, self.now()).await?;
        // One from before there were shards passes the epoch itself.
        let Some(shard) = data_key.shard() else { return Ok(()) };
        txn.put(ERASED, bucket.owner, &shard_key(&bucket.record.id, &shard), &ErasedRecord {}).await
    }
}
