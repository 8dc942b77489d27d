use super::provider::{OIDC_PROVIDERS, OidcProviderRecord, ProviderRef};
use super::providers::{check_settings, provider_paths};
use crate::caller::Caller;
use crate::iam::write;
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use async_trait::async_trait;
use store::Txn;
use types::{Action, Result};

/// Changes a provider. What is `None` stays; its issuer and its name always do.
pub struct UpdateOidcProvider {
    /// Which.
    pub provider: ProviderRef,
    /// New notes.
    pub description: Option<String>,
    /// Another list of client ids.
    pub client_ids: Option<Vec<String>>,
    /// Another list of fingerprints.
    pub fingerprints: Option<Vec<String>>,
    /// Another limit, in hours.
    pub issuance_limit_hours: Option<u32>,
}

impl Operation for UpdateOidcProvider {
    type Output = OidcProviderRecord;

    fn action(&self) -> Action {
        write("UpdateOIDCProvider")
    }

    fn audit(&self, audit: &mut Audit) {
        self.provider.audit(audit);
        audit.optional("NewDescription", self.description.as_deref());
        audit.optional("ClientIds", self.client_ids.as_ref().map(|ids| ids.join(",")));
        audit.optional("Fingerprints", self.fingerprints.as_ref().map(|list| list.join(",")));
        audit.optional("IssuanceLimitTime", self.issuance_limit_hours);
    }
}

#[async_trait]
impl Own for UpdateOidcProvider {
    provider_paths!();

    fn check(&self) -> Result<()> {
        let (ids, fingerprints) = (self.client_ids.as_deref(), self.fingerprints.as_deref());
        check_settings(self.description.as_deref(), ids, fingerprints, self.issuance_limit_hours)
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<OidcProviderRecord> {
        let before = self.provider.find(scope.account, txn).await?;
        let provider = OidcProviderRecord {
            description: self.description.clone().unwrap_or(before.description),
            client_ids: self.client_ids.clone().unwrap_or(before.client_ids),
            fingerprints: self.fingerprints.clone().unwrap_or(before.fingerprints),
            issuance_limit_hours: self.issuance_limit_hours.unwrap_or(before.issuance_limit_hours),
            updated: scope.now,
            ..before
        };
        save(scope, txn, &provider).await?;
        Ok(provider)
    }
}

pub(super) async fn save(scope: &Scope<'_>, txn: &mut Txn, provider: &OidcProviderRecord) -> Result<()> {
    txn.put(OIDC_PROVIDERS, scope.account, provider.name.as_str().as_bytes(), provider).await
}
