use crate::world::{World, data, home, key, read, reason};
use bytes::Bytes;
use objects::{
    AbortUpload, Body, ByteRange, ChecksumKind, ChecksumScope, Checksums, CompleteUpload, Expected, Get,
    InitiateUpload, ListParts, ListedPart, PartList, PartWritten, UploadPart, UploadPartCopy, WriteConditions,
};
use types::{Reason, UploadId, limits};

const PART: usize = 110_000;

async fn begin(world: &World) -> UploadId {
    world.ann(InitiateUpload::new(home(), key("it"))).await.unwrap().upload
}

async fn part(world: &World, upload: &UploadId, number: u32, content: Bytes) -> PartWritten {
    let body = Body::bytes(content);
    world.ann(UploadPart::new(home(), key("it"), upload.clone(), number, body)).await.unwrap()
}

fn listed(number: u32, written: &PartWritten) -> ListedPart {
    ListedPart { number, etag: written.etag.to_ascii_uppercase(), checksums: Checksums::new() }
}

fn complete(upload: &UploadId, parts: Vec<ListedPart>) -> CompleteUpload {
    CompleteUpload::new(home(), key("it"), upload.clone(), PartList::Listed(parts))
}

#[tokio::test]
async fn parts_make_an_object() {
    let world = World::new().await;
    let upload = begin(&world).await;
    let contents = [data(PART), data(PART + 1), data(10)];
    let numbers = [2, 5, 9];
    let mut list = Vec::new();
    // In any order; the middle one twice, and one that is not wanted.
    part(&world, &upload, 5, data(7)).await;
    part(&world, &upload, 7, data(150_000)).await;
    for (number, content) in numbers.into_iter().zip(&contents).rev() {
        list.insert(0, listed(number, &part(&world, &upload, number, content.clone()).await));
    }
    assert_eq!(world.count().await, 0);
    let page = world.ann(ListParts::new(home(), key("it"), upload.clone())).await.unwrap();
    assert_eq!(page.parts.iter().map(|p| p.number).collect::<Vec<_>>(), [2, 5, 7, 9]);
    let written = world.ann(complete(&upload, list.clone())).await.unwrap();
    let whole = contents.concat();
    let md5s: Vec<u8> = contents.iter().flat_map(|c| crypto::md5(c)).collect();
    assert_eq!(written.etag, format!("{}-3", hex::encode(crypto::md5(&md5s))));
    assert_eq!(written.crc64, crypto::CrcKind::Crc64Xz.of(&whole));
    assert_eq!(world.get("it").await.unwrap(), whole);
    let info = world.head("it").await.unwrap().info;
    assert_eq!((info.size, info.parts), (whole.len() as u64, Some(3)));
    // A range over the border of two parts.
    let start = PART as u64 - 5;
    let get = with!(Get::new(home(), key("it")), range: Some(ByteRange::Between(start, start + 9)));
    assert_eq!(read(world.ann(get).await.unwrap()).await.unwrap(), whole[PART - 5..PART + 5]);
    let get = with!(Get::new(home(), key("it")), part: Some(5));
    let got = world.ann(get).await.unwrap();
    assert_eq!(got.range, Some(PART as u64..2 * PART as u64 + 1));
    assert_eq!(read(got).await.unwrap(), contents[1]);
    let get = with!(Get::new(home(), key("it")), part: Some(3));
    assert_eq!(reason(world.ann(get).await), Reason::RangeInvalid);
    // The answer may have been lost: asking again gives it again.
    assert_eq!(world.ann(complete(&upload, list.clone())).await.unwrap().etag, written.etag);
    world.put("it", "other").await;
    assert_eq!(reason(world.ann(complete(&upload, list)).await), Reason::UploadNotFound);
}

