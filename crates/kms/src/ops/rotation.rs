use crate::key_kind::Origin;
use crate::key_record::{KeyRecord, Rotation};
use crate::key_ref::KeyRef;
use crate::key_state::{Deed, KeyState};
use crate::kms::{KeyPlace, Kms, chosen};
use crate::ops::draw::Drawn;
use crate::tables::{Due, KEYS, ROTATIONS, Used, due_suffix};
use crate::version_record::Rotated;
use crate::{action, limits};
use async_trait::async_trait;
use iam::{Audit, Caller, Operation, Permit, Run, Target};
use std::time::Duration;
use store::{Store, Txn, View};
use types::{AccountId, Action, Failure, KeyId, Reason, Result, Timestamp};

const DAY: u64 = 24 * 60 * 60;

/// Says how often a key gets a new version by itself, or that it does not.
#[derive(Clone, Debug)]
pub struct UpdateRotationPolicy {
    /// Which; no alias.
    pub key: KeyRef,
    /// How long a version is the primary one, in seconds.
    pub seconds: Option<u64>,
}

/// Gives a key a new version now: of a symmetric key it becomes the primary one, a pair's stand side by side.
pub struct CreateKeyVersion {
    /// Which; no alias.
    pub key: KeyRef,
    /// Whether it must be a key pair, or must be none. One interface has the one, one the other.
    pub pair: bool,
    /// Nothing yet.
    pub drawn: Drawn,
}

/// Gives a key a new version because its time has come. Only Bailee itself asks for it.
pub struct RotateKey {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub key: KeyId,
    /// Nothing yet.
    pub drawn: Drawn,
}

/// One version of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyVersion {
    /// Its key.
    pub key: KeyId,
    /// Its id.
    pub id: KeyId,
    /// When it was made.
    pub created: Timestamp,
    /// Whether it is the one that encrypts.
    pub primary: bool,
    /// Why it came after another; `None` for the first, and for those made before that was noted.
    pub rotated: Option<Rotated>,
    /// When its material was destroyed, if it was.
    pub retired: Option<Timestamp>,
}

/// An interval that a key can be rotated at.
pub(crate) fn check_interval(seconds: u64) -> Result<()> {
    let (least, most) = (limits::ROTATION_DAYS_LEAST, limits::ROTATION_DAYS_MOST);
    if (least * DAY..=most * DAY).contains(&seconds) {
        return Ok(());
    }
    Err(Failure::invalid("RotationInterval", format!("{least} to {most} days")))
}

/// Refuses keys that never get a version by themselves (KMS, rotation): pairs, codes, and those of others' material.
pub(crate) fn check_rotates(record: &KeyRecord) -> Result<()> {
    if record.origin == Origin::External {
        return Err(Reason::OriginUnsupported.into());
    }
    if !record.spec.is_symmetric() {
        return Err(Reason::KeySpecUnsupported.into());
    }
    Ok(())
}

impl Kms {
    /// Sets how often a key is rotated; the caller puts the record.
    pub(crate) async fn set_rotation(
        &self,
        txn: &mut Txn,
        place: &KeyPlace,
        record: &mut KeyRecord,
        seconds: Option<u64>,
        now: Timestamp,
    ) -> Result<()> {
        if let Some(old) = record.rotation.take() {
            txn.delete(ROTATIONS, AccountId::PLATFORM, &due_suffix(old.next, place.account, &place.id));
        }
        if let Some(seconds) = seconds {
            let next = now.plus(Duration::from_secs(seconds));
            let due = Due { account: place.account, key: place.id.clone() };
            txn.put(ROTATIONS, AccountId::PLATFORM, &due_suffix(next, place.account, &place.id), &due).await?;
            record.rotation = Some(Rotation { seconds, next });
        }
        Ok(())
    }

