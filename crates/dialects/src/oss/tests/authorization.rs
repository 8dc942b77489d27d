//! Every row, by everyone who might try: nobody, a user who may nothing, another tenant, and a user who may exactly what
//! the row says it needs.

use super::ask::Ask;
use super::multipart::begin;
use super::world::World;
use crate::Status;
use crate::oss::{OssRow, ROWS};

/// What another tenant may: list the regions and its own buckets, and shut public access to those off; and it learns that
/// a name is taken.
const OPEN_TO_OTHERS: &[(&str, u16)] = &[
    ("ListBuckets", 200),
    ("DescribeRegions", 200),
    ("PutBucket", 409),
    ("PutPublicAccessBlock", 200),
    ("GetPublicAccessBlock", 200),
    ("DeletePublicAccessBlock", 204),
];

/// What nobody signs, and everybody may ask: what a page of another origin is let do.
const OPEN_TO_ALL: &[&str] = &["OptionBucket", "OptionObject"];

async fn world() -> (World, String) {
    let world = World::with_bucket().await;
    world.ann(Ask::put("box", "key").body("0123456789")).await.expect(200);
    let policy = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":["oss:GetObject"],"Principal":["1234567890123456"],"Resource":["acs:oss:*:{}:box/x"]}}]}}"#,
        world.ann.account
    );
    world.ann(Ask::put("box", "").query("policy", "").body(policy)).await.expect(200);
    world.ann(sample("PutBucketEncryption", "")).await.expect(200);
    world.ann(sample("PutBucketLifecycle", "")).await.expect(200);
    world.ann(sample("PutBucketCors", "")).await.expect(200);
    let upload = begin(&world, "key").await;
    world.ann(sample("UploadPart", &upload)).await.expect(200);
    (world, upload)
}

/// A world for one row: what it is about is there. The other string is what the row names by its id.
async fn world_for(row: &OssRow) -> (World, String) {
    let (world, upload) = world().await;
    if row.name.ends_with("BucketWorm") && row.name != "InitiateBucketWorm" {
        let id = super::worm::initiate(&world, 1).await;
        if row.name == "ExtendBucketWorm" {
            world.ann(sample("CompleteBucketWorm", &id)).await.expect(200);
        }
        return (world, id);
    }
    if row.name.contains("ObjectWorm") || row.name.ends_with("Retention") || row.name.ends_with("LegalHold") {
        for name in
            ["PutBucketVersioning", "PutBucketObjectWormConfiguration", "PutObjectRetention", "PutObjectLegalHold"]
        {
            world.ann(sample(name, "")).await.expect(200);
        }
    }
    (world, upload)
}

/// A request of a row that would do something, were it allowed.
fn sample(name: &str, upload: &str) -> Ask {
    sample_of(ROWS.iter().find(|row| row.name == name).unwrap(), upload)
}

