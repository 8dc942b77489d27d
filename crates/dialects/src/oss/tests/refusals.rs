use super::ask::Ask;
use super::world::World;
use crate::Arrival;
use crate::oss::tests::ask::Answered;
use std::net::{IpAddr, Ipv4Addr};
use types::{Failure, Reason, RequestId};

#[tokio::test]
async fn errors_of_head_requests_are_in_headers() {
    let world = World::with_bucket().await;
    for (bucket, code) in [("box", "NoSuchKey"), ("none", "NoSuchBucket")] {
        let refused = world.ann(Ask::head(bucket, "k")).await.refused(404, code);
        assert!(refused.body.is_empty() && !refused.header("x-oss-err").is_empty());
    }
}

#[tokio::test]
async fn the_document_of_an_error() {
    let world = World::with_bucket().await;
    let refused = world.ann(Ask::get("box", "a<b")).await.refused(404, "NoSuchKey");
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The object does not exist.</Message>\
         <RequestId>{}</RequestId><HostId>127.0.0.1:7070</HostId><Key>a&lt;b</Key><EC>0002-00000048</EC></Error>",
        refused.request
    );
    assert_eq!(refused.text(), expected);
    assert_eq!(refused.header("content-type"), "application/xml");
    let denied = world.by(&world.bob, Ask::get("box", "k")).await.refused(403, "AccessDenied");
    assert!(denied.text().contains("<AccessDeniedDetail><AuthAction>oss:GetObject</AuthAction>"), "{}", denied.text());
}

#[tokio::test]
async fn what_changes_the_meaning_is_refused() {
    let world = World::with_bucket().await;
    let put = || Ask::put("box", "k").body("x");
    let headers = [
        ("x-oss-callback", "e30="),
        ("x-oss-storage-class", "Archive"),
        ("x-oss-symlink-target", "x"),
        ("x-oss-bypass-governance-retention", "true"),
        ("x-oss-server-side-data-encryption", "SM4"),
        ("x-oss-traffic-limit", "819200"),
        ("x-oss-something-new", "1"),
    ];
    for (name, value) in headers {
        world.ann(put().header(name, value)).await.refused(400, "NotImplemented");
    }
    for (name, value) in [("x-oss-process", "image/resize,w_100"), ("callback", "e30=")] {
        world.ann(put().query(name, value)).await.refused(400, "NotImplemented");
        world.ann(Ask::get("box", "k").query(name, value)).await.refused(400, "NotImplemented");
        world.ann(Ask::delete("box", "k").query(name, value)).await.refused(400, "NotImplemented");
    }
    for unknown in ["brandNew", "acl2"] {
        world.ann(put().query(unknown, "")).await.refused(400, "NotImplemented");
        world.ann(Ask::delete("box", "").query(unknown, "")).await.refused(400, "NotImplemented");
        world.ann(Ask::get("box", "").query(unknown, "")).await.refused(400, "NotImplemented");
    }
    world.ann(Ask::get("box", "k").query("x-oss-brand-new", "")).await.refused(400, "NotImplemented");
    world.ann(put().query("acl", "").query("tagging", "")).await.refused(400, "NotImplemented");
    world.ann(Ask::new("PATCH", "box", "k")).await.refused(405, "MethodNotAllowed");
    world.ann(Ask::delete("", "")).await.refused(405, "MethodNotAllowed");
    // Nothing of all that did anything.
    world.ann(Ask::head("box", "k")).await.refused(404, "NoSuchKey");
    world.ann(Ask::get("box", "").query("bucketInfo", "")).await.expect(200);
}

#[tokio::test]
async fn limits_and_names() {
    let world = World::with_bucket().await;
    world.ann(Ask::put("box", &"k".repeat(1025)).body("x")).await.refused(400, "InvalidObjectName");
    let metadata = Ask::put("box", "k").header("x-oss-meta-a", &"v".repeat(9000)).body("x");
    world.ann(metadata).await.refused(400, "InvalidArgument");
    world.send(Ask::get("box", "k").query("a", "1").query("a", "2")).await.refused(400, "InvalidArgument");
    world.ann(Ask::put("box", "k").header("x-oss-meta-", "v").body("x")).await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn a_head_that_cannot_be_read_is_recorded() {
    let world = World::new().await;
    let arrival = Arrival {
        id: RequestId::random(world.domains.rng.as_ref()),
        time: world.domains.clock.now(),
        source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        secure: false,
    };
    let failure = Failure::new(Reason::ParameterInvalid, "It cannot be read.");
    let response = crate::oss::refuse(&world.domains, &arrival, &failure).await;
    let answered = Answered::read(arrival.id.to_string(), response).await.refused(400, "InvalidArgument");
    assert_eq!(world.events_of(&answered.request).await.len(), 1);
}
