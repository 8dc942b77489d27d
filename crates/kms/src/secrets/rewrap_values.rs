//! Values whose data key is under an older version of a tenant's key, when that key is rewrapped.

use super::secret_value::VersionRecord;
use super::secrets::{SECRET_KIND, Secrets};
use super::tables::{VALUES, value_of};
use super::value_sealer::{ValuePlace, asking};
use crate::ciphertext::Ciphertext;
use crate::key_rewrap::{KeyRewrap, RewrapAdvance, RewrapDataKeys, RewrapFound, RewrapRef};
use crate::kms::KEY_KIND;
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::collections::BTreeSet;
use store::{Range, Store, Txn, View};
use types::{AccountId, Action, Failure, Result, SecretName};

/// Values that are looked at, and at most changed, in one go.
const PAGE: usize = 64;

/// Brings values' data keys under the primary version of their key, as a step of its rewrap.
pub struct RewrapSecretValues {
    /// The key.
    job: RewrapRef,
    /// Whose secrets.
    owner: AccountId,
    /// The values.
    places: Vec<Vec<u8>>,
    /// What the step means for the rewrap.
    advance: RewrapAdvance,
    /// For each value, its data key as it was, and as it is to be.
    ready: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)>,
}

impl RewrapSecretValues {
    /// Of these values.
    pub fn new(job: RewrapRef, owner: AccountId, places: Vec<Vec<u8>>, advance: RewrapAdvance) -> Self {
        Self { job, owner, places, advance, ready: Vec::new() }
    }

    fn secrets(&self) -> BTreeSet<SecretName> {
        self.places.iter().filter_map(|place| value_of(place).ok()).map(|(secret, _)| secret).collect()
    }
}

impl RewrapRef {
    /// Whether a value's data key is under this key.
    fn is_above(&self, kept: &VersionRecord) -> bool {
        kept.under.as_ref().is_some_and(|under| under.account == self.account && under.id == self.key)
    }
}

/// A data key as it is kept with a value.
fn data_key(kept: &VersionRecord) -> Result<Option<Ciphertext>> {
    let Some(under) = &kept.under else { return Ok(None) };
    let damaged = |error| Failure::corrupt("a secret's data key").caused_by(error);
    Ciphertext::from_bytes(under.ciphertext.clone()).map(Some).map_err(damaged)
}

impl Secrets {
    /// Looks for values of an account that a rewrap has to change, from a place on and at about so many values.
    pub async fn find_under(
        &self,
        (job, rewrap): (&RewrapRef, &KeyRewrap),
        owner: AccountId,
        start: &[u8],
        budget: u64,
    ) -> Result<RewrapFound> {
        let view = self.store.view().await?;
        let mut range = Range { start: start.to_vec(), ..Range::all(PAGE) };
        let mut found = RewrapFound::default();
        loop {
            let page = view.scan(VALUES, owner, &range).await?;
            found.looked += page.len() as u64;
            for (place, kept) in page.iter().filter(|(_, kept)| job.is_above(kept)) {
                if data_key(kept)?.is_some_and(|kept| rewrap.concerns(&kept)) {
                    found.places.push(place.clone());
                }
            }
            found.next = range.go_on(&page, |(place, _)| place).then(|| range.start.clone());
            if found.next.is_none() || !found.places.is_empty() || found.looked >= budget {
                return Ok(found);
            }
            tokio::task::yield_now().await;
        }
    }
}

impl Operation for RewrapSecretValues {
    /// How many data keys were wrapped anew.
    type Output = u64;

    fn action(&self) -> Action {
        crate::action::REWRAP_SECRET_VALUES
    }

    fn audit(&self, audit: &mut Audit) {
        self.job.audit(audit);
        audit.parameter("Values", self.places.len());
        for secret in self.secrets() {
            audit.resource(SECRET_KIND, secret.as_str());
        }
    }

    fn outcome(&self, output: &u64, audit: &mut Audit) {
        audit.answer("Rewrapped", *output);
        audit.resource(KEY_KIND, self.job.key.as_str());
    }
}

#[async_trait]
impl Run<RewrapSecretValues> for Secrets {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &RewrapSecretValues, caller: &Caller, _: &View) -> Result<Target> {
        caller.house_only()?;
        Ok(Target::one(op.action(), self.resource(op.owner, "secret")))
    }

    /// The key service is asked outside the transaction, as by everyone who needs it.
    async fn prepare(&self, permit: &Permit<RewrapSecretValues>, op: &mut RewrapSecretValues) -> Result<()> {
        let view = self.store.view().await?;
        let (mut data_keys, mut kept_as) = (Vec::new(), Vec::new());
        for place in &op.places {
            let kept = view.get(VALUES, op.owner, place).await?.filter(|kept| op.job.is_above(kept));
            let Some(data_key) = kept.as_ref().map(data_key).transpose()?.flatten() else { continue };
            let (secret, version) = value_of(place)?;
            let value_place = ValuePlace { account: op.owner, secret: &secret, version: &version };
            kept_as.push((place.clone(), data_key.bytes().to_vec()));
            data_keys.push((data_key, self.kms_context(value_place)?));
        }
        drop(view);
        let asked = RewrapDataKeys { job: op.job.clone(), data_keys };
        let asking = asking(permit.caller(), "RewrapDataKeys");
        let made = self.gate.perform(&asking, self.kms.as_ref(), asked).await?;
        let pairs = kept_as.into_iter().zip(made.data_keys);
        op.ready = pairs.map(|((place, old), new)| (place, old, new.bytes().to_vec())).collect();
        Ok(())
    }

    /// Commit point: this transaction. Before it nothing has changed; after it these values are under the primary version,
    /// and the rewrap is behind them. A value that was changed or removed since it was looked at is left as it is.
    async fn run(&self, permit: &Permit<RewrapSecretValues>, op: &RewrapSecretValues, txn: &mut Txn) -> Result<u64> {
        let mut rewrapped = 0;
        for (place, old, new) in &op.ready {
            let Some(mut kept) = txn.get(VALUES, op.owner, place).await? else { continue };
            let Some(under) = kept.under.as_mut().filter(|under| under.ciphertext == *old) else { continue };
            under.ciphertext.clone_from(new);
            self.kms.hold_data_key(txn, op.job.account, &op.job.key, new).await?;
            txn.put(VALUES, op.owner, place, &kept).await?;
            rewrapped += 1;
        }
        self.kms.advance_rewrap(permit, txn, &op.job, &op.advance, rewrapped).await?;
        Ok(rewrapped)
    }
}
