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

impl Record for SamlProviderRecord {}
impl Record for SamlMetadataRecord {}

/// SAML identity providers by name.
pub(crate) const SAML_PROVIDERS: Table<SamlProviderRecord> = Table::new(Space::Identity, 30, "a SAML provider");
/// Their metadata documents by name. Apart, since every request of a session that they vouch for asks for the former.
pub(crate) const SAML_METADATA: Table<SamlMetadataRecord> =
    Table::new(Space::Identity, 31, "a SAML provider's metadata");
