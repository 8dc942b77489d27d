use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::SigningKey;
use iam::{IssuerUrl, Issuers, KeySet, TrustedIssuer, Wanted};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use types::{Clock, Failure, Reason, Result, Secret, Timestamp};

/// An identity provider: it signs tokens, and gives its keys to whoever asks.
pub struct Idp {
    /// Its issuer URL.
    pub issuer: String,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    key: u8,
    reachable: bool,
    asked: usize,
}

impl Idp {
    /// One at `https://id.example/t`.
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        let state = Mutex::new(State { key: 1, reachable: true, asked: 0 });
        Arc::new(Self { issuer: "https://id.example/t".to_owned(), clock, state })
    }

    /// Signs with another key from now on, and forgets this one.
    pub fn rotate(&self) {
        self.state().key += 1;
    }

    /// Whether it answers.
    pub fn set_reachable(&self, reachable: bool) {
        self.state().reachable = reachable;
    }

    /// How often it was asked for its keys.
    pub fn asked(&self) -> usize {
        self.state().asked
    }

    /// What a token of ten minutes for `client` says about `subject`.
    pub fn claims(&self, subject: &str) -> Value {
        let now = self.clock.now().secs();
        json!({"iss": self.issuer, "sub": subject, "aud": "client", "iat": now, "exp": now + 600})
    }

    /// A token about `subject`.
    pub fn token(&self, subject: &str) -> String {
        self.sign(&self.claims(subject))
    }

    /// A token that says this.
    pub fn sign(&self, claims: &Value) -> String {
        let key = self.state().key;
        let header = json!({"alg": "EdDSA", "kid": key.to_string()}).to_string();
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = SigningKey::from_seed(Secret::new([key; 32])).sign(text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The time by its clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Issuers for Idp {
    fn check(&self, issuer: &IssuerUrl) -> Result<()> {
        if issuer.as_str().contains("inside") {
            return Err(Failure::invalid("IssuerUrl", "an issuer that this server may ask"));
        }
        Ok(())
    }

    async fn keys(&self, _: &TrustedIssuer, _: &Wanted) -> Result<Arc<KeySet>> {
        let mut state = self.state();
        state.asked += 1;
        if !state.reachable {
            return Err(Reason::IdentityProviderUnreachable.into());
        }
        let public = SigningKey::from_seed(Secret::new([state.key; 32])).public();
        let x = URL_SAFE_NO_PAD.encode(public.as_bytes());
        let keys = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x, "kid": state.key.to_string()}]});
        KeySet::read(keys.to_string().as_bytes()).map(Arc::new).map_err(Failure::internal)
    }
}
