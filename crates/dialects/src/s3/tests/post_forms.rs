//! Objects uploaded by HTML forms.

use super::signer::Signer;
use super::world::{Answer, Key, World};
use crate::Arrival;
use crate::body::full;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use types::{Clock, RequestId};

type Fields<'f> = &'f [(&'f str, &'f str)];

/// A form's fields, signed by version 4 as Amazon's SDKs do it: every field is in the policy, and `more` conditions.
fn signed(world: &World, key: &Key, fields: Fields<'_>, more: &[Value]) -> Vec<(String, String)> {
    let time = world.deployment.clock.now();
    let credential = format!("{}/{}/local-1/s3/aws4_request", key.id, &time.iso_basic()[..8]);
    let mut all: Vec<(String, String)> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    all.push(("X-Amz-Algorithm".into(), "AWS4-HMAC-SHA256".into()));
    all.push(("X-Amz-Credential".into(), credential));
    all.push(("X-Amz-Date".into(), time.iso_basic()));
    let mut conditions: Vec<Value> = all.iter().map(|(name, value)| json!(["eq", format!("${name}"), value])).collect();
    conditions.push(json!({ "bucket": "data" }));
    conditions.extend_from_slice(more);
    policy(world, key, all, &conditions)
}

fn policy(world: &World, key: &Key, mut fields: Vec<(String, String)>, conditions: &[Value]) -> Vec<(String, String)> {
    let time = world.deployment.clock.now();
    let expiration = time.plus(Duration::from_secs(60)).iso_seconds();
    let policy = STANDARD.encode(json!({ "expiration": expiration, "conditions": conditions }).to_string());
    let signer = Signer { key, time, region: "local-1" };
    fields.push(("X-Amz-Signature".into(), signer.hmac(&policy)));
    fields.push(("Policy".into(), policy));
    fields
}

async fn send(world: &World, fields: &[(String, String)], file: &[u8]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    body.extend_from_slice(b"--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n");
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--xx--\r\n");
    let request = http::Request::post("/data").header("host", "s3.test").header("content-length", body.len());
    // Nothing else tells the dialect of a form without fields of its own.
    let request = request.header("x-amz-user-agent", "test").header("content-type", "multipart/form-data; boundary=xx");
    let arrival = Arrival {
        id: RequestId::random(world.deployment.rng.as_ref()),
        time: world.deployment.clock.now(),
        source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        secure: true,
    };
    let response = crate::serve(&world.domains, arrival, request.body(full(body)).unwrap()).await;
    let (parts, body) = response.into_parts();
    Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes().to_vec() }
}

