use crate::world::{World, by_alias, by_id, reason};
use kms::{
    CreateAlias, CreatorKind, Decrypt, DescribeKey, DisableKey, EncryptionContext, GenerateDataKey, KeyFilter, KeyName,
    KeyRef, ListKeys, Page, ScheduleKeyDeletion, ServiceKey, SetDeletionProtection, service_alias,
};
use types::{Reason, Service};

#[tokio::test]
async fn a_services_key_is_made_once_and_is_the_services() {
    let world = World::new().await;
    let op = ServiceKey { account: world.ann.account, service: Service::Oss };
    assert_eq!(reason(world.ann(op).await), Reason::AccessDenied);
    let id = world.service(op).await.unwrap();
    assert_eq!(world.service(op).await.unwrap(), id);

    let seen = world.ann(DescribeKey { key: by_alias("alias/acs/oss") }).await.unwrap().record;
    assert_eq!((&seen.id, seen.service()), (&id, Some("oss")));
    let filter = KeyFilter { creators: vec![CreatorKind::Service], ..KeyFilter::default() };
    assert_eq!(world.ann(ListKeys { page: Page::default(), filter, after: None }).await.unwrap().total, 1);

    let key = || by_id(&id);
    assert_eq!(reason(world.ann(DisableKey { key: key() }).await), Reason::AccessDenied);
    assert_eq!(reason(world.ann(ScheduleKeyDeletion { key: key(), days: 7 }).await), Reason::AccessDenied);
    let unprotect = SetDeletionProtection { key: key(), protected: false, text: String::new() };
    assert_eq!(reason(world.ann(unprotect).await), Reason::AccessDenied);
    let alias = CreateAlias { alias: "alias/mine".parse().unwrap(), key: key() };
    assert_eq!(reason(world.ann(alias).await), Reason::AccessDenied);
}

#[tokio::test]
async fn the_service_uses_it_in_the_owners_account() {
    let world = World::new().await;
    let account = world.ann.account;
    let alias = service_alias(Service::Oss).unwrap();
    let key = KeyRef::placed("local-1".parse().unwrap(), account, KeyName::Alias(alias));
    let context = EncryptionContext::default;
    let op = || GenerateDataKey { key: key.clone(), length: Default::default(), context: context() };
    assert_eq!(reason(world.service(op()).await), Reason::AliasNotFound);
    world.service(ServiceKey { account, service: Service::Oss }).await.unwrap();
    let made = world.service(op()).await.unwrap();
    let decrypt = |account| Decrypt { ciphertext: made.ciphertext.clone(), context: context(), account, key: None };
    let opened = world.service(decrypt(Some(account))).await.unwrap();
    assert_eq!(opened.plaintext.expose(), made.plaintext.expose());
    assert_eq!(reason(world.service(decrypt(None)).await), Reason::MissingAuthentication);
    assert_eq!(reason(world.service(decrypt(Some(world.bob.account))).await), Reason::KeyNotFound);
    // Its owner's trail says so.
    let names: Vec<_> = world.events(account).await.into_iter().map(|e| e.event_name).collect();
    assert!(names.iter().any(|name| name == "CreateServiceKey"));
    assert_eq!(names.iter().filter(|name| *name == "GenerateDataKey").count(), 2);
}
