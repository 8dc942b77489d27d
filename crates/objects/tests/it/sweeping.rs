use crate::world::{World, data, home, key, read};
use objects::{AbortUpload, Body, CompleteUpload, Get, InitiateUpload, PartList, UploadPart};
use std::time::Duration;
use store::{BlobId, Range, Space};
use types::{Clock, SystemRng, Timestamp};

const HOUR: Duration = Duration::from_secs(3600);

fn now(world: &World) -> Timestamp {
    world.deployment.clock.now()
}

/// How many records there are of blobs and of contents.
async fn records(world: &World, space: Space, tag: Option<u8>) -> usize {
    let all = Range { start: Vec::new(), end: None, limit: 10_000, reverse: false };
    let entries = world.deployment.meta.snapshot().await.unwrap().scan(space, &all).await.unwrap();
    entries.iter().filter(|e| tag.is_none_or(|tag| e.key[8] == tag)).count()
}

#[tokio::test]
async fn what_is_dropped_goes_after_its_grace() {
    let world = World::new().await;
    for _ in 0..3 {
        world.put("it", data(100_000)).await;
    }
    world.put("small", data(10)).await;
    world.put("small", data(11)).await;
    assert_eq!(world.blobs.count(), 3);
    assert_eq!(world.objects.collect(now(&world)).await.unwrap(), 0);
    world.deployment.clock.advance(HOUR);
    world.delete("small").await;
    assert_eq!(world.objects.collect(now(&world)).await.unwrap(), 2);
    assert_eq!(world.blobs.count(), 1);
    assert!(world.get("it").await.unwrap() == data(100_000));
    world.delete("it").await;
    world.deployment.clock.advance(HOUR);
    assert_eq!(world.objects.collect(now(&world)).await.unwrap(), 1);
    assert_eq!(world.blobs.count(), 0);
    // Nothing is left behind in the metadata either: names of blobs, lists of the dropped, contents.
    for (space, tag) in [(Space::Objects, Some(8)), (Space::Objects, Some(9)), (Space::Content, None)] {
        assert_eq!(records(&world, space, tag).await, 0);
    }
}

#[tokio::test]
async fn only_orphans_are_swept() {
    let world = World::new().await;
    world.put("it", data(100_000)).await;
    let upload = world.ann(InitiateUpload::new(home(), key("u"))).await.unwrap().upload;
    let part = |n| UploadPart::new(home(), key("u"), upload.clone(), n, Body::bytes(data(150_000)));
    world.ann(part(1)).await.unwrap();
    world.ann(part(2)).await.unwrap();
    let orphan = BlobId::random(&SystemRng);
    world.blobs.set(orphan, data(10));
    let swept = world.objects.sweep(now(&world)).await.unwrap();
    assert_eq!((swept.removed, swept.kept), (0, 4), "all are young");
    world.deployment.clock.advance(2 * HOUR);
    let young = BlobId::random(&SystemRng);
    world.blobs.set(young, data(10));
    let swept = world.objects.sweep(now(&world)).await.unwrap();
    assert_eq!((swept.removed, swept.kept), (1, 4));
    assert!(!world.blobs.ids().contains(&orphan));
    assert!(world.get("it").await.unwrap() == data(100_000));
    world.ann(CompleteUpload::new(home(), key("u"), upload, PartList::All)).await.unwrap();
    assert_eq!(world.get("u").await.unwrap().len(), 300_000);
}

#[tokio::test]
async fn parts_that_are_not_wanted_any_more_go() {
    let world = World::new().await;
    let begin = async || world.ann(InitiateUpload::new(home(), key("u"))).await.unwrap().upload;
    let (first, second) = (begin().await, begin().await);
    for upload in [&first, &second] {
        for number in 1..=3 {
            let size = if number == 3 { 10 } else { 150_000 };
            let op = UploadPart::new(home(), key("u"), upload.clone(), number, Body::bytes(data(size)));
            world.ann(op).await.unwrap();
        }
    }
    world.ann(AbortUpload { bucket: home(), key: key("u"), upload: first }).await.unwrap();
    world.ann(CompleteUpload::new(home(), key("u"), second, PartList::All)).await.unwrap();
    world.deployment.clock.advance(HOUR);
    assert_eq!(world.objects.collect(now(&world)).await.unwrap(), 2);
    assert_eq!(world.get("u").await.unwrap().len(), 300_010);
    world.put("u", "whole").await;
    world.deployment.clock.advance(HOUR);
    assert_eq!(world.objects.collect(now(&world)).await.unwrap(), 2);
    assert_eq!((world.blobs.count(), records(&world, Space::Content, None).await), (0, 1));
    for tag in [5, 6, 7, 8, 9] {
        assert_eq!(records(&world, Space::Objects, Some(tag)).await, 0, "table {tag}");
    }
}

#[tokio::test]
async fn an_old_blob_that_was_just_dropped_is_left_to_who_reads_it() {
    let world = World::new().await;
    let old = data(2_000_000);
    world.put("it", old.clone()).await;
    world.deployment.clock.advance(2 * HOUR);
    let got = world.ann(Get::new(home(), key("it"))).await.unwrap();
    world.put("it", "new").await;
    let swept = world.objects.sweep(now(&world)).await.unwrap();
    assert_eq!((swept.removed, swept.kept), (0, 1));
    assert!(read(got).await.unwrap() == old);
    world.deployment.clock.advance(HOUR);
    assert_eq!(world.objects.collect(now(&world)).await.unwrap(), 1);
    assert_eq!(world.blobs.count(), 0);
}

#[tokio::test]
async fn orphans_are_found_among_many() {
    let world = World::new().await;
    let orphans: Vec<_> = (0..700).map(|_| BlobId::random(&SystemRng)).collect();
    orphans.iter().for_each(|id| world.blobs.set(*id, data(1)));
    for i in 0..300 {
        world.put(&format!("{i}"), data(40_001)).await;
    }
    world.deployment.clock.advance(2 * HOUR);
    let swept = world.objects.sweep(now(&world)).await.unwrap();
    assert_eq!((swept.removed, swept.kept), (700, 300));
    assert!(orphans.iter().all(|id| !world.blobs.ids().contains(id)));
}
