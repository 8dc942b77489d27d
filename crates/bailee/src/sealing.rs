use crate::Stop;
use crate::config::TokenSettings;
use crate::deployment::{service, token};
use dialects::Domains;
use iam::SealState;
use kms::seal::{BeginEpoch, EndEpoch, Keeper, OpenSeal, RotateRoot, SealConfig, SealShare, SharesSeal};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use types::{Failure, Result, Secret, Timestamp};
use zeroize::Zeroizing;

/// Changes of the seal, each of which takes many steps: another root key, the end of an erasure epoch.
///
/// What is on disk says which step is next; a crash is followed by the same step as no crash. [`step`](Self::step) is that.
pub(crate) struct Sealing {
    seal: Arc<OpenSeal>,
    token: Option<TokenSettings>,
    domains: Arc<Domains>,
    /// How long what was read before may still be in use when keys are destroyed; nothing if nobody is served.
    grace: Duration,
    turn: tokio::sync::Mutex<()>,
    working: AtomicBool,
    rewrapped: AtomicU64,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A store's region key is under the new root key.
    RootRotated,
    /// The old root key is destroyed.
    RootEnded,
    /// A store moved into the new epoch.
    EpochEntered,
    /// Keys were wrapped anew.
    Rewrapped,
    /// The old epoch's key is destroyed.
    EpochEnded,
    /// That is recorded in a store.
    Recorded,
    /// Erasures that became final by it are recorded in the trails of those whose it was.
    ErasuresFinished,
    /// There is nothing to do.
    Nothing,
}

impl Sealing {
    pub(crate) fn new(
        seal: Arc<OpenSeal>,
        token: Option<TokenSettings>,
        domains: Arc<Domains>,
        grace: Duration,
    ) -> Self {
        let (working, rewrapped) = (AtomicBool::new(false), AtomicU64::new(0));
        Self { seal, token, domains, grace, turn: tokio::sync::Mutex::default(), working, rewrapped }
    }

    /// Ends the erasure epoch. If one was ending already, only that is finished.
    pub(crate) async fn end_epoch(&self) -> Result<()> {
        let _turn = self.turn.lock().await;
        self.check_regions().await?;
        if self.seal.status().rotating {
            self.finish().await?;
        }
        self.change(|seal| seal.begin_epoch()).await?;
        self.finish().await
    }

    /// Puts a new root key in the place of the one there is. If that was under way already, only that is finished.
    pub(crate) async fn rotate(&self) -> Result<()> {
        let _turn = self.turn.lock().await;
        self.check_regions().await?;
        self.change(|seal| seal.begin_root()).await?;
        self.finish().await
    }

    /// Everything there is besides the seal.
    pub(crate) fn domains(&self) -> &Domains {
        &self.domains
    }

    /// A token that the seal is in, or could be.
    pub(crate) fn token(&self) -> Option<&TokenSettings> {
        self.token.as_ref()
    }

    /// Keeps the keys under another seal.
    pub(crate) async fn migrate(&self, config: SealConfig) -> Result<()> {
        let _turn = self.turn.lock().await;
        self.change(|seal| seal.migrate(config)).await
    }

    /// Finishes what a crash or a stop left unfinished.
    pub(crate) async fn resume(&self) -> Result<()> {
        let _turn = self.turn.lock().await;
        self.finish().await
    }

    /// Whether the epoch has lasted as long as it should; one whose beginning was not written down has.
    pub(crate) fn is_due(&self, every: Duration, now: Timestamp) -> bool {
        let begun = self.seal.status().epochs.last().and_then(|(_, since)| *since);
        begun.is_none_or(|begun| begun.plus(every) <= now)
    }

    /// How the seal is.
    pub(crate) fn state(&self) -> SealState {
        let status = self.seal.status();
        SealState {
            kind: status.kind.to_owned(),
            root_since: status.root_since,
            rotating: status.rotating,
            epochs: status.epochs,
        }
    }

