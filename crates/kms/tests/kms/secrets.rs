use crate::world::{DAY, World, by_id, reason};
use iam::{Caller, Iam, Operation, Run};
use kms::DisableKey;
use kms::secrets::{
    CURRENT, CreateSecret, DataType, DeleteSecret, DescribeSecret, GetRandomPassword, GetSecretPolicy, GetSecretValue,
    ListSecretTags, ListSecretVersionIds, ListSecrets, NewSecret, NewValue, PREVIOUS, PasswordRules, PutSecretValue,
    RestoreSecret, SecretFilter, SecretKind, SecretRef, Secrets, SetSecretPolicy, TagSecrets, UntagSecrets,
    UpdateSecret, UpdateSecretVersionStage, VersionChoice, Webhook, limits,
};
use std::sync::Arc;
use store::{Batch, Durability, Range, Space, Write};
use types::{Reason, Result, Secret};

/// Secrets beside the world's keys.
pub(crate) fn secrets(world: &World) -> Secrets {
    secrets_with(world, None)
}

/// The same, with someone who rotates them.
pub(crate) fn secrets_with(world: &World, webhook: Option<Arc<dyn Webhook>>) -> Secrets {
    let iam = Iam::new(world.deployment.gate().clone());
    let kms = Arc::new(kms::Kms::new(world.deployment.region.clone()));
    Secrets::new(world.deployment.region.clone(), kms, iam, webhook)
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

pub(crate) fn get(name: &str) -> GetSecretValue {
    GetSecretValue::new(named(name), VersionChoice::Current)
}

fn put(name: &str, version: &str, text: &str) -> PutSecretValue {
    PutSecretValue::new(named(name), version.parse().unwrap(), value(text), Vec::new())
}

pub(crate) fn text(data: &Secret<Vec<u8>>) -> String {
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
    world.next_epoch(1).await;
    assert_eq!(world.finish().await, 1);
    assert_eq!(records().await, before + 1, "only that it is final");
    let now = DeleteSecret { secret: named("kept"), days: None };
    let ann = world.root(&world.ann).await;
    by(&world, &secrets, &ann, now).await.unwrap();
    assert_eq!(by(&world, &secrets, &ann, ListSecrets::default()).await.unwrap().total, 0);
}

#[tokio::test]
async fn own_stages_leave_the_built_in_ones_alone_and_move() {
    let world = World::new().await;
    let (secrets, ann) = (secrets(&world), world.root(&world.ann).await);
    by(&world, &secrets, &ann, CreateSecret::new(new_secret("db"), value("one"))).await.unwrap();
    let stages = vec!["Pending".parse().unwrap()];
    let pending = PutSecretValue::new(named("db"), "v2".parse().unwrap(), value("two"), stages);
    by(&world, &secrets, &ann, pending).await.unwrap();
    assert_eq!(text(&by(&world, &secrets, &ann, get("db")).await.unwrap().1.data), "one");
    let at = |choice| GetSecretValue::new(named("db"), choice);
    let pending = at(VersionChoice::Stage("Pending".parse().unwrap()));
    assert_eq!(text(&by(&world, &secrets, &ann, pending).await.unwrap().1.data), "two");
    let v2 = at(VersionChoice::Version("v2".parse().unwrap()));
    assert_eq!(text(&by(&world, &secrets, &ann, v2).await.unwrap().1.data), "two");
    let none = at(VersionChoice::Version("v9".parse().unwrap()));
    assert_eq!(reason(by(&world, &secrets, &ann, none).await), Reason::SecretVersionNotFound);

    let promote = UpdateSecretVersionStage {
        secret: named("db"),
        stage: CURRENT.parse().unwrap(),
        from: Some("v1".parse().unwrap()),
        to: Some("v2".parse().unwrap()),
    };
    by(&world, &secrets, &ann, promote).await.unwrap();
    let (record, current) = by(&world, &secrets, &ann, get("db")).await.unwrap();
    assert_eq!(text(&current.data), "two");
    assert_eq!(record.version_at(PREVIOUS).unwrap().as_str(), "v1");
}

#[tokio::test]
async fn versions_beyond_the_limit_are_gone_with_their_values() {
    let world = World::new().await;
    let (secrets, ann) = (secrets(&world), world.root(&world.ann).await);
    by(&world, &secrets, &ann, CreateSecret::new(new_secret("db"), value("one"))).await.unwrap();
    for n in 2..=limits::VERSIONS + 1 {
        by(&world, &secrets, &ann, put("db", &format!("v{n}"), "more")).await.unwrap();
    }
    let first = GetSecretValue::new(named("db"), VersionChoice::Version("v1".parse().unwrap()));
    assert_eq!(reason(by(&world, &secrets, &ann, first).await), Reason::SecretVersionNotFound);
    let list = |all| ListSecretVersionIds { secret: named("db"), page: Default::default(), all };
    assert_eq!(by(&world, &secrets, &ann, list(true)).await.unwrap().1.total as usize, limits::VERSIONS);
    assert_eq!(by(&world, &secrets, &ann, list(false)).await.unwrap().1.total, 2);
}

#[tokio::test]
async fn values_and_names_are_bounded() {
    let world = World::new().await;
    let (secrets, ann) = (secrets(&world), world.root(&world.ann).await);
    for wrong in [String::new(), "x".repeat(limits::VALUE_BYTES + 1)] {
        let op = CreateSecret::new(new_secret("db"), value(&wrong));
        assert_eq!(reason(by(&world, &secrets, &ann, op).await), Reason::ParameterInvalid);
    }
    let largest = "x".repeat(limits::VALUE_BYTES);
    by(&world, &secrets, &ann, CreateSecret::new(new_secret("db"), value(&largest))).await.unwrap();
    assert_eq!(text(&by(&world, &secrets, &ann, get("db")).await.unwrap().1.data), largest);
    let op = CreateSecret::new(new_secret("acs/db"), value("x"));
    assert_eq!(reason(by(&world, &secrets, &ann, op).await), Reason::ParameterInvalid);
    for days in [limits::RECOVERY_DAYS_LEAST - 1, limits::RECOVERY_DAYS_MOST + 1] {
        let op = DeleteSecret { secret: named("db"), days: Some(days) };
        assert_eq!(reason(by(&world, &secrets, &ann, op).await), Reason::ParameterInvalid);
    }
    let op = RestoreSecret { secret: named("db") };
    assert_eq!(reason(by(&world, &secrets, &ann, op).await), Reason::SecretNotPendingDeletion);
    let op = DeleteSecret { secret: named("none"), days: None };
    assert_eq!(reason(by(&world, &secrets, &ann, op).await), Reason::SecretNotFound);
}

#[tokio::test]
async fn secrets_are_described_tagged_and_found() {
    let world = World::new().await;
    let (secrets, ann) = (secrets(&world), world.root(&world.ann).await);
    for name in ["db/one", "db/two", "web"] {
        by(&world, &secrets, &ann, CreateSecret::new(new_secret(name), value("hush"))).await.unwrap();
    }
    let op = UpdateSecret { secret: named("web"), description: Some("the shop's".to_owned()), config: None };
    by(&world, &secrets, &ann, op).await.unwrap();
    let told = by(&world, &secrets, &ann, DescribeSecret { secret: named("web") }).await.unwrap();
    assert_eq!(told.record.description, "the shop's");
    assert_eq!(told.arn, format!("acs:kms:local-1:{}:secret/web", world.ann.account));
    let tags = [("team".to_owned(), "red".to_owned()), ("tier".to_owned(), "1".to_owned())].into();
    let op = TagSecrets { secrets: vec![named("db/one"), named("web")], tags };
    by(&world, &secrets, &ann, op).await.unwrap();
    let op = UntagSecrets { secrets: vec![named("web")], keys: Some(vec!["team".to_owned()]) };
    by(&world, &secrets, &ann, op).await.unwrap();

    let found = async |filter: SecretFilter| -> Vec<String> {
        let op = ListSecrets { filter, ..Default::default() };
        let found = by(&world, &secrets, &ann, op).await.unwrap();
        found.items.iter().map(|secret| secret.record.name.to_string()).collect()
    };
    let names = SecretFilter { names: vec!["db/".to_owned()], ..Default::default() };
    assert_eq!(found(names.clone()).await, ["db/one", "db/two"]);
    let keys = SecretFilter { tag_keys: vec!["tier".to_owned()], ..Default::default() };
    assert_eq!(found(keys).await, ["db/one", "web"]);
    assert_eq!(found(SecretFilter { tag_keys: vec!["team".to_owned()], ..names }).await, ["db/one"]);
    let op = ListSecretTags { only: vec![("tier".to_owned(), Some("1".to_owned()))], ..Default::default() };
    assert_eq!(by(&world, &secrets, &ann, op).await.unwrap().len(), 2);
    let reserved = TagSecrets { secrets: vec![named("web")], tags: [("acs:x".to_owned(), String::new())].into() };
    assert_eq!(reason(by(&world, &secrets, &ann, reserved).await), Reason::ParameterInvalid);
}

#[tokio::test]
async fn a_policy_that_is_none_is_refused_and_the_kept_one_comes_back() {
    let world = World::new().await;
    let (secrets, ann) = (secrets(&world), world.root(&world.ann).await);
    by(&world, &secrets, &ann, CreateSecret::new(new_secret("db"), value("hush"))).await.unwrap();
    let statement = |action: &str| {
        format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*","Principal":["*"]}}]}}"#
        )
    };
    let set = |text: &str| SetSecretPolicy { secret: named("db"), text: text.to_owned() };
    for wrong in ["{}", &statement("oss:GetObject")] {
        assert_eq!(reason(by(&world, &secrets, &ann, set(wrong)).await), Reason::PolicyMalformed, "{wrong}");
    }
    let text = statement("kms:GetSecretValue");
    by(&world, &secrets, &ann, set(&text)).await.unwrap();
    let kept = by(&world, &secrets, &ann, GetSecretPolicy { secret: named("db") }).await.unwrap();
    assert_eq!(kept, text);
}

