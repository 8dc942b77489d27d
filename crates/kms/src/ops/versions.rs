use crate::action;
use crate::key_record::KeyRecord;
use crate::key_ref::KeyRef;
use crate::kms::{KeyPlace, Kms, chosen};
use crate::limits;
use crate::ops::rotation::KeyVersion;
use crate::page::{Page, Paged};
use crate::tables::{RETIRED, VERSIONS, version_suffix};
use crate::version_record::KeyVersionRecord;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Range, Store, Txn, View};
use types::{Action, KeyId, Reason, Result};

/// Says which versions a key has, the newest first.
#[derive(Clone, Debug)]
pub struct ListKeyVersions {
    /// Which; no alias.
    pub key: KeyRef,
    /// Which part.
    pub page: Page,
}

/// Says what is known of one version.
#[derive(Clone, Debug)]
pub struct DescribeKeyVersion {
    /// Of which key; no alias.
    pub key: KeyRef,
    /// Which.
    pub version: KeyId,
}

fn described(record: &KeyRecord, version: &KeyVersionRecord) -> KeyVersion {
    KeyVersion {
        key: record.id.clone(),
        id: version.id.clone(),
        created: version.created,
        primary: record.primary == version.id,
        rotated: version.rotated,
        retired: None,
    }
}

impl Kms {
    async fn versions(&self, view: &View, place: &KeyPlace, record: &KeyRecord) -> Result<Vec<KeyVersion>> {
        let range = Range::prefix(place.id.as_str().as_bytes(), limits::VERSIONS + 1);
        let found = view.scan(VERSIONS, place.account, &range).await?;
        let mut versions: Vec<KeyVersion> = found.iter().map(|(_, version)| described(record, version)).collect();
        if record.retired > 0 {
            let range = Range::prefix(place.id.as_str().as_bytes(), limits::RETIRED_VERSIONS);
            let retired = view.scan(RETIRED, place.account, &range).await?;
            versions.extend(retired.into_iter().map(|(_, version)| version.described(&place.id)));
        }
        versions.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
        Ok(versions)
    }
}

impl Operation for ListKeyVersions {
    type Output = Paged<KeyVersion>;

    fn action(&self) -> Action {
        action::LIST_KEY_VERSIONS
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        self.page.audit(audit);
    }
}

#[async_trait]
impl Run<ListKeyVersions> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &ListKeyVersions, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<ListKeyVersions>,
        op: &ListKeyVersions,
        txn: &mut Txn,
    ) -> Result<Paged<KeyVersion>> {
        let place = chosen(permit)?;
        let record = self.key(txn, &place).await?;
        op.page.of(self.versions(txn.view(), &place, &record).await?)
    }
}

impl Operation for DescribeKeyVersion {
    type Output = KeyVersion;

    fn action(&self) -> Action {
        action::DESCRIBE_KEY_VERSION
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("KeyVersionId", self.version.as_str());
    }
}

#[async_trait]
impl Run<DescribeKeyVersion> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DescribeKeyVersion, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(
        &self,
        permit: &Permit<DescribeKeyVersion>,
        op: &DescribeKeyVersion,
        txn: &mut Txn,
    ) -> Result<KeyVersion> {
        let place = chosen(permit)?;
        let record = self.key(txn, &place).await?;
        let suffix = version_suffix(&place.id, &op.version);
        if let Some(found) = txn.view().get(VERSIONS, place.account, &suffix).await? {
            return Ok(described(&record, &found));
        }
        let retired = txn.view().get(RETIRED, place.account, &suffix).await?;
        Ok(retired.ok_or(Reason::KeyVersionNotFound)?.described(&place.id))
    }
}
