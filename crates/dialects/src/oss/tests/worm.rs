//! What is written once.

use super::ask::Ask;
use super::world::World;
use std::time::Duration;

pub(super) const ENABLED: &str =
    "<ObjectWormConfiguration><ObjectWormEnabled>Enabled</ObjectWormEnabled></ObjectWormConfiguration>";
pub(super) const GOVERNED: &str =
    "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2099-01-01T00:00:00.000Z</RetainUntilDate></Retention>";
pub(super) const HELD: &str = "<LegalHold><Status>ON</Status></LegalHold>";

const MODE: &str = "x-oss-object-worm-mode";
const UNTIL: &str = "x-oss-object-worm-retain-until-date";
const HOLD: &str = "x-oss-object-worm-legal-hold";
const BYPASS: &str = "x-oss-bypass-governance-retention";
const YEAR_2099: &str = "2099-01-01T00:00:00.000Z";

/// The document that begins or extends a policy.
pub(super) fn days(what: &str, days: i32) -> String {
    format!("<{what}WormConfiguration><RetentionPeriodInDays>{days}</RetentionPeriodInDays></{what}WormConfiguration>")
}

/// Gives the bucket a policy.
pub(super) async fn initiate(world: &World, number: i32) -> String {
    let made = world.ann(worm("POST").body(days("Initiate", number))).await.expect(200);
    made.header("x-oss-worm-id").to_owned()
}

fn worm(method: &str) -> Ask {
    Ask::new(method, "box", "").query("worm", "")
}

fn complete(id: &str) -> Ask {
    Ask::post("box", "").query("wormId", id)
}

fn extend(id: &str, number: i32) -> Ask {
    Ask::post("box", "").query("wormExtend", "").query("wormId", id).body(days("Extend", number))
}

#[tokio::test]
async fn a_buckets_policy_and_its_states() {
    let world = World::with_bucket().await;
    world.ann(worm("GET")).await.refused(404, "NoSuchWORMConfiguration");
    world.ann(worm("DELETE")).await.refused(404, "NoSuchWORMConfiguration");
    for wrong in [0, -1, 25_551] {
        world.ann(worm("POST").body(days("Initiate", wrong))).await.refused(400, "InvalidWORMConfiguration");
    }
    let id = initiate(&world, 1).await;
    let shown = world.ann(worm("GET")).await.expect(200).text();
    assert!(shown.contains(&format!("<WormId>{id}</WormId><State>InProgress</State>")), "{shown}");
    assert!(shown.contains("<RetentionPeriodInDays>1</RetentionPeriodInDays><CreationDate>20"), "{shown}");
    assert!(shown.contains("<ExpirationDate>"));
    world.ann(extend(&id, 2)).await.refused(400, "InvalidWORMConfiguration");
    world.ann(complete("0")).await.refused(404, "NoSuchWORMConfiguration");
    world.ann(worm("DELETE")).await.expect(204);
    let id = initiate(&world, 1).await;
    world.deployment.clock.advance(Duration::from_secs(24 * 3600));
    world.ann(complete(&id)).await.refused(404, "NoSuchWORMConfiguration");
    let id = initiate(&world, 1).await;
    world.ann(complete(&id)).await.expect(200);
    world.ann(worm("DELETE")).await.refused(403, "WORMConfigurationLocked");
    world.ann(worm("POST").body(days("Initiate", 1))).await.refused(403, "WORMConfigurationLocked");
    world.ann(extend(&id, 2)).await.expect(200);
    world.ann(extend(&id, 1)).await.refused(400, "InvalidWORMConfiguration");
    let shown = world.ann(worm("GET")).await.expect(200).text();
    assert!(shown.contains("<State>Locked</State><RetentionPeriodInDays>2</RetentionPeriodInDays>"), "{shown}");
    assert!(!shown.contains("ExpirationDate"));
}

#[tokio::test]
async fn what_a_policy_keeps_is_immutable() {
    let world = World::with_bucket().await;
    world.ann(Ask::put("box", "k").body("old")).await.expect(200);
    let id = initiate(&world, 1).await;
    let refused = async |ask: Ask| world.ann(ask).await.refused(409, "FileImmutable");
    for _ in 0..2 {
        refused(Ask::delete("box", "k")).await;
        refused(Ask::delete("box", "k").query("versionId", "null")).await;
        refused(Ask::put("box", "k").body("new")).await;
        refused(Ask::put("box", "k").header("x-oss-copy-source", "/box/k")).await;
        let list = "<Delete><Object><Key>k</Key></Object></Delete>";
        refused(Ask::post("box", "").query("delete", "").header(BYPASS, "true").body(list)).await;
        let upload = super::multipart::begin(&world, "k").await;
        let part = Ask::put("box", "k").query("partNumber", "1").query("uploadId", &upload).body("x");
        world.ann(part).await.expect(200);
        let whole = Ask::post("box", "k").query("uploadId", &upload).header("x-oss-complete-all", "yes");
        refused(whole).await;
        world.ann(Ask::delete("box", "k").query("uploadId", &upload)).await.expect(204);
        assert_eq!(world.ann(Ask::get("box", "k")).await.expect(200).text(), "old");
        world.ann(complete(&id)).await.expect(200);
    }
    world.ann(Ask::delete("box", "")).await.refused(409, "BucketNotEmpty");
    world.ann(Ask::put("box", "new").body("x")).await.expect(200);
    world.deployment.clock.advance(Duration::from_secs(24 * 3600));
    world.ann(Ask::put("box", "k").body("new")).await.expect(200);
    world.ann(Ask::delete("box", "new")).await.expect(204);
    refused(Ask::delete("box", "k")).await;
}

