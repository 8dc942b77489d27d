use super::world::{Answer, World};
use std::collections::BTreeMap;

/// An answer's headers, without what differs from call to call.
fn comparable(answer: &Answer) -> BTreeMap<String, String> {
    let varying = ["x-amz-request-id", "x-amz-id-2", "last-modified"];
    let pairs = answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    pairs.filter(|(name, _)| !varying.contains(&name.as_str())).collect()
}

/// A query that says nothing, and which this way does not know.
const LONG_WAY: &str = "?x-long-way=";

#[tokio::test]
async fn both_ways_answer_the_same() {
    let (world, key) = World::with_bucket().await;
    let word = "\u{e9}".repeat(40);
    let puts: &[&[(&str, &str)]] = &[
        &[],
        &[("content-type", "text/plain"), ("x-amz-meta-who", "me"), ("x-amz-meta-x", "a b")],
        &[("cache-control", "no-cache"), ("content-language", "de"), ("content-disposition", "inline")],
        &[("content-md5", "XUFAKrxLKna5cZ2REBfFkg==")],
        &[("x-amz-checksum-crc32", "NhCmhg=="), ("x-amz-sdk-checksum-algorithm", "CRC32")],
        &[("x-amz-meta-accent", &word), ("content-encoding", "gzip")],
        &[("x-amz-storage-class", "STANDARD_IA"), ("expires", "Wed, 21 Oct 2026 07:28:00 GMT")],
    ];
    for headers in puts {
        let put = |target: String| {
            let mut ask = world.ask(&key, "PUT", &target).body("hello");
            for (name, value) in *headers {
                ask = ask.header(name, *value);
            }
            ask
        };
        let short = put("/data/a".to_owned()).send().await.is(200);
        let long = put(format!("/data/a{LONG_WAY}")).send().await.is(200);
        assert_eq!(comparable(&short), comparable(&long), "{headers:?}");
        for mode in [None, Some(("x-amz-checksum-mode", "ENABLED"))] {
            let get = |target: String| {
                let ask = world.ask(&key, "GET", &target);
                mode.map_or_else(|| world.ask(&key, "GET", &target), |(name, value)| ask.header(name, value))
            };
            let short = get("/data/a".to_owned()).send().await.is(200);
            let long = get(format!("/data/a{LONG_WAY}")).send().await.is(200);
            assert_eq!(comparable(&short), comparable(&long), "{headers:?}");
            assert_eq!((short.text(), long.text()), ("hello", "hello"));
        }
    }
}

#[tokio::test]
async fn both_ways_refuse_the_same() {
    let (world, key) = World::with_bucket().await;
    let user = world.user(&key, "nobody", None).await;
    let other = world.tenant("other").await;
    world.ask(&key, "PUT", "/data/a").body("hello").send().await.is(200);
    let wrong = [("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")];
    let sum = [("x-amz-checksum-crc32", "AAAAAA==")];
    let cases: &[(&str, &str, &[(&str, &str)], _)] = &[
        ("GET", "/data/missing", &[], &key),
        ("GET", "/nosuchbucket/a", &[], &key),
        ("GET", "/data/a", &[], &user),
        ("GET", "/data/a", &[], &other),
        ("PUT", "/data/b", &[], &user),
        ("PUT", "/data/b", &[], &other),
        ("PUT", "/nosuchbucket/b", &[], &key),
        ("PUT", "/data/b", &wrong, &key),
        ("PUT", "/data/b", &sum, &key),
    ];
    for (method, target, headers, who) in cases {
        let mut answers = Vec::new();
        for way in ["", LONG_WAY] {
            let mut ask = world.ask(who, method, &format!("{target}{way}"));
            if *method == "PUT" {
                ask = ask.body("hello");
            }
            for (name, value) in *headers {
                ask = ask.header(name, *value);
            }
            let answer = ask.send().await;
            answers.push((answer.status, answer.element("Code"), answer.element("Message")));
        }
        assert_eq!(answers[0], answers[1], "{method} {target}");
    }
    world.ask(&key, "GET", "/data/b").send().await.fails(404, "NoSuchKey");
}

/// The body is not what was signed, on the way that hashes it in the domain.
#[tokio::test]
async fn a_body_that_was_changed_on_the_way() {
    let (world, key) = World::with_bucket().await;
    let hash = super::signer::sha256(b"other");
    for way in ["", LONG_WAY] {
        let mut ask = world.ask(&key, "PUT", &format!("/data/a{way}")).body("hello");
        ask.payload = Some(hash.clone());
        ask.send().await.fails(400, "XAmzContentSHA256Mismatch");
    }
    world.ask(&key, "GET", "/data/a").send().await.fails(404, "NoSuchKey");
}

#[tokio::test]
async fn every_call_is_recorded_once_and_by_its_name() {
    let (world, key) = World::with_bucket().await;
    world.ask(&key, "PUT", "/data/a").body("hello").send().await.is(200);
    world.ask(&key, "GET", "/data/a").send().await.is(200);
    world.ask(&key, "GET", "/data/b").send().await.is(404);
    let events = world.events(key.account).await;
    // The newest first.
    let names: Vec<_> = events.iter().map(|e| e["eventName"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["GetObject", "GetObject", "PutObject", "CreateBucket"]);
    assert_eq!(events[0]["errorCode"], "NoSuchKey");
}
