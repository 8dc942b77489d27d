//! Identity providers of OpenID Connect. Lists are texts with commas here.

use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::ram::{named, page_request, shape};
use crate::rpc::row::{Row, row};
use iam::{OidcProviderRecord, ProviderRef};
use serde_json::{Value, json};
use types::Result;

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ims, "CreateOIDCProvider", Full, ["ram:CreateOIDCProvider"], create),
    row!(Ims, "GetOIDCProvider", Full, ["ram:GetOIDCProvider"], get),
    row!(Ims, "ListOIDCProviders", Full, ["ram:ListOIDCProviders"], list),
    row!(Ims, "UpdateOIDCProvider", Full, ["ram:UpdateOIDCProvider"], update),
    row!(Ims, "DeleteOIDCProvider", Full, ["ram:DeleteOIDCProvider"], delete),
    row!(Ims, "AddClientIdToOIDCProvider", Full, ["ram:AddClientIdToOIDCProvider"], add_client_id),
    row!(Ims, "RemoveClientIdFromOIDCProvider", Full, ["ram:RemoveClientIdFromOIDCProvider"], remove_client_id),
    row!(Ims, "AddFingerprintToOIDCProvider", Full, ["ram:AddFingerprintToOIDCProvider"], add_fingerprint),
    row!(Ims, "RemoveFingerprintFromOIDCProvider", Full, ["ram:RemoveFingerprintFromOIDCProvider"], remove_fingerprint),
];

fn texts(list: &str) -> Vec<String> {
    list.split(',').map(str::to_owned).collect()
}

/// A list that is given; empty if it is not, or is empty.
fn listed(c: &Context<'_>, name: &str) -> Vec<String> {
    c.params.optional(name).map(texts).unwrap_or_default()
}

fn provider(c: &Context<'_>) -> Result<ProviderRef> {
    named(c.params, "OIDCProviderName").map(ProviderRef::Name)
}

fn shown(c: &Context<'_>, provider: &OidcProviderRecord) -> Value {
    let account = c.caller.account().map(|account| account.to_string()).unwrap_or_default();
    json!({
        "OIDCProviderName": provider.name.as_str(),
        "Arn": format!("acs:ram::{account}:oidc-provider/{}", provider.name),
        "IssuerUrl": provider.issuer.as_str(),
        "Description": provider.description,
        "ClientIds": provider.client_ids.join(","),
        "Fingerprints": provider.fingerprints.join(","),
        "IssuanceLimitTime": provider.issuance_limit_hours,
        "CreateDate": provider.created.iso_seconds(),
        "UpdateDate": provider.updated.iso_seconds(),
        "GmtCreate": provider.created.millis().to_string(),
        "GmtModified": provider.updated.millis().to_string(),
    })
}

fn one(c: &Context<'_>, provider: &OidcProviderRecord) -> Answer {
    answer! { "OIDCProvider": shown(c, provider) }
}

async fn create(c: &Context<'_>) -> Result<Answer> {
    let op = iam::CreateOidcProvider {
        name: Some(named(c.params, "OIDCProviderName")?),
        issuer: named(c.params, "IssuerUrl")?,
        description: c.params.optional("Description").unwrap_or_default().to_owned(),
        client_ids: listed(c, "ClientIds"),
        fingerprints: listed(c, "Fingerprints"),
        issuance_limit_hours: c.params.parsed("IssuanceLimitTime")?,
    };
    Ok(one(c, &c.iam(op).await?))
}

async fn get(c: &Context<'_>) -> Result<Answer> {
    Ok(one(c, &c.iam(iam::GetOidcProvider { provider: provider(c)? }).await?))
}

async fn list(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListOidcProviders { page: page_request(c.params)? }).await?;
    Ok(shape::page(&found, "OIDCProviders", "OIDCProvider", |provider| shown(c, provider)))
}

/// An empty list takes all away; one that is not given stays.
async fn update(c: &Context<'_>) -> Result<Answer> {
    let op = iam::UpdateOidcProvider {
        provider: provider(c)?,
        description: c.params.get("NewDescription").map(str::to_owned),
        client_ids: c.params.get("ClientIds").map(|list| if list.is_empty() { Vec::new() } else { texts(list) }),
        fingerprints: None,
        issuance_limit_hours: c.params.parsed("IssuanceLimitTime")?,
    };
    Ok(one(c, &c.iam(op).await?))
}

async fn delete(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteOidcProvider { provider: provider(c)? }).await?;
    Ok(Answer::new())
}

async fn add_client_id(c: &Context<'_>) -> Result<Answer> {
    let value = c.params.required("ClientId")?.to_owned();
    Ok(one(c, &c.iam(iam::AddClientId { provider: provider(c)?, value }).await?))
}

async fn remove_client_id(c: &Context<'_>) -> Result<Answer> {
    let value = c.params.required("ClientId")?.to_owned();
    Ok(one(c, &c.iam(iam::RemoveClientId { provider: provider(c)?, value }).await?))
}

async fn add_fingerprint(c: &Context<'_>) -> Result<Answer> {
    let value = c.params.required("Fingerprint")?.to_owned();
    Ok(one(c, &c.iam(iam::AddFingerprint { provider: provider(c)?, value }).await?))
}

async fn remove_fingerprint(c: &Context<'_>) -> Result<Answer> {
    let value = c.params.required("Fingerprint")?.to_owned();
    Ok(one(c, &c.iam(iam::RemoveFingerprint { provider: provider(c)?, value }).await?))
}