#[tokio::test]
async fn a_form_stores_an_object() {
    let (world, key) = World::with_bucket().await;
    let fields = [
        ("key", "dir/a b.txt"),
        ("Content-Type", "text/plain"),
        ("x-amz-meta-who", "me"),
        ("tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"),
        ("x-amz-checksum-crc32", "NhCmhg=="),
        ("success_action_status", "201"),
    ];
    let done = send(&world, &signed(&world, &key, &fields, &[]), b"hello").await.is(201);
    assert_eq!(done.header("location"), "https://s3.test/data/dir/a%20b.txt");
    assert_eq!((done.element("Bucket"), done.element("Key")), ("data".to_owned(), "dir/a b.txt".to_owned()));
    assert_eq!(done.header("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_eq!(
        (done.header("x-amz-checksum-crc32"), done.header("x-amz-server-side-encryption")),
        ("NhCmhg==", "AES256")
    );
    let got = world.ask(&key, "GET", "/data/dir/a%20b.txt").send().await.is(200);
    assert_eq!((got.text(), got.header("content-type"), got.header("x-amz-meta-who")), ("hello", "text/plain", "me"));
    assert_eq!(got.header("x-amz-tagging-count"), "1");
    let events = world.events(key.account).await;
    assert!(events.iter().any(|event| event["eventName"] == "PostObject"));
    let wrong = [("key", "k"), ("x-amz-checksum-crc32", "AAAAAA==")];
    send(&world, &signed(&world, &key, &wrong, &[]), b"hello").await.fails(400, "BadDigest");
    let named = [("key", "x-${filename}"), ("success_action_redirect", "http://a.example/")];
    let mut fields = signed(&world, &key, &named[1..], &[json!(["starts-with", "$key", "x-"])]);
    fields.insert(0, ("key".into(), "x-${filename}".into()));
    let on = send(&world, &fields, b"hello").await.is(303);
    assert!(on.header("location").starts_with("http://a.example/?bucket=data&key=x-a.txt&etag="));
}

#[tokio::test]
async fn everyone_who_might_try() {
    let (world, owner) = World::with_bucket().await;
    let fields = [("key", "k")];
    let plain = vec![("key".to_owned(), "k".to_owned())];
    send(&world, &plain, b"x").await.fails(403, "AccessDenied");
    let stranger = world.tenant("stranger").await;
    let denied = world.user(&owner, "denied", None).await;
    for who in [&stranger, &denied] {
        send(&world, &signed(&world, who, &fields, &[]), b"x").await.fails(403, "AccessDenied");
    }
    world.ask(&owner, "HEAD", "/data/k").send().await.is(404);
    let statement = json!([{ "Effect": "Allow", "Action": "oss:PutObject", "Resource": "*" }]);
    let allowed = world.user(&owner, "allowed", Some(statement)).await;
    send(&world, &signed(&world, &allowed, &fields, &[]), b"x").await.is(204);
    let opened = [("key", "k"), ("acl", "public-read")];
    send(&world, &signed(&world, &allowed, &opened, &[]), b"x").await.fails(403, "AccessDenied");
    let (session, token) = world.session(&owner).await;
    send(&world, &signed(&world, &session, &fields, &[]), b"x").await.is(403);
    let with = [("key", "k"), ("x-amz-security-token", token.as_str())];
    send(&world, &signed(&world, &session, &with, &[]), b"x").await.is(204);
    world.ask(&owner, "PUT", "/data?acl").header("x-amz-acl", "public-read-write").send().await.is(200);
    send(&world, &plain, b"x").await.is(204);
}

#[tokio::test]
async fn what_the_policy_does_not_allow_leaves_nothing() {
    let (world, key) = World::with_bucket().await;
    let fields = [("key", "k")];
    for (condition, status, code) in [
        (json!(["starts-with", "$key", "user/"]), 403, "AccessDenied"),
        (json!(["eq", "$acl", "private"]), 403, "AccessDenied"),
        (json!({ "bucket": "other" }), 403, "AccessDenied"),
        (json!(["content-length-range", 6, 9]), 400, "EntityTooSmall"),
        (json!(["content-length-range", 1, 4]), 400, "EntityTooLarge"),
        (json!(["content-length-range", 4, 1]), 400, "InvalidPolicyDocument"),
    ] {
        send(&world, &signed(&world, &key, &fields, &[condition]), b"hello").await.fails(status, code);
    }
    // Whoever has the form must not add to it what its signer did not speak of.
    for (name, value) in [("acl", "public-read"), ("Content-Type", "text/html"), ("x-amz-meta-a", "1"), ("other", "1")]
    {
        let mut more = signed(&world, &key, &fields, &[]);
        more.push((name.to_owned(), value.to_owned()));
        send(&world, &more, b"hello").await.fails(403, "AccessDenied");
    }
    let mut ignored = signed(&world, &key, &fields, &[]);
    ignored.push(("x-ignore-me".to_owned(), "1".to_owned()));
    send(&world, &ignored, b"hello").await.is(204);
    world.ask(&key, "DELETE", "/data/k").send().await.is(204);
    let bucketless = policy(
        &world,
        &key,
        signed(&world, &key, &fields, &[])[..4].to_vec(),
        &[
            json!(["starts-with", "$key", ""]),
            json!(["starts-with", "$x-amz-algorithm", ""]),
            json!(["starts-with", "$x-amz-credential", ""]),
            json!(["starts-with", "$x-amz-date", ""]),
        ],
    );
    send(&world, &bucketless, b"hello").await.fails(403, "AccessDenied");
    world.ask(&key, "HEAD", "/data/k").send().await.is(404);
}

#[tokio::test]
async fn signatures_that_are_not_right() {
    let (world, key) = World::with_bucket().await;
    let right = signed(&world, &key, &[("key", "k")], &[]);
    let changed = |name: &str, value: Option<&str>| -> Vec<(String, String)> {
        let kept = right.iter().filter(|(n, _)| n != name || value.is_some());
        kept.map(|(n, v)| (n.clone(), value.filter(|_| n == name).unwrap_or(v).to_owned())).collect()
    };
    for name in ["Policy", "X-Amz-Signature", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Algorithm"] {
        send(&world, &changed(name, None), b"x").await.fails(400, "AuthorizationHeaderMalformed");
    }
    let zero = "0".repeat(64);
    send(&world, &changed("X-Amz-Signature", Some(&zero)), b"x").await.fails(403, "SignatureDoesNotMatch");
    let events = world.events(key.account).await;
    assert_eq!(events[0]["errorCode"], "SignatureDoesNotMatch");
    let elsewhere = format!("{}/{}/other-1/s3/aws4_request", key.id, &world.deployment.clock.now().iso_basic()[..8]);
    send(&world, &changed("X-Amz-Credential", Some(&elsewhere)), b"x").await.fails(400, "AuthorizationHeaderMalformed");
    let v2 = [("key", "k"), ("AWSAccessKeyId", "AKIA"), ("signature", "x"), ("policy", "e30=")];
    let v2: Vec<_> = v2.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    send(&world, &v2, b"x").await.is(400);
    world.deployment.clock.advance(Duration::from_secs(61));
    send(&world, &right, b"x").await.fails(403, "AccessDenied");
    world.ask(&key, "HEAD", "/data/k").send().await.is(404);
    let form = world.ask(&key, "POST", "/data").header("content-type", "multipart/form-data; boundary=x");
    form.body("x").send().await.fails(400, "MalformedPOSTRequest");
}
