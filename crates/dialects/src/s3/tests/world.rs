use super::signer::{Signer, sha256};
use crate::arrival::Arrival;
use crate::body::full;
use crate::domains::{Domains, Region};
use crate::s3::serve;
use crate::serve::Incoming;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use iam::{
    AssumeRole, AttachPolicy, CreateAccessKey, CreateAccount, CreatePolicy, CreateRole, CreateUser, Holder, PolicyRef,
    RoleArn, UserProfile,
};
use kms::Kms;
use objects::{Config, Objects};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;
use store::MemoryBlobs;
use testkit::Deployment;
use types::{AccountId, Clock, RequestId, SystemClock, Timestamp};
use wire::{Addressing, Head};

pub(super) const HOST: &str = "s3.test";

/// An access key with its secret.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) account: AccountId,
    pub(super) id: String,
    pub(super) secret: String,
}

/// A deployment with one region, and the dialect in front of it.
pub(super) struct World {
    pub(super) deployment: Deployment,
    pub(super) domains: Arc<Domains>,
}

/// An answer, read to its end.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What is between the first tags of this name.
    pub(super) fn element(&self, name: &str) -> String {
        let text = self.text();
        let (_, rest) = text.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {text}"));
        rest.split_once(&format!("</{name}>")).unwrap().0.to_owned()
    }

    #[track_caller]
    pub(super) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// A failure of this code, which carries the request's id.
    #[track_caller]
    pub(super) fn fails(self, status: u16, code: &str) -> Self {
        let answer = self.is(status);
        assert_eq!(answer.element("Code"), code, "{}", answer.text());
        assert_eq!(answer.element("RequestId"), answer.header("x-amz-request-id"));
        answer
    }
}

/// A request being made.
pub(super) struct Ask<'w> {
    world: &'w World,
    pub(super) method: &'static str,
    pub(super) target: String,
    pub(super) host: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) key: Option<Key>,
    pub(super) time: Timestamp,
    pub(super) region: &'static str,
    /// What is said of the body, if not its hash.
    pub(super) payload: Option<String>,
    /// Chunks to send signed.
    pub(super) chunks: Option<Vec<Vec<u8>>>,
}

impl World {
    pub(super) async fn new() -> Self {
        let deployment = Deployment::new().await.unwrap();
        // The verifier looks at the machine's clock for the end of a presigned URL.
        deployment.clock.set(SystemClock::default().now());
        let store = deployment.region.clone();
        let kms = Arc::new(Kms::new(store.clone()));
        let blobs = Arc::new(MemoryBlobs::default());
        let clock: Arc<dyn Clock> = deployment.clock.clone();
        let gate = deployment.gate().clone();
        let objects = Objects::new(store.clone(), blobs, gate.clone(), kms.clone(), clock.clone(), Config::default());
        let id = store.region().clone();
        let secrets = kms::secrets::Secrets::new(store.clone(), kms.clone(), iam::Iam::new(gate.clone()), None);
        let secrets = Arc::new(secrets);
        let region = Region { id, store, kms, secrets, objects: Arc::new(objects), trail: "unused".into() };
        let domains = Domains {
            gate: gate.clone(),
            iam: iam::Iam::new(gate),
            identity: deployment.identity.clone(),
            identity_trail: "unused".into(),
            regions: vec![Arc::new(region)],
            addressing: Addressing::new([HOST]),
            clock,
            rng: deployment.rng.clone(),
        };
        Self { deployment, domains: Arc::new(domains) }
    }

    /// A world with a tenant and a bucket of its, `data`.
    pub(super) async fn with_bucket() -> (Self, Key) {
        let world = Self::new().await;
        let key = world.tenant("acme").await;
        world.ask(&key, "PUT", "/data").send().await.is(200);
        (world, key)
    }

    pub(super) async fn tenant(&self, name: &str) -> Key {
        let d = &self.deployment;
        let made = d.gate().perform(&d.service(), &d.iam, CreateAccount { name: name.to_owned() }).await.unwrap();
        let secret = made.root.secret.expose().clone();
        Key { account: made.account.id, id: made.root.id.to_string(), secret }
    }

    /// A user of a tenant, with a policy of these statements.
    pub(super) async fn user(&self, owner: &Key, name: &str, statements: Option<serde_json::Value>) -> Key {
        let d = &self.deployment;
        let caller = d.caller(&owner.id.parse().unwrap()).await.unwrap();
        let user: types::UserName = name.parse().unwrap();
        let create = CreateUser {
            name: user.clone(),
            profile: UserProfile::default(),
            tags: Default::default(),
            boundary: None,
        };
        d.gate().perform(&caller, &d.iam, create).await.unwrap();
        if let Some(statements) = statements {
            let document = serde_json::json!({ "Version": "1", "Statement": statements }).to_string();
            let policy: types::PolicyName = format!("policy-{name}").parse().unwrap();
            let create = CreatePolicy {
                original: None,
                name: policy.clone(),
                document,
                description: String::new(),
                tags: Default::default(),
            };
            d.gate().perform(&caller, &d.iam, create).await.unwrap();
            let attach = AttachPolicy { holder: Holder::User(user.clone()), policy: PolicyRef::Custom(policy) };
            d.gate().perform(&caller, &d.iam, attach).await.unwrap();
        }
        let made = d.gate().perform(&caller, &d.iam, CreateAccessKey { user: Some(user) }).await.unwrap();
        Key { account: owner.account, id: made.id.to_string(), secret: made.secret.expose().clone() }
    }

