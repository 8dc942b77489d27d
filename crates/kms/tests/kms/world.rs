use iam::{Caller, Operation, Run};
use kms::{CreateKey, Encrypt, EncryptionContext, KeyRecord, KeyRef, Kms, Quotas};
use std::time::Duration;
use testkit::{Deployment, Tenant};
use trail::{Entry, Event};
use types::{AccountId, KeyId, Reason, Result, Secret};

/// A deployment with keys and two tenants.
pub(crate) struct World {
    pub(crate) deployment: Deployment,
    pub(crate) kms: Kms,
    pub(crate) ann: Tenant,
    pub(crate) bob: Tenant,
}

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Quotas::default()).await
    }

    /// One whose tenants may have so much.
    pub(crate) async fn with(quotas: Quotas) -> Self {
        let deployment = Deployment::new().await.unwrap();
        let kms = Kms::new(deployment.region.clone()).with_quotas(quotas);
        let (ann, bob) = (deployment.tenant("ann").await.unwrap(), deployment.tenant("bob").await.unwrap());
        Self { deployment, kms, ann, bob }
    }

    /// The root of a tenant, calling now.
    pub(crate) async fn root(&self, tenant: &Tenant) -> Caller {
        self.deployment.caller(&tenant.root).await.unwrap()
    }

    /// Has Ann's root do something.
    pub(crate) async fn ann<Op: Operation>(&self, op: Op) -> Result<Op::Output>
    where
        Kms: Run<Op>,
    {
        self.by(&self.root(&self.ann).await, op).await
    }

    /// Has Bob's root do something.
    pub(crate) async fn bob<Op: Operation>(&self, op: Op) -> Result<Op::Output>
    where
        Kms: Run<Op>,
    {
        self.by(&self.root(&self.bob).await, op).await
    }

    /// Has Bailee itself do something.
    pub(crate) async fn service<Op: Operation>(&self, op: Op) -> Result<Op::Output>
    where
        Kms: Run<Op>,
    {
        self.by(&self.deployment.service(), op).await
    }

    pub(crate) async fn by<Op: Operation>(&self, caller: &Caller, op: Op) -> Result<Op::Output>
    where
        Kms: Run<Op>,
    {
        self.deployment.gate().perform(caller, &self.kms, op).await
    }

    /// A new key of Ann's.
    pub(crate) async fn key(&self) -> KeyRecord {
        self.ann(CreateKey::default()).await.unwrap().record
    }

    /// The events of an account, the oldest first.
    pub(crate) async fn events(&self, account: AccountId) -> Vec<Event<'static>> {
        let view = self.deployment.region.view().await.unwrap();
        let stream = view.stream(account, 0, 10_000).await.unwrap();
        stream.into_iter().map(|(_, bytes)| Entry::from_bytes(bytes).unwrap().event().unwrap()).collect()
    }
}

pub(crate) fn by_id(id: &KeyId) -> KeyRef {
    KeyRef::id(id.clone())
}

pub(crate) fn by_alias(alias: &str) -> KeyRef {
    KeyRef::alias(alias.parse().unwrap())
}

pub(crate) fn encrypt(key: KeyRef, plaintext: &[u8]) -> Encrypt {
    Encrypt { key, plaintext: Secret::new(plaintext.to_vec()), context: EncryptionContext::default() }
}

/// The reason of a refusal.
pub(crate) fn reason<T>(result: Result<T>) -> Reason {
    match result {
        Ok(_) => panic!("it was done"),
        Err(failure) => failure.reason(),
    }
}
