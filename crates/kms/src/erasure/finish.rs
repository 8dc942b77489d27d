use super::record::{BUCKET_KIND, FINISHED, FinishedRecord, erasing_suffix, finished_suffix};
use super::{ERASED, ERASING, Erased, ErasedRecord, Erasing};
use crate::action;
use crate::kms::{KEY_KIND, Kms};
use crate::secrets::SECRET_KIND;
use crate::tables::{WASTE, waste_suffix};
use async_trait::async_trait;
use iam::{Audit, Caller, Gate, Operation, Permit, Run, Target};
use serde_json::json;
use store::{Range, Store, Txn, View};
use types::{AccountId, Action, Failure, Reason, Result};

/// Epochs of accounts that one call looks at, and erasures of each; the next call goes on.
const SWEEP: usize = 1_000;

/// Records, in the trail of the account whose it was, that something destroyed is gone for good: the key of the last epoch in
/// which it was wrapped is destroyed, so that no copy of the store opens it.
///
/// Only Bailee itself asks for it, once the seal has no older contents left that open the epoch's key.
#[derive(Clone, Debug)]
pub struct FinishErasure {
    /// Whose.
    pub account: AccountId,
    /// The epoch.
    pub epoch: u32,
    /// Where the record of it is.
    pub place: Vec<u8>,
}

impl Operation for FinishErasure {
    type Output = ErasedRecord;

    fn action(&self) -> Action {
        action::FINISH_ERASURE
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("Epoch", self.epoch);
    }

    fn outcome(&self, output: &ErasedRecord, audit: &mut Audit) {
        let since = match &output.what {
            Erased::Objects { .. } => "FirstUnreachableSince",
            Erased::Key { .. } | Erased::Secret { .. } => "UnreachableSince",
        };
        audit.answer(since, output.at.iso_seconds());
        match &output.what {
            Erased::Objects { bucket } => audit.resource(BUCKET_KIND, bucket.as_str()),
            Erased::Key { key, versions, .. } => {
                audit.resource(KEY_KIND, key.as_str());
                audit.answer("KeyVersionIds", json!(versions));
            }
            Erased::Secret { secret, versions } => {
                audit.resource(SECRET_KIND, secret.as_str());
                audit.answer("SecretVersionIds", json!(versions));
            }
        }
    }
}

#[async_trait]
impl Run<FinishErasure> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &FinishErasure, caller: &Caller, _: &View) -> Result<Target> {
        caller.house_only()?;
        Ok(Target::one(op.action(), self.resource(op.account, "erasure")))
    }

    /// Commit point: this transaction, which holds the event and takes the record away.
    async fn run(&self, permit: &Permit<FinishErasure>, op: &FinishErasure, txn: &mut Txn) -> Result<ErasedRecord> {
        if self.store.keyring().unsealed().holds(op.epoch) {
            return Err(Failure::invalid("Epoch", "one whose key is destroyed"));
        }
        let record = txn.get(ERASED, op.account, &op.place).await?;
        let record = record.ok_or_else(|| Failure::invalid("place", "that of an erasure"))?;
        if !self.is_out_of_token(txn, &record).await? {
            return Err(Failure::new(Reason::Unavailable, "The material is still in the token."));
        }
        let epoch = Range::prefix(&op.epoch.to_be_bytes(), 2);
        let is_last = txn.scan(ERASED, op.account, &epoch).await?.len() < 2;
        txn.delete(ERASED, op.account, &op.place);
        let (kind, id) = record.what.thing();
        let finished = FinishedRecord { at: permit.caller().call().time };
        txn.put(FINISHED, op.account, &finished_suffix(op.epoch, kind, id), &finished).await?;
        if is_last {
            txn.delete(ERASING, AccountId::PLATFORM, &erasing_suffix(op.epoch, op.account));
        }
        Ok(record)
    }
}

impl Kms {
    /// Whether what was in the token is destroyed there.
    async fn is_out_of_token(&self, txn: &mut Txn, record: &ErasedRecord) -> Result<bool> {
        let Erased::Key { in_token, .. } = &record.what else { return Ok(true) };
        for object in in_token {
            let place = waste_suffix(record.at, object);
            if txn.get(WASTE, AccountId::PLATFORM, &place).await?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Records the erasures that became final, each in its account's trail, with `caller`, who is Bailee itself. Says how
    /// many. One that fails is logged and left for the next time, and doesn't keep the others.
    pub async fn finish_erasures(&self, gate: &Gate, caller: &Caller) -> Result<usize> {
        let view = self.store.view().await?;
        let mut finished = 0;
        for (_, Erasing { epoch, account }) in view.scan(ERASING, AccountId::PLATFORM, &Range::all(SWEEP)).await? {
            if self.store.keyring().unsealed().holds(epoch) {
                // Those that follow are of the same epoch or a later one.
                break;
            }
            for place in view.keys(ERASED, account, &Range::prefix(&epoch.to_be_bytes(), SWEEP)).await? {
                match gate.perform(caller, self, FinishErasure { account, epoch, place }).await {
                    Ok(_) => finished += 1,
                    Err(failure) => {
                        tracing::warn!(%account, failure = &failure as &dyn std::error::Error, "erasure not final");
                    }
                }
            }
        }
        Ok(finished)
    }
}
