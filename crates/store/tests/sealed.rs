//! The sealed view: what is stored opens for its own account, at its own place, unchanged; and nothing else does.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use bytes::Bytes;
use crypto::Key;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Batch, Committed, Durability, MemoryMeta, Meta, Range, Record, Space, Store, Table, Unsealed, Write};
use types::{AccountId, Reason, SystemRng};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    text: String,
    #[serde(default)]
    stars: u32,
}

impl Record for Note {}

const NOTES: Table<Note> = Table::new(Space::Objects, 1, "a note");
const DRAFTS: Table<Note> = Table::new(Space::Objects, 2, "a draft");

fn note(text: &str) -> Note {
    Note { text: text.to_owned(), stars: 3 }
}

fn unsealed(root: u8) -> Unsealed {
    let key = |byte| Key::from_bytes([byte; 32]);
    Unsealed::new(vec![key(root)], BTreeMap::from([(1, key(9))])).unwrap()
}

async fn open(meta: &Arc<MemoryMeta>, root: u8) -> types::Result<Store> {
    Store::open(meta.clone(), unsealed(root), "local-1".parse().unwrap(), Arc::new(SystemRng)).await
}

async fn new_store() -> (Arc<MemoryMeta>, Store, AccountId) {
    let meta = Arc::new(MemoryMeta::default());
    let store = open(&meta, 1).await.unwrap();
    (meta, store, AccountId::random(&SystemRng))
}

async fn put(store: &Store, account: AccountId, suffix: &str, text: &str) {
    let mut txn = store.begin().await.unwrap();
    txn.put(NOTES, account, suffix.as_bytes(), &note(text)).await.unwrap();
    assert!(matches!(txn.commit(Durability::Synced).await, Ok(Committed::Done(_))));
}

async fn raw(meta: &MemoryMeta, key: &[u8]) -> Bytes {
    meta.snapshot().await.unwrap().get(Space::Objects, key).await.unwrap().unwrap()
}

async fn set_raw(meta: &MemoryMeta, key: &[u8], value: Bytes) {
    let write = Write::Put { space: Space::Objects, key: key.to_vec(), value };
    meta.commit(Batch { writes: vec![write], ..Batch::default() }, Durability::Synced).await.unwrap();
}

fn all() -> Range {
    Range { start: Vec::new(), end: None, limit: 100, reverse: false }
}

#[tokio::test]
async fn records_open_where_they_were_put() {
    let (meta, store, account) = new_store().await;
    put(&store, account, "a", "one").await;
    put(&store, account, "b", "two").await;
    let view = store.view().await.unwrap();
    assert_eq!(view.get(NOTES, account, b"a").await.unwrap(), Some(note("one")));
    assert_eq!(view.get(NOTES, account, b"c").await.unwrap(), None);
    assert_eq!(view.get(DRAFTS, account, b"a").await.unwrap(), None, "tables are separate");
    let scanned = view.scan(NOTES, account, &all()).await.unwrap();
    assert_eq!(scanned, [(b"a".to_vec(), note("one")), (b"b".to_vec(), note("two"))]);
    let part = Range { start: b"b".to_vec(), ..all() };
    assert_eq!(view.keys(NOTES, account, &part).await.unwrap(), [b"b"]);
    let stored = raw(&meta, &NOTES.key(account, b"a")).await;
    assert!(!stored.windows(3).any(|window| window == b"one"), "what is stored is sealed");
}

#[tokio::test]
async fn a_store_opens_again_under_its_own_seal_only() {
    let (meta, store, account) = new_store().await;
    put(&store, account, "a", "one").await;
    let again = open(&meta, 1).await.unwrap();
    assert_eq!(again.view().await.unwrap().get(NOTES, account, b"a").await.unwrap(), Some(note("one")));
    assert_eq!(open(&meta, 2).await.err().map(|failure| failure.reason()), Some(Reason::Corrupt));
}

