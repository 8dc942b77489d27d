use crate::world::{World, bucket, home, key, read, reason};
use iam::Operation;
use objects::{
    AbortUpload, Acl, Body, CompleteUpload, Copy, CreateBucket, Delete, Draft, Get, GetBucketInfo, Head,
    InitiateUpload, ListObjects, ListUploads, Objects, PartList, Put, PutBucketAcl, PutBucketPolicy, PutObjectAcl,
    UploadPart,
};
use types::{Reason, Result};

fn get() -> Get {
    Get::new(home(), key("it"))
}

fn put() -> Put {
    Put::new(home(), key("it"), Body::bytes("new"))
}

fn list(prefix: &str) -> ListObjects {
    ListObjects { prefix: prefix.to_owned(), ..ListObjects::new(home()) }
}

fn delete() -> Delete {
    Delete::new(home(), key("it"))
}

fn denied<T>(result: Result<T>) -> bool {
    reason(result) == Reason::AccessDenied
}

async fn both_denied<Op: Operation>(world: &World, op: impl Fn() -> Op)
where
    Objects: iam::Run<Op>,
{
    assert!(denied(world.bob(op()).await));
    assert!(denied(world.nobody(op()).await));
}

async fn world_with_object() -> World {
    let world = World::new().await;
    world.put("it", "old").await;
    world
}

#[tokio::test]
async fn what_is_anothers_is_closed() {
    let world = world_with_object().await;
    both_denied(&world, get).await;
    both_denied(&world, put).await;
    both_denied(&world, delete).await;
    both_denied(&world, || list("")).await;
    both_denied(&world, || Head::new(home(), key("it"))).await;
    // Whether it is there is not told either.
    both_denied(&world, || Get::new(home(), key("none"))).await;
    both_denied(&world, || GetBucketInfo { bucket: home() }).await;
    both_denied(&world, || InitiateUpload::new(home(), key("it"))).await;
    both_denied(&world, || ListUploads::new(home())).await;
    world.bob(CreateBucket::new(bucket("bob-bucket"))).await.unwrap();
    let steal = Copy::new((home(), key("it")), bucket("bob-bucket"), key("it"));
    assert!(denied(world.bob(steal).await));
    assert_eq!(world.get("it").await.unwrap(), "old");
}

#[tokio::test]
async fn public_read_opens_reading_and_listing_only() {
    let world = world_with_object().await;
    world.ann(PutBucketAcl { bucket: home(), acl: Acl::PublicRead }).await.unwrap();
    for content in [read(world.nobody(get()).await.unwrap()).await, read(world.bob(get()).await.unwrap()).await] {
        assert_eq!(content.unwrap(), "old");
    }
    assert_eq!(world.nobody(list("")).await.unwrap().objects.len(), 1);
    assert_eq!(reason(world.nobody(Get::new(home(), key("none"))).await), Reason::ObjectNotFound);
    both_denied(&world, put).await;
    both_denied(&world, delete).await;
    both_denied(&world, || GetBucketInfo { bucket: home() }).await;
}

#[tokio::test]
async fn an_objects_own_list_counts_before_the_buckets() {
    let world = world_with_object().await;
    world
        .ann(PutObjectAcl { bucket: home(), key: key("it"), version: None, acl: Some(Acl::PublicRead) })
        .await
        .unwrap();
    assert!(world.nobody(get()).await.is_ok());
    assert!(denied(world.nobody(list("")).await));
    world.ann(PutBucketAcl { bucket: home(), acl: Acl::PublicReadWrite }).await.unwrap();
    both_denied(&world, put).await;
    both_denied(&world, delete).await;
    world.ann(PutObjectAcl { bucket: home(), key: key("it"), version: None, acl: Some(Acl::Private) }).await.unwrap();
    both_denied(&world, get).await;
}

#[tokio::test]
async fn public_read_write_opens_writing_but_not_lists() {
    let world = world_with_object().await;
    world.ann(PutBucketAcl { bucket: home(), acl: Acl::PublicReadWrite }).await.unwrap();
    world.nobody(put()).await.unwrap();
    let opened = with!(put(), draft: Draft { acl: Some(Acl::PublicReadWrite), ..Draft::default() });
    assert!(denied(world.nobody(opened).await));
    both_denied(&world, || PutObjectAcl { bucket: home(), key: key("it"), version: None, acl: None }).await;
    world.bob(delete()).await.unwrap();
    assert_eq!(reason(world.get("it").await), Reason::ObjectNotFound);
}

