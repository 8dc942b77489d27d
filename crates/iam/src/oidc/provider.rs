use super::issuers::TrustedIssuer;
use crate::operation::Audit;
use federation::oidc::{Expected, IssuerUrl};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;
use store::{Record, Space, Table, Txn, View};
use types::{AccountId, Failure, NameError, OidcProviderId, OidcProviderName, Reason, Result, Timestamp};

/// An identity provider of OpenID Connect that an account trusts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OidcProviderRecord {
    /// The immutable id.
    pub id: OidcProviderId,
    /// The name.
    pub name: OidcProviderName,
    /// Whose tokens it takes.
    pub issuer: IssuerUrl,
    /// Notes.
    pub description: String,
    /// For whom the tokens must be.
    pub client_ids: Vec<String>,
    /// Hashes of certificates (hex of SHA-1 or SHA-256), one of which has to be above the issuer's.
    pub fingerprints: Vec<String>,
    /// How many hours ago a token may have been issued.
    pub issuance_limit_hours: u32,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
}

/// The name of the provider of an issuer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OidcIssuerRecord {
    /// The name.
    pub(crate) name: OidcProviderName,
}

impl Record for OidcProviderRecord {}
impl Record for OidcIssuerRecord {}

/// OIDC providers by name.
pub(crate) const OIDC_PROVIDERS: Table<OidcProviderRecord> = Table::new(Space::Identity, 40, "an OIDC provider");
/// Their names by their issuers' URLs without the scheme, of which an account has each once.
pub(crate) const OIDC_ISSUERS: Table<OidcIssuerRecord> = Table::new(Space::Identity, 41, "an OIDC provider's issuer");

impl OidcProviderRecord {
    /// What is expected of its tokens.
    pub(super) fn expected(&self) -> Expected<'_> {
        let max_age = Duration::from_secs(3_600 * u64::from(self.issuance_limit_hours));
        Expected { issuer: &self.issuer, audiences: &self.client_ids, max_age }
    }

    pub(super) fn trusted(&self, account: AccountId) -> TrustedIssuer {
        TrustedIssuer {
            account,
            provider: self.id.clone(),
            url: self.issuer.clone(),
            fingerprints: self.fingerprints.clone(),
        }
    }
}

/// A provider of any account: `acs:ram::<account>:oidc-provider/<name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcProviderArn {
    /// The account.
    pub account: AccountId,
    /// The provider.
    pub name: OidcProviderName,
}

impl FromStr for OidcProviderArn {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let parts = text.strip_prefix("acs:ram::").and_then(|rest| rest.split_once(":oidc-provider/"));
        let read = parts.and_then(|(account, name)| Some((account.parse().ok()?, name.parse().ok()?)));
        let (account, name) =
            read.ok_or(NameError::new("OIDC provider ARN", "acs:ram::<account>:oidc-provider/<name>"))?;
        Ok(Self { account, name })
    }
}

impl fmt::Display for OidcProviderArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "acs:ram::{}:oidc-provider/{}", self.account, self.name)
    }
}

/// Which of the account's own providers is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderRef {
    /// That of this name.
    Name(OidcProviderName),
    /// That of the issuer whose URL this is, without its scheme.
    Issuer(String),
}

/// Bytes of an issuer's URL; a longer text is none.
const ISSUER_BYTES: usize = 255;

impl ProviderRef {
    /// Notes it for the event, as it was named.
    pub(super) fn audit(&self, audit: &mut Audit) {
        match self {
            Self::Name(name) => {
                audit.parameter("OIDCProviderName", name.as_str());
                audit.resource("ACS::RAM::OIDCProvider", name.as_str());
            }
            Self::Issuer(bare) => audit.parameter("Issuer", bare.as_str()),
        }
    }

    /// The provider's name; of an issuer that is not known, the name that its provider would get.
    pub(super) async fn name(&self, account: AccountId, view: &View) -> Result<OidcProviderName> {
        match self {
            Self::Name(name) => Ok(name.clone()),
            Self::Issuer(bare) if bare.len() > ISSUER_BYTES => Ok(name_for(bare)),
            Self::Issuer(bare) => {
                let found = view.get(OIDC_ISSUERS, account, bare.as_bytes()).await?;
                Ok(found.map_or_else(|| name_for(bare), |record| record.name))
            }
        }
    }

    /// What policies call it.
    pub(crate) async fn path(&self, account: AccountId, view: &View) -> Result<String> {
        Ok(provider_path(&self.name(account, view).await?))
    }

    /// The provider, or that there is none.
    pub(super) async fn find(&self, account: AccountId, txn: &mut Txn) -> Result<OidcProviderRecord> {
        let name = self.name(account, txn.view()).await?;
        let found = txn.get(OIDC_PROVIDERS, account, name.as_str().as_bytes()).await?;
        let fits = |record: &OidcProviderRecord| match self {
            Self::Name(_) => true,
            Self::Issuer(bare) => record.issuer.bare() == bare,
        };
        let missing = || Failure::of(Reason::OidcProviderNotFound).with("OIDCProviderName", name.as_str());
        found.filter(fits).ok_or_else(missing)
    }
}

/// What a provider is called in policies, below the account.
pub(super) fn provider_path(name: &OidcProviderName) -> String {
    format!("oidc-provider/{name}")
}

/// The name of a provider whose maker gave it none: the issuer's URL without its scheme, with hyphens where no name has what
/// stands there. If it is not the very same then, the start of its hash makes it the issuer's own.
#[expect(clippy::expect_used, reason = "letters and digits at both ends, and what names are made of between")]
pub(super) fn name_for(bare: &str) -> OidcProviderName {
    const KEPT: usize = 100;
    let letter = |b: u8| if b.is_ascii_alphanumeric() || b"._-".contains(&b) { char::from(b) } else { '-' };
    let text: String = bare.bytes().map(letter).collect();
    let plain = text.trim_matches(['.', '_', '-']);
    if plain == bare && plain.len() <= KEPT && !plain.is_empty() {
        return plain.parse().expect("a name");
    }
    let (hash, kept) = (hex::encode(crypto::sha256(bare.as_bytes())), plain.get(..plain.len().min(KEPT)));
    let (kept, hash) = (kept.unwrap_or_default(), hash.get(..12).unwrap_or_default());
    let joint = if kept.is_empty() { "issuer" } else { kept };
    format!("{joint}-{hash}").parse().expect("a name")
}

#[cfg(test)]
mod tests {
    use super::name_for;

    #[test]
    fn a_provider_without_a_name_gets_one() {
        assert_eq!(name_for("accounts.example.com").as_str(), "accounts.example.com");
        let long = "a/".repeat(127);
        let names = ["id.example/", "id.example/a", "id.example-a", "id.example:8443", "", "///", "[::1]:1", &long];
        let made: std::collections::HashSet<String> = names.iter().map(|bare| name_for(bare).to_string()).collect();
        assert_eq!(made.len(), names.len());
        assert!(name_for("id.example/a").as_str().starts_with("id.example-a-"));
    }
}
