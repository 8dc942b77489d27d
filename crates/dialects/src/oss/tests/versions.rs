use super::ask::Ask;
use super::world::World;

fn configuration(status: &str) -> Ask {
    let body = format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
    Ask::put("box", "").query("versioning", "").body(body)
}

#[tokio::test]
async fn versions_and_delete_markers() {
    let world = World::with_bucket().await;
    let shown = world.ann(Ask::get("box", "").query("versioning", "")).await.expect(200);
    assert!(!shown.text().contains("Status"));
    world.ann(configuration("On")).await.refused(400, "InvalidArgument");
    world.ann(configuration("Enabled")).await.expect(200);
    let first = world.ann(Ask::put("box", "k").body("one")).await.expect(200);
    let first = first.header("x-oss-version-id").to_owned();
    world.ann(Ask::put("box", "k").header("x-oss-forbid-overwrite", "true").body("two")).await.expect(200);
    let get = |id: &str| Ask::get("box", "k").query("versionId", id);
    assert_eq!(world.ann(get(&first)).await.expect(200).text(), "one");
    let deleted = world.ann(Ask::delete("box", "k")).await.expect(204);
    let marker = deleted.header("x-oss-version-id").to_owned();
    assert_eq!(deleted.header("x-oss-delete-marker"), "true");
    let missing = world.ann(Ask::get("box", "k")).await;
    assert_eq!((missing.status, missing.header("x-oss-delete-marker")), (404, "true"));
    world.ann(get(&marker)).await.refused(405, "MethodNotAllowed");
    let listed = world.ann(Ask::get("box", "").query("versions", "")).await.expect(200);
    assert_eq!(listed.text().matches("<Version>").count(), 2);
    assert!(listed.text().contains("<DeleteMarker>") && listed.text().contains(&marker));
    let page = world.ann(Ask::get("box", "").query("versions", "").query("max-keys", "1")).await.expect(200);
    assert!(page.text().contains("<NextKeyMarker>k</NextKeyMarker>") && page.text().contains("NextVersionIdMarker"));
    world.ann(Ask::delete("box", "k").query("versionId", &marker)).await.expect(204);
    assert_eq!(world.ann(Ask::get("box", "k")).await.expect(200).text(), "two");
    let copy = Ask::put("box", "k").header("x-oss-copy-source", &format!("/box/k?versionId={first}"));
    assert_eq!(world.ann(copy).await.expect(200).header("x-oss-copy-source-version-id"), first);
    assert_eq!(world.ann(Ask::get("box", "k")).await.expect(200).text(), "one");
    world.ann(configuration("Suspended")).await.expect(200);
    let null = world.ann(Ask::put("box", "k").body("null")).await.expect(200);
    assert_eq!(null.header("x-oss-version-id"), "null");
    world.ann(Ask::delete("box", "")).await.refused(409, "BucketNotEmpty");
}
