use crate::world::{INLINE, World, data, home, key, reason};
use bytes::Bytes;
use futures::stream;
use objects::{
    Acl, Body, ChecksumKind, Checksums, Copy, CreateBucket, Delete, DeleteBucket, Draft, ETags, Expected, Get,
    GetObjectAcl, Headers, InitiateUpload, MetadataDirective, ObjectAccess, Put, PutBucketAcl, PutObjectAcl,
    ReadConditions, Trailer, UploadPart, WriteConditions,
};
use std::collections::BTreeMap;
use types::{Failure, Reason, Result, limits};

fn put(name: &str, content: impl Into<Bytes>) -> Put {
    Put::new(home(), key(name), Body::bytes(content))
}

fn pieces(content: &Bytes, size: usize) -> Vec<Result<Bytes>> {
    content.chunks(size).map(|c| Ok(Bytes::copy_from_slice(c))).collect()
}

#[tokio::test]
async fn what_is_put_is_got_at_every_size() {
    let world = World::new().await;
    let chunk = crypto::CHUNK;
    let slice = 512 * 1024;
    let sizes = [0, 1, chunk - 1, chunk, chunk + 1, INLINE - 1, INLINE, INLINE + 1, 3 * chunk, slice - 1, slice];
    for size in sizes.into_iter().chain([slice + 1, 3 * slice + 12_345, 4 * slice]) {
        let content = data(size);
        let written = world.put("it", content.clone()).await;
        assert_eq!(written.etag, hex::encode(crypto::md5(&content)), "{size}");
        assert_eq!(written.crc64, crypto::CrcKind::Crc64Xz.of(&content));
        assert_eq!(written.size, size as u64);
        assert!(world.get("it").await.unwrap() == content, "{size}");
        assert_eq!(world.blobs.count() > 0, size > INLINE || world.blobs.count() > 0);
    }
}

#[tokio::test]
async fn a_body_may_come_in_pieces_and_without_a_length() {
    let world = World::new().await;
    for (size, piece) in [(100, 7), (INLINE, 1000), (INLINE + 1, 999), (1_700_000, 8191), (1_200_000, 1_000_000)] {
        let content = data(size);
        for length in [None, Some(size as u64)] {
            let body = Body::new(stream::iter(pieces(&content, piece)), length);
            world.ann(Put::new(home(), key("it"), body)).await.unwrap();
            assert!(world.get("it").await.unwrap() == content);
        }
    }
}

#[tokio::test]
async fn nothing_at_rest_is_readable() {
    let world = World::new().await;
    let content = Bytes::from(vec![b'x'; 100_000]);
    world.put("big", content).await;
    let blob = world.blobs.get(world.blobs.ids()[0]);
    assert!(!blob.windows(8).any(|w| w == b"xxxxxxxx"));
    assert_eq!(blob.len() as u64, crypto::sealed_len(100_000));
}

#[tokio::test]
async fn a_body_that_is_not_what_was_announced_leaves_nothing() {
    let world = World::new().await;
    for size in [10, 100_000, 1_500_000] {
        let content = data(size);
        let sha = crypto::sha256(&content);
        let broken = || {
            let mut all = pieces(&content, 1000);
            all.push(Err(Failure::of(Reason::BodyTruncated)));
            stream::iter(all)
        };
        let with = |expected: Expected| with!(put("it", content.clone()), expected: expected);
        let crc = |text: &str| Checksums::from([(ChecksumKind::Crc32c, text.to_owned())]);
        let trailer = Trailer::default();
        trailer.set(ChecksumKind::Crc32, "AAAAAA==");
        let compute = [ChecksumKind::Crc32].into();
        let attempts = [
            (Put::new(home(), key("it"), Body::new(broken(), None)), Reason::BodyTruncated),
            (
                Put::new(home(), key("it"), Body::new(stream::iter(pieces(&content, 999)), Some(size as u64 + 1))),
                Reason::BodyTruncated,
            ),
            (
                Put::new(home(), key("it"), Body::new(stream::iter(pieces(&content, 999)), Some(size as u64 - 1))),
                Reason::BodyMalformed,
            ),
            (with(Expected { md5: Some([0; 16]), ..Expected::default() }), Reason::DigestMismatch),
            (with(Expected { sha256: Some([0; 32]), ..Expected::default() }), Reason::ContentHashMismatch),
            (with(Expected { checksums: crc("AAAAAA=="), ..Expected::default() }), Reason::ChecksumMismatch),
            (with(Expected { checksums: crc("?"), ..Expected::default() }), Reason::ChecksumMismatch),
            (with(Expected { trailer: Some(trailer), compute, ..Expected::default() }), Reason::ChecksumMismatch),
        ];
        for (op, want) in attempts {
            assert_eq!(reason(world.ann(op).await), want, "{size}");
        }
        assert_eq!((world.count().await, world.blobs.count()), (0, 0));
        let good = Expected { md5: Some(crypto::md5(&content)), sha256: Some(sha), ..Expected::default() };
        world.ann(with(good)).await.unwrap();
        assert!(world.head("it").await.unwrap().info.checksums.is_empty());
        world.delete("it").await;
        world.deployment.clock.advance(std::time::Duration::from_secs(3600));
        world.objects.collect(types::Clock::now(world.deployment.clock.as_ref())).await.unwrap();
    }
}