#[tokio::test]
async fn a_random_password_is_in_no_event() {
    let world = World::new().await;
    let (secrets, ann) = (secrets(&world), world.root(&world.ann).await);
    let rules = PasswordRules { length: 20, punctuation: false, ..Default::default() };
    let made = by(&world, &secrets, &ann, GetRandomPassword { rules }).await.unwrap();
    assert_eq!(made.expose().len(), 20);
    let events = serde_json::to_string(&world.events(world.ann.account).await).unwrap();
    assert!(events.contains("GetRandomPassword") && !events.contains(made.expose().as_str()));
}

#[tokio::test]
async fn a_value_in_anothers_place_does_not_open() {
    let world = World::new().await;
    let (secrets, ann) = (secrets(&world), world.root(&world.ann).await);
    for name in ["a", "b"] {
        by(&world, &secrets, &ann, CreateSecret::new(new_secret(name), value("hush"))).await.unwrap();
    }
    let account = world.ann.account.get().to_be_bytes();
    let place = |name: &[u8]| [&account[..], &[33], name, b"\0v1"].concat();
    let engine = &world.deployment.meta;
    let taken = engine.snapshot().await.unwrap().get(Space::Keys, &place(b"a")).await.unwrap().unwrap();
    let write = Write::Put { space: Space::Keys, key: place(b"b"), value: taken };
    engine.commit(Batch { writes: vec![write], ..Default::default() }, Durability::Synced).await.unwrap();
    assert_eq!(reason(by(&world, &secrets, &ann, get("b")).await), Reason::Corrupt);
    assert_eq!(text(&by(&world, &secrets, &ann, get("a")).await.unwrap().1.data), "hush");
}
