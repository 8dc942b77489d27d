use super::world::World;

const ENABLED: &str = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";

#[tokio::test]
async fn versions_and_delete_markers() {
    let (world, key) = World::with_bucket().await;
    let ask = |method, target: &str| world.ask(&key, method, target);
    ask("PUT", "/data/k").body("null").send().await.is(200);
    ask("PUT", "/data?versioning").body(ENABLED).send().await.is(200);
    assert_eq!(ask("GET", "/data?versioning").send().await.is(200).element("Status"), "Enabled");
    // Once by the short way, once by the long one.
    let first = ask("PUT", "/data/k").body("one").send().await.is(200).header("x-amz-version-id").to_owned();
    let second = ask("PUT", "/data/k?x=").body("two").send().await.is(200).header("x-amz-version-id").to_owned();
    assert!(first.len() == 32 && second.len() == 32 && first != second);
    assert_eq!(ask("GET", "/data/k").send().await.is(200).header("x-amz-version-id"), second);
    let of = |id: &str| format!("/data/k?versionId={id}");
    assert_eq!(ask("GET", &of(&first)).send().await.is(200).text(), "one");
    assert_eq!(ask("GET", &of("null")).send().await.is(200).text(), "null");
    let deleted = ask("DELETE", "/data/k").send().await.is(204);
    assert_eq!(deleted.header("x-amz-delete-marker"), "true");
    let marker = deleted.header("x-amz-version-id").to_owned();
    for target in ["/data/k", "/data/k?x="] {
        let missing = ask("GET", target).send().await.fails(404, "NoSuchKey");
        assert_eq!((missing.header("x-amz-delete-marker"), missing.header("x-amz-version-id")), ("true", &*marker));
    }
    let refused = ask("GET", &of(&marker)).send().await.fails(405, "MethodNotAllowed");
    assert_eq!(refused.header("x-amz-delete-marker"), "true");
    ask("GET", &of(&"0".repeat(32))).send().await.fails(404, "NoSuchVersion");
    let listed = ask("GET", "/data?versions").send().await.is(200);
    assert_eq!(listed.text().matches("<Version>").count(), 3);
    assert_eq!(listed.text().matches("<DeleteMarker>").count(), 1);
    assert!(!ask("GET", "/data?list-type=2").send().await.is(200).text().contains("<Contents>"));
    // To take the marker away brings the object back.
    let removed = ask("DELETE", &of(&marker)).send().await.is(204);
    assert_eq!((removed.header("x-amz-delete-marker"), removed.header("x-amz-version-id")), ("true", &*marker));
    assert_eq!(ask("GET", "/data/k").send().await.is(200).text(), "two");
    let copy = ask("PUT", "/data/k").header("x-amz-copy-source", format!("/data/k?versionId={first}"));
    assert_eq!(copy.send().await.is(200).header("x-amz-copy-source-version-id"), first);
    assert_eq!(ask("GET", "/data/k").send().await.is(200).text(), "one");
    let many = format!(
        "<Delete><Object><Key>k</Key><VersionId>{first}</VersionId></Object><Object><Key>k</Key></Object></Delete>"
    );
    let done = ask("POST", "/data?delete").body(many).send().await.is(200);
    assert!(done.text().contains("DeleteMarkerVersionId") && done.text().contains(&first), "{}", done.text());
    ask("DELETE", "/data").send().await.fails(409, "BucketNotEmpty");
    let mfa = ENABLED.replace("</Status>", "</Status><MfaDelete>Enabled</MfaDelete>");
    ask("PUT", "/data?versioning").body(mfa).send().await.fails(501, "NotImplemented");
}

#[tokio::test]
async fn each_version_has_its_own_tags() {
    let (world, key) = World::with_bucket().await;
    let ask = |method, target: &str| world.ask(&key, method, target);
    ask("PUT", "/data?versioning").body(ENABLED).send().await.is(200);
    let put = |tags: &'static str| ask("PUT", "/data/k").header("x-amz-tagging", tags).body("x");
    let first = put("n=1").send().await.is(200).header("x-amz-version-id").to_owned();
    let second = put("n=2").send().await.is(200).header("x-amz-version-id").to_owned();
    let of = |id: &str| format!("/data/k?tagging&versionId={id}");
    let shown = ask("GET", &of(&first)).send().await.is(200);
    assert_eq!((shown.element("Value"), shown.header("x-amz-version-id")), ("1".into(), &*first));
    let tags = "<Tagging><TagSet><Tag><Key>n</Key><Value>3</Value></Tag></TagSet></Tagging>";
    let changed = ask("PUT", &of(&first)).body(tags).send().await.is(200);
    assert_eq!(changed.header("x-amz-version-id"), first);
    assert_eq!(ask("GET", &of(&first)).send().await.is(200).element("Value"), "3");
    assert_eq!(ask("GET", "/data/k?tagging").send().await.is(200).element("Value"), "2");
    // A copy of a version brings that version's tags along.
    let copy = ask("PUT", "/data/copy").header("x-amz-copy-source", format!("/data/k?versionId={first}"));
    copy.send().await.is(200);
    assert_eq!(ask("GET", "/data/copy?tagging").send().await.is(200).element("Value"), "3");
    ask("DELETE", &of(&first)).send().await.is(204);
    assert!(!ask("GET", &of(&first)).send().await.is(200).text().contains("<Tag>"));
    let marker = ask("DELETE", "/data/k").send().await.is(204).header("x-amz-version-id").to_owned();
    ask("GET", "/data/k?tagging").send().await.fails(404, "NoSuchKey");
    for method in ["GET", "PUT", "DELETE"] {
        ask(method, &of(&marker)).body(tags).send().await.fails(405, "MethodNotAllowed");
        ask(method, &of(&"0".repeat(32))).body(tags).send().await.fails(404, "NoSuchVersion");
    }
    assert_eq!(ask("GET", &of(&second)).send().await.is(200).element("Value"), "2");
}
