//! Object lock: what is locked goes for nobody. The names of the first tests are those of published ways round it elsewhere.

use crate::world::{World, bucket, key, read, reason};
use bytes::Bytes;
use objects::{
    Body, CompleteUpload, Copy, CreateBucket, DefaultRetention, Delete, DeleteBucket, Draft, Get, GetBucketLock,
    GetObjectHold, GetObjectRetention, Head, InitiateUpload, Lock, Locking, PartList, Period, Put, PutBucketLock,
    PutBucketVersioning, PutObjectHold, PutObjectRetention, PutObjectTags, Retention, RetentionMode, Tags, UploadPart,
    VersionId, Versioning, Written,
};
use std::time::Duration;
use types::{BucketName, Clock, Reason, Result, Timestamp};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What came of something.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome<T> {
    Done(T),
    Refused(Reason),
}

pub(crate) fn outcome<T>(result: Result<T>) -> Outcome<T> {
    result.map_or_else(|failure| Outcome::Refused(failure.reason()), Outcome::Done)
}

/// A bucket in which versions can be locked.
pub(crate) fn locked(name: BucketName) -> CreateBucket {
    with!(CreateBucket::new(name), locking: true)
}

pub(crate) async fn multipart(
    world: &World,
    place: BucketName,
    name: &str,
    lock: Lock,
    content: Bytes,
) -> Result<Written> {
    let draft = Draft { lock, ..Draft::default() };
    let upload = world.ann(with!(InitiateUpload::new(place.clone(), key(name)), draft: draft)).await?.upload;
    world.ann(UploadPart::new(place.clone(), key(name), upload.clone(), 1, Body::bytes(content))).await?;
    world.ann(CompleteUpload::new(place, key(name), upload, PartList::All)).await
}

fn vault() -> BucketName {
    bucket("vault")
}

/// A world with a bucket `vault` in which versions can be locked.
async fn world() -> World {
    let world = World::new().await;
    world.ann(locked(vault())).await.unwrap();
    world
}

fn in_days(world: &World, days: u32) -> Timestamp {
    world.deployment.clock.now().plus(DAY * days)
}

fn retention(world: &World, mode: RetentionMode, days: u32) -> Retention {
    Retention { mode, until: in_days(world, days) }
}

fn put(name: &str, lock: Lock) -> Put {
    with!(Put::new(vault(), key(name), Body::bytes("kept")), draft: Draft { lock, ..Draft::default() })
}

async fn stored(world: &World, name: &str, mode: RetentionMode, days: u32) -> VersionId {
    let lock = Lock { retention: Some(retention(world, mode, days)), hold: None };
    world.ann(put(name, lock)).await.unwrap().version.unwrap()
}

fn erase(name: &str, version: VersionId, bypass: bool) -> Delete {
    with!(Delete::new(vault(), key(name)), version: Some(version), bypass: bypass)
}

fn retain(name: &str, version: VersionId, retention: Option<Retention>, bypass: bool) -> PutObjectRetention {
    PutObjectRetention { bucket: vault(), key: key(name), version: Some(version), retention, bypass }
}

fn hold(name: &str, version: VersionId, on: bool) -> PutObjectHold {
    PutObjectHold { bucket: vault(), key: key(name), version: Some(version), on }
}

async fn still_there(world: &World, name: &str, version: VersionId) {
    let got = world.ann(with!(Get::new(vault(), key(name)), version: Some(version))).await.unwrap();
    assert_eq!(read(got).await.unwrap(), "kept");
}

