//! Objects uploaded by HTML forms.

use super::ask::{Answered, Ask};
use super::cors::whole;
use super::world::{Keys, World};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::mac::{hmac_sha1, hmac_sha256};
use serde_json::{Value, json};
use std::time::Duration;

/// A form in the making.
#[derive(Clone)]
struct Form {
    fields: Vec<(String, String)>,
    file: Vec<u8>,
    kind: &'static str,
}

impl Form {
    fn new(key: &str) -> Self {
        Self { fields: vec![("key".into(), key.into())], file: b"from a page".to_vec(), kind: "image/png" }
    }

    fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    fn policy(self, world: &World, conditions: Value) -> (Self, String) {
        let expiration = world.domains.clock.now().plus(Duration::from_secs(60)).iso_millis();
        let policy = STANDARD.encode(json!({ "expiration": expiration, "conditions": conditions }).to_string());
        (self.field("policy", &policy), policy)
    }

    /// Signed as ali-oss does it (alibaba-wire §3.5).
    fn v1(self, world: &World, keys: &Keys, conditions: Value) -> Self {
        let (form, policy) = self.policy(world, conditions);
        let mac = STANDARD.encode(hmac_sha1(keys.secret.as_bytes(), &[policy.as_bytes()]));
        form.field("OSSAccessKeyId", &keys.id).field("Signature", &mac)
    }

    fn v4(self, world: &World, keys: &Keys, conditions: Value) -> Self {
        let (form, policy) = self.policy(world, conditions);
        let date = world.domains.clock.now().iso_basic();
        let mut key = hmac_sha256(format!("aliyun_v4{}", keys.secret).as_bytes(), &[&date.as_bytes()[..8]]);
        for step in ["local-1", "oss", "aliyun_v4_request"] {
            key = hmac_sha256(&key, &[step.as_bytes()]);
        }
        let credential = format!("{}/{}/local-1/oss/aliyun_v4_request", keys.id, &date[..8]);
        form.field("x-oss-signature-version", "OSS4-HMAC-SHA256")
            .field("x-oss-credential", &credential)
            .field("x-oss-date", &date)
            .field("x-oss-signature", &hex::encode(hmac_sha256(&key, &[policy.as_bytes()])))
    }

    fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, value) in &self.fields {
            let part = format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\a b.txt\"\r\n";
        body.extend_from_slice(format!("{head}Content-Type: {}\r\n\r\n", self.kind).as_bytes());
        body.extend_from_slice(&self.file);
        body.extend_from_slice(b"\r\n--xx\r\nContent-Disposition: form-data; name=\"submit\"\r\n\r\nGo\r\n--xx--\r\n");
        body
    }

    async fn send(&self, world: &World) -> Answered {
        self.send_to(world, "box", self.body()).await
    }

    async fn send_to(&self, world: &World, bucket: &str, body: Vec<u8>) -> Answered {
        let ask = Ask::post(bucket, "").header("content-type", "multipart/form-data; boundary=xx").body(body);
        whole(world, ask).await
    }
}

async fn stored(world: &World, key: &str) -> String {
    world.ann(Ask::get("box", key)).await.expect(200).text()
}

#[tokio::test]
async fn a_form_stores_an_object() {
    let world = World::with_bucket().await;
    for version in ["v1", "v4"] {
        let form = Form::new("dir/${filename}")
            .field("x-oss-meta-a", "grün")
            .field("Cache-Control", "no-store")
            .field("success_action_status", "201");
        let conditions = json!([{ "bucket": "box" }, ["starts-with", "$key", "dir/"], ["content-length-range", 1, 99]]);
        let form = match version {
            "v1" => form.v1(&world, &world.ann, conditions),
            _ => form.v4(&world, &world.ann, conditions),
        };
        let done = form.send(&world).await.expect(201);
        assert_eq!(done.header("location"), "http://127.0.0.1:7070/box/dir/a%20b.txt");
        assert!(done.text().contains("<PostResponse><Location>"), "{}", done.text());
        assert!(done.text().contains("<Bucket>box</Bucket><Key>dir/a b.txt</Key>"), "{}", done.text());
        let got = world.ann(Ask::get("box", "dir/a b.txt")).await.expect(200);
        assert_eq!((got.text().as_str(), got.header("content-type")), ("from a page", "image/png"));
        assert_eq!((got.header("x-oss-meta-a"), got.header("cache-control")), ("grün", "no-store"));
        assert_eq!(
            (done.header("etag"), done.header("x-oss-hash-crc64ecma")),
            (got.header("etag"), got.header("x-oss-hash-crc64ecma"))
        );
        world.ann(Ask::delete("box", "dir/a b.txt")).await.expect(204);
    }
    let events = world.events(world.ann.account).await;
    assert!(events.iter().any(|event| event.event_name == "PostObject" && event.error_code.is_empty()));
}