#[tokio::test]
async fn no_way_of_writing_goes_round_an_objects_own_list() {
    let world = world_with_object().await;
    world.ann(PutBucketAcl { bucket: home(), acl: Acl::PublicReadWrite }).await.unwrap();
    let upload = world.nobody(InitiateUpload::new(home(), key("it"))).await.unwrap().upload;
    let part = || UploadPart::new(home(), key("it"), upload.clone(), 1, Body::bytes("new"));
    world.nobody(part()).await.unwrap();
    world.ann(PutObjectAcl { bucket: home(), key: key("it"), version: None, acl: Some(Acl::Private) }).await.unwrap();
    both_denied(&world, part).await;
    both_denied(&world, || CompleteUpload::new(home(), key("it"), upload.clone(), PartList::All)).await;
    both_denied(&world, || InitiateUpload::new(home(), key("it"))).await;
    both_denied(&world, || Copy::new((home(), key("it")), home(), key("it"))).await;
    both_denied(&world, || AbortUpload { bucket: home(), key: key("it"), upload: upload.clone() }).await;
    assert_eq!(world.get("it").await.unwrap(), "old");
}

fn policy(effect: &str, action: &str, principal: &str, resource: &str) -> PutBucketPolicy {
    let statement = format!(
        r#"{{"Effect":"{effect}","Action":"{action}","Principal":["{principal}"],"Resource":"acs:oss:*:*:{resource}"}}"#
    );
    PutBucketPolicy::new(home(), format!(r#"{{"Version":"1","Statement":[{statement}]}}"#))
}

#[tokio::test]
async fn a_bucket_policy_opens_and_closes_at_once() {
    let world = world_with_object().await;
    world.ann(policy("Allow", "oss:GetObject", "*", "ann-bucket/*")).await.unwrap();
    assert!(world.nobody(get()).await.is_ok());
    both_denied(&world, delete).await;
    world.ann(policy("Allow", "oss:*", "*", "ann-bucket/other/*")).await.unwrap();
    assert!(denied(world.nobody(get()).await));
    world.ann(PutBucketAcl { bucket: home(), acl: Acl::PublicRead }).await.unwrap();
    world.ann(policy("Deny", "oss:GetObject", "*", "ann-bucket/*")).await.unwrap();
    both_denied(&world, get).await;
    // A denial binds the owner's users, too, whatever else they are allowed; only its root can still take it back.
    let user = world.user("user", r#"{"Effect":"Allow","Action":"oss:*","Resource":"*"}"#).await;
    assert!(denied(world.by(&user, get()).await));
    world.ann(objects::DeleteBucketPolicy { bucket: home() }).await.unwrap();
    assert_eq!(world.get("it").await.unwrap(), "old");
}

#[tokio::test]
async fn a_user_may_do_what_policies_say() {
    let world = world_with_object().await;
    world.put("home/x", "1").await;
    let idle = world.user("idle", "").await;
    assert!(denied(world.by(&idle, get()).await));
    let reader = r#"{"Effect":"Allow","Action":"oss:GetObject","Resource":"acs:oss:*:*:ann-bucket/*"},
        {"Effect":"Allow","Action":"oss:ListObjects","Resource":"acs:oss:*:*:ann-bucket",
         "Condition":{"StringLike":{"oss:Prefix":"home/*"}}}"#;
    let reader = world.user("reader", reader).await;
    assert!(world.by(&reader, get()).await.is_ok());
    assert!(denied(world.by(&reader, put()).await));
    assert_eq!(world.by(&reader, list("home/")).await.unwrap().objects.len(), 1);
    assert!(denied(world.by(&reader, list("")).await));
    // A copy needs both: to read there and to write here.
    let copy = || Copy::new((home(), key("it")), home(), key("home/it"));
    assert!(denied(world.by(&reader, copy()).await));
    let writer = r#"{"Effect":"Allow","Action":"oss:PutObject","Resource":"acs:oss:*:*:ann-bucket/home/*"}"#;
    let writer = world.user("writer", writer).await;
    assert!(denied(world.by(&writer, copy()).await));
    assert!(world.by(&writer, Put::new(home(), key("home/y"), Body::bytes("1"))).await.is_ok());
    let opened = Draft { acl: Some(Acl::PublicRead), ..Draft::default() };
    let opened = with!(Put::new(home(), key("home/y"), Body::bytes("1")), draft: opened);
    assert!(denied(world.by(&writer, opened).await));
}

#[tokio::test]
async fn what_is_said_of_a_buckets_tags_holds_for_listings() {
    let world = world_with_object().await;
    let tags = objects::Tags::of_bucket([("secret".to_owned(), "yes".to_owned())]).unwrap();
    world.ann(objects::PutBucketTags { bucket: home(), tags }).await.unwrap();
    let statements = r#"{"Effect":"Allow","Action":"oss:*","Resource":"*"},
        {"Effect":"Deny","Action":"oss:List*","Resource":"*","Condition":{"StringEquals":{"oss:BucketTag/secret":"yes"}}}"#;
    let user = world.user("lister", statements).await;
    assert!(denied(world.by(&user, list("")).await));
    assert!(denied(world.by(&user, ListUploads::new(home())).await));
    assert!(denied(world.by(&user, objects::ListVersions::new(home())).await));
    world.by(&user, GetBucketInfo { bucket: home() }).await.unwrap();
}
