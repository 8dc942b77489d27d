//! A deployment in memory behind the listener's entry point, and clients that sign like the legacy SDKs and like Amazon's.

#![allow(dead_code, reason = "each test has its own client")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dialects::{Arrival, Domains, Region, Request, full};
use http_body_util::BodyExt;
use iam::{CreateAccount, Iam, RelyingParty, SealState, SealWork, Seals};
use kms::Kms;
use objects::Objects;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use store::{MemoryBlobs, Store};
use testkit::{Deployment, Idp};
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

/// The page that passkeys are used on.
pub(crate) const ORIGIN: &str = "https://console.example.com";

fn party() -> RelyingParty {
    RelyingParty::new("example.com".to_owned(), "Example".to_owned(), vec![ORIGIN.to_owned()]).unwrap()
}

/// A seal that notes what was asked of it.
#[derive(Default)]
pub(crate) struct Sealed {
    pub(crate) begun: Mutex<Vec<SealWork>>,
}

#[async_trait::async_trait]
impl Seals for Sealed {
    fn state(&self) -> types::Result<SealState> {
        Ok(SealState { kind: "file".to_owned(), root_since: None, rotating: false, epochs: vec![(1, None), (2, None)] })
    }

    async fn check(&self, _: SealWork) -> types::Result<()> {
        Ok(())
    }

    fn begin(&self, work: SealWork) {
        self.begun.lock().unwrap().push(work);
    }
}

