//! The rewrapping of a key as its owner asks for it, and the end of its old versions.

use crate::secrets::{by, new_secret, secrets, value};
use crate::world::{DAY, World, by_id, encrypt, reason};
use kms::secrets::{CreateSecret, GetSecretValue, RewrapSecretValues, Secrets, VersionChoice};
use kms::{
    Ciphertext, CreateKeyVersion, Decrypt, DescribeKey, DescribeKeyVersion, DisableKey, Drawn, EnableKey,
    EncryptionContext, FinishKeyRewrap, GetKeyRewrap, KeyRef, KeyRewrap, KeySpec, ListKeyVersions, Page, ReEncrypt,
    ReEncryptDestination, ReEncryptSource, RetireKeyVersion, RewrapAdvance, RewrapDataKeys, RewrapPoint, RewrapRef,
    RewrapStage, RewrapState, ScheduleKeyDeletion, StartKeyRewrap,
};
use types::{KeyId, Reason, Result, Timestamp};

fn start(key: &KeyRef) -> StartKeyRewrap {
    StartKeyRewrap { key: key.clone() }
}

fn retire(key: &KeyRef, version: &KeyId) -> RetireKeyVersion {
    RetireKeyVersion { key: key.clone(), version: version.clone() }
}

fn decrypt(ciphertext: &Ciphertext) -> Decrypt {
    let ciphertext = ciphertext.clone();
    Decrypt { ciphertext, context: EncryptionContext::default(), account: None, key: None }
}

async fn rotate(world: &World, key: &KeyRef) -> KeyId {
    world.deployment.clock.advance(std::time::Duration::from_secs(1));
    let op = CreateKeyVersion { key: key.clone(), pair: false, drawn: Drawn::default() };
    world.ann(op).await.unwrap().id
}

/// The rewrap of a key that is under way, or one that is not.
async fn job(world: &World, key: &KeyId) -> RewrapRef {
    let running = world.kms.running_rewraps(100).await.unwrap();
    let found = running.into_iter().map(|(job, _)| job).find(|job| job.key == *key);
    found.unwrap_or(RewrapRef { account: world.ann.account, key: key.clone(), started: Timestamp::default() })
}

async fn finish(world: &World, key: &KeyId, error: Option<&str>) -> Result<()> {
    let at = RewrapPoint::default();
    world.service(FinishKeyRewrap { job: job(world, key).await, at, looked: 7, error: error.map(str::to_owned) }).await
}

async fn progress(world: &World, key: &KeyRef) -> KeyRewrap {
    world.ann(GetKeyRewrap { key: key.clone() }).await.unwrap().1
}

