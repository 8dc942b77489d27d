//! Lifecycle rules, applied as the days go by.

use crate::world::{World, home, key, reason};
use objects::{
    Body, CreateBucket, Delete, DeleteBucket, DeleteBucketLifecycle, Draft, Filter, GetBucketLifecycle,
    InitiateBucketRetention, InitiateUpload, Lifecycle, ListUploads, ListVersions, ListedKind, Lock,
    LockBucketRetention, Locking, NoncurrentExpiration, NoncurrentTransition, Put, PutBucketLifecycle, PutBucketLock,
    PutBucketVersioning, PutObjectTags, Retention, RetentionMode, Rule, StorageClass, Tags, Transition, UploadPart,
    Versioning, When,
};
use proptest::prelude::{Strategy, any, prop_oneof};
use std::time::Duration;
use types::{Call, Reason, Timestamp};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A world at noon.
async fn world() -> World {
    let world = World::new().await;
    world.deployment.clock.set(Timestamp::from_secs(21_000 * 86_400 + 43_200));
    world
}

impl World {
    async fn set_rules(&self, rules: Vec<Rule>) {
        let lifecycle = Lifecycle::new(rules, 0).unwrap();
        self.ann(PutBucketLifecycle { bucket: home(), lifecycle }).await.unwrap();
    }

    async fn apply(&self) -> u64 {
        let call = self.deployment.service().call().clone();
        let caller = |operation| iam::Caller::service(Call { operation, ..call.clone() }, "oss");
        self.objects.apply_lifecycles(&caller).await.unwrap()
    }

    async fn days(&self, days: u32) -> u64 {
        self.deployment.clock.advance(DAY * days);
        self.apply().await
    }

    async fn keep_versions(&self, versioning: Versioning) {
        self.ann(PutBucketVersioning { bucket: home(), versioning }).await.unwrap();
    }

    async fn names(&self) -> Vec<String> {
        self.list().await.objects.into_iter().map(|object| object.key.to_string()).collect()
    }

    /// Keys and whether the version is an object, the newest first.
    async fn versions(&self) -> Vec<(String, bool)> {
        let page = self.ann(ListVersions::new(home())).await.unwrap();
        let is_object = |kind: &ListedKind| matches!(kind, ListedKind::Object(_));
        page.versions.into_iter().map(|version| (version.key.to_string(), is_object(&version.kind))).collect()
    }
}

fn expiring(id: &str, days: u32, prefix: &str) -> Rule {
    Rule { expiration: Some(When::After(days)), ..Rule::new(id, Filter::prefix(prefix)) }
}

#[tokio::test]
async fn objects_go_when_their_time_has_come_and_events_say_why() {
    let world = world().await;
    for name in ["logs/1", "logs/2", "other"] {
        world.put(name, "x").await;
    }
    world.set_rules(vec![expiring("old logs", 2, "logs/")]).await;
    assert_eq!(world.apply().await, 0);
    assert_eq!(world.days(1).await, 0);
    world.put("logs/2", "newer").await;
    let expiry = world.head("logs/2").await.unwrap().info.expiry.unwrap();
    assert!(expiry.to_string().ends_with("rule-id=\"old%20logs\""), "{expiry}");
    assert_eq!(world.head("other").await.unwrap().info.expiry, None);
    assert_eq!(world.days(2).await, 1);
    assert_eq!(world.names().await, ["logs/2", "other"]);
    assert_eq!(world.days(1).await, 1);
    assert_eq!(world.names().await, ["other"]);
    let events = world.events(world.ann.account).await;
    let expired: Vec<_> = events.iter().filter(|event| event.event_name == "LifecycleExpiration").collect();
    assert_eq!(expired.len(), 2);
    let text = serde_json::to_string(expired[0]).unwrap();
    for said in ["old logs", "logs/1", "Erased", "AliyunServiceEvent"] {
        assert!(text.contains(said), "{said} in {text}");
    }
}

#[tokio::test]
async fn once_a_day_or_when_rules_are_set() {
    let world = world().await;
    world.set_rules(vec![expiring("r", 1, "")]).await;
    world.put("a", "x").await;
    assert_eq!(world.days(2).await, 1);
    world.put("b", "x").await;
    world.deployment.clock.advance(Duration::from_secs(60));
    assert_eq!(world.apply().await, 0, "today's pass is over");
    let tomorrow = Rule { expiration: Some(When::Before(Timestamp::from_secs(4_102_444_800))), ..expiring("r", 1, "") };
    world.set_rules(vec![tomorrow]).await;
    assert_eq!(world.apply().await, 1, "new rules begin a new pass");
    assert!(world.names().await.is_empty());
}

