//! A deployment in memory behind the listener's entry point, and a client that signs like the legacy SDKs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dialects::{Arrival, Domains, Region, full};
use http_body_util::BodyExt;
use iam::{CreateAccount, Iam};
use kms::Kms;
use objects::Objects;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{MemoryBlobs, Store};
use testkit::Deployment;
use trail::{Entry, Event};
use types::{AccountId, Clock, RequestId};

/// An access key, and the account it is of.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) account: AccountId,
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

/// A deployment.
pub(crate) struct World {
    pub(crate) domains: Arc<Domains>,
    pub(crate) deployment: Deployment,
    nonce: AtomicU64,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["Code"].as_str().unwrap_or_default()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let deployment = Deployment::new().await.unwrap();
        let kms = Arc::new(Kms::new(deployment.region.clone()));
        let objects = Objects::new(
            deployment.region.clone(),
            Arc::new(MemoryBlobs::default()),
            deployment.gate().clone(),
            kms.clone(),
            deployment.clock.clone(),
            objects::Config::default(),
        );
        let iam = Iam::new(deployment.gate().clone());
        let secrets = kms::secrets::Secrets::new(deployment.region.clone(), kms.clone(), iam, None);
        let region = Region {
            id: "local-1".parse().unwrap(),
            store: deployment.region.clone(),
            kms,
            secrets: Arc::new(secrets),
            objects: Arc::new(objects),
            trail: PathBuf::from("/nonexistent"),
        };
        let domains = Domains {
            gate: deployment.gate().clone(),
            iam: Iam::new(deployment.gate().clone()),
            identity: deployment.identity.clone(),
            identity_trail: PathBuf::from("/nonexistent"),
            regions: vec![Arc::new(region)],
            addressing: wire::Addressing::new(Vec::<String>::new()),
            clock: deployment.clock.clone(),
            rng: deployment.rng.clone(),
        };
        Self { domains: Arc::new(domains), deployment, nonce: AtomicU64::new(0) }
    }

    /// A new account's root access key.
    pub(crate) async fn account(&self, name: &str) -> Credential {
        let op = CreateAccount { name: name.to_owned() };
        let made = self.deployment.gate().perform(&self.deployment.service(), &self.domains.iam, op).await.unwrap();
        let secret = made.root.secret.expose().clone();
        Credential { account: made.account.id, id: made.root.id.to_string(), secret, token: None }
    }

    /// A user of the account with an access key and, if given, a policy.
    pub(crate) async fn user(&self, root: &Credential, name: &str, policy: Option<&str>) -> Credential {
        let ram = "2015-05-01";
        self.done(root, ram, "CreateUser", &[("UserName", name)]).await;
        if let Some(policy) = policy {
            let policy_name = format!("for-{name}");
            let document = [("PolicyName", policy_name.as_str()), ("PolicyDocument", policy)];
            self.done(root, ram, "CreatePolicy", &document).await;
            let attach = [("UserName", name), ("PolicyName", policy_name.as_str()), ("PolicyType", "Custom")];
            self.done(root, ram, "AttachPolicyToUser", &attach).await;
        }
        let made = self.done(root, ram, "CreateAccessKey", &[("UserName", name)]).await;
        let text = |field: &str| made["AccessKey"][field].as_str().unwrap().to_owned();
        let (id, secret) = (text("AccessKeyId"), text("AccessKeySecret"));
        Credential { account: root.account, id, secret, token: None }
    }

    /// A call that must succeed.
    pub(crate) async fn done(&self, who: &Credential, version: &str, action: &str, more: &[(&str, &str)]) -> Value {
        let answer = self.call(Some(who), version, action, more).await;
        assert_eq!(answer.status, 200, "{action}: {}", answer.body);
        answer.body
    }

    /// A call, signed with RPC HMAC-SHA1, or unsigned.
    pub(crate) async fn call(
        &self,
        who: Option<&Credential>,
        version: &str,
        action: &str,
        more: &[(&str, &str)],
    ) -> Answer {
        self.send(self.query(who, version, action, more)).await
    }

    /// The query of a call.
    pub(crate) fn query(&self, who: Option<&Credential>, version: &str, action: &str, more: &[(&str, &str)]) -> String {
        let mut params = vec![("Action", action.to_owned()), ("Version", version.to_owned())];
        params.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        if let Some(who) = who {
            let nonce = self.nonce.fetch_add(1, Ordering::SeqCst);
            params.extend([
                ("AccessKeyId", who.id.clone()),
                ("SignatureMethod", "HMAC-SHA1".to_owned()),
                ("SignatureVersion", "1.0".to_owned()),
                ("SignatureNonce", nonce.to_string()),
                ("Timestamp", self.deployment.clock.now().iso_seconds()),
            ]);
            params.extend(who.token.clone().map(|token| ("SecurityToken", token)));
        }
        params.sort();
        let pair = |(name, value): &(&str, String)| {
            format!("{}={}", wire::encoding::encode(name), wire::encoding::encode(value))
        };
        let query = params.iter().map(pair).collect::<Vec<_>>().join("&");
        let Some(who) = who else { return query };
        let string = format!("POST&%2F&{}", wire::encoding::encode(&query));
        let signature = crypto::hmac_sha1(format!("{}&", who.secret).as_bytes(), &[string.as_bytes()]);
        format!("{query}&Signature={}", wire::encoding::encode(&STANDARD.encode(signature)))
    }

    /// Sends a query to the root path.
    pub(crate) async fn send(&self, query: String) -> Answer {
        let request = http::Request::post(format!("/?{query}")).header("host", "localhost").body(full("")).unwrap();
        let arrival = Arrival {
            id: RequestId::random(self.deployment.rng.as_ref()),
            time: self.deployment.clock.now(),
            source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            secure: false,
        };
        let response = dialects::serve(&self.domains, arrival, request).await;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, body: serde_json::from_slice(&bytes).unwrap() }
    }

    /// The events in an account's trails, the region's first.
    pub(crate) async fn events(&self, account: AccountId) -> Vec<Event<'static>> {
        let mut events = Vec::new();
        for store in [&self.deployment.region, &self.deployment.identity] {
            events.extend(stream(store, account).await);
        }
        events
    }
}

async fn stream(store: &Store, account: AccountId) -> Vec<Event<'static>> {
    let entries = store.view().await.unwrap().stream(account, 0, 10_000).await.unwrap();
    entries.into_iter().map(|(_, bytes)| Entry::from_bytes(bytes).unwrap().event().unwrap()).collect()
}
