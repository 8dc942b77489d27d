//! Identity providers of SAML 2.0, and whom they vouch for.

mod assume;
mod providers;
pub(crate) mod records;

pub use assume::{AssumeRoleWithSaml, AssumedRoleWithSaml, SamlWords};
pub use providers::{
    CreateSamlProvider, DeleteSamlProvider, GetSamlProvider, ListSamlProviders, SamlProvider, SamlProviderArn,
    UpdateSamlProvider,
};
pub use records::SamlProviderRecord;
