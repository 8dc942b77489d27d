use crate::world::{World, by_alias, by_id, encrypt, reason};
use iam::{Operation, Run};
use kms::{
    CancelKeyDeletion, CreateAlias, Decrypt, DeleteAlias, DescribeKey, DisableKey, EnableKey, EncryptionContext,
    GenerateDataKey, GenerateDataKeyWithoutPlaintext, Kms, ListAliases, ListAliasesByKeyId, Page, ScheduleKeyDeletion,
    SetDeletionProtection, UpdateAlias, UpdateKeyDescription,
};
use types::{KeyId, Reason};

fn create(alias: &str, key: &KeyId) -> CreateAlias {
    CreateAlias { alias: alias.parse().unwrap(), key: by_id(key) }
}

fn update(alias: &str, key: &KeyId) -> UpdateAlias {
    UpdateAlias { alias: alias.parse().unwrap(), key: by_id(key) }
}

fn delete(alias: &str) -> DeleteAlias {
    DeleteAlias { alias: alias.parse().unwrap() }
}

impl World {
    async fn takes_no_alias<Op: Operation>(&self, op: Op)
    where
        Kms: Run<Op>,
    {
        let action = op.action();
        assert_eq!(reason(self.ann(op).await), Reason::AliasNotAllowed, "{action}");
    }
}

#[tokio::test]
async fn an_alias_stands_only_where_it_may() {
    let world = World::new().await;
    let id = world.key().await.id;
    world.ann(create("alias/demo", &id)).await.unwrap();
    let key = || by_alias("alias/demo");
    let (length, context) = (Default::default(), EncryptionContext::default);
    world.ann(DescribeKey { key: key() }).await.unwrap();
    world.ann(encrypt(key(), b"x")).await.unwrap();
    world.ann(GenerateDataKey { key: key(), length, context: context() }).await.unwrap();
    world.ann(GenerateDataKeyWithoutPlaintext { key: key(), length, context: context() }).await.unwrap();

    world.takes_no_alias(EnableKey { key: key() }).await;
    world.takes_no_alias(DisableKey { key: key() }).await;
    world.takes_no_alias(ScheduleKeyDeletion { key: key(), days: 7 }).await;
    world.takes_no_alias(CancelKeyDeletion { key: key(), enabled: true }).await;
    world.takes_no_alias(UpdateKeyDescription { key: key(), description: String::new() }).await;
    world.takes_no_alias(SetDeletionProtection { key: key(), protected: true, text: String::new() }).await;
    world.takes_no_alias(ListAliasesByKeyId { key: key(), page: Page::default(), after: None }).await;
    world.takes_no_alias(CreateAlias { alias: "alias/new".parse().unwrap(), key: key() }).await;
    world.takes_no_alias(UpdateAlias { alias: "alias/demo".parse().unwrap(), key: key() }).await;
}

#[tokio::test]
async fn an_alias_is_unique_and_can_move() {
    let world = World::new().await;
    let (one, other) = (world.key().await.id, world.key().await.id);
    world.ann(create("alias/demo", &one)).await.unwrap();
    assert_eq!(reason(world.ann(create("alias/demo", &other)).await), Reason::AliasExists);
    let before = world.ann(encrypt(by_alias("alias/demo"), b"x")).await.unwrap();
    world.ann(update("alias/demo", &other)).await.unwrap();
    let after = world.ann(encrypt(by_alias("alias/demo"), b"x")).await.unwrap();
    assert_eq!((before.key, after.key), (one, other));
    let old =
        Decrypt { ciphertext: before.ciphertext, context: EncryptionContext::default(), account: None, key: None };
    world.ann(old).await.unwrap();
    // Another account's alias of the same name is another alias.
    assert_eq!(reason(world.bob(DescribeKey { key: by_alias("alias/demo") }).await), Reason::AliasNotFound);
}

#[tokio::test]
async fn what_is_not_there_is_told_to_the_owner() {
    let world = World::new().await;
    let key = world.key().await.id;
    let nothing = KeyId::random(world.deployment.rng.as_ref());
    assert_eq!(reason(world.ann(encrypt(by_alias("alias/no"), b"x")).await), Reason::AliasNotFound);
    assert_eq!(reason(world.ann(delete("alias/no")).await), Reason::AliasNotFound);
    assert_eq!(reason(world.ann(update("alias/no", &key)).await), Reason::AliasNotFound);
    assert_eq!(reason(world.ann(create("alias/no", &nothing)).await), Reason::KeyNotFound);
    let list = ListAliasesByKeyId { key: by_id(&nothing), page: Page::default(), after: None };
    assert_eq!(reason(world.ann(list).await), Reason::KeyNotFound);
}

#[tokio::test]
async fn the_services_names_are_reserved() {
    let world = World::new().await;
    let key = world.key().await.id;
    for alias in ["alias/acs", "alias/acs/oss", "alias/acsother"] {
        assert_eq!(reason(world.ann(create(alias, &key)).await), Reason::ParameterInvalid);
        assert_eq!(reason(world.ann(update(alias, &key)).await), Reason::ParameterInvalid);
        assert_eq!(reason(world.ann(delete(alias)).await), Reason::ParameterInvalid);
    }
}

#[tokio::test]
async fn the_keys_state_counts() {
    let world = World::new().await;
    let (key, going) = (world.key().await.id, world.key().await.id);
    world.ann(create("alias/a", &going)).await.unwrap();
    world.ann(ScheduleKeyDeletion { key: by_id(&going), days: 7 }).await.unwrap();
    assert_eq!(reason(world.ann(create("alias/b", &going)).await), Reason::KeyStateInvalid);
    world.ann(create("alias/c", &key)).await.unwrap();
    assert_eq!(reason(world.ann(update("alias/c", &going)).await), Reason::KeyPendingDeletion);
    // What the alias stood for so far does not matter.
    world.ann(update("alias/a", &key)).await.unwrap();
    world.ann(update("alias/a", &key)).await.unwrap();
    world.ann(delete("alias/a")).await.unwrap();
}

#[tokio::test]
async fn listing() {
    let world = World::new().await;
    let (one, other) = (world.key().await.id, world.key().await.id);
    for alias in ["alias/b", "alias/a", "alias/c"] {
        world.ann(create(alias, &one)).await.unwrap();
    }
    world.ann(create("alias/d", &other)).await.unwrap();
    let all = world.ann(ListAliases::default()).await.unwrap();
    let names: Vec<_> = all.items.iter().map(|a| a.record.name.as_str()).collect();
    assert_eq!(names, ["alias/a", "alias/b", "alias/c", "alias/d"]);
    assert_eq!(all.items[0].arn, format!("acs:kms:local-1:{}:alias/a", world.ann.account));
    let page = Page { number: 2, size: 2 };
    let of_one = world.ann(ListAliasesByKeyId { key: by_id(&one), page, after: None }).await.unwrap();
    assert_eq!((of_one.total, of_one.items.len()), (3, 1));
    let after = ListAliases { after: Some("alias/b".parse().unwrap()), ..ListAliases::default() };
    let rest = world.ann(after).await.unwrap();
    assert_eq!((rest.total, rest.items[0].record.name.as_str()), (2, "alias/c"));
    assert_eq!(world.bob(ListAliases::default()).await.unwrap().total, 0);
}