/// Nothing the root of the account can do makes a version go.
async fn cannot_go(world: &World, name: &str, version: VersionId, bypass: bool) {
    assert_eq!(reason(world.ann(erase(name, version, bypass)).await), Reason::ObjectRetained);
    // The same again, as a request that is sent once more.
    assert_eq!(reason(world.ann(erase(name, version, bypass)).await), Reason::ObjectRetained);
    let root = world.root(&world.ann).await;
    let many = world.objects.delete_many(&root, &vault(), vec![(key(name), Some(version))], bypass).await;
    assert!(many.into_iter().all(|(_, _, result)| reason(result) == Reason::ObjectRetained));
    // What comes over it, and a delete marker, leave it where it is.
    world.ann(put(name, Lock::default())).await.unwrap();
    multipart(world, vault(), name, Lock::default(), "other".into()).await.unwrap();
    world.ann(Copy::new((vault(), key(name)), vault(), key(name))).await.unwrap();
    assert!(world.ann(Delete::new(vault(), key(name))).await.unwrap().marker);
    assert_eq!(reason(world.ann(erase(name, version, bypass)).await), Reason::ObjectRetained);
    let suspend = PutBucketVersioning { bucket: vault(), versioning: Versioning::Suspended };
    assert_eq!(reason(world.ann(suspend).await), Reason::BucketStateInvalid);
    assert_eq!(reason(world.ann(DeleteBucket { bucket: vault() }).await), Reason::BucketNotEmpty);
    still_there(world, name, version).await;
}

/// rustfs/rustfs#1509, seaweedfs/seaweedfs#11333: an object in compliance mode was deleted, by name and by version.
#[tokio::test]
async fn rustfs_1509_seaweedfs_11333_compliance_is_not_deleted() {
    let world = world().await;
    let by_header = stored(&world, "a", RetentionMode::Compliance, 90).await;
    cannot_go(&world, "a", by_header, true).await;
    let later = world.ann(put("b", Lock::default())).await.unwrap().version.unwrap();
    let firm = retention(&world, RetentionMode::Compliance, 1);
    world.ann(retain("b", later, Some(firm), false)).await.unwrap();
    cannot_go(&world, "b", later, true).await;
}

/// rustfs/rustfs#2473: after an upgrade nothing was retained any more, whichever way it came in; and what was shown of it
/// was wrong.
#[tokio::test]
async fn rustfs_2473_every_way_in_is_retained_and_says_so() {
    let world = world().await;
    let mode = RetentionMode::Governance;
    let default = Some(DefaultRetention { mode, period: Period::Days(30) });
    world.ann(PutBucketLock { bucket: vault(), locking: Locking { default } }).await.unwrap();
    let put = world.ann(put("a", Lock::default())).await.unwrap().version.unwrap();
    let parts = multipart(&world, vault(), "b", Lock::default(), "kept".into()).await.unwrap().version.unwrap();
    let copy = world.ann(Copy::new((vault(), key("a")), vault(), key("c"))).await.unwrap().version.unwrap();
    for (name, version) in [("a", put), ("b", parts), ("c", copy)] {
        let shown = GetObjectRetention { bucket: vault(), key: key(name), version: Some(version) };
        assert_eq!(world.ann(shown).await.unwrap(), retention(&world, mode, 30));
        cannot_go(&world, name, version, false).await;
    }
}

/// rustfs/rustfs#4293: an object could be deleted once there was a newer version of it that was not locked, from the console,
/// which did not go the way of requests.
#[tokio::test]
async fn rustfs_4293_a_free_version_does_not_free_the_others() {
    let world = world().await;
    let locked = stored(&world, "a", RetentionMode::Compliance, 9).await;
    let free = world.ann(put("a", Lock::default())).await.unwrap().version.unwrap();
    cannot_go(&world, "a", locked, true).await;
    world.ann(erase("a", free, true)).await.unwrap();
    cannot_go(&world, "a", locked, true).await;
}

/// seaweedfs/seaweedfs#7194, rustfs/rustfs#5984, versity/versitygw#579: retention and legal hold, alone and together, did not
/// stop deletion, nor that of the bucket.
#[tokio::test]
async fn seaweedfs_7194_rustfs_5984_versitygw_579_retention_and_hold_stop_deletion() {
    let world = world().await;
    let governed = stored(&world, "a", RetentionMode::Governance, 5).await;
    cannot_go(&world, "a", governed, false).await;
    let held = world.ann(put("b", Lock { retention: None, hold: Some(true) })).await.unwrap().version.unwrap();
    cannot_go(&world, "b", held, true).await;
    world.ann(hold("a", governed, true)).await.unwrap();
    // A hold is nothing that anybody goes past.
    cannot_go(&world, "a", governed, true).await;
    world.ann(hold("a", governed, false)).await.unwrap();
    cannot_go(&world, "a", governed, false).await;
    assert!(world.ann(erase("a", governed, true)).await.unwrap().bypassed);
}

