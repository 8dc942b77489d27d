//! A bucket's own retention policy, held against a simple model of what has to be there.

use crate::retention::{Outcome, multipart, outcome};
use crate::world::{World, home, key, reason};
use bytes::Bytes;
use objects::{
    AbortBucketRetention, Body, Copy, Delete, DeleteBucket, ExtendBucketRetention, GetBucketRetention, Head,
    InitiateBucketRetention, Lock, LockBucketRetention, Locking, Put, PutBucketLock, PutBucketVersioning,
    PutObjectTags, Tags, Versioning,
};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use std::collections::BTreeMap;
use std::time::Duration;
use types::{Clock, Reason, Timestamp};

const DAY: Duration = Duration::from_secs(24 * 3600);
const HOUR: Duration = Duration::from_secs(3600);
const NAMES: [&str; 2] = ["a", "a/b"];

fn initiate(days: u32) -> InitiateBucketRetention {
    InitiateBucketRetention { bucket: home(), days }
}

fn lock(id: &str) -> LockBucketRetention {
    LockBucketRetention { bucket: home(), id: id.to_owned() }
}

fn extend(id: &str, days: u32) -> ExtendBucketRetention {
    ExtendBucketRetention { bucket: home(), id: id.to_owned(), days }
}

fn abort() -> AbortBucketRetention {
    AbortBucketRetention { bucket: home() }
}

fn show() -> GetBucketRetention {
    GetBucketRetention { bucket: home() }
}

fn put(name: &str) -> Put {
    Put::new(home(), key(name), Body::bytes("x"))
}

#[tokio::test]
async fn states() {
    let world = World::new().await;
    assert_eq!(reason(world.ann(show()).await), Reason::BucketRetentionNotFound);
    assert_eq!(reason(world.ann(abort()).await), Reason::BucketRetentionNotFound);
    for days in [0, 25_551] {
        assert_eq!(reason(world.ann(initiate(days)).await), Reason::RetentionInvalid);
    }
    let made = world.ann(initiate(1)).await.unwrap();
    assert_eq!(reason(world.ann(initiate(2)).await), Reason::RetentionInvalid);
    assert_eq!(world.ann(show()).await.unwrap(), made);
    assert_eq!(reason(world.ann(extend(&made.id, 2)).await), Reason::RetentionInvalid);
    assert_eq!(reason(world.ann(lock("OTHER")).await), Reason::BucketRetentionNotFound);
    world.ann(abort()).await.unwrap();
    assert_eq!(reason(world.ann(lock(&made.id)).await), Reason::BucketRetentionNotFound);
    // What is not locked within a day is gone.
    let made = world.ann(initiate(1)).await.unwrap();
    world.deployment.clock.advance(DAY);
    assert_eq!(reason(world.ann(show()).await), Reason::BucketRetentionNotFound);
    assert_eq!(reason(world.ann(lock(&made.id)).await), Reason::BucketRetentionNotFound);
    let made = world.ann(initiate(1)).await.unwrap();
    world.ann(lock(&made.id)).await.unwrap();
    world.ann(lock(&made.id)).await.unwrap();
    assert_eq!(reason(world.ann(abort()).await), Reason::BucketRetentionLocked);
    assert_eq!(reason(world.ann(initiate(9)).await), Reason::BucketRetentionLocked);
    world.ann(extend(&made.id, 3)).await.unwrap();
    world.ann(extend(&made.id, 3)).await.unwrap();
    assert_eq!(reason(world.ann(extend(&made.id, 2)).await), Reason::RetentionInvalid);
    world.deployment.clock.advance(DAY * 1000);
    let shown = world.ann(show()).await.unwrap();
    assert_eq!((shown.days, shown.locked, shown.ends()), (3, true, None));
    // An empty bucket can be deleted, whatever it would keep.
    world.ann(DeleteBucket { bucket: home() }).await.unwrap();
}

