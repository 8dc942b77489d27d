//! Many at once: the outcome must be as if they had come one after another.

use super::meta::{commit, get, puts, scan};
use crate::meta::{Append, Batch, Check, Durability, Meta, MetaError, Range, Space, Write};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const TASKS: u64 = 32;

pub(super) async fn suite(make: &impl AsyncFn() -> Arc<dyn Meta>) {
    appends_have_no_gaps(make().await).await;
    no_increment_is_lost(make().await).await;
    money_is_neither_made_nor_lost(make().await).await;
    two_cannot_both_be_the_last(make().await).await;
    a_name_is_taken_once(make().await).await;
}

/// Runs `task` on many tasks at once.
async fn at_once<F: Future<Output = ()> + Send + 'static>(task: impl Fn(u64) -> F) {
    let tasks: Vec<_> = (0..TASKS).map(|n| tokio::spawn(task(n))).collect();
    for task in tasks {
        task.await.expect("the task did not panic");
    }
}

fn durability(n: u64) -> Durability {
    if n.is_multiple_of(3) { Durability::Synced } else { Durability::Logged }
}

/// Whether it was committed; if not, it conflicted and the caller looks again.
async fn committed(meta: &dyn Meta, batch: Batch, level: Durability) -> bool {
    match meta.commit(batch, level).await {
        Ok(_) => return true,
        Err(error) => assert!(matches!(error, MetaError::Conflict), "{error}"),
    }
    tokio::task::yield_now().await;
    false
}

fn saw(key: &str, seen: Option<Bytes>) -> Check {
    Check::Value { space: Space::Objects, key: key.into(), seen }
}

fn number(bytes: Option<&Bytes>) -> i64 {
    bytes.map_or(0, |bytes| std::str::from_utf8(bytes).expect("text").parse().expect("a number"))
}

async fn appends_have_no_gaps(meta: Arc<dyn Meta>) {
    const EACH: u64 = 40;
    let shared = meta.clone();
    at_once(move |task| {
        let meta = shared.clone();
        async move {
            for n in 0..EACH {
                let stream = format!("stream-{}/", (task + n) % 3).into_bytes();
                let value = Bytes::from(format!("{task}:{n}"));
                let append = Append { stream: stream.clone(), value: value.clone() };
                let batch = Batch { appends: vec![append], ..Batch::default() };
                let indices = meta.commit(batch, durability(task)).await.expect("append");
                let key = [&stream[..], &indices[0].to_be_bytes()].concat();
                let stored = meta.snapshot().await.expect("snapshot").get(Space::Trail, &key).await.expect("get");
                assert_eq!(stored, Some(value), "it stands where the commit said, as soon as it returned");
            }
        }
    })
    .await;
    let mut total = 0;
    for stream in 0..3 {
        let prefix = format!("stream-{stream}/").into_bytes();
        let entries = scan(meta.as_ref(), Space::Trail, &Range::prefix(&prefix, 10_000)).await;
        for (index, entry) in (0_u64..).zip(&entries) {
            assert_eq!(entry.key, [&prefix[..], &index.to_be_bytes()].concat());
        }
        total += entries.len() as u64;
    }
    assert_eq!(total, TASKS * EACH);
}

async fn increment(meta: &dyn Meta) -> Batch {
    let seen = get(meta, Space::Objects, "n").await;
    let next = (number(seen.as_ref()) + 1).to_string();
    Batch { checks: vec![saw("n", seen)], ..puts(Space::Objects, &[("n", &next)]) }
}

async fn no_increment_is_lost(meta: Arc<dyn Meta>) {
    const EACH: u64 = 20;
    let shared = meta.clone();
    at_once(move |task| {
        let meta = shared.clone();
        async move {
            for _ in 0..EACH {
                while !committed(meta.as_ref(), increment(meta.as_ref()).await, durability(task)).await {}
            }
        }
    })
    .await;
    let sum = number(get(meta.as_ref(), Space::Objects, "n").await.as_ref());
    assert_eq!(sum, i64::try_from(TASKS * EACH).expect("small"));
}

const PURSES: u64 = 8;
const START: i64 = 100;

