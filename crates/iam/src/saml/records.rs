//! What is kept of SAML identity providers.

use serde::{Deserialize, Serialize};
use store::{Record, Space, Table};
use types::{SamlProviderId, SamlProviderName, Timestamp};

/// An identity provider, without its metadata document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SamlProviderRecord {
    /// The immutable id.
    pub id: SamlProviderId,
    /// The name.
    pub name: SamlProviderName,
    /// Notes.
    #[serde(default)]
    pub description: String,
    /// The name of the entity in the metadata.
    pub entity: String,
    /// Until when the metadata holds.
    pub valid_until: Timestamp,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

/// The metadata document of an identity provider, as it was given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SamlMetadataRecord {
    /// The document.
    pub document: String,
}

/// Whether an account's users sign in at an identity provider of their own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UserSsoRecord {
    /// Whether they do.
    pub enabled: bool,
    /// Whether the provider names them with their domain.
    pub with_domain: bool,
    /// When it was last switched on or off. Sessions from before are over.
    pub changed: Timestamp,
}

impl Default for UserSsoRecord {
    fn default() -> Self {
        Self { enabled: false, with_domain: true, changed: Timestamp::default() }
    }
}

impl Record for UserSsoRecord {}
impl Record for SamlProviderRecord {}
impl Record for SamlMetadataRecord {}

/// SAML identity providers by name.
pub(crate) const SAML_PROVIDERS: Table<SamlProviderRecord> = Table::new(Space::Identity, 30, "a SAML provider");
/// Their metadata documents by name. Apart, since every request of a session that they vouch for asks for the former.
pub(crate) const SAML_METADATA: Table<SamlMetadataRecord> =
    Table::new(Space::Identity, 31, "a SAML provider's metadata");
/// Whether users sign in at a provider of their own, under an empty suffix; they do not if missing.
pub(crate) const USER_SSO: Table<UserSsoRecord> = Table::new(Space::Identity, 32, "the settings for user sign-in");
/// The metadata document of that provider, under an empty suffix.
pub(crate) const USER_SSO_METADATA: Table<SamlMetadataRecord> =
    Table::new(Space::Identity, 33, "the metadata for user sign-in");
