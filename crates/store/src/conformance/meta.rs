use super::serial;
use crate::meta::{Append, Batch, Check, Durability, Entry, Meta, MetaError, Range, Space, Write};
use bytes::Bytes;
use std::sync::Arc;

/// Everything the [`Meta`] contract says, on engines that `make` makes anew and empty.
pub async fn meta_suite(make: impl AsyncFn() -> Arc<dyn Meta>) {
    values_come_and_go(make().await.as_ref()).await;
    spaces_are_separate(make().await.as_ref()).await;
    the_last_write_of_a_batch_wins(make().await.as_ref()).await;
    scans_keep_order_and_bounds(make().await.as_ref()).await;
    a_snapshot_does_not_change(make().await.as_ref()).await;
    a_changed_value_conflicts(make().await.as_ref()).await;
    a_changed_scan_conflicts(make().await.as_ref()).await;
    a_conflict_leaves_nothing(make().await.as_ref()).await;
    appends_are_numbered(make().await.as_ref()).await;
    the_largest_allowed_is_kept(make().await.as_ref()).await;
    serial::suite(&make).await;
}

/// What an engine that keeps its data must do besides: `open` opens the same store again after it was dropped.
pub async fn durable_meta_suite(open: impl AsyncFn() -> Arc<dyn Meta>) {
    let meta = open().await;
    let mut batch = puts(Space::Objects, &[("a", "1"), ("b", "2")]);
    batch.appends = vec![append("s", "first"), append("s", "second")];
    commit(meta.as_ref(), batch).await;
    drop(meta);

    let meta = open().await;
    assert_eq!(get(meta.as_ref(), Space::Objects, "a").await.as_deref(), Some(&b"1"[..]));
    let logged = Batch { appends: vec![append("s", "third")], ..puts(Space::Objects, &[("a", "3")]) };
    let indices = meta.commit(logged, Durability::Logged).await.expect("commit");
    assert_eq!(indices, [2], "indices go on where they were");
    commit(meta.as_ref(), delete(Space::Objects, "b")).await;
    drop(meta);

    let meta = open().await;
    assert_eq!(get(meta.as_ref(), Space::Objects, "a").await.as_deref(), Some(&b"3"[..]), "a logged commit was closed");
    assert_eq!(get(meta.as_ref(), Space::Objects, "b").await, None);
    let trail = scan(meta.as_ref(), Space::Trail, &Range::prefix(b"s", 10)).await;
    assert_eq!(values(&trail), ["first", "second", "third"]);
}

pub(super) fn puts(space: Space, pairs: &[(&str, &str)]) -> Batch {
    let put = |(key, value): &(&str, &str)| Write::Put {
        space,
        key: key.as_bytes().to_vec(),
        value: Bytes::copy_from_slice(value.as_bytes()),
    };
    Batch { writes: pairs.iter().map(put).collect(), ..Batch::default() }
}

fn delete(space: Space, key: &str) -> Batch {
    Batch { writes: vec![Write::Delete { space, key: key.into() }], ..Batch::default() }
}

fn append(stream: &str, value: &str) -> Append {
    Append { stream: stream.into(), value: Bytes::copy_from_slice(value.as_bytes()) }
}

fn range(start: &str, end: Option<&str>, limit: usize, reverse: bool) -> Range {
    Range { start: start.into(), end: end.map(Into::into), limit, reverse }
}

pub(super) async fn commit(meta: &dyn Meta, batch: Batch) -> Vec<u64> {
    meta.commit(batch, Durability::Synced).await.expect("a commit that nothing hinders")
}

async fn refused(meta: &dyn Meta, batch: Batch) {
    let result = meta.commit(batch, Durability::Logged).await;
    assert!(matches!(result, Err(MetaError::Conflict)), "expected a conflict, not {result:?}");
}

pub(super) async fn get(meta: &dyn Meta, space: Space, key: &str) -> Option<Bytes> {
    meta.snapshot().await.expect("snapshot").get(space, key.as_bytes()).await.expect("get")
}

pub(super) async fn scan(meta: &dyn Meta, space: Space, range: &Range) -> Vec<Entry> {
    meta.snapshot().await.expect("snapshot").scan(space, range).await.expect("scan")
}

fn keys(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| std::str::from_utf8(&entry.key).expect("text")).collect()
}

fn values(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| std::str::from_utf8(&entry.value).expect("text")).collect()
}

