use super::ask::Ask;
use super::world::World;
use std::time::Duration;

#[tokio::test]
async fn every_version_and_place() {
    let world = World::with_bucket().await;
    let (ann, domains) = (&world.ann, &world.domains);
    let now = domains.clock.now();
    world.send(Ask::put("box", "k+é").header("x-oss-meta-a", "1").body("x").signed_v1(ann, domains)).await.expect(200);
    world.send(Ask::get("box", "").query("acl", "").signed_v1(ann, domains)).await.expect(200);
    let url = |secs| Ask::get("box", "k+é").presigned_v1(ann, now.plus(Duration::from_secs(secs)));
    world.send(url(60)).await.expect(200);
    world.send(url(60).query("versionId", "x")).await.refused(403, "SignatureDoesNotMatch");
    let late = Ask::get("box", "k+é").presigned_v1(ann, now.minus(Duration::from_secs(1)));
    world.send(late).await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn wrong_signatures() {
    let world = World::with_bucket().await;
    let (ann, domains) = (&world.ann, &world.domains);
    let now = domains.clock.now();
    let mut thief = ann.clone();
    thief.secret = "guessed".into();
    let refused = world.by(&thief, Ask::get("box", "").query("acl", "")).await.refused(403, "SignatureDoesNotMatch");
    for element in ["<StringToSign>OSS4-HMAC-SHA256", "<CanonicalRequest>GET", "<SignatureProvided>", "<AccessKeyId>"] {
        assert!(refused.text().contains(element), "{element}");
    }
    let events = world.events_of(&refused.request).await;
    let [event] = events.as_slice() else { panic!("one event, not {}", events.len()) };
    assert_eq!((event.event_name.as_str(), event.error_code.as_str()), ("GetBucketAcl", "SignatureDoesNotMatch"));
    assert_eq!(event.recipient_account_id, ann.account.to_string());

    thief.id = "LTAI5tNobodyHasThisKeyId".into();
    world.by(&thief, Ask::get("", "")).await.refused(403, "InvalidAccessKeyId");
    let elsewhere = Ask::get("", "").signed_for(ann, "cn-hangzhou", now);
    let elsewhere = world.send(elsewhere).await.refused(400, "InvalidArgument");
    assert!(elsewhere.text().contains("<ExpectedRegion>local-1</ExpectedRegion>"));
    let late = Ask::get("", "").signed_for(ann, "local-1", now.minus(Duration::from_secs(1000)));
    world.send(late).await.refused(403, "RequestTimeTooSkewed");
    let added = Ask::get("box", "").signed(ann, domains).query("acl", "");
    world.send(added).await.refused(403, "SignatureDoesNotMatch");
    world.send(Ask::get("", "").header("authorization", "OSS nonsense")).await.refused(400, "InvalidArgument");
    world
        .send(Ask::get("", "").header("authorization", "Basic abc").header("x-oss-date", "x"))
        .await
        .refused(400, "InvalidArgument");
    world.send(Ask::get("", "")).await.refused(403, "AccessDenied");
}
