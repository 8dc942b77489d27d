use crate::world::{World, data, home, key, read, reason};
use kms::{CreateKey, DisableKey, KeyRef};
use objects::{
    Acl, Body, CompleteUpload, Copy, CountUnderKey, Draft, Encryption, Get, InitiateUpload, PartList, Protection, Put,
    PutBucketAcl, PutBucketEncryption, UnderKey, UploadPart,
};
use types::{KeyId, Reason};

async fn new_key(world: &World) -> KeyId {
    let root = world.root(&world.ann).await;
    world.deployment.gate().perform(&root, &*world.kms, CreateKey::default()).await.unwrap().record.id
}

fn under(key: Option<&KeyId>) -> Draft {
    let encryption = Encryption::Kms { key: key.map(ToString::to_string) };
    Draft { encryption: Some(encryption), ..Draft::default() }
}

fn put(name: &str, size: usize, draft: Draft) -> Put {
    with!(Put::new(home(), key(name), Body::bytes(data(size))), draft: draft)
}

#[tokio::test]
async fn an_object_under_a_key_is_read_by_who_may_use_the_key() {
    let world = World::new().await;
    let id = new_key(&world).await;
    for size in [10, 100_000] {
        let written = world.ann(put("it", size, under(Some(&id)))).await.unwrap();
        assert_eq!(written.protection, Protection::Kms { key: id.to_string() });
        assert!(world.get("it").await.unwrap() == data(size));
    }
    let objects = r#"{"Effect":"Allow","Action":"oss:*","Resource":"*"}"#;
    let without = world.user("without", objects).await;
    assert_eq!(reason(world.by(&without, Get::new(home(), key("it"))).await), Reason::AccessDenied);
    assert_eq!(reason(world.by(&without, put("x", 10, under(Some(&id)))).await), Reason::AccessDenied);
    let both = format!(r#"{objects},{{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}}"#);
    let with = world.user("with", &both).await;
    let got = world.by(&with, Get::new(home(), key("it"))).await.unwrap();
    assert!(read(got).await.unwrap() == data(100_000));
    // A description needs no key.
    assert!(world.by(&without, objects::Head::new(home(), key("it"))).await.is_ok());
    // A public object under a key is not public.
    world.ann(PutBucketAcl { bucket: home(), acl: Acl::PublicRead }).await.unwrap();
    assert!(world.nobody(Get::new(home(), key("it"))).await.is_err());
}

#[tokio::test]
async fn a_disabled_key_closes_its_objects() {
    let world = World::new().await;
    let id = new_key(&world).await;
    world.ann(put("it", 10, under(Some(&id)))).await.unwrap();
    let root = world.root(&world.ann).await;
    let disable = DisableKey { key: KeyRef::id(id.clone()) };
    world.deployment.gate().perform(&root, &*world.kms, disable).await.unwrap();
    assert_eq!(reason(world.get("it").await), Reason::KeyDisabled);
    assert_eq!(reason(world.ann(put("it", 10, under(Some(&id)))).await), Reason::KeyDisabled);
    assert!(world.head("it").await.is_ok());
}

#[tokio::test]
async fn keys_that_are_none_are_refused() {
    let world = World::new().await;
    let named =
        |name: &str| Draft { encryption: Some(Encryption::Kms { key: Some(name.to_owned()) }), ..Draft::default() };
    assert_eq!(reason(world.ann(put("it", 10, named(""))).await), Reason::EncryptionInvalid);
    assert_eq!(reason(world.ann(put("it", 10, named("no key"))).await), Reason::EncryptionInvalid);
    let unknown = "0b30658a-ed1a-4922-b8f7-a673ca9c1f3a";
    assert_eq!(reason(world.ann(put("it", 10, named(unknown))).await), Reason::KeyNotFound);
    assert_eq!(world.count().await, 0);
}

#[tokio::test]
async fn the_buckets_default_counts_unless_the_object_says_otherwise() {
    let world = World::new().await;
    let id = new_key(&world).await;
    let encryption = Encryption::Kms { key: Some(id.to_string()) };
    world.ann(PutBucketEncryption { bucket: home(), encryption }).await.unwrap();
    let written = world.put("it", data(10)).await;
    assert_eq!(written.protection, Protection::Kms { key: id.to_string() });
    let plain = Draft { encryption: Some(Encryption::Service), ..Draft::default() };
    assert_eq!(world.ann(put("plain", 10, plain)).await.unwrap().protection, Protection::Service);
    let copy = Copy::new((home(), key("plain")), home(), key("copy"));
    assert_eq!(world.ann(copy).await.unwrap().protection, written.protection);
    assert_eq!(world.get("copy").await.unwrap(), data(10));
}

#[tokio::test]
async fn without_a_name_the_services_own_key_is_used() {
    let world = World::new().await;
    let first = world.ann(put("a", 10, under(None))).await.unwrap().protection;
    let second = world.ann(put("b", 10, under(None))).await.unwrap().protection;
    assert_eq!(first, second);
    assert!(matches!(&first, Protection::Kms { key } if !key.is_empty()));
    // It is made once, and found by its alias after that.
    let events = world.events(world.ann.account).await;
    assert_eq!(events.iter().filter(|e| e.event_name == "ServiceKey").count(), 1);
    // Who may use the object may use that key.
    let user = world.user("user", r#"{"Effect":"Allow","Action":"oss:*","Resource":"*"}"#).await;
    let got = world.by(&user, Get::new(home(), key("a"))).await.unwrap();
    assert_eq!(read(got).await.unwrap(), data(10));
}

#[tokio::test]
async fn an_uploads_encryption_is_fixed_when_it_begins() {
    let world = World::new().await;
    let id = new_key(&world).await;
    let begin = with!(InitiateUpload::new(home(), key("it")), draft: under(Some(&id)));
    let upload = world.ann(begin).await.unwrap().upload;
    for number in [1, 2] {
        let op = UploadPart::new(home(), key("it"), upload.clone(), number, Body::bytes(data(120_000)));
        assert_eq!(world.ann(op).await.unwrap().protection, Protection::Kms { key: id.to_string() });
    }
    let done = world.ann(CompleteUpload::new(home(), key("it"), upload, PartList::All)).await.unwrap();
    assert_eq!(done.protection, Protection::Kms { key: id.to_string() });
    assert!(world.get("it").await.unwrap() == [data(120_000), data(120_000)].concat());
}

#[tokio::test]
async fn what_is_under_a_key_is_counted() {
    let world = World::new().await;
    let (id, other) = (new_key(&world).await, new_key(&world).await);
    let account = world.ann.account;
    let aliases: std::collections::BTreeSet<String> = ["alias/mine".to_owned()].into();
    let count = || CountUnderKey { account, key: id.clone(), aliases: aliases.clone(), after: None };
    assert_eq!(world.ann(count()).await.unwrap(), UnderKey::default());
    for (name, size, draft) in [
        ("a", 10, under(Some(&id))),
        ("b", 100_000, under(Some(&id))),
        ("c", 7, under(Some(&other))),
        ("d", 7, under(None)),
        ("e", 7, Draft::default()),
    ] {
        world.ann(put(name, size, draft)).await.unwrap();
    }
    world.ann(with!(InitiateUpload::new(home(), key("f")), draft: under(Some(&id)))).await.unwrap();
    let found = world.ann(count()).await.unwrap();
    assert_eq!((found.objects, found.bytes, found.uploads), (2, 100_010, 1));
    assert_eq!((found.buckets, found.next), (vec![], None));
    for text in [id.to_string(), "alias/mine".to_owned(), format!("acs:kms:local-1:{account}:key/{id}")] {
        let encryption = Encryption::Kms { key: Some(text) };
        world.ann(PutBucketEncryption { bucket: home(), encryption }).await.unwrap();
        assert_eq!(world.ann(count()).await.unwrap().buckets, [home().to_string()]);
    }
    // Going on after everything finds nothing; a token of nobody's is refused; others have nothing under it.
    let end = CountUnderKey { after: Some("ff".repeat(20)), ..count() };
    assert_eq!(world.ann(end).await.unwrap(), UnderKey::default());
    assert_eq!(
        reason(world.ann(CountUnderKey { after: Some("x".to_owned()), ..count() }).await),
        Reason::ParameterInvalid
    );
    assert_eq!(world.bob(count()).await.unwrap(), UnderKey::default());
    world.delete("b").await;
    let found = world.ann(count()).await.unwrap();
    assert_eq!((found.objects, found.retained), (1, 0));
    // What nobody may delete would go with the key all the same.
    world.ann(objects::InitiateBucketRetention { bucket: home(), days: 1 }).await.unwrap();
    let found = world.ann(count()).await.unwrap();
    assert_eq!((found.objects, found.retained), (1, 1));
}
