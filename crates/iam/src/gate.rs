use crate::caller::{Caller, Nonce};
use crate::decide::decide;
use crate::directory::Directory;
use crate::operation::{Audit, Operation, Run};
use crate::permit::Permit;
use crate::rates::Rates;
use crate::record::Scene;
use crate::recording::is_strict;
use crate::records::{NONCES, NonceRecord};
use serde_json::json;
use std::sync::Arc;
use store::{Committed, Durability, Store, Txn, View};
use types::{AccessKeyId, AccountId, Clock, Failure, Principal, Reason, Result};

/// How often an operation is tried again when others keep changing what it reads.
const ATTEMPTS: usize = 16;

/// What a request says about who sent it, before any of it is believed.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The access key it says signed it.
    pub access_key: AccessKeyId,
    /// The session token that came with it. It opens nothing without the secret that is inside it.
    pub token: Option<String>,
    /// The value it may use once, if its scheme has one.
    pub nonce: Option<Nonce>,
}

/// The one door. Nothing that touches a tenant's things runs without going through [`perform`](Self::perform), which
/// decides, runs, and records, in that order and in one transaction.
#[derive(Clone)]
pub struct Gate {
    directory: Arc<Directory>,
    clock: Arc<dyn Clock>,
    /// Held by an operation that has met a conflict, so that those who want the same thing wait for each other instead
    /// of undoing each other's attempts.
    queue: Arc<tokio::sync::Mutex<()>>,
    rates: Option<Arc<Rates>>,
}

impl Gate {
    /// A gate over the deployment's identities.
    pub async fn new(identity: Store, clock: Arc<dyn Clock>) -> Result<Self> {
        Ok(Self { directory: Arc::new(Directory::new(identity).await?), clock, queue: Arc::default(), rates: None })
    }

