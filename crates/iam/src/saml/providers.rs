use super::records::{SAML_METADATA, SAML_PROVIDERS, SamlMetadataRecord, SamlProviderRecord};
use crate::caller::Caller;
use crate::iam::{read, write};
use crate::operation::{Audit, Operation};
use crate::own::{Own, Scope, check_text, count};
use crate::page::{Page, PageRequest};
use async_trait::async_trait;
use federation::saml::Metadata;
use std::str::FromStr;
use store::Txn;
use types::{AccountId, Action, Failure, NameError, Reason, Result, SamlProviderId, SamlProviderName};

/// Identity providers of one account (RAM and IAM limits).
const PROVIDERS_MOST: usize = 100;
/// Characters of a description.
const DESCRIPTION_CHARS: usize = 256;

/// A SAML identity provider of any account: `acs:ram::<account>:saml-provider/<name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamlProviderArn {
    /// The account.
    pub account: AccountId,
    /// The provider.
    pub name: SamlProviderName,
}

impl FromStr for SamlProviderArn {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let parts = text.strip_prefix("acs:ram::").and_then(|rest| rest.split_once(":saml-provider/"));
        let read = parts.and_then(|(account, name)| Some((account.parse().ok()?, name.parse().ok()?)));
        let rule = NameError::new("SAML provider ARN", "acs:ram::<account>:saml-provider/<name>");
        let (account, name) = read.ok_or(rule)?;
        Ok(Self { account, name })
    }
}

impl std::fmt::Display for SamlProviderArn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "acs:ram::{}:saml-provider/{}", self.account, self.name)
    }
}

/// Registers an identity provider: whoever its keys vouch for may take on the roles that trust it.
pub struct CreateSamlProvider {
    /// The name.
    pub name: SamlProviderName,
    /// Notes.
    pub description: String,
    /// Its metadata document (saml-metadata), which says what it is called and with what keys it signs.
    pub metadata: String,
}

/// Shows an identity provider with its metadata.
pub struct GetSamlProvider {
    /// The name.
    pub name: SamlProviderName,
}

/// Lists the account's identity providers.
pub struct ListSamlProviders {
    /// Which part.
    pub page: PageRequest,
}

/// Changes an identity provider. What is `None` stays.
pub struct UpdateSamlProvider {
    /// The name.
    pub name: SamlProviderName,
    /// New notes.
    pub description: Option<String>,
    /// A new metadata document. From then on its keys count, and no others.
    pub metadata: Option<String>,
}

/// Forgets an identity provider. Every session it vouched for ends.
pub struct DeleteSamlProvider {
    /// The name.
    pub name: SamlProviderName,
}

/// An identity provider with its metadata.
pub struct SamlProvider {
    /// What is known of it.
    pub record: SamlProviderRecord,
    /// The metadata document, as it was given.
    pub metadata: String,
}

fn path(name: &SamlProviderName) -> String {
    format!("saml-provider/{name}")
}

fn no_such_provider(name: &SamlProviderName) -> Failure {
    Failure::of(Reason::SamlProviderNotFound).with("SAMLProviderName", name.as_str())
}

async fn find(txn: &mut Txn, account: AccountId, name: &SamlProviderName) -> Result<SamlProviderRecord> {
    txn.get(SAML_PROVIDERS, account, name.as_str().as_bytes()).await?.ok_or_else(|| no_such_provider(name))
}

fn audit_provider(audit: &mut Audit, name: &SamlProviderName) {
    audit.parameter("SAMLProviderName", name.as_str());
    audit.resource("ACS::RAM::SAMLProvider", name.as_str());
}

fn check_description(text: &str) -> Result<()> {
    check_text("Description", text, DESCRIPTION_CHARS)
}

pub(super) fn parse(document: &str) -> Result<Metadata> {
    Metadata::parse(document).map_err(|cause| {
        let rule = format_args!("the metadata of a SAML 2.0 identity provider; {cause}").to_string();
        Failure::invalid("SAMLMetadataDocument", rule).caused_by(cause)
    })
}

/// The hash of a document stands for it in events: it is long, and shown by [`GetSamlProvider`].
pub(super) fn audit_metadata(audit: &mut Audit, document: Option<&String>) {
    let hash = |document: &String| hex::encode(crypto::sha256(document.as_bytes()));
    audit.optional("SAMLMetadataDocumentSHA256", document.map(hash));
}

impl Operation for CreateSamlProvider {
    type Output = SamlProviderRecord;

    fn action(&self) -> Action {
        write("CreateSAMLProvider")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_provider(audit, &self.name);
        audit.parameter("Description", self.description.as_str());
        audit_metadata(audit, Some(&self.metadata));
    }

    fn outcome(&self, output: &SamlProviderRecord, audit: &mut Audit) {
        audit.answer("EntityId", output.entity.as_str());
    }
}

