use crate::fixture::{Fixture, assert_clean};
use std::sync::Arc;
use types::AccountId;

#[tokio::test]
async fn a_log_grows_through_every_kind_of_edge() {
    let f = Fixture::new().await;
    let mut saved: Vec<Vec<u8>> = Vec::new();
    let mut old = 0;
    for size in [1, 2, 255, 256, 257, 511, 512, 513, 1500, 65_535, 65_536, 65_537, 65_800] {
        f.grow(size).await;
        assert_eq!(f.publish().await.unwrap(), size - old);
        assert_eq!(f.publish().await.unwrap(), 0);
        if !(2000..=65_535).contains(&size) {
            let published = f.verify_published().await;
            assert_clean(&published);
            assert_eq!((published.logs, published.events, published.pending), (1, size, 0));
        }
        saved.push(f.read("checkpoint"));
        old = size;
    }
    let report = f.verify().await;
    assert_clean(&report);
    assert_eq!((report.logs, report.events, report.pending), (1, old, 0));
    for checkpoint in [&saved[3], &saved[10]] {
        let (offline, online) = f.verify_against(checkpoint).await;
        assert_clean(&offline);
        assert_clean(&online);
    }
    let files = f.files();
    assert!(files.iter().any(|p| p == "tile/2/000.p/1") && files.iter().any(|p| p == "tile/1/000"));
    assert!(!files.iter().any(|p| p.starts_with("tile/0/000.p/")), "partial tiles go when the full one is there");
}

#[tokio::test]
async fn events_without_a_checkpoint_are_counted_apart() {
    let f = Fixture::new().await;
    assert_clean(&f.verify().await);
    f.grow(10).await;
    let report = f.verify().await;
    assert_clean(&report);
    assert_eq!((report.events, report.pending), (0, 10));
    f.publish().await.unwrap();
    f.grow(300).await;
    let report = f.verify().await;
    assert_clean(&report);
    assert_eq!((report.logs, report.events, report.pending), (1, 10, 290));
}

#[tokio::test]
async fn every_account_has_its_own_log_and_key() {
    let f = Fixture::new().await;
    let others: Vec<AccountId> =
        (1..=300u64).map(|n| (2_000_000_000_000_000 + n).to_string().parse().unwrap()).collect();
    f.grow(3).await;
    for account in &others {
        f.grow_account(*account, 2).await;
    }
    assert_eq!(f.publisher.publish_all().await.unwrap(), 3 + 600);
    assert_eq!(f.publisher.publish_all().await.unwrap(), 0);
    let report = f.verify().await;
    assert_clean(&report);
    assert_eq!((report.logs, report.events), (301, 603));
    let other = trail::Log::open(&f.store, others[0]).await.unwrap();
    assert_ne!(other.vkey().key(), f.log().await.vkey().key());
    assert_eq!(other.origin(), "bailee/local-1/2000000000000001");
}

#[tokio::test]
async fn the_loop_publishes_what_is_marked_and_stops_when_told() {
    let f = Arc::new(Fixture::new().await);
    f.grow(3).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (running, starting) = (f.clone(), f.clone());
    let run = tokio::spawn(async move { running.publisher.run(async { stopped.await.unwrap_or(()) }).await });
    while starting.verify().await.events < 3 {
        tokio::task::yield_now().await;
    }
    f.grow(5).await;
    f.publisher.mark(f.account);
    while starting.verify().await.events < 5 {
        tokio::task::yield_now().await;
    }
    f.grow(6).await;
    f.publisher.mark(f.account);
    stop.send(()).unwrap();
    run.await.unwrap();
    assert_eq!(f.verify().await.events, 6);
    assert!(f.publisher.problems().is_empty());
}

#[tokio::test]
async fn what_could_not_be_published_is_told_and_tried_again() {
    let f = Arc::new(Fixture::new().await);
    f.grow(3).await;
    // A file stands where the log's folder belongs.
    std::fs::write(f.folder(), b"").unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = f.clone();
    let run = tokio::spawn(async move { running.publisher.run(async { stopped.await.unwrap_or(()) }).await });
    while f.publisher.problems().is_empty() {
        tokio::task::yield_now().await;
    }
    std::fs::remove_file(f.folder()).unwrap();
    while f.verify().await.events < 3 {
        tokio::task::yield_now().await;
    }
    stop.send(()).unwrap();
    run.await.unwrap();
    assert!(f.publisher.problems().is_empty());
    assert_clean(&f.verify().await);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_told_and_keeps_the_old_checkpoint() {
    let f = Fixture::new().await;
    f.grow(3).await;
    f.publish().await.unwrap();
    let before = f.read("checkpoint");
    f.grow(300).await;
    // Whatever is written under this name goes to a device that is always full.
    std::os::unix::fs::symlink("/dev/full", f.folder().join("tmp/file")).unwrap();
    assert_eq!(f.publish().await.unwrap_err().reason(), types::Reason::StorageFull);
    assert_eq!(f.read("checkpoint"), before);
    let report = f.verify().await;
    assert_clean(&report);
    assert_eq!((report.events, report.pending), (3, 297));
    assert!(f.publisher.problems().contains_key(&f.account));
    assert_eq!(f.publish().await.unwrap(), 297);
    assert_clean(&f.verify().await);
    assert!(f.publisher.problems().is_empty());
}
