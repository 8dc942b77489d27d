use crate::secrets::{by, get, named, new_secret, secrets, secrets_with, text, value};
use crate::world::{DAY, World, reason};
use async_trait::async_trait;
use iam::{CreateAccessKey, CreateUser, ListAccessKeys, UserProfile};
use kms::secrets::{
    CreateSecret, DescribeSecret, GetSecretValue, NewSecret, RotateSecret, SecretKind, SetSecretPolicy, UpdateSecret,
    UpdateSecretRotationPolicy, VersionChoice, Webhook, WebhookAnswer, WebhookRequest,
};
use std::sync::{Arc, Mutex};
use types::{Failure, Reason, Result};

/// A service that fails at first, then is not ready, then has a value; and what it was asked.
#[derive(Default)]
struct Rotator {
    asked: Mutex<Vec<WebhookRequest>>,
}

#[async_trait]
impl Webhook for Rotator {
    async fn rotate(&self, request: &WebhookRequest) -> Result<WebhookAnswer> {
        self.asked.lock().unwrap().push(request.clone());
        match request.attempt {
            1 => Err(Failure::new(Reason::Unavailable, "The database is down.")),
            2 => Ok(WebhookAnswer::NotYet),
            _ => Ok(WebhookAnswer::Done(value("planted-new"))),
        }
    }
}

fn database(name: &str) -> NewSecret {
    NewSecret {
        kind: SecretKind::Rds,
        config: r#"{"DBInstanceId":"db-1"}"#.to_owned(),
        automatic: true,
        interval: Some(DAY),
        ..new_secret(name)
    }
}

#[tokio::test]
async fn another_kind_is_rotated_by_the_webhook_which_is_asked_until_it_has_a_value() {
    let world = World::new().await;
    let rotator = Arc::new(Rotator::default());
    let secrets = secrets_with(&world, Some(rotator.clone()));
    let ann = world.root(&world.ann).await;
    by(&world, &secrets, &ann, CreateSecret::new(database("db"), value("planted-old"))).await.unwrap();
    assert_eq!(secrets.rotate_due(&world.deployment.service()).await.unwrap(), 0);
    assert!(rotator.asked.lock().unwrap().is_empty(), "it is not due yet");

    world.deployment.clock.advance(DAY);
    for (error, wait) in [("The database is down.", 60), ("The rotation webhook is still at work.", 120)] {
        assert_eq!(secrets.rotate_due(&world.deployment.service()).await.unwrap(), 0);
        let ann = world.root(&world.ann).await;
        let told = by(&world, &secrets, &ann, DescribeSecret { secret: named("db") }).await.unwrap().record.rotation;
        assert_eq!(told.pending.unwrap().error.as_deref(), Some(error));
        assert_eq!(text(&by(&world, &secrets, &ann, get("db")).await.unwrap().1.data), "planted-old");
        world.deployment.clock.advance(std::time::Duration::from_secs(wait));
    }
    assert_eq!(secrets.rotate_due(&world.deployment.service()).await.unwrap(), 1);
    let ann = world.root(&world.ann).await;
    let (record, now) = by(&world, &secrets, &ann, get("db")).await.unwrap();
    assert_eq!(text(&now.data), "planted-new");
    assert_eq!(record.rotation.next, Some(now.created.plus(DAY)));
    let asked = rotator.asked.lock().unwrap().clone();
    assert!(asked.iter().all(|request| request.version == now.version.as_str() && request.name == "db"));
    assert_eq!(asked.iter().map(|request| request.attempt).collect::<Vec<_>>(), [1, 2, 3]);
    let events = serde_json::to_string(&world.events(world.ann.account).await).unwrap();
    assert!(events.contains("FinishSecretRotation") && !events.contains("planted"));
}

#[tokio::test]
async fn without_a_webhook_other_kinds_cannot_be_rotated() {
    let world = World::new().await;
    let (secrets, ann) = (secrets(&world), world.root(&world.ann).await);
    let idle = NewSecret { automatic: false, interval: None, ..database("db") };
    by(&world, &secrets, &ann, CreateSecret::new(idle, value("hush"))).await.unwrap();
    let op = RotateSecret { secret: named("db"), version: "v2".parse().unwrap() };
    assert_eq!(reason(by(&world, &secrets, &ann, op).await), Reason::SecretKindUnfit);
    let op = UpdateSecretRotationPolicy { secret: named("db"), automatic: true, interval: Some(DAY) };
    assert_eq!(reason(by(&world, &secrets, &ann, op).await), Reason::SecretKindUnfit);
}

