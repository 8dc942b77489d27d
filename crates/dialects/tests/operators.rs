//! Operators from outside: each does what its duties say with what is the deployment's, and nothing at all with what is a
//! tenant's.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets the unexpected should stop"
)]

mod world;

use dialects::Status;
use dialects::rpc::{ROWS, Row, ServiceName};
use std::collections::BTreeSet;
use types::{AccountId, Duty};
use world::{Credential, World};

const VERSION: &str = "2026-11-24";
const ALLOW_ALL: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

fn served() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().flat_map(|rows| rows.iter()).filter(|row| row.status != Status::Refused && !row.unsigned)
}

/// The duty that a row of theirs is part of, and what it is tried with.
fn tried(name: &str) -> (Duty, &'static [(&'static str, &'static str)]) {
    let there = &[("OperatorName", "there")];
    match name {
        "CreateAccount" => (Duty::Accounts, &[("AccountName", "new")]),
        "ListAccounts" => (Duty::Accounts, &[]),
        "GetSeal" | "RotateRootKey" | "EndErasureEpoch" => (Duty::Seals, &[]),
        "CreateOperator" => (Duty::Operators, &[("OperatorName", "new"), ("Duty.1", "audit")]),
        "ListOperators" => (Duty::Operators, &[]),
        "GetOperator" | "DeleteOperator" | "CreateOperatorAccessKey" => (Duty::Operators, there),
        "UpdateOperator" => (Duty::Operators, &[("OperatorName", "there"), ("Status", "Inactive")]),
        "DeleteOperatorAccessKey" => {
            (Duty::Operators, &[("OperatorName", "there"), ("UserAccessKeyId", "LTAI5tNobodyNobodyNobody")])
        }
        other => panic!("{other} has nothing to be tried with"),
    }
}

impl World {
    async fn operator(&self, name: &str, duties: &[Duty]) -> Credential {
        let op = iam::CreateOperator { name: name.parse().unwrap(), duties: duties.iter().copied().collect() };
        let made = self.deployment.gate().perform(&self.deployment.service(), &self.domains.iam, op).await.unwrap();
        let secret = made.key.secret.expose().clone();
        Credential { account: AccountId::PLATFORM, id: made.key.id.to_string(), secret, token: None }
    }
}

#[tokio::test]
async fn each_row_of_theirs_is_for_those_with_its_duty() {
    for row in served().filter(|row| row.service == ServiceName::Deployment) {
        let world = World::new().await;
        let root = world.account("first").await;
        let mighty = world.user(&root, "mighty", Some(ALLOW_ALL)).await;
        let (duty, given) = tried(row.name);
        world.operator("there", &[]).await;
        // Both may list the accounts.
        let also = (row.name == "ListAccounts").then_some(Duty::Support);
        let others: BTreeSet<Duty> =
            Duty::ALL.into_iter().filter(|other| *other != duty && Some(*other) != also).collect();
        let idle = world.operator("idle", &others.into_iter().collect::<Vec<_>>()).await;
        let right = world.operator("right", &[duty]).await;
        let anonymous = world.call(None, VERSION, row.name, given).await;
        assert_eq!(anonymous.code(), "MissingAccessKeyId", "{}: {}", row.name, anonymous.body);
        for caller in [&root, &mighty, &idle] {
            let denied = world.call(Some(caller), VERSION, row.name, given).await;
            assert_eq!((denied.status, denied.code()), (403, "NoPermission"), "{}: {}", row.name, denied.body);
        }
        let allowed = world.call(Some(&right), VERSION, row.name, given).await;
        assert!(matches!(allowed.status, 200 | 404), "{}: {}", row.name, allowed.body);
    }
}

/// Whatever it is called with: the refusal comes first.
#[tokio::test]
async fn nothing_of_a_tenants_is_theirs() {
    let world = World::new().await;
    let operator = world.operator("all", &Duty::ALL).await;
    let root = world.account("first").await;
    let made = world.done(&root, "2016-01-20", "CreateKey", &[]).await;
    let arn = made["KeyMetadata"]["Arn"].as_str().unwrap();
    let open = ["GetCallerIdentity", "DescribeRegions", "LookupEvents"];
    for row in served().filter(|row| row.service != ServiceName::Deployment && !open.contains(&row.name)) {
        let answer = world.call(Some(&operator), row.service.dialect().version, row.name, &[("KeyId", arn)]).await;
        assert!(answer.status >= 400 && answer.status < 500, "{}: {}", row.name, answer.body);
    }
    let plaintext = [("KeyId", arn), ("Plaintext", "aGk=")];
    let refused = world.call(Some(&operator), "2016-01-20", "Encrypt", &plaintext).await;
    assert_eq!((refused.status, refused.code()), (403, "Forbidden.NoPermission"), "{}", refused.body);
    // The attempt stands in the tenant's own trail.
    let events = world.done(&root, "2020-07-06", "LookupEvents", &[("MaxResults", "50")]).await;
    let seen = events["Events"]
        .as_array()
        .unwrap()
        .iter()
        .any(|event| event["eventName"] == "Encrypt" && event["userIdentity"]["principalId"] == "all");
    assert!(seen, "{events}");
}