#[tokio::test]
async fn a_version_is_retired_once_a_rewrap_left_nothing_under_it() {
    let world = World::new().await;
    let made = world.key().await;
    let (key, first) = (by_id(&made.id), made.primary.clone());
    let old = world.ann(encrypt(key.clone(), b"kept outside")).await.unwrap().ciphertext;
    assert_eq!(reason(world.ann(GetKeyRewrap { key: key.clone() }).await), Reason::KeyRewrapNotFound);
    assert_eq!(reason(world.ann(retire(&key, &first)).await), Reason::ParameterInvalid);
    let second = rotate(&world, &key).await;
    assert_eq!(reason(world.ann(retire(&key, &first)).await), Reason::KeyVersionInUse);
    let (_, begun) = world.ann(start(&key)).await.unwrap();
    assert_eq!((begun.state, &begun.primary, begun.from.first()), (RewrapState::Running, &second, Some(&first)));
    for refused in [reason(world.ann(retire(&key, &first)).await), reason(world.ann(start(&key)).await)] {
        assert_eq!(refused, Reason::KeyRewrapRunning);
    }
    finish(&world, &made.id, None).await.unwrap();
    let done = progress(&world, &key).await;
    assert_eq!((done.state, done.looked_at, done.finished.is_some()), (RewrapState::Done, 7, true));
    assert_eq!(world.kms.running_rewraps(10).await.unwrap(), []);
    // Until it is retired, it decrypts; and it is in memory now.
    assert_eq!(world.ann(decrypt(&old)).await.unwrap().plaintext.expose(), b"kept outside");
    assert_eq!(reason(world.ann(retire(&key, &second)).await), Reason::ParameterInvalid);
    let retired = world.ann(retire(&key, &first)).await.unwrap();
    assert!(retired.retired.is_some() && !retired.primary);
    assert_eq!(reason(world.ann(decrypt(&old)).await), Reason::KeyVersionRetired);
    let context = EncryptionContext::default;
    let again = ReEncrypt {
        from: ReEncryptSource::Sealed { ciphertext: old.clone(), context: context(), key: None },
        to: ReEncryptDestination::Sealed { key: key.clone(), context: context() },
    };
    let caller = world.root(&world.ann).await;
    let refused = again.perform(world.deployment.gate(), &caller, &world.kms).await;
    assert_eq!(reason(refused), Reason::KeyVersionRetired);
    // Asked for again, it is what it was; and the key goes on.
    assert_eq!(world.ann(retire(&key, &first)).await.unwrap(), retired);
    let new = world.ann(encrypt(key.clone(), b"new")).await.unwrap();
    assert_eq!((new.version, world.ann(decrypt(&new.ciphertext)).await.is_ok()), (second, true));
    let described = DescribeKeyVersion { key: key.clone(), version: first.clone() };
    assert_eq!(world.ann(described).await.unwrap(), retired);
    let listed = world.ann(ListKeyVersions { key: key.clone(), page: Page { number: 1, size: 10 } }).await.unwrap();
    assert_eq!(listed.items.iter().map(|v| v.retired.is_some()).collect::<Vec<_>>(), [false, true]);
    let seen = world.ann(DescribeKey { key }).await.unwrap().record;
    assert_eq!((seen.versions, seen.retired), (1, 1));
}

#[tokio::test]
async fn another_node_uses_no_retired_version_that_it_has_open() {
    let world = World::new().await;
    let made = world.key().await;
    let key = by_id(&made.id);
    let old = world.ann(encrypt(key.clone(), b"hello")).await.unwrap().ciphertext;
    let other = kms::Kms::new(world.deployment.region.clone());
    let caller = world.root(&world.ann).await;
    let gate = world.deployment.gate();
    assert!(gate.perform(&caller, &other, decrypt(&old)).await.is_ok());
    rotate(&world, &key).await;
    world.ann(start(&key)).await.unwrap();
    finish(&world, &made.id, None).await.unwrap();
    retire(&key, &made.primary).perform(gate, &caller, &world.kms).await.unwrap();
    assert_eq!(reason(gate.perform(&caller, &other, decrypt(&old)).await), Reason::KeyVersionRetired);
    assert_eq!(reason(world.ann(decrypt(&old)).await), Reason::KeyVersionRetired);
}

#[tokio::test]
async fn each_version_needs_a_rewrap_that_began_after_it_was_the_primary() {
    let world = World::new().await;
    let made = world.key().await;
    let key = by_id(&made.id);
    let second = rotate(&world, &key).await;
    world.ann(start(&key)).await.unwrap();
    finish(&world, &made.id, None).await.unwrap();
    rotate(&world, &key).await;
    let refused = world.ann(retire(&key, &second)).await.unwrap_err();
    assert!(refused.to_string().contains("began before"), "{refused}");
    assert!(world.ann(retire(&key, &made.primary)).await.is_ok());
    world.ann(start(&key)).await.unwrap();
    finish(&world, &made.id, Some("a reason")).await.unwrap();
    let failed = progress(&world, &key).await;
    assert_eq!((failed.state, failed.error.as_deref()), (RewrapState::Failed, Some("a reason")));
    assert_eq!(reason(world.ann(retire(&key, &second)).await), Reason::KeyVersionInUse);
    world.ann(start(&key)).await.unwrap();
    finish(&world, &made.id, None).await.unwrap();
    assert!(world.ann(retire(&key, &second)).await.is_ok());
    let unknown = KeyId::random(&types::SystemRng);
    assert_eq!(reason(world.ann(retire(&key, &unknown)).await), Reason::KeyVersionNotFound);
}

