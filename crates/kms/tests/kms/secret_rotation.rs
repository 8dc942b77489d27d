use crate::secrets::{by, named, new_secret, secrets, value};
use crate::world::{World, reason};
use iam::{CreateAccessKey, CreateUser, ListAccessKeys, UserProfile};
use kms::secrets::{CreateSecret, DescribeSecret, GetSecretValue, NewSecret, RotateSecret, SecretKind, VersionChoice};
use types::Reason;

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
    gate.perform(&ann, iam, CreateUser { name: "app".parse().unwrap(), profile }).await.unwrap();
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
