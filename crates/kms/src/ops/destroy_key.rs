use crate::erasure::{self, Erased};
use crate::key_record::KeyRecord;
use crate::key_state::KeyState;
use crate::kms::{ALIAS_KIND, KEY_KIND, KeyPlace, Kms, chosen};
use crate::tables::{ALIASES, DUE, EXPIRIES, GRANTS, KEYS, POLICIES, ROTATIONS, VERSIONS, due_suffix};
use crate::version_record::KeyVersionRecord;
use crate::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use store::{Range, Store, Txn, View};
use types::{AccountId, Action, AliasName, KeyId, Reason, Result, Timestamp};

/// Destroys a key whose waiting time is over: its versions' material, its aliases, and all that was known of it. Nothing
/// it encrypted can be read again.
///
/// Only Bailee itself asks for it, with what [`Kms::due`] found, and calls [`Kms::forget`] when it is done.
#[derive(Clone, Debug)]
pub struct DestroyKey {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub key: KeyId,
}

/// What went with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destroyed {
    /// Its versions that had material.
    pub versions: Vec<KeyId>,
    /// Its aliases.
    pub aliases: Vec<AliasName>,
}

impl Operation for DestroyKey {
    type Output = Destroyed;

    fn action(&self) -> Action {
        action::DESTROY_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("KeyId", self.key.as_str());
        audit.resource(KEY_KIND, self.key.as_str());
    }

    fn outcome(&self, output: &Destroyed, audit: &mut Audit) {
        audit.answer("KeyVersionIds", serde_json::json!(output.versions));
        for alias in &output.aliases {
            audit.resource(ALIAS_KIND, alias.as_str());
        }
    }
}

fn is_due(record: &KeyRecord, now: Timestamp) -> bool {
    record.state == KeyState::PendingDeletion && record.delete_at.is_some_and(|at| at <= now)
}

#[async_trait]
impl Run<DestroyKey> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &DestroyKey, caller: &Caller, view: &View) -> Result<Target> {
        caller.house_only()?;
        self.key_target(op.action(), op.account, &op.key, view).await
    }

    async fn run(&self, permit: &Permit<DestroyKey>, _: &DestroyKey, txn: &mut Txn) -> Result<Destroyed> {
        let place = chosen(permit)?;
        let record = self.key(txn, &place).await?;
        if !is_due(&record, permit.caller().call().time) {
            return Err(Reason::KeyStateInvalid.into());
        }
        // A key without its brought material has no version, but the version's id is still its own.
        self.forget_version_owner(txn, place.account, &record.primary);
        let versions = self.remove_material(txn, &place, permit.caller().call().time).await?;
        for version in &versions {
            self.forget_version_owner(txn, place.account, version);
        }
        self.remove_rewrap(txn, &place).await?;
        let aliases = self.remove_aliases(txn, &place).await?;
        if let Some(at) = record.delete_at {
            txn.delete(DUE, AccountId::PLATFORM, &due_suffix(at, place.account, &place.id));
        }
        self.remove_attachments(txn, &place, &record).await?;
        txn.delete(KEYS, place.account, place.id.as_str().as_bytes());
        self.give_back(txn, &place, &record, aliases.len()).await?;
        self.forget(place.account, &place.id);
        Ok(Destroyed { versions, aliases })
    }
}

impl Kms {
    /// Takes the material of all versions away, and says which they were. What of it is in the token is out of reach with the
    /// commit, and destroyed there soon after.
    pub(crate) async fn remove_material(&self, txn: &mut Txn, place: &KeyPlace, now: Timestamp) -> Result<Vec<KeyId>> {
        // One more than there can be, so that the commit notices any that is added meanwhile.
        let range = Range::prefix(place.id.as_str().as_bytes(), limits::VERSIONS + 1);
        let removed: Vec<_> = txn.scan(VERSIONS, place.account, &range).await?;
        for (suffix, _) in &removed {
            txn.delete(VERSIONS, place.account, suffix);
        }
        let removed: Vec<_> = removed.into_iter().map(|(_, version)| version).collect();
        self.note_erased(txn, place, &removed, now).await?;
        Ok(removed.into_iter().map(|version| version.id).collect())
    }

    /// Has what is in the token of versions destroyed, and notes that their material is.
    pub(crate) async fn note_erased(
        &self,
        txn: &mut Txn,
        place: &KeyPlace,
        versions: &[KeyVersionRecord],
        now: Timestamp,
    ) -> Result<()> {
        let in_token: Vec<KeyId> = versions.iter().filter_map(|v| Some(v.token.as_ref()?.object.clone())).collect();
        for object in &in_token {
            self.doom_object(txn, object.clone(), now).await?;
        }
        versions.iter().for_each(|version| txn.destroy(&version.wrapped.sealed));
        let versions = versions.iter().map(|version| version.id.clone()).collect();
        let what = Erased::Key { key: place.id.clone(), versions, in_token };
        erasure::note(txn, place.account, self.store.rng().as_ref(), now, what).await
    }

    /// What hangs on a key besides versions and aliases: its policy, its grants, its place among the keys that rotate.
    async fn remove_attachments(&self, txn: &mut Txn, place: &KeyPlace, record: &KeyRecord) -> Result<()> {
        let (account, id) = (place.account, place.id.as_str().as_bytes());
        txn.delete(POLICIES, account, id);
        for (suffix, _) in txn.scan(GRANTS, account, &Range::prefix(id, limits::GRANTS + 1)).await? {
            txn.delete(GRANTS, account, &suffix);
        }
        if let Some(rotation) = record.rotation {
            txn.delete(ROTATIONS, AccountId::PLATFORM, &due_suffix(rotation.next, account, &place.id));
        }
        if let Some(at) = record.external.as_ref().and_then(|external| external.expires) {
            txn.delete(EXPIRIES, AccountId::PLATFORM, &due_suffix(at, account, &place.id));
        }
        Ok(())
    }

    async fn remove_aliases(&self, txn: &mut Txn, place: &KeyPlace) -> Result<Vec<AliasName>> {
        let mut removed = Vec::new();
        let mut range = Range::all(limits::SCAN);
        loop {
            let page = txn.scan(ALIASES, place.account, &range).await?;
            let more = range.go_on(&page, |(suffix, _)| suffix);
            for (suffix, alias) in page.into_iter().filter(|(_, alias)| alias.key == place.id) {
                txn.delete(ALIASES, place.account, &suffix);
                removed.push(alias.name);
            }
            if !more {
                return Ok(removed);
            }
        }
    }

    /// Gives back what the key took of the account's quotas. A service's key took nothing.
    async fn give_back(&self, txn: &mut Txn, place: &KeyPlace, record: &KeyRecord, aliases: usize) -> Result<()> {
        if record.service().is_some() {
            return Ok(());
        }
        let mut used = self.used(txn, place.account).await?;
        used.keys = used.keys.saturating_sub(1);
        used.versions = used.versions.saturating_sub(record.versions.saturating_sub(1));
        used.aliases = used.aliases.saturating_sub(u32::try_from(aliases).unwrap_or(u32::MAX));
        self.set_used(txn, place.account, used).await
    }
}