#[tokio::test]
async fn a_life_of_one() {
    let world = World::new().await;
    let chief = world.operator("chief", &[Duty::Operators]).await;
    let given = [("OperatorName", "carl"), ("Duty.1", "accounts"), ("Duty.2", "audit")];
    let made = world.done(&chief, VERSION, "CreateOperator", &given).await;
    assert_eq!(made["Operator"]["Duties"]["Duty"], serde_json::json!(["accounts", "audit"]));
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let (id, secret) = (text(&made["AccessKey"]["AccessKeyId"]), text(&made["AccessKey"]["AccessKeySecret"]));
    let carl = Credential { account: AccountId::PLATFORM, id, secret, token: None };
    assert_eq!(world.call(Some(&chief), VERSION, "CreateOperator", &given).await.status, 409);
    let account = world.done(&carl, VERSION, "CreateAccount", &[("AccountName", "acme")]).await;
    assert!(account["AccessKey"]["AccessKeySecret"].is_string());
    let who = world.done(&carl, "2015-04-01", "GetCallerIdentity", &[]).await;
    assert_eq!((&who["IdentityType"], &who["PrincipalId"]), (&"Operator".into(), &"carl".into()));
    let events = world.done(&carl, "2020-07-06", "LookupEvents", &[("MaxResults", "50")]).await;
    let names: Vec<&str> =
        events["Events"].as_array().unwrap().iter().filter_map(|e| e["eventName"].as_str()).collect();
    assert!(names.contains(&"CreateOperator") && names.contains(&"CreateAccount"), "{names:?}");
    assert!(!events.to_string().contains(&carl.secret));
    // Other duties, and none, count from the next call on.
    let name = ("OperatorName", "carl");
    world.done(&chief, VERSION, "UpdateOperator", &[name, ("NoDuties", "true")]).await;
    assert_eq!(world.call(Some(&carl), VERSION, "ListAccounts", &[]).await.status, 403);
    world.done(&chief, VERSION, "UpdateOperator", &[name, ("Duty.1", "accounts")]).await;
    world.done(&carl, VERSION, "ListAccounts", &[]).await;
    world.done(&chief, VERSION, "UpdateOperator", &[name, ("Status", "Inactive")]).await;
    assert_eq!(world.call(Some(&carl), VERSION, "ListAccounts", &[]).await.code(), "InvalidAccessKeyId.Inactive");
    world.done(&chief, VERSION, "UpdateOperator", &[name, ("Status", "Active")]).await;
    world.done(&chief, VERSION, "CreateOperatorAccessKey", &[name]).await;
    assert_eq!(world.call(Some(&chief), VERSION, "CreateOperatorAccessKey", &[name]).await.status, 409);
    world.done(&chief, VERSION, "DeleteOperatorAccessKey", &[name, ("UserAccessKeyId", &carl.id)]).await;
    assert_eq!(world.call(Some(&carl), VERSION, "ListAccounts", &[]).await.status, 404);
    world.done(&chief, VERSION, "DeleteOperator", &[name]).await;
    assert_eq!(world.call(Some(&chief), VERSION, "GetOperator", &[name]).await.status, 404);
    for wrong in [("Duty.1", "everything"), ("Status", "Perhaps"), ("OperatorName", "no such name")] {
        let answer = world.call(Some(&chief), VERSION, "UpdateOperator", &[("OperatorName", "chief"), wrong]).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
    }
}

#[tokio::test]
async fn the_seal_is_looked_after_by_those_with_that_duty_alone() {
    let world = World::new().await;
    let right = world.operator("right", &[Duty::Seals]).await;
    let wrong = world.operator("wrong", &[Duty::Accounts, Duty::Operators, Duty::Audit, Duty::Support]).await;
    let shown = world.done(&right, VERSION, "GetSeal", &[]).await;
    assert_eq!(shown["Seal"]["Kind"], "file");
    assert_eq!(shown["Seal"]["Epochs"]["Epoch"][1], serde_json::json!({"Number": 2, "State": "Current"}));
    for action in ["GetSeal", "RotateRootKey", "EndErasureEpoch"] {
        let refused = world.call(Some(&wrong), VERSION, action, &[]).await;
        assert_eq!((refused.status, refused.code()), (403, "NoPermission"), "{action}");
    }
    assert!(world.seals.begun.lock().unwrap().is_empty());
    world.done(&right, VERSION, "RotateRootKey", &[]).await;
    world.done(&right, VERSION, "EndErasureEpoch", &[]).await;
    let begun = world.seals.begun.lock().unwrap().clone();
    assert_eq!(begun, [iam::SealWork::RotateRoot, iam::SealWork::EndEpoch]);
    let events = world.events(AccountId::PLATFORM).await;
    let asked = events.iter().filter(|event| event.event_name == "RotateRootKey").collect::<Vec<_>>();
    assert_eq!(asked.len(), 2, "the one that was refused and the one that was begun");
}

#[tokio::test]
async fn support_sees_which_accounts_there_are_and_nothing_besides() {
    let world = World::new().await;
    let root = world.account("first").await;
    let support = world.operator("support", &[Duty::Support]).await;
    let listed = world.done(&support, VERSION, "ListAccounts", &[]).await;
    let accounts = listed["Accounts"]["Account"].as_array().unwrap();
    assert!(accounts.iter().any(|account| account["AccountName"] == "first"));
    for row in served().filter(|row| row.service == ServiceName::Deployment && row.name != "ListAccounts") {
        let refused = world.call(Some(&support), VERSION, row.name, tried(row.name).1).await;
        assert_eq!((refused.status, refused.code()), (403, "NoPermission"), "{}: {}", row.name, refused.body);
    }
    let users = world.call(Some(&support), "2015-05-01", "ListUsers", &[]).await;
    assert_eq!((users.status, users.code()), (403, "NoPermission"), "{}", root.account);
}