async fn values_come_and_go(meta: &dyn Meta) {
    assert_eq!(get(meta, Space::System, "a").await, None);
    commit(meta, puts(Space::System, &[("a", "1")])).await;
    assert_eq!(get(meta, Space::System, "a").await.as_deref(), Some(&b"1"[..]));
    commit(meta, puts(Space::System, &[("a", "")])).await;
    assert_eq!(get(meta, Space::System, "a").await.as_deref(), Some(&b""[..]), "an empty value is a value");
    commit(meta, delete(Space::System, "a")).await;
    assert_eq!(get(meta, Space::System, "a").await, None);
    commit(meta, delete(Space::System, "a")).await;
    assert_eq!(commit(meta, Batch::default()).await, [0; 0], "an empty batch commits");
}

async fn spaces_are_separate(meta: &dyn Meta) {
    for space in Space::ALL {
        commit(meta, puts(space, &[("key", space.name())])).await;
    }
    for space in Space::ALL {
        assert_eq!(get(meta, space, "key").await.as_deref(), Some(space.name().as_bytes()));
        assert_eq!(scan(meta, space, &range("", None, 10, false)).await.len(), 1);
    }
}

async fn the_last_write_of_a_batch_wins(meta: &dyn Meta) {
    let mut batch = puts(Space::Keys, &[("a", "1"), ("a", "2"), ("b", "1")]);
    batch.writes.push(Write::Delete { space: Space::Keys, key: b"b".to_vec() });
    batch.writes.push(Write::Delete { space: Space::Keys, key: b"c".to_vec() });
    batch.writes.extend(puts(Space::Keys, &[("c", "3")]).writes);
    commit(meta, batch).await;
    let all = scan(meta, Space::Keys, &range("", None, 10, false)).await;
    assert_eq!(keys(&all), ["a", "c"]);
    assert_eq!(values(&all), ["2", "3"]);
}

async fn scans_keep_order_and_bounds(meta: &dyn Meta) {
    commit(meta, puts(Space::Objects, &[("b", ""), ("a", ""), ("c/1", ""), ("c/2", ""), ("d", "")])).await;
    let page = |start, end, limit, reverse| {
        let range = range(start, end, limit, reverse);
        async move { keys(&scan(meta, Space::Objects, &range).await).join(" ") }
    };
    assert_eq!(page("", None, 10, false).await, "a b c/1 c/2 d");
    assert_eq!(page("", None, 2, false).await, "a b");
    assert_eq!(page("", None, 2, true).await, "d c/2");
    assert_eq!(page("b", Some("c/2"), 10, false).await, "b c/1", "the end is left out");
    assert_eq!(page("b", Some("c/2"), 10, true).await, "c/1 b");
    assert_eq!(page("b", Some("b"), 10, false).await, "");
    assert_eq!(page("d", Some("a"), 10, false).await, "", "a range may end before it starts");
    assert_eq!(page("d", Some("a"), 10, true).await, "");
    assert_eq!(page("", None, 0, false).await, "");
    assert_eq!(page("bb", None, 1, false).await, "c/1", "the start need not exist");
    let prefix = scan(meta, Space::Objects, &Range::prefix(b"c/", 10)).await;
    assert_eq!(keys(&prefix), ["c/1", "c/2"]);
    prefixes_of_high_bytes(meta).await;
}

async fn prefixes_of_high_bytes(meta: &dyn Meta) {
    let keys: [&[u8]; 4] = [&[0xfe, 0xff], &[0xff], &[0xff, 0], &[0xff, 0xff, 1]];
    let put = |key: &&[u8]| Write::Put { space: Space::Identity, key: key.to_vec(), value: Bytes::new() };
    commit(meta, Batch { writes: keys.iter().map(put).collect(), ..Batch::default() }).await;
    for (prefix, count) in [(&[0xff][..], 3), (&[0xff, 0xff], 1), (&[0xfe], 1), (&[], 4)] {
        assert_eq!(scan(meta, Space::Identity, &Range::prefix(prefix, 10)).await.len(), count, "{prefix:?}");
    }
}

async fn a_snapshot_does_not_change(meta: &dyn Meta) {
    commit(meta, puts(Space::Objects, &[("a", "1"), ("b", "1")])).await;
    let before = meta.snapshot().await.expect("snapshot");
    commit(meta, puts(Space::Objects, &[("a", "2"), ("c", "2")])).await;
    commit(meta, delete(Space::Objects, "b")).await;
    assert_eq!(before.get(Space::Objects, b"a").await.expect("get").as_deref(), Some(&b"1"[..]));
    assert_eq!(before.get(Space::Objects, b"c").await.expect("get"), None);
    let old = before.scan(Space::Objects, &range("", None, 10, false)).await.expect("scan");
    assert_eq!((keys(&old), values(&old)), (vec!["a", "b"], vec!["1", "1"]));
    let new = scan(meta, Space::Objects, &range("", None, 10, false)).await;
    assert_eq!((keys(&new), values(&new)), (vec!["a", "c"], vec!["2", "2"]));
}