/// seaweedfs/seaweedfs#7734: the page of the administrator deleted a bucket with locked objects in it. There is one way to
/// delete a bucket here, and everything in the bucket is in its way.
#[tokio::test]
async fn seaweedfs_7734_a_bucket_with_locked_versions_stays() {
    let world = world().await;
    let version = stored(&world, "a", RetentionMode::Compliance, 1).await;
    let delete = || DeleteBucket { bucket: vault() };
    assert_eq!(reason(world.ann(delete()).await), Reason::BucketNotEmpty);
    world.ann(Delete::new(vault(), key("a"))).await.unwrap();
    assert_eq!(reason(world.ann(delete()).await), Reason::BucketNotEmpty);
    // Nor does to make it again, without the lock, change anything of it.
    world.ann(with!(CreateBucket::new(vault()), again: true)).await.unwrap();
    assert_eq!(world.ann(GetBucketLock { bucket: vault() }).await.unwrap(), Locking::default());
    cannot_go(&world, "a", version, true).await;
}

/// floci-io/floci#2598: compliance was weakened to governance, and that was gone past.
#[tokio::test]
async fn floci_2598_compliance_is_never_weakened() {
    let world = world().await;
    let version = stored(&world, "a", RetentionMode::Compliance, 9).await;
    let weaker = [
        None,
        Some(retention(&world, RetentionMode::Governance, 9)),
        Some(retention(&world, RetentionMode::Governance, 1000)),
        Some(retention(&world, RetentionMode::Compliance, 8)),
    ];
    for next in weaker {
        for bypass in [false, true] {
            assert_eq!(reason(world.ann(retain("a", version, next, bypass)).await), Reason::ObjectRetained);
        }
    }
    let longer = retention(&world, RetentionMode::Compliance, 10);
    world.ann(retain("a", version, Some(longer), false)).await.unwrap();
    assert_eq!(reason(world.ann(retain("a", version, weaker[3], true)).await), Reason::ObjectRetained);
    cannot_go(&world, "a", version, true).await;
}

#[tokio::test]
async fn no_clock_frees_what_is_locked() {
    let world = world().await;
    let clock = &world.deployment.clock;
    let start = clock.now();
    let version = stored(&world, "a", RetentionMode::Compliance, 2).await;
    for set in [start.minus(DAY * 400), start.plus(DAY * 400), start] {
        clock.set(set);
        cannot_go(&world, "a", version, true).await;
    }
    // What comes in while it is set back is kept from the time that it is.
    clock.set(start.minus(DAY * 400));
    let default = Some(DefaultRetention { mode: RetentionMode::Compliance, period: Period::Days(1) });
    world.ann(PutBucketLock { bucket: vault(), locking: Locking { default } }).await.unwrap();
    let late = world.ann(put("b", Lock::default())).await.unwrap().version.unwrap();
    let shown = GetObjectRetention { bucket: vault(), key: key("b"), version: Some(late) };
    assert_eq!(world.ann(shown).await.unwrap().until, start.plus(DAY));
    let past = Retention { mode: RetentionMode::Governance, until: start.minus(DAY) };
    assert_eq!(reason(world.ann(retain("b", late, Some(past), true)).await), Reason::ParameterInvalid);
    clock.set(start);
    clock.advance(DAY * 2);
    world.ann(erase("a", version, false)).await.unwrap();
    world.ann(erase("b", late, false)).await.unwrap();
}

