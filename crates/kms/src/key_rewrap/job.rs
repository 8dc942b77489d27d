use super::record::{KeyRewrap, RewrapPoint, RewrapState};
use crate::ciphertext::Ciphertext;
use crate::kms::{KEY_KIND, Kms};
use crate::tables::{Due, REWRAPPING, REWRAPS, rewrapping_suffix};
use iam::{Audit, Operation, Permit};
use store::{Committed, Durability, Range, Txn};
use types::{AccountId, KeyId, Reason, Result, Timestamp};

/// A rewrap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RewrapRef {
    /// Whose.
    pub account: AccountId,
    /// Of which key.
    pub key: KeyId,
    /// When it was asked for: that tells it from an earlier one of the same key.
    pub started: Timestamp,
}

/// A step of a rewrap: from where to where, and how many records it looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RewrapAdvance {
    /// Where the rewrap must be.
    pub from: RewrapPoint,
    /// Where it is afterwards.
    pub to: RewrapPoint,
    /// Records looked at on the way.
    pub looked: u64,
}

/// What a look at things of an account found.
#[derive(Clone, Debug, Default)]
pub struct RewrapFound {
    /// Places of records that are to be changed.
    pub places: Vec<Vec<u8>>,
    /// Records that were looked at.
    pub looked: u64,
    /// Where the next look begins; `None` if there is nothing more.
    pub next: Option<Vec<u8>>,
}

impl RewrapRef {
    /// Notes which key it is about.
    pub fn audit(&self, audit: &mut Audit) {
        audit.parameter("KeyId", self.key.as_str());
        audit.resource(KEY_KIND, self.key.as_str());
    }
}

impl KeyRewrap {
    /// Whether a data key is under one of the versions that are to be left.
    pub fn concerns(&self, ciphertext: &Ciphertext) -> bool {
        self.from.contains(ciphertext.version())
    }
}

impl Kms {
    /// Resolves once a rewrap was asked for.
    pub async fn rewrap_asked(&self) {
        self.rewrap_asked.notified().await;
    }

    /// The rewraps that are under way, at most so many.
    pub async fn running_rewraps(&self, limit: usize) -> Result<Vec<(RewrapRef, KeyRewrap)>> {
        let view = self.store.view().await?;
        let mut running = Vec::new();
        for (_, due) in view.scan(REWRAPPING, AccountId::PLATFORM, &Range::all(limit)).await? {
            let Due { account, key } = due;
            if let Some(record) = view.get(REWRAPS, account, key.as_str().as_bytes()).await? {
                running.push((RewrapRef { account, key, started: record.started }, record));
            }
        }
        Ok(running)
    }

    /// Moves a rewrap on, in the transaction that wrapped so many data keys anew. An error if it is not where it was: then
    /// another is at work on it, or it has ended.
    pub async fn advance_rewrap<Op: Operation>(
        &self,
        _: &Permit<Op>,
        txn: &mut Txn,
        job: &RewrapRef,
        advance: &RewrapAdvance,
        rewrapped: u64,
    ) -> Result<()> {
        self.advance(txn, job, advance, rewrapped).await
    }

    async fn advance(&self, txn: &mut Txn, job: &RewrapRef, advance: &RewrapAdvance, rewrapped: u64) -> Result<()> {
        let mut record = self.rewrap_at(txn, job, &advance.from).await?;
        record.looked_at = record.looked_at.saturating_add(advance.looked);
        record.rewrapped = record.rewrapped.saturating_add(rewrapped);
        record.at = advance.to.clone();
        txn.put(REWRAPS, job.account, job.key.as_str().as_bytes(), &record).await
    }

    /// Keeps that records were looked at of which none was to be changed. It is no operation, since it touches nothing of
    /// a tenant's: how far the work is can be asked, as of any other (`GetKeyRewrap`).
    pub async fn note_looked(&self, job: &RewrapRef, advance: &RewrapAdvance) -> Result<()> {
        let mut txn = self.store.begin().await?;
        self.advance(&mut txn, job, advance, 0).await?;
        match txn.commit(Durability::Logged).await? {
            Committed::Done(_) => Ok(()),
            Committed::Conflict => Err(Reason::Contended.into()),
        }
    }

    /// The rewrap that is under way and at this point.
    pub(super) async fn rewrap_at(&self, txn: &mut Txn, job: &RewrapRef, at: &RewrapPoint) -> Result<KeyRewrap> {
        let found = txn.get(REWRAPS, job.account, job.key.as_str().as_bytes()).await?;
        let same = |record: &KeyRewrap| record.started == job.started && record.at == *at;
        let found = found.filter(|record| record.state == RewrapState::Running && same(record));
        found.ok_or_else(|| Reason::Contended.into())
    }

    /// Takes a rewrap off the list of those that are under way.
    pub(super) fn unlist_rewrap(&self, txn: &mut Txn, account: AccountId, key: &KeyId) {
        txn.delete(REWRAPPING, AccountId::PLATFORM, &rewrapping_suffix(account, key));
    }
}