#[tokio::test]
async fn a_completion_that_does_not_fit_changes_nothing() {
    let world = World::new().await;
    let upload = begin(&world).await;
    let one = listed(1, &part(&world, &upload, 1, data(PART)).await);
    let two = listed(2, &part(&world, &upload, 2, data(10)).await);
    let three = listed(3, &part(&world, &upload, 3, data(10)).await);
    let lists = [
        (vec![], Reason::BodyMalformed),
        (vec![two.clone(), one.clone()], Reason::PartOrderInvalid),
        (vec![one.clone(), one.clone()], Reason::PartOrderInvalid),
        (vec![one.clone(), listed(4, &part(&world, &upload, 3, data(10)).await)], Reason::PartInvalid),
        (vec![ListedPart { etag: "x".to_owned(), ..one.clone() }], Reason::PartInvalid),
        (vec![one.clone(), two.clone(), three.clone()], Reason::PartTooSmall),
    ];
    for (list, want) in lists {
        assert_eq!(reason(world.ann(complete(&upload, list)).await), want);
    }
    let sized = CompleteUpload { size: Some(1), ..complete(&upload, vec![one.clone()]) };
    assert_eq!(reason(world.ann(sized).await), Reason::ParameterInvalid);
    world.put("it", "there").await;
    let forbid = WriteConditions { forbid_overwrite: true, ..WriteConditions::default() };
    let refused = CompleteUpload { conditions: forbid, ..complete(&upload, vec![one.clone()]) };
    assert_eq!(reason(world.ann(refused).await), Reason::ObjectExists);
    assert_eq!(world.get("it").await.unwrap(), "there");
    let loose = CompleteUpload { least: 1, parts: PartList::All, ..complete(&upload, vec![]) };
    assert!(world.ann(loose).await.unwrap().etag.ends_with("-3"));
}

#[tokio::test]
async fn an_upload_that_is_given_up_takes_no_more_parts() {
    let world = World::new().await;
    let upload = begin(&world).await;
    part(&world, &upload, 1, data(PART)).await;
    let abort = || AbortUpload { bucket: home(), key: key("it"), upload: upload.clone() };
    world.ann(abort()).await.unwrap();
    assert_eq!(reason(world.ann(abort()).await), Reason::UploadNotFound);
    let late = UploadPart::new(home(), key("it"), upload.clone(), 2, Body::bytes(data(PART)));
    assert_eq!(reason(world.ann(late).await), Reason::UploadNotFound);
    let list = ListParts::new(home(), key("it"), upload.clone());
    assert_eq!(reason(world.ann(list).await), Reason::UploadNotFound);
    let elsewhere = UploadPart::new(home(), key("else"), begin(&world).await, 1, Body::bytes("x"));
    assert_eq!(reason(world.ann(elsewhere).await), Reason::UploadNotFound);
    for number in [0, limits::PARTS + 1] {
        let op = UploadPart::new(home(), key("it"), begin(&world).await, number, Body::bytes("x"));
        assert_eq!(reason(world.ann(op).await), Reason::ParameterInvalid);
    }
}

#[tokio::test]
async fn a_part_that_comes_while_the_upload_is_given_up_is_refused() {
    let world = World::new().await;
    let upload = begin(&world).await;
    let (send, receive) = futures::channel::oneshot::channel();
    let slow = futures::stream::once(async move {
        receive.await.unwrap();
        Ok(data(PART))
    });
    let caller = world.root(&world.ann).await;
    let op = UploadPart::new(home(), key("it"), upload.clone(), 1, Body::new(slow, None));
    let give_up = async {
        tokio::task::yield_now().await;
        world.ann(AbortUpload { bucket: home(), key: key("it"), upload: upload.clone() }).await.unwrap();
        send.send(()).unwrap();
    };
    let (result, ()) = futures::join!(world.by(&caller, op), give_up);
    assert_eq!(reason(result), Reason::UploadNotFound);
    assert_eq!(world.blobs.count(), 0);
}

#[tokio::test]
async fn a_part_may_be_a_copy_of_a_range() {
    let world = World::new().await;
    let source = data(1_000_000);
    world.put("from", source.clone()).await;
    let upload = begin(&world).await;
    let copy = |number, range| {
        let op = UploadPartCopy::new((home(), key("from")), home(), key("it"), upload.clone(), number);
        world.ann(with!(op, range: range))
    };
    let one = copy(1, Some(ByteRange::Between(100, 599_999))).await.unwrap();
    let two = copy(2, None).await.unwrap();
    assert_eq!(reason(copy(3, Some(ByteRange::Between(1_000_000, 1_000_001))).await), Reason::RangeInvalid);
    world.ann(complete(&upload, vec![listed(1, &one), listed(2, &two)])).await.unwrap();
    assert!(world.get("it").await.unwrap() == [&source[100..600_000], &source].concat());
}

