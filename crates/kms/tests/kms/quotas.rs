use crate::world::{DAY, World, by_id, encrypt, reason};
use iam::{Limits, Pace, Rates};
use kms::{
    CreateAlias, CreateKey, CreateKeyVersion, DeleteAlias, DescribeKey, Drawn, ListAliases, ListKeys, Page, Quotas,
    ScheduleKeyDeletion, limits,
};
use std::num::NonZeroU32;
use std::time::Duration;
use types::Reason;

#[tokio::test]
async fn keys() {
    let world = World::new().await;
    let first = world.key().await.id;
    for _ in 1..limits::KEYS {
        world.key().await;
    }
    assert_eq!(reason(world.ann(CreateKey::default()).await), Reason::TooManyKeys);
    world.bob(CreateKey::default()).await.unwrap();
    world.ann(ScheduleKeyDeletion { key: by_id(&first), days: 7 }).await.unwrap();
    assert_eq!(reason(world.ann(CreateKey::default()).await), Reason::TooManyKeys);
    world.deployment.clock.advance(DAY * 7);
    world.kms.destroy_due(world.deployment.gate(), &world.deployment.service()).await.unwrap();
    world.key().await;
    assert_eq!(reason(world.ann(CreateKey::default()).await), Reason::TooManyKeys);
}

#[tokio::test]
async fn aliases() {
    let world = World::new().await;
    let key = world.key().await.id;
    let create = |n: u32| CreateAlias { alias: format!("alias/{n}").parse().unwrap(), key: by_id(&key) };
    for n in 0..limits::ALIASES {
        world.ann(create(n)).await.unwrap();
    }
    assert_eq!(reason(world.ann(create(limits::ALIASES)).await), Reason::TooManyAliases);
    world.ann(DeleteAlias { alias: "alias/7".parse().unwrap() }).await.unwrap();
    world.ann(create(limits::ALIASES)).await.unwrap();
    assert_eq!(reason(world.ann(create(7)).await), Reason::TooManyAliases);
}

#[tokio::test]
async fn a_deployment_sets_its_own() {
    let few = Quotas { keys: 1, aliases: 1, versions: 0, secrets: 0 };
    let world = World::with(few).await;
    let key = by_id(&world.key().await.id);
    assert_eq!(reason(world.ann(CreateKey::default()).await), Reason::TooManyKeys);
    let create = |n: u32| CreateAlias { alias: format!("alias/{n}").parse().unwrap(), key: key.clone() };
    world.ann(create(1)).await.unwrap();
    assert_eq!(reason(world.ann(create(2)).await), Reason::TooManyAliases);
    let version = CreateKeyVersion { key: key.clone(), pair: false, drawn: Drawn::default() };
    assert_eq!(reason(world.ann(version).await), Reason::TooManyVersions);
}

#[tokio::test]
async fn more_than_is_read_at_a_time_is_listed_whole() {
    let world = World::with(Quotas { keys: 600, aliases: 600, ..Quotas::default() }).await;
    let key = world.key().await.id;
    for n in 1..600 {
        world.key().await;
        world.ann(CreateAlias { alias: format!("alias/{n:03}").parse().unwrap(), key: by_id(&key) }).await.unwrap();
    }
    let page = Page { number: 6, size: 100 };
    let keys = world.ann(ListKeys { page, ..ListKeys::default() }).await.unwrap();
    assert_eq!((keys.total, keys.items.len()), (600, 100));
    let listed = world.ann(ListAliases { page, after: None }).await.unwrap();
    assert_eq!((listed.total, listed.items.len()), (599, 99));
    world.ann(ScheduleKeyDeletion { key: by_id(&key), days: 7 }).await.unwrap();
    world.deployment.clock.advance(DAY * 7);
    world.kms.destroy_due(world.deployment.gate(), &world.deployment.service()).await.unwrap();
    assert_eq!(world.ann(ListAliases { page, after: None }).await.unwrap().total, 0, "they went with their key");
}

#[tokio::test]
async fn requests_of_one_second() {
    let world = World::new().await;
    let key = world.key().await.id;
    let (clock, kms) = (world.deployment.clock.clone(), &world.kms);
    let mut limits = Limits::default();
    limits.set(Pace::Symmetric, NonZeroU32::new(2).unwrap());
    let gate = world.deployment.gate().clone().with_rates(Rates::new(limits, kms::pace, clock.clone()));
    let (ann, bob) = (world.root(&world.ann).await, world.root(&world.bob).await);
    let ask = || encrypt(by_id(&key), b"x");
    for _ in 0..2 {
        gate.perform(&ann, kms, ask()).await.unwrap();
    }
    assert_eq!(reason(gate.perform(&ann, kms, ask()).await), Reason::Throttled);
    // Others are not held up, nor is what is of another kind; and what was refused is in the log.
    assert_eq!(reason(gate.perform(&bob, kms, ask()).await), Reason::KeyNotFound);
    gate.perform(&ann, kms, DescribeKey { key: by_id(&key) }).await.unwrap();
    let told = world.events(world.ann.account).await;
    assert_eq!(told.iter().filter(|e| e.event_name == "Encrypt" && e.failed()).count(), 1);
    clock.advance(Duration::from_secs(1));
    gate.perform(&ann, kms, ask()).await.unwrap();
}
