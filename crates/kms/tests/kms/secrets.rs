use crate::world::{DAY, World, by_id, reason};
use iam::{Caller, Iam, Operation, Run};
use kms::DisableKey;
use kms::secrets::{
    CURRENT, CreateSecret, DataType, DeleteSecret, DescribeSecret, GetSecretValue, ListSecretVersionIds, ListSecrets,
    NewSecret, NewValue, PutSecretValue, RestoreSecret, SecretKind, SecretRef, Secrets, SetSecretPolicy, VersionChoice,
};
use std::sync::Arc;
use store::{Range, Space};
use types::{Reason, Result, Secret};

/// Secrets beside the world's keys.
pub(crate) fn secrets(world: &World) -> Secrets {
    let iam = Iam::new(world.deployment.gate().clone());
    let kms = Arc::new(kms::Kms::new(world.deployment.region.clone()));
    Secrets::new(world.deployment.region.clone(), kms, iam, None)
}

pub(crate) async fn by<Op: Operation>(world: &World, secrets: &Secrets, caller: &Caller, op: Op) -> Result<Op::Output>
where
    Secrets: Run<Op>,
{
    world.deployment.gate().perform(caller, secrets, op).await
}

pub(crate) fn named(name: &str) -> SecretRef {
    name.parse().unwrap()
}

pub(crate) fn value(text: &str) -> NewValue {
    NewValue { data: Secret::new(text.as_bytes().to_vec()), data_type: DataType::Text }
}

pub(crate) fn new_secret(name: &str) -> NewSecret {
    NewSecret {
        name: name.parse().unwrap(),
        kind: SecretKind::Generic,
        version: "v1".parse().unwrap(),
        description: String::new(),
        config: String::new(),
        key: None,
        automatic: false,
        interval: None,
        tags: Default::default(),
        policy: None,
    }
}

fn get(name: &str) -> GetSecretValue {
    GetSecretValue::new(named(name), VersionChoice::Current)
}

fn put(name: &str, version: &str, text: &str) -> PutSecretValue {
    PutSecretValue::new(named(name), version.parse().unwrap(), value(text), Vec::new())
}

fn text(data: &Secret<Vec<u8>>) -> String {
    String::from_utf8(data.expose().clone()).unwrap()
}

#[tokio::test]
async fn a_value_is_put_once_and_the_newest_counts() {
    let world = World::new().await;
    let (secrets, ann) = (secrets(&world), world.root(&world.ann).await);
    let make = || CreateSecret::new(new_secret("db"), value("planted-one"));
    by(&world, &secrets, &ann, make()).await.unwrap();
    assert_eq!(reason(by(&world, &secrets, &ann, make()).await), Reason::SecretExists);
    by(&world, &secrets, &ann, put("db", "v2", "planted-two")).await.unwrap();
    by(&world, &secrets, &ann, put("db", "v2", "planted-two")).await.unwrap();
    let other = by(&world, &secrets, &ann, put("db", "v2", "planted-three")).await;
    assert_eq!(reason(other), Reason::SecretVersionExists);
    let (_, current) = by(&world, &secrets, &ann, get("db")).await.unwrap();
    assert_eq!((text(&current.data).as_str(), current.version.as_str()), ("planted-two", "v2"));
    let previous = GetSecretValue::new(named("db"), VersionChoice::Stage("ACSPrevious".parse().unwrap()));
    let (record, previous) = by(&world, &secrets, &ann, previous).await.unwrap();
    assert_eq!(text(&previous.data), "planted-one");
    assert_eq!(record.version_at(CURRENT).unwrap().as_str(), "v2");
    let list = ListSecretVersionIds { secret: named("db"), page: Default::default(), all: true };
    assert_eq!(by(&world, &secrets, &ann, list).await.unwrap().1.total, 2);

    let events = serde_json::to_string(&world.events(world.ann.account).await).unwrap();
    assert!(events.contains("PutSecretValue") || events.contains("kms:PutSecretValue"));
    assert!(!events.contains("planted"), "no event holds a value");
}

