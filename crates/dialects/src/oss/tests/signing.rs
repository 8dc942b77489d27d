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
async fn a_bucket_named_in_host_and_path_is_read_as_it_was_signed() {
    let world = World::with_bucket().await;
    let twice = |ask: Ask| Ask { host_style: true, named_twice: true, ..ask };
    world.ann(twice(Ask::put("box", "k").body("path style"))).await.expect(200);
    world.ann(Ask { host_style: true, ..Ask::put("box", "box/k").body("a key like the bucket") }).await.expect(200);
    let got = world.ann(twice(Ask::get("box", "k"))).await.expect(200);
    assert_eq!(got.text(), "path style");
    let got = world.ann(Ask { host_style: true, ..Ask::get("box", "box/k") }).await.expect(200);
    assert_eq!(got.text(), "a key like the bucket");
    assert!(world.ann(twice(Ask::get("box", ""))).await.expect(200).text().contains("<Key>k</Key>"));
    let mut thief = world.ann.clone();
    thief.secret = "guessed".into();
    world.by(&thief, twice(Ask::get("box", "k"))).await.refused(403, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn temporary_credentials() {
    let world = World::with_bucket().await;
    world.ann(Ask::put("box", "k").body("x")).await.expect(200);
    let (session, token) = world.session(&["oss:GetObject"]).await;
    let ask = || Ask::get("box", "k");
    let (prefixed, bare) = (ask().header("x-oss-security-token", &token), ask().header("security-token", &token));
    world.by(&session, prefixed.clone()).await.expect(200);
    world.send(prefixed.signed_v1(&session, &world.domains)).await.expect(200);
    // oss-v2 sends it without the prefix, and does not sign it.
    world.send(bare.signed_v1(&session, &world.domains)).await.expect(200);
    let write = Ask::delete("box", "k").header("x-oss-security-token", &token);
    world.by(&session, write).await.refused(403, "AccessDenied");
    world.by(&session, ask()).await.refused(403, "InvalidAccessKeyId");
    world.by(&session, ask().header("x-oss-security-token", "nonsense")).await.refused(403, "InvalidSecurityToken");
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
    assert_eq!((&*event.event_name, &*event.error_code), ("GetBucketAcl", "SignatureDoesNotMatch"));
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
