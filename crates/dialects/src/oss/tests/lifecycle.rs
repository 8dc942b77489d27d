//! Lifecycle rules of a bucket.

use super::ask::Ask;
use super::world::World;

fn rule(id: &str, inside: &str) -> String {
    format!("<Rule><ID>{id}</ID>{inside}</Rule>")
}

fn rules(all: &[String]) -> String {
    format!("<LifecycleConfiguration>{}</LifecycleConfiguration>", all.concat())
}

fn put(all: &[String]) -> Ask {
    Ask::put("box", "").query("lifecycle", "").body(rules(all))
}

fn get() -> Ask {
    Ask::get("box", "").query("lifecycle", "")
}

#[tokio::test]
async fn everything_that_can_be_said_reads_back() {
    let world = World::with_bucket().await;
    world.ann(get()).await.refused(404, "NoSuchLifecycle");
    let all = [
        rule(
            "one",
            "<Prefix>a/</Prefix><Status>Enabled</Status><Tag><Key>k</Key><Value>v</Value></Tag>\
             <Filter><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan><ObjectSizeLessThan>500</ObjectSizeLessThan>\
             <Not><Prefix>a/keep</Prefix><Tag><Key>x</Key><Value>y</Value></Tag></Not></Filter>\
             <Expiration><Days>60</Days></Expiration>\
             <Transition><Days>30</Days><StorageClass>IA</StorageClass></Transition>",
        ),
        rule(
            "two",
            "<Prefix>b/</Prefix><Status>Disabled</Status>\
             <Expiration><CreatedBeforeDate>2030-01-01T00:00:00.000Z</CreatedBeforeDate></Expiration>\
             <NoncurrentVersionExpiration><NoncurrentDays>9</NoncurrentDays></NoncurrentVersionExpiration>\
             <NoncurrentVersionTransition><NoncurrentDays>3</NoncurrentDays><StorageClass>IA</StorageClass></NoncurrentVersionTransition>\
             <AbortMultipartUpload><Days>7</Days></AbortMultipartUpload>",
        ),
        rule(
            "three",
            "<Prefix>c/</Prefix><Status>Enabled</Status>\
             <Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
        ),
    ];
    world.ann(put(&all)).await.expect(200);
    let shown = world.ann(get()).await.expect(200).text();
    assert!(shown.ends_with(&rules(&all)), "{shown}");
    world.ann(Ask::delete("box", "").query("lifecycle", "")).await.expect(204);
    world.ann(get()).await.refused(404, "NoSuchLifecycle");
}

#[tokio::test]
async fn when_an_object_is_due_is_said() {
    let world = World::with_bucket().await;
    let simple = "<Prefix>a</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>";
    world.ann(put(&[rule("r 1", simple)])).await.expect(200);
    world.ann(Ask::put("box", "a").body("x")).await.expect(200);
    let said = world.ann(Ask::head("box", "a")).await.expect(200);
    assert!(
        said.header("x-oss-expiration").ends_with("GMT\", rule-id=\"r%201\""),
        "{}",
        said.header("x-oss-expiration")
    );
    world.ann(Ask::put("box", "b").body("x")).await.expect(200);
    assert_eq!(world.ann(Ask::head("box", "b")).await.header("x-oss-expiration"), "");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let world = World::with_bucket().await;
    let wrong = [
        ("<Prefix>a</Prefix>", "MalformedXML"),
        ("<Prefix>a</Prefix><Status>On</Status>", "InvalidArgument"),
        ("<Prefix>a</Prefix><Status>Enabled</Status>", "InvalidArgument"),
        ("<Prefix>a</Prefix><Status>Enabled</Status><Expiration><Days>x</Days></Expiration>", "MalformedXML"),
        ("<Prefix>a</Prefix><Status>Enabled</Status><Expiration><Hours>3</Hours></Expiration>", "MalformedXML"),
        ("<Prefix>a</Prefix><Status>Enabled</Status><AtimeBase>1</AtimeBase>", "MalformedXML"),
        (
            "<Prefix>a</Prefix><Status>Enabled</Status><Expiration><CreatedBeforeDate>2030-01-01</CreatedBeforeDate></Expiration>",
            "InvalidArgument",
        ),
        (
            "<Prefix>a</Prefix><Status>Enabled</Status><Transition><Days>3</Days><StorageClass>Archive</StorageClass></Transition>",
            "NotImplemented",
        ),
        (
            "<Prefix>a</Prefix><Status>Enabled</Status><Transition><Days>3</Days><StorageClass>IA</StorageClass><IsAccessTime>true</IsAccessTime></Transition>",
            "NotImplemented",
        ),
        (
            "<Prefix>a</Prefix><Status>Enabled</Status><Tag><Key>k</Key></Tag><AbortMultipartUpload><Days>3</Days></AbortMultipartUpload>",
            "InvalidArgument",
        ),
    ];
    for (inside, code) in wrong {
        world.ann(put(&[rule("r", inside)])).await.refused(400, code);
    }
    world.ann(put(&[])).await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn rules_that_overlap_need_a_word() {
    let world = World::with_bucket().await;
    let of = |prefix: &str| {
        format!("<Prefix>{prefix}</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>")
    };
    let all = [rule("one", &of("a")), rule("two", &of("a/b"))];
    world.ann(put(&all)).await.refused(400, "InvalidArgument");
    world.ann(put(&all).header("x-oss-allow-same-action-overlap", "maybe")).await.refused(400, "InvalidArgument");
    world.ann(put(&all).header("x-oss-allow-same-action-overlap", "true")).await.expect(200);
    let apart = [rule("one", &of("a/")), rule("two", &of("b/"))];
    world.ann(put(&apart)).await.expect(200);
}