    /// The same gate, holding accounts to so many requests a second.
    #[must_use]
    pub fn with_rates(self, rates: Rates) -> Self {
        Self { rates: Some(Arc::new(rates)), ..self }
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The clock everything about identities goes by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Makes somebody of a caller: finds the secret of the key it claims and lets `verify` check the request's signature
    /// with it. The secret is lent, not given.
    pub async fn authenticate(
        &self,
        caller: &mut Caller,
        claim: Claim,
        verify: impl FnOnce(&[u8]) -> Result<()>,
    ) -> Result<()> {
        caller.claim(claim.access_key.clone());
        let now = self.clock.now();
        let credential = match self.directory.credential(&claim.access_key, claim.token.as_deref(), now).await {
            Ok(credential) => credential,
            Err(failure) => {
                // The record of the refusal belongs to the account whose key was named.
                if let Some(account) = self.directory.owner(&claim.access_key).await? {
                    caller.claim_account(account);
                }
                return Err(failure);
            }
        };
        if let Some(account) = credential.principal.account() {
            caller.claim_account(account);
        }
        verify(credential.secret.expose())?;
        // Only who has the secret learns that it is of no use from here.
        if credential.networks.as_ref().is_some_and(|rule| !rule.admits(caller.call().source_ip)) {
            let text = "This access key must not be used from the network that the request came from.";
            return Err(Failure::new(Reason::AccessDenied, text));
        }
        if let (Some(account), None) = (credential.principal.account(), &credential.session) {
            self.directory.uses().note(&claim.access_key, account, now);
        }
        caller.become_principal(credential, claim.nonce);
        caller.diagnose_with(self.directory.diagnoses().clone());
        Ok(())
    }

    /// Decides, runs and records an operation.
    ///
    /// Commit point: the operation's transaction, which holds its effect and its event. A crash before it leaves neither
    /// (and perhaps a blob that nothing names, which is swept); a crash after it leaves both.
    pub async fn perform<Op: Operation, D: Run<Op> + ?Sized>(
        &self,
        caller: &Caller,
        domain: &D,
        mut op: Op,
    ) -> Result<Op::Output> {
        let mut scene = Scene { action: Some(op.action()), category: Op::CATEGORY, ..Scene::bare(caller) };
        op.audit(&mut scene.audit);
        let done = match self.admit(caller, domain.store(), &op) {
            Ok(()) => self.attempt(domain, &mut op, &mut scene).await,
            Err(failure) => Err(failure),
        };
        match done {
            Ok(output) => Ok(output),
            Err(failure) => {
                scene.answered = Audit::default();
                self.record_failure(domain.store(), &scene, &failure).await?;
                Err(failure)
            }
        }
    }

    /// Counts the request against what its account may ask for in a second. What one service asks of another on the
    /// caller's behalf was counted when the caller asked, and Bailee's own work has no account to count it against.
    fn admit<Op: Operation>(&self, caller: &Caller, store: &Store, op: &Op) -> Result<()> {
        match (&self.rates, caller.account()) {
            (Some(rates), Some(account)) if caller.asking_service().is_none() => {
                rates.admit(account, store.region(), &op.action())
            }
            _ => Ok(()),
        }
    }

    /// Records a call that never became an operation, or that was answered without one, in the given store's trail.
    /// `failure` says why it was refused.
    pub async fn record(&self, caller: &Caller, store: &Store, failure: &Failure) -> Result<()> {
        self.record_failure(store, &Scene::bare(caller), failure).await
    }

    async fn attempt<Op: Operation, D: Run<Op> + ?Sized>(
        &self,
        domain: &D,
        op: &mut Op,
        scene: &mut Scene<'_>,
    ) -> Result<Op::Output> {
        let store = domain.store();
        let caller = scene.caller;
        let view = store.view().await?;
        refuse_replay(caller, &view).await?;
        scene.target = domain.target(op, caller, &view).await?;
        drop(view);
        decide(caller, &scene.target)?;
        let permit = Permit::new(caller.clone(), scene.target.clone());
        domain.prepare(&permit, op).await?;
        let mut turn = None;
        for _ in 0..ATTEMPTS {
            let mut txn = store.begin().await?;
            refuse_replay(caller, txn.view()).await?;
            let output = domain.run(&permit, op, &mut txn).await?;
            if caller.is_on_trial() {
                return Err(Reason::DryRun.into());
            }
            scene.answered = Audit::default();
            op.outcome(&output, &mut scene.answered);
            tell_destroyed(&mut txn, &mut scene.answered).await?;
            let durability = match txn.writes() || op.strict() {
                true => Durability::Synced,
                false => self.durability(scene).await?,
            };
            self.append(store, scene, &mut txn, Op::refusal(&output), true).await?;
            if let Committed::Done(_) = txn.commit(durability).await? {
                caller.set_recorded();
                domain.committed(op);
                return Ok(output);
            }
            // Whoever works for another call must not wait for a turn that this other call may have.
            let inner = caller.asking_service().is_some() || matches!(caller.principal(), Principal::Service { .. });
            if turn.is_none() && !inner {
                turn = Some(self.queue.lock().await);
            }
        }
        Err(Reason::Contended.into())
    }

    async fn record_failure(&self, store: &Store, scene: &Scene<'_>, failure: &Failure) -> Result<()> {
        let mut claim = failure.reason() != Reason::NonceReused;
        for _ in 0..ATTEMPTS {
            let mut txn = store.begin().await?;
            self.append(store, scene, &mut txn, Some(failure), claim).await?;
            // A conflict here means that another call used the nonce up meanwhile: there is nothing left to claim.
            claim = false;
            if let Committed::Done(_) = txn.commit(self.durability(scene).await?).await? {
                scene.caller.set_recorded();
                return Ok(());
            }
        }
        Err(Reason::Contended.into())
    }

    /// How sure the record of what changes nothing must be before the answer: as the accounts want it that get it.
    async fn durability(&self, scene: &Scene<'_>) -> Result<Durability> {
        let view = self.directory.store().view().await?;
        for account in scene.recipients() {
            if is_strict(&view, account).await? {
                return Ok(Durability::Synced);
            }
        }
        Ok(Durability::Logged)
    }

    /// Adds the call's events to a transaction. They carry the time of now, not of the call's arrival: a log is in the
    /// order of effects, and look-ups by time rely on it.
    async fn append(
        &self,
        store: &Store,
        scene: &Scene<'_>,
        txn: &mut Txn,
        failure: Option<&Failure>,
        claim: bool,
    ) -> Result<()> {
        let rng = store.rng().as_ref();
        if let Some(key) = nonce_key(scene.caller).filter(|_| claim && !scene.caller.recorded()) {
            txn.claim(NONCES, AccountId::PLATFORM, &key, &NonceRecord {}).await?;
        }
        let now = self.clock.now();
        for recipient in scene.recipients() {
            let event = scene.event(recipient, store.region(), now, rng, failure);
            trail::append(txn, recipient, &event, rng).await?;
        }
        Ok(())
    }
}

/// Says in the event which wrapped keys the transaction destroys, and in which erasure epoch they are: its end makes that
/// final (design §3.3).
async fn tell_destroyed(txn: &mut Txn, answered: &mut Audit) -> Result<()> {
    let Some((keys, root)) = txn.destroyed() else { return Ok(()) };
    let epoch = txn.hold_epoch().await?;
    answered.answer(DESTROYED, json!({ "keys": keys, "root": hex::encode(root), "epoch": epoch }));
    Ok(())
}

/// The element of an event that says which keys were destroyed.
pub const DESTROYED: &str = "destroyedKeys";

/// A nonce is used up by the first call that carries it, whatever came of that call.
async fn refuse_replay(caller: &Caller, view: &View) -> Result<()> {
    let Some(key) = nonce_key(caller).filter(|_| !caller.recorded()) else { return Ok(()) };
    match view.get(NONCES, AccountId::PLATFORM, &key).await? {
        Some(_) => Err(Reason::NonceReused.into()),
        None => Ok(()),
    }
}

/// The minute comes first, so that old nonces are swept by range: after the clock window a replay is refused for its age.
fn nonce_key(caller: &Caller) -> Option<Vec<u8>> {
    let (nonce, access_key) = (caller.nonce()?, caller.access_key()?);
    let minute = nonce.signed_at.secs().div_euclid(60).cast_unsigned();
    let mut key = minute.to_be_bytes().to_vec();
    // Clients choose the value: its hash is as good and has a length of its own.
    let used = [access_key.as_str().as_bytes(), b"\0", nonce.value.as_bytes()].concat();
    key.extend_from_slice(&crypto::hash::sha256(&used));
    Some(key)
}
