//! Locked versions under whatever is done to them, by whomever, at whatever the clock is set to: held against a simple model
//! of what has to be there.

use crate::retention::{Outcome, locked, multipart, outcome};
use crate::world::{World, bucket, key, read};
use bytes::Bytes;
use objects::{
    Body, Copy, DefaultRetention, Delete, DeleteBucket, Draft, Get, GetObjectHold, GetObjectRetention, Lock, Locking,
    ObjectTags, Period, Put, PutBucketLock, PutBucketVersioning, PutObjectAcl, PutObjectHold, PutObjectRetention,
    PutObjectTags, Retention, RetentionMode, Tags, VersionId, Versioning,
};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use std::time::Duration;
use types::{BucketName, Clock, Reason, Timestamp};

const HOUR: Duration = Duration::from_secs(3600);

fn place() -> BucketName {
    bucket("locked")
}

/// A version as the model has it.
#[derive(Clone, Debug)]
struct Kept {
    key: usize,
    id: VersionId,
    content: Bytes,
    lock: Lock,
}

#[derive(Default)]
struct Model {
    kept: Vec<Kept>,
    markers: Vec<(usize, VersionId)>,
    default: Option<DefaultRetention>,
    start: Timestamp,
    passed: Duration,
}

impl Model {
    /// What counts for who wants to get rid of something, and for who wants to keep it.
    fn times(&self, world: &World) -> (Timestamp, Timestamp) {
        let (clock, steady) = (world.deployment.clock.now(), self.start.plus(self.passed));
        (clock.min(steady), clock.max(steady))
    }

    fn settled(&self, world: &World, said: Lock) -> Lock {
        let now = self.times(world).1;
        let default = self.default.map(|DefaultRetention { mode, period }| match period {
            Period::Days(days) => Retention { mode, until: now.plus(24 * HOUR * days) },
            Period::Years(years) => Retention { mode, until: now.plus_years(years) },
        });
        Lock { retention: said.retention.or(default), ..said }
    }

    fn may_go(&self, world: &World, lock: &Lock, bypass: bool) -> bool {
        let (earliest, _) = self.times(world);
        let over = |r: &Retention| r.until <= earliest || bypass && r.mode == RetentionMode::Governance;
        lock.hold != Some(true) && lock.retention.as_ref().is_none_or(over)
    }
}

#[derive(Clone, Debug)]
enum Deed {
    Put(bool, Option<(bool, i8)>, Option<bool>),
    Multipart(bool, Option<(bool, i8)>),
    Copy(bool, u8),
    Mark(bool),
    Erase(u8, bool),
    EraseMarker(u8),
    EraseMany(bool, bool),
    Retain(u8, Option<(bool, i8)>, bool),
    Hold(u8, bool),
    Default(Option<(bool, u32)>),
    Mention(u8),
    Pass(u8),
    SetClock(i32),
    Suspend,
}

fn asks() -> impl Strategy<Value = Option<(bool, i8)>> {
    proptest::option::of((any::<bool>(), -3_i8..60))
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let one = prop_oneof![
        4 => (any::<bool>(), asks(), any::<Option<bool>>()).prop_map(|(k, r, h)| Deed::Put(k, r, h)),
        1 => (any::<bool>(), asks()).prop_map(|(k, r)| Deed::Multipart(k, r)),
        1 => any::<(bool, u8)>().prop_map(|(k, n)| Deed::Copy(k, n)),
        1 => any::<bool>().prop_map(Deed::Mark),
        6 => any::<(u8, bool)>().prop_map(|(n, b)| Deed::Erase(n, b)),
        1 => any::<u8>().prop_map(Deed::EraseMarker),
        1 => any::<(bool, bool)>().prop_map(|(k, b)| Deed::EraseMany(k, b)),
        5 => (any::<u8>(), asks(), any::<bool>()).prop_map(|(n, r, b)| Deed::Retain(n, r, b)),
        2 => any::<(u8, bool)>().prop_map(|(n, on)| Deed::Hold(n, on)),
        1 => proptest::option::of((any::<bool>(), 1_u32..4)).prop_map(Deed::Default),
        1 => any::<u8>().prop_map(Deed::Mention),
        3 => (0_u8..48).prop_map(Deed::Pass),
        2 => (-3000_i32..3000).prop_map(Deed::SetClock),
        1 => Just(Deed::Suspend),
    ];
    proptest::collection::vec(one, 1..40)
}

const NAMES: [&str; 2] = ["a", "a/b"];

fn mode(firm: bool) -> RetentionMode {
    if firm { RetentionMode::Compliance } else { RetentionMode::Governance }
}

