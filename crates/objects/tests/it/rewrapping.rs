//! Objects and uploads under a key that is rotated, rewrapped, and loses its old versions.

use crate::world::{World, bucket, data, home, key, read, reason};
use bytes::Bytes;
use futures::{StreamExt, stream};
use iam::{Caller, Gate};
use kms::{
    CreateKey, CreateKeyVersion, Drawn, FinishKeyRewrap, GetKeyRewrap, KeyRef, KeyRewrap, Kms, RetireKeyVersion,
    RewrapAdvance, RewrapPoint, RewrapRef, RewrapStage, StartKeyRewrap,
};
use objects::{
    Body, CompleteUpload, Copy, CreateBucket, Draft, Encryption, Get, InitiateUpload, PartList, Put, PutBucketAcl,
    RewrapObjects, UploadPart,
};
use proptest::prelude::{Strategy, any, prop};
use std::sync::Arc;
use types::{Reason, Result};

/// Who has keys rotated and rewrapped, also while something else is under way.
#[derive(Clone)]
struct Keeper {
    gate: Gate,
    kms: Arc<Kms>,
    root: Caller,
    house: Caller,
    key: KeyRef,
    id: types::KeyId,
    first: types::KeyId,
}

impl Keeper {
    async fn new(world: &World) -> Self {
        let (gate, kms) = (world.deployment.gate().clone(), world.kms.clone());
        let root = world.root(&world.ann).await;
        let made = gate.perform(&root, &*kms, CreateKey::default()).await.unwrap().record;
        let house = world.deployment.service();
        Self { gate, kms, root, house, key: KeyRef::id(made.id.clone()), id: made.id, first: made.primary }
    }

    fn draft(&self) -> Draft {
        Draft { encryption: Some(Encryption::Kms { key: Some(self.id.to_string()) }), ..Draft::default() }
    }

    fn put(&self, name: &str, body: Body) -> Put {
        with!(Put::new(home(), key(name), body), draft: self.draft())
    }

    async fn rotate(&self) {
        let op = CreateKeyVersion { key: self.key.clone(), pair: false, drawn: Drawn::default() };
        self.gate.perform(&self.root, &*self.kms, op).await.unwrap();
    }

    async fn start(&self) {
        self.gate.perform(&self.root, &*self.kms, StartKeyRewrap { key: self.key.clone() }).await.unwrap();
    }

    async fn running(&self) -> (RewrapRef, KeyRewrap) {
        self.kms.running_rewraps(10).await.unwrap().pop().unwrap()
    }

    async fn progress(&self) -> KeyRewrap {
        self.gate.perform(&self.root, &*self.kms, GetKeyRewrap { key: self.key.clone() }).await.unwrap().1
    }

    async fn end(&self) {
        let (job, KeyRewrap { at, .. }) = self.running().await;
        let op = FinishKeyRewrap { job, at, looked: 0, error: None };
        self.gate.perform(&self.house, &*self.kms, op).await.unwrap();
    }

    async fn retire(&self) -> Result<()> {
        let op = RetireKeyVersion { key: self.key.clone(), version: self.first.clone() };
        op.perform(&self.gate, &self.root, &self.kms).await.map(|_| ())
    }

    /// The steps that the server takes, for the accounts of these tests.
    async fn rewrap(&self, world: &World) -> u64 {
        self.start().await;
        for account in [world.ann.account, world.bob.account] {
            for stage in [RewrapStage::Uploads, RewrapStage::Objects, RewrapStage::Versions] {
                let mut start = Vec::new();
                loop {
                    let (job, rewrap) = self.running().await;
                    let of = (account, stage);
                    let found = world.objects.find_under((&job, &rewrap), of, &start, 1).await.unwrap();
                    let to = RewrapPoint { owner: Some(account), stage, start: Vec::new() }.behind(found.next.clone());
                    let advance = RewrapAdvance { from: rewrap.at, to, looked: found.looked };
                    let op = RewrapObjects::new(job, account, found.places, stage, advance);
                    world.by(&self.house, op).await.unwrap();
                    let Some(next) = found.next else { break };
                    start = next;
                }
            }
        }
        self.end().await;
        self.progress().await.rewrapped
    }

    /// A body in whose middle something else happens.
    fn meanwhile<F: Future<Output = ()> + Send + 'static>(&self, what: impl FnOnce(Self) -> F) -> Body {
        let rest = what(self.clone());
        let tail = stream::once(async move {
            rest.await;
            Ok(data(10))
        });
        Body::new(stream::iter([Ok(data(10))]).chain(tail), Some(20))
    }
}

