//! Tags of objects and buckets.

use super::world::World;
use serde_json::json;

const TAGS: &str = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";

#[tokio::test]
async fn objects() {
    let (world, key) = World::with_bucket().await;
    world.ask(&key, "PUT", "/data/k").body("x").header("x-amz-tagging", "a=1&b=2").send().await.is(200);
    for (method, way) in [("GET", "/data/k"), ("HEAD", "/data/k"), ("GET", "/data/k?partNumber=1")] {
        let answer = world.ask(&key, method, way).send().await;
        assert_eq!(answer.header("x-amz-tagging-count"), "2", "{method} {way}");
    }
    world.ask(&key, "PUT", "/data/k?tagging").body(TAGS).send().await.is(200);
    let shown = world.ask(&key, "GET", "/data/k?tagging").send().await.is(200);
    assert_eq!((shown.element("Key"), shown.element("Value")), ("a".into(), "1".into()));
    let copy = |to: &str| world.ask(&key, "PUT", to).header("x-amz-copy-source", "/data/k");
    copy("/data/same").send().await.is(200);
    assert!(world.ask(&key, "GET", "/data/same?tagging").send().await.is(200).text().contains("<Key>a</Key>"));
    let other = copy("/data/k").header("x-amz-tagging-directive", "REPLACE").header("x-amz-tagging", "c=3");
    other.send().await.is(200);
    assert!(world.ask(&key, "GET", "/data/k?tagging").send().await.is(200).text().contains("<Key>c</Key>"));
    world.ask(&key, "DELETE", "/data/k?tagging").send().await.is(204);
    assert!(!world.ask(&key, "GET", "/data/k?tagging").send().await.is(200).text().contains("<Tag>"));
    let put = |tags: &str| world.ask(&key, "PUT", "/data/k").body("x").header("x-amz-tagging", tags.to_owned());
    put("=v").send().await.fails(400, "InvalidArgument");
    put("a=%3C").send().await.fails(400, "InvalidTag");
    put("a=1&a=2").send().await.fails(400, "InvalidArgument");
    let eleven: Vec<String> = (0..11).map(|n| format!("t{n}=v")).collect();
    put(&eleven.join("&")).send().await.fails(400, "BadRequest");
    let wrong = TAGS.replace("<Value>1", "<Value>&lt;");
    world.ask(&key, "PUT", "/data/k?tagging").body(wrong).send().await.fails(400, "InvalidTag");
    world.ask(&key, "GET", "/data/k?tagging&versionId=x").send().await.fails(400, "InvalidArgument");
}

#[tokio::test]
async fn conditions() {
    let (world, key) = World::with_bucket().await;
    for team in ["red", "blue"] {
        let put = world.ask(&key, "PUT", &format!("/data/{team}")).body("x");
        put.header("x-amz-tagging", format!("team={team}")).send().await.is(200);
    }
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*",
              "Condition": { "StringEquals": { "s3:ExistingObjectTag/team": "red" } } },
            { "Effect": "Deny", "Principal": "*", "Action": "s3:PutObjectTagging", "Resource": "arn:aws:s3:::data/*",
              "Condition": { "ForAnyValue:StringEquals": { "s3:RequestObjectTagKeys": "secret" } } },
        ],
    });
    world.ask(&key, "PUT", "/data?policy").body(policy.to_string()).send().await.is(204);
    world.nobody("GET", "/data/red").send().await.is(200);
    world.nobody("GET", "/data/blue").send().await.fails(403, "AccessDenied");
    let user =
        world.user(&key, "tagger", Some(json!([{ "Effect": "Allow", "Action": "oss:*", "Resource": "*" }]))).await;
    world.ask(&user, "PUT", "/data/red?tagging").body(TAGS).send().await.is(200);
    let secret = TAGS.replace("<Key>a", "<Key>secret");
    world.ask(&user, "PUT", "/data/red?tagging").body(secret).send().await.fails(403, "AccessDenied");
    world.nobody("GET", "/data/red").send().await.fails(403, "AccessDenied");
}

#[tokio::test]
async fn buckets() {
    let (world, key) = World::with_bucket().await;
    world.ask(&key, "GET", "/data?tagging").send().await.fails(404, "NoSuchTagSet");
    world.ask(&key, "PUT", "/data?tagging").body(TAGS).send().await.is(200);
    assert_eq!(world.ask(&key, "GET", "/data?tagging").send().await.is(200).element("Key"), "a");
    world.ask(&key, "DELETE", "/data?tagging").send().await.is(204);
    world.ask(&key, "GET", "/data?tagging").send().await.fails(404, "NoSuchTagSet");
}