#[async_trait]
impl Own for CreateSamlProvider {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![path(&self.name)])
    }

    fn check(&self) -> Result<()> {
        check_description(&self.description)?;
        parse(&self.metadata).map(|_| ())
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<SamlProviderRecord> {
        let suffix = self.name.as_str().as_bytes();
        if txn.get(SAML_PROVIDERS, scope.account, suffix).await?.is_some() {
            return Err(Failure::of(Reason::SamlProviderExists).with("SAMLProviderName", self.name.as_str()));
        }
        if count(txn.view(), SAML_PROVIDERS, scope.account, b"", PROVIDERS_MOST).await? >= PROVIDERS_MOST {
            return Err(Reason::TooManySamlProviders.into());
        }
        let metadata = parse(&self.metadata)?;
        let record = SamlProviderRecord {
            id: SamlProviderId::random(scope.iam.identity_store().rng().as_ref()),
            name: self.name.clone(),
            description: self.description.clone(),
            entity: metadata.entity().to_owned(),
            valid_until: metadata.valid_until(),
            created: scope.now,
            updated: scope.now,
        };
        txn.put(SAML_PROVIDERS, scope.account, suffix, &record).await?;
        let document = SamlMetadataRecord { document: self.metadata.clone() };
        txn.put(SAML_METADATA, scope.account, suffix, &document).await?;
        Ok(record)
    }
}

impl Operation for GetSamlProvider {
    type Output = SamlProvider;

    fn action(&self) -> Action {
        read("GetSAMLProvider")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_provider(audit, &self.name);
    }
}

#[async_trait]
impl Own for GetSamlProvider {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![path(&self.name)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<SamlProvider> {
        let record = find(txn, scope.account, &self.name).await?;
        let document = txn.get(SAML_METADATA, scope.account, self.name.as_str().as_bytes()).await?;
        let metadata = document.ok_or_else(|| Failure::corrupt("a SAML provider's metadata"))?.document;
        Ok(SamlProvider { record, metadata })
    }
}

impl Operation for ListSamlProviders {
    type Output = Page<SamlProviderRecord>;

    fn action(&self) -> Action {
        read("ListSAMLProviders")
    }

    fn audit(&self, audit: &mut Audit) {
        self.page.audit(audit);
    }
}

#[async_trait]
impl Own for ListSamlProviders {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec!["saml-provider/*".to_owned()])
    }

    fn check(&self) -> Result<()> {
        self.page.check()
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<Page<SamlProviderRecord>> {
        self.page.of_table(txn.view(), SAML_PROVIDERS, scope.account, |record| record.name.to_string()).await
    }
}

impl Operation for UpdateSamlProvider {
    type Output = SamlProviderRecord;

    fn action(&self) -> Action {
        write("UpdateSAMLProvider")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_provider(audit, &self.name);
        audit.optional("NewDescription", self.description.as_deref());
        audit_metadata(audit, self.metadata.as_ref());
    }

    fn outcome(&self, output: &SamlProviderRecord, audit: &mut Audit) {
        audit.answer("EntityId", output.entity.as_str());
    }
}

#[async_trait]
impl Own for UpdateSamlProvider {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![path(&self.name)])
    }

    fn check(&self) -> Result<()> {
        self.description.as_deref().map_or(Ok(()), check_description)?;
        self.metadata.as_deref().map(parse).transpose().map(|_| ())
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<SamlProviderRecord> {
        let suffix = self.name.as_str().as_bytes();
        let mut record = find(txn, scope.account, &self.name).await?;
        if let Some(document) = &self.metadata {
            let metadata = parse(document)?;
            metadata.entity().clone_into(&mut record.entity);
            record.valid_until = metadata.valid_until();
            let document = SamlMetadataRecord { document: document.clone() };
            txn.put(SAML_METADATA, scope.account, suffix, &document).await?;
        }
        if let Some(description) = &self.description {
            record.description.clone_from(description);
        }
        record.updated = scope.now;
        txn.put(SAML_PROVIDERS, scope.account, suffix, &record).await?;
        Ok(record)
    }
}

impl Operation for DeleteSamlProvider {
    type Output = ();

    fn action(&self) -> Action {
        write("DeleteSAMLProvider")
    }

    fn audit(&self, audit: &mut Audit) {
        audit_provider(audit, &self.name);
    }
}

#[async_trait]
impl Own for DeleteSamlProvider {
    fn paths(&self, _: &Caller) -> Result<Vec<String>> {
        Ok(vec![path(&self.name)])
    }

    async fn apply(&self, scope: &Scope<'_>, txn: &mut Txn) -> Result<()> {
        let suffix = self.name.as_str().as_bytes();
        find(txn, scope.account, &self.name).await?;
        txn.delete(SAML_PROVIDERS, scope.account, suffix);
        txn.delete(SAML_METADATA, scope.account, suffix);
        Ok(())
    }
}
