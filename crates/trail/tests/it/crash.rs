use crate::faulty_meta::Fault;
use crate::fixture::{Fixture, assert_clean, assert_found};

#[tokio::test]
async fn a_crash_at_every_commit_leaves_a_log_that_verifies_and_goes_on() {
    for fault in [Fault::BeforeSynced, Fault::AfterSynced, Fault::BeforeLogged] {
        for (first, second) in [(0, 1), (0, 700), (100, 256), (256, 300), (300, 600)] {
            let f = Fixture::new().await;
            f.grow(first).await;
            f.publish().await.unwrap();
            f.grow(second).await;
            f.meta.fail(fault);
            f.publish().await.unwrap_err();
            assert_eq!(f.publisher.problems().len(), 1);
            let report = f.verify().await;
            assert_clean(&report);
            assert_eq!(report.events + report.pending, second);
            let f = f.restarted().await;
            f.grow(second + 3).await;
            f.publish().await.unwrap();
            let report = f.verify().await;
            assert_clean(&report);
            assert_eq!((report.events, report.pending), (second + 3, 0));
            assert_eq!(f.publish().await.unwrap(), 0);
        }
    }
}

#[tokio::test]
async fn tiles_of_events_that_a_power_cut_took_back_are_swept() {
    let f = Fixture::new().await;
    f.grow(250).await;
    f.publish().await.unwrap();
    f.grow(1600).await;
    f.meta.fail(Fault::BeforeSynced);
    f.publish().await.unwrap_err();
    assert!(f.files().iter().any(|p| p == "tile/0/005"));
    let f = f.with_events(252).await;
    f.grow(254).await;
    f.publish().await.unwrap();
    let report = f.verify().await;
    assert_clean(&report);
    assert_eq!(report.events, 254);
    assert!(!f.files().iter().any(|p| p == "tile/0/000" || p == "tile/0/005" || p == "tile/entries/001"));
}

#[tokio::test]
async fn a_torn_or_missing_right_edge_is_made_again() {
    for spoil in ["tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1", "checkpoint", "tile"] {
        let f = Fixture::new().await;
        f.grow(300).await;
        f.publish().await.unwrap();
        let (checkpoint, files) = (f.read("checkpoint"), f.files());
        if spoil == "tile" {
            std::fs::remove_dir_all(f.folder()).unwrap();
        } else {
            let bytes = f.read(spoil);
            f.write(spoil, &bytes[..bytes.len() / 2]);
        }
        assert!(!f.verify().await.is_clean());
        f.publish().await.unwrap();
        assert_eq!((f.read("checkpoint"), f.files()), (checkpoint, files), "{spoil}");
        assert_clean(&f.verify().await);
        f.grow(310).await;
        assert_eq!(f.publish().await.unwrap(), 10);
        assert_clean(&f.verify().await);
    }
}

#[tokio::test]
async fn a_fork_is_never_signed() {
    let f = Fixture::new().await;
    f.grow(300).await;
    f.publish().await.unwrap();
    let signed = f.read("checkpoint");
    // The store is taken back and goes on differently.
    let f = f.with_events(290).await;
    let error = f.publish().await.unwrap_err();
    assert_eq!(error.reason(), types::Reason::Corrupt);
    assert!(error.to_string().contains("bailee/local-1/1234567890123456"), "{error}");
    f.grow(305).await;
    assert_eq!(f.publish().await.unwrap_err().reason(), types::Reason::Corrupt);
    assert_eq!(f.read("checkpoint"), signed);
    assert_found(&f.verify().await, "checkpoint", "a store that was taken back");
}

#[tokio::test]
async fn a_store_that_forgot_its_checkpoints_does_not_sign_on() {
    let f = Fixture::new().await;
    f.grow(300).await;
    f.publish().await.unwrap();
    let key = trail::HEADS.key(f.account, b"");
    f.put_raw(store::Space::System, key, None).await;
    f.grow(301).await;
    assert_eq!(f.publish().await.unwrap_err().reason(), types::Reason::Corrupt);
    assert_found(&f.verify().await, "checkpoint", "a head that is gone");
}

#[tokio::test]
async fn changed_old_entries_do_not_get_into_a_rebuilt_folder() {
    let f = Fixture::new().await;
    f.grow(600).await;
    f.publish().await.unwrap();
    let (a, b) = (f.raw_event(3).await, f.raw_event(4).await);
    f.put_raw(store::Space::Trail, f.event_key(3), Some(b)).await;
    f.put_raw(store::Space::Trail, f.event_key(4), Some(a)).await;
    std::fs::remove_file(f.folder().join("tile/0/002.p/88")).unwrap();
    let before = f.files();
    assert_eq!(f.publish().await.unwrap_err().reason(), types::Reason::Corrupt);
    assert_eq!(f.files(), before);
    assert_clean(&{
        let mut report = f.verify_published().await;
        report.findings.retain(|finding| finding.place != "tile/0/002.p/88");
        report
    });
}
