//! Moving a store into a new erasure epoch, and under a new root key.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use crypto::Key;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Committed, Durability, MemoryMeta, Moved, Record, Space, Store, Table, Unsealed, Wrapped};
use types::{AccountId, Reason, SystemRng};

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    key: Wrapped,
}

impl Record for Kept {}

const KEPT: Table<Kept> = Table::new(Space::Keys, 1, "a kept key");
const PLACE: &[u8] = b"a place";

fn key(byte: u8) -> Key {
    Key::from_bytes([byte; 32])
}

fn epochs(numbers: &[u32]) -> BTreeMap<u32, Key> {
    numbers.iter().map(|n| (*n, key(100 + u8::try_from(*n).unwrap()))).collect()
}

async fn open(meta: &Arc<MemoryMeta>, unsealed: &Unsealed) -> types::Result<Store> {
    Store::open(meta.clone(), unsealed.clone(), "local-1".parse().unwrap(), Arc::new(SystemRng)).await
}

async fn wrap(store: &Store, account: AccountId) -> Committed {
    let mut txn = store.begin().await.unwrap();
    let key = txn.wrap(&key(7), PLACE, &key(8)).await.unwrap();
    txn.put(KEPT, account, b"", &Kept { key }).await.unwrap();
    txn.commit(Durability::Synced).await.unwrap()
}

async fn move_on(store: &Store) -> Moved {
    let mut txn = store.begin().await.unwrap();
    let moved = txn.wrap_region_key().await.unwrap();
    assert!(matches!(txn.commit(Durability::Synced).await.unwrap(), Committed::Done(_)));
    moved
}

#[tokio::test]
async fn a_store_moves_on_and_its_accounts_follow() {
    let (meta, account) = (Arc::new(MemoryMeta::default()), AccountId::random(&SystemRng));
    let unsealed = Unsealed::new(vec![key(1)], epochs(&[1])).unwrap();
    let store = open(&meta, &unsealed).await.unwrap();
    let before = store.keyring().account(account).await.unwrap();
    assert!(unsealed.replace(vec![key(1)], epochs(&[1, 2])));
    assert_eq!((store.epoch().await.unwrap(), unsealed.newest()), (1, Some(2)));
    assert_eq!(store.account_keys_behind().await.unwrap(), 0);
    assert_eq!(move_on(&store).await, Moved { from: 1, to: 2 });
    assert_eq!(store.account_keys_behind().await.unwrap(), 1);
    assert_eq!(store.rewrap_account_keys().await.unwrap(), 1);
    assert_eq!((store.rewrap_account_keys().await.unwrap(), store.account_keys_behind().await.unwrap()), (0, 0));

    let again = open(&meta, &Unsealed::new(vec![key(1)], epochs(&[2])).unwrap()).await.unwrap();
    assert_eq!(again.keyring().account(account).await.unwrap().expose(), before.expose());
    let old = open(&meta, &Unsealed::new(vec![key(1)], epochs(&[1])).unwrap()).await;
    assert_eq!(old.err().map(|failure| failure.reason()), Some(Reason::Corrupt));
}

#[tokio::test]
async fn nothing_comes_in_that_was_wrapped_before_the_move() {
    let (meta, account) = (Arc::new(MemoryMeta::default()), AccountId::random(&SystemRng));
    let unsealed = Unsealed::new(vec![key(1)], epochs(&[1])).unwrap();
    let store = open(&meta, &unsealed).await.unwrap();
    let mut late = store.begin().await.unwrap();
    let wrapped = late.wrap(&key(7), PLACE, &key(8)).await.unwrap();
    late.put(KEPT, account, b"", &Kept { key: wrapped }).await.unwrap();
    unsealed.replace(vec![key(1)], epochs(&[1, 2]));
    move_on(&store).await;
    assert!(matches!(late.commit(Durability::Synced).await.unwrap(), Committed::Conflict));
    assert!(matches!(wrap(&store, account).await, Committed::Done(_)));
    let kept = store.view().await.unwrap().get(KEPT, account, b"").await.unwrap().unwrap().key;
    assert_eq!(kept.epoch, 2);
    assert_eq!(store.keyring().unwrap(&key(7), PLACE, &kept, "it").unwrap().expose(), key(8).expose());
}

#[tokio::test]
async fn a_wrap_of_an_ended_epoch_says_so() {
    let (meta, account) = (Arc::new(MemoryMeta::default()), AccountId::random(&SystemRng));
    let unsealed = Unsealed::new(vec![key(1)], epochs(&[1])).unwrap();
    let store = open(&meta, &unsealed).await.unwrap();
    wrap(&store, account).await;
    let kept = store.view().await.unwrap().get(KEPT, account, b"").await.unwrap().unwrap().key;
    assert!(!unsealed.replace(vec![key(1)], BTreeMap::new()), "a seal without an epoch is none");
    unsealed.replace(vec![key(1)], epochs(&[2]));
    assert!(!unsealed.holds(1));
    let failure = store.keyring().unwrap(&key(7), PLACE, &kept, "it").err().unwrap();
    assert_eq!(failure.reason(), Reason::Corrupt);
}

#[tokio::test]
async fn a_new_root_key_takes_the_place_of_the_old() {
    let meta = Arc::new(MemoryMeta::default());
    let unsealed = Unsealed::new(vec![key(1)], epochs(&[1])).unwrap();
    let store = open(&meta, &unsealed).await.unwrap();
    assert!(store.is_under_newest_root().await.unwrap());
    unsealed.replace(vec![key(1), key(3)], epochs(&[1]));
    assert!(!store.is_under_newest_root().await.unwrap());
    // Between the two, either state opens.
    let both = Unsealed::new(vec![key(1), key(3)], epochs(&[1])).unwrap();
    assert!(open(&meta, &both).await.is_ok());
    assert_eq!(move_on(&store).await, Moved { from: 1, to: 1 });
    assert!(store.is_under_newest_root().await.unwrap());
    assert!(open(&meta, &both).await.is_ok());
    assert!(open(&meta, &Unsealed::new(vec![key(3)], epochs(&[1])).unwrap()).await.is_ok());
    assert!(open(&meta, &Unsealed::new(vec![key(1)], epochs(&[1])).unwrap()).await.is_err());
}
