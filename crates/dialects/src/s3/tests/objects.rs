use super::signer::Signer;
use super::world::{HOST, World};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

#[tokio::test]
async fn an_object_goes_in_and_out() {
    let (world, key) = World::with_bucket().await;
    let put = world.ask(&key, "PUT", "/data/a/b").body("hello").header("x-amz-meta-who", "me");
    let put = put.header("content-type", "text/plain").send().await.is(200);
    assert_eq!(put.header("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_eq!(put.header("x-amz-server-side-encryption"), "AES256");
    assert!(!put.header("x-amz-request-id").is_empty());
    let got = world.ask(&key, "GET", "/data/a/b").send().await.is(200);
    assert_eq!(got.text(), "hello");
    for (name, value) in [
        ("etag", "\"5d41402abc4b2a76b9719d911017c592\""),
        ("content-length", "5"),
        ("content-type", "text/plain"),
        ("x-amz-meta-who", "me"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(got.header(name), value);
    }
    assert!(got.header("last-modified").ends_with(" GMT"));
    let head = world.ask(&key, "HEAD", "/data/a/b").send().await.is(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("content-length"), "5");
    world.ask(&key, "DELETE", "/data/a/b").send().await.is(204);
    world.ask(&key, "DELETE", "/data/a/b").send().await.is(204);
    let gone = world.ask(&key, "GET", "/data/a/b").send().await.fails(404, "NoSuchKey");
    assert_eq!(gone.element("Key"), "a/b");
    let gone = world.ask(&key, "HEAD", "/data/a/b").send().await.is(404);
    assert!(gone.body.is_empty() && !gone.header("x-amz-request-id").is_empty());
}

#[tokio::test]
async fn a_large_object_streams() {
    let (world, key) = World::with_bucket().await;
    let content: Vec<u8> = (0..3_000_000_u32).map(|i| (i % 251) as u8).collect();
    world.ask(&key, "PUT", "/data/large").body(&content).send().await.is(200);
    assert!(world.ask(&key, "GET", "/data/large").send().await.is(200).body == content);
    let part = world.ask(&key, "GET", "/data/large").header("range", "bytes=1000000-2000001").send().await.is(206);
    assert_eq!(part.header("content-range"), "bytes 1000000-2000001/3000000");
    assert!(part.body == content[1_000_000..2_000_002]);
}

#[tokio::test]
async fn keys_are_never_normalised() {
    let (world, key) = World::with_bucket().await;
    let keys = [
        "/data//a",
        "/data/a//b/",
        "/data/./a",
        "/data/x/../y",
        "/data/%25",
        "/data/a%2Bb%20c",
        "/data/%C3%A9",
        "/data/%26%3C",
    ];
    for target in keys {
        world.ask(&key, "PUT", target).body(target).send().await.is(200);
    }
    for target in keys {
        assert_eq!(world.ask(&key, "GET", target).send().await.is(200).text(), target);
    }
    let list = world.ask(&key, "GET", "/data?encoding-type=url&list-type=2").send().await.is(200);
    for name in ["/a", "a//b/", "./a", "x/../y", "%25", "a%2Bb%20c", "%C3%A9", "%26%3C"] {
        assert!(list.text().contains(&format!("<Key>{name}</Key>")), "{name} in {}", list.text());
    }
}

#[tokio::test]
async fn the_bucket_may_be_in_the_host() {
    let (world, key) = World::with_bucket().await;
    let mut put = world.ask(&key, "PUT", "/k").body("x");
    put.host = format!("data.{HOST}");
    put.send().await.is(200);
    assert_eq!(world.ask(&key, "GET", "/data/k").send().await.is(200).text(), "x");
}

#[tokio::test]
async fn ranges_and_conditions() {
    let (world, key) = World::with_bucket().await;
    let etag = world.ask(&key, "PUT", "/data/k").body("0123456789").send().await.is(200).header("etag").to_owned();
    let get = || world.ask(&key, "GET", "/data/k");
    assert_eq!(get().header("range", "bytes=-3").send().await.is(206).text(), "789");
    assert_eq!(get().header("range", "bytes=8-").send().await.is(206).header("content-range"), "bytes 8-9/10");
    let outside = get().header("range", "bytes=10-").send().await.fails(416, "InvalidRange");
    assert_eq!(outside.header("content-range"), "bytes */10");
    let far = get().header("range", "bytes=18446744073709551615-").send().await.fails(416, "InvalidRange");
    assert_eq!(far.header("content-range"), "bytes */10");
    let same = get().header("if-none-match", &*etag).send().await.is(304);
    assert!(same.body.is_empty());
    assert_eq!(same.header("etag"), etag);
    get().header("if-match", "\"other\"").send().await.fails(412, "PreconditionFailed");
    get().header("if-match", &*etag).send().await.is(200);
    let head = world.ask(&key, "HEAD", "/data/k").header("range", "bytes=0-1").send().await.is(206);
    assert_eq!((head.header("content-length"), head.header("content-range")), ("2", "bytes 0-1/10"));
    world.ask(&key, "HEAD", "/data/k").header("if-none-match", &*etag).send().await.is(304);
    let put = |name: &str, value: &str| world.ask(&key, "PUT", "/data/k").body("new").header(name, value.to_owned());
    put("if-none-match", "*").send().await.fails(412, "PreconditionFailed");
    put("if-match", "\"other\"").send().await.fails(412, "PreconditionFailed");
    put("if-match", &etag).send().await.is(200);
}

#[tokio::test]
async fn a_range_that_cannot_be_read_is_none() {
    let (world, key) = World::with_bucket().await;
    world.ask(&key, "PUT", "/data/k").body("0123456789").send().await.is(200);
    world.ask(&key, "PUT", "/data/k?acl").header("x-amz-acl", "public-read").send().await.is(200);
    let time = world.ask(&key, "GET", "/").time;
    let url = Signer { key: &key, time, region: "local-1" }.presigned("GET", "/data/k", HOST, 60);
    let before = world.events(key.account).await.len();
    for range in ["bytes=0-1,4-5", "bytes=x", "lines=0-1", "bytes=3-1"] {
        let signed = || world.ask(&key, "GET", "/data/k").header("x-amz-checksum-mode", "ENABLED");
        for ask in [signed(), world.nobody("GET", "/data/k"), world.nobody("GET", &url)] {
            let got = ask.header("range", range).send().await.is(200);
            assert_eq!((got.text(), got.header("content-range")), ("0123456789", ""));
        }
        let mut wrong = signed().header("range", range);
        wrong.key.as_mut().unwrap().secret.push('x');
        wrong.send().await.fails(403, "SignatureDoesNotMatch");
    }
    assert_eq!(world.events(key.account).await.len(), before + 16, "each is recorded once");
    let read = world.ask(&key, "GET", "/data/k").header("range", "bytes= 2-3 ,").send().await.is(206);
    assert_eq!((read.text(), read.header("content-range")), ("23", "bytes 2-3/10"));
    let unsure = world.ask(&key, "GET", "/data/k").header("range", "bytes=2-3").header("if-range", "\"x\"");
    assert_eq!(unsure.send().await.is(200).text(), "0123456789");
    world.ask(&key, "HEAD", "/data/k").header("range", "bytes=x").send().await.is(200);
}

#[tokio::test]
async fn response_headers_can_be_chosen_with_a_signature() {
    let (world, key) = World::with_bucket().await;
    world.ask(&key, "PUT", "/data/k").body("x").header("x-amz-acl", "public-read").send().await.is(200);
    let target = "/data/k?response-content-type=text%2Fhtml&response-cache-control=no-store";
    for method in ["GET", "HEAD"] {
        let got = world.ask(&key, method, target).send().await.is(200);
        assert_eq!((got.header("content-type"), got.header("cache-control")), ("text/html", "no-store"));
        world.nobody(method, target).send().await.is(400);
    }
    world.nobody("GET", "/data/k").send().await.is(200);
}

#[tokio::test]
async fn checksums_are_verified_and_kept() {
    let (world, key) = World::with_bucket().await;
    let put = |name: &str, value: &str| world.ask(&key, "PUT", "/data/k").body("hello").header(name, value.to_owned());
    let good = [
        ("x-amz-checksum-crc32", "NhCmhg=="),
        ("x-amz-checksum-crc32c", "mnG7TA=="),
        ("x-amz-checksum-crc64nvme", "M3eFcAZSQlc="),
        ("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
        ("x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
        ("content-md5", "XUFAKrxLKna5cZ2REBfFkg=="),
    ];
    for (name, value) in good {
        let stored = put(name, value).send().await.is(200);
        if name.starts_with("x-amz-") {
            assert_eq!(stored.header(name), value);
            let got = world.ask(&key, "GET", "/data/k").header("x-amz-checksum-mode", "ENABLED").send().await.is(200);
            assert_eq!((got.header(name), got.header("x-amz-checksum-type")), (value, "FULL_OBJECT"));
            assert_eq!(world.ask(&key, "GET", "/data/k").send().await.is(200).header(name), "");
        }
    }
    world.ask(&key, "DELETE", "/data/k").send().await.is(204);
    for (name, value) in good {
        let mut wrong = STANDARD.decode(value).unwrap();
        wrong[0] ^= 1;
        put(name, &STANDARD.encode(&wrong)).send().await.fails(400, "BadDigest");
    }
    put("content-md5", "x").send().await.fails(400, "InvalidDigest");
    put("x-amz-checksum-crc32", "?").send().await.fails(400, "InvalidArgument");
    world.ask(&key, "HEAD", "/data/k").send().await.is(404);
}

#[tokio::test]
async fn bodies_in_chunks() {
    let (world, key) = World::with_bucket().await;
    let ask = |payload: &str| {
        let mut ask = world.ask(&key, "PUT", "/data/k").header("content-encoding", "aws-chunked");
        ask.payload = Some(payload.to_owned());
        ask.header("x-amz-decoded-content-length", "5")
    };
    let mut signed = ask("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    signed.chunks = Some(vec![b"hel".to_vec(), b"lo".to_vec()]);
    signed.send().await.is(200);
    let got = world.ask(&key, "GET", "/data/k").send().await.is(200);
    assert_eq!((got.text(), got.header("content-encoding")), ("hello", ""));
    let trailed = |body: &str| {
        let ask = ask("STREAMING-UNSIGNED-PAYLOAD-TRAILER").header("x-amz-trailer", "x-amz-checksum-crc32");
        ask.body(body)
    };
    let stored = trailed("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n").send().await.is(200);
    assert_eq!(stored.header("x-amz-checksum-crc32"), "NhCmhg==");
    trailed("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhw==\r\n\r\n").send().await.fails(400, "BadDigest");
    trailed("5\r\nhello\r\n0\r\n\r\n").send().await.fails(400, "IncompleteBody");
    trailed("9\r\nhello").send().await.fails(400, "IncompleteBody");
    let mut nobody = world.nobody("PUT", "/data/k").body("5\r\nhello\r\n0\r\n\r\n");
    nobody = nobody.header("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    nobody.send().await.fails(501, "NotImplemented");
}

#[tokio::test]
async fn a_body_that_is_not_the_one_signed() {
    let (world, key) = World::with_bucket().await;
    let mut put = world.ask(&key, "PUT", "/data/k").body("hello");
    put.payload = Some(super::signer::sha256(b"other"));
    put.send().await.fails(400, "XAmzContentSHA256Mismatch");
    let mut chunked = world.ask(&key, "PUT", "/data/k").header("x-amz-decoded-content-length", "5");
    chunked.payload = Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD".to_owned());
    chunked = chunked.body(format!("5;chunk-signature={}\r\nhello\r\n", "0".repeat(64)));
    chunked.send().await.fails(403, "SignatureDoesNotMatch");
    let mut document = world.ask(&key, "POST", "/data?delete").body("<Delete/>");
    document.payload = Some(super::signer::sha256(b"other"));
    document.send().await.fails(400, "XAmzContentSHA256Mismatch");
    world.ask(&key, "HEAD", "/data/k").send().await.is(404);
}

#[tokio::test]
async fn copies() {
    let (world, key) = World::with_bucket().await;
    world.ask(&key, "PUT", "/data/a b").header("x-amz-meta-a", "1");
    world.ask(&key, "PUT", "/data/a%20b").body("x").header("x-amz-meta-a", "1").send().await.is(200);
    let copy =
        |target: &str, source: &str| world.ask(&key, "PUT", target).header("x-amz-copy-source", source.to_owned());
    let copied = copy("/data/c", "/data/a%20b").send().await.is(200);
    assert!(copied.text().contains("9dd4e461268c8034f5c8564e155c67a6"));
    assert_eq!(world.ask(&key, "GET", "/data/c").send().await.is(200).header("x-amz-meta-a"), "1");
    let replaced =
        copy("/data/c", "data/a%20b").header("x-amz-metadata-directive", "REPLACE").header("x-amz-meta-b", "2");
    replaced.send().await.is(200);
    let got = world.ask(&key, "GET", "/data/c").send().await.is(200);
    assert_eq!((got.header("x-amz-meta-a"), got.header("x-amz-meta-b")), ("", "2"));
    copy("/data/c", "data/c").send().await.fails(400, "InvalidRequest");
    copy("/data/c", "data/missing").send().await.fails(404, "NoSuchKey");
    copy("/data/c", "data/a%20b")
        .header("x-amz-copy-source-if-match", "\"x\"")
        .send()
        .await
        .fails(412, "PreconditionFailed");
}

#[tokio::test]
async fn several_deletions() {
    let (world, key) = World::with_bucket().await;
    for name in ["a", "b%26", "c"] {
        world.ask(&key, "PUT", &format!("/data/{name}")).body("x").send().await.is(200);
    }
    let list = |quiet: bool| {
        format!(
            "<Delete><Quiet>{quiet}</Quiet><Object><Key>a</Key></Object><Object><Key>b&amp;</Key></Object></Delete>"
        )
    };
    let deleted = world.ask(&key, "POST", "/data?delete").body(list(false)).send().await.is(200);
    assert_eq!(deleted.text().matches("<Deleted>").count(), 2);
    assert!(deleted.text().contains("<Key>b&amp;</Key>"));
    let quiet = world.ask(&key, "POST", "/data?delete").body(list(true)).send().await.is(200);
    assert!(!quiet.text().contains("<Deleted>"));
    let many = format!("<Delete>{}</Delete>", "<Object><Key>a</Key></Object>".repeat(1001));
    world.ask(&key, "POST", "/data?delete").body(many).send().await.fails(400, "MalformedXML");
    world.ask(&key, "POST", "/data?delete").body("<Delete>").send().await.fails(400, "MalformedXML");
    world.ask(&key, "POST", "/none?delete").body(list(false)).send().await.fails(404, "NoSuchBucket");
    let wrong =
        world.ask(&key, "POST", "/data?delete").body(list(false)).header("content-md5", "XUFAKrxLKna5cZ2REBfFkg==");
    wrong.send().await.fails(400, "BadDigest");
    world.ask(&key, "GET", "/data/c").send().await.is(200);
    let user = world.user(&key, "bob", None).await;
    let refused = world.ask(&user, "POST", "/data?delete").body(list(false)).send().await.is(200);
    assert_eq!(refused.text().matches("<Code>AccessDenied</Code>").count(), 2);
}

#[tokio::test]
async fn what_is_not_there_is_refused_aloud() {
    let (world, key) = World::with_bucket().await;
    for (name, value) in [
        ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
        ("x-amz-bypass-governance-retention", "true"),
        ("x-amz-grant-read", "id=x"),
        ("x-amz-acl", "authenticated-read"),
        ("x-amz-storage-class", "GLACIER"),
    ] {
        world.ask(&key, "PUT", "/data/k").body("x").header(name, value).send().await.fails(501, "NotImplemented");
    }
    for (method, target) in [("GET", "/data?website"), ("DELETE", "/data?website"), ("PUT", "/data/k?renameObject")] {
        world.ask(&key, method, target).send().await.fails(501, "NotImplemented");
    }
    world.ask(&key, "GET", "/data/k?versionId=abc").send().await.fails(400, "InvalidArgument");
    world.ask(&key, "HEAD", "/data/k").send().await.is(404);
}
