//! Names of identities as this vendor writes them.

use crate::aws_principal::AwsPrincipal;
use iam::policy::SystemPolicy;
use iam::{PolicyRef, ProviderRef, RoleArn};
use types::{AccountId, Failure, Principal, Reason, Result};

/// The account that the policies which come with Bailee are in.
const EVERYBODYS: &str = "aws";

/// The ARN of what is below an account: `user/<name>` and its siblings.
pub(super) fn of(account: AccountId, path: &str) -> String {
    format!("arn:aws:iam::{account}:{path}")
}

/// The ARN of a caller.
pub(super) fn of_principal(principal: &Principal) -> String {
    match principal {
        Principal::Root { account } => of(*account, "root"),
        Principal::User { account, name, .. } => of(*account, &format!("user/{name}")),
        Principal::RoleSession { account, role_name, session, .. } => {
            format!("arn:aws:sts::{account}:assumed-role/{role_name}/{session}")
        }
        Principal::Anonymous | Principal::Service { .. } | Principal::Operator { .. } => String::new(),
    }
}

/// The ARN of a policy.
pub(super) fn of_policy(account: AccountId, policy: &PolicyRef) -> String {
    match policy {
        PolicyRef::System(name) => format!("arn:aws:iam::{EVERYBODYS}:policy/{name}"),
        PolicyRef::Custom(name) => of(account, &format!("policy/{name}")),
    }
}

/// The policy of an ARN. That of another account is as good as missing.
pub(super) fn policy(own: AccountId, text: &str) -> Result<PolicyRef> {
    policy_in("PolicyArn", own, text)
}

/// The same of another parameter.
pub(super) fn policy_in(parameter: &'static str, own: AccountId, text: &str) -> Result<PolicyRef> {
    let wrong = || Failure::invalid(parameter, "it must be arn:aws:iam::<account>:policy/<name>");
    let parts = text.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(":policy/"));
    let (account, name) = parts.ok_or_else(wrong)?;
    let missing = || Failure::of(Reason::PolicyNotFound);
    if account == EVERYBODYS {
        return SystemPolicy::find(name).map(|found| PolicyRef::System(found.name.to_owned())).ok_or_else(missing);
    }
    let (account, name) = (account.parse::<AccountId>().map_err(|_| wrong())?, name.parse().map_err(|_| wrong())?);
    if account == own { Ok(PolicyRef::Custom(name)) } else { Err(missing()) }
}

/// The OIDC provider of an ARN: by its issuer's URL without the scheme. That of another account is as good as missing.
pub(super) fn oidc_provider(own: AccountId, text: &str) -> Result<ProviderRef> {
    let wrong = || {
        let rule = "it must be arn:aws:iam::<account>:oidc-provider/<URL without its scheme>";
        Failure::invalid("OpenIDConnectProviderArn", rule)
    };
    let (account, issuer) = federated(text).ok_or_else(wrong)?;
    if account == own { Ok(ProviderRef::Issuer(issuer.to_owned())) } else { Err(Reason::OidcProviderNotFound.into()) }
}

/// The account and the issuer in the ARN of an OIDC provider.
fn federated(text: &str) -> Option<(AccountId, &str)> {
    let (account, issuer) = text.strip_prefix("arn:aws:iam::")?.split_once(":oidc-provider/")?;
    Some((account.parse().ok()?, issuer)).filter(|_| !issuer.is_empty())
}

/// The role of an ARN, in this vendor's spelling or the domain's own.
pub(super) fn role(text: &str) -> Result<RoleArn> {
    if let Ok(own) = text.parse() {
        return Ok(own);
    }
    let role = AwsPrincipal::parse(text).and_then(|(account, who)| match who {
        AwsPrincipal::Role(name) => Some(RoleArn { account, name: name.parse().ok()? }),
        AwsPrincipal::Root | AwsPrincipal::User(_) | AwsPrincipal::Session(_) => None,
    });
    role.ok_or_else(|| Failure::invalid("RoleArn", "it must be arn:aws:iam::<account>:role/<name>"))
}

#[cfg(test)]
mod tests {
    use super::{of_policy, policy, role};
    use types::Reason;

    #[test]
    fn policies_go_in_and_come_back() {
        let own = "1234567890123456".parse().unwrap();
        for text in ["arn:aws:iam::1234567890123456:policy/mine", "arn:aws:iam::aws:policy/AdministratorAccess"] {
            assert_eq!(of_policy(own, &policy(own, text).unwrap()), text);
        }
        for (text, reason) in [
            ("arn:aws:iam::6543210987654321:policy/mine", Reason::PolicyNotFound),
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", Reason::PolicyNotFound),
            ("arn:aws:iam::1234567890123456:role/mine", Reason::ParameterInvalid),
            ("arn:aws:iam::1234567890123456:policy/a/b", Reason::ParameterInvalid),
            ("mine", Reason::ParameterInvalid),
        ] {
            assert_eq!(policy(own, text).unwrap_err().reason(), reason, "{text}");
        }
    }

    #[test]
    fn roles_in_both_spellings() {
        for text in ["arn:aws:iam::1234567890123456:role/r", "acs:ram::1234567890123456:role/r"] {
            assert_eq!(role(text).unwrap().to_string(), "acs:ram::1234567890123456:role/r");
        }
        for wrong in ["", "r", "arn:aws:iam::1234567890123456:user/r", "arn:aws:iam::1:role/r"] {
            assert!(role(wrong).is_err(), "{wrong}");
        }
    }
}