#[tokio::test]
async fn in_a_bucket_that_keeps_versions_the_current_one_is_marked_deleted_and_the_others_follow() {
    let world = world().await;
    world.keep_versions(Versioning::Enabled).await;
    let noncurrent = Rule {
        noncurrent_expiration: Some(NoncurrentExpiration { days: 3, keep: 1 }),
        ..Rule::new("noncurrent", Filter::default())
    };
    let markers = Rule { lone_markers: true, ..Rule::new("markers", Filter::prefix("k")) };
    world.set_rules(vec![expiring("current", 2, "k"), noncurrent, markers]).await;
    for content in ["1", "2", "3"] {
        world.put("k", content).await;
    }
    assert_eq!(world.days(3).await, 1, "a delete marker");
    assert_eq!(world.versions().await.len(), 4);
    assert!(world.names().await.is_empty());
    // Two were replaced four days ago, of which one is kept; the third four days after it was marked deleted goes, too.
    assert_eq!(world.days(1).await, 2);
    assert_eq!(world.versions().await, [("k".to_owned(), false), ("k".to_owned(), true)]);
    assert_eq!(world.days(9).await, 0, "the newest that is not current is kept");
    let kept = world.ann(ListVersions::new(home())).await.unwrap().versions.pop().unwrap().version;
    world.ann(Delete { version: Some(kept), ..Delete::new(home(), key("k")) }).await.unwrap();
    assert_eq!(world.days(1).await, 1, "nothing is behind the marker any more");
    assert!(world.versions().await.is_empty());
}

#[tokio::test]
async fn classes_change_where_the_object_is() {
    let world = world().await;
    world.keep_versions(Versioning::Enabled).await;
    let class = StorageClass::InfrequentAccess;
    let rule = Rule {
        transitions: vec![Transition { when: When::After(30), class }],
        noncurrent_transitions: vec![NoncurrentTransition { days: 5, keep: 0, class }],
        ..Rule::new("cold", Filter::default())
    };
    world.set_rules(vec![rule]).await;
    world.put("k", "old").await;
    let written = world.put("k", "new").await;
    assert_eq!(world.days(6).await, 1);
    assert_eq!(world.days(25).await, 1);
    let seen = world.head("k").await.unwrap().info;
    assert_eq!((seen.storage_class, seen.version, seen.modified), (class, written.version, written.modified));
    assert_eq!(world.get("k").await.unwrap(), "new");
    let page = world.ann(ListVersions::new(home())).await.unwrap();
    for version in page.versions {
        let ListedKind::Object(info) = version.kind else { panic!("a marker") };
        assert_eq!(info.storage_class, class);
    }
    assert_eq!(world.days(9).await, 0, "once is enough");
}

#[tokio::test]
async fn uploads_that_nobody_completed_are_given_up() {
    let world = world().await;
    let rule = Rule { uploads: Some(When::After(7)), ..Rule::new("parts", Filter::prefix("in/")) };
    world.set_rules(vec![rule]).await;
    for name in ["in/1", "out/1"] {
        let upload = world.ann(InitiateUpload::new(home(), key(name))).await.unwrap().upload;
        world.ann(UploadPart::new(home(), key(name), upload, 1, Body::bytes("x"))).await.unwrap();
    }
    assert_eq!(world.days(7).await, 0);
    assert_eq!(world.days(1).await, 1);
    let left = world.ann(ListUploads::new(home())).await.unwrap().uploads;
    assert_eq!(left.iter().map(|upload| upload.key.to_string()).collect::<Vec<_>>(), ["out/1"]);
}

#[tokio::test]
async fn more_than_a_page_of_everything() {
    let world = world().await;
    world.keep_versions(Versioning::Enabled).await;
    for n in 0..300 {
        world.put(&format!("many/{n:03}"), "x").await;
    }
    for n in 0..300 {
        world.put("deep", n.to_string()).await;
    }
    world.put("end", "1").await;
    world.put("end", "2").await;
    let noncurrent = NoncurrentExpiration { days: 1, keep: 0 };
    let rule = Rule { noncurrent_expiration: Some(noncurrent), ..expiring("r", 1, "many/") };
    let others = Rule { noncurrent_expiration: Some(noncurrent), ..Rule::new("others", Filter::default()) };
    world.set_rules(vec![rule, others]).await;
    assert_eq!(world.days(2).await, 300 + 299 + 1);
    assert_eq!(world.names().await, ["deep", "end"]);
    assert_eq!(world.days(2).await, 300, "the versions behind the delete markers");
    assert_eq!(world.days(2).await, 300, "and the markers, by the days of the rule");
    assert_eq!(world.versions().await.len(), 2);
}

