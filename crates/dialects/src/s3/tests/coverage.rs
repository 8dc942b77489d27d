//! Every row, asked by nobody, by a user without rights, by another tenant, and by a user who has just the rights that the
//! row names.

use super::world::{Answer, Ask, Key, World};
use crate::Status;
use crate::s3::ROWS;
use serde_json::json;

const UPLOAD: &str = "{upload}";

/// How each operation is asked for.
fn request(name: &str) -> (&'static str, &'static str, &'static str) {
    const ENCRYPTION: &str = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
        <SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>";
    const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"1234567890123456"},
        "Action":"s3:GetObject","Resource":"arn:aws:s3:::data/none"}]}"#;
    const TAGGING: &str = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
    const LIFECYCLE: &str = "<LifecycleConfiguration><Rule><ID>r</ID><Filter><Prefix>logs/</Prefix></Filter>\
        <Status>Enabled</Status><Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>";
    const BLOCK: &str =
        "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>";
    const OWNERSHIP: &str =
        "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule></OwnershipControls>";
    const PAYMENT: &str = "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>";
    const CORS: &str = "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>\
        </CORSRule></CORSConfiguration>";
    match name {
        "GetBucketLifecycleConfiguration" => ("GET", "/data?lifecycle", ""),
        "PutBucketLifecycleConfiguration" => ("PUT", "/data?lifecycle", LIFECYCLE),
        "DeleteBucketLifecycle" => ("DELETE", "/spare?lifecycle", ""),
        "ListBuckets" => ("GET", "/", ""),
        "CreateBucket" => ("PUT", "/made", ""),
        "DeleteBucket" => ("DELETE", "/spare", ""),
        "HeadBucket" => ("HEAD", "/data", ""),
        "GetBucketLocation" => ("GET", "/data?location", ""),
        "GetBucketVersioning" => ("GET", "/data?versioning", ""),
        "PutBucketVersioning" => {
            ("PUT", "/data?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
        }
        "ListObjectVersions" => ("GET", "/data?versions", ""),
        "GetBucketRequestPayment" => ("GET", "/data?requestPayment", ""),
        "PutPublicAccessBlock" => ("PUT", "/data?publicAccessBlock", BLOCK),
        "GetPublicAccessBlock" => ("GET", "/data?publicAccessBlock", ""),
        "DeletePublicAccessBlock" => ("DELETE", "/spare?publicAccessBlock", ""),
        "PutBucketOwnershipControls" => ("PUT", "/data?ownershipControls", OWNERSHIP),
        "GetBucketOwnershipControls" => ("GET", "/data?ownershipControls", ""),
        "DeleteBucketOwnershipControls" => ("DELETE", "/spare?ownershipControls", ""),
        "PutBucketRequestPayment" => ("PUT", "/data?requestPayment", PAYMENT),
        "GetBucketCors" => ("GET", "/data?cors", ""),
        "PutBucketCors" => ("PUT", "/data?cors", CORS),
        "DeleteBucketCors" => ("DELETE", "/spare?cors", ""),
        "OptionsObject" => ("OPTIONS", "/data/k", ""),
        "GetBucketAcl" => ("GET", "/data?acl", ""),
        "PutBucketAcl" => ("PUT", "/data?acl", ""),
        "GetBucketPolicy" => ("GET", "/data?policy", ""),
        "PutBucketPolicy" => ("PUT", "/data?policy", POLICY),
        "DeleteBucketPolicy" => ("DELETE", "/spare?policy", ""),
        "GetBucketPolicyStatus" => ("GET", "/data?policyStatus", ""),
        "GetBucketEncryption" => ("GET", "/data?encryption", ""),
        "PutBucketEncryption" => ("PUT", "/data?encryption", ENCRYPTION),
        "DeleteBucketEncryption" => ("DELETE", "/spare?encryption", ""),
        "ListObjects" => ("GET", "/data", ""),
        "ListObjectsV2" => ("GET", "/data?list-type=2", ""),
        "GetObject" => ("GET", "/data/k", ""),
        "HeadObject" => ("HEAD", "/data/k", ""),
        "GetObjectAttributes" => ("GET", "/data/k?attributes", ""),
        "GetObjectTagging" => ("GET", "/data/k?tagging", ""),
        "PutObjectTagging" => ("PUT", "/data/k?tagging", TAGGING),
        "DeleteObjectTagging" => ("DELETE", "/data/k?tagging", ""),
        "GetObjectLockConfiguration" => ("GET", "/vault?object-lock", ""),
        "PutObjectLockConfiguration" => ("PUT", "/vault?object-lock", super::locks::ENABLED),
        "GetObjectRetention" => ("GET", "/vault/k?retention", ""),
        "PutObjectRetention" => ("PUT", "/vault/k?retention", super::locks::GOVERNED),
        "GetObjectLegalHold" => ("GET", "/vault/k?legal-hold", ""),
        "PutObjectLegalHold" => ("PUT", "/vault/k?legal-hold", super::locks::HELD),
        "GetBucketTagging" => ("GET", "/data?tagging", ""),
        "PutBucketTagging" => ("PUT", "/data?tagging", TAGGING),
        "DeleteBucketTagging" => ("DELETE", "/spare?tagging", ""),
        "PutObject" => ("PUT", "/data/new", "x"),
        "CopyObject" => ("PUT", "/data/copy", ""),
        "DeleteObject" => ("DELETE", "/data/spare", ""),
        "DeleteObjects" => ("POST", "/data?delete", "<Delete><Object><Key>spare</Key></Object></Delete>"),
        "GetObjectAcl" => ("GET", "/data/k?acl", ""),
        "PutObjectAcl" => ("PUT", "/data/k?acl", ""),
        "CreateMultipartUpload" => ("POST", "/data/big?uploads", ""),
        "UploadPart" => ("PUT", "/data/big?partNumber=2&uploadId={upload}", "x"),
        "UploadPartCopy" => ("PUT", "/data/big?partNumber=3&uploadId={upload}", ""),
        "CompleteMultipartUpload" => (
            "POST",
            "/data/big?uploadId={upload}",
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>9dd4e461268c8034f5c8564e155c67a6</ETag></Part></CompleteMultipartUpload>",
        ),
        "AbortMultipartUpload" => ("DELETE", "/data/big?uploadId={upload}", ""),
        "ListParts" => ("GET", "/data/big?uploadId={upload}", ""),
        "ListMultipartUploads" => ("GET", "/data?uploads", ""),
        other => panic!("the test does not know how to ask for {other}"),
    }
}

