use super::world::{Answer, Key, World};

const PART: usize = 5 * 1024 * 1024;

async fn begun(world: &World, key: &Key, headers: &[(&str, &str)]) -> String {
    let mut ask = world.ask(key, "POST", "/data/big?uploads");
    for (name, value) in headers {
        ask = ask.header(name, *value);
    }
    ask.send().await.is(200).element("UploadId")
}

async fn part(world: &World, key: &Key, upload: &str, number: u32, content: &[u8]) -> String {
    let target = format!("/data/big?partNumber={number}&uploadId={upload}");
    world.ask(key, "PUT", &target).body(content).send().await.is(200).header("etag").to_owned()
}

async fn completed(world: &World, key: &Key, upload: &str, parts: &[(u32, &str)]) -> Answer {
    let list: String = parts
        .iter()
        .map(|(n, etag)| {
            format!("<Part><PartNumber>{n}</PartNumber><ETag>{}</ETag></Part>", etag.replace('"', "&quot;"))
        })
        .collect();
    let body = format!("<CompleteMultipartUpload>{list}</CompleteMultipartUpload>");
    world.ask(key, "POST", &format!("/data/big?uploadId={upload}")).body(body).send().await
}

#[tokio::test]
async fn an_object_of_parts() {
    let (world, key) = World::with_bucket().await;
    let upload = begun(&world, &key, &[("x-amz-meta-a", "1"), ("content-type", "text/x")]).await;
    let first = vec![1; PART];
    let one = part(&world, &key, &upload, 1, &first).await;
    let two = part(&world, &key, &upload, 2, b"end").await;
    let parts = world.ask(&key, "GET", &format!("/data/big?uploadId={upload}")).send().await.is(200);
    assert_eq!(parts.text().matches("<Part>").count(), 2);
    let uploads = world.ask(&key, "GET", "/data?uploads").send().await.is(200);
    assert_eq!(uploads.element("UploadId"), upload);
    completed(&world, &key, &upload, &[(2, &two), (1, &one)]).await.fails(400, "InvalidPartOrder");
    completed(&world, &key, &upload, &[(1, "\"x\"")]).await.fails(400, "InvalidPart");
    let done = completed(&world, &key, &upload, &[(1, &one), (2, &two)]).await.is(200);
    assert!(done.element("ETag").ends_with("-2&quot;") || done.element("ETag").ends_with("-2\""));
    let got = world.ask(&key, "GET", "/data/big").send().await.is(200);
    assert!(got.body == [first.as_slice(), b"end"].concat());
    assert_eq!((got.header("x-amz-meta-a"), got.header("content-type")), ("1", "text/x"));
    let second = world.ask(&key, "GET", "/data/big?partNumber=2").send().await.is(206);
    assert_eq!((second.text(), second.header("x-amz-mp-parts-count")), ("end", "2"));
}

#[tokio::test]
async fn uploads_that_go_wrong() {
    let (world, key) = World::with_bucket().await;
    let upload = begun(&world, &key, &[]).await;
    let one = part(&world, &key, &upload, 1, b"small").await;
    let two = part(&world, &key, &upload, 2, b"small").await;
    completed(&world, &key, &upload, &[(1, &one), (2, &two)]).await.fails(400, "EntityTooSmall");
    completed(&world, &key, &upload, &[]).await.fails(400, "MalformedXML");
    completed(&world, &key, "x", &[(1, &one)]).await.fails(404, "NoSuchUpload");
    let zero = world.ask(&key, "PUT", &format!("/data/big?partNumber=0&uploadId={upload}")).body("x");
    zero.send().await.fails(400, "InvalidArgument");
    let target = format!("/data/big?uploadId={upload}");
    world.ask(&key, "DELETE", &target).send().await.is(204);
    world.ask(&key, "GET", &target).send().await.fails(404, "NoSuchUpload");
    world.ask(&key, "GET", "/data/big").send().await.fails(404, "NoSuchKey");
}

#[tokio::test]
async fn parts_that_are_copies() {
    let (world, key) = World::with_bucket().await;
    world.ask(&key, "PUT", "/data/source").body("0123456789").send().await.is(200);
    let upload = begun(&world, &key, &[]).await;
    let target = format!("/data/big?partNumber=1&uploadId={upload}");
    let copy = || world.ask(&key, "PUT", &target).header("x-amz-copy-source", "/data/source");
    copy().header("x-amz-copy-source-range", "bytes=5-").send().await.fails(400, "InvalidArgument");
    let copied = copy().header("x-amz-copy-source-range", "bytes=2-4").send().await.is(200);
    let etag = copied.element("ETag").replace("&quot;", "\"");
    completed(&world, &key, &upload, &[(1, &etag)]).await.is(200);
    assert_eq!(world.ask(&key, "GET", "/data/big").send().await.is(200).text(), "234");
}

#[tokio::test]
async fn checksums_of_parts() {
    let (world, key) = World::with_bucket().await;
    for (algorithm, scope) in [("CRC32", "COMPOSITE"), ("SHA256", "COMPOSITE"), ("CRC64NVME", "FULL_OBJECT")] {
        let headers = [("x-amz-checksum-algorithm", algorithm), ("x-amz-checksum-type", scope)];
        let upload = begun(&world, &key, &headers).await;
        let one = part(&world, &key, &upload, 1, &vec![7; PART]).await;
        let two = part(&world, &key, &upload, 2, b"end").await;
        let done = completed(&world, &key, &upload, &[(1, &one), (2, &two)]).await.is(200);
        assert_eq!(done.element("ChecksumType"), scope);
        let sum = done.element(&format!("Checksum{algorithm}"));
        assert_eq!(sum.ends_with("-2"), scope == "COMPOSITE", "{sum}");
        let head = world.ask(&key, "HEAD", "/data/big").header("x-amz-checksum-mode", "ENABLED").send().await.is(200);
        assert_eq!(head.header(&format!("x-amz-checksum-{}", algorithm.to_lowercase())), sum);
    }
}