#[tokio::test]
async fn objects_and_uploads_come_under_the_primary_version() {
    let world = World::new().await;
    let keeper = Keeper::new(&world).await;
    for n in 0..70 {
        world.ann(keeper.put(&format!("small-{n}"), Body::bytes(data(n)))).await.unwrap();
    }
    world.ann(keeper.put("large", Body::bytes(data(100_000)))).await.unwrap();
    world.put("other", data(10)).await;
    let begun = with!(InitiateUpload::new(home(), key("parts")), draft: keeper.draft());
    let upload = world.ann(begun).await.unwrap().upload;
    world.ann(UploadPart::new(home(), key("parts"), upload.clone(), 1, Body::bytes(data(100)))).await.unwrap();
    keeper.rotate().await;
    assert_eq!(keeper.rewrap(&world).await, 72);
    keeper.retire().await.unwrap();
    assert_eq!(world.get("large").await.unwrap(), data(100_000));
    assert_eq!(world.get("other").await.unwrap(), data(10));
    for n in 0..70 {
        assert_eq!(world.get(&format!("small-{n}")).await.unwrap(), data(n));
    }
    world.ann(UploadPart::new(home(), key("parts"), upload.clone(), 2, Body::bytes(data(7)))).await.unwrap();
    world.ann(with!(CompleteUpload::new(home(), key("parts"), upload, PartList::All), least: 1)).await.unwrap();
    assert_eq!(world.get("parts").await.unwrap(), [data(100), data(7)].concat());
    let copy = with!(Copy::new((home(), key("large")), home(), key("copy")), draft: keeper.draft());
    world.ann(copy).await.unwrap();
    assert_eq!(world.get("copy").await.unwrap(), data(100_000));
}

/// Whoever is let use a key keeps things under it in an account of its own.
#[tokio::test]
async fn what_another_account_has_under_the_key_is_rewrapped_too() {
    let world = World::new().await;
    let keeper = Keeper::new(&world).await;
    let policy = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Principal":{{"RAM":["acs:ram::{}:*"]}},"Action":["kms:*"],"Resource":["*"]}}]}}"#,
        world.bob.account
    );
    let share = kms::SetKeyPolicy { key: keeper.key.clone(), policy: policy.into() };
    keeper.gate.perform(&keeper.root, &*keeper.kms, share).await.unwrap();
    world.bob(CreateBucket::new(bucket("bobs"))).await.unwrap();
    let arn = format!("acs:kms:local-1:{}:key/{}", world.ann.account, keeper.id);
    let draft = Draft { encryption: Some(Encryption::Kms { key: Some(arn) }), ..Draft::default() };
    let put = with!(Put::new(bucket("bobs"), key("it"), Body::bytes(data(10))), draft: draft);
    world.bob(put).await.unwrap();
    keeper.rotate().await;
    assert_eq!(keeper.rewrap(&world).await, 1);
    keeper.retire().await.unwrap();
    assert_eq!(read(world.bob(Get::new(bucket("bobs"), key("it"))).await.unwrap()).await.unwrap(), data(10));
    // His trail says so, too.
    let events = serde_json::to_value(world.events(world.bob.account).await).unwrap();
    let told = |event: &&serde_json::Value| {
        let asked = &event["requestParameters"];
        asked["KeyId"] == keeper.id.as_str() && asked["Kind"] == "Object"
    };
    let event = events.as_array().unwrap().iter().rfind(told).unwrap();
    assert_eq!(event["responseElements"]["Rewrapped"], 1, "{event}");
}

#[tokio::test]
async fn versions_are_rewrapped_too() {
    use objects::{Delete, PutBucketVersioning, Versioning};
    let world = World::new().await;
    let keeper = Keeper::new(&world).await;
    world.ann(PutBucketVersioning { bucket: home(), versioning: Versioning::Enabled }).await.unwrap();
    for n in [1, 2, 3] {
        world.ann(keeper.put("it", Body::bytes(data(n)))).await.unwrap();
    }
    world.ann(Delete::new(home(), key("it"))).await.unwrap();
    keeper.rotate().await;
    assert_eq!(keeper.rewrap(&world).await, 3);
    keeper.retire().await.unwrap();
    for n in [3, 2, 1] {
        let found = world.ann(objects::ListVersions::new(home())).await.unwrap();
        let newest = found.versions.first().unwrap().version;
        world.ann(with!(Delete::new(home(), key("it")), version: Some(newest))).await.unwrap();
        assert_eq!(world.get("it").await.unwrap(), data(n));
    }
}

#[tokio::test]
async fn a_put_that_outlasts_a_rotation_counts_as_late() {
    let world = World::new().await;
    let keeper = Keeper::new(&world).await;
    world.ann(keeper.put("before", Body::bytes(data(10)))).await.unwrap();
    // The data key is made under the first version, and stored when a rewrap has looked at the object's place.
    let body = keeper.meanwhile(|keeper| async move {
        keeper.rotate().await;
        keeper.start().await;
        keeper.end().await;
    });
    world.ann(keeper.put("late", body)).await.unwrap();
    let refused = keeper.retire().await.unwrap_err();
    assert_eq!(refused.reason(), Reason::KeyVersionInUse);
    assert!(refused.to_string().contains(": 1."), "{refused}");
    assert_eq!(keeper.rewrap(&world).await, 2);
    keeper.retire().await.unwrap();
    for name in ["before", "late"] {
        assert!(world.get(name).await.is_ok());
    }
}

