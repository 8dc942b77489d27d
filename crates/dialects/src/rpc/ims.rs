//! Identities, the newer interface, 2019-08-15: another spelling of the same. Users go by `<user>@<default domain>` here.

pub(super) mod account;
mod key_policies;
pub(super) mod oidc;
pub(super) mod passkeys;
pub(super) mod people;
pub(super) mod recycling;
pub(super) mod saml;
pub(super) mod users;

use super::context::Answer;
use super::row::{Row, row};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Ims, "SetDefaultDomain"),
    row!(Ims, "GetVerificationInfo"),
    row!(Ims, "SetVerificationInfo"),
    row!(Ims, "UnbindVerification"),
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

/// An answer with a member that the older interface does not have.
fn with(mut answer: Answer, member: &str, value: bool) -> Answer {
    answer.insert(member.to_owned(), value.into());
    answer
}
