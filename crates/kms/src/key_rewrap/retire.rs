use super::record::{RetiredRecord, RewrapState};
use crate::action;
use crate::key_ref::KeyRef;
use crate::key_state::Deed;
use crate::kms::{KEY_KIND, KeyPlace, Kms};
use crate::limits;
use crate::ops::KeyVersion;
use crate::ops::rotation::check_rotates;
use crate::tables::{LATE, RETIRED, REWRAPS, VERSIONS, version_suffix};
use async_trait::async_trait;
use iam::{Audit, Caller, Gate, Operation, Permit, Run, Target};
use store::{Store, Txn, View};
use types::{Action, Failure, KeyId, Reason, Result};

/// Destroys the material of an old version of a key, under which nothing that Bailee keeps is any more. What callers
/// encrypted under it and keep themselves cannot be decrypted afterwards: nobody can count that, so the version is named.
#[derive(Clone, Debug)]
pub struct RetireKeyVersion {
    /// Of which key; no alias.
    pub key: KeyRef,
    /// Which.
    pub version: KeyId,
}

impl RetireKeyVersion {
    /// Has it done, and what is open in memory wiped.
    pub async fn perform(self, gate: &Gate, caller: &Caller, kms: &Kms) -> Result<KeyVersion> {
        let account = kms.account_of(&self.key, caller)?;
        let retired = gate.perform(caller, kms, self).await?;
        // A call that began before may have opened it again meanwhile. No later one would use that.
        kms.forget(account, &retired.key);
        Ok(retired)
    }
}

impl Operation for RetireKeyVersion {
    /// What stays of it.
    type Output = KeyVersion;

    fn action(&self) -> Action {
        action::RETIRE_KEY_VERSION
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("KeyVersionId", self.version.as_str());
    }

    fn outcome(&self, output: &KeyVersion, audit: &mut Audit) {
        audit.resource(KEY_KIND, output.key.as_str());
        audit.answer("KeyVersionId", output.id.as_str());
    }
}

fn in_use(text: String) -> Failure {
    Failure::new(Reason::KeyVersionInUse, text)
}

impl Kms {
    /// Refuses a version that something is or may be under. What it reads must still hold at the commit.
    ///
    /// A rewrap that began when another version was the primary one, and has looked at everything, left nothing under this
    /// one but what came late; and that is counted in the very transactions that store it.
    async fn check_unused(&self, txn: &mut Txn, place: &KeyPlace, version: &KeyId) -> Result<()> {
        let rewrap = txn.get(REWRAPS, place.account, place.id.as_str().as_bytes()).await?;
        let text = match rewrap {
            Some(rewrap) if rewrap.state == RewrapState::Running => return Err(Reason::KeyRewrapRunning.into()),
            Some(rewrap) if rewrap.from.contains(version) && rewrap.state == RewrapState::Done => None,
            Some(rewrap) if rewrap.from.contains(version) => Some("the last rewrap of the key failed"),
            Some(_) => Some("the last rewrap of the key began before another version took its place"),
            None => Some("the key was never rewrapped"),
        };
        if let Some(text) = text {
            let text = format!("What is under the key version is not known, since {text}: start one and let it end.");
            return Err(in_use(text));
        }
        match txn.get(LATE, place.account, &version_suffix(&place.id, version)).await? {
            Some(late) => Err(in_use(format!(
                "Data keys under the key version: {}. They were stored after the last rewrap of the key began; start another.",
                late.data_keys
            ))),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Run<RetireKeyVersion> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &RetireKeyVersion, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    /// Commit point: this transaction. After it no node uses the material, wherever it is open: the number of retired
    /// versions in the key's record is another. It is final, for every copy of the store, when the erasure epoch ends.
    async fn run(&self, permit: &Permit<RetireKeyVersion>, op: &RetireKeyVersion, txn: &mut Txn) -> Result<KeyVersion> {
        let (place, mut key) = self.key_to_change(permit, txn, Deed::Describe).await?;
        check_rotates(&key)?;
        let suffix = version_suffix(&place.id, &op.version);
        if let Some(retired) = txn.get(RETIRED, place.account, &suffix).await? {
            return Ok(retired.described(&place.id));
        }
        let version = txn.get(VERSIONS, place.account, &suffix).await?.ok_or(Reason::KeyVersionNotFound)?;
        if key.primary == version.id {
            return Err(Failure::invalid("KeyVersionId", "a version other than the primary one"));
        }
        self.check_unused(txn, &place, &version.id).await?;
        if key.retired as usize >= limits::RETIRED_VERSIONS {
            return Err(Reason::TooManyVersions.into());
        }
        txn.delete(VERSIONS, place.account, &suffix);
        let retired = permit.caller().call().time;
        self.note_erased(txn, &place, std::slice::from_ref(&version), retired).await?;
        let record = RetiredRecord { id: version.id, created: version.created, rotated: version.rotated, retired };
        txn.put(RETIRED, place.account, &suffix, &record).await?;
        key.retired += 1;
        key.versions = key.versions.saturating_sub(1);
        self.put_key(txn, &place, &key).await?;
        let mut used = self.used(txn, place.account).await?;
        used.versions = used.versions.saturating_sub(1);
        self.set_used(txn, place.account, used).await?;
        Ok(record.described(&place.id))
    }
}
