use super::ask::Ask;
use super::world::World;

pub(super) async fn begin(world: &World, key: &str) -> String {
    let xml = world.ann(Ask::post("box", key).query("uploads", "")).await.expect(200).text();
    xml.split("<UploadId>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

fn part(key: &str, upload: &str, number: &str) -> Ask {
    Ask::put("box", key).query("partNumber", number).query("uploadId", upload)
}

#[tokio::test]
async fn put_together_from_parts() {
    let world = World::with_bucket().await;
    let upload = begin(&world, "k").await;
    let (first, second) = (vec![1; 100 * 1024], vec![2; 10]);
    let one = world.ann(part("k", &upload, "1").body(first.clone())).await.expect(200);
    let two = world.ann(part("k", &upload, "2").body(second.clone())).await.expect(200);
    assert_eq!(two.header("x-oss-hash-crc64ecma"), crypto::CrcKind::Crc64Xz.of(&second).to_string());
    let parts = world.ann(Ask::get("box", "k").query("uploadId", &upload)).await.expect(200).text();
    assert!(parts.contains("<NextPartNumberMarker>2</NextPartNumberMarker>"), "{parts}");
    assert!(parts.contains("<PartNumber>1</PartNumber>") && parts.contains("<Size>102400</Size>"));
    let uploads = Ask::get("box", "").query("uploads", "").query("encoding-type", "url");
    let uploads = world.ann(uploads).await.expect(200).text();
    assert!(uploads.contains(&format!("<UploadId>{upload}</UploadId>")), "{uploads}");
    assert!(uploads.contains("<NextKeyMarker></NextKeyMarker>"));

    // oss2 quotes what is quoted already.
    let xml = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"{}\"</ETag></Part><Part><PartNumber>2</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
        one.header("etag"),
        two.header("etag")
    );
    let complete = || Ask::post("box", "k").query("uploadId", &upload).body(xml.clone());
    let done = world.ann(complete()).await.expect(200);
    let whole = [first, second].concat();
    assert_eq!(done.header("x-oss-hash-crc64ecma"), crypto::CrcKind::Crc64Xz.of(&whole).to_string());
    assert!(done.text().contains("<Location>http://127.0.0.1:7070/box/k</Location><Bucket>box</Bucket><Key>k</Key>"));
    assert!(done.text().contains("-2&quot;</ETag>"), "{}", done.text());
    let got = world.ann(Ask::get("box", "k")).await.expect(200);
    assert!(got.body == whole);
    assert_eq!(got.header("x-oss-object-type"), "Multipart");
    assert!(got.header("content-md5").is_empty());
}

#[tokio::test]
async fn all_parts_at_once_and_copies() {
    let world = World::with_bucket().await;
    world.ann(Ask::put("box", "source").body("0123456789")).await.expect(200);
    let upload = begin(&world, "k").await;
    let copy = part("k", &upload, "7")
        .header("x-oss-copy-source", "/box/source")
        .header("x-oss-copy-source-range", "bytes=2-4");
    assert!(world.ann(copy).await.expect(200).text().contains("<CopyPartResult><LastModified>"));
    let odd =
        part("k", &upload, "8").header("x-oss-copy-source", "/box/source").header("x-oss-copy-source-range", "2-4");
    world.ann(odd).await.refused(400, "InvalidArgument");
    let complete = |all: &str| Ask::post("box", "k").query("uploadId", &upload).header("x-oss-complete-all", all);
    world.ann(complete("maybe")).await.refused(400, "InvalidArgument");
    world.ann(complete("yes").body("<CompleteMultipartUpload/>")).await.refused(400, "InvalidArgument");
    world.ann(complete("yes")).await.expect(200);
    assert_eq!(world.ann(Ask::get("box", "k")).await.expect(200).text(), "234");
}

#[tokio::test]
async fn what_goes_wrong() {
    let world = World::with_bucket().await;
    let upload = begin(&world, "k").await;
    for number in ["1", "2"] {
        world.ann(part("k", &upload, number).body("small")).await.expect(200);
    }
    for number in ["0", "10001", "x", ""] {
        world.ann(part("k", &upload, number).body("x")).await.refused(400, "InvalidArgument");
    }
    world.ann(part("k", "nonsense", "1").body("x")).await.refused(404, "NoSuchUpload");
    world.ann(part("other", &upload, "1").body("x")).await.refused(404, "NoSuchUpload");
    let complete = |numbers: &[u32], etag: &str| {
        let parts: String =
            numbers.iter().map(|n| format!("<Part><PartNumber>{n}</PartNumber><ETag>{etag}</ETag></Part>")).collect();
        let xml = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        Ask::post("box", "k").query("uploadId", &upload).body(xml)
    };
    let etag = hex::encode(crypto::md5(b"small"));
    world.ann(complete(&[1, 2], &etag)).await.refused(400, "EntityTooSmall");
    world.ann(complete(&[2, 1], &etag)).await.refused(400, "InvalidPartOrder");
    world.ann(complete(&[1], "00")).await.refused(400, "InvalidPart");
    world.ann(complete(&[], &etag)).await.refused(400, "MalformedXML");
    world.ann(Ask::post("box", "k").query("uploadId", &upload).body("x")).await.refused(400, "MalformedXML");
    world.ann(Ask::delete("box", "k").query("uploadId", &upload)).await.expect(204);
    world.ann(Ask::delete("box", "k").query("uploadId", &upload)).await.refused(404, "NoSuchUpload");
    world.ann(Ask::get("box", "k")).await.refused(404, "NoSuchKey");
}
