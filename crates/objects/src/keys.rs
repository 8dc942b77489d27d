//! Data keys: one for each object, made when it is stored and opened when it is read.

use crate::bucket::Bucket;
use crate::encryption::{DataKey, Encryption, Wrap};
use crate::ids::ContentId;
use crate::objects::Objects;
use crate::sse_kms::KeyPlace;
use crypto::Key;
use iam::Caller;
use types::{ObjectKey, Result};

impl Objects {
    /// A new data key for an object, and how it is kept. `id`: the content or upload it is for.
    pub(crate) async fn new_key(
        &self,
        caller: &Caller,
        bucket: &Bucket,
        key: &ObjectKey,
        id: ContentId,
        encryption: &Encryption,
    ) -> Result<(Key, DataKey)> {
        match encryption {
            Encryption::Service => {
                let data_key = Key::random(self.store.rng().as_ref());
                let kept = bucket.place(key).make_key(self.store.keyring(), &data_key, id).await?;
                Ok((data_key, kept))
            }
            Encryption::Kms { key: under } => {
                let place = KeyPlace { region: self.store.region(), bucket, key };
                let (data_key, wrap) = self.keys.generate(caller, under.as_deref(), place).await?;
                Ok((data_key, DataKey { id, wrap }))
            }
        }
    }

    /// Opens a data key. One under a tenant's key is asked of the key service on the caller's behalf, outside any
    /// transaction.
    pub(crate) async fn open_key(
        &self,
        caller: &Caller,
        bucket: &Bucket,
        key: &ObjectKey,
        kept: &DataKey,
    ) -> Result<Key> {
        match &kept.wrap {
            Wrap::Service(wrapped) => bucket.place(key).open_key(self.store.keyring(), &kept.id, wrapped).await,
            Wrap::Kms(kept) => {
                let place = KeyPlace { region: self.store.region(), bucket, key };
                self.keys.open(caller, kept, place).await
            }
        }
    }
}
