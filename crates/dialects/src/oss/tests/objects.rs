use super::ask::Ask;
use super::world::World;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::time::Duration;

const HELLO: &[u8] = b"hello, this is longer than what is kept inline";

async fn world() -> World {
    let world = World::with_bucket().await;
    let ask = Ask::put("box", "dir/a b+é")
        .header("content-type", "text/plain")
        .header("x-oss-meta-colour", "grün")
        .header("cache-control", "no-store")
        .body(HELLO);
    world.ann(ask).await.expect(200);
    world
}

#[tokio::test]
async fn what_was_put_comes_back() {
    let world = world().await;
    let got = world.ann(Ask::get("box", "dir/a b+é")).await.expect(200);
    assert_eq!(got.body, HELLO);
    let md5 = crypto::md5(HELLO);
    assert_eq!(got.header("etag"), format!("\"{}\"", hex::encode_upper(md5)));
    assert_eq!(got.header("content-md5"), STANDARD.encode(md5));
    assert_eq!(got.header("content-type"), "text/plain");
    assert_eq!(got.header("cache-control"), "no-store");
    assert_eq!(got.header("x-oss-meta-colour"), "grün");
    assert_eq!(got.header("x-oss-object-type"), "Normal");
    assert_eq!(got.header("x-oss-storage-class"), "Standard");
    assert_eq!(got.header("x-oss-server-side-encryption"), "AES256");
    assert_eq!(got.header("content-length"), HELLO.len().to_string());
    let crc = crypto::CrcKind::Crc64Xz.of(HELLO).to_string();
    assert_eq!(got.header("x-oss-hash-crc64ecma"), crc);

    let head = world.ann(Ask::head("box", "dir/a b+é")).await.expect(200);
    assert!(head.body.is_empty());
    for name in ["etag", "content-length", "x-oss-hash-crc64ecma", "x-oss-meta-colour", "last-modified"] {
        assert_eq!(head.header(name), got.header(name), "{name}");
    }
    let meta = world.ann(Ask::head("box", "dir/a b+é").query("objectMeta", "")).await.expect(200);
    assert_eq!(meta.header("content-length"), HELLO.len().to_string());
    assert!(meta.header("x-oss-meta-colour").is_empty());

    let host = Ask { host_style: true, ..Ask::get("box", "dir/a b+é") };
    assert_eq!(world.ann(host).await.expect(200).body, HELLO);
}

#[tokio::test]
async fn ranges() {
    let world = world().await;
    let get = |range: &str| Ask::get("box", "dir/a b+é").header("range", range);
    let part = world.ann(get("bytes=0-4")).await.expect(206);
    assert_eq!((part.text().as_str(), part.header("content-range")), ("hello", "bytes 0-4/46"));
    assert!(part.header("x-oss-hash-crc64ecma").is_empty() && part.header("content-md5").is_empty());
    assert_eq!(world.ann(get("bytes=-6")).await.expect(206).text(), "inline");
    // Here a range that lies outside means the whole, unless the client asks for HTTP's own rule.
    for odd in ["bytes=100-", "bytes=x", "bytes=0-1,3-4"] {
        assert_eq!(world.ann(get(odd)).await.expect(200).body, HELLO);
    }
    let strict = world.ann(get("bytes=100-").header("x-oss-range-behavior", "standard")).await;
    assert_eq!(strict.refused(416, "InvalidRange").header("content-range"), "bytes */46");
    let head = Ask::head("box", "dir/a b+é").header("range", "bytes=0-4");
    assert_eq!(world.ann(head).await.expect(206).header("content-length"), "5");
    world.ann(get("bytes=0-4").header("if-range", "\"x\"")).await.expect(200);
}

