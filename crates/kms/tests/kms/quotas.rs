use crate::world::{DAY, World, by_id, reason};
use kms::{CreateAlias, CreateKey, DeleteAlias, ScheduleKeyDeletion, limits};
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
