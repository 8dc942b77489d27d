use crate::world::{DAY, World, by_alias, by_id, encrypt, reason};
use crypto::pair::{EncryptionScheme, PairKind, PublicKey, Wrapping};
use kms::{
    CreateAlias, CreateKey, Decrypt, DeleteKeyMaterial, DescribeKey, DestroyKey, EncryptionContext,
    GetParametersForImport, ImportKeyMaterial, Kms, ListAliases, ListKeys, Origin, ScheduleKeyDeletion,
};
use store::{Range, Space};
use types::{KeyId, Reason, SystemRng};

/// Records in the space of keys, whatever they are.
async fn records(world: &World) -> usize {
    let snapshot = world.deployment.meta.snapshot().await.unwrap();
    snapshot.scan(Space::Keys, &Range::prefix(b"", 10_000)).await.unwrap().len()
}

async fn scheduled(world: &World) -> KeyId {
    let key = world.key().await.id;
    world.ann(CreateAlias { alias: "alias/gone".parse().unwrap(), key: by_id(&key) }).await.unwrap();
    world.ann(ScheduleKeyDeletion { key: by_id(&key), days: 7 }).await.unwrap();
    key
}

async fn sweep(world: &World) -> usize {
    world.kms.destroy_due(world.deployment.gate(), &world.deployment.service()).await.unwrap()
}

#[tokio::test]
async fn nothing_is_left_of_a_destroyed_key() {
    let world = World::new().await;
    world.key().await;
    let before = records(&world).await;
    let key = world.key().await;
    let ciphertext = world.ann(encrypt(by_id(&key.id), b"hello")).await.unwrap().ciphertext;
    world.ann(CreateAlias { alias: "alias/gone".parse().unwrap(), key: by_id(&key.id) }).await.unwrap();
    world.ann(ScheduleKeyDeletion { key: by_id(&key.id), days: 7 }).await.unwrap();
    world.deployment.clock.advance(DAY * 7 - std::time::Duration::from_millis(1));
    assert_eq!(sweep(&world).await, 0);
    world.deployment.clock.advance(std::time::Duration::from_millis(1));
    assert_eq!(sweep(&world).await, 1);
    assert_eq!(sweep(&world).await, 0);

    world.next_epoch(1).await;
    assert_eq!(world.finish().await, 1);
    assert_eq!(records(&world).await, before + 1, "only that it is final");
    let decrypt = Decrypt { ciphertext, context: EncryptionContext::default(), account: None, key: None };
    assert_eq!(reason(world.ann(decrypt.clone()).await), Reason::KeyNotFound);
    assert_eq!(reason(world.ann(DescribeKey { key: by_id(&key.id) }).await), Reason::KeyNotFound);
    assert_eq!(reason(world.ann(encrypt(by_alias("alias/gone"), b"x")).await), Reason::AliasNotFound);
    assert_eq!(world.ann(ListKeys::default()).await.unwrap().total, 1);
    assert_eq!(world.ann(ListAliases::default()).await.unwrap().total, 0);

    let event = world.events(world.ann.account).await.into_iter().find(|e| e.event_name == "DestroyKey").unwrap();
    assert_eq!(event.event_type, "AliyunServiceEvent");
    assert_eq!(event.referenced_resources["ACS::KMS::Key"], [key.id.as_str()]);
    assert_eq!(event.referenced_resources["ACS::KMS::Alias"], ["alias/gone"]);
    assert!(!event.failed());
}

/// A key whose material was brought and taken away again has no version any more, but its version's id is known.
#[tokio::test]
async fn nothing_is_left_of_a_key_without_material() {
    let world = World::new().await;
    world.key().await;
    let before = records(&world).await;
    let made = world.ann(CreateKey { origin: Origin::External, ..CreateKey::default() }).await.unwrap();
    let key = by_id(&made.record.id);
    let (transport, scheme) = (PairKind::EcSm2, EncryptionScheme::Sm2);
    let op = GetParametersForImport { key: key.clone(), transport, wrapping: Wrapping::Direct(scheme) };
    let given = world.ann(op).await.unwrap();
    let wrapped = PublicKey::from_der(transport, given.public).encrypt(scheme, &SystemRng, &[7; 32]).unwrap();
    let op = ImportKeyMaterial { key: key.clone(), token: given.token, wrapped, expires: None };
    world.ann(op).await.unwrap();
    world.ann(DeleteKeyMaterial { key: key.clone() }).await.unwrap();
    world.ann(ScheduleKeyDeletion { key, days: 7 }).await.unwrap();
    world.deployment.clock.advance(DAY * 7);
    assert_eq!(sweep(&world).await, 1);
    world.next_epoch(1).await;
    assert_eq!(world.finish().await, 1);
    assert_eq!(records(&world).await, before + 1, "only that it is final");
}

/// Another node, whose memory still has the material, asks the store before it uses it.
#[tokio::test]
async fn an_open_version_is_no_way_round_the_destruction() {
    let world = World::new().await;
    let key = world.key().await.id;
    let made = world.ann(encrypt(by_id(&key), b"hello")).await.unwrap().ciphertext;
    world.ann(ScheduleKeyDeletion { key: by_id(&key), days: 7 }).await.unwrap();
    world.deployment.clock.advance(DAY * 8);
    let other = Kms::new(world.deployment.region.clone());
    let caller = world.deployment.service();
    assert_eq!(other.destroy_due(world.deployment.gate(), &caller).await.unwrap(), 1);
    let decrypt = Decrypt { ciphertext: made, context: EncryptionContext::default(), account: None, key: None };
    assert_eq!(reason(world.ann(decrypt).await), Reason::KeyNotFound);
}

#[tokio::test]
async fn only_bailee_destroys_and_only_when_it_is_time() {
    let world = World::new().await;
    let key = scheduled(&world).await;
    let op = || DestroyKey { account: world.ann.account, key: key.clone() };
    assert_eq!(reason(world.service(op()).await), Reason::KeyStateInvalid);
    world.deployment.clock.advance(DAY * 8);
    assert_eq!(reason(world.ann(op()).await), Reason::AccessDenied);
    assert_eq!(reason(world.bob(op()).await), Reason::AccessDenied);
    let enabled = DestroyKey { account: world.ann.account, key: world.key().await.id };
    assert_eq!(reason(world.service(enabled).await), Reason::KeyStateInvalid);
    world.service(op()).await.unwrap();
}
