//! Identities, the newer interface, 2019-08-15: another spelling of the same. Users go by `<user>@<default domain>` here.

pub(super) mod people;
pub(super) mod users;

use super::context::Context;
use super::row::{Row, row};
use types::{AccountId, Failure, NameError, Reason, Result, UserName};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Ims, "CreateSAMLProvider"),
    row!(Ims, "GetSAMLProvider"),
    row!(Ims, "ListSAMLProviders"),
    row!(Ims, "UpdateSAMLProvider"),
    row!(Ims, "DeleteSAMLProvider"),
    row!(Ims, "GetUserSsoSettings"),
    row!(Ims, "SetUserSsoSettings"),
    row!(Ims, "CreateOIDCProvider"),
    row!(Ims, "GetOIDCProvider"),
    row!(Ims, "ListOIDCProviders"),
    row!(Ims, "UpdateOIDCProvider"),
    row!(Ims, "DeleteOIDCProvider"),
    row!(Ims, "AddClientIdToOIDCProvider"),
    row!(Ims, "RemoveClientIdFromOIDCProvider"),
    row!(Ims, "AddFingerprintToOIDCProvider"),
    row!(Ims, "RemoveFingerprintFromOIDCProvider"),
    row!(Ims, "GetDefaultDomain"),
    row!(Ims, "SetDefaultDomain"),
    row!(Ims, "GetAccountSummary"),
    row!(Ims, "GetAccountMFAInfo"),
    row!(Ims, "GetAccountSecurityPracticeReport"),
    row!(Ims, "GenerateCredentialReport"),
    row!(Ims, "GetCredentialReport"),
    row!(Ims, "ListUserBasicInfos"),
    row!(Ims, "SetPasswordPolicy"),
    row!(Ims, "GetPasswordPolicy"),
    row!(Ims, "SetSecurityPreference"),
    row!(Ims, "GetSecurityPreference"),
    row!(Ims, "DisableVirtualMFA"),
    row!(Ims, "GetVerificationInfo"),
    row!(Ims, "SetVerificationInfo"),
    row!(Ims, "UnbindVerification"),
    row!(Ims, "ListPasskeys"),
    row!(Ims, "UpdatePasskey"),
    row!(Ims, "DeletePasskey"),
    row!(Ims, "SetAccessKeyPolicy"),
    row!(Ims, "GetAccessKeyPolicy"),
    row!(Ims, "SetAccessKeyPolicyForAccount"),
    row!(Ims, "GetAccessKeyPolicyForAccount"),
    row!(Ims, "TagResources"),
    row!(Ims, "UntagResources"),
    row!(Ims, "ListTagResources"),
    row!(Ims, "ListUsersInRecycleBin"),
    row!(Ims, "GetUserInRecycleBin"),
    row!(Ims, "RestoreUserFromRecycleBin"),
    row!(Ims, "DeleteUserInRecycleBin"),
    row!(Ims, "ListAccessKeysInRecycleBin"),
    row!(Ims, "GetAccessKeyInfoInRecycleBin"),
    row!(Ims, "RestoreAccessKeyFromRecycleBin"),
    row!(Ims, "DeleteAccessKeyInRecycleBin"),
    row!(Ims, "CreateApplication"),
    row!(Ims, "GetApplication"),
    row!(Ims, "UpdateApplication"),
    row!(Ims, "DeleteApplication"),
    row!(Ims, "ListApplications"),
    row!(Ims, "CreateAppSecret"),
    row!(Ims, "GetAppSecret"),
    row!(Ims, "ListAppSecretIds"),
    row!(Ims, "DeleteAppSecret"),
    row!(Ims, "ListPredefinedScopes"),
    row!(Ims, "ProvisionApplication"),
    row!(Ims, "DeprovisionApplication"),
    row!(Ims, "ProvisionExternalApplication"),
    row!(Ims, "DeprovisionExternalApplication"),
    row!(Ims, "GetExternalApplication"),
    row!(Ims, "ListExternalApplications"),
    row!(Ims, "GetApplicationProvisionInfo"),
    row!(Ims, "ListApplicationProvisionInfos"),
    row!(Ims, "CreateServiceCredential"),
    row!(Ims, "GetServiceCredential"),
    row!(Ims, "ListServiceCredentials"),
    row!(Ims, "UpdateServiceCredential"),
    row!(Ims, "DeleteServiceCredential"),
    row!(Ims, "GenerateGovernanceReport"),
    row!(Ims, "GetGovernanceReportStatus"),
    row!(Ims, "GetGovernanceItemReport"),
    row!(Ims, "ListRecentGovernanceMetrics"),
];

/// What follows a user's name and an `@`.
fn domain(account: AccountId) -> String {
    format!("{account}.onaliyun.com")
}

fn own_account(c: &Context<'_>) -> Result<AccountId> {
    c.caller.account().ok_or_else(|| Failure::of(Reason::MissingAuthentication))
}

/// A user's name as it is shown.
fn principal(c: &Context<'_>, user: &UserName) -> String {
    let domain = c.caller.account().map(domain).unwrap_or_default();
    format!("{user}@{domain}")
}

/// The user of a parameter, if it is given. Users of other domains are as good as missing.
fn given(c: &Context<'_>, parameter: &'static str) -> Result<Option<UserName>> {
    let Some(text) = c.params.optional(parameter) else { return Ok(None) };
    let rule = NameError::new("user principal name", "<user>@<account id>.onaliyun.com");
    let (user, of) = text.split_once('@').ok_or_else(|| Failure::invalid(parameter, rule))?;
    if of != domain(own_account(c)?) {
        return Err(Failure::of(Reason::UserNotFound));
    }
    user.parse().map(Some).map_err(|rule| Failure::invalid(parameter, rule))
}

/// The user a call is about.
fn user_of(c: &Context<'_>) -> Result<UserName> {
    given(c, "UserPrincipalName")?.ok_or_else(|| Failure::missing("UserPrincipalName"))
}