    /// A session of a role of the tenant's that may do everything with objects: its key, and the token that goes with it.
    pub(super) async fn session(&self, owner: &Key) -> (Key, String) {
        let d = &self.deployment;
        let assume = serde_json::json!([{ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*" }]);
        let user = self.user(owner, "assumer", Some(assume)).await;
        let root = d.caller(&owner.id.parse().unwrap()).await.unwrap();
        let name: types::RoleName = "worker".parse().unwrap();
        let principal = serde_json::json!({ "RAM": [format!("acs:ram::{}:root", owner.account)] });
        let statement = serde_json::json!([{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal }]);
        let trust = serde_json::json!({ "Version": "1", "Statement": statement }).to_string();
        let create = CreateRole {
            original: None,
            name: name.clone(),
            trust,
            description: String::new(),
            max_session_secs: None,
            tags: Default::default(),
            boundary: None,
        };
        d.gate().perform(&root, &d.iam, create).await.unwrap();
        let policy = PolicyRef::System("AliyunOSSFullAccess".to_owned());
        let attach = AttachPolicy { holder: Holder::Role(name.clone()), policy };
        d.gate().perform(&root, &d.iam, attach).await.unwrap();
        let caller = d.caller(&user.id.parse().unwrap()).await.unwrap();
        let assume = AssumeRole {
            role: RoleArn { account: owner.account, name },
            session: "night".parse().unwrap(),
            duration_secs: None,
            policy: None,
            external_id: None,
            source_identity: None,
        };
        let made = d.gate().perform(&caller, &d.iam, assume).await.unwrap();
        let key = Key { account: owner.account, id: made.access_key.to_string(), secret: made.secret.expose().clone() };
        (key, made.token.expose().clone())
    }

    pub(super) fn ask(&self, key: &Key, method: &'static str, target: &str) -> Ask<'_> {
        Ask { key: Some(key.clone()), ..self.nobody(method, target) }
    }

    pub(super) fn nobody(&self, method: &'static str, target: &str) -> Ask<'_> {
        Ask {
            world: self,
            method,
            target: target.to_owned(),
            host: HOST.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            key: None,
            time: self.deployment.clock.now(),
            region: "local-1",
            payload: None,
            chunks: None,
        }
    }

    /// How many events of an account there are, in the region.
    pub(super) async fn events(&self, account: AccountId) -> Vec<serde_json::Value> {
        let now = self.deployment.clock.now();
        let hour = Duration::from_secs(3600);
        let query = trail::Query::new(Some(now.minus(hour)), Some(now.plus(hour)), now).unwrap();
        let view = self.deployment.region.view().await.unwrap();
        trail::lookup(&[view], account, &query).await.unwrap().events
    }
}

impl Ask<'_> {
    pub(super) fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    pub(super) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    fn signer(&self) -> Option<Signer<'_>> {
        self.key.as_ref().map(|key| Signer { key, time: self.time, region: self.region })
    }

    fn sign(&mut self) {
        self.headers.push(("host".to_owned(), self.host.clone()));
        let presigned = self.target.contains("X-Amz-Signature");
        let Some(payload) =
            self.signer().filter(|_| !presigned).map(|_| self.payload.clone().unwrap_or_else(|| sha256(&self.body)))
        else {
            return;
        };
        self.headers.push(("x-amz-content-sha256".to_owned(), payload.clone()));
        self.headers.push(("x-amz-date".to_owned(), self.time.iso_basic()));
        let signed: Vec<_> = self
            .headers
            .iter()
            .filter(|(name, _)| matches!(&**name, "host" | "content-md5" | "range") || name.starts_with("x-amz-"))
            .cloned()
            .collect();
        let signer = self.signer().unwrap();
        let (header, signature) = signer.header(self.method, &self.target, &signed, &payload);
        let body = self.chunks.as_ref().map(|chunks| {
            let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
            signer.chunked(&signature, &chunks)
        });
        self.headers.push(("authorization".to_owned(), header));
        if let Some(body) = body {
            self.body = body;
        }
    }

    pub(super) async fn send(mut self) -> Answer {
        self.sign();
        let length = self.body.len();
        if length > 0 || self.method == "PUT" || self.method == "POST" {
            self.headers.push(("content-length".to_owned(), length.to_string()));
        }
        let mut request = http::Request::builder().method(self.method).uri(&self.target);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let (parts, body) = request.body(full(self.body)).unwrap().into_parts();
        let head = Head::from_parts(&parts).unwrap();
        let arrival = Arrival {
            id: RequestId::random(self.world.deployment.rng.as_ref()),
            time: self.world.deployment.clock.now(),
            source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            secure: false,
        };
        let incoming = Incoming { head, form: None, request: http::Request::from_parts(parts, body) };
        let response = serve(&self.world.domains, arrival, incoming).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