    /// What there is to know of the seal and of the work on it.
    pub(crate) async fn status(&self) -> Result<Value> {
        let status = self.seal.status();
        let newest = status.epochs.last().map(|(number, _)| *number);
        let since = |at: Option<Timestamp>| at.map(Timestamp::iso_seconds);
        let epochs = status.epochs.iter().map(|(number, at)| {
            let state = if Some(*number) == newest { "current" } else { "ending" };
            json!({"number": number, "since": since(*at), "state": state})
        });
        let mut shown = json!({
            "kind": status.kind,
            "root_key": {"since": since(status.root_since), "rotating": status.rotating},
            "epochs": epochs.collect::<Vec<_>>(),
        });
        if status.epochs.len() > 1 {
            let left = self.behind().await?;
            let work = json!({
                "at_work": self.working.load(Ordering::Relaxed),
                "rewrapped": self.rewrapped.load(Ordering::Relaxed),
                "left": left,
            });
            shown.as_object_mut().map(|shown| shown.insert("ending".to_owned(), work));
        }
        Ok(shown)
    }

    async fn finish(&self) -> Result<()> {
        self.working.store(true, Ordering::Relaxed);
        self.meter();
        let done = loop {
            match self.step().await {
                Ok(Step::Nothing) => break Ok(()),
                Ok(step) => {
                    tracing::info!(?step, rewrapped = self.rewrapped.load(Ordering::Relaxed), "changing the seal");
                    self.meter();
                }
                Err(failure) => break Err(failure),
            }
        };
        self.working.store(false, Ordering::Relaxed);
        self.meter();
        done
    }

    /// Does what is next. Each step is durable when it returns, and what it leaves tells the next one.
    ///
    /// Both old and new keys are in the seal before a store needs the new ones, and until no store needs the old ones. So
    /// whichever step is the last before a crash, every store opens.
    pub(crate) async fn step(&self) -> Result<Step> {
        let status = self.seal.status();
        if status.rotating {
            return self.rotate_root().await;
        }
        if let (Some((newest, _)), true) = (status.epochs.last(), status.epochs.len() > 1) {
            return self.leave_epoch(*newest).await;
        }
        for keeper in self.keepers() {
            if let Some(epoch) = keeper.ended().await?.first().copied() {
                // What opens older contents of the seal's file would open the epoch's key as well.
                self.change(OpenSeal::settle).await?;
                let caller = service(&self.domains, "seal", "EndErasureEpoch");
                self.domains.gate.perform(&caller, &keeper, EndEpoch { epoch }).await?;
                return Ok(Step::Recorded);
            }
        }
        for region in &self.domains.regions {
            let caller = service(&self.domains, "seal", "FinishErasure");
            if region.kms.finish_erasures(&self.domains.gate, &caller).await? > 0 {
                return Ok(Step::ErasuresFinished);
            }
        }
        Ok(Step::Nothing)
    }

    async fn rotate_root(&self) -> Result<Step> {
        self.check_regions().await?;
        for keeper in self.keepers() {
            if !keeper.store().is_under_newest_root().await? {
                let caller = service(&self.domains, "seal", "RotateRootKey");
                self.domains.gate.perform(&caller, &keeper, RotateRoot).await?;
                return Ok(Step::RootRotated);
            }
        }
        self.change(|seal| seal.end_root()).await?;
        Ok(Step::RootEnded)
    }

    async fn leave_epoch(&self, newest: u32) -> Result<Step> {
        self.check_regions().await?;
        for keeper in self.keepers() {
            if keeper.store().epoch().await? < newest {
                let caller = service(&self.domains, "seal", "BeginErasureEpoch");
                self.domains.gate.perform(&caller, &keeper, BeginEpoch).await?;
                return Ok(Step::EpochEntered);
            }
        }
        let rewrapped = self.rewrap().await?;
        if rewrapped > 0 {
            self.rewrapped.fetch_add(rewrapped, Ordering::Relaxed);
            metrics::counter!("bailee_seal_rewrapped_total").increment(rewrapped);
            return Ok(Step::Rewrapped);
        }
        // Whoever read a record before it was wrapped anew has opened it by then.
        if !self.grace.is_zero() {
            self.domains.clock.sleep(self.grace).await;
        }
        let behind = self.behind().await?;
        if behind > 0 {
            return Err(Failure::internal(format!("{behind} keys are still wrapped in the epoch that is to end")));
        }
        for region in &self.domains.regions {
            region.objects.remove_empty_shards().await?;
        }
        // The point of no return: what was wrapped in the old epoch alone is gone when this is on disk.
        self.change(|seal| seal.end_epochs()).await?;
        Ok(Step::EpochEnded)
    }

