//! Data keys from before there were shards: read as they are, and given to shards when an epoch ends.

use crate::encryption::{DataKey, Encryption, Inner, Wrap};
use crate::object::ObjectRecord;
use crate::tables::{OBJECTS, SHARDED, object_key};
use crate::{Body, Config, CreateBucket, Get, Objects, Put};
use crypto::Key;
use futures::TryStreamExt;
use iam::Caller;
use kms::Kms;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Committed, Durability, MemoryBlobs};
use testkit::Deployment;
use types::{BucketName, ObjectKey, Reason, Result};

struct Old {
    deployment: Deployment,
    objects: Objects,
    caller: Caller,
}

fn bucket() -> BucketName {
    "bucket".parse().unwrap()
}

fn key(name: &str) -> ObjectKey {
    name.parse().unwrap()
}

fn unsealed(old: &Old, epochs: &[u32]) {
    let epochs: BTreeMap<u32, Key> =
        epochs.iter().map(|n| (*n, Key::from_bytes([1 + u8::try_from(*n).unwrap(); 32]))).collect();
    old.deployment.region.keyring().unsealed().replace(vec![Key::from_bytes([1; 32])], epochs);
}

impl Old {
    /// A bucket with two objects, kept as the first programs kept them.
    async fn new() -> Self {
        let deployment = Deployment::new().await.unwrap();
        let region = deployment.region.clone();
        let (gate, clock) = (deployment.gate().clone(), deployment.clock.clone());
        let kms = Arc::new(Kms::new(region.clone()));
        let objects = Objects::new(region, Arc::new(MemoryBlobs::default()), gate, kms, clock, Config::default());
        let tenant = deployment.tenant("ann").await.unwrap();
        let caller = deployment.caller(&tenant.root).await.unwrap();
        let old = Self { deployment, objects, caller };
        old.deployment.gate().perform(&old.caller, &old.objects, CreateBucket::new(bucket())).await.unwrap();
        for (name, encryption) in [("own", Encryption::Service), ("kms", Encryption::Kms { key: None })] {
            let mut put = Put::new(bucket(), key(name), Body::bytes(name));
            put.draft.encryption = Some(encryption);
            old.deployment.gate().perform(&old.caller, &old.objects, put).await.unwrap();
            old.age(name).await;
        }
        old
    }

    async fn record(&self, name: &str) -> (Vec<u8>, ObjectRecord) {
        let view = self.objects.store.view().await.unwrap();
        let found = self.objects.found(&view, &bucket(), &key(name)).await.unwrap();
        let place = object_key(&found.bucket.record.id, &key(name));
        (place.clone(), view.get(OBJECTS, found.bucket.owner, &place).await.unwrap().unwrap())
    }

    /// Writes an object's record as it was before there were shards.
    async fn age(&self, name: &str) {
        let view = self.objects.store.view().await.unwrap();
        let bucket = self.objects.bucket(&view, &bucket()).await.unwrap();
        let (suffix, mut record) = self.record(name).await;
        let key = key(name);
        let place = bucket.place(&key);
        let id = record.data_key.id;
        let wrap = match self.objects.taken_out(&view, place, &record.data_key).await.unwrap() {
            Inner::Tenant(kept) => Wrap::Kms(kept),
            Inner::Own(data_key) => {
                let parent = self.objects.store.keyring().account(bucket.owner).await.unwrap().derive("objects", b"");
                let wrapped = self.objects.store.wrap(&parent, &place.data_key(&id), &data_key).await;
                Wrap::Service(wrapped.unwrap())
            }
        };
        record.data_key = DataKey { id, wrap };
        let mut txn = self.objects.store.begin().await.unwrap();
        txn.put(OBJECTS, bucket.owner, &suffix, &record).await.unwrap();
        txn.delete(SHARDED, bucket.owner, bucket.record.id.bytes());
        assert!(matches!(txn.commit(Durability::Synced).await.unwrap(), Committed::Done(_)));
    }

    async fn get(&self, name: &str) -> Result<Vec<u8>> {
        let got = self.deployment.gate().perform(&self.caller, &self.objects, Get::new(bucket(), key(name))).await?;
        Ok(got.content.into_stream().try_collect::<Vec<_>>().await?.concat())
    }

    async fn is_in_a_shard(&self, name: &str) -> bool {
        self.record(name).await.1.data_key.shard().is_some()
    }
}

#[tokio::test]
async fn old_data_keys_are_read_and_move_into_shards() {
    let old = Old::new().await;
    for name in ["own", "kms"] {
        assert!(!old.is_in_a_shard(name).await);
        assert_eq!(old.get(name).await.unwrap(), name.as_bytes());
    }
    unsealed(&old, &[1, 2]);
    let mut txn = old.objects.store.begin().await.unwrap();
    txn.wrap_region_key().await.unwrap();
    txn.commit(Durability::Synced).await.unwrap();
    assert!(old.objects.behind().await.unwrap() > 0);
    let (_, before) = old.record("own").await;
    old.objects.rewrap().await.unwrap();
    assert_eq!((old.objects.rewrap().await.unwrap(), old.objects.behind().await.unwrap()), (0, 0));
    old.objects.store.rewrap_account_keys().await.unwrap();
    let kms = Kms::new(old.deployment.region.clone());
    kms.rewrap().await.unwrap();
    unsealed(&old, &[2]);
    for name in ["own", "kms"] {
        assert!(old.is_in_a_shard(name).await);
        assert_eq!(old.get(name).await.unwrap(), name.as_bytes());
    }
    // Whoever kept the old record can't open its data key any more.
    let view = old.objects.store.view().await.unwrap();
    let found = old.objects.bucket(&view, &bucket()).await.unwrap();
    let opened = old.objects.taken_out(&view, found.place(&key("own")), &before.data_key).await;
    assert_eq!(opened.err().map(|failure| failure.reason()), Some(Reason::Corrupt));
}
