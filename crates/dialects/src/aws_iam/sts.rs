//! Temporary credentials.

use super::arn;
use super::context::Context;
use super::row::{Row, row};
use crate::aws_policy::identity;
use iam::policy::{Effect, NearMiss, Outcome, Said};
use iam::{DecodeDiagnosis, Diagnosis, WebIdentity};
use serde_json::{Value, json};
use types::{Failure, Principal, Reason, Result, Secret, SessionName, Timestamp};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Sts, "GetCallerIdentity", Full, [], [], get_caller_identity),
    row!(Sts, "AssumeRole", Partial, ["sts:AssumeRole"],
        ["RoleArn", "RoleSessionName", "DurationSeconds", "Policy", "ExternalId", "SourceIdentity"], assume_role),
    row!(Sts, "GetSessionToken", Partial, [], ["DurationSeconds"], get_session_token),
    row!(Sts, "AssumeRoleWithWebIdentity", Partial, unsigned,
        ["RoleArn", "RoleSessionName", "WebIdentityToken", "DurationSeconds", "Policy"], assume_role_with_web_identity),
    row!(Sts, "AssumeRoot"),
    row!(Sts, "DecodeAuthorizationMessage", Full, ["ram:DecodeDiagnosticMessage"], ["EncodedMessage"], decode),
    row!(Sts, "GetAccessKeyInfo"),
    row!(Sts, "GetDelegatedAccessToken"),
    row!(Sts, "GetFederationToken"),
    row!(Sts, "GetWebIdentityToken"),
];

async fn get_caller_identity(c: &Context<'_>) -> Result<Value> {
    let principal = c.iam(iam::GetCallerIdentity).await?;
    let account = principal.account().map(|account| account.to_string()).unwrap_or_default();
    let id = match &principal {
        Principal::User { id, .. } => id.to_string(),
        Principal::RoleSession { role, session, .. } => format!("{role}:{session}"),
        Principal::Root { .. } | Principal::Anonymous | Principal::Service { .. } | Principal::Operator { .. } => {
            account.clone()
        }
    };
    Ok(json!({"UserId": id, "Account": account, "Arn": arn::of_principal(&principal)}))
}

pub(super) fn credentials(id: &str, secret: &Secret<String>, token: &Secret<String>, expires: Timestamp) -> Value {
    json!({
        "AccessKeyId": id,
        "SecretAccessKey": secret.expose(),
        "SessionToken": token.expose(),
        "Expiration": expires.iso_seconds(),
    })
}

async fn assume_role(c: &Context<'_>) -> Result<Value> {
    let role = arn::role(c.input.text("RoleArn")?)?;
    let session: SessionName = c.input.named("RoleSessionName")?;
    let policy = c.input.optional("Policy").map(identity::policy).transpose()?;
    let op = iam::AssumeRole {
        role: role.clone(),
        session: session.clone(),
        duration_secs: c.input.parsed("DurationSeconds")?,
        policy: policy.map(|policy| policy.text),
        external_id: c.input.optional("ExternalId").map(str::to_owned),
        source_identity: c.input.parsed("SourceIdentity")?,
    };
    let made = c.iam(op).await?;
    let iam::RoleArn { account, name } = role;
    Ok(json!({
        "Credentials": credentials(made.access_key.as_str(), &made.secret, &made.token, made.expires),
        "AssumedRoleUser": {
            "AssumedRoleId": made.id,
            "Arn": format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"),
        },
        "SourceIdentity": made.source_identity,
    }))
}

/// The provider is that of the token's issuer: these requests do not name it.
async fn assume_role_with_web_identity(c: &Context<'_>) -> Result<Value> {
    let role = arn::role(c.input.text("RoleArn")?)?;
    let session: SessionName = c.input.named("RoleSessionName")?;
    let policy = c.input.optional("Policy").map(identity::policy).transpose()?;
    let op = iam::AssumeRoleWithOidc {
        provider: None,
        role: role.clone(),
        session: session.clone(),
        duration_secs: c.input.parsed("DurationSeconds")?,
        policy: policy.map(|policy| policy.text),
        token: WebIdentity::new(c.input.text("WebIdentityToken")?.to_owned()),
    };
    let made = c.iam(op).await?.into_result()?;
    let (assumed, iam::RoleArn { account, name }) = (made.assumed, role);
    Ok(json!({
        "Credentials": credentials(assumed.access_key.as_str(), &assumed.secret, &assumed.token, assumed.expires),
        "SubjectFromWebIdentityToken": made.subject,
        "AssumedRoleUser": {
            "AssumedRoleId": assumed.id,
            "Arn": format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"),
        },
        "Provider": made.issuer,
        "Audience": made.audiences.first(),
    }))
}

async fn get_session_token(c: &Context<'_>) -> Result<Value> {
    let made = c.iam(iam::GetSessionToken { duration_secs: c.input.parsed("DurationSeconds")? }).await?;
    Ok(json!({"Credentials": credentials(made.access_key.as_str(), &made.secret, &made.token, made.expires)}))
}

/// Characters of a request's id.
const REQUEST_ID: usize = 36;

/// Why a call was refused: by the message that the refusal carried, or by the request's id.
async fn decode(c: &Context<'_>) -> Result<Value> {
    let mut message = c.input.text("EncodedMessage")?.to_owned();
    // Request ids go out in small letters here; messages are longer.
    if message.len() == REQUEST_ID {
        message.make_ascii_uppercase();
    }
    let decoded = c.domains.gate.perform(c.caller, &c.domains.diagnoses(), DecodeDiagnosis { message }).await;
    let found = decoded.map_err(|failure| match failure.reason() {
        Reason::ParameterInvalid => Failure::invalid("EncodedMessage", "the message or the id of a refused request"),
        _ => failure,
    })?;
    Ok(json!({"DecodedMessage": decoded_message(&found).to_string()}))
}

fn decoded_message(found: &Diagnosis) -> Value {
    let told = &found.explanation;
    let statement = |said: &Said| {
        json!({
            "statementId": said.sid.as_deref().unwrap_or_default(),
            "effect": if said.effect == Effect::Deny { "DENY" } else { "ALLOW" },
            "sourcePolicyId": said.label,
            "sourcePolicyType": said.policy,
            "statement": said.statement + 1,
        })
    };
    let fact = |(key, value): &(String, String)| json!({"key": key, "values": {"items": [{"value": value}]}});
    let missed = |near: &NearMiss| json!({"statement": statement(&near.statement), "unmet": near.unmet});
    json!({
        "allowed": false,
        "explicitDeny": told.outcome == Outcome::ExplicitDeny,
        "matchedStatements": {"items": found.applied().map(statement).collect::<Vec<_>>()},
        "failures": {"items": found.near_misses().map(missed).collect::<Vec<_>>()},
        "missingPolicyTypes": told.missing,
        "context": {
            "principal": {"id": found.principal_name, "arn": told.principal},
            "action": told.action,
            "resource": told.resource,
            "conditions": {"items": found.facts.iter().map(fact).collect::<Vec<_>>()},
        },
    })
}
