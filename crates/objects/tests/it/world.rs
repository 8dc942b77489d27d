use crate::blobs::TestBlobs;
use bytes::Bytes;
use futures::StreamExt;
use iam::{
    AttachPolicy, Caller, CreateAccessKey, CreatePolicy, CreateUser, Holder, Operation, PolicyRef, Run, UserProfile,
};
use kms::Kms;
use objects::{
    Body, Config, CreateBucket, Delete, Get, GetBucketStat, Got, Head, ListObjects, ObjectPage, Objects, Put, Seen,
    Written,
};
use std::sync::Arc;
use testkit::{Deployment, Tenant};
use trail::{Entry, Event};
use types::{AccountId, BucketName, ObjectKey, Reason, Result};

/// A deployment with objects, keys and two tenants. Ann has the bucket `ann-bucket`.
pub(crate) struct World {
    pub(crate) deployment: Deployment,
    pub(crate) blobs: TestBlobs,
    pub(crate) kms: Arc<Kms>,
    pub(crate) objects: Objects,
    pub(crate) ann: Tenant,
    pub(crate) bob: Tenant,
}

/// Small enough that tests meet blobs often.
pub(crate) const INLINE: usize = 40_000;

pub(crate) fn bucket(name: &str) -> BucketName {
    name.parse().unwrap()
}

pub(crate) fn key(name: &str) -> ObjectKey {
    name.parse().unwrap()
}

pub(crate) fn home() -> BucketName {
    bucket("ann-bucket")
}

/// Bytes without a pattern that chunks could share.
pub(crate) fn data(len: usize) -> Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ len as u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..len).map(|_| next()).collect::<Vec<u8>>().into()
}

impl World {
    pub(crate) async fn new() -> Self {
        let deployment = Deployment::new().await.unwrap();
        let blobs = TestBlobs::new(deployment.clock.clone());
        let kms = Arc::new(Kms::new(deployment.region.clone()));
        let config = Config { inline_bytes: INLINE, ..Config::default() };
        let objects = Objects::new(
            deployment.region.clone(),
            Arc::new(blobs.clone()),
            deployment.gate().clone(),
            kms.clone(),
            deployment.clock.clone(),
            config,
        );
        let (ann, bob) = (deployment.tenant("ann").await.unwrap(), deployment.tenant("bob").await.unwrap());
        let world = Self { deployment, blobs, kms, objects, ann, bob };
        world.ann(CreateBucket::new(home())).await.unwrap();
        world
    }

    pub(crate) async fn root(&self, tenant: &Tenant) -> Caller {
        self.deployment.caller(&tenant.root).await.unwrap()
    }

    pub(crate) async fn ann<Op: Operation>(&self, op: Op) -> Result<Op::Output>
    where
        Objects: Run<Op>,
    {
        self.by(&self.root(&self.ann).await, op).await
    }

    pub(crate) async fn bob<Op: Operation>(&self, op: Op) -> Result<Op::Output>
    where
        Objects: Run<Op>,
    {
        self.by(&self.root(&self.bob).await, op).await
    }

    pub(crate) async fn nobody<Op: Operation>(&self, op: Op) -> Result<Op::Output>
    where
        Objects: Run<Op>,
    {
        self.by(&self.deployment.anonymous(), op).await
    }

    pub(crate) async fn by<Op: Operation>(&self, caller: &Caller, op: Op) -> Result<Op::Output>
    where
        Objects: Run<Op>,
    {
        self.deployment.gate().perform(caller, &self.objects, op).await
    }

    /// A user of Ann's with a policy, calling. No statement: no policy.
    pub(crate) async fn user(&self, name: &str, statement: &str) -> Caller {
        let (root, iam, gate) = (self.root(&self.ann).await, &self.deployment.iam, self.deployment.gate());
        let user: types::UserName = name.parse().unwrap();
        let profile = UserProfile::default();
        gate.perform(&root, iam, CreateUser { name: user.clone(), profile, tags: Default::default(), boundary: None })
            .await
            .unwrap();
        if !statement.is_empty() {
            let document = format!(r#"{{"Version":"1","Statement":[{statement}]}}"#);
            let policy: types::PolicyName = name.parse().unwrap();
            let make = CreatePolicy {
                original: None,
                name: policy.clone(),
                document,
                description: String::new(),
                tags: Default::default(),
            };
            gate.perform(&root, iam, make).await.unwrap();
            let attach = AttachPolicy { holder: Holder::User(user.clone()), policy: PolicyRef::Custom(policy) };
            gate.perform(&root, iam, attach).await.unwrap();
        }
        let made = gate.perform(&root, iam, CreateAccessKey { user: Some(user) }).await.unwrap();
        self.deployment.caller(&made.id).await.unwrap()
    }

    pub(crate) async fn put(&self, name: &str, content: impl Into<Bytes>) -> Written {
        self.ann(Put::new(home(), key(name), Body::bytes(content))).await.unwrap()
    }

    pub(crate) async fn get(&self, name: &str) -> Result<Bytes> {
        read(self.ann(Get::new(home(), key(name))).await?).await
    }

    pub(crate) async fn head(&self, name: &str) -> Result<Seen> {
        self.ann(Head::new(home(), key(name))).await
    }

    pub(crate) async fn delete(&self, name: &str) {
        self.ann(Delete::new(home(), key(name))).await.unwrap();
    }

    pub(crate) async fn list(&self) -> ObjectPage {
        self.ann(ListObjects::new(home())).await.unwrap()
    }

    pub(crate) async fn count(&self) -> u64 {
        self.ann(GetBucketStat { bucket: home() }).await.unwrap().objects
    }

    pub(crate) async fn events(&self, account: AccountId) -> Vec<Event<'static>> {
        let view = self.deployment.region.view().await.unwrap();
        let stream = view.stream(account, 0, 10_000).await.unwrap();
        stream.into_iter().map(|(_, bytes)| Entry::from_bytes(bytes).unwrap().event().unwrap()).collect()
    }
}

/// All bytes of a content.
pub(crate) async fn read(got: Got) -> Result<Bytes> {
    let expected = got.content.len();
    let mut stream = got.content.into_stream();
    let mut all = Vec::new();
    while let Some(piece) = stream.next().await {
        all.extend_from_slice(&piece?);
    }
    assert_eq!(all.len() as u64, expected);
    Ok(all.into())
}

/// The reason of a refusal.
pub(crate) fn reason<T>(result: Result<T>) -> Reason {
    match result {
        Ok(_) => panic!("it was done"),
        Err(failure) => failure.reason(),
    }
}
