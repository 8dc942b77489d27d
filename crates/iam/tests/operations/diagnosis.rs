//! Why calls were refused, and who may know.

use crate::world::{World, assume, trust, user};
use iam::policy::{Effect, Outcome, PolicyType, Unmet};
use iam::{
    Caller, CreateRole, DecodeDiagnosis, Diagnoses, Diagnosis, GetUser, ListUsers, Operation, PageRequest,
    PutInlinePolicy, Run, SetControlPolicy, Tags,
};
use types::{Failure, Reason, Result};

const MESSAGE: &str = "EncodedDiagnosticMessage";

async fn put(world: &World, name: &str, document: &str) {
    let (name, document) = ((user(name), "own".parse().unwrap()), document.to_owned());
    world.make(PutInlinePolicy { holder: name.0, name: name.1, document, original: None }).await;
}

async fn failure<Op: Operation>(world: &World, caller: &Caller, op: Op) -> Failure
where
    iam::Iam: Run<Op>,
{
    world.deployment.gate().perform(caller, &world.deployment.iam, op).await.err().expect("a refusal")
}

async fn decode(world: &World, caller: &Caller, message: &str) -> Result<Diagnosis> {
    let domain = Diagnoses { iam: world.deployment.iam.clone(), regions: Vec::new() };
    world.deployment.gate().perform(caller, &domain, DecodeDiagnosis { message: message.to_owned() }).await
}

fn list() -> ListUsers {
    ListUsers { page: PageRequest::default() }
}

#[tokio::test]
async fn a_refusal_says_why_to_those_who_may_know() {
    let world = World::new().await;
    let key = world.user_with_key("alice").await;
    put(
        &world,
        "alice",
        r#"{"Version":"1","Statement":[
            {"Effect":"Allow","Action":"oss:*","Resource":"*"},
            {"Effect":"Allow","Action":"ram:List*","Resource":"*","Condition":{"IpAddress":{"acs:SourceIp":"192.0.2.0/24"}}}]}"#,
    )
    .await;
    let alice = world.caller(&key).await;
    let refused = failure(&world, &alice, list()).await;
    let message = refused.detail(MESSAGE).unwrap().to_owned();
    let root = world.root().await;
    let told = decode(&world, &root, &message).await.unwrap();
    assert_eq!((told.account, told.principal_type.as_str()), (world.tenant.account, "SubUser"));
    assert_eq!(told.request_id, alice.call().id.as_str());
    assert_eq!((told.explanation.outcome, told.policy_type()), (Outcome::ImplicitDeny, Some(PolicyType::Identity)));
    let near = told.near_misses().next().unwrap();
    assert_eq!((near.statement.label.as_str(), near.statement.statement), ("own", 1));
    let expected = Unmet::Condition {
        operator: "IpAddress".to_owned(),
        key: "acs:SourceIp".to_owned(),
        values: vec!["192.0.2.0/24".to_owned()],
    };
    assert_eq!(near.unmet, [expected]);
    assert!(told.facts.iter().any(|(key, _)| key == "acs:SourceIp"));
    // By the request's id it is the same.
    assert_eq!(decode(&world, &root, &told.request_id).await.unwrap(), told);
    // Nobody else learns of it, nor that there is anything to learn.
    let reason = |result: Result<Diagnosis>| result.err().unwrap().reason();
    assert_eq!(reason(decode(&world, &alice, &message).await), Reason::AccessDenied);
    assert_eq!(reason(decode(&world, &world.deployment.anonymous(), &message).await), Reason::MissingAuthentication);
    let other = world.deployment.tenant("second").await.unwrap();
    let stranger = world.deployment.caller(&other.root).await.unwrap();
    let long = "A".repeat(20_000);
    for wrong in [message.as_str(), told.request_id.as_str(), "none", "", &message[1..], long.as_str()] {
        let refused = decode(&world, &stranger, wrong).await.err().unwrap();
        assert_eq!(refused.detail("Parameter"), Some(MESSAGE), "{wrong}");
    }
    // A Deny says itself.
    put(&world, "alice", r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#).await;
    let refused = failure(&world, &world.caller(&key).await, list()).await;
    let told = decode(&world, &root, refused.detail(MESSAGE).unwrap()).await.unwrap();
    let decided = told.applied().next().unwrap();
    assert_eq!(
        (decided.effect, decided.label.as_str(), told.explanation.outcome),
        (Effect::Deny, "own", Outcome::ExplicitDeny)
    );
}