/// A retention for so many hours from the latest it may be.
fn until(now: Timestamp, asked: Option<(bool, i8)>) -> Option<Retention> {
    asked.map(|(firm, hours)| {
        let by = HOUR * u32::from(hours.unsigned_abs());
        Retention { mode: mode(firm), until: if hours < 0 { now.minus(by) } else { now.plus(by) } }
    })
}

/// One thing is done, by the root of the account, and comes out as the model says.
async fn do_one(world: &World, model: &mut Model, n: usize, deed: &Deed) {
    let content = Bytes::from(format!("content {n}"));
    let (_, latest) = model.times(world);
    let at = |of: u8| (!model.kept.is_empty()).then(|| usize::from(of) % model.kept.len());
    match *deed {
        Deed::Put(k, asked, hold) => {
            let lock = Lock { retention: until(latest, asked), hold };
            let body = Body::bytes(content.clone());
            let put =
                with!(Put::new(place(), key(NAMES[usize::from(k)]), body), draft: Draft { lock, ..Draft::default() });
            store(
                world,
                model,
                usize::from(k),
                lock,
                content,
                outcome(world.ann(put).await.map(|w| w.version.unwrap())),
            );
        }
        Deed::Multipart(k, asked) => {
            let lock = Lock { retention: until(latest, asked), hold: None };
            let made = multipart(world, place(), NAMES[usize::from(k)], lock, content.clone()).await;
            store(world, model, usize::from(k), lock, content, outcome(made.map(|w| w.version.unwrap())));
        }
        Deed::Copy(k, of) => {
            let Some(at) = at(of) else { return };
            let from = model.kept[at].clone();
            let copy = Copy::new((place(), key(NAMES[from.key])), place(), key(NAMES[usize::from(k)]));
            let copy = with!(copy, source_version: Some(from.id));
            let made = outcome(world.ann(copy).await.map(|w| w.version.unwrap()));
            // The copy has no lock of its source's.
            store(world, model, usize::from(k), Lock::default(), from.content, made);
        }
        Deed::Mark(k) => {
            let deleted = world.ann(Delete::new(place(), key(NAMES[usize::from(k)]))).await.unwrap();
            assert!(deleted.marker);
            model.markers.push((usize::from(k), deleted.version.unwrap()));
        }
        Deed::Erase(of, bypass) => {
            let Some(at) = at(of) else { return };
            erase(world, model, at, bypass).await;
        }
        Deed::EraseMarker(of) if !model.markers.is_empty() => {
            let (k, id) = model.markers.remove(usize::from(of) % model.markers.len());
            let op = with!(Delete::new(place(), key(NAMES[k])), version: Some(id));
            assert!(world.ann(op).await.unwrap().marker);
        }
        Deed::EraseMarker(_) => {}
        Deed::EraseMany(k, bypass) => {
            erase_many(world, model, k, bypass).await;
        }
        Deed::Retain(of, asked, bypass) => {
            let Some(at) = at(of) else { return };
            retain(world, model, at, until(latest, asked), bypass).await;
        }
        Deed::Hold(of, on) => {
            let Some(at) = at(of) else { return };
            let Kept { key: k, id, .. } = model.kept[at];
            world.ann(PutObjectHold { bucket: place(), key: key(NAMES[k]), version: Some(id), on }).await.unwrap();
            model.kept[at].lock.hold = Some(on);
        }
        Deed::Default(asked) => {
            let default = asked.map(|(firm, days)| DefaultRetention { mode: mode(firm), period: Period::Days(days) });
            world.ann(PutBucketLock { bucket: place(), locking: Locking { default } }).await.unwrap();
            model.default = default;
        }
        Deed::Mention(of) => {
            let Some(at) = at(of) else { return };
            let Kept { key: k, id, .. } = model.kept[at];
            let tags = Tags::of_object([("n".to_owned(), n.to_string())]).unwrap();
            let (key, version) = (key(NAMES[k]), Some(id));
            world.ann(PutObjectTags { bucket: place(), key: key.clone(), version, tags: tags.clone() }).await.unwrap();
            world.ann(PutObjectAcl { bucket: place(), key: key.clone(), version, acl: None }).await.unwrap();
            let shown: ObjectTags = world.ann(objects::GetObjectTags { bucket: place(), key, version }).await.unwrap();
            assert_eq!(shown.tags, tags);
        }
        Deed::Pass(hours) => {
            world.deployment.clock.advance(HOUR * u32::from(hours));
            model.passed += HOUR * u32::from(hours);
        }
        Deed::SetClock(hours) => {
            let by = HOUR * hours.unsigned_abs();
            let now = model.start.plus(model.passed);
            world.deployment.clock.set(if hours < 0 { now.minus(by) } else { now.plus(by) });
        }
        Deed::Suspend => {
            let op = PutBucketVersioning { bucket: place(), versioning: Versioning::Suspended };
            assert_eq!(outcome(world.ann(op).await), Outcome::Refused(Reason::BucketStateInvalid));
        }
    }
}