#[tokio::test]
async fn it_keeps_what_is_there_from_the_beginning() {
    let world = World::new().await;
    world.put("a", "old").await;
    let made = world.ann(initiate(10)).await.unwrap();
    let tags = Tags::of_object([("n".to_owned(), "1".to_owned())]).unwrap();
    let tagged = PutObjectTags { bucket: home(), key: key("a"), version: None, tags };
    for _ in 0..2 {
        assert_eq!(reason(world.ann(Delete::new(home(), key("a"))).await), Reason::ObjectRetained);
        assert_eq!(reason(world.ann(put("a")).await), Reason::ObjectRetained);
        assert_eq!(reason(world.ann(Copy::new((home(), key("a")), home(), key("a"))).await), Reason::ObjectRetained);
        let whole = multipart(&world, home(), "a", Lock::default(), Bytes::from("x")).await;
        assert_eq!(reason(whole), Reason::ObjectRetained);
        let many = vec![(key("a"), None), (key("a"), Some(objects::VersionId::Null))];
        let root = world.root(&world.ann).await;
        for (_, _, result) in world.objects.delete_many(&root, &home(), many, true).await {
            assert_eq!(reason(result), Reason::ObjectRetained);
        }
        assert_eq!(reason(world.ann(DeleteBucket { bucket: home() }).await), Reason::BucketNotEmpty);
        world.ann(tagged.clone()).await.unwrap();
        assert_eq!(world.get("a").await.unwrap(), "old");
        world.ann(lock(&made.id)).await.unwrap();
    }
}

#[tokio::test]
async fn together_with_versions() {
    let world = World::new().await;
    let set = |versioning| PutBucketVersioning { bucket: home(), versioning };
    world.ann(set(Versioning::Enabled)).await.unwrap();
    world.ann(set(Versioning::Suspended)).await.unwrap();
    assert_eq!(reason(world.ann(initiate(1)).await), Reason::BucketStateInvalid);
    world.ann(set(Versioning::Enabled)).await.unwrap();
    let first = world.put("a", "1").await.version;
    world.ann(initiate(1)).await.unwrap();
    assert_eq!(reason(world.ann(set(Versioning::Suspended)).await), Reason::BucketStateInvalid);
    let locking = PutBucketLock { bucket: home(), locking: Locking::default() };
    assert_eq!(reason(world.ann(locking.clone()).await), Reason::BucketStateInvalid);
    // What only hides it is done; what erases it is not.
    world.put("a", "2").await;
    let marker = world.ann(Delete::new(home(), key("a"))).await.unwrap();
    let erase = |version| with!(Delete::new(home(), key("a")), version: version);
    assert_eq!(reason(world.ann(erase(first)).await), Reason::ObjectRetained);
    world.ann(erase(marker.version)).await.unwrap();
    world.ann(abort()).await.unwrap();
    world.ann(erase(first)).await.unwrap();
    world.ann(locking).await.unwrap();
    assert_eq!(reason(world.ann(initiate(1)).await), Reason::BucketStateInvalid);
}

#[derive(Clone, Debug)]
enum Deed {
    Put(bool),
    Multipart(bool),
    Copy(bool),
    Delete(bool),
    Initiate(u32),
    Abort,
    Lock,
    Extend(u32),
    Pass(u8),
    SetClock(i16),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let one = prop_oneof![
        4 => any::<bool>().prop_map(Deed::Put),
        1 => any::<bool>().prop_map(Deed::Multipart),
        1 => any::<bool>().prop_map(Deed::Copy),
        4 => any::<bool>().prop_map(Deed::Delete),
        2 => (1_u32..5).prop_map(Deed::Initiate),
        1 => Just(Deed::Abort),
        1 => Just(Deed::Lock),
        1 => (1_u32..8).prop_map(Deed::Extend),
        4 => (0_u8..40).prop_map(Deed::Pass),
        2 => (-300_i16..300).prop_map(Deed::SetClock),
    ];
    proptest::collection::vec(one, 1..40)
}

/// A policy as the model has it.
#[derive(Clone, Debug)]
struct Policy {
    id: String,
    days: u32,
    created: Timestamp,
    locked: bool,
}

struct Model {
    /// When each object was stored.
    stored: BTreeMap<&'static str, Timestamp>,
    policy: Option<Policy>,
    start: Timestamp,
    passed: Duration,
}

impl Model {
    fn earliest(&self, world: &World) -> Timestamp {
        world.deployment.clock.now().min(self.start.plus(self.passed))
    }

    /// Forgets a policy that was not locked in time.
    fn policy(&self, world: &World) -> Option<Policy> {
        let now = self.earliest(world);
        self.policy.clone().filter(|policy| policy.locked || policy.created.plus(DAY) > now)
    }

    fn keeps(&self, world: &World, name: &str) -> bool {
        let (policy, now) = (self.policy(world), self.earliest(world));
        let stored = self.stored.get(name);
        policy.zip(stored).is_some_and(|(policy, stored)| stored.plus(DAY * policy.days) > now)
    }
}

