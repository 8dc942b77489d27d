//! What the end of an erasure epoch makes of data keys: what lives is read, and what was erased opens nowhere any more,
//! whoever still has its bytes.

use crate::world::{World, data, home, key, read};
use bytes::Bytes;
use crypto::Key;
use objects::{
    AbortUpload, Body, CompleteUpload, Config, CreateBucket, Delete, DeleteBucket, Encryption, Get, InitiateUpload,
    Objects, PartList, Put, UploadPart,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Batch, Committed, Durability, Entry, Range, Space, Store, Write};
use types::{Reason, Result};

const SPACES: [Space; 2] = [Space::Objects, Space::Content];

/// Everything that lies in the store's spaces of objects: what somebody may have copied.
async fn bytes_of(world: &World) -> Vec<(Space, Vec<Entry>)> {
    let snapshot = world.deployment.meta.snapshot().await.unwrap();
    let mut all = Vec::new();
    for space in SPACES {
        let range = Range { start: Vec::new(), end: None, limit: 100_000, reverse: false };
        all.push((space, snapshot.scan(space, &range).await.unwrap()));
    }
    all
}

/// Puts old bytes back where nothing lies now.
async fn put_back(world: &World, old: &[(Space, Vec<Entry>)]) {
    let now: Vec<_> = bytes_of(world).await;
    let mut writes = Vec::new();
    for ((space, old), (_, now)) in old.iter().zip(&now) {
        for entry in old.iter().filter(|old| now.iter().all(|now| now.key != old.key)) {
            writes.push(Write::Put { space: *space, key: entry.key.to_vec(), value: entry.value.clone() });
        }
    }
    let batch = Batch { writes, ..Batch::default() };
    world.deployment.meta.commit(batch, Durability::Synced).await.unwrap();
}

fn second() -> Key {
    Key::from_bytes([22; 32])
}

/// Moves the world's region into a second epoch.
async fn begin(world: &World) {
    let (root, first) = (Key::from_bytes([1; 32]), Key::from_bytes([2; 32]));
    let unsealed = world.deployment.region.keyring().unsealed();
    unsealed.replace(vec![root], BTreeMap::from([(1, first), (2, second())]));
    let mut txn = world.deployment.region.begin().await.unwrap();
    txn.wrap_region_key().await.unwrap();
    assert!(matches!(txn.commit(Durability::Synced).await.unwrap(), Committed::Done(_)));
}

/// Destroys the first epoch's key. Returns the objects as another process would open them.
async fn end(world: &World) -> Objects {
    world.deployment.region.rewrap_account_keys().await.unwrap();
    assert_eq!(world.objects.behind().await.unwrap(), 0);
    world.objects.remove_empty_shards().await.unwrap();
    let unsealed = world.deployment.region.keyring().unsealed();
    unsealed.replace(vec![Key::from_bytes([1; 32])], BTreeMap::from([(2, second())]));
    again(world).await
}

async fn again(world: &World) -> Objects {
    let deployment = &world.deployment;
    let unsealed = deployment.region.keyring().unsealed().clone();
    let store = Store::open(deployment.meta.clone(), unsealed, "local-1".parse().unwrap(), deployment.rng.clone());
    let config = Config { inline_bytes: crate::world::INLINE, ..Config::default() };
    let (gate, clock) = (deployment.gate().clone(), deployment.clock.clone());
    Objects::new(store.await.unwrap(), Arc::new(world.blobs.clone()), gate, world.kms.clone(), clock, config)
}

async fn get_from(world: &World, objects: &Objects, name: &str) -> Result<Bytes> {
    let caller = world.root(&world.ann).await;
    read(world.deployment.gate().perform(&caller, objects, Get::new(home(), key(name))).await?).await
}

async fn whole_epoch(world: &World) -> Objects {
    begin(world).await;
    world.objects.rewrap().await.unwrap();
    world.kms.rewrap().await.unwrap();
    end(world).await
}

