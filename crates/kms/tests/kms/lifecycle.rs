use crate::world::{DAY, World, by_id, encrypt, reason};
use kms::{
    CancelKeyDeletion, CreateKey, Creator, CreatorKind, DescribeKey, DisableKey, EnableKey, KeyFilter, KeySpec,
    KeyState, KeyUsage, ListKeys, Origin, Page, Protection, ScheduleKeyDeletion, SetDeletionProtection,
    UpdateKeyDescription,
};
use types::Reason;

#[tokio::test]
async fn a_key_is_made_and_described() {
    let world = World::new().await;
    let made = world.ann(CreateKey { description: "für alles".to_owned(), ..CreateKey::default() }).await.unwrap();
    let id = made.record.id.clone();
    assert_eq!(made.arn, format!("acs:kms:local-1:{}:key/{id}", world.ann.account));
    let seen = world.ann(DescribeKey { key: by_id(&id) }).await.unwrap();
    assert_eq!(seen, made);
    assert_eq!(seen.record.state, KeyState::Enabled);
    assert_eq!(seen.record.spec, KeySpec::Aes256);
    assert_eq!(seen.record.description, "für alles");
    assert_ne!(seen.record.primary, id);
    let arn = format!("acs:ram::{}:root", world.ann.account);
    assert_eq!(seen.record.creator, Creator::Principal { arn });
}

#[tokio::test]
async fn what_cannot_be_made_is_refused() {
    let world = World::new().await;
    let base = CreateKey::default;
    for (op, expected) in [
        (CreateKey { spec: KeySpec::EcP256, usage: Some(KeyUsage::EncryptDecrypt), ..base() }, Reason::KeyUsageInvalid),
        (CreateKey { spec: KeySpec::HmacSha256, rotation: Some(7 * 86_400), ..base() }, Reason::KeySpecUnsupported),
        (CreateKey { rotation: Some(3_600), ..base() }, Reason::ParameterInvalid),
        (CreateKey { usage: Some(KeyUsage::SignVerify), ..base() }, Reason::KeyUsageInvalid),
        (CreateKey { origin: Origin::External, rotation: Some(7 * 86_400), ..base() }, Reason::OriginUnsupported),
        (CreateKey { protection: Protection::Hsm, ..base() }, Reason::ProtectionLevelUnsupported),
        (CreateKey { description: "ü".repeat(8193), ..base() }, Reason::ParameterInvalid),
    ] {
        assert_eq!(reason(world.ann(op).await), expected);
    }
    world.ann(CreateKey { description: "ü".repeat(8192), ..base() }).await.unwrap();
    assert_eq!(world.ann(ListKeys::default()).await.unwrap().total, 1);
}

#[tokio::test]
async fn switching_takes_effect_at_once_and_twice_is_no_error() {
    let world = World::new().await;
    let key = by_id(&world.key().await.id);
    // The material is open in memory before the key is switched off.
    world.ann(encrypt(key.clone(), b"x")).await.unwrap();
    for _ in 0..2 {
        world.ann(DisableKey { key: key.clone() }).await.unwrap();
        assert_eq!(reason(world.ann(encrypt(key.clone(), b"x")).await), Reason::KeyDisabled);
    }
    for _ in 0..2 {
        world.ann(EnableKey { key: key.clone() }).await.unwrap();
        world.ann(encrypt(key.clone(), b"x")).await.unwrap();
    }
}

