use crate::clock::ManualClock;
use crate::rng::SeededRng;
use crypto::Key;
use iam::{Caller, Claim, CreateAccount, GLOBAL, Gate, Iam};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use store::{MemoryMeta, Meta, Store, Unsealed};
use types::{AccessKeyId, AccountId, Call, Clock, Dialect, Reason, RequestId, Result, Rng};

/// The keys that every test deployment is sealed with.
#[expect(clippy::missing_panics_doc, reason = "one epoch is given, and one is enough")]
#[expect(clippy::expect_used, reason = "one epoch is given, and one is enough")]
pub fn unsealed() -> Unsealed {
    let epochs = BTreeMap::from([(1, Key::from_bytes([2; 32]))]);
    Unsealed::new(vec![Key::from_bytes([1; 32])], epochs).expect("one root and one epoch")
}

fn code(reason: Reason) -> &'static str {
    reason.text()
}

/// A call as a test dialect makes it.
pub fn call(clock: &dyn Clock, rng: &dyn Rng) -> Call {
    let dialect = Dialect { service: "Test", source: "test.example", version: "1", code };
    Call {
        id: RequestId::random(rng),
        time: clock.now(),
        source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        secure: false,
        user_agent: "test".to_owned(),
        dialect,
        operation: "",
    }
}

/// A tenant of a test deployment.
pub struct Tenant {
    /// Its account.
    pub account: AccountId,
    /// Its root access key.
    pub root: AccessKeyId,
}

/// A deployment in memory: identities, the gate, and one region's store.
pub struct Deployment {
    /// The clock everything goes by.
    pub clock: Arc<ManualClock>,
    /// Where all randomness comes from.
    pub rng: Arc<dyn Rng>,
    /// The identities.
    pub iam: Iam,
    /// The identities' store.
    pub identity: Store,
    /// The region's store.
    pub region: Store,
    /// The engine below the region's store, for tests that look at or change what is kept.
    pub meta: Arc<dyn Meta>,
}

impl Deployment {
    /// A new, empty one. The region is `local-1`.
    pub async fn new() -> Result<Self> {
        Self::over(Arc::new(MemoryMeta::default())).await
    }

    /// One whose region lies in the given engine.
    pub async fn over(meta: Arc<dyn Meta>) -> Result<Self> {
        let clock = Arc::new(ManualClock::default());
        let rng: Arc<dyn Rng> = Arc::new(SeededRng::new(7));
        let parse = |text: &str| text.parse().map_err(types::Failure::internal);
        let identities = Arc::new(MemoryMeta::default());
        let identity = Store::open(identities, unsealed(), parse(GLOBAL)?, rng.clone()).await?;
        let region = Store::open(meta.clone(), unsealed(), parse("local-1")?, rng.clone()).await?;
        let gate = Gate::new(identity.clone(), clock.clone()).await?;
        Ok(Self { clock, rng, iam: Iam::new(gate), identity, region, meta })
    }

    /// The gate.
    pub fn gate(&self) -> &Gate {
        self.iam.gate()
    }

    /// Nobody.
    pub fn anonymous(&self) -> Caller {
        Caller::anonymous(call(self.clock.as_ref(), self.rng.as_ref()))
    }

    /// Bailee itself.
    pub fn service(&self) -> Caller {
        Caller::service(call(self.clock.as_ref(), self.rng.as_ref()), "test")
    }

    /// A new account.
    pub async fn tenant(&self, name: &str) -> Result<Tenant> {
        let made = self.gate().perform(&self.service(), &self.iam, CreateAccount { name: name.to_owned() }).await?;
        Ok(Tenant { account: made.account.id, root: made.root.id })
    }

    /// The owner of an access key, calling; its signature is taken as good.
    pub async fn caller(&self, access_key: &AccessKeyId) -> Result<Caller> {
        self.session(access_key, None).await
    }

    /// The owner of a temporary access key, calling.
    pub async fn session(&self, access_key: &AccessKeyId, token: Option<String>) -> Result<Caller> {
        let mut caller = self.anonymous();
        let claim = Claim { access_key: access_key.clone(), token, nonce: None };
        self.gate().authenticate(&mut caller, claim, |_| Ok(())).await?;
        Ok(caller)
    }
}