#[tokio::test]
async fn a_retired_version_makes_room_and_goes_with_its_key() {
    let world = World::new().await;
    let made = world.key().await;
    let key = by_id(&made.id);
    let old = world.ann(encrypt(key.clone(), b"hello")).await.unwrap().ciphertext;
    for _ in 1..kms::limits::VERSIONS {
        rotate(&world, &key).await;
    }
    let more = CreateKeyVersion { key: key.clone(), pair: false, drawn: Drawn::default() };
    assert_eq!(reason(world.ann(more).await), Reason::TooManyVersions);
    world.ann(start(&key)).await.unwrap();
    finish(&world, &made.id, None).await.unwrap();
    world.ann(retire(&key, &made.primary)).await.unwrap();
    rotate(&world, &key).await;
    world.ann(start(&key)).await.unwrap();
    world.ann(ScheduleKeyDeletion { key: key.clone(), days: 7 }).await.unwrap();
    world.deployment.clock.advance(DAY * 8);
    assert_eq!(world.kms.destroy_due(world.deployment.gate(), &world.deployment.service()).await.unwrap(), 1);
    assert_eq!(world.kms.running_rewraps(10).await.unwrap(), []);
    assert_eq!(reason(world.ann(decrypt(&old)).await), Reason::KeyNotFound);
}

#[tokio::test]
async fn states_and_kinds_that_do_not_allow_it() {
    let world = World::new().await;
    let made = world.key().await;
    let key = by_id(&made.id);
    rotate(&world, &key).await;
    world.ann(DisableKey { key: key.clone() }).await.unwrap();
    assert_eq!(reason(world.ann(start(&key)).await), Reason::KeyDisabled);
    world.ann(EnableKey { key: key.clone() }).await.unwrap();
    world.ann(start(&key)).await.unwrap();
    finish(&world, &made.id, None).await.unwrap();
    world.ann(ScheduleKeyDeletion { key: key.clone(), days: 7 }).await.unwrap();
    assert_eq!(reason(world.ann(retire(&key, &made.primary)).await), Reason::KeyPendingDeletion);
    assert!(world.ann(GetKeyRewrap { key }).await.is_ok());
    let pair = world.ann(kms::CreateKey { spec: KeySpec::EcP256, ..kms::CreateKey::default() }).await.unwrap().record;
    let pair_key = by_id(&pair.id);
    assert_eq!(reason(world.ann(start(&pair_key)).await), Reason::KeySpecUnsupported);
    assert_eq!(reason(world.ann(retire(&pair_key, &pair.primary)).await), Reason::KeySpecUnsupported);
}

#[tokio::test]
async fn a_step_of_an_earlier_rewrap_does_not_move_the_next() {
    let world = World::new().await;
    let made = world.key().await;
    let key = by_id(&made.id);
    rotate(&world, &key).await;
    world.ann(start(&key)).await.unwrap();
    let ended = job(&world, &made.id).await;
    finish(&world, &made.id, None).await.unwrap();
    rotate(&world, &key).await;
    world.ann(start(&key)).await.unwrap();
    let step = RewrapAdvance { from: RewrapPoint::default(), to: RewrapPoint::of(world.ann.account), looked: 1 };
    assert_eq!(reason(world.kms.note_looked(&ended, &step).await), Reason::Contended);
    let at = RewrapPoint::default();
    let end = FinishKeyRewrap { job: ended, at, looked: 0, error: None };
    assert_eq!(reason(world.service(end).await), Reason::Contended);
    world.kms.note_looked(&job(&world, &made.id).await, &step).await.unwrap();
}

#[tokio::test]
async fn the_steps_are_for_bailee_alone_and_others_see_nothing() {
    let world = World::new().await;
    let made = world.key().await;
    let key =
        KeyRef::placed(world.deployment.region.region().clone(), world.ann.account, by_id(&made.id).name().clone());
    rotate(&world, &key).await;
    let steps = RewrapDataKeys { job: job(&world, &made.id).await, data_keys: Vec::new() };
    assert_eq!(reason(world.ann(steps).await), Reason::AccessDenied);
    let end = FinishKeyRewrap { job: job(&world, &made.id).await, at: RewrapPoint::default(), looked: 0, error: None };
    assert_eq!(reason(world.ann(end).await), Reason::AccessDenied);
    assert_eq!(reason(world.bob(start(&key)).await), Reason::AccessDenied);
    assert_eq!(reason(world.bob(GetKeyRewrap { key: key.clone() }).await), Reason::AccessDenied);
    assert_eq!(reason(world.bob(retire(&key, &made.primary)).await), Reason::AccessDenied);
    let nobody = world.deployment.anonymous();
    assert_eq!(reason(world.by(&nobody, start(&key)).await), Reason::AccessDenied);
    assert_eq!(reason(world.by(&nobody, retire(&key, &made.primary)).await), Reason::AccessDenied);
}