#[tokio::test]
async fn a_secrets_policy_gives_no_right_to_a_users_access_keys() {
    let world = World::new().await;
    let (secrets, ann, bob) = (secrets(&world), world.root(&world.ann).await, world.root(&world.bob).await);
    let secret =
        NewSecret { kind: SecretKind::RamCredentials, config: r#"{"UserName":"app"}"#.to_owned(), ..new_secret("app") };
    by(&world, &secrets, &ann, CreateSecret::new(secret, value("hush"))).await.unwrap();
    let policy = serde_json::json!({"Version": "1", "Statement": [{
        "Effect": "Allow", "Action": "*", "Resource": "*", "Principal": ["*"],
    }]});
    let op = SetSecretPolicy { secret: named("app"), text: policy.to_string() };
    by(&world, &secrets, &ann, op).await.unwrap();
    let arn = format!("acs:kms:local-1:{}:secret/app", world.ann.account);
    let update = |config: Option<&str>| UpdateSecret {
        secret: named(&arn),
        description: Some("theirs".to_owned()),
        config: config.map(str::to_owned),
    };
    by(&world, &secrets, &bob, update(None)).await.unwrap();
    let other = update(Some(r#"{"UserName":"admin"}"#));
    assert_eq!(reason(by(&world, &secrets, &bob, other).await), Reason::AccessDenied);
}

#[tokio::test]
async fn a_generic_secret_is_not_rotated() {
    let world = World::new().await;
    let (secrets, ann) = (secrets(&world), world.root(&world.ann).await);
    by(&world, &secrets, &ann, CreateSecret::new(new_secret("db"), value("hush"))).await.unwrap();
    let op = RotateSecret { secret: named("db"), version: "v2".parse().unwrap() };
    assert_eq!(reason(by(&world, &secrets, &ann, op).await), Reason::SecretKindUnfit);
}

#[tokio::test]
async fn an_access_key_is_rotated_and_a_wrong_one_is_told() {
    let world = World::new().await;
    let (secrets, ann) = (secrets(&world), world.root(&world.ann).await);
    let (gate, iam) = (world.deployment.gate(), &world.deployment.iam);
    let user = "app".parse().unwrap();
    let profile = UserProfile::default();
    gate.perform(
        &ann,
        iam,
        CreateUser { name: "app".parse().unwrap(), profile, tags: Default::default(), boundary: None },
    )
    .await
    .unwrap();
    let first = gate.perform(&ann, iam, CreateAccessKey { user: Some(user) }).await.unwrap();
    let secret = |name: &str| NewSecret {
        kind: SecretKind::RamCredentials,
        config: r#"{"UserName":"app"}"#.to_owned(),
        ..new_secret(name)
    };
    let text = format!(r#"{{"AccessKeys":[{{"AccessKeyId":"{}","AccessKeySecret":"x"}}]}}"#, first.id);
    by(&world, &secrets, &ann, CreateSecret::new(secret("acs/ram/user/app"), value(&text))).await.unwrap();
    by(
        &world,
        &secrets,
        &ann,
        CreateSecret::new(secret("lost"), value(r#"{"AccessKeyId":"LTAI5tAAAAAAAAAAAAAAAAAA"}"#)),
    )
    .await
    .unwrap();

    let rotate = |name: &str| RotateSecret { secret: named(name), version: "v2".parse().unwrap() };
    for name in ["acs/ram/user/app", "lost"] {
        by(&world, &secrets, &ann, rotate(name)).await.unwrap();
        by(&world, &secrets, &ann, rotate(name)).await.unwrap();
    }
    assert_eq!(secrets.rotate_due(&world.deployment.service()).await.unwrap(), 1);

    let get = GetSecretValue::new(named("acs/ram/user/app"), VersionChoice::Current);
    let (record, rotated) = by(&world, &secrets, &ann, get).await.unwrap();
    assert_eq!(rotated.version.as_str(), "v2");
    assert!(record.rotation.pending.is_none() && record.rotation.last.is_some());
    let told: serde_json::Value = serde_json::from_slice(rotated.data.expose()).unwrap();
    let keys = gate.perform(&ann, iam, ListAccessKeys { user: Some("app".parse().unwrap()) }).await.unwrap();
    let ids: Vec<&str> = keys.iter().map(|key| key.id.as_str()).collect();
    assert!(ids.len() == 2 && ids.contains(&first.id.as_str()) && ids.contains(&told["AccessKeyId"].as_str().unwrap()));

    let lost = by(&world, &secrets, &ann, DescribeSecret { secret: named("lost") }).await.unwrap().record;
    let pending = lost.rotation.pending.unwrap();
    assert_eq!(pending.attempts, 1);
    assert!(pending.error.is_some() && pending.retry_at > world.root(&world.ann).await.call().time);
}

#[tokio::test]
async fn an_account_asks_for_so_many_rotations_an_hour() {
    let world = World::new().await;
    let secrets = secrets_with(&world, Some(Arc::new(Rotator::default())));
    let ann = world.root(&world.ann).await;
    let op = |n: u32| RotateSecret { secret: named(&format!("db-{n}")), version: "v2".parse().unwrap() };
    for n in 0..52 {
        by(&world, &secrets, &ann, CreateSecret::new(database(&format!("db-{n}")), value("old"))).await.unwrap();
    }
    for n in 0..50 {
        by(&world, &secrets, &ann, op(n)).await.unwrap();
    }
    // What was asked for already is not asked for again.
    by(&world, &secrets, &ann, op(0)).await.unwrap();
    let refused = by(&world, &secrets, &ann, op(50)).await.err().unwrap();
    assert_eq!((refused.reason(), refused.detail("RetryAfter")), (Reason::Throttled, Some("3600")));
    world.deployment.clock.advance(std::time::Duration::from_secs(3_600));
    let ann = world.root(&world.ann).await;
    by(&world, &secrets, &ann, op(50)).await.unwrap();
}
