use crate::fixture::{Fixture, event};
use trail::{Entry, NoteError, Proof, disclose, published_path, read_disclosure, serve, verify_receipt};

async fn entry(f: &Fixture, index: u64) -> Entry {
    let (_, bytes) = f.store.view().await.unwrap().stream(f.account, index, 1).await.unwrap().pop().unwrap();
    Entry::from_bytes(bytes).unwrap()
}

#[tokio::test]
async fn a_receipt_shows_one_event_and_no_other() {
    let f = Fixture::new().await;
    f.grow(600).await;
    f.publish().await.unwrap();
    let log = f.log().await;
    for index in [0, 255, 256, 599] {
        let proof = Proof::build(&f.source(), log.vkey(), index).await.unwrap();
        assert_eq!(Proof::parse(proof.to_text().as_bytes()), Ok(proof.clone()));
        let disclosure = disclose(&entry(&f, index).await);
        let shown = verify_receipt(proof.to_text().as_bytes(), &disclosure, log.vkey());
        assert_eq!(shown, Ok(event(index)));
        let other = disclose(&entry(&f, 7).await);
        assert_eq!(verify_receipt(proof.to_text().as_bytes(), &other, log.vkey()), Err(NoteError::OtherRoot));
    }
    assert!(Proof::build(&f.source(), log.vkey(), 600).await.is_err());
}

#[tokio::test]
async fn every_changed_byte_of_a_receipt_is_noticed() {
    let f = Fixture::new().await;
    f.grow(5).await;
    f.publish().await.unwrap();
    let log = f.log().await;
    let proof = Proof::build(&f.source(), log.vkey(), 3).await.unwrap().to_text().into_bytes();
    let disclosure = disclose(&entry(&f, 3).await);
    for i in 0..proof.len() {
        let mut bytes = proof.clone();
        bytes[i] ^= 1;
        assert!(verify_receipt(&bytes, &disclosure, log.vkey()).is_err(), "byte {i}");
    }
    for i in 0..disclosure.len() {
        let mut bytes = disclosure.clone();
        bytes[i] ^= 1;
        assert!(verify_receipt(&proof, &bytes, log.vkey()).is_err(), "byte {i}");
    }
    let text = String::from_utf8(proof).unwrap();
    assert!(Proof::parse(text.replace("index 3", "extra YQ==\nindex 3").as_bytes()).is_ok());
    for wrong in [text.replace("index 3", "index 03"), text.replace("index 3", "extra *\nindex 3"), String::new()] {
        assert!(Proof::parse(wrong.as_bytes()).is_err());
    }
    assert!(read_disclosure(b"bailee/event/v1\n\n\n").is_err());
}

#[tokio::test]
async fn only_files_of_logs_are_served() {
    let f = Fixture::new().await;
    f.grow(300).await;
    f.publish().await.unwrap();
    std::fs::write(f.trails.path().join("secret"), b"x").unwrap();
    for path in f.files() {
        let served = serve(f.trails.path(), &format!("{}/{path}", f.account)).await.unwrap().unwrap();
        assert_eq!(served.bytes, f.read(&path));
        assert_eq!(served.content_type.starts_with("text/plain"), !path.starts_with("tile/"));
    }
    let account = f.account.to_string();
    for wrong in [
        "secret",
        "",
        "/",
        "../secret",
        "1234567890123456",
        "1234567890123456/",
        "1234567890123456/../secret",
        "1234567890123456/tmp/file",
        "1234567890123456//checkpoint",
        "1234567890123456/tile/0/../0/000",
        "1234567890123456/tile/0/000/",
        "1234567890123456/Checkpoint",
        "1234567890123456/tile/0/000%2e",
    ] {
        assert_eq!(published_path(wrong), None, "{wrong}");
        assert_eq!(serve(f.trails.path(), wrong).await.unwrap(), None);
    }
    assert_eq!(serve(f.trails.path(), &format!("{account}/tile/0/777")).await.unwrap(), None);
}
