use super::ask::{Answered, Ask};
use crate::{Arrival, Domains, Region};
use iam::{
    AssumeRole, AttachPolicy, Caller, CreateAccessKey, CreateAccount, CreatePolicy, CreateRole, CreateUser, Holder,
    PolicyRef,
};
use kms::Kms;
use objects::{Config, Objects};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use store::MemoryBlobs;
use testkit::Deployment;
use trail::{Entry, Event};
use types::{AccountId, RequestId};
use wire::signature::recognise;
use wire::{Addressing, Head, Params};

/// Somebody who can sign.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) account: AccountId,
    pub(super) id: String,
    pub(super) secret: String,
}

/// A deployment with one region and two tenants.
pub(super) struct World {
    pub(super) deployment: Deployment,
    pub(super) domains: Arc<Domains>,
    pub(super) ann: Keys,
    pub(super) bob: Keys,
}

impl World {
    pub(super) async fn new() -> Self {
        let deployment = Deployment::new().await.unwrap();
        let store = deployment.region.clone();
        let kms = Arc::new(Kms::new(store.clone()));
        let gate = deployment.gate().clone();
        // Nearly nothing stays beside the metadata, so that blobs are tested, too.
        let config = Config { inline_bytes: 16, ..Config::default() };
        let blobs = Arc::new(MemoryBlobs::default());
        let clock = deployment.clock.clone();
        let objects = Objects::new(store.clone(), blobs, gate.clone(), kms.clone(), clock.clone(), config);
        let id = "local-1".parse().unwrap();
        let secrets = kms::secrets::Secrets::new(store.clone(), kms.clone(), iam::Iam::new(gate.clone()), None);
        let secrets = Arc::new(secrets);
        let region = Region { id, store, kms, secrets, objects: Arc::new(objects), trail: PathBuf::new() };
        let domains = Domains {
            iam: iam::Iam::new(gate.clone()),
            gate,
            identity: deployment.identity.clone(),
            identity_trail: PathBuf::new(),
            regions: vec![Arc::new(region)],
            addressing: Addressing::new(["oss.test"]),
            clock,
            rng: deployment.rng.clone(),
        };
        let (ann, bob) = (tenant(&deployment, "ann").await, tenant(&deployment, "bob").await);
        Self { deployment, domains: Arc::new(domains), ann, bob }
    }

    /// With a bucket `box` of Ann's.
    pub(super) async fn with_bucket() -> Self {
        let world = Self::new().await;
        world.ann(Ask::put("box", "")).await.expect(200);
        world
    }

    /// A user of Ann's who may do these actions with everything.
    pub(super) async fn user(&self, name: &str, actions: &[&str]) -> Keys {
        let root = self.deployment.caller(&self.ann.id.parse().unwrap()).await.unwrap();
        let (gate, iam) = (self.deployment.gate(), &self.deployment.iam);
        let user: types::UserName = name.parse().unwrap();
        gate.perform(
            &root,
            iam,
            CreateUser { name: user.clone(), profile: Default::default(), tags: Default::default(), boundary: None },
        )
        .await
        .unwrap();
        if !actions.is_empty() {
            self.attach(&root, Holder::User(user.clone()), name, actions).await;
        }
        let made = gate.perform(&root, iam, CreateAccessKey { user: Some(user) }).await.unwrap();
        Keys { account: self.ann.account, id: made.id.to_string(), secret: made.secret.expose().clone() }
    }