#[tokio::test]
async fn checksums_of_parts_make_those_of_the_object() {
    let world = World::new().await;
    let contents = [data(PART), data(500)];
    let whole = contents.concat();
    for (kind, scope) in [
        (ChecksumKind::Crc32, ChecksumScope::FullObject),
        (ChecksumKind::Crc32c, ChecksumScope::Composite),
        (ChecksumKind::Crc64Nvme, ChecksumScope::FullObject),
        (ChecksumKind::Sha256, ChecksumScope::Composite),
        (ChecksumKind::Sha1, ChecksumScope::Composite),
    ] {
        let op = with!(InitiateUpload::new(home(), key("it")), checksum: Some((kind, Some(scope))));
        let upload = world.ann(op).await.unwrap().upload;
        for (number, content) in (1..).zip(&contents) {
            let written = part(&world, &upload, number, content.clone()).await;
            assert!(written.checksums.contains_key(&kind));
        }
        let wrong = Checksums::from([(kind, "AAAA".to_owned())]);
        let all = || CompleteUpload::new(home(), key("it"), upload.clone(), PartList::All);
        let refused = CompleteUpload { checksums: wrong, ..all() };
        assert_eq!(reason(world.ann(refused).await), Reason::ChecksumMismatch);
        let other = if kind == ChecksumKind::Sha1 { ChecksumKind::Crc32 } else { ChecksumKind::Sha1 };
        let unknown = CompleteUpload { checksums: Checksums::from([(other, "AAAA".to_owned())]), ..all() };
        assert_eq!(reason(world.ann(unknown).await), Reason::ParameterInvalid);
        let written = world.ann(all()).await.unwrap();
        assert_eq!(written.checksum_scope, scope);
        let value = &written.checksums[&kind];
        if scope == ChecksumScope::Composite {
            assert!(value.ends_with("-2"), "{value}");
            continue;
        }
        let expected = Expected { checksums: Checksums::from([(kind, value.clone())]), ..Expected::default() };
        let body = Body::bytes(whole.clone());
        world.ann(with!(objects::Put::new(home(), key("whole"), body), expected: expected)).await.unwrap();
    }
    let op = with!(InitiateUpload::new(home(), key("it")), checksum: Some((ChecksumKind::Sha1, Some(ChecksumScope::FullObject))));
    assert_eq!(reason(world.ann(op).await), Reason::ParameterInvalid);
}

#[tokio::test]
async fn parts_are_listed_by_pages() {
    let world = World::new().await;
    let upload = begin(&world).await;
    for number in 1..=5 {
        part(&world, &upload, number, data(10)).await;
    }
    let list = |after, max| ListParts { after, max, ..ListParts::new(home(), key("it"), upload.clone()) };
    let first = world.ann(list(0, 2)).await.unwrap();
    assert_eq!((first.parts.len(), first.next), (2, Some(2)));
    let last = world.ann(list(3, 2)).await.unwrap();
    assert_eq!((last.parts.len(), last.next), (2, None));
}

#[tokio::test]
async fn an_object_of_more_parts_than_a_page_has() {
    let world = World::new().await;
    let upload = begin(&world).await;
    let caller = world.root(&world.ann).await;
    for number in 1..=1100 {
        let op = UploadPart::new(home(), key("it"), upload.clone(), number, Body::bytes(vec![7]));
        world.by(&caller, op).await.unwrap();
    }
    let all = CompleteUpload { least: 1, ..CompleteUpload::new(home(), key("it"), upload, PartList::All) };
    assert_eq!(world.ann(all).await.unwrap().size, 1100);
    assert_eq!(world.get("it").await.unwrap(), vec![7; 1100]);
    world.delete("it").await;
}