#[tokio::test]
async fn tags_count_as_they_are_when_the_rule_is_applied() {
    let world = world().await;
    let tags = Tags::of_object([("temp".to_owned(), "yes".to_owned())]).unwrap();
    world
        .set_rules(vec![Rule { filter: Filter { tags: tags.clone(), ..Filter::default() }, ..expiring("r", 1, "") }])
        .await;
    for name in ["a", "b"] {
        world.put(name, "x").await;
    }
    let tagging = PutObjectTags { bucket: home(), key: key("b"), version: None, tags };
    world.ann(tagging).await.unwrap();
    assert_eq!(world.days(2).await, 1);
    assert_eq!(world.names().await, ["a"]);
}

/// A rule frees nothing that is retained. It waits, and says nothing of that in the trail.
#[tokio::test]
async fn what_is_retained_outlives_the_rules() {
    let world = World::new().await;
    let policy = world.ann(InitiateBucketRetention { bucket: home(), days: 6 }).await.unwrap();
    world.ann(LockBucketRetention { bucket: home(), id: policy.id }).await.unwrap();
    world.put("a", "kept").await;
    world.set_rules(vec![expiring("all", 2, "")]).await;
    assert_eq!(world.days(4).await, 0);
    assert_eq!(world.names().await, ["a"]);
    let events = world.events(world.ann.account).await;
    assert!(events.iter().all(|event| !event.event_name.starts_with("Lifecycle")), "nothing was done");
    assert_eq!(world.days(4).await, 1);
    assert!(world.names().await.is_empty());
}

#[tokio::test]
async fn locked_versions_outlive_the_rules() {
    let world = World::new().await;
    world.keep_versions(Versioning::Enabled).await;
    world.ann(PutBucketLock { bucket: home(), locking: Locking::default() }).await.unwrap();
    let now = types::Clock::now(&*world.deployment.clock);
    for (name, mode, days, hold) in [
        ("firm", RetentionMode::Compliance, 9, None),
        ("governed", RetentionMode::Governance, 9, None),
        ("held", RetentionMode::Governance, 1, Some(true)),
        ("over", RetentionMode::Compliance, 1, None),
    ] {
        let lock = Lock { retention: Some(Retention { mode, until: now.plus(DAY * days) }), hold };
        let draft = Draft { lock, ..Draft::default() };
        world.ann(with!(Put::new(home(), key(name), Body::bytes("kept")), draft: draft)).await.unwrap();
    }
    let noncurrent = Rule {
        noncurrent_expiration: Some(NoncurrentExpiration { days: 1, keep: 0 }),
        ..Rule::new("noncurrent", Filter::default())
    };
    world.set_rules(vec![expiring("current", 2, ""), noncurrent]).await;
    // All are marked deleted, and none that is locked goes.
    assert_eq!(world.days(3).await, 4);
    assert_eq!(world.days(3).await, 1);
    let objects = async || world.versions().await.into_iter().filter(|(_, object)| *object).map(|(name, _)| name);
    assert_eq!(objects().await.collect::<Vec<_>>(), ["firm", "governed", "held"]);
    world.days(6).await;
    assert_eq!(objects().await.collect::<Vec<_>>(), ["held"]);
}

#[tokio::test]
async fn rules_end_with_their_bucket_and_with_their_deletion() {
    let world = world().await;
    world.set_rules(vec![expiring("r", 1, "")]).await;
    assert_eq!(world.ann(GetBucketLifecycle { bucket: home() }).await.unwrap().rules().len(), 1);
    world.ann(DeleteBucket { bucket: home() }).await.unwrap();
    world.ann(CreateBucket::new(home())).await.unwrap();
    assert_eq!(reason(world.ann(GetBucketLifecycle { bucket: home() }).await), Reason::LifecycleNotFound);
    world.put("a", "x").await;
    assert_eq!(world.days(9).await, 0);
    world.set_rules(vec![expiring("r", 1, "")]).await;
    world.ann(DeleteBucketLifecycle { bucket: home() }).await.unwrap();
    world.ann(DeleteBucketLifecycle { bucket: home() }).await.unwrap();
    assert_eq!(world.days(9).await, 0);
    assert_eq!(world.names().await, ["a"]);
    assert_eq!(reason(world.bob(GetBucketLifecycle { bucket: home() }).await), Reason::AccessDenied);
    assert_eq!(reason(world.nobody(DeleteBucketLifecycle { bucket: home() }).await), Reason::AccessDenied);
}