#[tokio::test]
async fn conditions() {
    let world = world().await;
    let etag = world.ann(Ask::head("box", "dir/a b+é")).await.header("etag").to_owned();
    let get = || Ask::get("box", "dir/a b+é");
    world.ann(get().header("if-match", &etag)).await.expect(200);
    world.ann(get().header("if-match", "\"0\"")).await.refused(412, "PreconditionFailed");
    let same = world.ann(get().header("if-none-match", &etag)).await.expect(304);
    assert!(same.body.is_empty());
    assert_eq!(same.header("etag"), etag);
    let later = world.domains.clock.now().plus(Duration::from_secs(60)).http_date();
    world.ann(get().header("if-modified-since", &later)).await.expect(304);
    world
        .ann(get().header("if-unmodified-since", "Fri, 24 Feb 2012 08:43:07 GMT"))
        .await
        .refused(412, "PreconditionFailed");

    let put = || Ask::put("box", "dir/a b+é").body("new");
    world.ann(put().header("x-oss-forbid-overwrite", "true")).await.refused(409, "FileAlreadyExists");
    world.ann(put().header("if-none-match", "*")).await.refused(412, "PreconditionFailed");
    world.ann(put().header("if-match", "\"0\"")).await.refused(412, "PreconditionFailed");
    world.ann(put().header("if-unmodified-since", &later)).await.refused(400, "NotImplemented");
    world.ann(put().header("if-match", &etag)).await.expect(200);
    world.ann(Ask::delete("box", "dir/a b+é").header("if-match", &etag)).await.refused(412, "PreconditionFailed");
}

#[tokio::test]
async fn bodies_that_are_not_what_they_say() {
    let world = World::with_bucket().await;
    let put = || Ask::put("box", "k").body(HELLO);
    let md5 = STANDARD.encode(crypto::md5(HELLO));
    world.ann(put().header("content-md5", &md5)).await.expect(200);
    world.ann(put().header("content-md5", "bm90IGl0IGF0IGFsbCEhIQ==")).await.refused(400, "InvalidDigest");
    world.ann(put().header("content-md5", "x")).await.refused(400, "InvalidDigest");
    world.ann(put().header("content-length", "1000")).await.refused(400, "RequestTimeout");
    world.ann(put().header("content-length", "6000000000")).await.refused(400, "EntityTooLarge");
    world.ann(put().header("transfer-encoding", "chunked")).await.expect(200);
    let bare = put().signed(&world.ann, &world.domains);
    let mut request = bare.clone();
    request.method = "PUT".into();
    let empty = STANDARD.encode(crypto::md5(b""));
    world.ann(Ask::get("box", "k").header("content-md5", &empty)).await.expect(200);
    world.ann(Ask::get("box", "k").header("content-md5", &md5)).await.refused(400, "InvalidDigest");
}