/// A deployment.
pub(crate) struct World {
    pub(crate) domains: Arc<Domains>,
    pub(crate) deployment: Deployment,
    /// The identity provider that is asked for keys.
    pub(crate) idp: Arc<Idp>,
    /// The seal, as far as operators see it.
    pub(crate) seals: Arc<Sealed>,
    nonce: AtomicU64,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    headers: http::HeaderMap,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["Code"].as_str().unwrap_or_default()
    }

    /// The code, in the answers of Amazon's query services.
    pub(crate) fn error(&self) -> &str {
        self.body["Error"]["Code"].as_str().unwrap_or_default()
    }

    /// The exception, in Amazon's answers.
    pub(crate) fn kind(&self) -> &str {
        self.body["__type"].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let deployment = Deployment::new().await.unwrap();
        let idp = Idp::new(deployment.clock.clone());
        let seals = Arc::new(Sealed::default());
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
            iam: Iam::new(deployment.gate().clone())
                .with_issuers(idp.clone())
                .with_passkeys(Some(party()))
                .with_seals(seals.clone()),
            identity: deployment.identity.clone(),
            identity_trail: PathBuf::from("/nonexistent"),
            regions: vec![Arc::new(region)],
            addressing: wire::Addressing::new(Vec::<String>::new()),
            clock: deployment.clock.clone(),
            rng: deployment.rng.clone(),
        };
        Self { domains: Arc::new(domains), deployment, idp, seals, nonce: AtomicU64::new(0) }
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
        self.aws_send(http::Request::post(format!("/?{query}")).header("host", "localhost").body(full("")).unwrap())
            .await
    }

    /// A call of Amazon's key service that must succeed.
    pub(crate) async fn aws(&self, who: &Credential, operation: &str, members: Value) -> Value {
        let answer = self.aws_call(Some(who), operation, &members).await;
        assert_eq!(answer.status, 200, "{operation}: {}", answer.body);
        answer.body
    }

    /// A call of Amazon's key service, signed with version 4, or unsigned.
    pub(crate) async fn aws_call(&self, who: Option<&Credential>, operation: &str, members: &Value) -> Answer {
        self.aws_send(self.aws_request(who, operation, &members.to_string(), "kms", "local-1")).await
    }

    /// A call of one of Amazon's query services that must succeed: the members of its result.
    pub(crate) async fn query_done(&self, who: &Credential, action: &str, more: &[(&str, &str)]) -> Value {
        let answer = self.query_call(Some(who), action, more).await;
        assert_eq!(answer.status, 200, "{action}: {}", answer.body);
        answer.body[format!("{action}Result")].clone()
    }

    /// A call of one of Amazon's query services, signed with version 4, or unsigned.
    pub(crate) async fn query_call(&self, who: Option<&Credential>, action: &str, more: &[(&str, &str)]) -> Answer {
        let rows = dialects::aws_iam::ROWS.iter().flat_map(|rows| rows.iter());
        let service = rows.clone().find(|row| row.name == action).map(|row| row.service);
        let service = service.unwrap_or(dialects::aws_iam::ServiceName::Iam);
        let given = [("Action", action), ("Version", service.dialect().version)];
        let pair = |(name, value): &(&str, &str)| format!("{name}={}", wire::encoding::encode(value));
        let body: Vec<String> = given.iter().chain(more).map(pair).collect();
        self.aws_send(self.form_request(who, &body.join("&"), service.in_credentials(), "us-east-1")).await
    }

    /// A form, signed with version 4, or unsigned.
    pub(crate) fn form_request(&self, who: Option<&Credential>, body: &str, service: &str, region: &str) -> Request {
        let time = self.deployment.clock.now().iso_basic();
        let mut headers = vec![
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8".to_owned()),
            ("host", "localhost".to_owned()),
            ("x-amz-date", time.clone()),
        ];
        headers.extend(who.and_then(|who| who.token.clone()).map(|token| ("x-amz-security-token", token)));
        if let Some(who) = who {
            let authorization = authorization(who, &headers, body, service, region, &time);
            headers.push(("authorization", authorization));
        }
        let request = headers.into_iter().fold(http::Request::post("/"), |to, (name, value)| to.header(name, value));
        request.body(full(body.to_owned())).unwrap()
    }

    /// The request of such a call.
    pub(crate) fn aws_request(
        &self,
        who: Option<&Credential>,
        operation: &str,
        body: &str,
        service: &str,
        region: &str,
    ) -> Request {
        let time = self.deployment.clock.now().iso_basic();
        let mut headers = vec![
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("host", "localhost".to_owned()),
            ("x-amz-date", time.clone()),
        ];
        headers.extend(who.and_then(|who| who.token.clone()).map(|token| ("x-amz-security-token", token)));
        headers.push(("x-amz-target", format!("TrentService.{operation}")));
        if let Some(who) = who {
            let authorization = authorization(who, &headers, body, service, region, &time);
            headers.push(("authorization", authorization));
        }
        let mut request = http::Request::post("/");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(full(body.to_owned())).unwrap()
    }

    pub(crate) async fn aws_send(&self, request: Request) -> Answer {
        let arrival = Arrival {
            id: RequestId::random(self.deployment.rng.as_ref()),
            time: self.deployment.clock.now(),
            source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            secure: false,
        };
        let response = dialects::serve(&self.domains, arrival, request).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = match bytes.first() {
            Some(b'<') => from_xml(&wire::xml::parse(&bytes).unwrap()),
            _ => serde_json::from_slice(&bytes).unwrap(),
        };
        Answer { status, body, headers }
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

/// An element as JSON has it: lists of members are lists.
fn from_xml(element: &wire::xml::Element) -> Value {
    match element.children() {
        [] => Value::from(element.text()),
        [first, ..] if first.name() == "member" => element.children().iter().map(from_xml).collect(),
        children => Value::Object(children.iter().map(|c| (c.name().to_owned(), from_xml(c))).collect()),
    }
}

/// Signature version 4, step by step as the documents say.
fn authorization(
    who: &Credential,
    headers: &[(&str, String)],
    body: &str,
    service: &str,
    region: &str,
    time: &str,
) -> String {
    let digest = |bytes: &[u8]| hex::encode(crypto::sha256(bytes));
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let canonical = format!("POST\n/\n\n{lines}\n{names}\n{}", digest(body.as_bytes()));
    let day = &time[..8];
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", digest(canonical.as_bytes()));
    let mut key = format!("AWS4{}", who.secret).into_bytes();
    for part in [day, region, service, "aws4_request", &text] {
        key = crypto::hmac_sha256(&key, &[part.as_bytes()]).to_vec();
    }
    let id = &who.id;
    format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={}", hex::encode(key))
}

async fn stream(store: &Store, account: AccountId) -> Vec<Event<'static>> {
    let entries = store.view().await.unwrap().stream(account, 0, 10_000).await.unwrap();
    entries.into_iter().map(|(_, bytes)| Entry::from_bytes(bytes).unwrap().event().unwrap()).collect()
}
