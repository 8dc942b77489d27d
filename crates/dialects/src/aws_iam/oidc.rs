//! Identity providers of OpenID Connect, which go by their issuers here.

use super::arn;
use super::context::Context;
use super::row::{Row, row};
use iam::{OidcProviderRecord, PageRequest, ProviderRef};
use serde_json::{Value, json};
use types::{AccountId, Failure, Result, limits};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "CreateOpenIDConnectProvider", Partial, ["ram:CreateOIDCProvider"],
        ["Url", "ClientIDList", "ThumbprintList"], create),
    row!(Iam, "GetOpenIDConnectProvider", Partial, ["ram:GetOIDCProvider"], ["OpenIDConnectProviderArn"], get),
    row!(Iam, "ListOpenIDConnectProviders", Full, ["ram:ListOIDCProviders"], [], list),
    row!(Iam, "DeleteOpenIDConnectProvider", Full, ["ram:DeleteOIDCProvider"], ["OpenIDConnectProviderArn"], delete),
    row!(Iam, "AddClientIDToOpenIDConnectProvider", Full, ["ram:AddClientIdToOIDCProvider"],
        ["OpenIDConnectProviderArn", "ClientID"], add_client_id),
    row!(Iam, "RemoveClientIDFromOpenIDConnectProvider", Full, ["ram:RemoveClientIdFromOIDCProvider"],
        ["OpenIDConnectProviderArn", "ClientID"], remove_client_id),
    row!(Iam, "UpdateOpenIDConnectProviderThumbprint", Full, ["ram:UpdateOIDCProvider"],
        ["OpenIDConnectProviderArn", "ThumbprintList"], update_thumbprint),
];

fn provider(c: &Context<'_>) -> Result<ProviderRef> {
    arn::oidc_provider(c.account()?, c.input.text("OpenIDConnectProviderArn")?)
}

fn arn_of(account: AccountId, provider: &OidcProviderRecord) -> String {
    arn::of(account, &format!("oidc-provider/{}", provider.issuer.bare()))
}

fn texts(c: &Context<'_>, name: &'static str) -> Result<Vec<String>> {
    Ok(c.input.list(name)?.into_iter().map(str::to_owned).collect())
}

async fn create(c: &Context<'_>) -> Result<Value> {
    let issuer = c.input.text("Url")?.parse().map_err(|rule| Failure::invalid("Url", rule))?;
    let op = iam::CreateOidcProvider {
        name: None,
        issuer,
        description: String::new(),
        client_ids: texts(c, "ClientIDList.member")?,
        fingerprints: texts(c, "ThumbprintList.member")?,
        issuance_limit_hours: None,
    };
    let made = c.iam(op).await?;
    Ok(json!({"OpenIDConnectProviderArn": arn_of(c.account()?, &made)}))
}

async fn get(c: &Context<'_>) -> Result<Value> {
    let found = c.iam(iam::GetOidcProvider { provider: provider(c)? }).await?;
    Ok(json!({
        // Without its scheme, as the interface shows it.
        "Url": found.issuer.bare(),
        "ClientIDList": found.client_ids,
        "ThumbprintList": found.fingerprints,
        "CreateDate": found.created.iso_seconds(),
    }))
}

/// All of them: an account has a hundred at most.
async fn list(c: &Context<'_>) -> Result<Value> {
    let page = PageRequest { marker: None, max_items: Some(limits::PAGE) };
    let (found, account) = (c.iam(iam::ListOidcProviders { page }).await?, c.account()?);
    let arns: Vec<Value> = found.items.iter().map(|one| json!({"Arn": arn_of(account, one)})).collect();
    Ok(json!({"OpenIDConnectProviderList": arns}))
}

async fn delete(c: &Context<'_>) -> Result<Value> {
    c.iam(iam::DeleteOidcProvider { provider: provider(c)? }).await?;
    Ok(Value::Null)
}

async fn add_client_id(c: &Context<'_>) -> Result<Value> {
    let value = c.input.text("ClientID")?.to_owned();
    c.iam(iam::AddClientId { provider: provider(c)?, value }).await?;
    Ok(Value::Null)
}

async fn remove_client_id(c: &Context<'_>) -> Result<Value> {
    let value = c.input.text("ClientID")?.to_owned();
    c.iam(iam::RemoveClientId { provider: provider(c)?, value }).await?;
    Ok(Value::Null)
}

async fn update_thumbprint(c: &Context<'_>) -> Result<Value> {
    let op = iam::UpdateOidcProvider {
        provider: provider(c)?,
        description: None,
        client_ids: None,
        fingerprints: Some(texts(c, "ThumbprintList.member")?),
        issuance_limit_hours: None,
    };
    c.iam(op).await?;
    Ok(Value::Null)
}
