use super::provider::{OidcProviderRecord, ProviderRef};
use super::providers::{CLIENT_IDS_MOST, FINGERPRINTS_MOST, check_client_id, check_fingerprint, provider_paths};
use super::update::save;
use crate::caller::Caller;
use crate::iam::write;
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope};
use async_trait::async_trait;
use store::Txn;
use types::{Action, Failure, Reason, Result};

/// One change to one of a provider's lists. To add what is there, and to take away what is not, changes nothing.
macro_rules! change {
    ($(#[$doc:meta])* $name:ident, $action:literal, $parameter:literal, $check:path, $apply:expr) => {
        $(#[$doc])*
        pub struct $name {
            /// To which provider.
            pub provider: ProviderRef,
            /// What.
            pub value: String,
        }

        impl Operation for $name {
            type Output = OidcProviderRecord;

            fn action(&self) -> Action {
                write($action)
            }

            fn audit(&self, audit: &mut Audit) {
                self.provider.audit(audit);
                audit.parameter($parameter, self.value.as_str());
            }
        }

        #[async_trait]
        impl Own for $name {
            provider_paths!();

            fn check(&self) -> Result<()> {
                $check($parameter, &self.value)
            }

            async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<OidcProviderRecord> {
                let mut provider = self.provider.find(scope.account, txn).await?;
                let apply: fn(&mut OidcProviderRecord, &str) -> Result<()> = $apply;
                apply(&mut provider, &self.value)?;
                provider.updated = scope.now;
                save(scope, txn, &provider).await?;
                Ok(provider)
            }
        }
    };
}

change!(
    /// Takes tokens for one more client.
    AddClientId, "AddClientIdToOIDCProvider", "ClientId", check_client_id,
    |provider, value| add(&mut provider.client_ids, value, CLIENT_IDS_MOST)
);
change!(
    /// Takes tokens for a client no more.
    RemoveClientId, "RemoveClientIdFromOIDCProvider", "ClientId", check_client_id,
    |provider, value| remove(&mut provider.client_ids, value)
);
change!(
    /// Lets one more certificate be above the issuer's.
    AddFingerprint, "AddFingerprintToOIDCProvider", "Fingerprint", check_fingerprint,
    |provider, value| add(&mut provider.fingerprints, value, FINGERPRINTS_MOST)
);
change!(
    /// Lets a certificate be above the issuer's no more. Without any, the authorities that the deployment trusts are trusted.
    RemoveFingerprint, "RemoveFingerprintFromOIDCProvider", "Fingerprint", check_fingerprint,
    |provider, value| remove(&mut provider.fingerprints, value)
);

fn add(list: &mut Vec<String>, value: &str, most: usize) -> Result<()> {
    if list.iter().any(|one| one == value) {
        return Ok(());
    }
    if list.len() >= most {
        return Err(Failure::of(Reason::OidcProviderFull));
    }
    list.push(value.to_owned());
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "as the others of the table")]
fn remove(list: &mut Vec<String>, value: &str) -> Result<()> {
    list.retain(|one| one != value);
    Ok(())
}
