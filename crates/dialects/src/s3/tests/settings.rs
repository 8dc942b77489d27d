use super::world::World;
use serde_json::{Value, json};

#[tokio::test]
async fn access_control_lists() {
    let (world, key) = World::with_bucket().await;
    world.ask(&key, "PUT", "/data/k").body("x").send().await.is(200);
    world.nobody("GET", "/data/k").send().await.fails(403, "AccessDenied");
    world.ask(&key, "PUT", "/data/k?acl").header("x-amz-acl", "public-read").send().await.is(200);
    assert_eq!(world.nobody("GET", "/data/k").send().await.is(200).text(), "x");
    let inherits = || world.ask(&key, "GET", "/data/inherits?acl").send();
    world.ask(&key, "PUT", "/data/inherits").body("x").send().await.is(200);
    assert!(!inherits().await.is(200).text().contains("AllUsers"));
    let acl = world.ask(&key, "GET", "/data/k?acl").send().await.is(200);
    assert!(acl.text().contains("groups/global/AllUsers") && acl.text().contains("FULL_CONTROL"), "{}", acl.text());
    // What is shown can be put back.
    world.ask(&key, "PUT", "/data?acl").body(acl.text()).send().await.is(200);
    world.nobody("GET", "/data?list-type=2").send().await.is(200);
    // What counts for an object without a list of its own is the bucket's.
    assert!(inherits().await.is(200).text().contains("AllUsers"));
    world.nobody("PUT", "/data/new").body("x").send().await.fails(403, "AccessDenied");
    world.ask(&key, "PUT", "/data?acl").header("x-amz-acl", "public-read-write").send().await.is(200);
    world.nobody("PUT", "/data/new").body("x").send().await.is(200);
    world.ask(&key, "PUT", "/data?acl").header("x-amz-acl", "private").send().await.is(200);
    let list = world.ask(&key, "GET", "/data?acl").send().await.is(200);
    assert!(!list.text().contains("AllUsers"));
    world.ask(&key, "PUT", "/data?acl").header("x-amz-acl", "x").send().await.fails(400, "InvalidArgument");
    let other = acl.text().replace("<Permission>READ</Permission>", "<Permission>READ_ACP</Permission>");
    world.ask(&key, "PUT", "/data?acl").body(other).send().await.fails(501, "NotImplemented");
}

#[tokio::test]
async fn policies() {
    let (world, key) = World::with_bucket().await;
    world.ask(&key, "PUT", "/data/k").body("x").send().await.is(200);
    world.ask(&key, "GET", "/data?policy").send().await.fails(404, "NoSuchBucketPolicy");
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*" }],
    });
    world.ask(&key, "PUT", "/data?policy").body(policy.to_string()).send().await.is(204);
    assert_eq!(world.nobody("GET", "/data/k").send().await.is(200).text(), "x");
    world.nobody("GET", "/data?list-type=2").send().await.fails(403, "AccessDenied");
    let shown = world.ask(&key, "GET", "/data?policy").send().await.is(200);
    assert_eq!(shown.text(), policy.to_string());
    let status = world.ask(&key, "GET", "/data?policyStatus").send().await.is(200);
    assert!(status.text().to_lowercase().contains("true"));
    let other = world.tenant("other").await;
    let principal = format!("arn:aws:iam::{}:root", other.account);
    let mut narrow = policy.clone();
    narrow["Statement"][0]["Principal"] = json!({ "AWS": principal });
    world.ask(&key, "PUT", "/data?policy").body(narrow.to_string()).send().await.is(204);
    world.nobody("GET", "/data/k").send().await.fails(403, "AccessDenied");
    world.ask(&other, "GET", "/data/k").send().await.is(200);
    let own = "{\"Version\": \"1\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": [\"*\"], \"Action\": \"oss:GetObject\", \"Resource\": \"acs:oss:*:*:data/*\"}]}";
    world.ask(&key, "PUT", "/data?policy").body(own).send().await.is(204);
    assert_eq!(world.ask(&key, "GET", "/data?policy").send().await.is(200).text(), own);
    let elsewhere = policy.to_string().replace("data/*", "database/*");
    let own_elsewhere = own.replace("data/*", "database/*");
    for wrong in ["{", "{\"Version\":\"2012-10-17\"}", "[]", &*elsewhere, &*own_elsewhere] {
        world.ask(&key, "PUT", "/data?policy").body(wrong).send().await.fails(400, "MalformedPolicy");
    }
    world.ask(&key, "DELETE", "/data?policy").send().await.is(204);
    world.nobody("GET", "/data/k").send().await.fails(403, "AccessDenied");
}

