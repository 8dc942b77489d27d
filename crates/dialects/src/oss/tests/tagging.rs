//! Tags of objects and buckets.

use super::ask::Ask;
use super::multipart::begin;
use super::world::World;

fn set(pairs: &[(&str, &str)]) -> String {
    let tags: String = pairs.iter().map(|(k, v)| format!("<Tag><Key>{k}</Key><Value>{v}</Value></Tag>")).collect();
    format!("<Tagging><TagSet>{tags}</TagSet></Tagging>")
}

async fn tags(world: &World, key: &str) -> String {
    let shown = world.ann(Ask::get("box", key).query("tagging", "")).await.expect(200).text();
    shown[shown.find("<Tagging>").unwrap()..].to_owned()
}

#[tokio::test]
async fn an_object_is_tagged_as_it_is_stored_and_later() {
    let world = World::with_bucket().await;
    world.ann(Ask::put("box", "k").header("x-oss-tagging", "a%20b=%2B1&c=").body("x")).await.expect(200);
    assert_eq!(tags(&world, "k").await, set(&[("a b", "+1"), ("c", "")]));
    for ask in [Ask::get("box", "k"), Ask::head("box", "k")] {
        assert_eq!(world.ann(ask).await.header("x-oss-tagging-count"), "2");
    }
    world.ann(Ask::put("box", "k").query("tagging", "").body(set(&[("d", "e")]))).await.expect(200);
    assert_eq!(tags(&world, "k").await, set(&[("d", "e")]));
    world.ann(Ask::delete("box", "k").query("tagging", "")).await.expect(204);
    assert_eq!(tags(&world, "k").await, set(&[]));
    assert_eq!(world.ann(Ask::head("box", "k")).await.header("x-oss-tagging-count"), "");
    world.ann(Ask::get("box", "none").query("tagging", "")).await.refused(404, "NoSuchKey");
    let of = |version: &str| Ask::get("box", "k").query("tagging", "").query("versionId", version);
    world.ann(of("x")).await.refused(400, "InvalidArgument");
    world.ann(of(&"0".repeat(32))).await.refused(404, "NoSuchVersion");
    world.ann(of("null")).await.expect(200);
}

