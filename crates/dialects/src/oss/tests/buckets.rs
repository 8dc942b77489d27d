use super::ask::Ask;
use super::world::World;

#[tokio::test]
async fn made_described_removed() {
    let world = World::new().await;
    let config = "<CreateBucketConfiguration><StorageClass>Standard</StorageClass><DataRedundancyType>LRS</DataRedundancyType></CreateBucketConfiguration>";
    let made = world.ann(Ask::put("box", "").header("x-oss-acl", "public-read").body(config)).await.expect(200);
    assert_eq!(made.header("location"), "/box");
    world.ann(Ask::put("box", "")).await.expect(200);
    world.by(&world.bob, Ask::put("box", "")).await.refused(409, "BucketAlreadyExists");
    let info = world.ann(Ask::get("box", "").query("bucketInfo", "").virtual_host()).await.expect(200).text();
    let account = world.ann.account;
    for part in [
        "<BucketInfo><Bucket><Name>box</Name><Location>oss-local-1</Location>",
        "<CreationDate>2026-11-22T00:00:00.000Z</CreationDate>",
        "<ExtranetEndpoint>oss.test:7070</ExtranetEndpoint>",
        "<StorageClass>Standard</StorageClass>",
        "<DataRedundancyType>LRS</DataRedundancyType>",
        &format!("<Owner><ID>{account}</ID><DisplayName>{account}</DisplayName></Owner>"),
        "<Grant>public-read</Grant>",
    ] {
        assert!(info.contains(part), "{part} in {info}");
    }
    let location = world.ann(Ask::get("box", "").query("location", "")).await.expect(200).text();
    assert!(location.ends_with("<LocationConstraint>oss-local-1</LocationConstraint>"));
    world.ann(Ask::put("box", "k").body("12345")).await.expect(200);
    let stat = world.ann(Ask::get("box", "").query("stat", "")).await.expect(200).text();
    assert!(stat.contains("<Storage>5</Storage><ObjectCount>1</ObjectCount>"), "{stat}");
    world.ann(Ask::delete("box", "")).await.refused(409, "BucketNotEmpty");
    world.ann(Ask::delete("box", "k")).await.expect(204);
    world.ann(Ask::delete("box", "")).await.expect(204);
    world.ann(Ask::delete("box", "")).await.refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn settings_that_are_not_there_are_refused() {
    let world = World::new().await;
    let put =
        |xml: &str| Ask::put("box", "").body(format!("<CreateBucketConfiguration>{xml}</CreateBucketConfiguration>"));
    world.ann(put("<StorageClass>Archive</StorageClass>")).await.refused(400, "NotImplemented");
    world.ann(put("<StorageClass>Cheap</StorageClass>")).await.refused(400, "InvalidArgument");
    world.ann(put("<DataRedundancyType>ZRS</DataRedundancyType>")).await.refused(400, "NotImplemented");
    world.ann(put("<ObjectHashFunction>SHA-1</ObjectHashFunction>")).await.refused(400, "MalformedXML");
    world.ann(put("<LocationConstraint>oss-cn-hangzhou</LocationConstraint>")).await.refused(400, "InvalidArgument");
    world.ann(Ask::put("box", "").header("x-oss-acl", "default")).await.refused(400, "InvalidArgument");
    world.ann(Ask::put("Box", "")).await.refused(400, "InvalidBucketName");
    world.send(Ask::put("box", "")).await.refused(403, "AccessDenied");
    world.ann(Ask::get("box", "").query("bucketInfo", "")).await.refused(404, "NoSuchBucket");
}

#[tokio::test]
async fn listed() {
    let world = World::new().await;
    for name in ["box-a", "box-b", "other"] {
        world.ann(Ask::put(name, "")).await.expect(200);
    }
    let list = Ask::get("", "").query("prefix", "box").query("marker", "").query("max-keys", "1");
    let page = world.ann(list).await.expect(200).text();
    assert!(page.contains("<IsTruncated>true</IsTruncated><NextMarker>box-a</NextMarker>"), "{page}");
    assert!(page.contains("<Name>box-a</Name>") && !page.contains("<Name>box-b</Name>"));
    let page = world.ann(Ask::get("", "").query("marker", "box-a")).await.expect(200).text();
    assert!(page.contains("<Name>box-b</Name>") && page.contains("<Name>other</Name>"));
    world.ann(Ask::get("", "").query("max-keys", "0")).await.refused(400, "InvalidArgument");
    assert!(!world.by(&world.bob, Ask::get("", "")).await.expect(200).text().contains("<Name>"));
}

#[tokio::test]
async fn regions_are_listed() {
    let world = World::new().await;
    for asked in ["", "oss-local-1"] {
        let text = world.ann(Ask::get("", "").query("regions", asked)).await.expect(200).text();
        assert!(text.contains("<RegionInfoList><RegionInfo><Region>oss-local-1</Region><InternetEndpoint>"), "{text}");
    }
    for wrong in ["oss-elsewhere", "local-1"] {
        world.ann(Ask::get("", "").query("regions", wrong)).await.refused(400, "InvalidArgument");
    }
}

#[tokio::test]
async fn lists_of_who_may() {
    let world = World::new().await;
    let put = |acl: &str| Ask::put("box", "").query("acl", "").header("x-oss-acl", acl);
    // A bucket that does not exist is made.
    world.ann(put("public-read")).await.expect(200);
    let acl = world.ann(Ask::get("box", "").query("acl", "")).await.expect(200).text();
    assert!(acl.contains("<AccessControlPolicy><Owner>") && acl.contains("<Grant>public-read</Grant>"));
    world.by(&world.bob, put("private")).await.refused(403, "AccessDenied");
    world.ann(put("private")).await.expect(200);
    world.ann(Ask::put("box", "").query("acl", "")).await.refused(400, "InvalidArgument");
    world.send(put("public-read")).await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn policies() {
    let world = World::with_bucket().await;
    world.ann(Ask::put("box", "k").body("x")).await.expect(200);
    let policy = || Ask::get("box", "").query("policy", "");
    world.ann(policy()).await.refused(404, "NoSuchBucketPolicy");
    let text = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":["oss:GetObject"],"Principal":["{}"],"Resource":["acs:oss:*:{}:box/*"]}}]}}"#,
        world.bob.account, world.ann.account
    );
    world.by(&world.bob, Ask::get("box", "k")).await.refused(403, "AccessDenied");
    world.ann(Ask::put("box", "").query("policy", "").body(text.clone())).await.expect(200);
    let got = world.ann(policy()).await.expect(200);
    assert_eq!((got.text(), got.header("content-type")), (text, "application/json"));
    world.by(&world.bob, Ask::get("box", "k")).await.expect(200);
    world.by(&world.bob, Ask::delete("box", "k")).await.refused(403, "AccessDenied");
    world.ann(Ask::put("box", "").query("policy", "").body("{}")).await.refused(400, "InvalidPolicyDocument");
    for other in ["boxes/*", "box*", "*", "other"] {
        let elsewhere = got.text().replace("box/*", other);
        let refused = world.ann(Ask::put("box", "").query("policy", "").body(elsewhere)).await;
        let text = refused.refused(400, "InvalidPolicyDocument").text();
        assert!(text.contains("Statement[0].Resource") && text.contains("acs:oss:*:*:box/*"), "{text}");
    }
    world.ann(Ask::delete("box", "").query("policy", "")).await.expect(204);
    world.by(&world.bob, Ask::get("box", "k")).await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn default_encryption() {
    let world = World::with_bucket().await;
    let rule = |inner: &str| {
        let xml = format!(
            "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault>{inner}</ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>"
        );
        Ask::put("box", "").query("encryption", "").body(xml)
    };
    let get = || Ask::get("box", "").query("encryption", "");
    world.ann(get()).await.refused(404, "NoSuchServerSideEncryptionRule");
    world.ann(rule("<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID></KMSMasterKeyID>")).await.expect(200);
    assert!(world.ann(get()).await.expect(200).text().contains("<SSEAlgorithm>KMS</SSEAlgorithm>"));
    let written = world.ann(Ask::put("box", "k").body("x")).await.expect(200);
    assert_eq!(written.header("x-oss-server-side-encryption"), "KMS");
    world.ann(rule("<SSEAlgorithm>SM4</SSEAlgorithm>")).await.refused(400, "NotImplemented");
    world.ann(rule("<SSEAlgorithm>X</SSEAlgorithm>")).await.refused(400, "InvalidEncryptionAlgorithmError");
    world.ann(rule("")).await.refused(400, "MalformedXML");
    world.ann(Ask::delete("box", "").query("encryption", "")).await.expect(204);
    world.ann(get()).await.refused(404, "NoSuchServerSideEncryptionRule");
}

#[tokio::test]
async fn objects_listed() {
    let world = World::with_bucket().await;
    for key in ["a b/1", "a b/2", "c", "d+e"] {
        world.ann(Ask::put("box", key).body("xyz")).await.expect(200);
    }
    let list = || Ask::get("box", "").query("encoding-type", "url");
    let page = world.ann(list().query("delimiter", "/").query("max-keys", "2")).await.expect(200).text();
    let account = world.ann.account;
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult><Name>box</Name><Prefix></Prefix><Marker></Marker>\
         <MaxKeys>2</MaxKeys><Delimiter>%2F</Delimiter><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>\
         <NextMarker>c</NextMarker><Contents><Key>c</Key><LastModified>2026-11-22T00:00:00.000Z</LastModified>\
         <ETag>&quot;D16FB36F0911F878998C136191AF705E&quot;</ETag><Type>Normal</Type><Size>3</Size>\
         <StorageClass>Standard</StorageClass><Owner><ID>{account}</ID><DisplayName>{account}</DisplayName></Owner>\
         </Contents><CommonPrefixes><Prefix>a%20b%2F</Prefix></CommonPrefixes></ListBucketResult>"
    );
    assert_eq!(page, expected);
    let rest = world.ann(list().query("marker", "c")).await.expect(200).text();
    assert!(rest.contains("<Key>d%2Be</Key>") && rest.contains("<IsTruncated>false</IsTruncated>"));

    let second = |ask: Ask| ask.query("list-type", "2");
    let page = world.ann(second(list().query("prefix", "a b/").query("max-keys", "1"))).await.expect(200).text();
    assert!(page.contains("<KeyCount>1</KeyCount>") && page.contains("<Key>a%20b%2F1</Key>"));
    assert!(!page.contains("<Owner>"));
    let token = page.split("<NextContinuationToken>").nth(1).unwrap().split('<').next().unwrap();
    let rest = world.ann(second(list().query("prefix", "a b/").query("continuation-token", token))).await;
    assert!(rest.expect(200).text().contains("<Key>a%20b%2F2</Key>"));
    let after = world.ann(second(list().query("start-after", "c").query("fetch-owner", "true"))).await.expect(200);
    assert!(after.text().contains("<Key>d%2Be</Key>") && after.text().contains("<Owner>"));
    world.ann(second(list().query("continuation-token", "%%%"))).await.refused(400, "InvalidArgument");
    world.ann(Ask::get("box", "").query("list-type", "3")).await.refused(400, "InvalidArgument");
    world.ann(Ask::get("box", "").query("encoding-type", "base64")).await.refused(400, "InvalidArgument");
}