async fn prepared() -> (World, Key) {
    let (world, key) = World::with_bucket().await;
    world.ask(&key, "PUT", "/spare").send().await.is(200);
    for name in ["k", "spare"] {
        world.ask(&key, "PUT", &format!("/data/{name}")).body("x").send().await.is(200);
    }
    let (method, target, body) = request("PutBucketPolicy");
    world.ask(&key, method, target).body(body).send().await.is(204);
    let vault = world.ask(&key, "PUT", "/vault").header("x-amz-bucket-object-lock-enabled", "true");
    vault.send().await.is(200);
    world.ask(&key, "PUT", "/vault/k").body("x").send().await.is(200);
    let settings = ["PutBucketEncryption", "PutBucketTagging", "PutBucketLifecycleConfiguration"];
    for name in settings.into_iter().chain(["PutObjectRetention", "PutObjectLegalHold"]) {
        let (method, target, body) = request(name);
        world.ask(&key, method, target).body(body).send().await.is(200);
    }
    for name in ["PutBucketCors", "PutPublicAccessBlock", "PutBucketOwnershipControls"] {
        let (method, target, body) = request(name);
        world.ask(&key, method, target).body(body).send().await.is(200);
    }
    (world, key)
}

async fn asked<'w>(world: &'w World, owner: &Key, by: Option<&Key>, name: &str) -> Ask<'w> {
    let (method, target, body) = request(name);
    let mut target = target.to_owned();
    if target.contains(UPLOAD) {
        let upload = world.ask(owner, "POST", "/data/big?uploads").send().await.is(200).element("UploadId");
        let part = format!("/data/big?partNumber=1&uploadId={upload}");
        world.ask(owner, "PUT", &part).body("x").send().await.is(200);
        target = target.replace(UPLOAD, &upload);
    }
    let ask = match by {
        Some(key) => world.ask(key, method, &target),
        None => world.nobody(method, &target),
    };
    let ask = ask.body(body);
    match name {
        "PutBucketAcl" | "PutObjectAcl" => ask.header("x-amz-acl", "private"),
        "CopyObject" | "UploadPartCopy" => ask.header("x-amz-copy-source", "/data/k"),
        "OptionsObject" => ask.header("origin", "http://a.b").header("access-control-request-method", "GET"),
        "GetObjectAttributes" => ask.header("x-amz-object-attributes", "ETag"),
        _ => ask,
    }
}

/// Whether an answer lets nothing through.
fn refused(name: &str, answer: &Answer) -> bool {
    match name {
        "DeleteObjects" => answer.text().contains("AccessDenied") && !answer.text().contains("<Deleted>"),
        _ => answer.status == 403,
    }
}

#[tokio::test]
async fn every_row_is_behind_the_gate() {
    // What a form may do, and who may not, is in a module of its own: it is signed in its fields.
    for row in ROWS.iter().filter(|row| row.status != Status::Refused && row.name != "PostObject") {
        let name = row.name;
        let (world, owner) = prepared().await;
        let stranger = world.tenant("stranger").await;
        let denied = world.user(&owner, "denied", None).await;
        // Nobody signs a preflight, and everybody may ask what a page of another origin is let do.
        let open = name == "OptionsObject";
        for by in [None, Some(&denied)].into_iter().filter(|_| !open) {
            let answer = asked(&world, &owner, by, name).await.send().await;
            assert!(refused(name, &answer), "{name} by somebody without rights: {}", answer.status);
        }
        // What a stranger asks of an account of its own is its own affair.
        if !matches!(name, "ListBuckets" | "CreateBucket" | "OptionsObject") {
            let answer = asked(&world, &owner, Some(&stranger), name).await.send().await;
            assert!(refused(name, &answer), "{name} by another tenant: {}", answer.status);
        }
        let mut needs: Vec<&str> = row.needs.to_vec();
        if matches!(name, "CopyObject" | "UploadPartCopy") {
            needs.push("oss:GetObject");
        }
        let statement = json!({ "Effect": "Allow", "Action": needs, "Resource": "*" });
        let allowed = world.user(&owner, "allowed", Some(json!([statement]))).await;
        let answer = asked(&world, &owner, Some(&allowed), name).await.send().await;
        assert!(
            answer.status.is_success(),
            "{name} by a user with {needs:?}: {} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        assert!(!refused(name, &answer));
    }
}

#[test]
fn rows_are_named_once() {
    let mut names: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
