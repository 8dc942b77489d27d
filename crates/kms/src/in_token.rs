//! How objects in the token come and go with the versions whose material they are.
//!
//! The token takes no part in transactions. So what is to be destroyed there is written down first, in [`WASTE`]: before an
//! object is made, as one that will be destroyed unless a commit says otherwise; with the commit that removes its version, as
//! one that will be in any case. A crash anywhere leaves at most an object that is on that list.

use crate::held::Held;
use crate::key_kind::{KeySpec, KeyUsage};
use crate::kms::{KeyPlace, Kms};
use crate::material::Material;
use crate::ops::Drawn;
use crate::tables::{WASTE, Waste, due_until, waste_suffix};
use crate::token::{Hsm, MadeInToken, ObjectName};
use crypto::Key;
use std::sync::Arc;
use std::time::Duration;
use store::{Committed, Durability, Txn};
use types::{AccountId, Failure, KeyId, Reason, Result, Timestamp};

/// How long a call may take from having an object made to its commit.
const GRACE: Duration = Duration::from_secs(60 * 60);
/// Objects that one sweep fails to destroy before it gives up.
const FAILURES: usize = 3;
/// Objects that one sweep destroys at most; the next goes on.
const SWEEP: usize = 1_000;

impl Kms {
    /// The same keys, with a token, if there is one, for those that are to be in it.
    #[must_use]
    pub fn with_token(mut self, hsm: Option<Arc<Hsm>>) -> Self {
        self.hsm = hsm;
        self
    }

    /// The token, which a key that is in it needs.
    pub(crate) fn hsm(&self) -> Result<&Hsm> {
        let missing = "The key is in an HSM, and this server has none now.";
        self.hsm.as_deref().ok_or_else(|| Failure::new(Reason::Unavailable, missing))
    }

    /// Refuses keys that cannot be made in the token, or if there is none.
    pub(crate) async fn check_token(&self, spec: KeySpec, usage: KeyUsage) -> Result<()> {
        let Some(hsm) = self.hsm.as_deref() else {
            let text = "This server has no HSM, so the protection level can only be that of software.";
            return Err(Failure::new(Reason::ProtectionLevelUnsupported, text));
        };
        if hsm.offers(spec, usage).await? {
            return Ok(());
        }
        let text = format!("The HSM of this server makes no keys of the spec {spec:?} for this usage.");
        Err(Failure::new(Reason::KeySpecUnsupported, text))
    }

    /// New material in the token, for a version of this key that is to be committed soon.
    pub(crate) async fn draw_in_token(
        &self,
        place: &KeyPlace,
        spec: KeySpec,
        usage: KeyUsage,
        now: Timestamp,
    ) -> Result<Drawn> {
        let (hsm, rng) = (self.hsm()?, self.store.rng());
        let object = KeyId::random(rng.as_ref());
        let spare = self.expect_object(&object, now).await?;
        let label = format!("bailee key {} of account {} in {}", place.id, place.account, self.store.region());
        let name = ObjectName { id: object.to_string(), label };
        let MadeInToken { public, schemes } = hsm.make(name, spec, usage, rng.clone()).await?;
        if schemes.is_empty() && public.is_some() && usage == KeyUsage::EncryptDecrypt {
            let text = format!("The HSM of this server decrypts nothing with a key of the spec {spec:?}.");
            return Err(Failure::new(Reason::KeySpecUnsupported, text));
        }
        let held = Held { object, spec, own: Key::random(rng.as_ref()), public, schemes };
        Ok(Drawn::in_token(Material::Held(Box::new(held)), place.id.clone(), spare))
    }

    /// Writes down that an object will be there that may have to be destroyed; says where.
    async fn expect_object(&self, object: &KeyId, now: Timestamp) -> Result<Vec<u8>> {
        let suffix = waste_suffix(now.plus(GRACE), object);
        let waste = Waste { object: object.clone(), doomed: false };
        loop {
            let mut txn = self.store.begin().await?;
            txn.put(WASTE, AccountId::PLATFORM, &suffix, &waste).await?;
            if let Committed::Done(_) = txn.commit(Durability::Synced).await? {
                return Ok(suffix);
            }
        }
    }

    /// Lets an object live. If it took so long that it is being destroyed, the caller has to begin anew.
    pub(crate) async fn save_object(&self, txn: &mut Txn, spare: &[u8]) -> Result<()> {
        let waste = txn.get(WASTE, AccountId::PLATFORM, spare).await?;
        if waste.is_none_or(|waste| waste.doomed) {
            return Err(Reason::Contended.into());
        }
        txn.delete(WASTE, AccountId::PLATFORM, spare);
        Ok(())
    }

    /// Has an object destroyed once this is committed.
    pub(crate) async fn doom_object(&self, txn: &mut Txn, object: KeyId, now: Timestamp) -> Result<()> {
        let suffix = waste_suffix(now, &object);
        txn.put(WASTE, AccountId::PLATFORM, &suffix, &Waste { object, doomed: true }).await
    }

    /// Destroys the objects in the token whose time has come. Says how many. What cannot be destroyed stays on the list, and
    /// does not keep the others; but if several cannot, the token is away, and the next sweep goes on.
    /// Fails if there was something to destroy and nothing could be.
    pub async fn sweep_token(&self, now: Timestamp) -> Result<usize> {
        let found = self.store.view().await?.scan(WASTE, AccountId::PLATFORM, &due_until(now, SWEEP)).await?;
        let (mut destroyed, mut failed) = (0, Vec::new());
        for (suffix, waste) in found {
            match self.destroy_object(&suffix, &waste).await {
                Ok(gone) => destroyed += usize::from(gone),
                Err(failure) => {
                    tracing::warn!(object = %waste.object, error = %failure, "an object in the token is not destroyed");
                    failed.push(failure);
                }
            }
            if failed.len() >= FAILURES {
                break;
            }
        }
        match failed.pop() {
            Some(failure) if destroyed == 0 => Err(failure),
            _ => Ok(destroyed),
        }
    }

    /// Destroys one object, unless somebody has saved it.
    async fn destroy_object(&self, suffix: &[u8], waste: &Waste) -> Result<bool> {
        let (hsm, id) = (self.hsm()?, waste.object.to_string());
        if !self.condemn(suffix).await? {
            return Ok(false);
        }
        hsm.call(move |token| token.destroy(&id)).await?;
        self.strike(suffix).await?;
        Ok(true)
    }

    /// Sees to it that nobody can save an object any more. Not if somebody has.
    async fn condemn(&self, suffix: &[u8]) -> Result<bool> {
        loop {
            let mut txn = self.store.begin().await?;
            match txn.get(WASTE, AccountId::PLATFORM, suffix).await? {
                None => return Ok(false),
                Some(waste) if waste.doomed => return Ok(true),
                Some(waste) => {
                    txn.put(WASTE, AccountId::PLATFORM, suffix, &Waste { doomed: true, ..waste }).await?;
                }
            }
            if let Committed::Done(_) = txn.commit(Durability::Synced).await? {
                return Ok(true);
            }
        }
    }

    /// Strikes an object off the list, which is destroyed. A crash before leaves it there, to be destroyed again.
    async fn strike(&self, suffix: &[u8]) -> Result<()> {
        loop {
            let mut txn = self.store.begin().await?;
            txn.delete(WASTE, AccountId::PLATFORM, suffix);
            if let Committed::Done(_) = txn.commit(Durability::Synced).await? {
                return Ok(());
            }
        }
    }
}
