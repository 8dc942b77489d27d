//! Other accounts, other regions, and what policies are asked.

use crate::world::{World, by_alias, by_id, encrypt, reason};
use iam::{Operation, Run};
use kms::{
    CreateAlias, Decrypt, DeleteAlias, DescribeKey, DisableKey, Encrypt, EncryptionContext, KeyName, KeyRef, Kms,
    ListAliases, ListKeys, UpdateAlias,
};
use types::{KeyId, Reason, Secret};

impl World {
    /// What the policies are asked about, as `action resource`.
    async fn needs<Op: Operation>(&self, op: Op) -> Vec<String>
    where
        Kms: Run<Op>,
    {
        let view = self.deployment.region.view().await.unwrap();
        let target = self.kms.target(&op, &self.root(&self.ann).await, &view).await.unwrap();
        assert_eq!(target.owner, Some(self.ann.account));
        target.needs.iter().map(|need| format!("{} {}", need.action, need.resource)).collect()
    }
}

#[tokio::test]
async fn another_accounts_key_is_out_of_reach() {
    let world = World::new().await;
    let key = world.key().await;
    let made = world.ann(encrypt(by_id(&key.id), b"hello")).await.unwrap().ciphertext;
    let arn = KeyRef::placed("local-1".parse().unwrap(), world.ann.account, KeyName::Id(key.id.clone()));
    assert_eq!(reason(world.bob(encrypt(arn.clone(), b"x")).await), Reason::AccessDenied);
    assert_eq!(reason(world.bob(DescribeKey { key: arn.clone() }).await), Reason::AccessDenied);
    assert_eq!(reason(world.bob(DisableKey { key: arn }).await), Reason::AccessDenied);
    // In his own account there is no such thing, whichever way he asks.
    assert_eq!(reason(world.bob(encrypt(by_id(&key.id), b"x")).await), Reason::KeyNotFound);
    let decrypt =
        |account| Decrypt { ciphertext: made.clone(), context: EncryptionContext::default(), account, key: None };
    assert_eq!(reason(world.bob(decrypt(None)).await), Reason::KeyNotFound);
    assert_eq!(reason(world.bob(decrypt(Some(world.ann.account))).await), Reason::AccessDenied);
    // A key that is not there is refused in the same words as one that is.
    let nothing = KeyId::random(world.deployment.rng.as_ref());
    let nothing = KeyRef::placed("local-1".parse().unwrap(), world.ann.account, KeyName::Id(nothing));
    assert_eq!(reason(world.bob(DescribeKey { key: nothing }).await), Reason::AccessDenied);
    let alias = KeyRef::placed("local-1".parse().unwrap(), world.ann.account, by_alias("alias/no").name().clone());
    assert_eq!(reason(world.bob(DescribeKey { key: alias }).await), Reason::AccessDenied);
}

#[tokio::test]
async fn nobody_gets_in() {
    let world = World::new().await;
    let key = world.key().await;
    let nobody = world.deployment.anonymous();
    let arn = KeyRef::placed("local-1".parse().unwrap(), world.ann.account, KeyName::Id(key.id.clone()));
    assert_eq!(reason(world.by(&nobody, DescribeKey { key: arn }).await), Reason::AccessDenied);
    let own = DescribeKey { key: by_id(&key.id) };
    assert_eq!(reason(world.by(&nobody, own).await), Reason::MissingAuthentication);
    assert_eq!(reason(world.by(&nobody, ListKeys::default()).await), Reason::MissingAuthentication);
}

#[tokio::test]
async fn another_regions_key_is_refused() {
    let world = World::new().await;
    let key = world.key().await;
    let arn = KeyRef::placed("local-2".parse().unwrap(), world.ann.account, KeyName::Id(key.id));
    assert_eq!(reason(world.ann(DescribeKey { key: arn }).await), Reason::ParameterInvalid);
}

#[tokio::test]
async fn policies_are_asked_about_the_key_and_where_said_the_alias() {
    let world = World::new().await;
    let (key, account) = (world.key().await.id, world.ann.account);
    let alias = || "alias/demo".parse().unwrap();
    let on = |action: &str, path: &str| format!("kms:{action} acs:kms:local-1:{account}:{path}");
    let id = format!("key/{key}");
    let create = || CreateAlias { alias: alias(), key: by_id(&key) };
    assert_eq!(world.needs(create()).await, [on("CreateAlias", &id), on("CreateAlias", "alias/demo")]);
    let delete = || DeleteAlias { alias: alias() };
    assert_eq!(world.needs(delete()).await, [on("DeleteAlias", "alias/demo")]);
    world.ann(create()).await.unwrap();
    assert_eq!(world.needs(delete()).await, [on("DeleteAlias", &id), on("DeleteAlias", "alias/demo")]);
    let update = UpdateAlias { alias: alias(), key: by_id(&key) };
    assert_eq!(world.needs(update).await, [on("UpdateAlias", &id), on("UpdateAlias", "alias/demo")]);

    assert_eq!(world.needs(encrypt(by_alias("alias/demo"), b"x")).await, [on("Encrypt", &id)]);
    assert_eq!(world.needs(encrypt(by_alias("alias/other"), b"x")).await, [on("Encrypt", "alias/other")]);
    let made = world.ann(encrypt(by_id(&key), b"x")).await.unwrap().ciphertext;
    let decrypt = Decrypt { ciphertext: made, context: EncryptionContext::default(), account: None, key: None };
    assert_eq!(world.needs(decrypt).await, [on("Decrypt", &id)]);
    assert_eq!(world.needs(ListKeys::default()).await, [on("ListKeys", "key")]);
    assert_eq!(world.needs(ListAliases::default()).await, [on("ListAliases", "alias")]);
}

#[tokio::test]
async fn policies_may_ask_for_the_encryption_context() {
    let world = World::new().await;
    let key = world.key().await.id;
    let op = Encrypt {
        key: by_id(&key),
        plaintext: Secret::new(vec![1]),
        context: EncryptionContext::from_json(r#"{"team":"red"}"#).unwrap(),
    };
    let view = world.deployment.region.view().await.unwrap();
    let target = world.kms.target(&op, &world.root(&world.ann).await, &view).await.unwrap();
    let name = iam::policy::Key::known("kms:EncryptionContext:team");
    assert_eq!(target.context.values(&name).count(), 1);
}
