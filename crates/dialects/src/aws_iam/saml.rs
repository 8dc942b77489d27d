//! SAML identity providers, and temporary credentials for whom they vouch.

use super::arn;
use super::context::Context;
use super::row::{Row, row};
use super::sts::credentials;
use crate::aws_policy::identity;
use crate::saml_response::decoded;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use iam::{PageRequest, RoleArn, SamlProviderArn, SamlProviderRecord, SamlWords};
use serde_json::{Value, json};
use types::{AccountId, Failure, Reason, Result, SamlProviderName};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "CreateSAMLProvider", Partial, ["ram:CreateSAMLProvider"], ["Name", "SAMLMetadataDocument"], create),
    row!(Iam, "GetSAMLProvider", Full, ["ram:GetSAMLProvider"], ["SAMLProviderArn"], get),
    row!(Iam, "ListSAMLProviders", Full, ["ram:ListSAMLProviders"], [], list),
    row!(Iam, "UpdateSAMLProvider", Partial, ["ram:UpdateSAMLProvider"],
        ["SAMLProviderArn", "SAMLMetadataDocument"], update),
    row!(Iam, "DeleteSAMLProvider", Full, ["ram:DeleteSAMLProvider"], ["SAMLProviderArn"], delete),
    row!(Sts, "AssumeRoleWithSAML", Partial, unsigned,
        ["RoleArn", "PrincipalArn", "SAMLAssertion", "DurationSeconds", "Policy"], assume_role),
];

/// How assertions for this vendor say what they say (IAM User Guide, "Configure SAML assertions for the authentication
/// response").
const WORDS: SamlWords = SamlWords {
    audiences: &["https://signin.aws.amazon.com/saml", "urn:amazon:webservices"],
    recipients: &["https://signin.aws.amazon.com/saml"],
    role: "https://aws.amazon.com/SAML/Attributes/Role",
    session_name: "https://aws.amazon.com/SAML/Attributes/RoleSessionName",
    session_duration: "https://aws.amazon.com/SAML/Attributes/SessionDuration",
    arns,
};

fn arns(role: &RoleArn, provider: &SamlProviderArn) -> [String; 2] {
    let role = arn::of(role.account, &format!("role/{}", role.name));
    [role, of_provider(provider.account, &provider.name)]
}

fn of_provider(account: AccountId, name: &SamlProviderName) -> String {
    arn::of(account, &format!("saml-provider/{name}"))
}

/// The provider of an ARN, in this vendor's spelling or the domain's own.
fn provider(c: &Context<'_>, parameter: &'static str) -> Result<SamlProviderArn> {
    let text = c.input.text(parameter)?;
    let own = || identity::own_saml_provider(text)?.parse().ok();
    let wrong = || Failure::invalid(parameter, "it must be arn:aws:iam::<account>:saml-provider/<name>");
    text.parse().ok().or_else(own).ok_or_else(wrong)
}

/// The provider's name. One of another account is as good as missing.
fn own(c: &Context<'_>) -> Result<SamlProviderName> {
    let SamlProviderArn { account, name } = provider(c, "SAMLProviderArn")?;
    if account == c.account()? { Ok(name) } else { Err(Reason::SamlProviderNotFound.into()) }
}

async fn create(c: &Context<'_>) -> Result<Value> {
    let op = iam::CreateSamlProvider {
        name: c.input.named("Name")?,
        description: String::new(),
        metadata: c.input.text("SAMLMetadataDocument")?.to_owned(),
    };
    let made = c.iam(op).await?;
    Ok(json!({"SAMLProviderArn": of_provider(c.account()?, &made.name)}))
}

async fn get(c: &Context<'_>) -> Result<Value> {
    let found = c.iam(iam::GetSamlProvider { name: own(c)? }).await?;
    Ok(json!({
        "SAMLProviderUUID": found.record.id.as_str(),
        "SAMLMetadataDocument": found.metadata,
        "CreateDate": found.record.created.iso_seconds(),
        "ValidUntil": found.record.valid_until.iso_seconds(),
    }))
}

async fn list(c: &Context<'_>) -> Result<Value> {
    let account = c.account()?;
    let shown = |provider: &SamlProviderRecord| {
        json!({
            "Arn": of_provider(account, &provider.name),
            "CreateDate": provider.created.iso_seconds(),
            "ValidUntil": provider.valid_until.iso_seconds(),
        })
    };
    // An account has no more than one page of them.
    let found = c.iam(iam::ListSamlProviders { page: PageRequest::default() }).await?;
    Ok(json!({"SAMLProviderList": found.items.iter().map(shown).collect::<Vec<_>>()}))
}

async fn update(c: &Context<'_>) -> Result<Value> {
    let metadata = Some(c.input.text("SAMLMetadataDocument")?.to_owned());
    let changed = c.iam(iam::UpdateSamlProvider { name: own(c)?, description: None, metadata }).await?;
    Ok(json!({"SAMLProviderArn": of_provider(c.account()?, &changed.name)}))
}

async fn delete(c: &Context<'_>) -> Result<Value> {
    c.iam(iam::DeleteSamlProvider { name: own(c)? }).await?;
    Ok(Value::Null)
}

async fn assume_role(c: &Context<'_>) -> Result<Value> {
    let (role, provider) = (arn::role(c.input.text("RoleArn")?)?, provider(c, "PrincipalArn")?);
    let policy = c.input.optional("Policy").map(identity::policy).transpose()?;
    let RoleArn { account, name } = role.clone();
    // Subjects are told apart by it: their names are the provider's, and each account has providers of its own.
    let vouching = format!("{account}/{}", provider.name);
    let op = iam::AssumeRoleWithSaml {
        provider,
        role,
        response: decoded("SAMLAssertion", c.input.text("SAMLAssertion")?)?,
        duration_secs: c.input.parsed("DurationSeconds")?,
        policy: policy.map(|policy| policy.text),
        words: WORDS,
    };
    let done = c.iam(op).await?;
    let session = done.made.id.split_once(':').map(|(_, session)| session).unwrap_or_default();
    Ok(json!({
        "Credentials": credentials(done.made.access_key.as_str(), &done.made.secret, &done.made.token, done.made.expires),
        "AssumedRoleUser": {
            "AssumedRoleId": done.made.id,
            "Arn": format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"),
        },
        "Subject": done.subject,
        "SubjectType": done.subject_type,
        "Issuer": done.issuer,
        "Audience": done.recipient,
        "NameQualifier": STANDARD.encode(crypto::sha1(format!("{}{vouching}", done.issuer).as_bytes())),
    }))
}
