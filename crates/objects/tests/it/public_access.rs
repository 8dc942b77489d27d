//! What shuts public access off, and whose objects are.

use crate::world::{World, home, key, reason};
use objects::{
    Acl, Body, Copy, CreateBucket, DeleteBucketPolicy, Draft, Get, GetBucketAcl, GetBucketPolicyStatus,
    GetBucketPublicAccessBlock, GetObjectAcl, GetOwnership, GetPublicAccessBlock, InitiateUpload, ListObjects,
    Ownership, PublicAccessBlock, Put, PutBucketAcl, PutBucketPolicy, PutBucketPublicAccessBlock, PutObjectAcl,
    PutOwnership, PutPublicAccessBlock,
};
use types::{Reason, Result};

const NONE: PublicAccessBlock =
    PublicAccessBlock { block_acls: false, ignore_acls: false, block_policy: false, restrict_policy: false };

fn get() -> Get {
    Get::new(home(), key("it"))
}

fn put() -> Put {
    Put::new(home(), key("it"), Body::bytes("new"))
}

fn opened() -> Put {
    with!(put(), draft: Draft { acl: Some(Acl::PublicRead), ..Draft::default() })
}

fn acl(acl: Acl) -> PutBucketAcl {
    PutBucketAcl { bucket: home(), acl }
}

fn object_acl(acl: Option<Acl>) -> PutObjectAcl {
    PutObjectAcl { bucket: home(), key: key("it"), version: None, acl }
}

