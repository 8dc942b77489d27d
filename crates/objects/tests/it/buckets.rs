use crate::world::{World, bucket, home, key, reason};
use objects::{
    Acl, BucketPolicy, BucketStat, CreateBucket, DeleteBucket, DeleteBucketEncryption, DeleteBucketPolicy, Encryption,
    GetBucketAcl, GetBucketEncryption, GetBucketInfo, GetBucketLocation, GetBucketPolicy, GetBucketStat,
    InitiateUpload, ListBuckets, PutBucketAcl, PutBucketEncryption, PutBucketPolicy,
};
use types::{Reason, limits};

#[tokio::test]
async fn a_bucket_belongs_to_one_account() {
    let world = World::new().await;
    let again = |again| CreateBucket { again, ..CreateBucket::new(home()) };
    assert_eq!(reason(world.ann(again(false)).await), Reason::BucketOwned);
    assert!(world.ann(again(true)).await.unwrap().existed);
    assert_eq!(reason(world.bob(again(true)).await), Reason::BucketExists);
    assert_eq!(reason(world.nobody(CreateBucket::new(bucket("free"))).await), Reason::MissingAuthentication);
    let opened = CreateBucket { acl: Some(Acl::PublicRead), ..again(true) };
    assert_eq!(world.ann(opened).await.unwrap().bucket.acl, Acl::PublicRead);
    assert_eq!(world.ann(again(true)).await.unwrap().bucket.acl, Acl::PublicRead);
    let info = world.ann(GetBucketInfo { bucket: home() }).await.unwrap();
    assert_eq!((info.owner, info.acl), (world.ann.account, Acl::PublicRead));
    assert_eq!(world.ann(GetBucketLocation { bucket: home() }).await.unwrap().as_str(), "local-1");
    let missing = world.ann(GetBucketInfo { bucket: bucket("no-such") }).await;
    assert_eq!(reason(missing), Reason::BucketNotFound);
}

#[tokio::test]
async fn only_an_empty_bucket_is_removed_and_a_new_one_is_another() {
    let world = World::new().await;
    world.put("a", "1").await;
    assert_eq!(reason(world.ann(DeleteBucket { bucket: home() }).await), Reason::BucketNotEmpty);
    world.delete("a").await;
    let upload = world.ann(InitiateUpload::new(home(), key("u"))).await.unwrap().upload;
    assert_eq!(reason(world.ann(DeleteBucket { bucket: home() }).await), Reason::BucketNotEmpty);
    world.ann(objects::AbortUpload { bucket: home(), key: key("u"), upload }).await.unwrap();
    assert_eq!(reason(world.bob(DeleteBucket { bucket: home() }).await), Reason::AccessDenied);
    world.ann(PutBucketPolicy::new(home(), policy("Allow", "*"))).await.unwrap();
    world.ann(DeleteBucket { bucket: home() }).await.unwrap();
    assert_eq!(reason(world.get("a").await), Reason::BucketNotFound);
    world.bob(CreateBucket::new(home())).await.unwrap();
    assert_eq!(reason(world.bob(GetBucketPolicy { bucket: home() }).await), Reason::BucketPolicyNotFound);
    assert_eq!(reason(world.get("a").await), Reason::AccessDenied);
}