#[tokio::test]
async fn answers() {
    let world = World::with_bucket().await;
    let form = |name: &str, value: &str| Form::new("k").field(name, value).v1(&world, &world.ann, json!([]));
    for (asked, status) in [("200", 200), ("201", 201), ("204", 204), ("", 204), ("500", 204)] {
        form("success_action_status", asked).send(&world).await.expect(status);
    }
    let on = form("success_action_redirect", "https://a.example/done?x=1").send(&world).await.expect(303);
    assert!(
        on.header("location").starts_with("https://a.example/done?x=1&bucket=box&key=k&etag=%22"),
        "{}",
        on.header("location")
    );
    for wrong in ["javascript:alert(1)", "https://a.example/ x", "https://a.example/#x"] {
        form("success_action_redirect", wrong).send(&world).await.refused(400, "InvalidArgument");
    }
}

#[tokio::test]
async fn everyone_who_might_try() {
    let world = World::with_bucket().await;
    let signed = |keys: &Keys| Form::new("k").v1(&world, keys, json!([]));
    let denied = Form::new("k").send(&world).await.refused(403, "AccessDenied");
    assert!(world.events_of(&denied.request).await.iter().any(|e| e.event_name == "PostObject"));
    signed(&world.bob).send(&world).await.refused(403, "AccessDenied");
    signed(&world.user("powerless", &[]).await).send(&world).await.refused(403, "AccessDenied");
    world.ann(Ask::head("box", "k")).await.expect(404);
    let enough = world.user("enough", &["oss:PutObject"]).await;
    signed(&enough).send(&world).await.expect(204);
    // A list or tags need rights of their own, as with any put.
    let opened = Form::new("k").field("x-oss-object-acl", "public-read").v1(&world, &enough, json!([]));
    opened.send(&world).await.refused(403, "AccessDenied");
    let (session, token) = world.session(&["oss:PutObject"]).await;
    signed(&session).send(&world).await.expect(403);
    Form::new("k").field("x-oss-security-token", &token).v1(&world, &session, json!([])).send(&world).await.expect(204);
    world.ann(Ask::put("box", "").query("acl", "").header("x-oss-acl", "public-read-write")).await.expect(200);
    Form::new("open").send(&world).await.expect(204);
    assert_eq!(stored(&world, "open").await, "from a page");
}

#[tokio::test]
async fn signatures_that_are_not_right() {
    let world = World::with_bucket().await;
    let right = Form::new("k").v1(&world, &world.ann, json!([]));
    let without = |name: &str| Form {
        fields: right.fields.iter().filter(|(n, _)| n != name).cloned().collect(),
        ..right.clone()
    };
    for name in ["policy", "OSSAccessKeyId", "Signature"] {
        without(name).send(&world).await.refused(400, "InvalidArgument");
    }
    let stolen = Keys { secret: "x".repeat(30), ..world.ann.clone() };
    for form in [Form::new("k").v1(&world, &stolen, json!([])), Form::new("k").v4(&world, &stolen, json!([]))] {
        let refused = form.send(&world).await.refused(403, "SignatureDoesNotMatch");
        assert!(world.events_of(&refused.request).await.iter().any(|e| e.error_code == "SignatureDoesNotMatch"));
    }
    world.deployment.clock.advance(Duration::from_secs(61));
    right.send(&world).await.refused(403, "AccessDenied");
    // A form has its signature in its fields, and only there.
    let ask = Ask::post("box", "").header("content-type", "multipart/form-data; boundary=xx").body(right.body());
    world.ann(ask).await.refused(400, "MalformedPOSTRequest");
    world.ann(Ask::post("box", "").body("x")).await.refused(400, "MalformedPOSTRequest");
    world.ann(Ask::head("box", "k")).await.expect(404);
}

