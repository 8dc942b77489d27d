//! The OpenAPI services from outside: who may do what, row by row, and what the answers look like.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets the unexpected should stop")]

mod world;

use dialects::Status;
use dialects::rpc::{ROWS, Row};
use serde_json::json;
use world::{Credential, World};

const ALLOW_ALL: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const SECRET_POLICY: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Principal":{"RAM":["*"]},"Action":"kms:DescribeSecret","Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::ACCOUNT:root"]}}]}"#;

/// Things that the rows are tried on, all of one account.
struct Things {
    key: String,
    spare_key: String,
    blob: String,
    role: String,
    access_key: String,
    secret: String,
}

async fn things(world: &World, root: &Credential) -> Things {
    let kms = "2016-01-20";
    let key = |made: serde_json::Value| made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
    let spare_key = key(world.done(root, kms, "CreateKey", &[]).await);
    let id = key(world.done(root, kms, "CreateKey", &[]).await);
    world.done(root, kms, "CreateAlias", &[("AliasName", "alias/there"), ("KeyId", &id)]).await;
    let blob = world.done(root, kms, "Encrypt", &[("KeyId", &id), ("Plaintext", "aGk=")]).await;
    let secret = [("SecretName", "there"), ("VersionId", "v1"), ("SecretData", "hush")];
    world.done(root, kms, "CreateSecret", &secret).await;
    let ram = "2015-05-01";
    world.done(root, ram, "CreateUser", &[("UserName", "there")]).await;
    let made = world.done(root, ram, "CreateAccessKey", &[("UserName", "there")]).await;
    world.done(root, ram, "CreatePolicy", &[("PolicyName", "there"), ("PolicyDocument", ALLOW_ALL)]).await;
    let trust = TRUST.replace("ACCOUNT", &root.account.to_string());
    world.done(root, ram, "CreateRole", &[("RoleName", "there"), ("AssumeRolePolicyDocument", &trust)]).await;
    Things {
        secret: format!("acs:kms:local-1:{}:secret/there", root.account),
        key: id,
        spare_key,
        blob: blob["CiphertextBlob"].as_str().unwrap().to_owned(),
        role: format!("acs:ram::{}:role/there", root.account),
        access_key: made["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned(),
    }
}

/// Parameters that make each served row a complete request. A row without an entry fails the test.
fn parameters(name: &str, t: &Things) -> Option<Vec<(&'static str, String)>> {
    let s = str::to_owned;
    let trust = TRUST.replace("ACCOUNT", "1000000000000001");
    Some(match name {
        "CreateKey" | "ListKeys" | "ListAliases" | "ListUsers" | "ListPolicies" | "ListRoles" | "LookupEvents"
        | "GetCallerIdentity" | "ListSecrets" | "GetRandomPassword" => vec![],
        "CreateSecret" => vec![("SecretName", s("made")), ("VersionId", s("v1")), ("SecretData", s("hush"))],
        "DescribeSecret"
        | "GetSecretValue"
        | "ListSecretVersionIds"
        | "UpdateSecret"
        | "DeleteSecret"
        | "GetSecretPolicy" => vec![("SecretName", t.secret.clone())],
        "PutSecretValue" => {
            vec![("SecretName", t.secret.clone()), ("VersionId", s("v2")), ("SecretData", s("hush"))]
        }
        "BatchGetSecretValue" => vec![("SecretsList.1.SecretName", t.secret.clone())],
        "UpdateSecretVersionStage" => {
            vec![("SecretName", t.secret.clone()), ("VersionStage", s("Mine")), ("MoveToVersion", s("v1"))]
        }
        "RestoreSecret" => vec![("SecretName", t.secret.clone())],
        "RotateSecret" => vec![("SecretName", t.secret.clone()), ("VersionId", s("v9"))],
        "UpdateSecretRotationPolicy" => {
            vec![("SecretName", t.secret.clone()), ("EnableAutomaticRotation", s("false"))]
        }
        "SetSecretPolicy" => vec![("SecretName", t.secret.clone()), ("Policy", s(SECRET_POLICY))],
        "TagResource" => {
            vec![("SecretName", t.secret.clone()), ("Tags", s(r#"[{"TagKey":"a","TagValue":"b"}]"#))]
        }
        "UntagResource" => vec![("SecretName", t.secret.clone()), ("TagKeys", s(r#"["a"]"#))],
        "TagResources" => vec![
            ("ResourceType", s("secret")),
            ("ResourceId.1", t.secret.clone()),
            ("Tag.1.Key", s("a")),
            ("Tag.1.Value", s("b")),
        ],
        "UntagResources" => {
            vec![("ResourceType", s("secret")), ("ResourceId.1", t.secret.clone()), ("TagKey.1", s("a"))]
        }
        "ListTagResources" => vec![("ResourceType", s("secret")), ("ResourceId.1", t.secret.clone())],
        "DescribeKey"
        | "EnableKey"
        | "ListAliasesByKeyId"
        | "GenerateDataKey"
        | "GenerateDataKeyWithoutPlaintext"
        | "UpdateKeyDescription" => vec![("KeyId", t.key.clone())],
        "DisableKey" | "CancelKeyDeletion" => vec![("KeyId", t.spare_key.clone())],
        "ScheduleKeyDeletion" => vec![("KeyId", t.spare_key.clone()), ("PendingWindowInDays", s("7"))],
        "SetDeletionProtection" => vec![
            ("ProtectedResourceArn", format!("acs:kms:local-1:{}:key/{}", t.role.split(':').nth(3)?, t.spare_key)),
            ("EnableDeletionProtection", s("false")),
        ],
        "Encrypt" => vec![("KeyId", t.key.clone()), ("Plaintext", s("aGk="))],
        "Decrypt" => vec![("CiphertextBlob", t.blob.clone())],
        "CreateAlias" => vec![("KeyId", t.key.clone()), ("AliasName", s("alias/new"))],
        "UpdateAlias" => vec![("KeyId", t.key.clone()), ("AliasName", s("alias/there"))],
        "DeleteAlias" => vec![("AliasName", s("alias/there"))],
        "CreateUser" => vec![("UserName", s("new"))],
        "GetUser" | "DeleteUser" | "CreateAccessKey" | "ListAccessKeys" | "ListPoliciesForUser" => {
            vec![("UserName", s("there"))]
        }
        "UpdateAccessKey" => {
            vec![("UserName", s("there")), ("UserAccessKeyId", t.access_key.clone()), ("Status", s("Active"))]
        }
        "DeleteAccessKey" => vec![("UserName", s("there")), ("UserAccessKeyId", t.access_key.clone())],
        "CreatePolicy" => vec![("PolicyName", s("new")), ("PolicyDocument", s(ALLOW_ALL))],
        "GetPolicy" => vec![("PolicyName", s("there")), ("PolicyType", s("Custom"))],
        "DeletePolicy" => vec![("PolicyName", s("there"))],
        "AttachPolicyToUser" | "DetachPolicyFromUser" => {
            vec![("UserName", s("there")), ("PolicyName", s("there")), ("PolicyType", s("Custom"))]
        }
        "CreateRole" => vec![("RoleName", s("new")), ("AssumeRolePolicyDocument", trust)],
        "GetRole" | "DeleteRole" | "ListPoliciesForRole" => vec![("RoleName", s("there"))],
        "AttachPolicyToRole" | "DetachPolicyFromRole" => {
            vec![("RoleName", s("there")), ("PolicyName", s("there")), ("PolicyType", s("Custom"))]
        }
        "AssumeRole" => vec![("RoleArn", t.role.clone()), ("RoleSessionName", s("session"))],
        _ => return None,
    })
}

fn served() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().flat_map(|rows| rows.iter()).filter(|row| row.status != Status::Refused)
}

/// What has no owner to be refused by: everyone who is somebody may ask.
const NEEDS_NOTHING: &[&str] = &["GetCallerIdentity"];

#[tokio::test]
async fn every_row_asks_who_is_calling_and_whether_they_may() {
    for row in served() {
        let world = World::new().await;
        let root = world.account("first").await;
        let other = world.account("second").await;
        let powerless = world.user(&root, "powerless", None).await;
        let mighty = world.user(&root, "mighty", Some(ALLOW_ALL)).await;
        let things = things(&world, &root).await;
        let given =
            parameters(row.name, &things).unwrap_or_else(|| panic!("{} has no parameters to be tried with", row.name));
        let more: Vec<(&str, &str)> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let version = row.service.dialect().version;

        let anonymous = world.call(None, version, row.name, &more).await;
        assert_eq!(anonymous.code(), "MissingAccessKeyId", "{}: {}", row.name, anonymous.body);
        if !NEEDS_NOTHING.contains(&row.name) {
            let denied = world.call(Some(&powerless), version, row.name, &more).await;
            assert_eq!(denied.status, 403, "{}: {}", row.name, denied.body);
            assert!(denied.body["AccessDeniedDetail"]["AuthAction"].is_string(), "{}", denied.body);
        }
        let foreign = world.call(Some(&other), version, row.name, &more).await;
        let own_only =
            more.is_empty() || row.name.starts_with("Create") && !matches!(row.name, "CreateAlias" | "CreateAccessKey");
        assert!(own_only || matches!(foreign.status, 403 | 404), "{}: {}", row.name, foreign.body);
        let allowed = world.call(Some(&mighty), version, row.name, &more).await;
        assert!(!matches!(allowed.status, 401 | 403 | 500..), "{}: {}", row.name, allowed.body);
    }
}

#[tokio::test]
async fn what_is_not_supported_or_does_not_exist_is_said() {
    let world = World::new().await;
    let root = world.account("first").await;
    for row in ROWS.iter().flat_map(|rows| rows.iter()).filter(|row| row.status == Status::Refused) {
        let answer = world.call(Some(&root), row.service.dialect().version, row.name, &[]).await;
        assert_eq!((answer.status, answer.code()), (400, "UnsupportedOperation"), "{}", row.name);
    }
    let answer = world.call(Some(&root), "2016-01-20", "MakeCoffee", &[]).await;
    assert_eq!((answer.status, answer.code()), (404, "InvalidAction.NotFound"));
    let answer = world.call(Some(&root), "1999-01-01", "CreateKey", &[]).await;
    assert_eq!((answer.status, answer.code()), (400, "InvalidVersion"));
}

#[tokio::test]
async fn each_call_is_one_event_and_none_holds_a_secret() {
    let world = World::new().await;
    let root = world.account("first").await;
    let before = world.events(root.account).await.len();
    let key = world.done(&root, "2016-01-20", "CreateKey", &[]).await;
    let key = key["KeyMetadata"]["KeyId"].as_str().unwrap();
    world.done(&root, "2016-01-20", "Encrypt", &[("KeyId", key), ("Plaintext", "c2VjcmV0LXBsYWlu")]).await;
    world.call(Some(&root), "2016-01-20", "DescribeKey", &[("KeyId", "00000000-0000-0000-0000-000000000000")]).await;
    world.call(Some(&root), "2016-01-20", "NoSuchAction", &[]).await;
    let forged = Credential { secret: "wrong".to_owned(), ..root.clone() };
    let refused =
        world.call(Some(&forged), "2016-01-20", "Encrypt", &[("KeyId", key), ("Plaintext", "c2VjcmV0LXBsYWlu")]).await;
    assert_eq!(refused.code(), "SignatureDoesNotMatch");
    assert!(refused.body["Message"].as_str().unwrap().contains("server string to sign is:"));
    let events = world.events(root.account).await;
    assert_eq!(events.len() - before, 5);
    let codes: Vec<&str> = events.iter().map(|e| &*e.error_code).collect();
    for code in ["Forbidden.KeyNotFound", "InvalidAction.NotFound", "SignatureDoesNotMatch"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    let text = json!(events).to_string();
    for secret in ["c2VjcmV0LXBsYWlu", "secret-plain", &root.secret] {
        assert!(!text.contains(secret));
    }
}

#[tokio::test]
async fn a_nonce_works_once_and_an_old_request_not_at_all() {
    let world = World::new().await;
    let root = world.account("first").await;
    let query = world.query(Some(&root), "2015-04-01", "GetCallerIdentity", &[]);
    assert_eq!(world.send(query.clone()).await.status, 200);
    assert_eq!(world.send(query).await.code(), "SignatureNonceUsed");
    let old = world.query(Some(&root), "2015-04-01", "GetCallerIdentity", &[]);
    world.deployment.clock.advance(std::time::Duration::from_secs(16 * 60));
    assert_eq!(world.send(old).await.code(), "InvalidTimeStamp.Expired");
}

#[tokio::test]
async fn a_role_is_assumed_and_its_session_is_who_it_says() {
    let world = World::new().await;
    let root = world.account("first").await;
    let user = world.user(&root, "mighty", Some(ALLOW_ALL)).await;
    let things = things(&world, &root).await;
    let more = [("RoleArn", things.role.as_str()), ("RoleSessionName", "at-work")];
    let refused = world.call(Some(&root), "2015-04-01", "AssumeRole", &more).await;
    assert_eq!(refused.status, 403);
    let made = world.done(&user, "2015-04-01", "AssumeRole", &more).await;
    let text = |field: &str| made["Credentials"][field].as_str().unwrap().to_owned();
    let (id, secret, token) = (text("AccessKeyId"), text("AccessKeySecret"), Some(text("SecurityToken")));
    let session = Credential { account: root.account, id, secret, token };
    let who = world.done(&session, "2015-04-01", "GetCallerIdentity", &[]).await;
    assert_eq!(who["IdentityType"], "AssumedRoleUser");
    assert!(who["Arn"].as_str().unwrap().ends_with(":role/there/at-work"));
    let without = Credential { token: None, ..session };
    assert_eq!(world.call(Some(&without), "2015-04-01", "GetCallerIdentity", &[]).await.code(), "MissingSecurityToken");
}