    /// Adds a version to a key; the caller puts the record.
    async fn add_version(
        &self,
        txn: &mut Txn,
        place: &KeyPlace,
        record: &mut KeyRecord,
        drawn: &Drawn,
        rotated: Rotated,
        now: Timestamp,
    ) -> Result<KeyId> {
        // Switched on since it was looked at: others are changing it, and the caller can try again.
        let material = drawn.material().ok_or(Reason::Contended)?;

        let mut used = self.used(txn, place.account).await?;
        self.check_room(record, used)?;
        used.versions += 1;
        self.set_used(txn, place.account, used).await?;
        let id = drawn.version().cloned().unwrap_or_else(|| KeyId::random(self.store.rng().as_ref()));
        self.save_drawn(txn, drawn).await?;
        self.make_version(txn, place, id.clone(), now, material, Some(rotated)).await?;
        record.versions += 1;
        record.rotated = Some(now);
        // A pair's public key is in others' hands: its first version stays the one that is meant when none is named.
        if record.spec.is_symmetric() {
            record.primary = id.clone();
        }
        Ok(id)
    }
}

impl Operation for UpdateRotationPolicy {
    type Output = ();

    fn action(&self) -> Action {
        action::UPDATE_ROTATION_POLICY
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
        audit.parameter("EnableAutomaticRotation", self.seconds.is_some());
        audit.optional("RotationInterval", self.seconds.map(|seconds| format!("{seconds}s")));
    }
}

#[async_trait]
impl Run<UpdateRotationPolicy> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &UpdateRotationPolicy, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn run(&self, permit: &Permit<UpdateRotationPolicy>, op: &UpdateRotationPolicy, txn: &mut Txn) -> Result<()> {
        op.seconds.map_or(Ok(()), check_interval)?;
        let (place, mut record) = self.key_to_change(permit, txn, Deed::Use).await?;
        check_rotates(&record)?;
        self.set_rotation(txn, &place, &mut record, op.seconds, permit.caller().call().time).await?;
        self.put_key(txn, &place, &record).await
    }
}

impl Operation for CreateKeyVersion {
    type Output = KeyVersion;

    fn action(&self) -> Action {
        action::CREATE_KEY_VERSION
    }

    fn audit(&self, audit: &mut Audit) {
        self.key.audit(audit);
    }

    fn outcome(&self, output: &KeyVersion, audit: &mut Audit) {
        audit.answer("KeyVersionId", output.id.as_str());
    }
}

impl Kms {
    /// The key that an operation is about, if it is on; what is wrong with the key is for its run to say.
    pub(crate) async fn looked_up<Op: Operation>(&self, permit: &Permit<Op>) -> Result<Option<(KeyPlace, KeyRecord)>> {
        let place = chosen(permit)?;
        let view = self.store.view().await?;
        let record = view.get(KEYS, place.account, place.id.as_str().as_bytes()).await?;
        Ok(record.filter(|record| record.state == KeyState::Enabled).map(|record| (place, record)))
    }
}

#[async_trait]
impl Run<CreateKeyVersion> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &CreateKeyVersion, caller: &Caller, view: &View) -> Result<Target> {
        self.id_target(op.action(), &op.key, caller, view).await
    }

    async fn prepare(&self, permit: &Permit<CreateKeyVersion>, op: &mut CreateKeyVersion) -> Result<()> {
        if let Some((place, record)) = self.looked_up(permit).await? {
            let now = permit.caller().call().time;
            check_versions(&record, op.pair, now)?;
            self.check_room(&record, self.used_now(place.account).await?)?;
            op.drawn = self.draw_for(&place, &record, now).await?;
        }
        Ok(())
    }

    async fn run(&self, permit: &Permit<CreateKeyVersion>, op: &CreateKeyVersion, txn: &mut Txn) -> Result<KeyVersion> {
        let (place, mut record) = self.key_to_change(permit, txn, Deed::Use).await?;
        let now = permit.caller().call().time;
        check_versions(&record, op.pair, now)?;
        let id = self.add_version(txn, &place, &mut record, &op.drawn, Rotated::Asked, now).await?;
        self.put_key(txn, &place, &record).await?;
        let rotated = Some(Rotated::Asked);
        Ok(KeyVersion { primary: record.primary == id, key: place.id, id, created: now, rotated, retired: None })
    }
}