#[tokio::test]
async fn what_a_message_holds_is_bounded() {
    let world = World::new().await;
    let key = world.user_with_key("alice").await;
    let value = "v".repeat(500);
    let statement = format!(
        r#"{{"Effect":"Allow","Action":"ram:ListUsers","Resource":"*","Condition":{{"StringEquals":{{"acs:UserAgent":"{value}"}}}}}}"#
    );
    let all = vec![statement; 10].join(",");
    put(&world, "alice", &format!(r#"{{"Version":"1","Statement":[{all}]}}"#)).await;
    let refused = failure(&world, &world.caller(&key).await, list()).await;
    let message = refused.detail(MESSAGE).unwrap();
    assert!(message.len() < 12_000, "{}", message.len());
    let told = decode(&world, &world.root().await, message).await.unwrap();
    assert!((1..10).contains(&told.near_misses().count()));
}

#[tokio::test]
async fn a_ceiling_that_refused_is_named() {
    let world = World::new().await;
    let key = world.admin("alice").await;
    let document = r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"ram:ListUsers","Resource":"*","Sid":"s"},
        {"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let document = document.replace(r#","Sid":"s""#, "");
    let op = SetControlPolicy { account: world.tenant.account, document };
    world.done(&world.deployment.service(), op).await;
    let refused = failure(&world, &world.caller(&key).await, list()).await;
    let told = decode(&world, &world.root().await, refused.detail(MESSAGE).unwrap()).await.unwrap();
    assert_eq!((told.policy_type(), told.explanation.outcome), (Some(PolicyType::Control), Outcome::ExplicitDeny));
}

/// What a message says of another account's role is the same whether there is one.
#[tokio::test]
async fn another_accounts_things_are_not_explained() {
    let world = World::new().await;
    let other = world.deployment.tenant("second").await.unwrap();
    let stranger = world.deployment.caller(&other.root).await.unwrap();
    let key = world.admin("alice").await;
    let denies = trust(world.tenant.account, "root").replace("Allow", "Deny");
    for (name, trust) in [("trusting-nobody", trust(other.account, "root")), ("denying", denies)] {
        let role = CreateRole {
            name: name.parse().unwrap(),
            trust,
            original: None,
            description: String::new(),
            max_session_secs: None,
            tags: Tags::default(),
            boundary: None,
        };
        world.done(&stranger, role).await;
    }
    let mut told = Vec::new();
    for name in ["trusting-nobody", "denying", "missing"] {
        let refused = failure(&world, &world.caller(&key).await, assume(other.account, name)).await;
        let mut said = decode(&world, &world.root().await, refused.detail(MESSAGE).unwrap()).await.unwrap();
        said.request_id.clear();
        said.explanation.resource.clear();
        told.push(said);
    }
    assert!(told.windows(2).all(|two| two[0] == two[1]), "{told:?}");
    assert!(told[0].explanation.policies.iter().all(|report| report.policy != PolicyType::Resource));
    // Only the caller's account has the message in its trail.
    let events = world.events(other.account).await;
    assert!(events.iter().any(|event| event.event_name == "AssumeRole"));
    assert!(events.iter().all(|event| !event.additional_event_data.contains_key("encodedDiagnosticMessage")));
    let own = world.events(world.tenant.account).await;
    assert!(own.iter().any(|event| event.additional_event_data.contains_key("encodedDiagnosticMessage")));
    assert_eq!(world.refused(&stranger, GetUser { name: "alice".parse().unwrap() }).await, Reason::UserNotFound);
}
