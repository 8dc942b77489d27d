//! Data keys: one for each object, made when it is stored and opened when it is read.

use crate::bucket::Bucket;
use crate::encryption::{DataKey, Encryption, Fresh, Inner, Place, Wrap};
use crate::ids::ContentId;
use crate::objects::Objects;
use crate::sse_kms::{KeyPlace, TenantKey};
use crypto::Key;
use iam::Caller;
use store::{Txn, View};
use types::{ObjectKey, Result};

impl Objects {
    fn key_place<'a>(&'a self, bucket: &'a Bucket, key: &'a ObjectKey) -> KeyPlace<'a> {
        KeyPlace { region: self.store.region(), owner: bucket.owner, bucket: &bucket.name, key }
    }

    /// A new data key for an object, to be given to a shard when the object is named. `id`: the content or upload it is for.
    pub(crate) async fn new_key(
        &self,
        caller: &Caller,
        bucket: &Bucket,
        key: &ObjectKey,
        id: ContentId,
        encryption: &Encryption,
    ) -> Result<(Key, Fresh)> {
        self.ready_shard(bucket).await?;
        match encryption {
            Encryption::Service => {
                let data_key = Key::random(self.store.rng().as_ref());
                let inner = Inner::Own(data_key.duplicate());
                Ok((data_key, Fresh { id, inner }))
            }
            Encryption::Kms { key: under } => {
                let place = self.key_place(bucket, key);
                let (data_key, kept) = self.keys.generate(caller, under.as_deref(), place).await?;
                Ok((data_key, Fresh { id, inner: Inner::Tenant(kept) }))
            }
        }
    }

    /// Gives a data key to a shard of its bucket that takes any when the transaction commits.
    pub(crate) async fn keep_key(
        &self,
        txn: &mut Txn,
        bucket: &Bucket,
        key: &ObjectKey,
        fresh: &Fresh,
    ) -> Result<DataKey> {
        if let Inner::Tenant(kept) = &fresh.inner {
            self.keys.hold(txn, kept).await?;
        }
        let (shard, shard_key) = self.hold_shard(txn, bucket.owner, &bucket.record.id).await?;
        Ok(bucket.place(key).seal(self.store.rng().as_ref(), shard, &shard_key, fresh))
    }

    /// Opens a data key that `view` shows. One under a tenant's key is asked of the key service on the caller's behalf,
    /// outside any transaction.
    pub(crate) async fn open_key(
        &self,
        caller: &Caller,
        view: &View,
        bucket: &Bucket,
        key: &ObjectKey,
        kept: &DataKey,
    ) -> Result<Key> {
        match self.taken_out(view, bucket.place(key), kept).await? {
            Inner::Own(key) => Ok(key),
            Inner::Tenant(kept) => {
                let place = self.key_place(bucket, key);
                self.keys.open(caller, &kept, place).await
            }
        }
    }

    /// What a shard keeps of a data key; or what was kept before there were shards.
    pub(crate) async fn taken_out(&self, view: &View, place: Place<'_>, kept: &DataKey) -> Result<Inner> {
        match &kept.wrap {
            Wrap::Service(wrapped) => place.open_key(self.store.keyring(), &kept.id, wrapped).await.map(Inner::Own),
            Wrap::Kms(tenants) => Ok(Inner::Tenant(tenants.clone())),
            Wrap::Shard(under) => {
                let shard_key = self.open_shard(view, place.account, place.bucket, under.shard).await?;
                place.open(&shard_key, &kept.id, &under.sealed).map(Inner::Own)
            }
            Wrap::ShardKms { shard, kept: tenants } => {
                let shard_key = self.open_shard(view, place.account, place.bucket, *shard).await?;
                let opened: TenantKey = place.open_tenants(&shard_key, &kept.id, tenants)?;
                Ok(Inner::Tenant(opened))
            }
        }
    }
}
