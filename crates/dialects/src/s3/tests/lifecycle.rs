//! Lifecycle rules of a bucket.

use super::world::{Key, World};

fn rule(inside: &str) -> String {
    format!("<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status>{inside}</Rule></LifecycleConfiguration>")
}

const DAYS: &str = "<Expiration><Days>3</Days></Expiration>";

/// What is shown of rules that were set, between the root's tags.
async fn shown(world: &World, key: &Key, rules: &str) -> String {
    world.ask(key, "PUT", "/data?lifecycle").body(rules).send().await.is(200);
    let answer = world.ask(key, "GET", "/data?lifecycle").send().await.is(200);
    assert_eq!(answer.header("x-amz-transition-default-minimum-object-size"), "all_storage_classes_128K");
    answer.text().to_owned()
}

#[tokio::test]
async fn everything_that_can_be_said_reads_back() {
    let (world, key) = World::with_bucket().await;
    let all = [
        "<Filter><Prefix>a/</Prefix></Filter><Expiration><Days>3</Days></Expiration>",
        "<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter><Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration>",
        "<Filter><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></Filter><Expiration><Days>3</Days></Expiration>",
        "<Filter><And><Prefix>a</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Expiration><Days>3</Days></Expiration>",
        "<Filter><Prefix></Prefix></Filter><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
        "<Filter><Prefix></Prefix></Filter><Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>",
        "<Filter><Prefix></Prefix></Filter><NoncurrentVersionExpiration><NewerNoncurrentVersions>2</NewerNoncurrentVersions><NoncurrentDays>3</NoncurrentDays></NoncurrentVersionExpiration>",
        "<Filter><Prefix></Prefix></Filter><NoncurrentVersionTransition><NoncurrentDays>30</NoncurrentDays><StorageClass>STANDARD_IA</StorageClass></NoncurrentVersionTransition>",
        "<Filter><Prefix></Prefix></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
    ];
    for inside in all {
        let text = shown(&world, &key, &rule(inside)).await;
        // The elements of the answer are in another order than of the request.
        let pieces = inside.replace("><", ">\n<");
        for piece in pieces.lines() {
            assert!(
                text.contains(piece) || text.contains(&piece.replace("T00:00:00Z", "T00:00:00.000Z")),
                "{piece} in {text}"
            );
        }
    }
    let old = shown(&world, &key, &rule(&format!("<Prefix>logs/</Prefix>{DAYS}"))).await;
    assert!(old.contains("<Filter><Prefix>logs/</Prefix></Filter>"), "{old}");
    world.ask(&key, "PUT", "/data/logs/x").body("x").send().await.is(200);
    let head = world.ask(&key, "HEAD", "/data/logs/x").send().await.is(200);
    let expiry = head.header("x-amz-expiration").to_owned();
    assert!(expiry.starts_with("expiry-date=\"") && expiry.ends_with("GMT\", rule-id=\"r\""), "{expiry}");
    for target in ["/data/logs/x", "/data/logs/x?partNumber=1"] {
        assert_eq!(world.ask(&key, "GET", target).send().await.header("x-amz-expiration"), expiry);
    }
    let put = world.ask(&key, "PUT", "/data/logs/x").body("x").send().await.is(200);
    assert_eq!(put.header("x-amz-expiration"), expiry);
    world.ask(&key, "DELETE", "/data?lifecycle").send().await.is(204);
    world.ask(&key, "GET", "/data?lifecycle").send().await.fails(404, "NoSuchLifecycleConfiguration");
    assert_eq!(world.ask(&key, "HEAD", "/data/logs/x").send().await.header("x-amz-expiration"), "");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let (world, key) = World::with_bucket().await;
    let filter = "<Filter><Prefix>a</Prefix></Filter>";
    let wrong = [
        (format!("{filter}<Prefix>a</Prefix>{DAYS}"), "MalformedXML"),
        (DAYS.to_owned(), "MalformedXML"),
        (filter.to_owned(), "InvalidArgument"),
        (format!("{filter}<Expiration><Days>0</Days></Expiration>"), "InvalidArgument"),
        (format!("{filter}<Expiration><Days>-1</Days></Expiration>"), "InvalidArgument"),
        (format!("{filter}<Expiration><Date>2030-01-01T10:00:00Z</Date></Expiration>"), "InvalidArgument"),
        (format!("{filter}<Expiration></Expiration>"), "MalformedXML"),
        (
            format!("{filter}<Transition><Days>29</Days><StorageClass>STANDARD_IA</StorageClass></Transition>"),
            "InvalidArgument",
        ),
        (format!("<Filter><Prefix>a</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></Filter>{DAYS}"), "MalformedXML"),
        (format!("<Filter><Tag><Key></Key><Value>v</Value></Tag></Filter>{DAYS}"), "InvalidTag"),
    ];
    for (inside, code) in wrong {
        world.ask(&key, "PUT", "/data?lifecycle").body(rule(&inside)).send().await.fails(400, code);
    }
    let twice = rule(&format!("{filter}{DAYS}")).replace("</Rule>", "</Rule><Rule><ID>r</ID><Status>Enabled</Status><Filter><Prefix>b</Prefix></Filter><Expiration><Days>3</Days></Expiration></Rule>");
    world.ask(&key, "PUT", "/data?lifecycle").body(twice).send().await.fails(400, "InvalidArgument");
    let glacier =
        rule(&format!("{filter}<Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>"));
    world.ask(&key, "PUT", "/data?lifecycle").body(glacier).send().await.fails(501, "NotImplemented");
    world.ask(&key, "GET", "/data?lifecycle").send().await.fails(404, "NoSuchLifecycleConfiguration");
}
