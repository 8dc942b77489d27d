//! Object lock.

use super::world::{Answer, World};
use std::time::Duration;
use types::{Clock, Timestamp};

pub(super) const ENABLED: &str =
    "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";
pub(super) const GOVERNED: &str =
    "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2099-01-01T00:00:00Z</RetainUntilDate></Retention>";
pub(super) const HELD: &str = "<LegalHold><Status>ON</Status></LegalHold>";

const MODE: &str = "x-amz-object-lock-mode";
const UNTIL: &str = "x-amz-object-lock-retain-until-date";
const HOLD: &str = "x-amz-object-lock-legal-hold";
const BYPASS: &str = "x-amz-bypass-governance-retention";
const YEAR_2099: &str = "2099-01-01T00:00:00.000Z";

/// A world with a bucket `vault` of the tenant's, whose versions can be locked.
async fn vault() -> (World, super::world::Key) {
    let (world, key) = World::with_bucket().await;
    let made = world.ask(&key, "PUT", "/vault").header("x-amz-bucket-object-lock-enabled", "true");
    made.send().await.is(200);
    (world, key)
}

fn version(answer: &Answer) -> String {
    answer.header("x-amz-version-id").to_owned()
}

fn locks(answer: &Answer) -> [&str; 3] {
    [MODE, UNTIL, HOLD].map(|name| answer.header(name))
}

#[tokio::test]
async fn a_bucket_and_its_default() {
    let (world, key) = vault().await;
    let ask = |method, target: &str| world.ask(&key, method, target);
    assert_eq!(ask("GET", "/vault?versioning").send().await.is(200).element("Status"), "Enabled");
    let shown = ask("GET", "/vault?object-lock").send().await.is(200);
    assert_eq!(shown.element("ObjectLockEnabled"), "Enabled");
    assert!(!shown.text().contains("Rule"));
    let rule = |inside: &str| {
        let rule = format!("<Rule><DefaultRetention>{inside}</DefaultRetention></Rule></ObjectLockConfiguration>");
        ENABLED.replace("</ObjectLockConfiguration>", &rule)
    };
    let put = |body: String| ask("PUT", "/vault?object-lock").body(body);
    let days = rule("<Mode>COMPLIANCE</Mode><Days>3</Days>");
    put(days).send().await.is(200);
    let shown = ask("GET", "/vault?object-lock").send().await.is(200);
    assert_eq!((shown.element("Mode"), shown.element("Days")), ("COMPLIANCE".into(), "3".into()));
    ask("PUT", "/vault/k").body("x").send().await.is(200);
    let until = Timestamp::parse_iso(&ask("GET", "/vault/k?retention").send().await.is(200).element("RetainUntilDate"));
    assert_eq!(until, Some(world.deployment.clock.now().plus(Duration::from_secs(3 * 24 * 3600))));
    for (wrong, status, code) in [
        ("<Mode>COMPLIANCE</Mode><Days>0</Days>", 400, "InvalidRetentionPeriod"),
        ("<Mode>COMPLIANCE</Mode><Days>-1</Days>", 400, "InvalidRetentionPeriod"),
        ("<Mode>GOVERNANCE</Mode><Years>101</Years>", 400, "InvalidRetentionPeriod"),
        ("<Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years>", 400, "MalformedXML"),
        ("<Mode>GOVERNANCE</Mode>", 400, "MalformedXML"),
        ("<Mode>governance</Mode><Days>1</Days>", 400, "MalformedXML"),
        ("<Days>1</Days>", 400, "MalformedXML"),
    ] {
        put(rule(wrong)).send().await.fails(status, code);
    }
    put(ENABLED.replace(">Enabled<", ">Disabled<")).send().await.fails(400, "MalformedXML");
    put(rule("<Mode>GOVERNANCE</Mode><Years>1</Years>")).send().await.is(200);
    assert_eq!(ask("GET", "/vault?object-lock").send().await.is(200).element("Years"), "1");
    put(ENABLED.to_owned()).send().await.is(200);
    assert!(!ask("GET", "/vault?object-lock").send().await.is(200).text().contains("Rule"));
    let suspend = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    ask("PUT", "/vault?versioning").body(suspend).send().await.fails(409, "InvalidBucketState");
    ask("GET", "/data?object-lock").send().await.fails(404, "ObjectLockConfigurationNotFoundError");
    ask("PUT", "/data?object-lock").body(ENABLED).send().await.fails(409, "InvalidBucketState");
    ask("PUT", "/data?versioning").body(suspend.replace("Suspended", "Enabled")).send().await.is(200);
    ask("PUT", "/data?object-lock").body(ENABLED).send().await.is(200);
}

