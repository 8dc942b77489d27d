//! SAML identity providers of roles, and the one at which users sign in. Their metadata comes and goes in base64.

use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::ram::shape::page;
use crate::rpc::ram::{named, page_request, refuse, text};
use crate::rpc::row::{Row, row};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use iam::{SamlProviderRecord, UserSso};
use serde_json::{Value, json};
use types::{Failure, Result};
use wire::Params;

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ims, "CreateSAMLProvider", Partial, ["ram:CreateSAMLProvider"], create),
    row!(Ims, "GetSAMLProvider", Full, ["ram:GetSAMLProvider"], get),
    row!(Ims, "ListSAMLProviders", Full, ["ram:ListSAMLProviders"], list),
    row!(Ims, "UpdateSAMLProvider", Partial, ["ram:UpdateSAMLProvider"], update),
    row!(Ims, "DeleteSAMLProvider", Full, ["ram:DeleteSAMLProvider"], delete),
    row!(Ims, "GetUserSsoSettings", Full, ["ram:GetUserSsoSettings"], get_user_sso),
    row!(Ims, "SetUserSsoSettings", Partial, ["ram:SetUserSsoSettings"], set_user_sso),
];

/// With what we would sign requests for sign-in. None are made: sign-in begins at the provider.
const SIGNING: &[&str] = &["AuthnSignAlgo"];

fn document(params: &Params, name: &'static str) -> Result<Option<String>> {
    let decode = |text: &str| {
        let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let bytes = STANDARD.decode(compact).ok();
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| Failure::invalid(name, "base64 of a text"))
    };
    params.optional(name).map(decode).transpose()
}

fn shown(c: &Context<'_>, provider: &SamlProviderRecord) -> Value {
    let account = c.caller.account().map(|account| account.to_string()).unwrap_or_default();
    json!({
        "SAMLProviderName": provider.name.as_str(),
        "Arn": format!("acs:ram::{account}:saml-provider/{}", provider.name),
        "Description": provider.description,
        "CreateDate": provider.created.iso_seconds(),
        "UpdateDate": provider.updated.iso_seconds(),
    })
}

async fn create(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, SIGNING)?;
    let name = "EncodedSAMLMetadataDocument";
    let op = iam::CreateSamlProvider {
        name: named(c.params, "SAMLProviderName")?,
        description: text(c.params, "Description").unwrap_or_default(),
        metadata: document(c.params, name)?.ok_or_else(|| Failure::missing(name))?,
    };
    Ok(answer! { "SAMLProvider": shown(c, &c.iam(op).await?) })
}

async fn get(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::GetSamlProvider { name: named(c.params, "SAMLProviderName")? }).await?;
    let mut provider = shown(c, &found.record);
    if let Some(members) = provider.as_object_mut() {
        members.insert("EncodedSAMLMetadataDocument".to_owned(), STANDARD.encode(&found.metadata).into());
    }
    Ok(answer! { "SAMLProvider": provider })
}

async fn list(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListSamlProviders { page: page_request(c.params)? }).await?;
    Ok(page(&found, "SAMLProviders", "SAMLProvider", |provider| shown(c, provider)))
}

async fn update(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, SIGNING)?;
    let op = iam::UpdateSamlProvider {
        name: named(c.params, "SAMLProviderName")?,
        description: text(c.params, "NewDescription"),
        metadata: document(c.params, "NewEncodedSAMLMetadataDocument")?,
    };
    if op.description.is_none() && op.metadata.is_none() {
        return Err(Failure::missing("NewEncodedSAMLMetadataDocument"));
    }
    Ok(answer! { "SAMLProvider": shown(c, &c.iam(op).await?) })
}

async fn delete(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteSamlProvider { name: named(c.params, "SAMLProviderName")? }).await?;
    Ok(answer! {})
}

fn user_sso(settings: &UserSso) -> Answer {
    answer! {
        "UserSsoSettings": {
            "SsoEnabled": settings.enabled,
            "SsoLoginWithDomain": settings.with_domain,
            "MetadataDocument": settings.metadata.as_ref().map(|document| STANDARD.encode(document)).unwrap_or_default(),
        },
    }
}

async fn get_user_sso(c: &Context<'_>) -> Result<Answer> {
    Ok(user_sso(&c.iam(iam::GetUserSso).await?))
}

async fn set_user_sso(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["AuthnSignAlgo", "AuxiliaryDomain"])?;
    let op = iam::SetUserSso {
        enabled: c.params.boolean("SsoEnabled")?,
        metadata: document(c.params, "MetadataDocument")?,
        with_domain: c.params.boolean("SsoLoginWithDomain")?,
    };
    Ok(user_sso(&c.iam(op).await?))
}
