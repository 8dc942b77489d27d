//! Identity providers of SAML 2.0, and whom they vouch for.

mod assume;
mod places;
mod providers;
pub(crate) mod records;
mod sign_in;
pub(crate) mod user_sso;

pub use assume::{AssumeRoleWithSaml, AssumedRoleWithSaml, SamlWords};
pub use places::SamlPlaces;
pub use providers::{
    CreateSamlProvider, DeleteSamlProvider, GetSamlProvider, ListSamlProviders, SamlProvider, SamlProviderArn,
    UpdateSamlProvider,
};
pub use records::SamlProviderRecord;
pub use sign_in::{SignInWithSaml, UserSsoWords};
pub use user_sso::{GetUserSso, SetUserSso, UserSso};
