use super::secret_record::{SecretInfo, SecretRecord};
use super::secret_ref::SecretRef;
use super::tables::{Due, POLICIES, REMOVALS, ROTATIONS, SECRETS, USED, Used, VALUES, due_suffix, value_suffix};
use super::webhook::Webhook;
use crate::erasure::{self, Erased};
use crate::kms::{Kms, add_tags, home};
use crate::tables::due_until;
use iam::policy::{Document, Kind, Labelled};
use iam::{Audit, Caller, Gate, Iam, Target};
use std::sync::Arc;
use store::{Store, Table, Txn, View};
use tokio::sync::Notify;
use types::{AccountId, Action, Failure, Reason, Resource, Result, SecretName, SecretVersionId, Service, Timestamp};

/// The kind of resource that events call a secret.
pub(crate) const SECRET_KIND: &str = "ACS::KMS::Secret";

/// The secrets of one region.
///
/// What it can do are the operations of this module, and only the gate can have them done.
pub struct Secrets {
    pub(crate) store: Store,
    pub(crate) gate: Gate,
    pub(crate) kms: Arc<Kms>,
    pub(crate) iam: Iam,
    pub(crate) webhook: Option<Arc<dyn Webhook>>,
    pub(crate) wake: Notify,
}

/// A secret's own place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SecretPlace {
    pub(crate) account: AccountId,
    pub(crate) name: SecretName,
}

impl SecretRef {
    pub(crate) fn audit(&self, audit: &mut Audit) {
        audit.parameter("SecretName", self.to_string());
        audit.resource(SECRET_KIND, self.name().as_str());
    }
}

impl Secrets {
    /// The secrets in the store of these keys. `iam`: whose access keys are rotated; `webhook`: who rotates what Bailee
    /// cannot.
    pub fn new(store: Store, kms: Arc<Kms>, iam: Iam, webhook: Option<Arc<dyn Webhook>>) -> Self {
        Self { store, gate: iam.gate().clone(), kms, iam, webhook, wake: Notify::new() }
    }

    /// Resolves once a rotation was asked for that is due at once.
    pub async fn asked(&self) {
        self.wake.notified().await;
    }

    /// The secret as policies name it.
    pub(crate) fn secret_resource(&self, account: AccountId, name: &SecretName) -> Resource {
        self.resource(account, format!("secret/{name}"))
    }

    /// A resource of this region.
    pub(crate) fn resource(&self, account: AccountId, path: impl Into<String>) -> Resource {
        Resource::regional(Service::Kms, self.store.region(), account, path)
    }

    /// The secret with its name in policies.
    pub(crate) fn info(&self, account: AccountId, record: SecretRecord) -> SecretInfo {
        SecretInfo { arn: self.secret_resource(account, &record.name).to_string(), record }
    }

    /// Which secret a reference means.
    pub(crate) fn place(&self, secret: &SecretRef, caller: &Caller) -> Result<SecretPlace> {
        let name = secret.name().clone();
        match secret.place() {
            None => Ok(SecretPlace { account: home(caller)?, name }),
            Some((region, account)) if region == self.store.region() => Ok(SecretPlace { account: *account, name }),
            Some(_) => Err(Failure::invalid("SecretName", format!("a secret of this region, {}", self.store.region()))),
        }
    }

    /// The target of an operation on a secret, there or not.
    pub(crate) async fn secret_target(
        &self,
        action: Action,
        secret: &SecretRef,
        caller: &Caller,
        view: &View,
    ) -> Result<Target> {
        let place = self.place(secret, caller)?;
        self.placed_target(action, &place, view).await
    }

    pub(crate) async fn placed_target(&self, action: Action, place: &SecretPlace, view: &View) -> Result<Target> {
        let mut target = Target::one(action, self.secret_resource(place.account, &place.name));
        let suffix = place.name.as_str().as_bytes();
        if let Some(record) = view.get(SECRETS, place.account, suffix).await? {
            add_tags(&mut target.context, &record.tags);
        }
        if let Some(policy) = view.get(POLICIES, place.account, suffix).await? {
            let damaged = |error| Failure::corrupt("a secret's policy").caused_by(error);
            let document = Document::parse(&policy.text, Kind::Secret).map_err(damaged)?;
            target.policy = Some(Labelled::new(place.name.as_str(), Arc::new(document)));
        }
        Ok(target)
    }

