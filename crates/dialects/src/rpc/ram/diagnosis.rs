//! Why calls were refused.

use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::row::{Row, row};
use iam::policy::{Effect, NearMiss, Outcome, PolicyType, Said, Unmet};
use iam::{DecodeDiagnosis, Diagnosis};
use serde_json::{Value, json};
use types::Result;

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ram, "DecodeDiagnosticMessage", Full, ["ram:DecodeDiagnosticMessage"], decode),
];

async fn decode(c: &Context<'_>) -> Result<Answer> {
    let message = c.params.required("EncodedDiagnosticMessage")?.to_owned();
    let found = c.domains.gate.perform(c.caller, &c.domains.diagnoses(), DecodeDiagnosis { message }).await?;
    Ok(answer! { "DecodedDiagnosticMessage": shown(&found) })
}

/// What the vendor calls a kind of policy.
const fn kind(policy: PolicyType) -> &'static str {
    match policy {
        PolicyType::Control => "ControlPolicy",
        PolicyType::Session => "SessionPolicy",
        PolicyType::Boundary => "PermissionsBoundary",
        PolicyType::Identity => "AccountLevelIdentityBasedPolicy",
        PolicyType::Resource => "ResourcePolicy",
    }
}

fn matched(said: &Said) -> Value {
    json!({
        "PolicyIdentifier": said.label,
        "PolicyType": kind(said.policy),
        "Effect": if said.effect == Effect::Deny { "Deny" } else { "Allow" },
        // Bailee's own: which of its statements, counted from 1.
        "Statement": said.statement + 1,
        "Sid": said.sid,
    })
}

fn unmet(unmet: &Unmet) -> Value {
    match unmet {
        Unmet::Principal => json!({"Element": "Principal"}),
        Unmet::Condition { operator, key, values } => {
            json!({"Element": "Condition", "Operator": operator, "ConditionKey": key, "ConditionValues": values})
        }
    }
}

fn missed(near: &NearMiss) -> Value {
    let mut shown = matched(&near.statement);
    if let Some(members) = shown.as_object_mut() {
        members.insert("Unmet".to_owned(), near.unmet.iter().map(unmet).collect());
    }
    shown
}

fn shown(found: &Diagnosis) -> Value {
    let told = &found.explanation;
    let condition = |(key, value): &(String, String)| json!({"ConditionKey": key, "ConditionValues": [value]});
    json!({
        "ExplicitDeny": told.outcome == Outcome::ExplicitDeny,
        "NoPermissionPolicyType": found.policy_type().map(kind),
        "AuthAction": told.action,
        "AuthResource": told.resource,
        "AuthPrincipal": {
            "AuthPrincipalType": found.principal_type,
            "AuthPrincipalOwnerId": found.account.to_string(),
            "AuthPrincipalDisplayName": found.principal_name,
        },
        "AuthConditions": found.facts.iter().map(condition).collect::<Vec<_>>(),
        "MatchedPolicies": found.applied().map(matched).collect::<Vec<_>>(),
        // Bailee's own: what would have to be otherwise.
        "MissingPolicyTypes": told.missing.iter().copied().map(kind).collect::<Vec<_>>(),
        "NearMisses": found.near_misses().map(missed).collect::<Vec<_>>(),
        "RefusedRequestId": found.request_id,
        "RefusedAt": found.time.iso_seconds(),
    })
}