#[tokio::test]
async fn every_kind_of_checksum_is_computed_and_kept() {
    let world = World::new().await;
    // The checksums of "123456789", from the CRC catalogue and from sha1sum and sha256sum.
    let known = Checksums::from([
        (ChecksumKind::Crc32, "y/Q5Jg==".to_owned()),
        (ChecksumKind::Crc32c, "4waSgw==".to_owned()),
        (ChecksumKind::Crc64Nvme, "rosUhgp5mIg=".to_owned()),
        (ChecksumKind::Sha1, "98O8HYCOBHMq32eZZczDTKeuNEE=".to_owned()),
        (ChecksumKind::Sha256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=".to_owned()),
    ]);
    let sent = with!(put("a", "123456789"), expected: Expected { checksums: known.clone(), ..Expected::default() });
    assert_eq!(world.ann(sent).await.unwrap().checksums, known);
    let compute = known.keys().copied().collect();
    let trailer = Trailer::default();
    known.iter().for_each(|(kind, value)| trailer.set(*kind, value));
    let asked = Expected { compute, trailer: Some(trailer), ..Expected::default() };
    assert_eq!(world.ann(with!(put("b", "123456789"), expected: asked)).await.unwrap().checksums, known);
    assert_eq!(world.head("b").await.unwrap().info.checksums, known);
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_comes() {
    let world = World::new().await;
    let body = Body::new(stream::pending(), Some(limits::PUT_BYTES + 1));
    assert_eq!(reason(world.ann(Put::new(home(), key("it"), body)).await), Reason::ObjectTooLarge);
    let user = BTreeMap::from([("a".to_owned(), "x".repeat(limits::USER_METADATA))]);
    let draft = Draft { headers: Headers { user, ..Headers::default() }, ..Draft::default() };
    assert_eq!(reason(world.ann(with!(put("it", "1"), draft: draft)).await), Reason::MetadataTooLarge);
}

#[tokio::test]
async fn conditions_of_a_write() {
    let world = World::new().await;
    let write = |conditions: WriteConditions| with!(put("it", data(100_000)), conditions: conditions);
    let absent = WriteConditions { if_none_match: Some(ETags::Any), ..WriteConditions::default() };
    let forbid = WriteConditions { forbid_overwrite: true, ..WriteConditions::default() };
    let tag = |tag: &str| WriteConditions {
        if_match: Some(ETags::OneOf(vec![tag.to_ascii_uppercase()])),
        ..WriteConditions::default()
    };
    assert_eq!(reason(world.ann(write(tag("x"))).await), Reason::ObjectNotFound);
    let etag = world.ann(write(absent.clone())).await.unwrap().etag;
    assert_eq!(reason(world.ann(write(absent)).await), Reason::PreconditionFailed);
    assert_eq!(reason(world.ann(write(forbid)).await), Reason::ObjectExists);
    assert_eq!(reason(world.ann(write(tag("x"))).await), Reason::PreconditionFailed);
    world.ann(write(tag(&etag))).await.unwrap();
    let delete = |conditions| Delete { conditions, ..Delete::new(home(), key("it")) };
    assert_eq!(reason(world.ann(delete(tag("x"))).await), Reason::PreconditionFailed);
    assert!(world.ann(delete(tag(&etag))).await.unwrap().existed);
    assert!(!world.ann(Delete::new(home(), key("it"))).await.unwrap().existed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_insist_on_absence_one_wins() {
    let world = World::new().await;
    let caller = world.root(&world.ann).await;
    let attempt = |i: usize| {
        let conditions = WriteConditions { if_none_match: Some(ETags::Any), ..WriteConditions::default() };
        let size = if i.is_multiple_of(2) { 10 } else { 60_000 };
        world.by(&caller, with!(put("it", vec![u8::try_from(i).unwrap(); size]), conditions: conditions))
    };
    let results = futures::future::join_all((0..24).map(attempt)).await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
    let won = results.iter().position(Result::is_ok).unwrap();
    assert_eq!(usize::from(world.get("it").await.unwrap()[0]), won);
    assert!(world.blobs.count() <= 1, "what lost was removed at once");
}

#[tokio::test]
async fn a_bucket_made_again_during_a_put_is_another() {
    let world = World::new().await;
    let caller = world.root(&world.ann).await;
    let (send, receive) = futures::channel::oneshot::channel();
    let slow = stream::once(async move {
        receive.await.unwrap();
        Ok(data(100_000))
    });
    let upload = world.by(&caller, Put::new(home(), key("it"), Body::new(slow, None)));
    let change = async {
        tokio::task::yield_now().await;
        world.ann(DeleteBucket { bucket: home() }).await.unwrap();
        world.ann(CreateBucket::new(home())).await.unwrap();
        send.send(()).unwrap();
    };
    let (result, ()) = futures::join!(upload, change);
    assert_eq!(reason(result), Reason::BucketNotFound);
    assert_eq!((world.count().await, world.blobs.count()), (0, 0));
}

#[tokio::test]
async fn a_list_that_is_closed_during_a_write_closes_it() {
    let world = World::new().await;
    let upload = world.ann(InitiateUpload::new(home(), key("it"))).await.unwrap().upload;
    let writer = r#"{"Effect":"Allow","Action":"oss:PutObject","Resource":"acs:oss:*:*:ann-bucket/*"}"#;
    let nobody = world.deployment.anonymous();
    // By no right but the list's, by ownership, by a policy.
    let callers = [
        (world.user("idle", "").await, false),
        (nobody, false),
        (world.root(&world.ann).await, true),
        (world.user("writer", writer).await, true),
    ];
    for part in [false, true] {
        for (caller, may) in &callers {
            let acl = |acl| world.ann(PutBucketAcl { bucket: home(), acl });
            acl(Acl::PublicReadWrite).await.unwrap();
            let (send, receive) = futures::channel::oneshot::channel();
            let slow = stream::once(async move {
                receive.await.unwrap();
                Ok(data(100_000))
            });
            let body = Body::new(slow, None);
            let write = async {
                if part {
                    let op = UploadPart::new(home(), key("it"), upload.clone(), 1, body);
                    world.by(caller, op).await.map(|_| ())
                } else {
                    world.by(caller, Put::new(home(), key("it"), body)).await.map(|_| ())
                }
            };
            let close = async {
                tokio::task::yield_now().await;
                acl(Acl::Private).await.unwrap();
                send.send(()).unwrap();
            };
            let before = world.blobs.count();
            let (result, ()) = futures::join!(write, close);
            assert_eq!(result.err().map(|f| f.reason()), (!may).then_some(Reason::AccessDenied));
            assert_eq!(world.blobs.count(), before + usize::from(*may));
        }
    }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_goes_on_reading() {
    let world = World::new().await;
    world.put("old", data(100_000)).await;
    world.blobs.set_full(true);
    assert_eq!(reason(world.ann(put("new", data(100_000))).await), Reason::StorageFull);
    assert_eq!(world.get("old").await.unwrap(), data(100_000));
    world.blobs.set_full(false);
    world.put("new", data(100_000)).await;
}

fn described() -> Draft {
    let user = BTreeMap::from([("color".to_owned(), "blue".to_owned())]);
    let headers = Headers { content_type: Some("text/plain".to_owned()), user, ..Headers::default() };
    Draft { headers, ..Draft::default() }
}

#[tokio::test]
async fn a_copy_has_the_content_and_the_headers_it_is_to_have() {
    let world = World::new().await;
    for size in [10, 100_000, 1_500_000] {
        let compute = [ChecksumKind::Crc64Nvme].into();
        let source =
            with!(put("from", data(size)), draft: described(), expected: Expected { compute, ..Expected::default() });
        let etag = world.ann(source).await.unwrap().etag;
        let copy = || Copy::new((home(), key("from")), home(), key("to"));
        let written = world.ann(copy()).await.unwrap();
        assert_eq!(written.etag, etag);
        assert_eq!(written.checksums.len(), 1);
        assert!(world.get("to").await.unwrap() == data(size));
        assert_eq!(world.head("to").await.unwrap().info.headers, described().headers);
        let replaced = with!(copy(), directive: MetadataDirective::Replace);
        world.ann(replaced).await.unwrap();
        assert_eq!(world.head("to").await.unwrap().info.headers, Headers::default());
        let onto_itself =
            with!(Copy::new((home(), key("from")), home(), key("from")), directive: MetadataDirective::Replace);
        world.ann(onto_itself).await.unwrap();
        assert!(world.get("from").await.unwrap() == data(size));
        let stale = ReadConditions { if_match: Some(ETags::OneOf(vec!["x".to_owned()])), ..Default::default() };
        let refused = with!(copy(), source_conditions: stale);
        assert_eq!(reason(world.ann(refused).await), Reason::PreconditionFailed);
        let missing = Copy::new((home(), key("none")), home(), key("to"));
        assert_eq!(reason(world.ann(missing).await), Reason::ObjectNotFound);
    }
}

#[tokio::test]
async fn an_object_has_a_list_of_its_own_if_it_is_given_one() {
    let world = World::new().await;
    let draft = Draft { acl: Some(Acl::PublicRead), ..Draft::default() };
    world.ann(with!(put("it", "1"), draft: draft)).await.unwrap();
    let show = || GetObjectAcl { bucket: home(), key: key("it"), version: None };
    let shown = ObjectAccess {
        owner: world.ann.account,
        own: Some(Acl::PublicRead),
        effective: Acl::PublicRead,
        version: None,
    };
    assert_eq!(world.ann(show()).await.unwrap(), shown);
    world.ann(PutObjectAcl { bucket: home(), key: key("it"), version: None, acl: None }).await.unwrap();
    let inherited = ObjectAccess { own: None, effective: Acl::Private, ..shown };
    assert_eq!(world.ann(show()).await.unwrap(), inherited);
    world.ann(PutBucketAcl { bucket: home(), acl: Acl::PublicReadWrite }).await.unwrap();
    let inherited = ObjectAccess { effective: Acl::PublicReadWrite, ..inherited };
    assert_eq!(world.ann(show()).await.unwrap(), inherited);
    let missing = PutObjectAcl { bucket: home(), key: key("none"), version: None, acl: None };
    assert_eq!(reason(world.ann(missing).await), Reason::ObjectNotFound);
    // To overwrite it takes the list back.
    world.put("it", "2").await;
    assert_eq!(world.ann(show()).await.unwrap(), inherited);
}

#[tokio::test]
async fn several_are_removed_one_by_one() {
    let world = World::new().await;
    for name in ["a", "b", "c"] {
        world.put(name, "1").await;
    }
    let keys = ["a", "none", "c"].map(|name| (key(name), None)).to_vec();
    let results = world.objects.delete_many(&world.root(&world.ann).await, &home(), keys, false).await;
    let existed: Vec<_> = results.into_iter().map(|(key, _, r)| (key.to_string(), r.unwrap().existed)).collect();
    assert_eq!(existed, [("a".to_owned(), true), ("none".to_owned(), false), ("c".to_owned(), true)]);
    assert_eq!(world.list().await.objects.len(), 1);
}

#[tokio::test]
async fn every_call_is_one_event() {
    let world = World::new().await;
    let before = world.events(world.ann.account).await.len();
    world.put("it", data(100_000)).await;
    world.get("it").await.unwrap();
    let _ = world.bob(Get::new(home(), key("it"))).await;
    world.delete("it").await;
    let events = world.events(world.ann.account).await;
    let names: Vec<_> = events[before..].iter().map(|e| (&*e.event_name, e.failed())).collect();
    assert_eq!(names, [("PutObject", false), ("GetObject", false), ("GetObject", true), ("DeleteObject", false)]);
    assert_eq!(events[before].referenced_resources["ACS::OSS::Object"], ["ann-bucket/it"]);
}
