use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use iam::{
    AssumeRole, AssumedRole, AttachPolicy, Caller, CreateAccessKey, CreateGroup, CreatePolicy, CreateRole, CreateUser,
    GroupRecord, Holder, Iam, NewAccessKey, Operation, PasskeyOptions, PolicyInfo, PolicyRef, RelyingParty, RoleArn,
    RoleRecord, Run, UserProfile, UserRecord,
};
use serde_json::{Value, json};
use testkit::{Deployment, Tenant};
use trail::{Entry, Event};
use types::{AccessKeyId, AccountId, Clock, Reason, Secret};

/// The code that a device shows `steps` of 30 seconds from now.
pub(crate) fn code(world: &World, seed: &str, steps: i64) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = seed.chars().map(|c| format!("{:05b}", letters.find(c).unwrap())).collect();
    let bytes: Vec<u8> =
        bits.as_bytes().chunks(8).map(|b| u8::from_str_radix(std::str::from_utf8(b).unwrap(), 2).unwrap()).collect();
    let step = world.deployment.clock.now().secs() / 30 + steps;
    let mac = crypto::hmac_sha1(&bytes, &[&step.to_be_bytes()]);
    let at = usize::from(mac[19] & 0xf);
    let word = u32::from_be_bytes(mac[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

/// Two codes that a device showed one after the other.
pub(crate) fn codes(world: &World, seed: &str) -> [Secret<String>; 2] {
    [-1, 0].map(|steps| Secret::new(code(world, seed, steps)))
}

/// The page that passkeys are used on.
pub(crate) const ORIGIN: &str = "https://console.example.com";

/// Whom passkeys are for.
pub(crate) fn party() -> RelyingParty {
    RelyingParty::new("example.com".to_owned(), "Example".to_owned(), vec![ORIGIN.to_owned()]).unwrap()
}

pub(crate) fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a page asks an authenticator for.
pub(crate) fn asked(options: &PasskeyOptions) -> Value {
    json!({
        "rp": {"id": options.party}, "user": {"id": b64(&options.handle)}, "challenge": b64(&options.challenge),
    })
}

/// A policy that allows everything.
pub(crate) const EVERYTHING: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// A deployment with one tenant.
pub(crate) struct World {
    pub(crate) deployment: Deployment,
    pub(crate) tenant: Tenant,
}

impl World {
    pub(crate) async fn new() -> Self {
        let mut deployment = Deployment::new().await.unwrap();
        deployment.iam = deployment.iam.with_passkeys(Some(party()));
        let tenant = deployment.tenant("first").await.unwrap();
        Self { deployment, tenant }
    }

    pub(crate) async fn root(&self) -> Caller {
        self.caller(&self.tenant.root).await
    }

    pub(crate) async fn caller(&self, access_key: &AccessKeyId) -> Caller {
        self.deployment.caller(access_key).await.unwrap()
    }

    /// Does something that must succeed.
    pub(crate) async fn done<Op: Operation>(&self, caller: &Caller, op: Op) -> Op::Output
    where
        Iam: Run<Op>,
    {
        self.deployment.gate().perform(caller, &self.deployment.iam, op).await.unwrap()
    }

    /// Does something that must fail.
    pub(crate) async fn refused<Op: Operation>(&self, caller: &Caller, op: Op) -> Reason
    where
        Iam: Run<Op>,
    {
        let failure = self.deployment.gate().perform(caller, &self.deployment.iam, op).await.err();
        failure.expect("a refusal").reason()
    }

    /// Does something as root that must succeed.
    pub(crate) async fn make<Op: Operation>(&self, op: Op) -> Op::Output
    where
        Iam: Run<Op>,
    {
        self.done(&self.root().await, op).await
    }

    pub(crate) async fn user(&self, name: &str) -> UserRecord {
        self.make(CreateUser {
            name: name.parse().unwrap(),
            profile: UserProfile::default(),
            tags: Default::default(),
            boundary: None,
        })
        .await
    }

    pub(crate) async fn group(&self, name: &str) -> GroupRecord {
        self.make(CreateGroup { name: name.parse().unwrap(), comments: String::new() }).await
    }

    pub(crate) async fn key(&self, user: &str) -> NewAccessKey {
        self.make(CreateAccessKey { user: Some(user.parse().unwrap()) }).await
    }

    /// A new user with a key.
    pub(crate) async fn user_with_key(&self, name: &str) -> AccessKeyId {
        self.user(name).await;
        self.key(name).await.id
    }

    /// A new user with a key who may do everything.
    pub(crate) async fn admin(&self, name: &str) -> AccessKeyId {
        let key = self.user_with_key(name).await;
        self.make(AttachPolicy { holder: user(name), policy: administrator() }).await;
        key
    }

    pub(crate) async fn policy(&self, name: &str, document: &str) -> PolicyInfo {
        let (document, description) = (document.to_owned(), String::new());
        self.make(CreatePolicy {
            original: None,
            name: name.parse().unwrap(),
            document,
            description,
            tags: Default::default(),
        })
        .await
    }

    pub(crate) async fn role(&self, name: &str, trust: &str) -> RoleRecord {
        let (trust, description) = (trust.to_owned(), String::new());
        self.make(CreateRole {
            original: None,
            name: name.parse().unwrap(),
            trust,
            description,
            max_session_secs: None,
            tags: Default::default(),
            boundary: None,
        })
        .await
    }

    /// Lets a user do one thing to some resources of the account.
    pub(crate) async fn allow(&self, name: &str, action: &str, paths: &[&str]) {
        let account = self.tenant.account;
        let arns: Vec<String> = paths.iter().map(|path| format!("\"acs:ram::{account}:{path}\"")).collect();
        let statement = format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":[{}]}}"#, arns.join(","));
        let policy = format!("allow-{name}");
        self.policy(&policy, &format!(r#"{{"Version":"1","Statement":[{statement}]}}"#)).await;
        self.make(AttachPolicy { holder: user(name), policy: custom(&policy) }).await;
    }

    /// A request to assume a role of the tenant.
    pub(crate) fn assume(&self, role: &str) -> AssumeRole {
        assume(self.tenant.account, role)
    }

    /// The caller of a session.
    pub(crate) async fn session(&self, assumed: &AssumedRole) -> Caller {
        let token = assumed.token.expose().clone();
        self.deployment.session(&assumed.access_key, Some(token)).await.unwrap()
    }

    pub(crate) async fn events(&self, account: AccountId) -> Vec<Event<'static>> {
        let entries = self.deployment.identity.view().await.unwrap().stream(account, 0, 1000).await.unwrap();
        entries.into_iter().map(|(_, bytes)| Entry::from_bytes(bytes).unwrap().event().unwrap()).collect()
    }
}

pub(crate) fn assume(account: AccountId, role: &str) -> AssumeRole {
    AssumeRole {
        role: RoleArn { account, name: role.parse().unwrap() },
        session: "work".parse().unwrap(),
        duration_secs: None,
        policy: None,
        external_id: None,
        source_identity: None,
    }
}

/// A trust policy for one principal, `root`, `user/<name>` or `role/<name>` of an account.
pub(crate) fn trust(account: AccountId, path: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole",
            "Principal":{{"RAM":["acs:ram::{account}:{path}"]}}}}]}}"#
    )
}

pub(crate) fn user(name: &str) -> Holder {
    Holder::User(name.parse().unwrap())
}

pub(crate) fn group(name: &str) -> Holder {
    Holder::Group(name.parse().unwrap())
}

pub(crate) fn role(name: &str) -> Holder {
    Holder::Role(name.parse().unwrap())
}

pub(crate) fn custom(name: &str) -> PolicyRef {
    PolicyRef::Custom(name.parse().unwrap())
}

pub(crate) fn administrator() -> PolicyRef {
    PolicyRef::System("AdministratorAccess".to_owned())
}