#[tokio::test]
async fn what_the_policy_does_not_allow_leaves_nothing() {
    let world = World::with_bucket().await;
    let with = |conditions: Value| Form::new("k").field("x-oss-meta-a", "1").v1(&world, &world.ann, conditions);
    for (condition, status, code) in [
        (json!({ "bucket": "other" }), 403, "AccessDenied"),
        (json!(["starts-with", "$key", "user/"]), 403, "AccessDenied"),
        (json!(["eq", "$x-oss-meta-a", "2"]), 403, "AccessDenied"),
        (json!(["in", "$content-type", ["image/gif"]]), 403, "AccessDenied"),
        (json!(["content-length-range", 12, 99]), 400, "EntityTooSmall"),
        (json!(["content-length-range", 0, 10]), 400, "EntityTooLarge"),
        (json!(["like", "$key", "k"]), 400, "InvalidPolicyDocument"),
    ] {
        let refused = with(json!([condition])).send(&world).await;
        assert_eq!((refused.status, refused.code().as_str()), (status, code), "{condition}");
    }
    // What is said beside the file cannot take the place of what the policy speaks of.
    let kind = json!([["eq", "$content-type", "image/gif"]]);
    let form = Form::new("k").field("Content-Type", "image/gif").v1(&world, &world.ann, kind.clone());
    form.send(&world).await.expect(204);
    assert_eq!(world.ann(Ask::head("box", "k")).await.header("content-type"), "image/gif");
    world.ann(Ask::delete("box", "k")).await.expect(204);
    let own = Form::new("k").field("Content-Type", "image/gif").field("x-oss-content-type", "text/html");
    own.v1(&world, &world.ann, kind).send(&world).await.refused(403, "AccessDenied");
    world.ann(Ask::head("box", "k")).await.expect(404);
}

#[tokio::test]
async fn forms_that_are_not_in_order() {
    let world = World::with_bucket().await;
    let good = Form::new("k").v1(&world, &world.ann, json!([]));
    let whole = good.body();
    for cut in [10, whole.len() / 2, whole.len() - 120, whole.len() - 10] {
        good.send_to(&world, "box", whole[..cut].to_vec()).await.refused(400, "RequestTimeout");
    }
    good.send_to(&world, "box", b"hello".to_vec()).await.refused(400, "MalformedPOSTRequest");
    good.send_to(&world, "none", whole.clone()).await.refused(404, "NoSuchBucket");
    Form::new("").v1(&world, &world.ann, json!([])).send(&world).await.refused(400, "InvalidObjectName");
    let twice = Form::new("k").field("KEY", "other").v1(&world, &world.ann, json!([]));
    twice.send(&world).await.refused(400, "MalformedPOSTRequest");
    let large = Form::new("k").field("x", &"x".repeat(70_000)).v1(&world, &world.ann, json!([]));
    large.send(&world).await.refused(400, "FieldItemTooLong");
    for (name, value) in [("callback", "e30="), ("x-oss-something-new", "1"), ("x-oss-storage-class", "Archive")] {
        let form = Form::new("k").field(name, value).v1(&world, &world.ann, json!([]));
        form.send(&world).await.refused(400, "NotImplemented");
    }
    let odd = Form::new("k").field("x-oss-meta-a", "a\r\nb").v1(&world, &world.ann, json!([]));
    odd.send(&world).await.refused(400, "InvalidArgument");
    world.ann(Ask::head("box", "k")).await.expect(404);
    Form::new("k").field("name", "a page's own").v1(&world, &world.ann, json!([])).send(&world).await.expect(204);
    let kept = Form::new("k").field("x-oss-forbid-overwrite", "true").v1(&world, &world.ann, json!([]));
    kept.send(&world).await.refused(409, "FileAlreadyExists");
}

#[tokio::test]
async fn a_large_file_comes_through_whole() {
    let world = World::with_bucket().await;
    let file: Vec<u8> = (0..300_000_u32).flat_map(|n| format!("{n}\r\n").into_bytes()).collect();
    let form = Form { file: file.clone(), ..Form::new("big") };
    form.v4(&world, &world.ann, json!([["content-length-range", 0, 12_000_000]])).send(&world).await.expect(204);
    assert!(world.ann(Ask::get("box", "big")).await.expect(200).body == file);
}