    async fn rewrap(&self) -> Result<u64> {
        let mut done = 0;
        for keeper in self.keepers() {
            done += keeper.store().rewrap_account_keys().await?;
        }
        for region in &self.domains.regions {
            done += region.kms.rewrap().await? + region.secrets.rewrap().await? + region.objects.rewrap().await?;
        }
        Ok(done)
    }

    /// How many keys are wrapped in an earlier epoch than the one their store is in.
    async fn behind(&self) -> Result<u64> {
        let mut behind = 0;
        for keeper in self.keepers() {
            behind += keeper.store().account_keys_behind().await?;
        }
        for region in &self.domains.regions {
            behind += region.kms.behind().await? + region.secrets.behind().await? + region.objects.behind().await?;
        }
        Ok(behind)
    }

    /// Every store of the deployment must be open when keys at the root change: one that is not would be lost.
    pub(crate) async fn check_regions(&self) -> Result<()> {
        let open: Vec<&str> = self.domains.regions.iter().map(|region| region.id.as_str()).collect();
        let known = Keeper::new(self.domains.identity.clone()).regions().await?;
        let missing: Vec<String> = known.into_iter().filter(|name| !open.contains(&name.as_str())).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let text = format!(
            "the configuration lacks the region {}, which this deployment has: its keys would be lost",
            missing.join(", ")
        );
        Err(Failure::invalid("region", text))
    }

    /// The identities' store and each region's.
    fn keepers(&self) -> Vec<Keeper> {
        let stores = std::iter::once(&self.domains.identity).chain(self.domains.regions.iter().map(|r| &r.store));
        stores.cloned().map(Keeper::new).collect()
    }

    /// Changes the seal where it may take its time.
    async fn change(&self, change: impl FnOnce(&OpenSeal) -> Result<()> + Send + 'static) -> Result<()> {
        let seal = self.seal.clone();
        tokio::task::spawn_blocking(move || change(&seal)).await.map_err(Failure::internal)?
    }

    fn meter(&self) {
        let status = self.seal.status();
        let gauge = |value: u32| f64::from(value);
        metrics::gauge!("bailee_seal_epoch").set(gauge(status.epochs.last().map_or(0, |(number, _)| *number)));
        metrics::gauge!("bailee_seal_epochs").set(gauge(u32::try_from(status.epochs.len()).unwrap_or(u32::MAX)));
        metrics::gauge!("bailee_seal_working").set(gauge(u32::from(self.working.load(Ordering::Relaxed))));
    }
}

/// The seal that a word names, with the passphrase or the shares it needs.
pub(crate) fn seal_config(
    kind: &str,
    passphrase: Option<Secret<Vec<u8>>>,
    shares: &[Zeroizing<String>],
    settings: Option<&TokenSettings>,
) -> Result<SealConfig, Stop> {
    match (kind, passphrase) {
        ("file", None) if shares.is_empty() => Ok(SealConfig::File),
        ("passphrase", Some(passphrase)) if shares.is_empty() => Ok(SealConfig::Passphrase(passphrase)),
        ("shares", None) => Ok(SealConfig::Shares(join(shares.iter().map(|text| text.as_str()))?)),
        ("pkcs11", None) if shares.is_empty() => Ok(SealConfig::Pkcs11(token(settings)?)),
        ("file" | "passphrase" | "shares" | "pkcs11", _) => {
            Err("a file takes nothing, a passphrase needs just that, and shares are no passphrase".into())
        }
        (other, _) => {
            let text = format!(
                "there is no seal of the kind {other:?}; it can be \"file\", \"passphrase\", \"shares\" or \"pkcs11\""
            );
            Err(text.into())
        }
    }
}

/// The seal that these shares open.
pub(crate) fn join<'t>(texts: impl Iterator<Item = &'t str>) -> Result<SharesSeal, Stop> {
    let shares = texts.map(SealShare::parse).collect::<Result<Vec<_>, _>>()?;
    Ok(SharesSeal::join(&shares)?)
}

#[cfg(test)]
mod tests;
