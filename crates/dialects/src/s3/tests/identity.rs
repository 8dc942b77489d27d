use super::signer::{Signer, sha256};
use super::world::{HOST, World};
use std::time::Duration;
use types::AccountId;

#[tokio::test]
async fn wrong_signatures() {
    let (world, key) = World::with_bucket().await;
    let get = || world.ask(&key, "GET", "/data?list-type=2");
    get().send().await.is(200);
    let mut wrong = get();
    wrong.key.as_mut().unwrap().secret.push('x');
    let before = world.events(key.account).await.len();
    let wrong_key = wrong.key.clone().unwrap();
    let failed = wrong.send().await.fails(403, "SignatureDoesNotMatch");
    // What the answer says should have been signed is what this client did sign, with its wrong secret.
    let signer = Signer { key: &wrong_key, time: get().time, region: "local-1" };
    assert_eq!(signer.hmac(&failed.element("StringToSign")), failed.element("SignatureProvided"));
    assert!(failed.element("StringToSign").ends_with(&sha256(failed.element("CanonicalRequest").as_bytes())));
    assert_eq!(failed.element("AWSAccessKeyId"), key.id);
    let events = world.events(key.account).await;
    assert_eq!(events.len(), before + 1, "a wrong signature is recorded with the account whose key was named");
    assert_eq!(events[0]["errorCode"], "SignatureDoesNotMatch");
    assert!(!events[0].to_string().contains(&failed.element("SignatureProvided")));
    let mut unknown = get();
    unknown.key.as_mut().unwrap().id = "LTAI5tNoSuchKeyAnywhere1".to_owned();
    unknown.send().await.fails(403, "InvalidAccessKeyId");
    for late in [-901, 901] {
        let mut skewed = get();
        skewed.time = types::Timestamp::from_secs(skewed.time.secs() + late);
        skewed.send().await.fails(403, "RequestTimeTooSkewed");
    }
    let mut elsewhere = get();
    elsewhere.region = "us-east-1";
    let failed = elsewhere.send().await.fails(400, "AuthorizationHeaderMalformed");
    assert_eq!(failed.element("Region"), "local-1");
    world.nobody("GET", "/data").header("authorization", "AWS a:b").send().await.fails(501, "NotImplemented");
    world.nobody("GET", "/data").header("authorization", "x").send().await.fails(400, "AuthorizationHeaderMalformed");
}

#[tokio::test]
async fn nothing_happens_without_a_right_signature() {
    let (world, key) = World::with_bucket().await;
    let mut put = world.ask(&key, "PUT", "/data/k").body("x");
    put.key.as_mut().unwrap().secret.push('x');
    put.send().await.fails(403, "SignatureDoesNotMatch");
    world.ask(&key, "HEAD", "/data/k").send().await.is(404);
}

#[tokio::test]
async fn headers_and_targets_are_covered() {
    let (world, key) = World::with_bucket().await;
    let time = world.ask(&key, "GET", "/").time;
    let signer = Signer { key: &key, time, region: "local-1" };
    let url = signer.presigned("GET", "/data/k", HOST, 60);
    world.ask(&key, "PUT", "/data/k").body("x").send().await.is(200);
    world.ask(&key, "PUT", "/data/other").body("x").send().await.is(200);
    assert_eq!(world.nobody("GET", &url).send().await.is(200).text(), "x");
    world.nobody("GET", &url.replace("/data/k", "/data/other")).send().await.fails(403, "SignatureDoesNotMatch");
    world.nobody("GET", &format!("{url}&response-content-type=a")).send().await.fails(403, "SignatureDoesNotMatch");
    world.nobody("DELETE", &url).send().await.fails(403, "SignatureDoesNotMatch");
    world.nobody("GET", &url).header("x-amz-acl", "private").send().await.fails(403, "AccessDenied");
    world.nobody("GET", &format!("{url}&Signature=x")).send().await.fails(501, "NotImplemented");
    world.deployment.clock.advance(Duration::from_secs(61));
    world.nobody("GET", &url).send().await.fails(403, "AccessDenied");
}

#[tokio::test]
async fn a_presigned_put() {
    let (world, key) = World::with_bucket().await;
    let time = world.ask(&key, "GET", "/").time;
    let url = Signer { key: &key, time, region: "local-1" }.presigned("PUT", "/data/k", HOST, 600);
    world.nobody("PUT", &url).body("hello").send().await.is(200);
    assert_eq!(world.ask(&key, "GET", "/data/k").send().await.is(200).text(), "hello");
}

#[tokio::test]
async fn every_call_is_recorded_once() {
    let (world, key) = World::with_bucket().await;
    let count = || async { world.events(key.account).await.len() };
    let mut before = count().await;
    let asks = [
        world.ask(&key, "PUT", "/data/k").body("x"),
        world.ask(&key, "GET", "/data/k"),
        world.ask(&key, "HEAD", "/data/k"),
        world.ask(&key, "GET", "/data/none"),
        world.ask(&key, "GET", "/data?lifecycle"),
        world.ask(&key, "POST", "/data?delete").body("<Delete"),
        world.ask(&key, "PUT", "/data/k").body("x").header("x-amz-tagging", "a=b"),
        world.nobody("GET", "/data/k"),
    ];
    for ask in asks {
        let what = format!("{} {}", ask.method, ask.target);
        ask.send().await;
        let after = count().await;
        assert_eq!(after, before + 1, "{what}");
        before = after;
    }
    let events = world.events(key.account).await;
    assert_eq!(events[0]["errorCode"], "AccessDenied");
    assert_eq!(events.last().unwrap()["eventName"], "CreateBucket");
    assert_eq!(events.last().unwrap()["serviceName"], "S3");
    let platform = world.events(AccountId::PLATFORM).await.len();
    world.nobody("GET", "/").send().await.is(403);
    assert_eq!(world.events(AccountId::PLATFORM).await.len(), platform + 1);
}

#[tokio::test]
async fn a_session_with_its_token() {
    let (world, key) = World::with_bucket().await;
    let session = world.session(&key).await;
    let get = |token: Option<&str>| {
        let ask = world.ask(&session.0, "GET", "/data?list-type=2");
        match token {
            Some(token) => ask.header("x-amz-security-token", token.to_owned()),
            None => ask,
        }
    };
    get(Some(&session.1)).send().await.is(200);
    get(None).send().await.fails(403, "InvalidAccessKeyId");
    get(Some("x")).send().await.fails(400, "InvalidToken");
    world.deployment.clock.advance(Duration::from_secs(2 * 3600));
    get(Some(&session.1)).send().await.fails(400, "ExpiredToken");
}