#[tokio::test]
async fn what_lives_is_read_and_what_was_erased_opens_nowhere() {
    let world = World::new().await;
    world.put("lives", "lives").await;
    world.put("large", data(100_000)).await;
    world.put("erased", "erased").await;
    world.put("large-erased", data(100_001)).await;
    world.put("replaced", "one").await;
    let under_kms = |name: &str| {
        let draft = objects::Draft { encryption: Some(Encryption::Kms { key: None }), ..Default::default() };
        with!(Put::new(home(), key(name), Body::bytes("under a key")), draft: draft)
    };
    world.ann(under_kms("kms")).await.unwrap();
    world.ann(under_kms("kms-erased")).await.unwrap();
    let copy = bytes_of(&world).await;
    let erased = ["erased", "large-erased", "kms-erased"];
    for name in erased {
        world.delete(name).await;
    }
    world.put("replaced", "two").await;

    // As long as the epoch lasts, whoever has old bytes can have all of it back.
    put_back(&world, &copy).await;
    for name in erased {
        assert!(world.get(name).await.is_ok(), "{name}");
        world.delete(name).await;
    }

    let after = whole_epoch(&world).await;
    for (name, content) in [("lives", Bytes::from("lives")), ("large", data(100_000)), ("replaced", "two".into())] {
        assert_eq!(get_from(&world, &after, name).await.unwrap(), content, "{name}");
        assert_eq!(world.get(name).await.unwrap(), content, "{name}, where it was open");
    }
    assert_eq!(get_from(&world, &after, "kms").await.unwrap(), "under a key");
    put_back(&world, &copy).await;
    for name in erased {
        let failure = get_from(&world, &again(&world).await, name).await.unwrap_err();
        assert_eq!(failure.reason(), Reason::Corrupt, "{name}");
    }
}

#[tokio::test]
async fn a_shard_without_an_erasure_is_wrapped_as_a_whole() {
    let world = World::new().await;
    for i in 0..20 {
        world.put(&format!("{i}"), format!("{i}")).await;
    }
    begin(&world).await;
    assert_eq!(world.objects.behind().await.unwrap(), 1);
    assert_eq!(world.objects.rewrap().await.unwrap(), 1, "the shard's key, and no data key");
    assert_eq!(world.objects.rewrap().await.unwrap(), 0);
    let after = end(&world).await;
    for i in 0..20 {
        assert_eq!(get_from(&world, &after, &format!("{i}")).await.unwrap(), format!("{i}"));
    }
}

#[tokio::test]
async fn a_shard_with_an_erasure_is_left() {
    let world = World::new().await;
    for i in 0..20 {
        world.put(&format!("{i}"), format!("{i}")).await;
    }
    world.delete("7").await;
    begin(&world).await;
    world.put("new", "new").await;
    assert_eq!(
        world.objects.rewrap().await.unwrap(),
        20,
        "nineteen that live, and the new one, which was in the same shard"
    );
    let after = end(&world).await;
    assert_eq!(get_from(&world, &after, "19").await.unwrap(), "19");
    assert_eq!(get_from(&world, &after, "new").await.unwrap(), "new");
    // What was given to a shard that has gone meanwhile goes to another.
    world.put("later", "later").await;
    assert_eq!(world.get("later").await.unwrap(), "later");
}