#[tokio::test]
async fn a_deletion_can_be_called_off() {
    let world = World::new().await;
    let key = by_id(&world.key().await.id);
    for days in [0, 6, 367, u32::MAX] {
        let op = ScheduleKeyDeletion { key: key.clone(), days };
        assert_eq!(reason(world.ann(op).await), Reason::ParameterInvalid);
    }
    let now = world.root(&world.ann).await.call().time;
    let at = world.ann(ScheduleKeyDeletion { key: key.clone(), days: 366 }).await.unwrap();
    assert_eq!(at, now.plus(DAY * 366));
    let seen = world.ann(DescribeKey { key: key.clone() }).await.unwrap().record;
    assert_eq!((seen.state, seen.delete_at), (KeyState::PendingDeletion, Some(at)));

    assert_eq!(reason(world.ann(encrypt(key.clone(), b"x")).await), Reason::KeyPendingDeletion);
    assert_eq!(reason(world.ann(EnableKey { key: key.clone() }).await), Reason::KeyStateInvalid);
    assert_eq!(reason(world.ann(DisableKey { key: key.clone() }).await), Reason::KeyStateInvalid);
    let again = ScheduleKeyDeletion { key: key.clone(), days: 7 };
    assert_eq!(reason(world.ann(again).await), Reason::KeyStateInvalid);
    let describe = UpdateKeyDescription { key: key.clone(), description: String::new() };
    assert_eq!(reason(world.ann(describe).await), Reason::KeyPendingDeletion);

    world.ann(CancelKeyDeletion { key: key.clone(), enabled: true }).await.unwrap();
    let seen = world.ann(DescribeKey { key: key.clone() }).await.unwrap().record;
    assert_eq!((seen.state, seen.delete_at), (KeyState::Enabled, None));
    assert_eq!(reason(world.ann(CancelKeyDeletion { key: key.clone(), enabled: true }).await), Reason::KeyStateInvalid);
    assert!(world.kms.due(at, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_deletion_called_off_may_leave_the_key_off() {
    let world = World::new().await;
    let key = by_id(&world.key().await.id);
    world.ann(ScheduleKeyDeletion { key: key.clone(), days: 7 }).await.unwrap();
    world.ann(CancelKeyDeletion { key: key.clone(), enabled: false }).await.unwrap();
    assert_eq!(world.ann(DescribeKey { key: key.clone() }).await.unwrap().record.state, KeyState::Disabled);
    world.ann(EnableKey { key: key.clone() }).await.unwrap();
    world.ann(encrypt(key, b"x")).await.unwrap();
}

#[tokio::test]
async fn protection_stops_a_deletion() {
    let world = World::new().await;
    let key = by_id(&world.key().await.id);
    let schedule = || ScheduleKeyDeletion { key: key.clone(), days: 7 };
    world.ann(SetDeletionProtection { key: key.clone(), protected: true, text: String::new() }).await.unwrap();
    assert_eq!(reason(world.ann(schedule()).await), Reason::KeyDeletionProtected);
    world.ann(SetDeletionProtection { key: key.clone(), protected: false, text: String::new() }).await.unwrap();
    world.ann(schedule()).await.unwrap();
}

#[tokio::test]
async fn listing_filters_and_pages() {
    let world = World::new().await;
    for _ in 0..5 {
        world.key().await;
    }
    let off = world.key().await.id;
    world.ann(DisableKey { key: by_id(&off) }).await.unwrap();
    let list = |filter: KeyFilter| world.ann(ListKeys { page: Page { number: 1, size: 100 }, filter, after: None });
    let disabled = list(KeyFilter { states: vec![KeyState::Disabled], ..KeyFilter::default() }).await.unwrap();
    assert_eq!(disabled.items.iter().map(|k| &k.record.id).collect::<Vec<_>>(), [&off]);
    let states = vec![KeyState::Disabled, KeyState::Enabled];
    assert_eq!(list(KeyFilter { states: states.clone(), ..KeyFilter::default() }).await.unwrap().total, 6);
    let none = KeyFilter { states, creators: vec![CreatorKind::Service], ..KeyFilter::default() };
    assert_eq!(list(none).await.unwrap().total, 0);

    let mut seen = Vec::new();
    for number in 1..=3 {
        let op = ListKeys { page: Page { number, size: 2 }, filter: KeyFilter::default(), after: None };
        let page = world.ann(op).await.unwrap();
        assert_eq!(page.total, 6);
        seen.extend(page.items.into_iter().map(|k| k.record.id));
    }
    seen.dedup();
    assert_eq!(seen.len(), 6);
    let after = |after| world.ann(ListKeys { page: Page { number: 1, size: 2 }, filter: KeyFilter::default(), after });
    let rest = after(Some(seen[2].clone())).await.unwrap();
    assert_eq!((rest.total, &rest.items[0].record.id), (3, &seen[3]));
    assert_eq!(after(Some(seen[5].clone())).await.unwrap().total, 0);
    let wrong = ListKeys { page: Page { number: 1, size: 101 }, filter: KeyFilter::default(), after: None };
    assert_eq!(reason(world.ann(wrong).await), Reason::ParameterInvalid);
    assert_eq!(world.bob(ListKeys::default()).await.unwrap().total, 0);
}