#[tokio::test]
async fn to_make_a_bucket_again_is_no_way_round_its_access_control_list() {
    let world = World::new().await;
    let again = |acl| CreateBucket { acl, again: true, ..CreateBucket::new(home()) };
    let open = || again(Some(Acl::PublicReadWrite));
    let maker = world.user("maker", r#"{"Effect":"Allow","Action":"oss:PutBucket","Resource":"*"}"#).await;
    assert!(world.by(&maker, again(None)).await.unwrap().existed);
    assert_eq!(reason(world.by(&maker, open()).await), Reason::AccessDenied);
    let both = r#"{"Effect":"Allow","Action":["oss:PutBucket","oss:PutBucketAcl"],"Resource":"*"}"#;
    let both = world.user("both", both).await;
    assert!(world.by(&both, open()).await.is_ok());
    let deny = policy("Deny", "*").replace("oss:GetObject", "oss:PutBucketAcl").replace("ann-bucket/*", "ann-bucket");
    world.ann(PutBucketPolicy::new(home(), deny)).await.unwrap();
    assert_eq!(reason(world.by(&both, again(Some(Acl::Private))).await), Reason::AccessDenied);
}

fn policy(effect: &str, principal: &str) -> String {
    let statement = format!(
        r#"{{"Effect":"{effect}","Action":"oss:GetObject","Principal":["{principal}"],"Resource":"acs:oss:*:*:ann-bucket/*"}}"#
    );
    format!(r#"{{"Version":"1","Statement":[{statement}]}}"#)
}

#[tokio::test]
async fn buckets_are_listed_by_pages() {
    let world = World::new().await;
    for name in ["ann-a", "ann-b", "other"] {
        world.ann(CreateBucket::new(bucket(name))).await.unwrap();
    }
    world.bob(CreateBucket::new(bucket("ann-bob"))).await.unwrap();
    let mut list = ListBuckets { prefix: "ann-".to_owned(), max: 2, ..ListBuckets::default() };
    let first = world.ann(list.clone()).await.unwrap();
    let names = |page: &objects::BucketPage| page.buckets.iter().map(|b| b.name.to_string()).collect::<Vec<_>>();
    assert_eq!(names(&first), ["ann-a", "ann-b"]);
    assert_eq!(first.next.as_deref(), Some("ann-b"));
    list.after = first.next;
    let second = world.ann(list).await.unwrap();
    assert_eq!(names(&second), ["ann-bucket"]);
    assert_eq!(second.next, None);
    assert_eq!(reason(world.nobody(ListBuckets::default()).await), Reason::MissingAuthentication);
}

#[tokio::test]
async fn an_account_has_so_many_buckets() {
    let world = World::new().await;
    for i in 1..limits::BUCKETS {
        world.ann(CreateBucket::new(bucket(&format!("many-{i}")))).await.unwrap();
    }
    assert_eq!(reason(world.ann(CreateBucket::new(bucket("one-more"))).await), Reason::TooManyBuckets);
}

#[tokio::test]
async fn settings_are_set_shown_and_taken_back() {
    let world = World::new().await;
    world.ann(PutBucketAcl { bucket: home(), acl: Acl::PublicReadWrite }).await.unwrap();
    assert_eq!(world.ann(GetBucketAcl { bucket: home() }).await.unwrap().acl, Acl::PublicReadWrite);

    assert_eq!(reason(world.ann(GetBucketPolicy { bucket: home() }).await), Reason::BucketPolicyNotFound);
    let wrong = PutBucketPolicy::new(home(), "{}");
    assert_eq!(reason(world.ann(wrong).await), Reason::PolicyMalformed);
    let text = policy("Allow", "*");
    world.ann(PutBucketPolicy::new(home(), text.clone())).await.unwrap();
    let shown = world.ann(GetBucketPolicy { bucket: home() }).await.unwrap();
    assert_eq!(shown, BucketPolicy { text: text.clone(), original: None });
    let original = Some("in another grammar".to_owned());
    let put = PutBucketPolicy { original: original.clone(), ..PutBucketPolicy::new(home(), text.clone()) };
    world.ann(put).await.unwrap();
    assert_eq!(
        world.ann(GetBucketPolicy { bucket: home() }).await.unwrap(),
        BucketPolicy { text: text.clone(), original }
    );
    for other in ["ann-buckets/*", "ann-bucket*", "*"] {
        let elsewhere = PutBucketPolicy::new(home(), text.replace("ann-bucket/*", other));
        assert_eq!(reason(world.ann(elsewhere).await), Reason::PolicyMalformed);
    }
    world.ann(DeleteBucketPolicy { bucket: home() }).await.unwrap();
    world.ann(DeleteBucketPolicy { bucket: home() }).await.unwrap();
    assert_eq!(reason(world.ann(GetBucketPolicy { bucket: home() }).await), Reason::BucketPolicyNotFound);

    let none = world.ann(GetBucketEncryption { bucket: home() }).await;
    assert_eq!(reason(none), Reason::BucketEncryptionNotFound);
    let encryption = Encryption::Kms { key: None };
    world.ann(PutBucketEncryption { bucket: home(), encryption: encryption.clone() }).await.unwrap();
    assert_eq!(world.ann(GetBucketEncryption { bucket: home() }).await.unwrap(), encryption);
    world.ann(DeleteBucketEncryption { bucket: home() }).await.unwrap();
    let none = world.ann(GetBucketEncryption { bucket: home() }).await;
    assert_eq!(reason(none), Reason::BucketEncryptionNotFound);
}

#[tokio::test]
async fn what_is_in_a_bucket_is_counted() {
    let world = World::new().await;
    for i in 0..7 {
        world.put(&format!("k{i}"), vec![0; i]).await;
    }
    world.ann(InitiateUpload::new(home(), key("u"))).await.unwrap();
    let stat = world.ann(GetBucketStat { bucket: home() }).await.unwrap();
    assert_eq!(stat, BucketStat { bytes: 21, objects: 7, markers: 0, uploads: 1 });
}