#[tokio::test]
async fn governance_is_gone_past_with_the_right_and_the_word() {
    let world = world().await;
    let user = |name: &'static str, actions: &str| {
        let statement = format!(r#"{{"Effect":"Allow","Action":[{actions}],"Resource":"*"}}"#);
        let world = &world;
        async move { world.user(name, &statement).await }
    };
    let plain = user("plain", r#""oss:DeleteObjectVersion","oss:PutObjectRetention""#).await;
    let trusted =
        user("trusted", r#""oss:DeleteObjectVersion","oss:BypassGovernanceRetention","oss:PutObjectRetention""#).await;
    let version = stored(&world, "a", RetentionMode::Governance, 9).await;
    let shorter = Some(retention(&world, RetentionMode::Governance, 1));
    let firmer = Some(retention(&world, RetentionMode::Compliance, 20));
    for next in [None, shorter, firmer] {
        assert_eq!(reason(world.by(&plain, retain("a", version, next, false)).await), Reason::ObjectRetained);
        assert_eq!(reason(world.by(&plain, retain("a", version, next, true)).await), Reason::AccessDenied);
        assert_eq!(reason(world.by(&trusted, retain("a", version, next, false)).await), Reason::ObjectRetained);
    }
    assert_eq!(reason(world.by(&plain, erase("a", version, false)).await), Reason::ObjectRetained);
    assert_eq!(reason(world.by(&plain, erase("a", version, true)).await), Reason::AccessDenied);
    assert_eq!(reason(world.by(&trusted, erase("a", version, false)).await), Reason::ObjectRetained);
    // Longer in the same mode is for everybody who may retain; less is for who may go past.
    let longer = Some(retention(&world, RetentionMode::Governance, 10));
    assert!(!world.by(&plain, retain("a", version, longer, false)).await.unwrap().bypassed);
    assert!(world.by(&trusted, retain("a", version, shorter, true)).await.unwrap().bypassed);
    assert!(world.by(&trusted, erase("a", version, true)).await.unwrap().bypassed);
    // Where there is no lock there is nothing to go past, and no right to do so is asked for.
    world.put("it", "1").await;
    let loose = with!(Delete::new(crate::world::home(), key("it")), version: Some(VersionId::Null), bypass: true);
    assert!(!world.by(&plain, loose).await.unwrap().bypassed);
}

#[tokio::test]
async fn locks_by_headers_need_the_rights_to_lock() {
    let world = world().await;
    let until = Some(retention(&world, RetentionMode::Governance, 1));
    let asks = [
        (Lock { retention: until, hold: None }, "oss:PutObjectRetention"),
        (Lock { retention: None, hold: Some(true) }, "oss:PutObjectLegalHold"),
        (Lock { retention: None, hold: Some(false) }, "oss:PutObjectLegalHold"),
    ];
    let writer = world.user("writer", r#"{"Effect":"Allow","Action":"oss:PutObject","Resource":"*"}"#).await;
    for (n, (lock, right)) in asks.into_iter().enumerate() {
        let statement = format!(r#"{{"Effect":"Allow","Action":["oss:PutObject","{right}"],"Resource":"*"}}"#);
        let user = world.user(&format!("user-{n}"), &statement).await;
        assert_eq!(reason(world.by(&writer, put("a", lock)).await), Reason::AccessDenied);
        world.by(&user, put("a", lock)).await.unwrap();
        let initiate = || with!(InitiateUpload::new(vault(), key("a")), draft: Draft { lock, ..Draft::default() });
        assert_eq!(reason(world.by(&writer, initiate()).await), Reason::AccessDenied);
        world.by(&user, initiate()).await.unwrap();
    }
    // An access control list that lets everybody write lets nobody lock.
    let acl = objects::Acl::PublicReadWrite;
    world.ann(objects::PutBucketAcl { bucket: vault(), acl }).await.unwrap();
    world.nobody(put("open", Lock::default())).await.unwrap();
    assert_eq!(reason(world.nobody(put("open", Lock { retention: until, hold: None })).await), Reason::AccessDenied);
}

#[tokio::test]
async fn who_may_not_ask_for_a_lock_is_not_shown_it() {
    let world = world().await;
    let lock = Lock { retention: Some(retention(&world, RetentionMode::Governance, 1)), hold: Some(true) };
    world.ann(put("a", lock)).await.unwrap();
    let head = || Head::new(vault(), key("a"));
    let rights = [
        ("", Lock::default()),
        (r#","oss:GetObjectRetention""#, Lock { hold: None, ..lock }),
        (r#","oss:Get*""#, lock),
    ];
    for (n, (more, seen)) in rights.into_iter().enumerate() {
        let statement = format!(r#"{{"Effect":"Allow","Action":["oss:GetObject"{more}],"Resource":"*"}}"#);
        let user = world.user(&format!("reader-{n}"), &statement).await;
        assert_eq!(world.by(&user, head()).await.unwrap().info.lock, seen);
        assert_eq!(world.by(&user, Get::new(vault(), key("a"))).await.unwrap().info.lock, seen);
    }
    assert_eq!(world.ann(head()).await.unwrap().info.lock, lock);
}

#[tokio::test]
async fn where_nothing_can_be_locked() {
    let world = World::new().await;
    let home = crate::world::home;
    world.put("a", "1").await;
    let lock = Lock { retention: Some(retention(&world, RetentionMode::Governance, 1)), hold: None };
    let put = with!(Put::new(home(), key("a"), Body::bytes("x")), draft: Draft { lock, ..Draft::default() });
    assert_eq!(reason(world.ann(put).await), Reason::ObjectLockMissing);
    let (bucket, key, version) = (home(), key("a"), None);
    let retain = PutObjectRetention { bucket, key: key.clone(), version, retention: lock.retention, bypass: false };
    assert_eq!(reason(world.ann(retain).await), Reason::ObjectLockMissing);
    assert_eq!(reason(world.ann(GetObjectHold { bucket: home(), key, version }).await), Reason::ObjectLockMissing);
    assert_eq!(reason(world.ann(GetBucketLock { bucket: home() }).await), Reason::ObjectLockNotFound);
    let enable = || PutBucketLock { bucket: home(), locking: Locking::default() };
    assert_eq!(reason(world.ann(enable()).await), Reason::BucketStateInvalid);
    world.ann(PutBucketVersioning { bucket: home(), versioning: Versioning::Enabled }).await.unwrap();
    world.ann(enable()).await.unwrap();
    // What was there before can be locked as well.
    let (bucket, key) = (home(), crate::world::key("a"));
    let show = || GetObjectRetention { bucket: home(), key: crate::world::key("a"), version: None };
    assert_eq!(reason(world.ann(show()).await), Reason::RetentionNotFound);
    let retain = PutObjectRetention { bucket, key, version, retention: lock.retention, bypass: false };
    assert_eq!(world.ann(retain).await.unwrap().version, Some(VersionId::Null));
    let erase = with!(Delete::new(home(), crate::world::key("a")), version: Some(VersionId::Null));
    assert_eq!(reason(world.ann(erase).await), Reason::ObjectRetained);
}

#[tokio::test]
async fn an_upload_whose_date_passed_still_comes_to_its_end() {
    let world = world().await;
    let lock = Lock { retention: Some(retention(&world, RetentionMode::Compliance, 1)), hold: None };
    let draft = Draft { lock, ..Draft::default() };
    let upload = world.ann(with!(InitiateUpload::new(vault(), key("a")), draft: draft)).await.unwrap().upload;
    world.ann(UploadPart::new(vault(), key("a"), upload.clone(), 1, Body::bytes("kept"))).await.unwrap();
    world.deployment.clock.advance(DAY * 3);
    let done = world.ann(CompleteUpload::new(vault(), key("a"), upload, PartList::All)).await.unwrap();
    assert_eq!(world.ann(Head::new(vault(), key("a"))).await.unwrap().info.lock, lock);
    world.ann(erase("a", done.version.unwrap(), false)).await.unwrap();
}

#[tokio::test]
async fn a_locked_version_can_be_marked_and_read() {
    let world = world().await;
    let version = stored(&world, "a", RetentionMode::Compliance, 5).await;
    let tags = Tags::of_object([("a".to_owned(), "1".to_owned())]).unwrap();
    let (bucket, key) = (vault(), key("a"));
    world.ann(PutObjectTags { bucket, key, version: Some(version), tags }).await.unwrap();
    cannot_go(&world, "a", version, true).await;
}

#[tokio::test]
async fn events_say_what_was_locked_and_what_was_gone_past() {
    let world = world().await;
    let version = stored(&world, "a", RetentionMode::Governance, 5).await;
    world.ann(hold("a", version, true)).await.unwrap();
    world.ann(hold("a", version, false)).await.unwrap();
    let until = retention(&world, RetentionMode::Governance, 2);
    world.ann(retain("a", version, Some(until), true)).await.unwrap();
    world.ann(erase("a", version, true)).await.unwrap();
    let said: Vec<String> = world
        .events(world.ann.account)
        .await
        .iter()
        .map(|event| format!("{:?} {:?}", event.request_parameters, event.response_elements))
        .collect();
    let says = |parts: &[&str]| said.iter().any(|event| parts.iter().all(|part| event.contains(part)));
    assert!(says(&["retentionMode", "GOVERNANCE", "retainUntil", "etag"]), "{said:?}");
    assert!(says(&["legalHold", "ON"]) && says(&["legalHold", "OFF"]));
    let bypass = "bypassGovernanceRetention";
    assert!(says(&["retainUntil", &until.until.iso_millis(), bypass, "governanceBypassed"]));
    assert!(says(&[bypass, "governanceBypassed", "deleteMarker"]));
}

/// Neither an operator with every duty nor work in the background has a way of its own.
#[tokio::test]
async fn operators_and_the_server_itself_free_nothing() {
    let world = world().await;
    let deployment = &world.deployment;
    let acl = objects::Acl::PublicReadWrite;
    world.ann(objects::PutBucketAcl { bucket: vault(), acl }).await.unwrap();
    let governed = stored(&world, "a", RetentionMode::Governance, 5).await;
    let firm = stored(&world, "b", RetentionMode::Compliance, 5).await;
    let duties = types::Duty::ALL.into_iter().collect();
    let make = iam::CreateOperator { name: "carol".parse().unwrap(), duties };
    let made = deployment.gate().perform(&deployment.service(), &deployment.iam, make).await.unwrap();
    let operator = deployment.caller(&made.key.id).await.unwrap();
    for (name, version) in [("a", governed), ("b", firm)] {
        for bypass in [false, true] {
            assert_eq!(reason(world.by(&operator, erase(name, version, bypass)).await), Reason::AccessDenied);
            assert_eq!(reason(world.by(&operator, retain(name, version, None, bypass)).await), Reason::AccessDenied);
        }
        assert_eq!(reason(world.by(&operator, Delete::new(vault(), key(name))).await), Reason::AccessDenied);
    }
    // The server may do everything, but does not say the word; and no word helps with the other.
    let service = deployment.service();
    assert_eq!(reason(world.by(&service, erase("a", governed, false)).await), Reason::ObjectRetained);
    assert_eq!(reason(world.by(&service, erase("b", firm, true)).await), Reason::ObjectRetained);
    still_there(&world, "a", governed).await;
    still_there(&world, "b", firm).await;
}

#[tokio::test]
async fn of_a_lock_and_a_deletion_at_the_same_time_one_comes_first() {
    let world = world().await;
    for n in 0..20 {
        let name = format!("k{n}");
        let version = world.ann(put(&name, Lock::default())).await.unwrap().version.unwrap();
        let firm = Some(retention(&world, RetentionMode::Compliance, 5));
        let (locking, deleting) =
            (world.ann(retain(&name, version, firm, false)), world.ann(erase(&name, version, false)));
        // Each begins first half of the time.
        let (locked, deleted) = if n % 2 == 0 {
            futures::join!(locking, deleting)
        } else {
            let (deleted, locked) = futures::join!(deleting, locking);
            (locked, deleted)
        };
        match outcome(deleted.map(|done| done.existed)) {
            Outcome::Done(existed) => {
                assert!(existed);
                assert_eq!(reason(locked), Reason::VersionNotFound);
            }
            Outcome::Refused(refused) => {
                assert_eq!(refused, Reason::ObjectRetained);
                locked.unwrap();
                still_there(&world, &name, version).await;
            }
        }
    }
}

/// What is decided by the bucket is decided when the object is there, not when its body began to come.
#[tokio::test]
async fn a_default_that_comes_while_a_body_does_counts() {
    let world = std::sync::Arc::new(world().await);
    let setting = world.clone();
    let body = futures::stream::once(async move {
        let default = Some(DefaultRetention { mode: RetentionMode::Compliance, period: Period::Days(1) });
        setting.ann(PutBucketLock { bucket: vault(), locking: Locking { default } }).await?;
        Ok(Bytes::from("kept"))
    });
    let version = world.ann(Put::new(vault(), key("a"), Body::new(body, None))).await.unwrap().version.unwrap();
    cannot_go(&world, "a", version, true).await;
}
