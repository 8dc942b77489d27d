//! The keys of OIDC identity providers, had from them over HTTP and kept for a while.

mod address;
mod fetch;
mod pins;
#[cfg(test)]
mod tests;

use crate::Stop;
use crate::config::OidcSettings;
use async_trait::async_trait;
use federation::oidc::{DISCOVERY_BYTES, Discovery, KEY_SET_BYTES};
use fetch::HttpFetch;
use iam::{IssuerUrl, Issuers, KeySet, TrustedIssuer, Wanted};
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use types::{AccountId, Clock, Failure, OidcProviderId, Reason, Result};

/// Providers whose keys are kept. A set is a few KiB, 256 at most.
const KEPT: NonZeroUsize = NonZeroUsize::new(1_024).unwrap();
/// How long keys are used without asking again: a key that the issuer takes back is good here for so long.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// How long they are used if the issuer does not answer.
const STALE: Duration = Duration::from_secs(60 * 60);
/// How often an issuer is asked at most for a key that is not known; and as often, when its keys are old.
const PAUSE: Duration = Duration::from_secs(60);
/// The same as long as none of its keys are known.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
/// How long asking may take, waiting for a turn included.
const PATIENCE: Duration = Duration::from_secs(10);
/// Issuers asked at once.
const AT_ONCE: usize = 64;

/// How a document is had.
#[async_trait]
trait Fetch: Send + Sync {
    /// Refuses a host that would never be asked.
    fn check(&self, issuer: &IssuerUrl) -> Result<()>;

    /// The document, of at most `most` bytes. With `fingerprints`, one of them has to be of a certificate above the server's.
    async fn get(&self, url: &str, most: usize, fingerprints: &[String]) -> Result<Vec<u8>, Stop>;
}

/// Asks identity providers for their keys. Who is asked, and how often, is decided here; how is the fetcher's.
pub(crate) struct HttpIssuers {
    fetch: Box<dyn Fetch>,
    clock: Arc<dyn Clock>,
    turns: Semaphore,
    kept: Mutex<LruCache<(AccountId, OidcProviderId), Arc<Kept>>>,
}

/// What is kept of one provider. One at a time asks its issuer; the others wait for what is answered.
#[derive(Default)]
struct Kept {
    known: Mutex<Known>,
    turn: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Known {
    /// The keys, for whom they were had, and when.
    keys: Option<(Arc<KeySet>, TrustedIssuer, Duration)>,
    /// When the issuer was last asked for want of keys, or since they were old.
    asked: Option<Duration>,
    /// When it was last asked for a key that was not among them.
    asked_for_new: Option<Duration>,
}

impl Known {
    /// The keys, if they are at most so old, and those of an issuer that is trusted in the same way.
    fn keys(&self, of: &TrustedIssuer, age: Duration, now: Duration) -> Option<&Arc<KeySet>> {
        let (keys, whose, since) = self.keys.as_ref()?;
        (whose == of && now.saturating_sub(*since) < age).then_some(keys)
    }

    /// Whether the issuer may be asked now; if so, that is noted.
    fn may_ask(&mut self, of: &TrustedIssuer, now: Duration) -> bool {
        let fresh = self.keys(of, FRESH, now).is_some();
        let pause = if self.keys.is_some() { PAUSE } else { FIRST_PAUSE };
        let last = if fresh { &mut self.asked_for_new } else { &mut self.asked };
        let may = last.is_none_or(|asked| now.saturating_sub(asked) >= pause);
        if may {
            *last = Some(now);
        }
        may
    }
}

impl Kept {
    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys, if nobody needs to be asked.
    fn at_hand(&self, of: &TrustedIssuer, wanted: &Wanted, now: Duration) -> Option<Arc<KeySet>> {
        self.known().keys(of, FRESH, now).filter(|keys| keys.has(wanted)).cloned()
    }
}

impl HttpIssuers {
    /// With the deployment's settings.
    pub(crate) fn new(settings: &OidcSettings, clock: Arc<dyn Clock>) -> Result<Self, Stop> {
        Ok(Self::over(Box::new(HttpFetch::new(settings)?), clock))
    }

    fn over(fetch: Box<dyn Fetch>, clock: Arc<dyn Clock>) -> Self {
        Self { fetch, clock, turns: Semaphore::new(AT_ONCE), kept: Mutex::new(LruCache::new(KEPT)) }
    }

    fn kept(&self, of: &TrustedIssuer) -> Arc<Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_or_insert((of.account, of.provider.clone()), Arc::default).clone()
    }

    /// What the issuer says now: its document names the place of its keys.
    async fn ask(&self, of: &TrustedIssuer) -> Result<KeySet, Stop> {
        let _turn = self.turns.acquire().await?;
        let document = self.fetch.get(&of.url.discovery(), DISCOVERY_BYTES, &of.fingerprints).await?;
        let found = Discovery::read(&document, &of.url)?;
        let keys = self.fetch.get(found.jwks_uri(), KEY_SET_BYTES, &of.fingerprints).await?;
        Ok(KeySet::read(&keys)?)
    }

    async fn refresh(&self, kept: &Kept, of: &TrustedIssuer) {
        let answer = tokio::time::timeout(PATIENCE, self.ask(of)).await;
        let answer = answer.map_err(|_| "no answer in time".into()).and_then(|answer| answer);
        match answer {
            Ok(keys) => kept.known().keys = Some((Arc::new(keys), of.clone(), self.clock.elapsed())),
            // Said here and not to the caller, who may be anybody and would learn what can be reached from here.
            Err(error) => {
                tracing::warn!(account = %of.account, issuer = %of.url, %error, "no keys of an identity provider")
            }
        }
    }
}

#[async_trait]
impl Issuers for HttpIssuers {
    fn check(&self, issuer: &IssuerUrl) -> Result<()> {
        self.fetch.check(issuer)
    }

    async fn keys(&self, of: &TrustedIssuer, wanted: &Wanted) -> Result<Arc<KeySet>> {
        let kept = self.kept(of);
        if let Some(keys) = kept.at_hand(of, wanted, self.clock.elapsed()) {
            return Ok(keys);
        }
        let _turn = kept.turn.lock().await;
        let now = self.clock.elapsed();
        if let Some(keys) = kept.at_hand(of, wanted, now) {
            return Ok(keys);
        }
        let may_ask = kept.known().may_ask(of, now);
        if may_ask {
            self.refresh(&kept, of).await;
        }
        let found = kept.known().keys(of, STALE, self.clock.elapsed()).cloned();
        found.ok_or_else(|| Failure::of(Reason::IdentityProviderUnreachable))
    }
}
