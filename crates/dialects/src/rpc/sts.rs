//! Temporary credentials, 2015-04-01 (alibaba-wire §7).

mod passkeys;
mod saml;

use super::context::{Answer, Context, answer};
use super::ram::named;
use super::row::{Row, row};
use iam::{AssumedRole, Password, SignedIn, WebIdentity};
use serde_json::{Value, json};
use types::{AccessKeyId, Principal, Result, Secret, SessionName, Timestamp};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Sts, "GetCallerIdentity", Full, [], get_caller_identity),
    row!(Sts, "AssumeRole", Full, ["sts:AssumeRole"], assume_role),
    row!(Sts, "AssumeRoleWithOIDC", Full, unsigned, assume_role_with_oidc),
    // Bailee's own.
    row!(Sts, "SignIn", Full, unsigned, sign_in),
    row!(Sts, "SignInWithSAML", Full, unsigned, saml::sign_in),
    row!(Sts, "BeginPasskeySignIn", Full, unsigned, passkeys::begin),
    row!(Sts, "SignInWithPasskey", Full, unsigned, passkeys::sign_in),
    row!(Sts, "AssumeRoleWithSAML", Full, unsigned, saml::assume_role),
];

/// A session's credentials, as every answer that gives some has them.
fn credentials(id: &AccessKeyId, secret: &Secret<String>, token: &Secret<String>, expires: Timestamp) -> Value {
    json!({
        "AccessKeyId": id.as_str(),
        "AccessKeySecret": secret.expose(),
        "SecurityToken": token.expose(),
        "Expiration": expires.iso_seconds(),
    })
}

async fn get_caller_identity(c: &Context<'_>) -> Result<Answer> {
    let principal = c.iam(iam::GetCallerIdentity).await?;
    let account = principal.account().map(|a| a.to_string()).unwrap_or_default();
    let mut members = answer! { "AccountId": account, "Arn": principal.arn().unwrap_or_default() };
    let more = match &principal {
        Principal::User { id, .. } => {
            answer! { "IdentityType": "RAMUser", "PrincipalId": id.as_str(), "UserId": id.as_str() }
        }
        Principal::RoleSession { role, session, .. } => answer! {
            "IdentityType": "AssumedRoleUser", "PrincipalId": format!("{role}:{session}"), "RoleId": role.as_str(),
        },
        Principal::Operator { name, .. } => answer! { "IdentityType": "Operator", "PrincipalId": name.as_str() },
        Principal::Root { .. } | Principal::Anonymous | Principal::Service { .. } => {
            answer! { "IdentityType": "Account", "PrincipalId": account, "UserId": account }
        }
    };
    members.extend(more);
    Ok(members)
}

async fn assume_role(c: &Context<'_>) -> Result<Answer> {
    let op = iam::AssumeRole {
        role: named(c.params, "RoleArn")?,
        session: named(c.params, "RoleSessionName")?,
        duration_secs: c.params.parsed("DurationSeconds")?,
        policy: c.params.optional("Policy").map(str::to_owned),
        external_id: c.params.optional("ExternalId").map(str::to_owned),
        source_identity: c.params.parsed::<SessionName>("SourceIdentity")?,
    };
    let source_identity = op.source_identity.clone();
    let made = c.iam(op).await?;
    let mut members = assumed(&made);
    if let Some(identity) = source_identity {
        members.insert("SourceIdentity".to_owned(), identity.as_str().into());
    }
    Ok(members)
}

/// A session of a role.
fn assumed(made: &AssumedRole) -> Answer {
    answer! {
        "Credentials": credentials(&made.access_key, &made.secret, &made.token, made.expires),
        "AssumedRoleUser": { "Arn": made.arn, "AssumedRoleId": made.id },
    }
}

async fn assume_role_with_oidc(c: &Context<'_>) -> Result<Answer> {
    let op = iam::AssumeRoleWithOidc {
        provider: Some(named(c.params, "OIDCProviderArn")?),
        role: named(c.params, "RoleArn")?,
        session: named(c.params, "RoleSessionName")?,
        duration_secs: c.params.parsed("DurationSeconds")?,
        policy: c.params.optional("Policy").map(str::to_owned),
        token: WebIdentity::new(c.params.required("OIDCToken")?.to_owned()),
    };
    let made = c.iam(op).await?.into_result()?;
    let mut members = assumed(&made.assumed);
    let token = json!({
        "Subject": made.subject,
        "Issuer": made.issuer,
        "ClientIds": made.audiences.join(","),
        "IssuanceTime": made.token_issued.iso_seconds(),
        "ExpirationTime": made.token_expires.iso_seconds(),
        "VerificationInfo": "Success",
    });
    members.insert("OIDCTokenInfo".to_owned(), token);
    Ok(members)
}

/// Signs a person in: `AccountAlias` (or the account's id), `UserName`, `Password` and, where the user has any, a second
/// factor: `AuthenticationCode` of a device, or `Passkey`.
async fn sign_in(c: &Context<'_>) -> Result<Answer> {
    let op = iam::SignIn {
        account: c.params.required("AccountAlias")?.to_owned(),
        user: c.params.required("UserName")?.to_owned(),
        password: Password::new(c.params.required("Password")?.to_owned()),
        code: c.params.optional("AuthenticationCode").map(|code| Secret::new(code.to_owned())),
        passkey: passkeys::answered(c.params, "Passkey"),
    };
    Ok(signed_in(&c.iam(op).await?.into_result()?))
}

/// The answer of everything that signs a person in.
fn signed_in(made: &SignedIn) -> Answer {
    answer! {
        "Credentials": credentials(&made.access_key, &made.secret, &made.token, made.expires),
        "User": {
            "AccountId": made.account.to_string(),
            "UserId": made.user.id.as_str(),
            "UserName": made.user.name.as_str(),
            "Arn": format!("acs:ram::{}:user/{}", made.account, made.user.name),
        },
        "MFAAuthenticated": made.mfa,
        "PasswordResetRequired": made.must_change_password,
        "MFABindRequired": made.must_bind_mfa,
    }
}
