use crate::world::{World, data, home, key, read, reason};
use objects::{Body, CompleteUpload, Get, InitiateUpload, PartList, Put, UploadPart};
use store::{Batch, Durability, Range, Space, Write};
use types::{Reason, Result};

async fn get_whole(world: &World, name: &str) -> Result<bytes::Bytes> {
    read(world.ann(Get::new(home(), key(name))).await?).await
}

#[tokio::test]
async fn a_changed_byte_anywhere_in_a_blob_is_noticed() {
    let world = World::new().await;
    let size = 700_000;
    world.put("it", data(size)).await;
    let id = world.blobs.ids()[0];
    let whole = world.blobs.get(id);
    for at in [0, 40, 56, 20_000, 300_000, 600_000, whole.len() - 1] {
        world.blobs.flip(id, at);
        let failure = get_whole(&world, "it").await.unwrap_err();
        assert_eq!(failure.reason(), Reason::Corrupt, "{at}");
        assert!(failure.to_string().contains("ann-bucket/it"), "{failure}");
        world.blobs.set(id, whole.clone());
    }
    for len in [0, 55, 56, 57, 16_456, whole.len() - 16_400, whole.len() - 1] {
        world.blobs.set(id, whole.slice(..len));
        assert_eq!(reason(get_whole(&world, "it").await), Reason::Corrupt, "{len}");
    }
    world.blobs.set(id, [whole.as_ref(), b"x"].concat().into());
    assert_eq!(reason(get_whole(&world, "it").await), Reason::Corrupt);
    world.blobs.tree().remove(&id);
    assert_eq!(reason(get_whole(&world, "it").await), Reason::Corrupt);
    world.blobs.set(id, whole);
    assert!(get_whole(&world, "it").await.unwrap() == data(size));
}

#[tokio::test]
async fn what_is_damaged_further_back_ends_the_stream_with_an_error() {
    let world = World::new().await;
    world.put("it", data(2_000_000)).await;
    let id = world.blobs.ids()[0];
    world.blobs.flip(id, 1_900_000);
    // The front is fine, so the answer has begun; then nothing unproved comes.
    let got = world.ann(Get::new(home(), key("it"))).await.unwrap();
    assert_eq!(reason(read(got).await), Reason::Corrupt);
}

#[tokio::test]
async fn a_blob_in_anothers_place_does_not_open() {
    let world = World::new().await;
    world.put("a", data(100_000)).await;
    let a = world.blobs.ids()[0];
    world.put("b", data(100_000)).await;
    let b = world.blobs.ids().into_iter().find(|id| *id != a).unwrap();
    let (of_a, of_b) = (world.blobs.get(a), world.blobs.get(b));
    world.blobs.set(a, of_b);
    world.blobs.set(b, of_a);
    assert_eq!(reason(get_whole(&world, "a").await), Reason::Corrupt);
    assert_eq!(reason(get_whole(&world, "b").await), Reason::Corrupt);
}

#[tokio::test]
async fn parts_in_each_others_place_do_not_open() {
    let world = World::new().await;
    let upload = world.ann(InitiateUpload::new(home(), key("it"))).await.unwrap().upload;
    for number in [1, 2] {
        let body = Body::bytes(data(200_000));
        world.ann(UploadPart::new(home(), key("it"), upload.clone(), number, body)).await.unwrap();
    }
    world.ann(CompleteUpload::new(home(), key("it"), upload, PartList::All)).await.unwrap();
    assert_eq!(get_whole(&world, "it").await.unwrap().len(), 400_000);
    let ids = world.blobs.ids();
    let (one, two) = (world.blobs.get(ids[0]), world.blobs.get(ids[1]));
    world.blobs.set(ids[0], two);
    world.blobs.set(ids[1], one);
    assert_eq!(reason(get_whole(&world, "it").await), Reason::Corrupt);
}

/// Every value that is kept, changed by a bit or put in its neighbour's place: an error, never other content.
#[tokio::test]
async fn damaged_metadata_is_never_other_content() {
    let world = World::new().await;
    for name in ["a", "b"] {
        world.ann(Put::new(home(), key(name), Body::bytes(name.as_bytes().to_vec()))).await.unwrap();
    }
    let meta = world.deployment.meta.clone();
    for space in [Space::Objects, Space::Content] {
        let all = Range { start: Vec::new(), end: None, limit: 100, reverse: false };
        let entries = meta.snapshot().await.unwrap().scan(space, &all).await.unwrap();
        for (i, entry) in entries.iter().enumerate() {
            let mut flipped = entry.value.to_vec();
            *flipped.last_mut().unwrap() ^= 1;
            let neighbour = entries[(i + 1) % entries.len()].value.clone();
            for value in [flipped.into(), neighbour, entry.value.clone()] {
                let write = Write::Put { space, key: entry.key.to_vec(), value };
                let batch = Batch { writes: vec![write], ..Batch::default() };
                meta.commit(batch, Durability::Synced).await.unwrap();
                for name in ["a", "b"] {
                    match get_whole(&world, name).await {
                        Ok(content) => assert_eq!(content, name),
                        Err(failure) => assert_eq!(failure.reason(), Reason::Corrupt),
                    }
                }
            }
        }
    }
    assert_eq!(get_whole(&world, "a").await.unwrap(), "a");
}