#[tokio::test]
async fn copies_and_parts() {
    let world = World::with_bucket().await;
    world.ann(Ask::put("box", "k").header("x-oss-tagging", "a=1").body("x")).await.expect(200);
    let copy = |to: &str| Ask::put("box", to).header("x-oss-copy-source", "/box/k");
    world.ann(copy("same")).await.expect(200);
    assert_eq!(tags(&world, "same").await, set(&[("a", "1")]));
    let other = copy("other").header("x-oss-tagging", "b=2");
    world.ann(other.header("x-oss-tagging-directive", "Replace")).await.expect(200);
    assert_eq!(tags(&world, "other").await, set(&[("b", "2")]));
    world.ann(copy("x").header("x-oss-tagging-directive", "x")).await.refused(400, "InvalidArgument");
    // To bring tags along is to read them there and to set them here.
    for missing in ["oss:GetObjectTagging", "oss:PutObjectTagging"] {
        let all = ["oss:GetObject", "oss:PutObject", "oss:GetObjectTagging", "oss:PutObjectTagging"];
        let some: Vec<&str> = all.into_iter().filter(|action| *action != missing).collect();
        let user = world.user(&missing[4..], &some).await;
        world.by(&user, copy("denied")).await.refused(403, "AccessDenied");
    }
    let begun = Ask::post("box", "big").query("uploads", "").header("x-oss-tagging", "p=q");
    let text = world.ann(begun).await.expect(200).text();
    let upload = text.split("<UploadId>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let part = Ask::put("box", "big").query("partNumber", "1").query("uploadId", &upload).body("x");
    world.ann(part).await.expect(200);
    let complete = Ask::post("box", "big").query("uploadId", &upload).header("x-oss-complete-all", "yes");
    world.ann(complete).await.expect(200);
    assert_eq!(tags(&world, "big").await, set(&[("p", "q")]));
    assert!(!begin(&world, "plain").await.is_empty());
}

#[tokio::test]
async fn what_is_no_tag_is_refused() {
    let world = World::with_bucket().await;
    let put = |tagging: &str| Ask::put("box", "k").header("x-oss-tagging", tagging).body("x");
    let eleven: Vec<String> = (0..11).map(|n| format!("t{n}=v")).collect();
    world.ann(put(&eleven.join("&"))).await.refused(400, "InvalidArgument");
    let (long_name, long_value) = (format!("{}=v", "n".repeat(129)), format!("n={}", "v".repeat(257)));
    for wrong in ["=v", "a=%3C", "a=1&a=2", &*long_name, &*long_value] {
        world.ann(put(wrong)).await.refused(400, "InvalidTag");
    }
    world.ann(Ask::head("box", "k")).await.refused(404, "NoSuchKey");
    world.ann(put("a=1")).await.expect(200);
    for body in ["", "<Tagging/>", "<Tagging><TagSet><Tag><Value>v</Value></Tag></TagSet></Tagging>", "<X/>"] {
        world.ann(Ask::put("box", "k").query("tagging", "").body(body)).await.refused(400, "MalformedXML");
    }
    let twice = set(&[("a", "1"), ("a", "2")]);
    world.ann(Ask::put("box", "k").query("tagging", "").body(twice)).await.refused(400, "InvalidTag");
    assert_eq!(tags(&world, "k").await, set(&[("a", "1")]));
}

#[tokio::test]
async fn conditions_ask_for_tags() {
    let world = World::with_bucket().await;
    world.ann(Ask::put("box", "red").header("x-oss-tagging", "team=red").body("x")).await.expect(200);
    world.ann(Ask::put("box", "blue").header("x-oss-tagging", "team=blue").body("x")).await.expect(200);
    let statement = |action: &str, key: &str| {
        format!(
            r#"{{"Effect":"Allow","Principal":["{}"],"Action":{action},"Resource":["acs:oss:*:*:box/*"],"Condition":{{"StringEquals":{{"{key}":["red"]}}}}}}"#,
            world.bob.account
        )
    };
    let reads = statement(r#"["oss:GetObject"]"#, "oss:ExistingObjectTag/team");
    let writes = statement(r#"["oss:PutObject","oss:PutObjectTagging"]"#, "oss:RequestObjectTag/team");
    let policy = format!(r#"{{"Version":"1","Statement":[{reads},{writes}]}}"#);
    world.ann(Ask::put("box", "").query("policy", "").body(policy)).await.expect(200);
    world.by(&world.bob, Ask::get("box", "red")).await.expect(200);
    world.by(&world.bob, Ask::get("box", "blue")).await.refused(403, "AccessDenied");
    let put = |tagging: &str| Ask::put("box", "new").header("x-oss-tagging", tagging).body("x");
    world.by(&world.bob, put("team=red")).await.expect(200);
    world.by(&world.bob, put("team=blue")).await.refused(403, "AccessDenied");
    world.by(&world.bob, Ask::put("box", "new").body("x")).await.refused(403, "AccessDenied");
    // An open list lets nobody tag.
    world.ann(Ask::put("box", "").query("acl", "").header("x-oss-acl", "public-read-write")).await.expect(200);
    world.send(Ask::put("box", "open").body("x")).await.expect(200);
    world.send(put("a=b")).await.refused(403, "AccessDenied");
    world.send(Ask::get("box", "open").query("tagging", "")).await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn buckets() {
    let world = World::with_bucket().await;
    let show = || Ask::get("box", "").query("tagging", "");
    assert!(world.ann(show()).await.expect(200).text().ends_with(&set(&[])));
    let all = set(&[("a", "1"), ("b", "2"), ("c", "3")]);
    world.ann(Ask::put("box", "").query("tagging", "").body(all)).await.expect(200);
    world.ann(Ask::delete("box", "").query("tagging", "a,b")).await.expect(204);
    assert!(world.ann(show()).await.expect(200).text().ends_with(&set(&[("c", "3")])));
    let many: Vec<(String, String)> = (0..21).map(|n| (format!("t{n}"), String::new())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    world.ann(Ask::put("box", "").query("tagging", "").body(set(&many))).await.refused(400, "InvalidArgument");
    // Policies of users ask for a bucket's tags.
    let user = world.user("tagged", &["oss:GetBucketInfo"]).await;
    world.by(&user, Ask::get("box", "").query("bucketInfo", "")).await.expect(200);
    let deny = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Deny","Principal":["{}"],"Action":["oss:GetBucketInfo"],"Resource":["acs:oss:*:*:box"],"Condition":{{"StringEquals":{{"oss:BucketTag/c":["3"]}}}}}}]}}"#,
        world.ann.account
    );
    world.ann(Ask::put("box", "").query("policy", "").body(deny)).await.expect(200);
    world.by(&user, Ask::get("box", "").query("bucketInfo", "")).await.refused(403, "AccessDenied");
    world.ann(Ask::delete("box", "").query("tagging", "")).await.expect(204);
    world.by(&user, Ask::get("box", "").query("bucketInfo", "")).await.expect(200);
    // A bucket made again has none.
    world.ann(Ask::put("box", "").query("tagging", "").body(set(&[("c", "3")]))).await.expect(200);
    world.ann(Ask::delete("box", "").query("policy", "")).await.expect(204);
    world.ann(Ask::delete("box", "")).await.expect(204);
    world.ann(Ask::put("box", "")).await.expect(200);
    assert!(world.ann(show()).await.expect(200).text().ends_with(&set(&[])));
}
