use super::provider::{
    OIDC_ISSUERS, OIDC_PROVIDERS, OidcIssuerRecord, OidcProviderRecord, ProviderRef, name_for, provider_path,
};
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope, check_text, count};
use crate::page::{Page, PageRequest};
use async_trait::async_trait;
use federation::oidc::IssuerUrl;
use std::ops::RangeInclusive;
use store::Txn;
use types::{Action, Failure, OidcProviderId, OidcProviderName, Reason, Result};

/// Providers of one account (IMS, CreateOIDCProvider).
const PROVIDERS_MOST: usize = 100;
/// Client ids of a provider.
pub(super) const CLIENT_IDS_MOST: usize = 50;
/// Characters of one (IAM, `clientIDType`).
const CLIENT_ID_CHARS: RangeInclusive<usize> = 1..=255;
/// Fingerprints of a provider.
pub(super) const FINGERPRINTS_MOST: usize = 5;
const DESCRIPTION_CHARS: usize = 256;
/// How many hours ago tokens may have been issued.
const ISSUANCE_HOURS: RangeInclusive<u32> = 1..=168;
const ISSUANCE_HOURS_DEFAULT: u32 = 12;

/// Makes an account trust an issuer.
pub struct CreateOidcProvider {
    /// The name; one made of the issuer's URL if it is not given.
    pub name: Option<OidcProviderName>,
    /// Whose tokens are to be taken. An account has one provider at most for each issuer.
    pub issuer: IssuerUrl,
    /// Notes.
    pub description: String,
    /// For whom tokens must be.
    pub client_ids: Vec<String>,
    /// Hashes of certificates above the issuer's.
    pub fingerprints: Vec<String>,
    /// How many hours ago tokens may have been issued: 1 to 168, 12 if not said.
    pub issuance_limit_hours: Option<u32>,
}

/// Shows a provider.
pub struct GetOidcProvider {
    /// Which.
    pub provider: ProviderRef,
}

/// Lists the account's providers.
pub struct ListOidcProviders {
    /// Which part.
    pub page: PageRequest,
}

/// Deletes a provider. The sessions that rest on its word end with it; trust policies that name it let nobody in any more.
pub struct DeleteOidcProvider {
    /// Which.
    pub provider: ProviderRef,
}

/// Refuses what cannot be a client id. A comma would make two of it in lists.
pub(super) fn check_client_id(field: &'static str, id: &str) -> Result<()> {
    let fits = CLIENT_ID_CHARS.contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && b != b',');
    let rule = "client ids of 1 to 255 printable ASCII characters without a comma";
    if fits { Ok(()) } else { Err(Failure::invalid(field, rule)) }
}

/// Refuses what is no hash of a certificate.
pub(super) fn check_fingerprint(field: &'static str, text: &str) -> Result<()> {
    let fits = matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let rule = "SHA-1 or SHA-256 hashes of certificates, each of 40 or 64 hex digits";
    if fits { Ok(()) } else { Err(Failure::invalid(field, rule)) }
}

