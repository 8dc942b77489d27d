use super::{FRESH, Fetch, HttpIssuers, PAUSE, STALE};
use crate::Stop;
use async_trait::async_trait;
use federation::oidc::IdToken;
use iam::{IssuerUrl, Issuers, TrustedIssuer, Wanted};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::{Idp, ManualClock};
use types::{OidcProviderId, Reason, Result, SystemRng};

/// The documents of one issuer, and how often they were had.
#[derive(Default)]
struct Site {
    asked: AtomicUsize,
    keys: Mutex<Option<String>>,
    document: Mutex<Option<String>>,
}

#[async_trait]
impl Fetch for Arc<Site> {
    fn check(&self, _: &IssuerUrl) -> Result<()> {
        Ok(())
    }

    async fn get(&self, url: &str, _: usize, _: &[String]) -> Result<Vec<u8>, Stop> {
        tokio::task::yield_now().await;
        let found = match url {
            "https://id.example/t/.well-known/openid-configuration" => self.document.lock().unwrap().clone(),
            "https://keys.example/" => {
                self.asked.fetch_add(1, Ordering::SeqCst);
                self.keys.lock().unwrap().clone()
            }
            other => panic!("nobody asks for {other}"),
        };
        Ok(found.ok_or("it is away")?.into_bytes())
    }
}

struct Stage {
    site: Arc<Site>,
    clock: Arc<ManualClock>,
    issuers: HttpIssuers,
    of: TrustedIssuer,
}

const DOCUMENT: &str = r#"{"issuer":"https://id.example/t","jwks_uri":"https://keys.example/"}"#;

fn keys(id: &str) -> String {
    format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"{}","kid":"{id}"}}]}}"#, "A".repeat(43))
}

impl Stage {
    fn new() -> Self {
        let (site, clock) = (Arc::new(Site::default()), Arc::new(ManualClock::default()));
        *site.keys.lock().unwrap() = Some(keys("1"));
        *site.document.lock().unwrap() = Some(DOCUMENT.to_owned());
        let issuers = HttpIssuers::over(Box::new(site.clone()), clock.clone());
        let of = TrustedIssuer {
            account: "1000000000000001".parse().unwrap(),
            provider: OidcProviderId::random(&SystemRng),
            url: "https://id.example/t".parse().unwrap(),
            fingerprints: Vec::new(),
        };
        Self { site, clock, issuers, of }
    }

    /// The key that the issuer's token number `id` is signed with.
    fn wanted(&self, id: usize) -> Wanted {
        let idp = Idp::new(self.clock.clone());
        (1..id).for_each(|_| idp.rotate());
        IdToken::read(&idp.token("alice")).unwrap().wanted().clone()
    }

    async fn has(&self, id: usize) -> Result<bool> {
        let wanted = self.wanted(id);
        self.issuers.keys(&self.of, &wanted).await.map(|keys| keys.has(&wanted))
    }

    fn asked(&self) -> usize {
        self.site.asked.load(Ordering::SeqCst)
    }

    fn put(&self, keys: Option<String>) {
        *self.site.keys.lock().unwrap() = keys;
    }
}

#[tokio::test]
async fn keys_are_had_once_and_asked_for_again_when_they_are_old() {
    let stage = Stage::new();
    let (a, b) = tokio::join!(stage.has(1), stage.has(1));
    assert!(a.unwrap() && b.unwrap() && stage.asked() == 1);
    stage.clock.advance(FRESH - Duration::from_secs(1));
    assert!(stage.has(1).await.unwrap() && stage.asked() == 1);
    stage.clock.advance(Duration::from_secs(1));
    // A key that was taken back is not used any more.
    stage.put(Some(keys("2")));
    assert!(!stage.has(1).await.unwrap() && stage.asked() == 2);
}

#[tokio::test]
async fn a_new_key_is_asked_for_at_most_once_a_minute() {
    let stage = Stage::new();
    assert!(stage.has(1).await.unwrap());
    stage.put(Some(keys("2")));
    assert!(stage.has(2).await.unwrap() && stage.asked() == 2);
    stage.put(Some(keys("3")));
    stage.clock.advance(PAUSE - Duration::from_secs(1));
    for _ in 0..10 {
        assert!(!stage.has(3).await.unwrap());
    }
    assert_eq!(stage.asked(), 2);
    stage.clock.advance(Duration::from_secs(1));
    assert!(stage.has(3).await.unwrap() && stage.asked() == 3);
}

#[tokio::test]
async fn an_issuer_may_be_away_for_a_while() {
    let stage = Stage::new();
    stage.put(None);
    assert_eq!(stage.has(1).await.unwrap_err().reason(), Reason::IdentityProviderUnreachable);
    stage.put(Some(keys("1")));
    assert!(stage.has(1).await.is_err() && stage.asked() == 1);
    stage.clock.advance(Duration::from_secs(10));
    assert!(stage.has(1).await.unwrap());
    stage.put(None);
    stage.clock.advance(STALE - Duration::from_secs(1));
    assert!(stage.has(1).await.unwrap());
    stage.clock.advance(Duration::from_secs(1));
    assert!(stage.has(1).await.is_err());
}

#[tokio::test]
async fn what_was_learned_of_one_provider_is_no_others() {
    let mut stage = Stage::new();
    assert!(stage.has(1).await.unwrap());
    stage.of.account = "1000000000000002".parse().unwrap();
    assert!(stage.has(1).await.unwrap() && stage.asked() == 2);
    // Whoever is trusted otherwise has to be asked anew.
    stage.clock.advance(PAUSE);
    stage.of.fingerprints = vec!["a".repeat(40)];
    assert!(stage.has(1).await.unwrap() && stage.asked() == 3);
}

#[tokio::test]
async fn documents_of_others_are_not_followed() {
    for wrong in [
        DOCUMENT.replace("id.example", "evil.example"),
        "{}".to_owned(),
        DOCUMENT.replace("https://keys", "http://keys"),
    ] {
        let stage = Stage::new();
        *stage.site.document.lock().unwrap() = Some(wrong);
        assert!(stage.has(1).await.is_err() && stage.asked() == 0);
    }
}
