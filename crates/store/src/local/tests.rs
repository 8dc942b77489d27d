use super::{LocalBlobs, LocalBlobsOptions};
use crate::blobs::{BlobError, BlobId, Blobs};
use crate::conformance::blobs_suite;
use bytes::Bytes;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use types::{SystemClock, SystemRng};

fn options() -> LocalBlobsOptions {
    LocalBlobsOptions::new(Arc::new(SystemClock::new()))
}

fn open(dir: &Path) -> LocalBlobs {
    LocalBlobs::open(dir, &options()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn local_files_conform() {
    let root = tempfile::tempdir().unwrap();
    let count = AtomicU64::new(0);
    blobs_suite(async || {
        let dir = root.path().join(count.fetch_add(1, Ordering::Relaxed).to_string());
        Arc::new(open(&dir)) as Arc<dyn Blobs>
    })
    .await;
}

#[tokio::test]
async fn what_a_crash_left_is_removed_and_the_rest_stays() {
    let dir = tempfile::tempdir().unwrap();
    let (done, left) = (BlobId::random(&SystemRng), BlobId::random(&SystemRng));
    let blobs = open(dir.path());
    let mut writer = blobs.create(done).await.unwrap();
    writer.write(Bytes::from_static(b"whole")).await.unwrap();
    writer.finish().await.unwrap();
    let tmp = dir.path().join("tmp").join(format!("{left}.blob"));
    std::fs::write(&tmp, b"half").unwrap();
    drop(blobs);

    let blobs = open(dir.path());
    assert!(!tmp.exists());
    assert_eq!(blobs.open(done).await.unwrap().read_at(0, 5).await.unwrap(), b"whole");
    let listed = blobs.list(None, 10).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(listed[0].modified.secs() > 1_600_000_000, "{:?}", listed[0]);
}

#[tokio::test]
async fn a_dropped_writer_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = open(dir.path());
    let mut writer = blobs.create(BlobId::random(&SystemRng)).await.unwrap();
    writer.write(Bytes::from(vec![1; 2_000_000])).await.unwrap();
    drop(writer);
    assert_eq!(std::fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_full_disk_refuses_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let free = Arc::new(AtomicU64::new(u64::MAX));
    let source = free.clone();
    let mut options = options();
    options.reserve_bytes = 1000;
    options.free_space = Arc::new(move |_| Ok(source.load(Ordering::Relaxed)));
    free.store(2_000_000, Ordering::Relaxed);
    let blobs = LocalBlobs::open(dir.path(), &options).unwrap();
    let mut writer = blobs.create(BlobId::random(&SystemRng)).await.unwrap();
    let full = async {
        for _ in 0..10 {
            writer.write(Bytes::from(vec![1; 1_000_000])).await?;
        }
        Ok(())
    };
    assert!(matches!(full.await, Err(BlobError::Full)));
    drop(writer);
    assert_eq!(blobs.list(None, 10).await.unwrap(), []);
}

#[tokio::test]
async fn a_name_is_used_once() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = open(dir.path());
    let id = BlobId::random(&SystemRng);
    let first = blobs.create(id).await.unwrap();
    assert!(blobs.create(id).await.is_err(), "it is being written");
    first.finish().await.unwrap();
    assert!(blobs.create(id).await.is_err(), "it is there");
}
