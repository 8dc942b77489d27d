//! The engine against its documents, against a second evaluator, and against laws that hold for every policy.

mod evaluation;
mod explanation;
mod generate;
mod grammar;
mod laws;
mod mutations;
mod naive;
mod operators;
mod reading;
mod system;

use super::{Context, Decision, Document, Kind, Labelled, Outcome, PolicySet, Request, decide};
use std::sync::Arc;
use types::{AccountId, Action, Principal, RegionId, Resource, Service};

pub(super) const ALICE: &str = "200000000000000001";
pub(super) const BOB: &str = "200000000000000002";
pub(super) const WORKER: &str = "300000000000000001";
pub(super) const GET: Action = Action::read(Service::Oss, "GetObject");
pub(super) const PUT: Action = Action::write(Service::Oss, "PutObject");
pub(super) const ASSUME: Action = Action::write(Service::Sts, "AssumeRole");

/// The account most things belong to.
pub(super) fn home() -> AccountId {
    "1111111111111111".parse().unwrap()
}

/// Another one.
pub(super) fn away() -> AccountId {
    "2222222222222222".parse().unwrap()
}

pub(super) fn user(account: AccountId, id: &str, name: &str) -> Principal {
    Principal::User { account, id: id.parse().unwrap(), name: name.parse().unwrap() }
}

pub(super) fn alice() -> Principal {
    user(home(), ALICE, "alice")
}

pub(super) fn worker(account: AccountId) -> Principal {
    Principal::RoleSession {
        account,
        role: WORKER.parse().unwrap(),
        role_name: "worker".parse().unwrap(),
        session: "s-1".parse().unwrap(),
    }
}

pub(super) fn root(account: AccountId) -> Principal {
    Principal::Root { account }
}

pub(super) fn region() -> RegionId {
    "local-1".parse().unwrap()
}

/// Something in a bucket of [`home`].
pub(super) fn object(path: &str) -> Resource {
    Resource::regional(Service::Oss, &region(), home(), path)
}

pub(super) fn role(account: AccountId, name: &str) -> Resource {
    Resource::global(Service::Ram, account, format!("role/{name}"))
}

pub(super) fn policy(kind: Kind, text: &str) -> Labelled {
    let document = Document::parse(text, kind).unwrap_or_else(|error| panic!("{error}\n{text}"));
    Labelled::new("test", Arc::new(document))
}

/// A policy of one statement, its elements given without the braces.
pub(super) fn says(kind: Kind, statement: &str) -> Labelled {
    policy(kind, &format!(r#"{{"Version":"1","Statement":[{{{statement}}}]}}"#))
}

pub(super) fn request<'a>(
    action: &'a Action,
    resource: &'a Resource,
    principal: &'a Principal,
    context: &'a Context,
) -> Request<'a> {
    Request { action, resource, principal, context }
}

/// What these identity policies say of alice doing something at home.
pub(super) fn alone(identity: &[Labelled], action: &Action, resource: &Resource, context: &Context) -> Outcome {
    let set = PolicySet { identity, ..PolicySet::default() };
    outcome(decide(&set, &request(action, resource, &alice(), context)))
}

pub(super) fn outcome(decision: Decision<'_>) -> Outcome {
    decision.outcome
}
