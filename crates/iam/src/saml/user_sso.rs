use super::providers::{audit_metadata, parse};
use super::records::{SamlMetadataRecord, USER_SSO, USER_SSO_METADATA, UserSsoRecord};
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use async_trait::async_trait;
use store::{Txn, View};
use types::{AccountId, Action, Failure, Result};

/// Sets whether the account's users sign in at an identity provider of their own, and at which. What is `None` stays.
///
/// While they do, nobody signs in with a password. Sessions from before it was switched on or off end by it.
#[derive(Clone, Debug, Default)]
pub struct SetUserSso {
    /// Whether they do.
    pub enabled: Option<bool>,
    /// The provider's metadata document. There must be one before it is switched on.
    pub metadata: Option<String>,
    /// Whether the provider names users with their domain.
    pub with_domain: Option<bool>,
}

/// Shows whether the account's users sign in at an identity provider of their own.
pub struct GetUserSso;

/// Whether and where users sign in, with the provider's metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSso {
    /// Whether they do.
    pub enabled: bool,
    /// The provider's metadata document, as it was given; none was yet, if `None`.
    pub metadata: Option<String>,
    /// Whether the provider names users with their domain.
    pub with_domain: bool,
}

/// The account's settings.
pub(crate) async fn user_sso(view: &View, account: AccountId) -> Result<UserSsoRecord> {
    Ok(view.get(USER_SSO, account, b"").await?.unwrap_or_default())
}

async fn document(view: &View, account: AccountId) -> Result<Option<String>> {
    Ok(view.get(USER_SSO_METADATA, account, b"").await?.map(|record| record.document))
}

impl Operation for SetUserSso {
    type Output = UserSso;

    fn action(&self) -> Action {
        write("SetUserSsoSettings")
    }

    fn audit(&self, audit: &mut Audit) {
        audit.optional("SsoEnabled", self.enabled);
        audit.optional("SsoLoginWithDomain", self.with_domain);
        audit_metadata(audit, self.metadata.as_ref());
    }
}

#[async_trait]
impl Own for SetUserSso {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    fn check(&self) -> Result<()> {
        self.metadata.as_deref().map(parse).transpose().map(|_| ())
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<UserSso> {
        let mut record = user_sso(txn.view(), scope.account).await?;
        let before = document(txn.view(), scope.account).await?;
        if let Some(document) = &self.metadata {
            let document = SamlMetadataRecord { document: document.clone() };
            txn.put(USER_SSO_METADATA, scope.account, b"", &document).await?;
        }
        let metadata = self.metadata.clone().or(before);
        let enabled = self.enabled.unwrap_or(record.enabled);
        if enabled && metadata.is_none() {
            return Err(Failure::missing("MetadataDocument"));
        }
        if enabled != record.enabled {
            record.changed = scope.now;
        }
        record.enabled = enabled;
        record.with_domain = self.with_domain.unwrap_or(record.with_domain);
        txn.put(USER_SSO, scope.account, b"", &record).await?;
        Ok(UserSso { enabled, metadata, with_domain: record.with_domain })
    }
}

impl Operation for GetUserSso {
    type Output = UserSso;

    fn action(&self) -> Action {
        read("GetUserSsoSettings")
    }

    fn audit(&self, _: &mut Audit) {}
}

#[async_trait]
impl Own for GetUserSso {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["*".to_owned()])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<UserSso> {
        let UserSsoRecord { enabled, with_domain, .. } = user_sso(txn.view(), scope.account).await?;
        let metadata = document(txn.view(), scope.account).await?;
        Ok(UserSso { enabled, metadata, with_domain })
    }
}
