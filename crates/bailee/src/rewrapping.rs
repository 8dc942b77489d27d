//! The rewrapping of tenants' keys: looks for what is still under an older version, and has it changed page by page.
//!
//! What is on disk says which step is next; a crash is followed by the same step as no crash.

use crate::deployment::service;
use dialects::{Domains, Region};
use kms::secrets::RewrapSecretValues;
use kms::{FinishKeyRewrap, KeyRewrap, RewrapAdvance, RewrapFound, RewrapPoint, RewrapRef, RewrapStage};
use objects::RewrapObjects;
use std::sync::Arc;
use store::Space;
use types::{AccountId, Reason, Result};

/// Jobs that are worked on in turn.
const JOBS: usize = 100;
/// Records that are looked at before that is noted, if none is to be changed.
const BUDGET: u64 = 16 * 1024;

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A page of data keys was wrapped anew.
    Rewrapped,
    /// That records were looked at is noted.
    Looked,
    /// All was looked at.
    Done,
    /// It cannot go on, and says why.
    Failed,
}

/// Works on the rewraps of one region.
pub(crate) struct Rewrapping {
    domains: Arc<Domains>,
    region: Arc<Region>,
}

impl Rewrapping {
    pub(crate) fn new(domains: Arc<Domains>, region: Arc<Region>) -> Self {
        Self { domains, region }
    }

    /// Resolves once a rewrap was asked for.
    pub(crate) async fn asked(&self) {
        self.region.kms.rewrap_asked().await;
    }

    /// Does all that there is to do. What failed for a reason that may pass is tried again with the next call, and does not
    /// keep the others.
    pub(crate) async fn finish(&self) -> Result<()> {
        let (mut stuck, mut failed) = (Vec::new(), Ok(()));
        loop {
            let mut moved = false;
            for (job, rewrap) in self.region.kms.running_rewraps(JOBS).await? {
                if stuck.contains(&job) {
                    continue;
                }
                match self.step(&job, &rewrap).await {
                    Ok(step) => {
                        tracing::debug!(account = %job.account, key = %job.key, ?step, "rewrapping a key");
                        moved = true;
                    }
                    Err(failure) => {
                        stuck.push(job);
                        failed = Err(failure);
                    }
                }
            }
            if !moved {
                return failed;
            }
        }
    }

    /// Does what is next. Each step is durable when it returns.
    pub(crate) async fn step(&self, job: &RewrapRef, rewrap: &KeyRewrap) -> Result<Step> {
        match self.advance(job, rewrap).await {
            Err(failure) if lasts(failure.reason()) => {
                tracing::warn!(account = %job.account, key = %job.key, error = %failure, "a key is not rewrapped");
                self.end(job, rewrap.at.clone(), 0, Some(failure.to_string())).await?;
                Ok(Step::Failed)
            }
            other => other,
        }
    }

    async fn advance(&self, job: &RewrapRef, rewrap: &KeyRewrap) -> Result<Step> {
        let from = rewrap.at.clone();
        let (mut at, mut looked) = (from.clone(), 0);
        loop {
            let Some(owner) = at.owner.filter(|_| at.stage != RewrapStage::Next) else {
                let Some(next) = self.account_after(at.owner).await? else {
                    self.end(job, from, looked, None).await?;
                    return Ok(Step::Done);
                };
                at = RewrapPoint::of(next);
                continue;
            };
            let found = self.find((job, rewrap), owner, &at, BUDGET.saturating_sub(looked)).await?;
            looked += found.looked;
            let stage = at.stage;
            at = at.behind(found.next);
            if !found.places.is_empty() {
                let advance = RewrapAdvance { from, to: at, looked };
                self.change(job, owner, stage, found.places, advance).await?;
                return Ok(Step::Rewrapped);
            }
            if looked >= BUDGET {
                self.region.kms.note_looked(job, &RewrapAdvance { from, to: at, looked }).await?;
                return Ok(Step::Looked);
            }
        }
    }

    async fn find(
        &self,
        job: (&RewrapRef, &KeyRewrap),
        owner: AccountId,
        at: &RewrapPoint,
        budget: u64,
    ) -> Result<RewrapFound> {
        match at.stage {
            RewrapStage::Secrets => self.region.secrets.find_under(job, owner, &at.start, budget).await,
            stage => self.region.objects.find_under(job, (owner, stage), &at.start, budget).await,
        }
    }

    async fn change(
        &self,
        job: &RewrapRef,
        owner: AccountId,
        stage: RewrapStage,
        places: Vec<Vec<u8>>,
        advance: RewrapAdvance,
    ) -> Result<u64> {
        let (gate, job) = (&self.domains.gate, job.clone());
        if stage == RewrapStage::Secrets {
            let caller = service(&self.domains, "kms", "RewrapSecretValues");
            let op = RewrapSecretValues::new(job, owner, places, advance);
            return gate.perform(&caller, self.region.secrets.as_ref(), op).await;
        }
        let caller = service(&self.domains, "oss", "RewrapObjects");
        let op = RewrapObjects::new(job, owner, places, stage, advance);
        gate.perform(&caller, self.region.objects.as_ref(), op).await
    }

    async fn end(&self, job: &RewrapRef, at: RewrapPoint, looked: u64, error: Option<String>) -> Result<()> {
        let caller = service(&self.domains, "kms", "FinishKeyRewrap");
        let op = FinishKeyRewrap { job: job.clone(), at, looked, error };
        self.domains.gate.perform(&caller, self.region.kms.as_ref(), op).await
    }

    /// The next account that may have anything under a key.
    async fn account_after(&self, after: Option<AccountId>) -> Result<Option<AccountId>> {
        let view = self.region.store.view().await?;
        let objects = view.accounts(Space::Objects, after, 1).await?.pop();
        let secrets = view.accounts(Space::Keys, after, 1).await?.pop();
        Ok(objects.into_iter().chain(secrets).min())
    }
}

/// Whether trying again would fail for the same reason until somebody does something about it.
const fn lasts(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::KeyDisabled
            | Reason::KeyPendingDeletion
            | Reason::KeyPendingImport
            | Reason::KeyVersionNotFound
            | Reason::KeyVersionRetired
            | Reason::CiphertextInvalid
            | Reason::Corrupt
    )
}

#[cfg(test)]
mod tests;