async fn locking() -> World {
    let world = World::with_bucket().await;
    let put = || Ask::put("box", "").query("objectWorm", "").body(ENABLED);
    world.ann(Ask::get("box", "").query("objectWorm", "")).await.refused(404, "NoSuchWORMConfiguration");
    world.ann(put()).await.refused(409, "InvalidBucketState");
    let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    world.ann(Ask::put("box", "").query("versioning", "").body(versioning)).await.expect(200);
    world.ann(put()).await.expect(200);
    world
}

#[tokio::test]
async fn locks_of_objects() {
    let world = locking().await;
    world.ann(worm("POST").body(days("Initiate", 1))).await.refused(409, "InvalidBucketState");
    let put = || Ask::put("box", "k").header(MODE, "GOVERNANCE").header(UNTIL, YEAR_2099).header(HOLD, "ON").body("x");
    let id = world.ann(put()).await.expect(200).header("x-oss-version-id").to_owned();
    for ask in [Ask::get("box", "k"), Ask::head("box", "k")] {
        let shown = world.ann(ask).await.expect(200);
        assert_eq!([MODE, UNTIL, HOLD].map(|name| shown.header(name)), ["GOVERNANCE", YEAR_2099, "ON"]);
    }
    let of = |method: &str, what: &str| Ask::new(method, "box", "k").query(what, "").query("versionId", &id);
    let shown = world.ann(of("GET", "retention")).await.expect(200).text();
    assert!(shown.contains(GOVERNED), "{shown}");
    assert!(world.ann(of("GET", "legalHold")).await.expect(200).text().contains(HELD));
    let erase = || Ask::delete("box", "k").query("versionId", &id);
    world.ann(erase().header(BYPASS, "true")).await.refused(409, "FileImmutable");
    world.ann(of("PUT", "legalHold").body(HELD.replace("ON", "OFF"))).await.expect(200);
    world.ann(erase()).await.refused(409, "FileImmutable");
    world.ann(erase().header(BYPASS, "perhaps")).await.refused(400, "InvalidArgument");
    let retain = |body: &str| of("PUT", "retention").body(body);
    world.ann(retain(&GOVERNED.replace("2099", "2098"))).await.refused(409, "FileImmutable");
    world.ann(retain("<Retention></Retention>")).await.refused(409, "FileImmutable");
    world.ann(retain(&GOVERNED.replace("2099", "2001"))).await.refused(400, "InvalidArgument");
    world.ann(retain(&GOVERNED.replace("2099-01-01T00:00:00.000Z", "soon"))).await.refused(400, "InvalidArgument");
    world.ann(retain(&GOVERNED.replace("GOVERNANCE", "x"))).await.refused(400, "InvalidArgument");
    world.ann(retain(&GOVERNED.replace("2099", "2098")).header(BYPASS, "true")).await.expect(200);
    world.ann(erase().header(BYPASS, "true")).await.expect(204);
    world.ann(Ask::put("box", "k").header(MODE, "GOVERNANCE").body("x")).await.refused(400, "InvalidArgument");
    world.ann(Ask::put("box", "k").header(HOLD, "on").body("x")).await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn defaults_of_a_bucket() {
    let world = locking().await;
    let ask = |body: &str| {
        let rule = format!("<Rule><DefaultRetention>{body}</DefaultRetention></Rule></ObjectWormConfiguration>");
        Ask::put("box", "").query("objectWorm", "").body(ENABLED.replace("</ObjectWormConfiguration>", &rule))
    };
    world.ann(ask("<Mode>COMPLIANCE</Mode><Days>2</Days>")).await.expect(200);
    let shown = world.ann(Ask::get("box", "").query("objectWorm", "")).await.expect(200).text();
    assert!(shown.contains("<Mode>COMPLIANCE</Mode><Days>2</Days>"), "{shown}");
    let id = world.ann(Ask::put("box", "k").body("x")).await.expect(200).header("x-oss-version-id").to_owned();
    let erase = || Ask::delete("box", "k").query("versionId", &id).header(BYPASS, "true");
    world.ann(erase()).await.refused(409, "FileImmutable");
    for wrong in [
        "<Mode>COMPLIANCE</Mode>",
        "<Mode>COMPLIANCE</Mode><Days>1</Days><Years>1</Years>",
        "<Mode>x</Mode><Days>1</Days>",
    ] {
        world.ann(ask(wrong)).await.refused(400, "InvalidArgument");
    }
    world.ann(ask("<Mode>GOVERNANCE</Mode><Years>101</Years>")).await.refused(400, "InvalidWORMConfiguration");
    world.deployment.clock.advance(Duration::from_secs(2 * 24 * 3600));
    world.ann(erase()).await.expect(204);
    let unlocked = Ask::put("box", "").query("objectWorm", "").body(ENABLED.replace(">Enabled<", ">Disabled<"));
    world.ann(unlocked).await.refused(400, "InvalidArgument");
}