fn sample_of(row: &OssRow, upload: &str) -> Ask {
    let (bucket, key) = match row.level {
        crate::oss::Level::Service => ("", ""),
        crate::oss::Level::Bucket => ("box", ""),
        crate::oss::Level::Object => ("box", "key"),
    };
    let value = |name: &str| match name {
        "list-type" => "2".to_owned(),
        "partNumber" => "1".to_owned(),
        "uploadId" => upload.to_owned(),
        "versionId" => "null".to_owned(),
        "wormId" => upload.to_owned(),
        _ => String::new(),
    };
    let ask =
        row.subresources.iter().fold(Ask::new(row.method, bucket, key), |ask, name| ask.query(name, &value(name)));
    let ask = if row.copies { ask.header("x-oss-copy-source", "/box/key") } else { ask };
    match row.name {
        "PutBucketVersioning" => ask.body("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"),
        "InitiateBucketWorm" => ask.body(super::worm::days("Initiate", 1)),
        "ExtendBucketWorm" => ask.body(super::worm::days("Extend", 2)),
        "PutBucketObjectWormConfiguration" => ask.body(super::worm::ENABLED),
        "PutObjectRetention" => ask.body(super::worm::GOVERNED),
        "PutObjectLegalHold" => ask.body(super::worm::HELD),
        "PutBucketCors" => ask.body("<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>"),
        "PutPublicAccessBlock" | "PutBucketPublicAccessBlock" => ask.body("<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>"),
        "PutBucketRequestPayment" => ask.body("<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>"),
        "OptionBucket" | "OptionObject" => ask.header("origin", "http://a.b").header("access-control-request-method", "GET"),
        "PutBucketAcl" => ask.header("x-oss-acl", "private"),
        "PutObjectAcl" => ask.header("x-oss-object-acl", "private"),
        "PutBucketPolicy" => ask.body(r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":["oss:GetObject"],"Principal":["1234567890123456"],"Resource":["acs:oss:*:*:box/x"]}]}"#),
        "PutBucketEncryption" => ask.body("<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>"),
        "PutBucketLifecycle" => ask.body("<LifecycleConfiguration><Rule><ID>r</ID><Prefix>logs/</Prefix><Status>Enabled</Status><Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>"),
        "DeleteMultipleObjects" => ask.body("<Delete><Object><Key>key</Key></Object></Delete>"),
        "PutObjectTagging" | "PutBucketTags" => ask.body("<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"),
        "CompleteMultipartUpload" => ask.header("x-oss-complete-all", "yes"),
        "PutObject" | "UploadPart" => ask.body("content"),
        _ => ask,
    }
}

fn served() -> impl Iterator<Item = &'static OssRow> {
    // What a form may do, and who may not, is in a module of its own: it is signed in its fields.
    ROWS.iter().filter(|row| row.status != Status::Refused && row.name != "PostObject")
}

#[tokio::test]
async fn nobody_and_those_without_permission_are_refused() {
    let (world, upload) = world().await;
    let powerless = world.user("powerless", &[]).await;
    for row in served().filter(|row| !OPEN_TO_ALL.contains(&row.name)) {
        let asks = [
            ("nobody", world.send(sample_of(row, &upload)).await),
            ("powerless", world.by(&powerless, sample_of(row, &upload)).await),
        ];
        for (who, answered) in asks {
            assert_eq!((answered.status, answered.code().as_str()), (403, "AccessDenied"), "{} by {who}", row.name);
            let events = world.events_of(&answered.request).await;
            assert!(events.iter().any(|e| e.event_name == row.name && e.error_code == "AccessDenied"), "{}", row.name);
        }
    }
}

#[tokio::test]
async fn another_tenant_is_refused() {
    let (world, upload) = world().await;
    for row in served().filter(|row| !OPEN_TO_ALL.contains(&row.name)) {
        let expected = OPEN_TO_OTHERS.iter().find(|(name, _)| *name == row.name).map_or(403, |(_, status)| *status);
        let answered = world.by(&world.bob, sample_of(row, &upload)).await;
        assert_eq!(answered.status, expected, "{}: {}", row.name, answered.text());
        assert!(!world.events_of(&answered.request).await.is_empty(), "{}", row.name);
    }
}

#[tokio::test]
async fn what_a_row_needs_is_enough_and_nothing_less_is() {
    for row in served() {
        let (world, upload) = world_for(row).await;
        for (n, missing) in row.needs.iter().enumerate().filter(|_| row.needs.len() > 1) {
            let others: Vec<&str> = row.needs.iter().filter(|need| *need != missing).copied().collect();
            let user = world.user(&format!("less-{n}"), &others).await;
            world.by(&user, sample_of(row, &upload)).await.refused(403, "AccessDenied");
        }
        let user = world.user("enough", row.needs).await;
        let answered = world.by(&user, sample_of(row, &upload)).await;
        let fine = answered.status < 300 || row.name == "DeleteBucket" && answered.status == 409;
        assert!(fine, "{}: {} {}", row.name, answered.status, answered.text());
        let events = world.events_of(&answered.request).await;
        assert!(events.iter().any(|e| !e.event_name.is_empty()), "{}", row.name);
    }
}