#[tokio::test]
async fn versions_are_retained_and_held() {
    let (world, key) = vault().await;
    let ask = |method, target: &str| world.ask(&key, method, target);
    let put =
        || ask("PUT", "/vault/k").header(MODE, "GOVERNANCE").header(UNTIL, YEAR_2099).header(HOLD, "ON").body("x");
    let id = version(&put().send().await.is(200));
    let of = |more: &str| format!("/vault/k?{more}versionId={id}");
    for target in ["/vault/k", "/vault/k?x-long-way=", &of("")] {
        assert_eq!(locks(&ask("GET", target).send().await.is(200)), ["GOVERNANCE", YEAR_2099, "ON"], "{target}");
        assert_eq!(locks(&ask("HEAD", target).send().await.is(200)), ["GOVERNANCE", YEAR_2099, "ON"], "{target}");
    }
    assert_eq!(ask("GET", &of("legal-hold&")).send().await.is(200).element("Status"), "ON");
    let shown = ask("GET", &of("retention&")).send().await.is(200);
    assert_eq!((shown.element("Mode"), shown.element("RetainUntilDate")), ("GOVERNANCE".into(), YEAR_2099.into()));
    ask("DELETE", &of("")).header(BYPASS, "true").send().await.fails(403, "AccessDenied");
    ask("PUT", &of("legal-hold&")).body(HELD.replace("ON", "OFF")).send().await.is(200);
    assert_eq!(ask("GET", &of("legal-hold&")).send().await.is(200).element("Status"), "OFF");
    ask("DELETE", &of("")).send().await.fails(403, "AccessDenied");
    let list = format!("<Delete><Object><Key>k</Key><VersionId>{id}</VersionId></Object></Delete>");
    let many = |bypass: &'static str| ask("POST", "/vault?delete").header(BYPASS, bypass).body(&list);
    let refused = many("false").send().await.is(200);
    assert!(refused.element("Code") == "AccessDenied" && !refused.text().contains("<Deleted>"), "{}", refused.text());
    assert_eq!(ask("DELETE", "/vault/k").send().await.is(204).header("x-amz-delete-marker"), "true");
    ask("DELETE", "/vault").send().await.fails(409, "BucketNotEmpty");
    assert!(many("true").send().await.is(200).text().contains("<Deleted>"));
    ask("GET", &of("")).send().await.fails(404, "NoSuchVersion");
}

#[tokio::test]
async fn retention_is_changed() {
    let (world, key) = vault().await;
    let ask = |method, target: &str| world.ask(&key, method, target);
    ask("PUT", "/vault/k").body("x").send().await.is(200);
    ask("GET", "/vault/k?retention").send().await.fails(404, "NoSuchObjectLockConfiguration");
    ask("GET", "/vault/k?legal-hold").send().await.fails(404, "NoSuchObjectLockConfiguration");
    let put = |body: &str| ask("PUT", "/vault/k?retention").body(body);
    put(GOVERNED).send().await.is(200);
    let earlier = GOVERNED.replace("2099", "2098");
    let firm = GOVERNED.replace("GOVERNANCE", "COMPLIANCE");
    for body in [earlier.as_str(), firm.as_str(), "<Retention></Retention>"] {
        put(body).send().await.fails(403, "AccessDenied");
        put(body).header(BYPASS, "false").send().await.fails(403, "AccessDenied");
    }
    put(&GOVERNED.replace("2099", "2100")).send().await.is(200);
    put("<Retention></Retention>").header(BYPASS, "true").send().await.is(200);
    ask("GET", "/vault/k?retention").send().await.fails(404, "NoSuchObjectLockConfiguration");
    put(&firm).send().await.is(200);
    for body in [GOVERNED, &firm.replace("2099", "2098"), "<Retention></Retention>"] {
        put(body).header(BYPASS, "true").send().await.fails(403, "AccessDenied");
    }
    put(&GOVERNED.replace("2099", "2001")).send().await.fails(400, "InvalidArgument");
    put(&GOVERNED.replace("2099", "2999")).send().await.fails(400, "InvalidArgument");
    put(&GOVERNED.replace("GOVERNANCE", "governance")).send().await.fails(400, "MalformedXML");
    put("<Retention><Mode>GOVERNANCE</Mode></Retention>").send().await.fails(400, "MalformedXML");
    put("").send().await.fails(400, "MalformedXML");
    let hold = |body: &str| ask("PUT", "/vault/k?legal-hold").body(body);
    hold(&HELD.replace("ON", "on")).send().await.fails(400, "MalformedXML");
    ask("PUT", "/vault/none?retention").body(GOVERNED).send().await.fails(404, "NoSuchKey");
    ask("PUT", "/data/k").body("x").send().await.is(200);
    for (method, target) in [("PUT", "/data/k?retention"), ("GET", "/data/k?retention"), ("GET", "/data/k?legal-hold")]
    {
        ask(method, target).body(if method == "PUT" { GOVERNED } else { "" }).send().await.fails(400, "InvalidRequest");
    }
}