    /// A session of a role of Ann's that may do these actions with everything, and its token.
    pub(super) async fn session(&self, actions: &[&str]) -> (Keys, String) {
        let root = self.deployment.caller(&self.ann.id.parse().unwrap()).await.unwrap();
        let (gate, iam) = (self.deployment.gate(), &self.deployment.iam);
        let account = self.ann.account;
        let trust = serde_json::json!({
            "Version": "1", "Statement": [{
                "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "RAM": [format!("acs:ram::{account}:root")] },
            }],
        });
        let name: types::RoleName = "reader".parse().unwrap();
        let op = CreateRole {
            original: None,
            name: name.clone(),
            trust: trust.to_string(),
            description: String::new(),
            max_session_secs: None,
            tags: Default::default(),
            boundary: None,
        };
        gate.perform(&root, iam, op).await.unwrap();
        self.attach(&root, Holder::Role(name), "reading", actions).await;
        let assumer = self.user("assumer", &["sts:AssumeRole"]).await;
        let assumer = self.deployment.caller(&assumer.id.parse().unwrap()).await.unwrap();
        let op = AssumeRole {
            role: format!("acs:ram::{account}:role/reader").parse().unwrap(),
            session: "tester".parse().unwrap(),
            duration_secs: None,
            policy: None,
            external_id: None,
            source_identity: None,
        };
        let made = gate.perform(&assumer, iam, op).await.unwrap();
        let keys = Keys { account, id: made.access_key.to_string(), secret: made.secret.expose().clone() };
        (keys, made.token.expose().clone())
    }

    async fn attach(&self, root: &Caller, holder: Holder, name: &str, actions: &[&str]) {
        let (gate, iam) = (self.deployment.gate(), &self.deployment.iam);
        let document = serde_json::json!({
            "Version": "1", "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": ["*"] }],
        });
        let policy: types::PolicyName = name.parse().unwrap();
        let op = CreatePolicy {
            original: None,
            name: policy.clone(),
            document: document.to_string(),
            description: String::new(),
            tags: Default::default(),
        };
        gate.perform(root, iam, op).await.unwrap();
        gate.perform(root, iam, AttachPolicy { holder, policy: PolicyRef::Custom(policy) }).await.unwrap();
    }

    /// Sends a request that Ann signed.
    pub(super) async fn ann(&self, ask: Ask) -> Answered {
        self.send(ask.signed(&self.ann, &self.domains)).await
    }

    /// Sends a request that somebody signed.
    pub(super) async fn by(&self, keys: &Keys, ask: Ask) -> Answered {
        self.send(ask.signed(keys, &self.domains)).await
    }

    /// Sends a request as it is.
    pub(super) async fn send(&self, ask: Ask) -> Answered {
        let domains = &self.domains;
        let arrival = Arrival {
            id: RequestId::random(domains.rng.as_ref()),
            time: domains.clock.now(),
            source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            secure: false,
        };
        let id = arrival.id.to_string();
        let (parts, body) = ask.request().into_parts();
        let head = Head::from_parts(&parts).unwrap();
        let scheme = recognise(&head, &Params::default());
        let incoming = crate::serve::Incoming { head, form: None, request: crate::Request::from_parts(parts, body) };
        let response = super::super::serve(domains, arrival, scheme, incoming).await;
        Answered::read(id, response).await
    }

    /// The events of an account, the oldest first.
    pub(super) async fn events(&self, account: AccountId) -> Vec<Event<'static>> {
        let view = self.deployment.region.view().await.unwrap();
        let stream = view.stream(account, 0, 10_000).await.unwrap();
        stream.into_iter().map(|(_, bytes)| Entry::from_bytes(bytes).unwrap().event().unwrap()).collect()
    }

    /// All events of one request, whoever's trail they are in.
    pub(super) async fn events_of(&self, request: &str) -> Vec<Event<'static>> {
        let mut events = Vec::new();
        for account in [self.ann.account, self.bob.account, AccountId::PLATFORM] {
            events.extend(self.events(account).await.into_iter().filter(|event| event.request_id == request));
        }
        events
    }
}

async fn tenant(deployment: &Deployment, name: &str) -> Keys {
    let op = CreateAccount { name: name.to_owned() };
    let made = deployment.gate().perform(&deployment.service(), &deployment.iam, op).await.unwrap();
    Keys { account: made.account.id, id: made.root.id.to_string(), secret: made.root.secret.expose().clone() }
}