fn policy(principal: &str, condition: &str) -> PutBucketPolicy {
    let statement = format!(
        r#"{{"Effect":"Allow","Action":"oss:GetObject","Principal":["{principal}"],"Resource":"acs:oss:*:*:ann-bucket/*"{condition}}}"#
    );
    PutBucketPolicy::new(home(), format!(r#"{{"Version":"1","Statement":[{statement}]}}"#))
}

fn denied<T>(result: Result<T>) -> bool {
    reason(result) == Reason::AccessDenied
}

async fn world() -> World {
    let world = World::new().await;
    world.put("it", "old").await;
    world
}

/// Shuts something off: for the bucket, or for the account.
async fn shut(world: &World, whole_account: bool, block: PublicAccessBlock) {
    match whole_account {
        true => world.ann(PutPublicAccessBlock { block: Some(block) }).await.unwrap(),
        false => world.ann(PutBucketPublicAccessBlock { bucket: home(), block: Some(block) }).await.unwrap(),
    }
}

#[tokio::test]
async fn it_is_kept_and_taken_back() {
    let world = world().await;
    let some = PublicAccessBlock { ignore_acls: true, ..NONE };
    assert_eq!(world.ann(GetBucketPublicAccessBlock { bucket: home() }).await.unwrap(), None);
    assert_eq!(world.ann(GetPublicAccessBlock).await.unwrap(), None);
    shut(&world, false, some).await;
    shut(&world, true, PublicAccessBlock::ALL).await;
    assert_eq!(world.ann(GetBucketPublicAccessBlock { bucket: home() }).await.unwrap(), Some(some));
    assert_eq!(world.ann(GetPublicAccessBlock).await.unwrap(), Some(PublicAccessBlock::ALL));
    // An account's is its own.
    assert_eq!(world.bob(GetPublicAccessBlock).await.unwrap(), None);
    assert!(denied(world.bob(PutBucketPublicAccessBlock { bucket: home(), block: None }).await));
    assert!(world.nobody(PutPublicAccessBlock { block: None }).await.is_err());
    world.ann(PutPublicAccessBlock { block: None }).await.unwrap();
    world.ann(PutBucketPublicAccessBlock { bucket: home(), block: None }).await.unwrap();
    assert_eq!(world.ann(GetPublicAccessBlock).await.unwrap(), None);
    assert_eq!(world.ann(GetBucketPublicAccessBlock { bucket: home() }).await.unwrap(), None);
}

#[tokio::test]
async fn lists_that_are_ignored_open_nothing() {
    for whole_account in [false, true] {
        let world = world().await;
        world.ann(acl(Acl::PublicReadWrite)).await.unwrap();
        world.ann(object_acl(Some(Acl::PublicRead))).await.unwrap();
        world.nobody(get()).await.unwrap();
        world.nobody(ListObjects::new(home())).await.unwrap();
        let upload = world.nobody(InitiateUpload::new(home(), key("big"))).await.unwrap().upload;
        shut(&world, whole_account, PublicAccessBlock { ignore_acls: true, ..NONE }).await;
        assert!(denied(world.nobody(get()).await));
        assert!(denied(world.bob(get()).await));
        assert!(denied(world.bob(put()).await));
        assert!(denied(world.nobody(ListObjects::new(home())).await));
        let part = objects::UploadPart::new(home(), key("big"), upload, 1, Body::bytes("x"));
        assert!(denied(world.nobody(part).await));
        // They are kept, can still be set, and count again later.
        world.ann(acl(Acl::PublicRead)).await.unwrap();
        shut(&world, whole_account, NONE).await;
        world.nobody(get()).await.unwrap();
    }
}

#[tokio::test]
async fn lists_that_are_blocked_cannot_be_given() {
    for whole_account in [false, true] {
        let world = world().await;
        world.ann(acl(Acl::PublicRead)).await.unwrap();
        shut(&world, whole_account, PublicAccessBlock { block_acls: true, ..NONE }).await;
        assert!(denied(world.ann(acl(Acl::PublicRead)).await));
        assert!(denied(world.ann(object_acl(Some(Acl::PublicRead))).await));
        assert!(denied(world.ann(opened()).await));
        let copy = Copy::new((home(), key("it")), home(), key("copy"));
        let draft = Draft { acl: Some(Acl::PublicRead), ..Draft::default() };
        assert!(denied(world.ann(with!(copy, draft: draft.clone())).await));
        assert!(denied(world.ann(with!(InitiateUpload::new(home(), key("x")), draft: draft)).await));
        // What was open before still is, and what opens nothing can be given.
        world.nobody(get()).await.unwrap();
        world.ann(object_acl(Some(Acl::Private))).await.unwrap();
        world.ann(put()).await.unwrap();
        let other = CreateBucket { acl: Some(Acl::PublicRead), ..CreateBucket::new("another-one".parse().unwrap()) };
        assert_eq!(world.ann(other).await.is_err(), whole_account);
    }
}

#[tokio::test]
async fn public_policies() {
    for whole_account in [false, true] {
        let world = world().await;
        assert_eq!(reason(world.ann(GetBucketPolicyStatus { bucket: home() }).await), Reason::BucketPolicyNotFound);
        world.ann(policy("*", "")).await.unwrap();
        assert!(world.ann(GetBucketPolicyStatus { bucket: home() }).await.unwrap());
        world.nobody(get()).await.unwrap();
        world.bob(get()).await.unwrap();
        shut(&world, whole_account, PublicAccessBlock { restrict_policy: true, ..NONE }).await;
        assert!(denied(world.nobody(get()).await));
        assert!(denied(world.bob(get()).await));
        let user = world.user("reader", "").await;
        let narrow = r#","Condition":{"IpAddress":{"acs:SourceIp":["127.0.0.0/8"]}}"#;
        // The account's own users still get what it allows; a list lets in whom it lets in.
        world.ann(policy("*", narrow)).await.unwrap();
        assert!(!world.ann(GetBucketPolicyStatus { bucket: home() }).await.unwrap());
        world.by(&user, get()).await.unwrap();
        world.bob(get()).await.unwrap();
        world.ann(policy("*", "")).await.unwrap();
        world.ann(acl(Acl::PublicRead)).await.unwrap();
        world.nobody(get()).await.unwrap();
        world.ann(DeleteBucketPolicy { bucket: home() }).await.unwrap();

        shut(&world, whole_account, PublicAccessBlock { block_policy: true, ..NONE }).await;
        assert!(denied(world.ann(policy("*", "")).await));
        let wide = r#","Condition":{"IpAddress":{"acs:SourceIp":["0.0.0.0/1"]}}"#;
        assert!(denied(world.ann(policy("*", wide)).await));
        world.ann(policy("*", narrow)).await.unwrap();
        world.ann(policy(&world.bob.account.to_string(), "")).await.unwrap();
    }
}

#[tokio::test]
async fn a_bucket_without_lists() {
    let world = world().await;
    let own = |ownership| PutOwnership { bucket: home(), ownership };
    assert_eq!(reason(world.ann(GetOwnership { bucket: home() }).await), Reason::OwnershipNotFound);
    world.ann(acl(Acl::PublicRead)).await.unwrap();
    assert_eq!(reason(world.ann(own(Some(Ownership::Enforced))).await), Reason::AclsOpen);
    world.ann(own(Some(Ownership::Preferred))).await.unwrap();
    world.nobody(get()).await.unwrap();
    world.ann(acl(Acl::Private)).await.unwrap();
    world.ann(object_acl(Some(Acl::PublicRead))).await.unwrap();
    world.ann(own(Some(Ownership::Enforced))).await.unwrap();
    assert_eq!(world.ann(GetOwnership { bucket: home() }).await.unwrap(), Ownership::Enforced);
    assert!(denied(world.nobody(get()).await));
    assert_eq!(world.ann(GetBucketAcl { bucket: home() }).await.unwrap().acl, Acl::Private);
    let shown = world.ann(GetObjectAcl { bucket: home(), key: key("it"), version: None }).await.unwrap();
    assert_eq!((shown.own, shown.effective), (None, Acl::Private));
    assert_eq!(reason(world.ann(acl(Acl::Private)).await), Reason::AclsOff);
    assert_eq!(reason(world.ann(object_acl(None)).await), Reason::AclsOff);
    assert_eq!(reason(world.ann(opened()).await), Reason::AclsOff);
    world.ann(put()).await.unwrap();
    // Who may nothing is not told that there are no lists.
    assert!(denied(world.bob(opened()).await));
    world.ann(own(None)).await.unwrap();
    assert_eq!(reason(world.ann(GetOwnership { bucket: home() }).await), Reason::OwnershipNotFound);
    let begun =
        CreateBucket { ownership: Some(Ownership::Enforced), ..CreateBucket::new("without-lists".parse().unwrap()) };
    let both = CreateBucket { acl: Some(Acl::PublicRead), ..begun.clone() };
    assert_eq!(reason(world.ann(both).await), Reason::AclsOpen);
    world.ann(begun).await.unwrap();
    assert_eq!(
        world.ann(GetOwnership { bucket: "without-lists".parse().unwrap() }).await.unwrap(),
        Ownership::Enforced
    );
}

/// A bucket that was shut while the body of a stranger's put was on its way.
#[tokio::test]
async fn a_list_that_is_ignored_since_it_was_asked() {
    let world = world().await;
    world.ann(acl(Acl::PublicReadWrite)).await.unwrap();
    let (send, receive) = tokio::sync::oneshot::channel::<()>();
    let body = futures::stream::once(async move {
        receive.await.unwrap();
        Ok(bytes::Bytes::from_static(b"late"))
    });
    let stranger = world.deployment.anonymous();
    let late = world.by(&stranger, Put::new(home(), key("late"), Body::new(body, None)));
    let shutting = async {
        tokio::task::yield_now().await;
        shut(&world, false, PublicAccessBlock { ignore_acls: true, ..NONE }).await;
        send.send(()).unwrap();
    };
    let (late, ()) = futures::join!(late, shutting);
    assert!(denied(late));
    assert_eq!(reason(world.get("late").await), Reason::ObjectNotFound);
}