#[tokio::test]
async fn headers_that_lock() {
    let (world, key) = vault().await;
    let ask = |method, target: &str| world.ask(&key, method, target);
    let locked = |method, target: &str| ask(method, target).header(MODE, "COMPLIANCE").header(UNTIL, YEAR_2099);
    locked("PUT", "/vault/k").body("x").send().await.is(200);
    let upload = locked("POST", "/vault/big?uploads").send().await.is(200).element("UploadId");
    let part = ask("PUT", &format!("/vault/big?partNumber=1&uploadId={upload}")).body("x").send().await.is(200);
    let list = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
        part.header("etag").trim_matches('"')
    );
    ask("POST", &format!("/vault/big?uploadId={upload}")).body(list).send().await.is(200);
    assert_eq!(locks(&ask("HEAD", "/vault/big").send().await.is(200)), ["COMPLIANCE", YEAR_2099, ""]);
    locked("PUT", "/vault/copy").header("x-amz-copy-source", "/vault/k").send().await.is(200);
    assert_eq!(locks(&ask("HEAD", "/vault/copy").send().await.is(200)), ["COMPLIANCE", YEAR_2099, ""]);
    // A copy has nothing of its source's lock.
    ask("PUT", "/vault/plain").header("x-amz-copy-source", "/vault/k").send().await.is(200);
    assert_eq!(locks(&ask("HEAD", "/vault/plain").send().await.is(200)), ["", "", ""]);
    locked("PUT", "/data/k").body("x").send().await.fails(400, "InvalidRequest");
    let put = || ask("PUT", "/vault/k").body("x");
    put().header(MODE, "COMPLIANCE").send().await.fails(400, "InvalidArgument");
    put().header(UNTIL, YEAR_2099).send().await.fails(400, "InvalidArgument");
    put().header(MODE, "FOREVER").header(UNTIL, YEAR_2099).send().await.fails(400, "InvalidArgument");
    put().header(MODE, "COMPLIANCE").header(UNTIL, "2001-01-01T00:00:00Z").send().await.fails(400, "InvalidArgument");
    put().header(MODE, "COMPLIANCE").header(UNTIL, "soon").send().await.fails(400, "InvalidArgument");
    put().header(HOLD, "maybe").send().await.fails(400, "InvalidArgument");
    // Where they would mean nothing they are refused.
    let part = format!("/vault/big?partNumber=1&uploadId={upload}");
    ask("PUT", &part).header(HOLD, "ON").body("x").send().await.fails(501, "NotImplemented");
    ask("GET", "/vault/k").header(BYPASS, "true").send().await.fails(501, "NotImplemented");
    ask("GET", "/vault/k?tagging").header(MODE, "COMPLIANCE").send().await.fails(501, "NotImplemented");
}

#[tokio::test]
async fn a_users_rights() {
    let (world, key) = vault().await;
    let id = version(&world.ask(&key, "PUT", "/vault/k").body("x").send().await.is(200));
    world.ask(&key, "PUT", "/vault/k?retention").body(GOVERNED).send().await.is(200);
    let of = format!("/vault/k?versionId={id}");
    let may =
        |actions: serde_json::Value| serde_json::json!([{ "Effect": "Allow", "Action": actions, "Resource": "*" }]);
    let reader = world.user(&key, "reader", Some(may(serde_json::json!("oss:GetObject")))).await;
    assert_eq!(locks(&world.ask(&reader, "GET", "/vault/k").send().await.is(200)), ["", "", ""]);
    let cleaner = world.user(&key, "cleaner", Some(may(serde_json::json!("oss:DeleteObjectVersion")))).await;
    for bypass in ["false", "true"] {
        world.ask(&cleaner, "DELETE", &of).header(BYPASS, bypass).send().await.fails(403, "AccessDenied");
    }
    // A bucket's policy gives the right, in Amazon's grammar.
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:BypassGovernanceRetention", "Resource": "arn:aws:s3:::vault/*",
    }] });
    world.ask(&key, "PUT", "/vault?policy").body(policy.to_string()).send().await.is(204);
    world.ask(&cleaner, "DELETE", &of).header(BYPASS, "true").send().await.is(204);
    let maker = world.user(&key, "maker", Some(may(serde_json::json!("oss:PutBucket")))).await;
    let make = |name: &str| world.ask(&maker, "PUT", name).header("x-amz-bucket-object-lock-enabled", "true");
    make("/other").send().await.fails(403, "AccessDenied");
}