#[tokio::test]
async fn overrides_need_a_signature() {
    let world = World::with_bucket().await;
    world.ann(Ask::put("box", "k").header("x-oss-object-acl", "public-read").body("x")).await.expect(200);
    let ask = || Ask::get("box", "k").query("response-content-type", "text/html");
    assert_eq!(world.ann(ask()).await.expect(200).header("content-type"), "text/html");
    world.send(Ask::get("box", "k")).await.expect(200);
    world.send(Ask::get("box", "k").query("cache", "buster")).await.expect(200);
    world.send(ask()).await.refused(400, "InvalidArgument");
    let evil = Ask::get("box", "k").query("response-content-disposition", "a\r\nset-cookie: x");
    world.ann(evil).await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn copies() {
    let world = world().await;
    let copy = |to: &str| Ask::put("box", to).header("x-oss-copy-source", "/box/dir%2Fa%20b%2B%C3%A9");
    let copied = world.ann(copy("k")).await.expect(200);
    assert!(copied.text().contains("<CopyObjectResult><LastModified>"));
    let got = world.ann(Ask::get("box", "k")).await.expect(200);
    assert_eq!((got.body.as_slice(), got.header("x-oss-meta-colour")), (HELLO, "grün"));
    let replaced = copy("k").header("x-oss-metadata-directive", "REPLACE").header("x-oss-meta-size", "1");
    world.ann(replaced).await.expect(200);
    let head = world.ann(Ask::head("box", "k")).await;
    assert_eq!((head.header("x-oss-meta-size"), head.header("x-oss-meta-colour")), ("1", ""));
    world.ann(copy("k").header("x-oss-copy-source-if-match", "\"0\"")).await.refused(412, "PreconditionFailed");
    world.ann(Ask::put("box", "k").header("x-oss-copy-source", "/box/none")).await.refused(404, "NoSuchKey");
    world.ann(Ask::put("box", "k").header("x-oss-copy-source", "box")).await.refused(400, "InvalidArgument");
    let version = Ask::put("box", "k").header("x-oss-copy-source", "/box/k?versionId=CAE");
    world.ann(version).await.refused(400, "InvalidArgument");
    world.ann(Ask::delete("box", "k").header("x-oss-copy-source", "/box/x")).await.expect(204);
}

#[tokio::test]
async fn deletions() {
    let world = World::with_bucket().await;
    for key in ["a", "b&c", "d"] {
        world.ann(Ask::put("box", key).body("x")).await.expect(200);
    }
    world.ann(Ask::delete("box", "a")).await.expect(204);
    world.ann(Ask::delete("box", "a")).await.expect(204);
    let many = |xml: &str| Ask::post("box", "").query("delete", "").query("encoding-type", "url").body(xml);
    let answer = world.ann(many("<Delete><Object><Key>b&amp;c</Key></Object></Delete>")).await.expect(200);
    assert!(
        answer.text().ends_with(
            "<DeleteResult><EncodingType>url</EncodingType><Deleted><Key>b%26c</Key></Deleted></DeleteResult>"
        )
    );
    let quiet = "<Delete><Quiet>true</Quiet><Object><Key>d</Key></Object></Delete>";
    assert!(world.ann(many(quiet)).await.expect(200).body.is_empty());
    world.ann(Ask::head("box", "d")).await.refused(404, "NoSuchKey");
    world.ann(many("<Delete></Delete>")).await.refused(400, "MalformedXML");
    world.ann(many("<Nonsense/>")).await.refused(400, "MalformedXML");
    let version = "<Delete><Object><Key>d</Key><VersionId>CAE</VersionId></Object></Delete>";
    world.ann(many(version)).await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn object_lists() {
    let world = World::with_bucket().await;
    world.ann(Ask::put("box", "k").body("x")).await.expect(200);
    let acl = || Ask::get("box", "k").query("acl", "");
    assert!(world.ann(acl()).await.text().contains("<Grant>default</Grant>"));
    world.send(Ask::get("box", "k")).await.refused(403, "AccessDenied");
    let put = |acl: &str| Ask::put("box", "k").query("acl", "").header("x-oss-object-acl", acl);
    world.ann(put("public-read")).await.expect(200);
    assert!(world.ann(acl()).await.text().contains("<Grant>public-read</Grant>"));
    world.send(Ask::get("box", "k")).await.expect(200);
    world.send(Ask::put("box", "k").body("y")).await.refused(403, "AccessDenied");
    world.ann(put("world")).await.refused(400, "InvalidArgument");
    world.ann(put("default")).await.expect(200);
    world.send(Ask::get("box", "k")).await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn keys_of_the_tenant() {
    let world = World::with_bucket().await;
    let put = |algorithm: &str| Ask::put("box", "k").header("x-oss-server-side-encryption", algorithm).body(HELLO);
    let written = world.ann(put("KMS")).await.expect(200);
    assert_eq!(written.header("x-oss-server-side-encryption"), "KMS");
    let got = world.ann(Ask::get("box", "k")).await.expect(200);
    assert_eq!((got.body.as_slice(), got.header("x-oss-server-side-encryption")), (HELLO, "KMS"));
    assert!(!got.header("x-oss-server-side-encryption-key-id").is_empty());
    world.ann(put("SM4")).await.refused(400, "NotImplemented");
    world.ann(put("ROT13")).await.refused(400, "InvalidEncryptionAlgorithmError");
    let odd = put("AES256").header("x-oss-server-side-encryption-key-id", "k");
    world.ann(odd).await.refused(400, "InvalidArgument");
    let none = put("KMS").header("x-oss-server-side-encryption-key-id", "11111111-1111-4111-8111-111111111111");
    world.ann(none).await.refused(403, "KmsServiceNotEnabled");
}
