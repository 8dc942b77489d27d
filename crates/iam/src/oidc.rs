//! Identity providers of OpenID Connect: what an account trusts, and the roles it lets them speak for.

mod assume;
mod issuers;
mod lists;
mod outcome;
mod provider;
mod providers;
mod update;

pub use assume::{AssumeRoleWithOidc, WebIdentity};
pub use issuers::{Issuers, TrustedIssuer};
pub use lists::{AddClientId, AddFingerprint, RemoveClientId, RemoveFingerprint};
pub use outcome::{FederatedRole, Federation};
pub(crate) use provider::OIDC_PROVIDERS;
pub use provider::{OidcProviderArn, OidcProviderRecord, ProviderRef};
pub use providers::{CreateOidcProvider, DeleteOidcProvider, GetOidcProvider, ListOidcProviders};
pub use update::UpdateOidcProvider;