async fn balances(meta: &dyn Meta) -> BTreeMap<String, i64> {
    let entries = scan(meta, Space::Objects, &Range::prefix(b"purse/", 100)).await;
    let pair = |e: &crate::meta::Entry| (String::from_utf8(e.key.to_vec()).expect("text"), number(Some(&e.value)));
    entries.iter().map(pair).collect()
}

async fn money_is_neither_made_nor_lost(meta: Arc<dyn Meta>) {
    for purse in 0..PURSES {
        commit(meta.as_ref(), puts(Space::Objects, &[(&format!("purse/{purse}"), &START.to_string())])).await;
    }
    let over = Arc::new(AtomicBool::new(false));
    let auditor = {
        let (meta, over) = (meta.clone(), over.clone());
        tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let all = balances(meta.as_ref()).await;
                assert_eq!(all.values().sum::<i64>(), START * i64::try_from(PURSES).expect("small"));
                assert!(all.values().all(|purse| *purse >= 0), "no purse is overdrawn");
                tokio::task::yield_now().await;
            }
        })
    };
    let shared = meta.clone();
    at_once(move |task| {
        let meta = shared.clone();
        async move {
            for n in 0..15 {
                let (from, to) = (format!("purse/{}", task % PURSES), format!("purse/{}", (task + n + 1) % PURSES));
                if from != to {
                    let attempt = || transfer(meta.as_ref(), &from, &to, 7 + n.cast_signed());
                    while !committed(meta.as_ref(), attempt().await, durability(task)).await {}
                }
            }
        }
    })
    .await;
    over.store(true, Ordering::Relaxed);
    auditor.await.expect("the sum held throughout");
}

async fn transfer(meta: &dyn Meta, from: &str, to: &str, amount: i64) -> Batch {
    let (has, gets) = (get(meta, Space::Objects, from).await, get(meta, Space::Objects, to).await);
    let moved = amount.min(number(has.as_ref()));
    let (left, more) = ((number(has.as_ref()) - moved).to_string(), (number(gets.as_ref()) + moved).to_string());
    let checks = vec![saw(from, has), saw(to, gets)];
    Batch { checks, ..puts(Space::Objects, &[(from, &left), (to, &more)]) }
}

/// Write skew: each may leave only while another is on duty, and each looks only at the others.
async fn two_cannot_both_be_the_last(meta: Arc<dyn Meta>) {
    for doctor in 0..TASKS {
        commit(meta.as_ref(), puts(Space::Objects, &[(&format!("duty/{doctor:02}"), "on")])).await;
    }
    let shared = meta.clone();
    at_once(move |task| {
        let meta = shared.clone();
        async move { while !committed(meta.as_ref(), leave_duty(meta.as_ref(), task).await, durability(task)).await {} }
    })
    .await;
    assert_eq!(scan(meta.as_ref(), Space::Objects, &Range::prefix(b"duty/", 100)).await.len(), 1);
}

async fn leave_duty(meta: &dyn Meta, doctor: u64) -> Batch {
    let range = Range::prefix(b"duty/", 100);
    let seen = scan(meta, Space::Objects, &range).await;
    let leave = Write::Delete { space: Space::Objects, key: format!("duty/{doctor:02}").into_bytes() };
    let writes = if seen.len() == 1 { Vec::new() } else { vec![leave] };
    Batch { checks: vec![Check::Scan { space: Space::Objects, range, seen }], writes, appends: Vec::new() }
}

async fn a_name_is_taken_once(meta: Arc<dyn Meta>) {
    let (sender, mut winners) = tokio::sync::mpsc::unbounded_channel();
    let shared = meta.clone();
    at_once(move |task| {
        let (meta, sender) = (shared.clone(), sender.clone());
        async move {
            let name =
                Batch { checks: vec![saw("name", None)], ..puts(Space::Objects, &[("name", &task.to_string())]) };
            match meta.commit(name, durability(task)).await {
                Ok(_) => sender.send(task).expect("the receiver is there"),
                Err(error) => assert!(matches!(error, MetaError::Conflict), "{error}"),
            }
        }
    })
    .await;
    let winner = winners.recv().await.expect("one took it");
    assert_eq!(winners.recv().await, None, "nobody else did");
    let stored = number(get(meta.as_ref(), Space::Objects, "name").await.as_ref());
    assert_eq!(stored, winner.cast_signed());
}
