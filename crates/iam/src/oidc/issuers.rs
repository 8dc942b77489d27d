use async_trait::async_trait;
use federation::oidc::{IssuerUrl, KeySet, Wanted};
use std::sync::Arc;
use types::{AccountId, OidcProviderId, Result};

/// An issuer as an account trusts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedIssuer {
    /// The account.
    pub account: AccountId,
    /// The provider. What one account learned of an issuer is no other's.
    pub provider: OidcProviderId,
    /// The issuer's URL.
    pub url: IssuerUrl,
    /// Fingerprints of certificates, one of which has to be above the issuer's own. If there are none, the authorities that
    /// the deployment trusts are trusted.
    pub fingerprints: Vec<String>,
}

/// Where the keys of issuers come from. It is asked outside of transactions, since it may take long.
#[async_trait]
pub trait Issuers: Send + Sync {
    /// Refuses an issuer that would never be asked, such as one on this machine.
    fn check(&self, issuer: &IssuerUrl) -> Result<()>;

    /// The keys of an issuer. If the wanted one is not among those that are known, the issuer is asked again, as often as is
    /// decent; it may still be missing then.
    async fn keys(&self, of: &TrustedIssuer, wanted: &Wanted) -> Result<Arc<KeySet>>;
}
