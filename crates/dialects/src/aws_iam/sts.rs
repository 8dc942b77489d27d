//! Temporary credentials.

use super::arn;
use super::context::Context;
use super::row::{Row, row};
use crate::aws_policy::identity;
use iam::WebIdentity;
use serde_json::{Value, json};
use types::{Principal, Result, Secret, SessionName, Timestamp};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Sts, "GetCallerIdentity", Full, [], [], get_caller_identity),
    row!(Sts, "AssumeRole", Partial, ["sts:AssumeRole"],
        ["RoleArn", "RoleSessionName", "DurationSeconds", "Policy", "ExternalId", "SourceIdentity"], assume_role),
    row!(Sts, "GetSessionToken", Partial, [], ["DurationSeconds"], get_session_token),
    row!(Sts, "AssumeRoleWithWebIdentity", Partial, unsigned,
        ["RoleArn", "RoleSessionName", "WebIdentityToken", "DurationSeconds", "Policy"], assume_role_with_web_identity),
    row!(Sts, "AssumeRoot"),
    row!(Sts, "DecodeAuthorizationMessage"),
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