#[tokio::test]
async fn a_secret_under_a_key_needs_that_key() {
    let world = World::new().await;
    let (secrets, ann) = (secrets(&world), world.root(&world.ann).await);
    let key = world.key().await.id;
    let secret = NewSecret { key: Some(by_id(&key)), ..new_secret("db") };
    by(&world, &secrets, &ann, CreateSecret::new(secret, value("hush"))).await.unwrap();
    let (_, opened) = by(&world, &secrets, &ann, get("db")).await.unwrap();
    assert_eq!(text(&opened.data), "hush");
    world.ann(DisableKey { key: by_id(&key) }).await.unwrap();
    assert_eq!(reason(by(&world, &secrets, &ann, get("db")).await), Reason::KeyDisabled);
    assert_eq!(reason(by(&world, &secrets, &ann, put("db", "v2", "x")).await), Reason::KeyDisabled);
}

#[tokio::test]
async fn another_account_needs_the_secrets_policy() {
    let world = World::new().await;
    let (secrets, ann, bob) = (secrets(&world), world.root(&world.ann).await, world.root(&world.bob).await);
    by(&world, &secrets, &ann, CreateSecret::new(new_secret("db"), value("hush"))).await.unwrap();
    let arn = format!("acs:kms:local-1:{}:secret/db", world.ann.account);
    assert_eq!(reason(by(&world, &secrets, &bob, get("db")).await), Reason::SecretNotFound);
    assert_eq!(reason(by(&world, &secrets, &bob, get(&arn)).await), Reason::AccessDenied);
    let policy = serde_json::json!({"Version": "1", "Statement": [{
        "Effect": "Allow", "Action": "kms:GetSecretValue", "Resource": "*",
        "Principal": {"RAM": [format!("acs:ram::{}:root", world.bob.account)]},
    }]});
    let op = SetSecretPolicy { secret: named("db"), text: policy.to_string() };
    by(&world, &secrets, &ann, op).await.unwrap();
    let (_, opened) = by(&world, &secrets, &bob, get(&arn)).await.unwrap();
    assert_eq!(text(&opened.data), "hush");
    let describe = DescribeSecret { secret: named(&arn) };
    assert_eq!(reason(by(&world, &secrets, &bob, describe).await), Reason::AccessDenied);
}

#[tokio::test]
async fn a_deleted_secret_can_be_restored_until_it_is_removed() {
    let world = World::new().await;
    let (secrets, ann) = (secrets(&world), world.root(&world.ann).await);
    let records = async || {
        let snapshot = world.deployment.meta.snapshot().await.unwrap();
        snapshot.scan(Space::Keys, &Range::prefix(b"", 10_000)).await.unwrap().len()
    };
    by(&world, &secrets, &ann, CreateSecret::new(new_secret("kept"), value("hush"))).await.unwrap();
    let before = records().await;
    by(&world, &secrets, &ann, CreateSecret::new(new_secret("db"), value("hush"))).await.unwrap();
    let delete = || DeleteSecret { secret: named("db"), days: Some(7) };
    by(&world, &secrets, &ann, delete()).await.unwrap();
    assert_eq!(reason(by(&world, &secrets, &ann, get("db")).await), Reason::SecretPendingDeletion);
    let again = CreateSecret::new(new_secret("db"), value("hush"));
    assert_eq!(reason(by(&world, &secrets, &ann, again).await), Reason::SecretPendingDeletion);
    by(&world, &secrets, &ann, RestoreSecret { secret: named("db") }).await.unwrap();
    assert_eq!(text(&by(&world, &secrets, &ann, get("db")).await.unwrap().1.data), "hush");
    by(&world, &secrets, &ann, delete()).await.unwrap();
    assert_eq!(secrets.remove_due(&world.deployment.service()).await.unwrap(), 0);
    world.deployment.clock.advance(DAY * 7);
    assert_eq!(secrets.remove_due(&world.deployment.service()).await.unwrap(), 1);
    assert_eq!(records().await, before, "nothing is left of it");
    let now = DeleteSecret { secret: named("kept"), days: None };
    let ann = world.root(&world.ann).await;
    by(&world, &secrets, &ann, now).await.unwrap();
    assert_eq!(by(&world, &secrets, &ann, ListSecrets::default()).await.unwrap().total, 0);
}