#[tokio::test]
async fn a_moved_value_does_not_open() {
    let (meta, store, account) = new_store().await;
    let other = AccountId::random(&SystemRng);
    put(&store, account, "a", "one").await;
    put(&store, other, "a", "theirs").await;
    let stored = raw(&meta, &NOTES.key(account, b"a")).await;
    for key in [NOTES.key(account, b"b"), DRAFTS.key(account, b"a"), NOTES.key(other, b"a")] {
        set_raw(&meta, &key, stored.clone()).await;
    }
    let view = store.view().await.unwrap();
    let reasons = [
        view.get(NOTES, account, b"b").await.err(),
        view.get(DRAFTS, account, b"a").await.err(),
        view.get(NOTES, other, b"a").await.err(),
        view.scan(NOTES, account, &all()).await.err(),
    ];
    for reason in reasons {
        assert_eq!(reason.map(|failure| failure.reason()), Some(Reason::Corrupt));
    }
    assert_eq!(view.get(NOTES, account, b"a").await.unwrap(), Some(note("one")), "the rest is whole");
}

#[tokio::test]
async fn a_flipped_byte_is_damage_named_as_such() {
    let (meta, store, account) = new_store().await;
    put(&store, account, "a", "one").await;
    let key = NOTES.key(account, b"a");
    let stored = raw(&meta, &key).await;
    for at in 0..stored.len() {
        let mut damaged = stored.to_vec();
        damaged[at] ^= 1;
        set_raw(&meta, &key, damaged.into()).await;
        let failure = store.view().await.unwrap().get(NOTES, account, b"a").await.unwrap_err();
        assert_eq!(failure.reason(), Reason::Corrupt, "byte {at}");
        assert!(failure.to_string().contains("a note"), "{failure}");
    }
    for len in 0..stored.len() {
        set_raw(&meta, &key, stored.slice(..len)).await;
        assert!(store.view().await.unwrap().get(NOTES, account, b"a").await.is_err(), "{len} bytes");
    }
}

#[tokio::test]
async fn a_transaction_sees_its_own_writes() {
    let (_meta, store, account) = new_store().await;
    put(&store, account, "a", "old").await;
    let mut txn = store.begin().await.unwrap();
    txn.put(NOTES, account, b"a", &note("new")).await.unwrap();
    assert_eq!(txn.get(NOTES, account, b"a").await.unwrap(), Some(note("new")));
    txn.delete(NOTES, account, b"a");
    assert_eq!(txn.get(NOTES, account, b"a").await.unwrap(), None);
    txn.put(NOTES, account, b"b", &note("b")).await.unwrap();
    assert_eq!(txn.view().get(NOTES, account, b"b").await.unwrap(), None, "the snapshot stays as it is");
    assert!(txn.writes());
    drop(txn);
    let view = store.view().await.unwrap();
    assert_eq!(view.get(NOTES, account, b"a").await.unwrap(), Some(note("old")), "nothing without a commit");
}

#[tokio::test]
async fn what_was_read_must_still_hold() {
    let (_meta, store, account) = new_store().await;
    put(&store, account, "a", "1").await;
    let mut by_value = store.begin().await.unwrap();
    by_value.get(NOTES, account, b"a").await.unwrap();
    by_value.put(NOTES, account, b"x", &note("x")).await.unwrap();
    let mut by_scan = store.begin().await.unwrap();
    by_scan.scan(NOTES, account, &all()).await.unwrap();
    by_scan.put(DRAFTS, account, b"x", &note("x")).await.unwrap();
    let mut reader = store.begin().await.unwrap();
    reader.get(NOTES, account, b"a").await.unwrap();
    reader.append(account, b"it was read").await.unwrap();
    let mut elsewhere = store.begin().await.unwrap();
    elsewhere.get(DRAFTS, account, b"z").await.unwrap();
    elsewhere.put(DRAFTS, account, b"z", &note("z")).await.unwrap();

    put(&store, account, "a", "2").await;
    assert!(matches!(by_value.commit(Durability::Synced).await, Ok(Committed::Conflict)));
    assert!(matches!(by_scan.commit(Durability::Synced).await, Ok(Committed::Conflict)));
    assert!(matches!(reader.commit(Durability::Logged).await, Ok(Committed::Done(i)) if i == [0]));
    assert!(matches!(elsewhere.commit(Durability::Synced).await, Ok(Committed::Done(_))));
    let view = store.view().await.unwrap();
    assert_eq!(view.get(NOTES, account, b"x").await.unwrap(), None);
}