/// Refuses keys that get no version by hand, in the interface that has pairs or the other.
fn check_versions(record: &KeyRecord, pair: bool, now: Timestamp) -> Result<()> {
    if pair { check_pair_version(record, now) } else { check_rotates(record) }
}

impl Kms {
    /// Refuses a version more than the key, or the account, can have.
    fn check_room(&self, record: &KeyRecord, used: Used) -> Result<()> {
        if record.versions as usize >= limits::VERSIONS || used.versions >= self.quotas.versions {
            return Err(Reason::TooManyVersions.into());
        }
        Ok(())
    }

    /// Whether a key gets a version now by itself.
    fn is_to_rotate(&self, record: &KeyRecord, used: Used, now: Timestamp) -> bool {
        let due = record.rotation.is_some_and(|rotation| rotation.next <= now);
        due && record.state == KeyState::Enabled && self.check_room(record, used).is_ok()
    }
}

/// New versions of pairs are made by hand, and not more often than once in seven days.
fn check_pair_version(record: &KeyRecord, now: Timestamp) -> Result<()> {
    if record.origin == Origin::External {
        return Err(Reason::OriginUnsupported.into());
    }
    if !matches!(record.spec.family(), crate::key_kind::Family::Pair(_)) {
        return Err(Reason::KeySpecUnsupported.into());
    }
    let last = record.rotated.unwrap_or(record.created);
    if now < last.plus(Duration::from_secs(limits::VERSION_DAYS * DAY)) {
        let text = format!("A key gets a new version at most once in {} days.", limits::VERSION_DAYS);
        return Err(Failure::new(Reason::TooManyVersions, text));
    }
    Ok(())
}

impl Operation for RotateKey {
    /// The new version, if there was to be one.
    type Output = Option<KeyId>;

    fn action(&self) -> Action {
        action::ROTATE_KEY
    }

    fn audit(&self, audit: &mut Audit) {
        audit.parameter("KeyId", self.key.as_str());
        audit.resource(crate::kms::KEY_KIND, self.key.as_str());
    }

    fn outcome(&self, output: &Option<KeyId>, audit: &mut Audit) {
        if let Some(id) = output {
            audit.answer("KeyVersionId", id.as_str());
        }
    }
}

#[async_trait]
impl Run<RotateKey> for Kms {
    fn store(&self) -> &Store {
        &self.store
    }

    async fn target(&self, op: &RotateKey, caller: &Caller, view: &View) -> Result<Target> {
        caller.house_only()?;
        self.key_target(op.action(), op.account, &op.key, view).await
    }

    async fn prepare(&self, permit: &Permit<RotateKey>, op: &mut RotateKey) -> Result<()> {
        let now = permit.caller().call().time;
        if let Some((place, record)) = self.looked_up(permit).await?
            && self.is_to_rotate(&record, self.used_now(place.account).await?, now)
        {
            op.drawn = self.draw_for(&place, &record, now).await?;
        }
        Ok(())
    }

    /// A key that is off, or has as many versions as there can be, or whose account has, is looked at again the next day:
    /// what is suspended goes on when the key is on again.
    async fn run(&self, permit: &Permit<RotateKey>, op: &RotateKey, txn: &mut Txn) -> Result<Option<KeyId>> {
        let place = chosen(permit)?;
        let mut record = self.key(txn, &place).await?;
        let now = permit.caller().call().time;
        let Some(rotation) = record.rotation.filter(|rotation| rotation.next <= now) else { return Ok(None) };
        let mut made = None;
        let mut wait = DAY;
        let used = self.used(txn, place.account).await?;
        if self.is_to_rotate(&record, used, now) {
            made = Some(self.add_version(txn, &place, &mut record, &op.drawn, Rotated::Scheduled, now).await?);
            wait = rotation.seconds;
        }
        self.set_rotation(txn, &place, &mut record, Some(wait), now).await?;
        if let Some(kept) = &mut record.rotation {
            kept.seconds = rotation.seconds;
        }
        self.put_key(txn, &place, &record).await?;
        Ok(made)
    }
}