async fn erase(world: &World, model: &mut Model, at: usize, bypass: bool) {
    let Kept { key: k, id, lock, .. } = model.kept[at].clone();
    let op = with!(Delete::new(place(), key(NAMES[k])), version: Some(id), bypass: bypass);
    let may = model.may_go(world, &lock, bypass);
    match world.ann(op).await {
        Ok(done) => {
            assert!(may && done.existed, "{id} is locked: {lock:?}");
            assert_eq!(done.bypassed, !model.may_go(world, &lock, false));
            model.kept.remove(at);
        }
        Err(failure) => assert_eq!((failure.reason(), may), (Reason::ObjectRetained, false)),
    }
}

async fn erase_many(world: &World, model: &mut Model, k: bool, bypass: bool) {
    let of_key = |kept: &&Kept| kept.key == usize::from(k);
    let keys = model.kept.iter().filter(of_key).map(|kept| (key(NAMES[kept.key]), Some(kept.id))).collect();
    let root = world.root(&world.ann).await;
    for (_, id, result) in world.objects.delete_many(&root, &place(), keys, bypass).await {
        let at = model.kept.iter().position(|kept| Some(kept.id) == id && of_key(&kept)).unwrap();
        assert_eq!(result.is_ok(), model.may_go(world, &model.kept[at].lock, bypass));
        if result.is_ok() {
            model.kept.remove(at);
        }
    }
}

async fn retain(world: &World, model: &mut Model, at: usize, retention: Option<Retention>, bypass: bool) {
    let (earliest, latest) = model.times(world);
    let Kept { key: k, id, lock, .. } = model.kept[at].clone();
    let op = PutObjectRetention { bucket: place(), key: key(NAMES[k]), version: Some(id), retention, bypass };
    let had = lock.retention.filter(|had| had.until > earliest);
    let longer = |had: Retention| retention.is_some_and(|r| r.mode == had.mode && r.until >= had.until);
    let may = had.is_none_or(|had| longer(had) || bypass && had.mode == RetentionMode::Governance);
    match world.ann(op).await.map_err(|failure| failure.reason()) {
        Ok(_) => {
            assert!(may, "{lock:?} became {retention:?}");
            model.kept[at].lock.retention = retention;
        }
        Err(Reason::ParameterInvalid) => assert!(retention.unwrap().until <= latest),
        Err(reason) => assert_eq!((reason, may), (Reason::ObjectRetained, false)),
    }
}

fn store(world: &World, model: &mut Model, k: usize, said: Lock, content: Bytes, made: Outcome<VersionId>) {
    let past = said.retention.is_some_and(|retention| retention.until <= model.times(world).1);
    match made {
        Outcome::Done(id) => {
            assert!(!past);
            let lock = model.settled(world, said);
            model.kept.push(Kept { key: k, id, content, lock });
        }
        Outcome::Refused(reason) => assert_eq!((reason, past), (Reason::ParameterInvalid, true)),
    }
}

/// Everything that is kept is there, with the lock that it has to have.
async fn compare(world: &World, model: &Model) {
    for Kept { key: k, id, content, lock } in &model.kept {
        let (key, version) = (key(NAMES[*k]), Some(*id));
        let got = world.ann(with!(Get::new(place(), key.clone()), version: version)).await.unwrap();
        assert_eq!(got.info.lock, *lock);
        assert_eq!(read(got).await.unwrap(), content);
        let shown = world.ann(GetObjectRetention { bucket: place(), key: key.clone(), version }).await.ok();
        assert_eq!(shown, lock.retention);
        let held = world.ann(GetObjectHold { bucket: place(), key, version }).await.ok();
        assert_eq!(held, lock.hold);
    }
}

async fn all_done(deeds: Vec<Deed>) {
    let world = World::new().await;
    let mut model = Model { start: world.deployment.clock.now(), ..Model::default() };
    world.ann(locked(place())).await.unwrap();
    for (n, deed) in deeds.iter().enumerate() {
        do_one(&world, &mut model, n, deed).await;
        compare(&world, &model).await;
        let empty = model.kept.is_empty() && model.markers.is_empty();
        if !empty {
            let deleted = world.ann(DeleteBucket { bucket: place() }).await;
            assert_eq!(outcome(deleted), Outcome::Refused(Reason::BucketNotEmpty));
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn locks_are_as_a_simple_model_has_them(deeds in deeds()) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(all_done(deeds));
    }
}