async fn write(world: &World, model: &mut Model, name: &'static str, deed: &Deed) {
    let kept = model.keeps(world, name);
    let done = match deed {
        Deed::Put(_) => outcome(world.ann(put(name)).await.map(|_| ())),
        Deed::Multipart(_) => outcome(multipart(world, home(), name, Lock::default(), "x".into()).await.map(|_| ())),
        _ if !model.stored.contains_key(name) => return,
        _ => outcome(world.ann(Copy::new((home(), key(name)), home(), key(name))).await.map(|_| ())),
    };
    if kept {
        assert_eq!(done, Outcome::Refused(Reason::ObjectRetained));
        return;
    }
    assert_eq!(done, Outcome::Done(()));
    let stored = world.ann(Head::new(home(), key(name))).await.unwrap().info.modified;
    if model.policy(world).is_some() {
        // A clock that was set back makes nothing older than it is.
        assert!(stored >= model.start.plus(model.passed));
    }
    model.stored.insert(name, stored);
}

async fn do_one(world: &World, model: &mut Model, deed: &Deed) {
    let named = |k: bool| NAMES[usize::from(k)];
    let policy = model.policy(world);
    let id = policy.as_ref().map_or_else(|| "NONE".to_owned(), |policy| policy.id.clone());
    match *deed {
        Deed::Put(k) | Deed::Multipart(k) | Deed::Copy(k) => write(world, model, named(k), deed).await,
        Deed::Delete(k) => {
            let kept = model.keeps(world, named(k));
            let done = world.ann(Delete::new(home(), key(named(k)))).await;
            assert_eq!(done.is_ok(), !kept, "{done:?}");
            if !kept {
                model.stored.remove(named(k));
            }
        }
        Deed::Initiate(days) => {
            let done = world.ann(initiate(days)).await;
            assert_eq!(done.is_ok(), policy.is_none());
            if let Ok(made) = done {
                model.policy = Some(Policy { id: made.id, days, created: made.created, locked: false });
            }
        }
        Deed::Abort => {
            let done = world.ann(abort()).await;
            assert_eq!(done.is_ok(), policy.is_some_and(|policy| !policy.locked));
            if done.is_ok() {
                model.policy = None;
            }
        }
        Deed::Lock => {
            let done = world.ann(lock(&id)).await;
            assert_eq!(done.is_ok(), policy.is_some());
            if done.is_ok() {
                model.policy = policy.map(|policy| Policy { locked: true, ..policy });
            }
        }
        Deed::Extend(days) => {
            let done = world.ann(extend(&id, days)).await;
            assert_eq!(done.is_ok(), policy.as_ref().is_some_and(|policy| policy.locked && policy.days <= days));
            if done.is_ok() {
                model.policy = policy.map(|policy| Policy { days, ..policy });
            }
        }
        Deed::Pass(hours) => {
            world.deployment.clock.advance(HOUR * u32::from(hours));
            model.passed += HOUR * u32::from(hours);
        }
        Deed::SetClock(hours) => {
            let (by, now) = (HOUR * u32::from(hours.unsigned_abs()), model.start.plus(model.passed));
            world.deployment.clock.set(if hours < 0 { now.minus(by) } else { now.plus(by) });
        }
    }
}

async fn all_done(deeds: Vec<Deed>) {
    let world = World::new().await;
    let start = world.deployment.clock.now();
    let mut model = Model { stored: BTreeMap::new(), policy: None, start, passed: Duration::ZERO };
    for deed in &deeds {
        do_one(&world, &mut model, deed).await;
        for name in NAMES {
            assert_eq!(world.get(name).await.is_ok(), model.stored.contains_key(name));
        }
        let shown = world.ann(show()).await.ok().map(|policy| (policy.id, policy.days, policy.locked));
        assert_eq!(shown, model.policy(&world).map(|policy| (policy.id, policy.days, policy.locked)));
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn what_a_policy_keeps_is_as_a_simple_model_has_it(deeds in deeds()) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(all_done(deeds));
    }
}

/// A policy that comes while a body does keeps what the body was to replace.
#[tokio::test]
async fn a_policy_that_comes_while_a_body_does_counts() {
    let world = std::sync::Arc::new(World::new().await);
    world.put("a", "old").await;
    let setting = world.clone();
    let body = futures::stream::once(async move {
        setting.ann(initiate(1)).await?;
        Ok(Bytes::from("new"))
    });
    let put = Put::new(home(), key("a"), Body::new(body, None));
    assert_eq!(reason(world.ann(put).await), Reason::ObjectRetained);
    assert_eq!(world.get("a").await.unwrap(), "old");
}
