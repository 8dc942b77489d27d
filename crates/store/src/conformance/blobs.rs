use crate::blobs::{BlobError, BlobId, Blobs};
use bytes::Bytes;
use std::sync::Arc;
use types::SystemRng;

/// Everything the [`Blobs`] contract says, on engines that `make` makes anew and empty.
pub async fn blobs_suite(make: impl AsyncFn() -> Arc<dyn Blobs>) {
    what_was_written_is_read(make().await.as_ref()).await;
    an_empty_blob_is_a_blob(make().await.as_ref()).await;
    what_is_not_there_is_missing(make().await.as_ref()).await;
    unfinished_blobs_do_not_count(make().await.as_ref()).await;
    reads_stay_inside(make().await.as_ref()).await;
    listings_come_in_pages(make().await.as_ref()).await;
    many_write_at_once(make().await).await;
}

fn id() -> BlobId {
    BlobId::random(&SystemRng)
}

/// Bytes that differ from place to place, so that a piece in the wrong place is noticed.
fn pattern(len: usize, seed: u8) -> Bytes {
    (0..len).map(|n| seed ^ (n % 251) as u8 ^ (n / 65_521) as u8).collect()
}

async fn write(blobs: &dyn Blobs, id: BlobId, content: &Bytes, piece: usize) {
    let mut writer = blobs.create(id).await.expect("create");
    let mut rest = content.clone();
    while !rest.is_empty() {
        writer.write(rest.split_to(piece.min(rest.len()))).await.expect("write");
    }
    writer.finish().await.expect("finish");
}

async fn read(blobs: &dyn Blobs, id: BlobId) -> Vec<u8> {
    let reader = blobs.open(id).await.expect("open");
    let len = usize::try_from(reader.len()).expect("small");
    reader.read_at(0, len).await.expect("read")
}

async fn what_was_written_is_read(blobs: &dyn Blobs) {
    for (len, piece) in [(1, 1), (1000, 7), (3_000_000, 100_000), (9_000_000, 1_048_576), (2_000_000, 2_000_000)] {
        let (id, content) = (id(), pattern(len, 3));
        write(blobs, id, &content, piece).await;
        assert!(read(blobs, id).await == content, "{len} bytes in pieces of {piece}");
        let reader = blobs.open(id).await.expect("open");
        let middle = reader.read_at(len as u64 / 3, len / 2).await.expect("read");
        assert!(middle == content[len / 3..len / 3 + len / 2], "the middle of {len} bytes");
    }
}

async fn an_empty_blob_is_a_blob(blobs: &dyn Blobs) {
    let id = id();
    let mut writer = blobs.create(id).await.expect("create");
    writer.write(Bytes::new()).await.expect("write");
    writer.finish().await.expect("finish");
    let reader = blobs.open(id).await.expect("open");
    assert!(reader.is_empty());
    assert_eq!(reader.read_at(0, 0).await.expect("nothing of nothing"), b"");
    assert_eq!(blobs.list(None, 10).await.expect("list").len(), 1);
}

async fn what_is_not_there_is_missing(blobs: &dyn Blobs) {
    let id = id();
    assert!(matches!(blobs.open(id).await.err(), Some(BlobError::Missing)));
    blobs.delete(id).await.expect("deleting what is not there is no error");
    write(blobs, id, &pattern(10, 1), 10).await;
    blobs.delete(id).await.expect("delete");
    assert!(matches!(blobs.open(id).await.err(), Some(BlobError::Missing)));
    assert_eq!(blobs.list(None, 10).await.expect("list"), []);
    blobs.delete(id).await.expect("delete again");
}

async fn unfinished_blobs_do_not_count(blobs: &dyn Blobs) {
    let id = id();
    let mut writer = blobs.create(id).await.expect("create");
    writer.write(pattern(2_000_000, 1)).await.expect("write");
    assert!(matches!(blobs.open(id).await.err(), Some(BlobError::Missing)));
    assert_eq!(blobs.list(None, 10).await.expect("list"), []);
    drop(writer);
    assert!(matches!(blobs.open(id).await.err(), Some(BlobError::Missing)));
    write(blobs, id, &pattern(5, 2), 5).await;
    assert_eq!(read(blobs, id).await, pattern(5, 2), "the name is free again");
}

async fn reads_stay_inside(blobs: &dyn Blobs) {
    let id = id();
    write(blobs, id, &pattern(100, 1), 100).await;
    let reader = blobs.open(id).await.expect("open");
    assert_eq!(reader.len(), 100);
    assert_eq!(reader.read_at(99, 1).await.expect("the last byte").len(), 1);
    assert_eq!(reader.read_at(100, 0).await.expect("nothing at the end"), b"");
    for (offset, len) in [(0, 101), (100, 1), (u64::MAX, 1), (u64::MAX, usize::MAX), (50, usize::MAX)] {
        assert!(reader.read_at(offset, len).await.is_err(), "{len} bytes at {offset}");
    }
}

async fn listings_come_in_pages(blobs: &dyn Blobs) {
    let mut ids: Vec<BlobId> = (0..60).map(|_| id()).collect();
    for (n, id) in ids.iter().enumerate() {
        write(blobs, *id, &pattern(n, 1), 100).await;
    }
    let lens: std::collections::HashMap<BlobId, u64> = ids.iter().copied().zip(0..).collect();
    ids.sort_unstable();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = blobs.list(after, 7).await.expect("list");
        assert!(page.len() <= 7);
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        assert!(page.iter().all(|entry| lens.get(&entry.id) == Some(&entry.len)));
        seen.extend(page.iter().map(|entry| entry.id));
    }
    assert_eq!(seen, ids, "every blob once, in order");
    assert_eq!(blobs.list(None, 0).await.expect("list"), []);
}

async fn many_write_at_once(blobs: Arc<dyn Blobs>) {
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let (blobs, id) = (blobs.clone(), id());
            tokio::spawn(async move {
                let content = pattern(1_500_000, n);
                write(blobs.as_ref(), id, &content, 60_000).await;
                assert!(read(blobs.as_ref(), id).await == content, "blob {n}");
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("the task did not panic");
    }
    assert_eq!(blobs.list(None, 100).await.expect("list").len(), 8);
}