#[tokio::test]
async fn what_would_come_under_a_retired_version_is_not_stored() {
    let world = World::new().await;
    let keeper = Keeper::new(&world).await;
    let body = keeper.meanwhile(|keeper| async move {
        keeper.rotate().await;
        keeper.start().await;
        keeper.end().await;
        keeper.retire().await.unwrap();
    });
    assert_eq!(reason(world.ann(keeper.put("never", body)).await), Reason::Contended);
    assert_eq!(reason(world.get("never").await), Reason::ObjectNotFound);
    // Asked for again it is put under the primary version.
    world.ann(keeper.put("never", Body::bytes(data(10)))).await.unwrap();
    assert_eq!(world.get("never").await.unwrap(), data(10));
}

#[tokio::test]
async fn a_record_that_changes_meanwhile_is_not_lost() {
    let world = World::new().await;
    let keeper = Keeper::new(&world).await;
    for name in ["kept", "gone", "again"] {
        world.ann(keeper.put(name, Body::bytes(data(10)))).await.unwrap();
    }
    keeper.rotate().await;
    keeper.start().await;
    let (job, rewrap) = keeper.running().await;
    let of = (world.ann.account, RewrapStage::Objects);
    let found = world.objects.find_under((&job, &rewrap), of, &[], 100).await.unwrap();
    assert_eq!(found.places.len(), 3);
    world.delete("gone").await;
    world.ann(keeper.put("again", Body::bytes(data(20)))).await.unwrap();
    world.ann(PutBucketAcl { bucket: home(), acl: objects::Acl::Private }).await.unwrap();
    let advance = RewrapAdvance { from: rewrap.at, to: RewrapPoint::of(world.ann.account), looked: 3 };
    let op = || {
        let (job, places, advance) = (job.clone(), found.places.clone(), advance.clone());
        RewrapObjects::new(job, world.ann.account, places, RewrapStage::Objects, advance)
    };
    assert_eq!(reason(world.ann(op()).await), Reason::AccessDenied);
    // The one that was put again is under the primary version already, and is wrapped by it once more.
    assert_eq!(world.by(&keeper.house, op()).await.unwrap(), 2);
    assert_eq!(reason(world.by(&keeper.house, op()).await), Reason::Contended);
    keeper.end().await;
    keeper.retire().await.unwrap();
    assert_eq!(world.get("kept").await.unwrap(), data(10));
    assert_eq!(world.get("again").await.unwrap(), data(20));
}

/// Whatever is done in which order, nothing is lost: what was stored reads, and a version is retired only when nothing is
/// under it.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Put,
    PutOver,
    Rotate,
    Rewrap,
    Retire,
    PutAcrossARewrap,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    use Deed::{Put, PutAcrossARewrap, PutOver, Retire, Rewrap, Rotate};
    let all = [Put, PutOver, Rotate, Rewrap, Retire, PutAcrossARewrap];
    proptest::collection::vec(any::<prop::sample::Index>().prop_map(move |index| *index.get(&all)), 1..14)
}

async fn done(deeds: Vec<Deed>) {
    let world = Arc::new(World::new().await);
    let keeper = Keeper::new(&world).await;
    let mut stored: Vec<(String, Bytes)> = Vec::new();
    for (n, deed) in deeds.into_iter().enumerate() {
        let name = match deed {
            Deed::PutOver => "over".to_owned(),
            _ => format!("it-{n}"),
        };
        match deed {
            Deed::Put | Deed::PutOver => {
                world.ann(keeper.put(&name, Body::bytes(data(n)))).await.unwrap();
                stored.retain(|(old, _)| *old != name);
                stored.push((name, data(n)));
            }
            Deed::PutAcrossARewrap => {
                let beside = world.clone();
                let body = keeper.meanwhile(|keeper| async move {
                    keeper.rotate().await;
                    keeper.rewrap(&beside).await;
                });
                world.ann(keeper.put(&name, body)).await.unwrap();
                stored.push((name, [data(10), data(10)].concat().into()));
            }
            Deed::Rotate => keeper.rotate().await,
            Deed::Rewrap => {
                keeper.rewrap(&world).await;
            }
            Deed::Retire => {
                let _ = keeper.retire().await;
            }
        }
        for (name, content) in &stored {
            assert_eq!(world.get(name).await.unwrap(), content);
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    #[test]
    fn nothing_is_lost_in_any_order(deeds in deeds()) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(done(deeds));
    }
}