#[tokio::test]
async fn a_claim_is_granted_once() {
    let (_meta, store, account) = new_store().await;
    let claim = async || {
        let mut txn = store.begin().await.unwrap();
        txn.claim(NOTES, account, b"nonce", &note("taken")).await.unwrap();
        txn.append(account, b"event").await.unwrap();
        assert!(!txn.writes(), "a claim alone makes no change of a look");
        txn.commit(Durability::Logged).await.unwrap()
    };
    assert!(matches!(claim().await, Committed::Done(_)));
    assert!(matches!(claim().await, Committed::Conflict));
}

#[tokio::test]
async fn streams_are_kept_apart_and_in_order() {
    let (meta, store, account) = new_store().await;
    let other = AccountId::random(&SystemRng);
    for (account, text) in [(account, "a0"), (other, "b0"), (account, "a1"), (account, "a2")] {
        let mut txn = store.begin().await.unwrap();
        txn.append(account, text.as_bytes()).await.unwrap();
        txn.commit(Durability::Logged).await.unwrap();
    }
    let view = store.view().await.unwrap();
    let entries = view.stream(account, 1, 10).await.unwrap();
    assert_eq!(entries, [(1, b"a1".to_vec()), (2, b"a2".to_vec())]);
    assert_eq!(view.stream_last(account).await.unwrap(), Some((2, b"a2".to_vec())));
    assert_eq!(view.stream(other, 0, 10).await.unwrap(), [(0, b"b0".to_vec())]);
    assert_eq!(view.stream_last(AccountId::random(&SystemRng)).await.unwrap(), None);
    let mut streams = view.streams(None, 10).await.unwrap();
    streams.sort_unstable();
    let mut both = [account, other];
    both.sort_unstable();
    assert_eq!(streams, both);

    // Another account's entry in this account's stream does not open.
    let theirs = [&other.get().to_be_bytes()[..], &0_u64.to_be_bytes()].concat();
    let stolen = meta.snapshot().await.unwrap().get(Space::Trail, &theirs).await.unwrap().unwrap();
    let ours = [&account.get().to_be_bytes()[..], &1_u64.to_be_bytes()].concat();
    let write = Write::Put { space: Space::Trail, key: ours, value: stolen };
    meta.commit(Batch { writes: vec![write], ..Batch::default() }, Durability::Synced).await.unwrap();
    let failure = store.view().await.unwrap().stream(account, 0, 10).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::Corrupt);
}

#[tokio::test]
async fn two_who_make_an_account_key_agree() {
    let (meta, store, account) = new_store().await;
    let second = open(&meta, 1).await.unwrap();
    let (a, b) = tokio::join!(store.keyring().account(account), second.keyring().account(account));
    assert_eq!(a.unwrap().expose(), b.unwrap().expose());
}

/// The same note, as a later version of the software might keep it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct NewNote {
    text: String,
    stars: u32,
    #[serde(default)]
    colour: Option<String>,
}

impl Record for NewNote {}

#[tokio::test]
async fn a_field_may_be_added_and_an_unknown_version_is_refused() {
    const AS_NEW: Table<NewNote> = Table::new(Space::Objects, 1, "a note");
    let (_meta, store, account) = new_store().await;
    put(&store, account, "a", "one").await;
    let found = store.view().await.unwrap().get(AS_NEW, account, b"a").await.unwrap();
    assert_eq!(found, Some(NewNote { text: "one".to_owned(), stars: 3, colour: None }));

    #[derive(Serialize, Deserialize)]
    struct Later(u8);
    impl Record for Later {
        const VERSION: u8 = 2;
    }
    const LATER: Table<Later> = Table::new(Space::Objects, 1, "a note");
    let found = store.view().await.unwrap().get(LATER, account, b"a").await;
    assert_eq!(found.err().map(|failure| failure.reason()), Some(Reason::Corrupt));
}