#[tokio::test]
async fn the_event_says_which_version_ended() {
    let world = World::new().await;
    let made = world.key().await;
    let key = by_id(&made.id);
    rotate(&world, &key).await;
    world.ann(start(&key)).await.unwrap();
    finish(&world, &made.id, None).await.unwrap();
    world.ann(retire(&key, &made.primary)).await.unwrap();
    let events = serde_json::to_value(world.events(world.ann.account).await).unwrap();
    let last = events.as_array().unwrap().last().unwrap();
    assert_eq!(last["requestParameters"]["KeyVersionId"], made.primary.as_str(), "{last}");
    assert_eq!(last["referencedResources"]["ACS::KMS::Key"][0], made.id.as_str(), "{last}");
}

/// A secret under a key, with the steps that the server takes.
async fn rewrap_secrets(world: &World, secrets: &Secrets, key: &KeyId) -> u64 {
    let (job, rewrap) = world.kms.running_rewraps(10).await.unwrap().pop().unwrap();
    assert_eq!(job.key, *key);
    let found = secrets.find_under((&job, &rewrap), world.ann.account, &[], 100).await.unwrap();
    assert_eq!(found.next, None);
    let to = RewrapPoint { stage: RewrapStage::Next, ..RewrapPoint::of(world.ann.account) };
    let advance = RewrapAdvance { from: rewrap.at.clone(), to: to.clone(), looked: found.looked };
    let op = RewrapSecretValues::new(job.clone(), world.ann.account, found.places.clone(), advance.clone());
    assert_eq!(reason(by(world, secrets, &world.root(&world.ann).await, op).await), Reason::AccessDenied);
    let op = RewrapSecretValues::new(job.clone(), world.ann.account, found.places.clone(), advance.clone());
    let done = by(world, secrets, &world.deployment.service(), op).await.unwrap();
    // The same step again is refused: the rewrap is behind it.
    let op = RewrapSecretValues::new(job.clone(), world.ann.account, found.places, advance);
    assert_eq!(reason(by(world, secrets, &world.deployment.service(), op).await), Reason::Contended);
    world.service(FinishKeyRewrap { job, at: to, looked: 0, error: None }).await.unwrap();
    done
}

#[tokio::test]
async fn values_of_secrets_come_under_the_primary_version() {
    let world = World::new().await;
    let secrets = secrets(&world);
    let made = world.key().await;
    let key = by_id(&made.id);
    let root = world.root(&world.ann).await;
    for name in ["one", "two"] {
        let mut draft = new_secret(name);
        draft.key = Some(key.clone());
        by(&world, &secrets, &root, CreateSecret::new(draft, value(name))).await.unwrap();
    }
    by(&world, &secrets, &root, CreateSecret::new(new_secret("other"), value("other"))).await.unwrap();
    rotate(&world, &key).await;
    world.ann(start(&key)).await.unwrap();
    assert_eq!(rewrap_secrets(&world, &secrets, &made.id).await, 2);
    assert_eq!(progress(&world, &key).await.rewrapped, 2);
    world.ann(retire(&key, &made.primary)).await.unwrap();
    for name in ["one", "two", "other"] {
        let op = GetSecretValue::new(name.parse().unwrap(), VersionChoice::Current);
        let (_, got) = by(&world, &secrets, &world.root(&world.ann).await, op).await.unwrap();
        assert_eq!(got.data.expose(), name.as_bytes());
    }
    // What was brought under a version that is an old one by now is found again.
    rotate(&world, &key).await;
    world.ann(start(&key)).await.unwrap();
    assert_eq!(rewrap_secrets(&world, &secrets, &made.id).await, 2);
}