/// Refuses a list that is too long or names something twice.
pub(super) fn check_list(
    field: &'static str,
    list: &[String],
    most: usize,
    check: fn(&'static str, &str) -> Result<()>,
) -> Result<()> {
    list.iter().try_for_each(|one| check(field, one))?;
    let twice = list.iter().enumerate().any(|(i, one)| list.iter().take(i).any(|other| other == one));
    if list.len() > most || twice {
        return Err(Failure::invalid(field, format_args!("at most {most}, each once")));
    }
    Ok(())
}

/// Refuses a limit that is none, and notes and lists that are too long.
pub(super) fn check_settings(
    description: Option<&str>,
    client_ids: Option<&[String]>,
    fingerprints: Option<&[String]>,
    hours: Option<u32>,
) -> Result<()> {
    if hours.is_some_and(|hours| !ISSUANCE_HOURS.contains(&hours)) {
        return Err(Failure::invalid("IssuanceLimitTime", "1 to 168 hours"));
    }
    description.map(|text| check_text("Description", text, DESCRIPTION_CHARS)).transpose()?;
    client_ids.map(|ids| check_list("ClientIds", ids, CLIENT_IDS_MOST, check_client_id)).transpose()?;
    let fingerprints = fingerprints.map(|list| check_list("Fingerprints", list, FINGERPRINTS_MOST, check_fingerprint));
    fingerprints.transpose()?;
    Ok(())
}

impl CreateOidcProvider {
    fn settled_name(&self) -> OidcProviderName {
        self.name.clone().unwrap_or_else(|| name_for(self.issuer.bare()))
    }
}

impl Operation for CreateOidcProvider {
    type Output = OidcProviderRecord;

    fn action(&self) -> Action {
        write("CreateOIDCProvider")
    }

    fn audit(&self, audit: &mut Audit) {
        ProviderRef::Name(self.settled_name()).audit(audit);
        audit.parameter("IssuerUrl", self.issuer.as_str());
        audit.parameter("Description", self.description.as_str());
        audit.parameter("ClientIds", self.client_ids.join(","));
        audit.parameter("Fingerprints", self.fingerprints.join(","));
        audit.optional("IssuanceLimitTime", self.issuance_limit_hours);
    }
}

#[async_trait]
impl Own for CreateOidcProvider {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![provider_path(&self.settled_name())])
    }

    fn check(&self) -> Result<()> {
        let (ids, fingerprints) = (Some(self.client_ids.as_slice()), Some(self.fingerprints.as_slice()));
        check_settings(Some(&self.description), ids, fingerprints, self.issuance_limit_hours)
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<OidcProviderRecord> {
        scope.iam.issuers()?.check(&self.issuer)?;
        let (account, name, bare) = (scope.account, self.settled_name(), self.issuer.bare().as_bytes());
        let place = name.as_str().as_bytes();
        if txn.get(OIDC_PROVIDERS, account, place).await?.is_some()
            || txn.get(OIDC_ISSUERS, account, bare).await?.is_some()
        {
            return Err(Failure::of(Reason::OidcProviderExists).with("OIDCProviderName", name.as_str()));
        }
        if count(txn.view(), OIDC_PROVIDERS, account, b"", PROVIDERS_MOST).await? >= PROVIDERS_MOST {
            return Err(Reason::TooManyOidcProviders.into());
        }
        let provider = OidcProviderRecord {
            id: OidcProviderId::random(scope.iam.identity_store().rng().as_ref()),
            name: name.clone(),
            issuer: self.issuer.clone(),
            description: self.description.clone(),
            client_ids: self.client_ids.clone(),
            fingerprints: self.fingerprints.clone(),
            issuance_limit_hours: self.issuance_limit_hours.unwrap_or(ISSUANCE_HOURS_DEFAULT),
            created: scope.now,
            updated: scope.now,
        };
        txn.put(OIDC_PROVIDERS, account, place, &provider).await?;
        txn.put(OIDC_ISSUERS, account, bare, &OidcIssuerRecord { name }).await?;
        Ok(provider)
    }
}

impl Operation for GetOidcProvider {
    type Output = OidcProviderRecord;

    fn action(&self) -> Action {
        read("GetOIDCProvider")
    }

    fn audit(&self, audit: &mut Audit) {
        self.provider.audit(audit);
    }
}

/// That an operation is done to its provider.
macro_rules! provider_paths {
    () => {
        fn paths(&self, _: &Caller) -> Result<Vec<String>> {
            Ok(vec!["oidc-provider/*".to_owned()])
        }

        fn provider(&self) -> Option<&ProviderRef> {
            Some(&self.provider)
        }
    };
}
pub(super) use provider_paths;

#[async_trait]
impl Own for GetOidcProvider {
    provider_paths!();

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<OidcProviderRecord> {
        self.provider.find(scope.account, txn).await
    }
}

impl Operation for ListOidcProviders {
    type Output = Page<OidcProviderRecord>;

    fn action(&self) -> Action {
        read("ListOIDCProviders")
    }

    fn audit(&self, audit: &mut Audit) {
        self.page.audit(audit);
    }
}

#[async_trait]
impl Own for ListOidcProviders {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["oidc-provider/*".to_owned()])
    }

    fn check(&self) -> Result<()> {
        self.page.check()
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Page<OidcProviderRecord>> {
        self.page.of_table(txn.view(), OIDC_PROVIDERS, scope.account, |provider| provider.name.to_string()).await
    }
}

impl Operation for DeleteOidcProvider {
    type Output = ();

    fn action(&self) -> Action {
        write("DeleteOIDCProvider")
    }

    fn audit(&self, audit: &mut Audit) {
        self.provider.audit(audit);
    }
}

#[async_trait]
impl Own for DeleteOidcProvider {
    provider_paths!();

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let provider = self.provider.find(scope.account, txn).await?;
        txn.delete(OIDC_PROVIDERS, scope.account, provider.name.as_str().as_bytes());
        txn.delete(OIDC_ISSUERS, scope.account, provider.issuer.bare().as_bytes());
        Ok(())
    }
}
