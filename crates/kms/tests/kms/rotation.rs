use crate::world::{DAY, World, by_id, encrypt, reason};
use kms::{
    CreateKey, CreateKeyVersion, Decrypt, DescribeKey, DescribeKeyVersion, DisableKey, Drawn, EnableKey,
    EncryptionContext, KeyRef, KeySpec, ListKeyVersions, Page, Rotated, ScheduleKeyDeletion, UpdateRotationPolicy,
};
use types::{Reason, SystemRng};

const WEEK: u64 = 7 * 24 * 60 * 60;

async fn sweep(world: &World) -> usize {
    world.kms.rotate_due(world.deployment.gate(), &world.deployment.service()).await.unwrap()
}

fn rotation(key: &KeyRef, seconds: Option<u64>) -> UpdateRotationPolicy {
    UpdateRotationPolicy { key: key.clone(), seconds }
}

fn version(key: &KeyRef, pair: bool) -> CreateKeyVersion {
    CreateKeyVersion { key: key.clone(), pair, drawn: Drawn::default() }
}

#[tokio::test]
async fn a_key_rotates_by_itself_and_old_versions_still_decrypt() {
    let world = World::new().await;
    let id = world.key().await.id;
    let key = by_id(&id);
    world.ann(rotation(&key, Some(WEEK))).await.unwrap();
    let mut sealed = Vec::new();
    for expected in 1..=4 {
        sealed.push(world.ann(encrypt(key.clone(), b"hello")).await.unwrap());
        let seen = world.ann(DescribeKey { key: key.clone() }).await.unwrap().record;
        assert_eq!((seen.versions, &seen.primary), (expected, &sealed.last().unwrap().version));
        assert_eq!(sweep(&world).await, 0);
        world.deployment.clock.advance(DAY * 7);
        assert_eq!(sweep(&world).await, 1);
        assert_eq!(sweep(&world).await, 0);
    }
    for made in sealed {
        let op =
            Decrypt { ciphertext: made.ciphertext, context: EncryptionContext::default(), account: None, key: None };
        assert_eq!(world.ann(op).await.unwrap().plaintext.expose(), b"hello");
    }
    let listed = world.ann(ListKeyVersions { key: key.clone(), page: Page { number: 1, size: 2 } }).await.unwrap();
    assert_eq!((listed.total, listed.items.len(), listed.items[0].primary), (5, 2, true));
    assert_eq!(listed.items[0].rotated, Some(Rotated::Scheduled));
    let made = world.ann(version(&key, false)).await.unwrap();
    assert_eq!(made.rotated, Some(Rotated::Asked));
    let last = world.ann(ListKeyVersions { key: key.clone(), page: Page { number: 3, size: 2 } }).await.unwrap();
    assert_eq!(last.items.last().unwrap().rotated, None);
    let described = world.ann(DescribeKeyVersion { key: key.clone(), version: listed.items[1].id.clone() }).await;
    assert_eq!(described.unwrap(), listed.items[1]);
    let other = DescribeKeyVersion { key: key.clone(), version: types::KeyId::random(&SystemRng) };
    assert_eq!(reason(world.ann(other).await), Reason::KeyVersionNotFound);
    world.ann(rotation(&key, None)).await.unwrap();
    world.deployment.clock.advance(DAY * 70);
    assert_eq!(sweep(&world).await, 0);
}

#[tokio::test]
async fn rotation_rests_while_the_key_does() {
    let world = World::new().await;
    let key = by_id(&world.key().await.id);
    world.ann(rotation(&key, Some(WEEK))).await.unwrap();
    world.ann(DisableKey { key: key.clone() }).await.unwrap();
    world.deployment.clock.advance(DAY * 8);
    assert_eq!(sweep(&world).await, 0);
    world.ann(EnableKey { key: key.clone() }).await.unwrap();
    world.deployment.clock.advance(DAY);
    assert_eq!(sweep(&world).await, 1);
    let seen = world.ann(DescribeKey { key }).await.unwrap().record;
    assert_eq!(seen.rotation.unwrap().seconds, WEEK);
    assert_eq!(seen.rotation.unwrap().next, seen.rotated.unwrap().plus(DAY * 7));
}

#[tokio::test]
async fn what_cannot_rotate_is_refused() {
    let world = World::new().await;
    let make = |spec, origin| CreateKey { spec, origin, ..CreateKey::default() };
    let pair = world.ann(make(KeySpec::EcP256, kms::Origin::Own)).await.unwrap().record.id;
    assert_eq!(reason(world.ann(rotation(&by_id(&pair), Some(WEEK))).await), Reason::KeySpecUnsupported);
    let brought = world.ann(make(KeySpec::Aes256, kms::Origin::External)).await.unwrap().record.id;
    assert_eq!(reason(world.ann(rotation(&by_id(&brought), Some(WEEK))).await), Reason::KeyPendingImport);
    let key = by_id(&world.key().await.id);
    for seconds in [0, WEEK - 1, 3_000 * 24 * 60 * 60] {
        assert_eq!(reason(world.ann(rotation(&key, Some(seconds))).await), Reason::ParameterInvalid);
    }
    assert_eq!(reason(world.ann(version(&key, true)).await), Reason::KeySpecUnsupported);
    assert_eq!(reason(world.ann(version(&by_id(&pair), false)).await), Reason::KeySpecUnsupported);
}

#[tokio::test]
async fn versions_by_hand() {
    let world = World::new().await;
    let made = world.ann(CreateKey { spec: KeySpec::EcP256, ..CreateKey::default() }).await.unwrap();
    let (pair, key) = (by_id(&made.record.id), by_id(&world.key().await.id));
    assert_eq!(reason(world.ann(version(&pair, true)).await), Reason::TooManyVersions);
    world.deployment.clock.advance(DAY * 7);
    let second = world.ann(version(&pair, true)).await.unwrap();
    assert!(!second.primary);
    assert_eq!(reason(world.ann(version(&pair, true)).await), Reason::TooManyVersions);
    for _ in 1..kms::limits::VERSIONS {
        assert!(world.ann(version(&key, false)).await.unwrap().primary);
    }
    assert_eq!(reason(world.ann(version(&key, false)).await), Reason::TooManyVersions);
    world.ann(ScheduleKeyDeletion { key: key.clone(), days: 7 }).await.unwrap();
    assert_eq!(reason(world.ann(version(&key, false)).await), Reason::KeyPendingDeletion);
    world.deployment.clock.advance(DAY * 7);
    assert_eq!(world.kms.destroy_due(world.deployment.gate(), &world.deployment.service()).await.unwrap(), 1);
    assert_eq!(reason(world.ann(version(&key, false)).await), Reason::KeyNotFound);
}
