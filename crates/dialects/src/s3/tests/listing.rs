use super::world::World;

#[tokio::test]
async fn pages_and_prefixes() {
    let (world, key) = World::with_bucket().await;
    for name in ["a", "b/1", "b/2", "c/1", "d"] {
        world.ask(&key, "PUT", &format!("/data/{name}")).body("x").send().await.is(200);
    }
    let all = world.ask(&key, "GET", "/data?list-type=2&delimiter=%2F").send().await.is(200);
    assert_eq!(all.text().matches("<Contents>").count(), 2);
    assert_eq!(all.text().matches("<CommonPrefixes>").count(), 2);
    assert_eq!((all.element("KeyCount"), all.element("IsTruncated")), ("4".into(), "false".into()));
    let (mut seen, mut token) = (Vec::new(), None::<String>);
    loop {
        let more = token.map(|t| format!("&continuation-token={t}")).unwrap_or_default();
        let target = format!("/data?list-type=2&max-keys=2{more}");
        let page = world.ask(&key, "GET", &target).send().await.is(200);
        seen.extend(page.text().split("<Key>").skip(1).map(|k| k.split('<').next().unwrap().to_owned()));
        if page.element("IsTruncated") == "false" {
            break;
        }
        token = Some(page.element("NextContinuationToken"));
    }
    assert_eq!(seen, ["a", "b/1", "b/2", "c/1", "d"]);
    let first = world.ask(&key, "GET", "/data?delimiter=%2F&max-keys=2").send().await.is(200);
    assert_eq!(first.element("NextMarker"), "b/");
    let rest = world.ask(&key, "GET", "/data?delimiter=%2F&marker=b%2F").send().await.is(200);
    assert!(rest.text().contains("<Key>d</Key>") && !rest.text().contains("<Prefix>b/</Prefix>"));
    let none = world.ask(&key, "GET", "/data?list-type=2&max-keys=0").send().await.is(200);
    assert_eq!((none.element("KeyCount"), none.element("IsTruncated")), ("0".into(), "false".into()));
    world.ask(&key, "GET", "/data?max-keys=-1").send().await.fails(400, "InvalidArgument");
    world.ask(&key, "GET", "/data?encoding-type=x").send().await.fails(400, "InvalidArgument");
    world.ask(&key, "GET", "/none").send().await.fails(404, "NoSuchBucket");
}

#[tokio::test]
async fn buckets() {
    let (world, key) = World::with_bucket().await;
    let other = world.tenant("other").await;
    world.ask(&key, "PUT", "/data").send().await.fails(409, "BucketAlreadyOwnedByYou");
    world.ask(&other, "PUT", "/data").send().await.fails(409, "BucketAlreadyExists");
    world.ask(&key, "PUT", "/A_b").send().await.fails(400, "InvalidBucketName");
    let constraint = |region: &str| {
        format!(
            "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
        )
    };
    world.ask(&key, "PUT", "/second").body(constraint("local-1")).send().await.is(200);
    world.ask(&key, "PUT", "/third").body(constraint("eu-1")).send().await.fails(400, "InvalidArgument");
    let list = world.ask(&key, "GET", "/").send().await.is(200);
    assert_eq!(list.text().matches("<Bucket>").count(), 2);
    assert!(world.ask(&other, "GET", "/").send().await.is(200).text().matches("<Bucket>").count() == 0);
    let head = world.ask(&key, "HEAD", "/data").send().await.is(200);
    assert_eq!(head.header("x-amz-bucket-region"), "local-1");
    world.ask(&key, "HEAD", "/none").send().await.is(404);
    world.ask(&other, "HEAD", "/data").send().await.is(403);
    let location = world.ask(&key, "GET", "/data?location").send().await.is(200);
    assert!(location.text().ends_with(">local-1</LocationConstraint>"), "{}", location.text());
    assert!(location.text().matches("<LocationConstraint").count() == 1, "{}", location.text());
    let versioning = world.ask(&key, "GET", "/data?versioning").send().await.is(200);
    assert!(!versioning.text().contains("Status"));
    world.ask(&key, "PUT", "/data/k").body("x").send().await.is(200);
    world.ask(&key, "DELETE", "/data").send().await.fails(409, "BucketNotEmpty");
    world.ask(&key, "DELETE", "/second").send().await.is(204);
    world.ask(&key, "DELETE", "/second").send().await.fails(404, "NoSuchBucket");
}
