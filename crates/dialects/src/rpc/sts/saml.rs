//! Roles' and users' sessions for whom a SAML identity provider vouches.

use super::{credentials, signed_in};
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::ram::domain;
use crate::rpc::ram::named;
use crate::saml_response::decoded;
use iam::{RoleArn, SamlProviderArn, SamlWords, UserSsoWords};
use types::{AccountId, Result};

/// How assertions for this vendor say what they say (alibaba-wire §6.4).
const WORDS: SamlWords = SamlWords {
    audiences: &["urn:alibaba:cloudcomputing", "urn:alibaba:cloudcomputing:international"],
    recipients: &["https://signin.aliyun.com/saml-role/sso", "https://signin.alibabacloud.com/saml-role/sso"],
    role: "https://www.aliyun.com/SAML-Role/Attributes/Role",
    session_name: "https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName",
    session_duration: "https://www.aliyun.com/SAML-Role/Attributes/SessionDuration",
    arns,
};

fn arns(role: &RoleArn, provider: &SamlProviderArn) -> [String; 2] {
    [role.to_string(), provider.to_string()]
}

pub(super) async fn assume_role(c: &Context<'_>) -> Result<Answer> {
    let op = iam::AssumeRoleWithSaml {
        provider: named(c.params, "SAMLProviderArn")?,
        role: named(c.params, "RoleArn")?,
        response: decoded("SAMLAssertion", c.params.required("SAMLAssertion")?)?,
        duration_secs: c.params.parsed("DurationSeconds")?,
        policy: c.params.optional("Policy").map(str::to_owned),
        words: WORDS,
    };
    let done = c.iam(op).await?;
    Ok(answer! {
        "Credentials": credentials(&done.made.access_key, &done.made.secret, &done.made.token, done.made.expires),
        "AssumedRoleUser": { "Arn": done.made.arn, "AssumedRoleId": done.made.id },
        "SAMLAssertionInfo": {
            "Issuer": done.issuer,
            "Recipient": done.recipient,
            "Subject": done.subject,
            "SubjectType": done.subject_type,
        },
    })
}

/// The same for signing users in.
const USER_WORDS: UserSsoWords = UserSsoWords {
    audiences,
    recipients: &["https://signin.aliyun.com/saml/SSO", "https://signin.alibabacloud.com/saml/SSO"],
    domain,
};

fn audiences(account: AccountId) -> Vec<String> {
    let of = |host: &str| format!("https://{host}/{account}/saml/SSO");
    ["signin.aliyun.com", "signin.alibabacloud.com"].map(of).to_vec()
}

/// Signs a person in: `AccountAlias` (or the account's id) and `SAMLResponse`. An action of Bailee's own.
pub(super) async fn sign_in(c: &Context<'_>) -> Result<Answer> {
    let op = iam::SignInWithSaml {
        account: c.params.required("AccountAlias")?.to_owned(),
        response: decoded("SAMLResponse", c.params.required("SAMLResponse")?)?,
        words: USER_WORDS,
    };
    Ok(signed_in(&c.iam(op).await?))
}
