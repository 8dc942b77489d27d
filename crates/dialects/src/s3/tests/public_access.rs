//! Shutting public access off, and whose objects are.

use super::world::World;

const BLOCK: &str = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
    <RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
const PUBLIC: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::data/*"}]}"#;

fn controls(ownership: &str) -> String {
    format!("<OwnershipControls><Rule><ObjectOwnership>{ownership}</ObjectOwnership></Rule></OwnershipControls>")
}

#[tokio::test]
async fn public_access() {
    let (world, key) = World::with_bucket().await;
    world.ask(&key, "PUT", "/data/k").body("x").send().await.is(200);
    let block = |method| world.ask(&key, method, "/data?publicAccessBlock");
    block("GET").send().await.fails(404, "NoSuchPublicAccessBlockConfiguration");
    world.ask(&key, "GET", "/data?policyStatus").send().await.fails(404, "NoSuchBucketPolicy");
    world.ask(&key, "PUT", "/data?policy").body(PUBLIC).send().await.is(204);
    let status = world.ask(&key, "GET", "/data?policyStatus").send().await.is(200);
    assert_eq!(status.element("IsPublic").to_lowercase(), "true");
    world.nobody("GET", "/data/k").send().await.is(200);
    block("PUT").body(BLOCK).send().await.is(200);
    let shown = block("GET").send().await.is(200);
    for (name, value) in [
        ("BlockPublicAcls", "true"),
        ("IgnorePublicAcls", "false"),
        ("BlockPublicPolicy", "false"),
        ("RestrictPublicBuckets", "true"),
    ] {
        assert_eq!(shown.element(name), value, "{name}");
    }
    world.nobody("GET", "/data/k").send().await.fails(403, "AccessDenied");
    let acl = |acl: &str| world.ask(&key, "PUT", "/data?acl").header("x-amz-acl", acl);
    acl("public-read").send().await.fails(403, "AccessDenied");
    acl("private").send().await.is(200);
    block("DELETE").send().await.is(204);
    block("GET").send().await.fails(404, "NoSuchPublicAccessBlockConfiguration");
    world.nobody("GET", "/data/k").send().await.is(200);
}

#[tokio::test]
async fn ownership() {
    let (world, key) = World::with_bucket().await;
    let own = |method| world.ask(&key, method, "/data?ownershipControls");
    own("GET").send().await.fails(404, "OwnershipControlsNotFoundError");
    own("PUT").body(controls("ObjectWriter")).send().await.fails(501, "NotImplemented");
    own("PUT").body(controls("Nobody")).send().await.fails(400, "InvalidArgument");
    own("PUT").body(controls("BucketOwnerEnforced")).send().await.is(200);
    assert_eq!(own("GET").send().await.is(200).element("ObjectOwnership"), "BucketOwnerEnforced");
    let put = |acl: &str| world.ask(&key, "PUT", "/data/k").header("x-amz-acl", acl).body("x");
    put("public-read").send().await.fails(400, "AccessControlListNotSupported");
    put("bucket-owner-full-control").send().await.is(200);
    let acl = world.ask(&key, "PUT", "/data?acl").header("x-amz-acl", "private");
    acl.send().await.fails(400, "AccessControlListNotSupported");
    own("DELETE").send().await.is(204);
    put("public-read").send().await.is(200);
    let make = |target: &str| world.ask(&key, "PUT", target).header("x-amz-object-ownership", "BucketOwnerEnforced");
    make("/made").header("x-amz-acl", "public-read").send().await.fails(400, "InvalidBucketAclWithObjectOwnership");
    make("/made").send().await.is(200);
    let shown = world.ask(&key, "GET", "/made?ownershipControls").send().await.is(200);
    assert_eq!(shown.element("ObjectOwnership"), "BucketOwnerEnforced");
}

#[tokio::test]
async fn who_pays() {
    let (world, key) = World::with_bucket().await;
    let put = |payer: &str| {
        let text = format!("<RequestPaymentConfiguration><Payer>{payer}</Payer></RequestPaymentConfiguration>");
        world.ask(&key, "PUT", "/data?requestPayment").body(text)
    };
    put("BucketOwner").send().await.is(200);
    let shown = world.ask(&key, "GET", "/data?requestPayment").send().await.is(200);
    assert_eq!(shown.element("Payer"), "BucketOwner");
    put("Requester").send().await.fails(501, "NotImplemented");
}
