use super::{MadeObject, ObjectName, Token, TokenError};
use crate::key_kind::{KeySpec, KeyUsage};
use crypto::pair::{EncryptionScheme, PublicKey};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use types::{Clock, Failure, Reason, Result, Rng};

/// How long a call waits for the device, the time in the queue included.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same for a key to be made: a device may look for primes for a while.
const MAKING: Duration = Duration::from_secs(120);

/// A token, with its blocking work on threads of their own, so much of it at a time as there may be sessions.
pub struct Hsm {
    token: Arc<dyn Token>,
    turns: Arc<Semaphore>,
    clock: Arc<dyn Clock>,
}

/// What is known of an object that was made, besides its name.
pub(crate) struct MadeInToken {
    /// The public key, if it is a pair.
    pub(crate) public: Option<PublicKey>,
    /// The ways of decrypting that the device really has.
    pub(crate) schemes: Vec<EncryptionScheme>,
}

fn busy() -> Failure {
    Failure::new(Reason::Unavailable, "The HSM did not answer in time; try again later.")
}

impl Hsm {
    /// A token that is asked by so many at a time.
    pub fn new(token: Arc<dyn Token>, sessions: usize, clock: Arc<dyn Clock>) -> Self {
        Self { token, turns: Arc::new(Semaphore::new(sessions.max(1))), clock }
    }

    /// Has the token do something. What nobody waits for any more is finished all the same, and keeps its turn until then.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Token) -> Result<T, TokenError> + Send + 'static,
    ) -> Result<T> {
        self.call_for(PATIENCE, work).await
    }

    async fn call_for<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce(&dyn Token) -> Result<T, TokenError> + Send + 'static,
    ) -> Result<T> {
        let asked = async {
            let turn = self.turns.clone().acquire_owned().await.map_err(Failure::internal)?;
            let token = self.token.clone();
            let done = tokio::task::spawn_blocking(move || {
                let done = work(token.as_ref());
                drop(turn);
                done
            });
            done.await.map_err(Failure::internal)?.map_err(Failure::from)
        };
        tokio::select! {
            biased;
            done = asked => done,
            () = self.clock.sleep(patience) => Err(busy()),
        }
    }

    /// Whether it can make such keys and use them so.
    pub(crate) async fn offers(&self, spec: KeySpec, usage: KeyUsage) -> Result<bool> {
        self.call(move |token| token.offers(spec, usage)).await
    }

    /// Makes a key, and finds out how it can decrypt, since devices do not say.
    pub(crate) async fn make(
        &self,
        name: ObjectName,
        spec: KeySpec,
        usage: KeyUsage,
        rng: Arc<dyn Rng>,
    ) -> Result<MadeInToken> {
        let made = self.call_for(MAKING, move |token| {
            let MadeObject { public } = token.make(&name, spec, usage)?;
            let mut schemes = Vec::new();
            if let Some(public) = public.as_ref().filter(|_| usage == KeyUsage::EncryptDecrypt) {
                for scheme in [EncryptionScheme::RsaOaepSha1, EncryptionScheme::RsaOaepSha256] {
                    let probe = public.encrypt(scheme, rng.as_ref(), PROBE).map_err(|_| TokenError::Refused)?;
                    match token.decrypt(&name.id, scheme, &probe, &probe) {
                        Ok(opened) if opened.expose().as_slice() == PROBE => schemes.push(scheme),
                        Ok(_) | Err(TokenError::Refused) => {}
                        Err(error) => return Err(error),
                    }
                }
            }
            Ok(MadeInToken { public, schemes })
        });
        made.await
    }
}

/// What is encrypted to see whether a token decrypts it.
pub(crate) const PROBE: &[u8] = b"bailee";