fn saw(key: &str, seen: Option<&str>) -> Check {
    let seen = seen.map(|seen| Bytes::copy_from_slice(seen.as_bytes()));
    Check::Value { space: Space::Objects, key: key.into(), seen }
}

async fn a_changed_value_conflicts(meta: &dyn Meta) {
    commit(meta, puts(Space::Objects, &[("a", "1")])).await;
    let with = |checks| Batch { checks, ..puts(Space::Objects, &[("result", "x")]) };
    for stale in [saw("a", Some("0")), saw("a", None), saw("b", Some("1"))] {
        refused(meta, with(vec![saw("a", Some("1")), stale])).await;
    }
    assert_eq!(get(meta, Space::Objects, "result").await, None);
    commit(meta, with(vec![saw("a", Some("1")), saw("b", None)])).await;
    assert_eq!(get(meta, Space::Objects, "result").await.as_deref(), Some(&b"x"[..]));
    let own = Batch { checks: vec![saw("a", Some("1"))], ..puts(Space::Objects, &[("a", "2")]) };
    commit(meta, own).await;
}

async fn a_changed_scan_conflicts(meta: &dyn Meta) {
    commit(meta, puts(Space::Objects, &[("p/1", "x"), ("p/3", "x"), ("p/5", "x")])).await;
    let forward = Range { limit: 2, ..Range::prefix(b"p/", 2) };
    let reverse = Range { reverse: true, ..forward.clone() };
    let beyond = puts(Space::Objects, &[("p/4", "x"), ("q", "x")]);
    let phantoms = [
        puts(Space::Objects, &[("p/2", "x")]),
        delete(Space::Objects, "p/2"),
        puts(Space::Objects, &[("p/1", "y")]),
        delete(Space::Objects, "p/3"),
    ];
    let check = async |range: &Range| Check::Scan {
        space: Space::Objects,
        range: range.clone(),
        seen: scan(meta, Space::Objects, range).await,
    };
    let with = |check: &Check| Batch { checks: vec![check.clone()], ..puts(Space::Objects, &[("result", "x")]) };

    let (first_two, last_two) = (check(&forward).await, check(&reverse).await);
    commit(meta, beyond).await;
    commit(meta, with(&first_two)).await;
    refused(meta, with(&last_two)).await;
    for phantom in phantoms {
        let seen = check(&forward).await;
        commit(meta, with(&seen)).await;
        commit(meta, phantom).await;
        refused(meta, with(&seen)).await;
    }
}

async fn a_conflict_leaves_nothing(meta: &dyn Meta) {
    let batch = Batch {
        checks: vec![saw("a", Some("not there"))],
        appends: vec![append("s", "x")],
        ..puts(Space::Objects, &[("b", "x")])
    };
    refused(meta, batch).await;
    assert_eq!(get(meta, Space::Objects, "b").await, None);
    let done = commit(meta, Batch { appends: vec![append("s", "y")], ..Batch::default() }).await;
    assert_eq!(done, [0], "a refused append takes no index");
}

async fn appends_are_numbered(meta: &dyn Meta) {
    let appends = vec![append("s", "s0"), append("t", "t0"), append("s", "s1")];
    assert_eq!(commit(meta, Batch { appends, ..Batch::default() }).await, [0, 0, 1]);
    let appends = vec![append("t", "t1"), append("s", "s2")];
    assert_eq!(commit(meta, Batch { appends, ..puts(Space::Keys, &[("k", "v")]) }).await, [1, 2]);
    let stream = scan(meta, Space::Trail, &Range::prefix(b"s", 10)).await;
    assert_eq!(values(&stream), ["s0", "s1", "s2"]);
    for (index, entry) in (0_u64..).zip(&stream) {
        assert_eq!(entry.key, [b"s", &index.to_be_bytes()[..]].concat());
    }
    let last = Range { reverse: true, ..Range::prefix(b"t", 1) };
    assert_eq!(values(&scan(meta, Space::Trail, &last).await), ["t1"]);
}

async fn the_largest_allowed_is_kept(meta: &dyn Meta) {
    let value = Bytes::from(vec![7; 1024 * 1024]);
    let key = |n: u8| vec![n; 2 * 1024];
    let put = |n| Write::Put { space: Space::Content, key: key(n), value: value.clone() };
    commit(meta, Batch { writes: (0..15).map(put).collect(), ..Batch::default() }).await;
    let snapshot = meta.snapshot().await.expect("snapshot");
    for n in 0..15 {
        assert_eq!(snapshot.get(Space::Content, &key(n)).await.expect("get"), Some(value.clone()));
    }
}
