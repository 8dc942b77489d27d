//! The gate from outside: what it lets through, what it refuses, and that both are in the log.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is wrong"
)]

use iam::{CreateAccount, ListAccounts};
use store::Store;
use testkit::Deployment;
use trail::{Entry, Event};
use types::{AccountId, Reason};

async fn events(store: &Store, account: AccountId) -> Vec<Event<'static>> {
    let entries = store.view().await.unwrap().stream(account, 0, 1000).await.unwrap();
    entries.into_iter().map(|(_, bytes)| Entry::from_bytes(bytes).unwrap().event().unwrap()).collect()
}

#[tokio::test]
async fn what_is_done_is_recorded_with_its_effect() {
    let deployment = Deployment::new().await.unwrap();
    let tenant = deployment.tenant("first").await.unwrap();
    let listed = deployment.gate().perform(&deployment.service(), &deployment.iam, ListAccounts).await.unwrap();
    assert_eq!(listed.len(), 1);
    let events = events(&deployment.identity, AccountId::PLATFORM).await;
    let names: Vec<&str> = events.iter().map(|e| &*e.event_name).collect();
    assert_eq!(names, ["CreateAccount", "ListAccounts"]);
    assert_eq!(events[0].response_elements["AccountId"], tenant.account.to_string());
    assert!(!events[0].failed());
}

#[tokio::test]
async fn a_tenant_has_no_say_over_accounts_and_the_refusal_is_recorded_in_both_trails() {
    let deployment = Deployment::new().await.unwrap();
    let tenant = deployment.tenant("first").await.unwrap();
    for caller in [deployment.anonymous(), deployment.caller(&tenant.root).await.unwrap()] {
        let operation = CreateAccount { name: "second".to_owned() };
        let refused = deployment.gate().perform(&caller, &deployment.iam, operation).await.err().unwrap();
        assert_eq!(refused.reason(), Reason::AccessDenied);
        assert!(caller.recorded());
    }
    let own = events(&deployment.identity, tenant.account).await;
    assert_eq!(own.len(), 1);
    assert!(own[0].failed());
    assert_eq!(own[0].user_identity.account_id, tenant.account.to_string());
    assert_eq!(events(&deployment.identity, AccountId::PLATFORM).await.len(), 3);
}

#[tokio::test]
async fn an_unknown_key_is_nobody() {
    let deployment = Deployment::new().await.unwrap();
    let unknown = "LTAI5tNoSuchKeyAnywhere1".parse().unwrap();
    assert_eq!(deployment.caller(&unknown).await.err().unwrap().reason(), Reason::AccessKeyNotFound);
}