/// What happens to two keys in a bucket, and what rules are set.
#[derive(Clone, Debug)]
enum Deed {
    Put(bool),
    Delete(bool),
    Versioning(bool),
    Days(u8),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let one = prop_oneof![
        4 => any::<bool>().prop_map(Deed::Put),
        2 => any::<bool>().prop_map(Deed::Delete),
        1 => any::<bool>().prop_map(Deed::Versioning),
        4 => (0..4_u8).prop_map(Deed::Days),
    ];
    proptest::collection::vec(one, 1..24)
}

/// A version in the model: when it came, and whether it is an object; and whether it is the null version.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Kept {
    day: u32,
    object: bool,
    null: bool,
}

/// Each day at noon: what came on day d is n days old, by the rules, on day d + n + 1.
const EXPIRE: u32 = 2;
const NONCURRENT: u32 = 1;
const KEEP: usize = 1;

#[derive(Default)]
struct Model {
    state: Versioning,
    keys: [Vec<Kept>; 2],
    today: u32,
}

impl Model {
    fn add(&mut self, k: usize, object: bool) {
        let null = self.state != Versioning::Enabled;
        if null {
            self.keys[k].retain(|kept| !kept.null);
        }
        if object || self.state != Versioning::Off {
            self.keys[k].insert(0, Kept { day: self.today, object, null });
        }
    }

    /// A pass over everything: uploads, then current objects, then the others.
    fn apply(&mut self) {
        for k in 0..2 {
            let due = |kept: &Kept, days: u32, today: u32| kept.day + days < today;
            if self.keys[k].first().is_some_and(|first| first.object && due(first, EXPIRE, self.today)) {
                self.add(k, false);
            }
            let versions = self.keys[k].clone();
            if let [Kept { object: false, .. }] = versions[..] {
                self.keys[k].clear();
                continue;
            }
            let goes = |at: usize| at > KEEP && due(&versions[at - 1], NONCURRENT, self.today);
            self.keys[k] = (0..versions.len()).filter(|at| !goes(*at)).map(|at| versions[at]).collect();
        }
    }
}

async fn do_one(world: &World, model: &mut Model, deed: &Deed) {
    match *deed {
        Deed::Put(k) => {
            world.ann(Put::new(home(), key(["a", "b"][usize::from(k)]), Body::bytes("x"))).await.unwrap();
            model.add(usize::from(k), true);
        }
        Deed::Delete(k) => {
            world.ann(Delete::new(home(), key(["a", "b"][usize::from(k)]))).await.unwrap();
            model.add(usize::from(k), false);
        }
        Deed::Versioning(on) => {
            model.state = if on { Versioning::Enabled } else { Versioning::Suspended };
            world.keep_versions(model.state).await;
        }
        Deed::Days(days) => {
            for _ in 0..days {
                model.today += 1;
                world.days(1).await;
                model.apply();
            }
        }
    }
    let there: Vec<(String, bool)> = world.versions().await;
    let expected = |k: usize| model.keys[k].iter().map(move |kept| (["a", "b"][k].to_owned(), kept.object));
    assert_eq!(there, expected(0).chain(expected(1)).collect::<Vec<_>>(), "after {deed:?} on day {}", model.today);
}

#[test]
fn versions_live_as_long_as_a_simple_model_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    proptest::proptest!(proptest::prelude::ProptestConfig::with_cases(48), |(deeds in deeds())| {
        runtime.block_on(async {
            let world = world().await;
            let rule = Rule {
                noncurrent_expiration: Some(NoncurrentExpiration { days: NONCURRENT, keep: KEEP as u32 }),
                ..expiring("r", EXPIRE, "")
            };
            let markers = Rule { lone_markers: true, ..Rule::new("markers", Filter::default()) };
            world.set_rules(vec![rule, markers]).await;
            let mut model = Model::default();
            for deed in &deeds {
                do_one(&world, &mut model, deed).await;
            }
        });
    });
}