    /// The secret's record, which must be there. It may be waiting for its deletion.
    pub(crate) async fn secret(&self, txn: &mut Txn, place: &SecretPlace) -> Result<SecretRecord> {
        let found = txn.get(SECRETS, place.account, place.name.as_str().as_bytes()).await?;
        found.ok_or_else(|| Reason::SecretNotFound.into())
    }

    /// The secret's record as a view shows it, if something can be done with it.
    pub(crate) async fn seen(&self, view: &View, place: &SecretPlace) -> Result<SecretRecord> {
        let found = view.get(SECRETS, place.account, place.name.as_str().as_bytes()).await?;
        found.ok_or_else(|| Failure::of(Reason::SecretNotFound))?.live()
    }

    /// Sets a secret's record, and when something has to be done with it. `before`: the record that it replaces.
    pub(crate) async fn put_secret(
        &self,
        txn: &mut Txn,
        place: &SecretPlace,
        before: Option<&SecretRecord>,
        record: &SecretRecord,
    ) -> Result<()> {
        let removal = |r: &SecretRecord| r.delete_at;
        // A secret that waits for its deletion is not rotated.
        let rotation = |r: &SecretRecord| r.rotation.due().filter(|_| r.delete_at.is_none());
        move_due(txn, REMOVALS, place, before.and_then(removal), removal(record)).await?;
        move_due(txn, ROTATIONS, place, before.and_then(rotation), rotation(record)).await?;
        txn.put(SECRETS, place.account, place.name.as_str().as_bytes(), record).await
    }

    /// Destroys values of a secret.
    pub(crate) async fn remove_values(
        &self,
        txn: &mut Txn,
        place: &SecretPlace,
        versions: Vec<SecretVersionId>,
        now: Timestamp,
    ) -> Result<()> {
        for version in &versions {
            let suffix = value_suffix(&place.name, version);
            if let Some(value) = txn.get(VALUES, place.account, &suffix).await? {
                txn.destroy(&value.key.sealed);
            }
            txn.delete(VALUES, place.account, &suffix);
        }
        let what = Erased::Secret { secret: place.name.clone(), versions };
        erasure::note(txn, place.account, self.store.rng().as_ref(), now, what).await
    }

    /// Removes a secret, its values and all that was known of it.
    pub(crate) async fn remove_secret(
        &self,
        txn: &mut Txn,
        place: &SecretPlace,
        record: &SecretRecord,
        now: Timestamp,
    ) -> Result<()> {
        let versions = record.versions.iter().map(|version| version.id.clone()).collect();
        self.remove_values(txn, place, versions, now).await?;
        move_due(txn, REMOVALS, place, record.delete_at, None).await?;
        move_due(txn, ROTATIONS, place, record.rotation.due(), None).await?;
        let suffix = place.name.as_str().as_bytes();
        txn.delete(POLICIES, place.account, suffix);
        txn.delete(SECRETS, place.account, suffix);
        let mut used = self.used(txn, place.account).await?;
        used.secrets = used.secrets.saturating_sub(1);
        self.set_used(txn, place.account, used).await
    }

    pub(crate) async fn used(&self, txn: &mut Txn, account: AccountId) -> Result<Used> {
        Ok(txn.get(USED, account, b"").await?.unwrap_or_default())
    }

    pub(crate) async fn set_used(&self, txn: &mut Txn, account: AccountId, used: Used) -> Result<()> {
        txn.put(USED, account, b"", &used).await
    }

    /// The secrets with something to be done by `now`. At most `limit`; what is left comes with the next call.
    pub(crate) async fn due(&self, table: Table<Due>, now: Timestamp, limit: usize) -> Result<Vec<SecretPlace>> {
        let found = self.store.view().await?.scan(table, AccountId::PLATFORM, &due_until(now, limit)).await?;
        Ok(found.into_iter().map(|(_, due)| SecretPlace { account: due.account, name: due.secret }).collect())
    }
}

async fn move_due(
    txn: &mut Txn,
    table: Table<Due>,
    place: &SecretPlace,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Result<()> {
    if let Some(at) = from.filter(|_| from != to) {
        txn.delete(table, AccountId::PLATFORM, &due_suffix(at, place.account, &place.name));
    }
    let Some(at) = to.filter(|_| from != to) else { return Ok(()) };
    let due = Due { account: place.account, secret: place.name.clone() };
    txn.put(table, AccountId::PLATFORM, &due_suffix(at, place.account, &place.name), &due).await
}