#[tokio::test]
async fn a_policy_is_shown_as_it_was_put() {
    let (world, key) = World::with_bucket().await;
    let sent = "{ \"Statement\": {\"Action\": [\"s3:Get*\"], \"Resource\": [\"arn:aws:s3:::data/*\"], \"Effect\": \"Deny\",\
         \n \"Principal\": {\"AWS\": \"*\"}}, \"Id\": \"mine\", \"Version\": \"2008-10-17\" }";
    world.ask(&key, "PUT", "/data?policy").body(sent).send().await.is(204);
    assert_eq!(world.ask(&key, "GET", "/data?policy").send().await.is(200).text(), sent);
    // Who put a translation before originals were kept gets it back in Amazon's grammar.
    let translation = super::super::aws_policy::translated(sent, &"data".parse().unwrap()).unwrap().unwrap();
    world.ask(&key, "PUT", "/data?policy").body(translation).send().await.is(204);
    let shown = world.ask(&key, "GET", "/data?policy").send().await.is(200);
    assert_eq!(serde_json::from_str::<Value>(shown.text()).unwrap()["Statement"][0]["Principal"], "*");
}

#[tokio::test]
async fn default_encryption() {
    let (world, key) = World::with_bucket().await;
    world
        .ask(&key, "GET", "/data?encryption")
        .send()
        .await
        .fails(404, "ServerSideEncryptionConfigurationNotFoundError");
    let rule = |algorithm: &str| {
        format!(
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>{algorithm}\
             </SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
        )
    };
    world.ask(&key, "PUT", "/data?encryption").body(rule("AES256")).send().await.is(200);
    assert_eq!(world.ask(&key, "GET", "/data?encryption").send().await.is(200).element("SSEAlgorithm"), "AES256");
    world.ask(&key, "PUT", "/data?encryption").body(rule("x")).send().await.fails(400, "InvalidArgument");
    world.ask(&key, "DELETE", "/data?encryption").send().await.is(204);
}

#[tokio::test]
async fn attributes_and_tags() {
    let (world, key) = World::with_bucket().await;
    let put = world.ask(&key, "PUT", "/data/k").body("hello").header("x-amz-checksum-crc32", "NhCmhg==");
    put.send().await.is(200);
    let asked = world.ask(&key, "GET", "/data/k?attributes");
    let shown = asked.header("x-amz-object-attributes", "ETag,ObjectSize,Checksum").send().await.is(200);
    assert_eq!((shown.element("ObjectSize"), shown.element("ChecksumCRC32")), ("5".into(), "NhCmhg==".into()));
    assert!(!shown.text().contains("StorageClass"));
    let tags = world.ask(&key, "GET", "/data/k?tagging").send().await.is(200);
    assert!(tags.text().contains("TagSet") && !tags.text().contains("<Tag>"), "{}", tags.text());
}

#[tokio::test]
async fn objects_under_a_key_of_the_tenant() {
    let (world, key) = World::with_bucket().await;
    let d = &world.deployment;
    let caller = d.caller(&key.id.parse().unwrap()).await.unwrap();
    let kms = &world.domains.regions[0].kms;
    let made = d.gate().perform(&caller, &**kms, kms::CreateKey::default()).await.unwrap();
    let id = made.record.id.to_string();
    let put = |key_id: &str| {
        let put = world.ask(&key, "PUT", "/data/k").body("x").header("x-amz-server-side-encryption", "aws:kms");
        put.header("x-amz-server-side-encryption-aws-kms-key-id", key_id.to_owned())
    };
    let arn = format!("arn:aws:kms:local-1:{}:key/{id}", key.account);
    for spelled in [&id, &arn] {
        let stored = put(spelled).send().await.is(200);
        assert_eq!(stored.header("x-amz-server-side-encryption"), "aws:kms");
        assert_eq!(stored.header("x-amz-server-side-encryption-aws-kms-key-id"), id);
    }
    put("00000000-0000-4000-8000-000000000000").send().await.fails(400, "KMS.NotFoundException");
    assert_eq!(world.ask(&key, "GET", "/data/k").send().await.is(200).text(), "x");
    let reader = json!([{ "Effect": "Allow", "Action": "oss:GetObject", "Resource": "*" }]);
    let user = world.user(&key, "reader", Some(reader)).await;
    world.ask(&user, "GET", "/data/k").send().await.fails(403, "AccessDenied");
    let both = json!([{ "Effect": "Allow", "Action": ["oss:GetObject", "kms:Decrypt"], "Resource": "*" }]);
    let user = world.user(&key, "both", Some(both)).await;
    world.ask(&user, "GET", "/data/k").send().await.is(200);
    let disable = kms::DisableKey { key: id.parse().unwrap() };
    d.gate().perform(&caller, &**kms, disable).await.unwrap();
    world.ask(&key, "GET", "/data/k").send().await.fails(400, "KMS.DisabledException");
}