/// Versions that are set aside and brought back while an epoch ends take their data keys along.
#[tokio::test]
async fn versions_live_through_the_end_of_an_epoch() {
    use objects::{PutBucketVersioning, Versioning};
    let world = World::new().await;
    world.ann(PutBucketVersioning { bucket: home(), versioning: Versioning::Enabled }).await.unwrap();
    let first = world.put("it", "first").await.version;
    let second = world.put("it", "second").await.version;
    world.put("other", "one").await;
    world.put("other", "two").await;
    let delete = |version| with!(Delete::new(home(), key("it")), version: version);
    let gone = world.put("it", "gone").await.version;
    world.ann(delete(gone)).await.unwrap();
    begin(&world).await;
    world.objects.rewrap().await.unwrap();
    // Each goes from one table to the other once the epoch's walk is over, or has been taken along by it.
    let marker = world.ann(delete(None)).await.unwrap().version;
    world.ann(delete(marker)).await.unwrap();
    let after = end(&world).await;
    assert_eq!(get_from(&world, &after, "it").await.unwrap(), "second");
    world.ann(delete(second)).await.unwrap();
    assert_eq!(get_from(&world, &after, "it").await.unwrap(), "first");
    let op = with!(Get::new(home(), key("it")), version: gone);
    assert_eq!(world.ann(op).await.err().map(|f| f.reason()), Some(Reason::VersionNotFound));
    assert!(first.is_some());
    assert_eq!(get_from(&world, &after, "other").await.unwrap(), "two");
}

/// An erasure counts for the epoch that its shard is in when it is committed.
#[tokio::test]
async fn an_erasure_while_an_epoch_ends_counts_for_the_next() {
    let world = World::new().await;
    world.put("lives", "lives").await;
    world.put("erased", "erased").await;
    begin(&world).await;
    assert_eq!(world.objects.rewrap().await.unwrap(), 1);
    world.delete("erased").await;
    assert_eq!(world.objects.rewrap().await.unwrap(), 0);
    end(&world).await;
    let unsealed = world.deployment.region.keyring().unsealed();
    let third = Key::from_bytes([33; 32]);
    unsealed.replace(vec![Key::from_bytes([1; 32])], BTreeMap::from([(2, second()), (3, third)]));
    let mut txn = world.deployment.region.begin().await.unwrap();
    txn.wrap_region_key().await.unwrap();
    txn.commit(Durability::Synced).await.unwrap();
    assert_eq!(world.objects.rewrap().await.unwrap(), 1, "the one that lives moves out");
    assert_eq!(world.get("lives").await.unwrap(), "lives");
}

#[tokio::test]
async fn uploads_go_on_through_the_end_of_an_epoch() {
    let world = World::new().await;
    let begun = world.ann(InitiateUpload::new(home(), key("parts"))).await.unwrap();
    let given_up = world.ann(InitiateUpload::new(home(), key("given-up"))).await.unwrap();
    let part = |number, text: &'static str| {
        UploadPart::new(home(), key("parts"), begun.upload.clone(), number, Body::bytes(text))
    };
    world.ann(part(1, "one ")).await.unwrap();
    world.ann(AbortUpload { bucket: home(), key: key("given-up"), upload: given_up.upload }).await.unwrap();
    begin(&world).await;
    assert_eq!(world.objects.rewrap().await.unwrap(), 1, "the upload moves out");
    end(&world).await;
    world.ann(part(2, "two")).await.unwrap();
    let complete = CompleteUpload::new(home(), key("parts"), begun.upload.clone(), PartList::All);
    world.ann(with!(complete, least: 1)).await.unwrap();
    assert_eq!(world.get("parts").await.unwrap(), "one two");
}

#[tokio::test]
async fn shards_of_a_bucket_that_is_gone_go_with_the_epoch() {
    let world = World::new().await;
    let other = "ann-other".parse::<types::BucketName>().unwrap();
    world.ann(CreateBucket::new(other.clone())).await.unwrap();
    world.ann(Put::new(other.clone(), key("a"), Body::bytes("a"))).await.unwrap();
    world.ann(Delete::new(other.clone(), key("a"))).await.unwrap();
    world.ann(DeleteBucket { bucket: other }).await.unwrap();
    begin(&world).await;
    assert_eq!(world.objects.rewrap().await.unwrap(), 0);
    assert_eq!(world.objects.behind().await.unwrap(), 0);
    assert_eq!(world.objects.remove_empty_shards().await.unwrap(), 1);
}
