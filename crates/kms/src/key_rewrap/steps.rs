//! The steps of a rewrap, which only Bailee itself takes.

use super::job::RewrapRef;
use super::record::{RewrapPoint, RewrapState};
use crate::action;
use crate::ciphertext::Ciphertext;
use crate::encryption_context::EncryptionContext;
use crate::kms::{KeyPlace, Kms, chosen};
use crate::tables::{LATE, RETIRED, REWRAPS};
use crate::{key_rewrap::LateRecord, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Range, Store, Txn, View};
use types::{Action, KeyId, Result};

/// Longest text of why a rewrap failed.
const ERROR_CHARS: usize = 256;

/// Wraps data keys by the primary version of their key. They are opened and sealed here, and nobody sees them.
#[derive(Clone, Debug)]
pub struct RewrapDataKeys {
    /// The key.
    pub job: RewrapRef,
    /// The data keys as they are kept, each with what it is bound to.
    pub data_keys: Vec<(Ciphertext, EncryptionContext)>,
}

/// Data keys under the primary version.
#[derive(Clone, Debug)]
pub struct Rewrapped {
    /// The version.
    pub version: KeyId,
    /// The data keys, in their order.
    pub data_keys: Vec<Ciphertext>,
}

/// Notes that a rewrap has looked at everything, or why it cannot go on.
#[derive(Clone, Debug)]
pub struct FinishKeyRewrap {
    /// Of which key.
    pub job: RewrapRef,
    /// Where the rewrap must be.
    pub at: RewrapPoint,
    /// Records that were looked at since that was noted.
    pub looked: u64,
    /// Why it cannot go on, in words that the tenant may see.
    pub error: Option<String>,
}

impl Operation for RewrapDataKeys {
    type Output = Rewrapped;

    fn action(&self) -> Action {
        action::REWRAP_DATA_KEYS
    }

    fn audit(&self, audit: &mut Audit) {
        self.job.audit(audit);
        audit.parameter("DataKeys", self.data_keys.len());
    }

    fn outcome(&self, output: &Rewrapped, audit: &mut Audit) {
        audit.answer("KeyVersionId", output.version.as_str());
    }
}

#[async_trait]
impl Run<RewrapDataKeys> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &RewrapDataKeys, caller: &Caller, view: &View) -> Result<Target> {
        caller.house_only()?;
        self.key_target(op.action(), op.job.account, &op.job.key, view).await
    }

    async fn run(&self, permit: &Permit<RewrapDataKeys>, op: &RewrapDataKeys, txn: &mut Txn) -> Result<Rewrapped> {
        let (place, record) = self.key_to_use(permit, txn).await?;
        let primary = self.material(txn.view(), &place, &record, &record.primary).await?;
        let mut data_keys = Vec::with_capacity(op.data_keys.len());
        for (kept, context) in &op.data_keys {
            let version = kept.version();
            let material = self.material(txn.view(), &place, &record, version).await?;
            let opened = self.open_with(&place, &material, kept, context).await?;
            data_keys.push(self.seal_with((&place, &record.primary), &primary, context, opened.expose()).await?);
        }
        Ok(Rewrapped { version: record.primary, data_keys })
    }
}

impl Operation for FinishKeyRewrap {
    type Output = ();

    fn action(&self) -> Action {
        action::FINISH_KEY_REWRAP
    }

    fn audit(&self, audit: &mut Audit) {
        self.job.audit(audit);
        audit.optional("Error", self.error.as_deref());
    }
}

#[async_trait]
impl Run<FinishKeyRewrap> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &FinishKeyRewrap, caller: &Caller, view: &View) -> Result<Target> {
        caller.house_only()?;
        self.key_target(op.action(), op.job.account, &op.job.key, view).await
    }

    async fn run(&self, permit: &Permit<FinishKeyRewrap>, op: &FinishKeyRewrap, txn: &mut Txn) -> Result<()> {
        let place = chosen(permit)?;
        let mut record = self.rewrap_at(txn, &op.job, &op.at).await?;
        record.looked_at = record.looked_at.saturating_add(op.looked);
        record.finished = Some(permit.caller().call().time);
        record.state = if op.error.is_some() { RewrapState::Failed } else { RewrapState::Done };
        record.error = op.error.as_ref().map(|error| error.chars().take(ERROR_CHARS).collect());
        self.unlist_rewrap(txn, place.account, &place.id);
        txn.put(REWRAPS, place.account, place.id.as_str().as_bytes(), &record).await
    }
}

impl Kms {
    /// Takes away what there is of rewraps and retired versions of a key that is destroyed.
    pub(crate) async fn remove_rewrap(&self, txn: &mut Txn, place: &KeyPlace) -> Result<()> {
        let (account, id) = (place.account, place.id.as_str().as_bytes());
        self.unlist_rewrap(txn, account, &place.id);
        txn.delete(REWRAPS, account, id);
        for (suffix, version) in txn.scan(RETIRED, account, &Range::prefix(id, limits::RETIRED_VERSIONS + 1)).await? {
            txn.delete(RETIRED, account, &suffix);
            self.forget_version_owner(txn, account, &version.id);
        }
        for (suffix, _) in txn.scan(LATE, account, &Range::prefix(id, limits::VERSIONS + 1)).await? {
            txn.delete::<LateRecord>(LATE, account, &suffix);
        }
        Ok(())
    }
}
