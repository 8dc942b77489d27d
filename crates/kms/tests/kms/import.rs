use crate::world::{DAY, World, by_id, encrypt, reason};
use crypto::pair::{EncryptionScheme, PairKind, PublicKey, Wrapping};
use kms::{
    CreateKey, Decrypt, DeleteKeyMaterial, DescribeKey, EncryptionContext, GetParametersForImport, ImportKeyMaterial,
    ImportParameters, KeyRef, KeySpec, KeyState, Origin, ScheduleKeyDeletion,
};
use types::{Reason, SystemRng, Timestamp};

const WAYS: [(PairKind, EncryptionScheme); 4] = [
    (PairKind::Rsa2048, EncryptionScheme::RsaPkcs1),
    (PairKind::Rsa2048, EncryptionScheme::RsaOaepSha1),
    (PairKind::Rsa2048, EncryptionScheme::RsaOaepSha256),
    (PairKind::EcSm2, EncryptionScheme::Sm2),
];

async fn external(world: &World, spec: KeySpec) -> KeyRef {
    let op = CreateKey { spec, origin: Origin::External, ..CreateKey::default() };
    let made = world.ann(op).await.unwrap().record;
    assert_eq!(made.state, KeyState::PendingImport);
    by_id(&made.id)
}

async fn parameters(world: &World, key: &KeyRef, way: (PairKind, EncryptionScheme)) -> ImportParameters {
    let wrapping = Wrapping::Direct(way.1);
    world.ann(GetParametersForImport { key: key.clone(), transport: way.0, wrapping }).await.unwrap()
}

fn wrap(parameters: &ImportParameters, way: (PairKind, EncryptionScheme), material: &[u8]) -> Vec<u8> {
    PublicKey::from_der(way.0, parameters.public.clone()).encrypt(way.1, &SystemRng, material).unwrap()
}

fn bring(key: &KeyRef, token: &[u8], wrapped: Vec<u8>, expires: Option<Timestamp>) -> ImportKeyMaterial {
    ImportKeyMaterial { key: key.clone(), token: token.to_vec(), wrapped, expires }
}

async fn opens(world: &World, ciphertext: &kms::Ciphertext) -> Option<Reason> {
    let context = EncryptionContext::default();
    let op = Decrypt { ciphertext: ciphertext.clone(), context, account: None, key: None };
    world.ann(op).await.err().map(|failure| failure.reason())
}

#[tokio::test]
async fn material_is_brought_taken_away_and_brought_again() {
    let world = World::new().await;
    for way in WAYS {
        let key = external(&world, KeySpec::Aes256).await;
        assert_eq!(reason(world.ann(encrypt(key.clone(), b"x")).await), Reason::KeyPendingImport);
        let given = parameters(&world, &key, way).await;
        let import = |material: &[u8]| bring(&key, &given.token, wrap(&given, way, material), None);
        assert_eq!(reason(world.ann(import(&[7; 31])).await), Reason::KeyMaterialInvalid);
        world.ann(import(&[7; 32])).await.unwrap();
        // Bringing it again is no error, and a token is good for more than once.
        world.ann(import(&[7; 32])).await.unwrap();
        assert_eq!(reason(world.ann(import(&[8; 32])).await), Reason::KeyMaterialDiffers);
        let sealed = world.ann(encrypt(key.clone(), b"hello")).await.unwrap().ciphertext;
        world.ann(DeleteKeyMaterial { key: key.clone() }).await.unwrap();
        world.ann(DeleteKeyMaterial { key: key.clone() }).await.unwrap();
        assert_eq!(opens(&world, &sealed).await, Some(Reason::KeyPendingImport));
        assert_eq!(reason(world.ann(import(&[8; 32])).await), Reason::KeyMaterialDiffers);
        world.ann(import(&[7; 32])).await.unwrap();
        assert_eq!(opens(&world, &sealed).await, None);
    }
}

#[tokio::test]
async fn every_spec_can_be_brought() {
    let world = World::new().await;
    let way = (PairKind::Rsa2048, EncryptionScheme::RsaOaepSha256);
    for (spec, length) in [
        (KeySpec::Aes192, 24),
        (KeySpec::Aes128, 16),
        (KeySpec::Sm4, 16),
        (KeySpec::HmacSha256, 32),
        (KeySpec::HmacSm3, 32),
    ] {
        let key = external(&world, spec).await;
        let given = parameters(&world, &key, way).await;
        world.ann(bring(&key, &given.token, wrap(&given, way, &vec![5; length]), None)).await.unwrap();
    }
    let key = external(&world, KeySpec::EcP256).await;
    let pair = crypto::pair::KeyPair::generate(PairKind::EcSm2, &SystemRng).unwrap();
    let given = parameters(&world, &key, (PairKind::EcSm2, EncryptionScheme::Sm2)).await;
    let wrong = wrap(&given, (PairKind::EcSm2, EncryptionScheme::Sm2), pair.expose_pkcs8());
    assert_eq!(reason(world.ann(bring(&key, &given.token, wrong, None)).await), Reason::KeyMaterialInvalid);
    let pair = crypto::pair::KeyPair::generate(PairKind::EcP256, &SystemRng).unwrap();
    let right = wrap(&given, (PairKind::EcSm2, EncryptionScheme::Sm2), pair.expose_pkcs8());
    world.ann(bring(&key, &given.token, right, None)).await.unwrap();
}

#[tokio::test]
async fn a_token_is_for_its_key_and_its_day() {
    let world = World::new().await;
    let way = WAYS[2];
    let (key, other) = (external(&world, KeySpec::Aes256).await, external(&world, KeySpec::Aes256).await);
    let (given, second) = (parameters(&world, &key, way).await, parameters(&world, &key, way).await);
    let wrapped = || wrap(&given, way, &[7; 32]);
    assert_eq!(reason(world.ann(bring(&other, &given.token, wrapped(), None)).await), Reason::ImportTokenInvalid);
    assert_eq!(reason(world.ann(bring(&key, b"nothing", wrapped(), None)).await), Reason::ImportTokenInvalid);
    assert_eq!(reason(world.ann(bring(&key, &second.token, wrapped(), None)).await), Reason::KeyMaterialInvalid);
    let past = Some(Timestamp::from_secs(1));
    assert_eq!(reason(world.ann(bring(&key, &given.token, wrapped(), past)).await), Reason::ParameterInvalid);
    world.deployment.clock.advance(DAY);
    assert_eq!(reason(world.ann(bring(&key, &given.token, wrapped(), None)).await), Reason::ImportTokenExpired);
    let own = by_id(&world.key().await.id);
    let op = GetParametersForImport { key: own.clone(), transport: way.0, wrapping: Wrapping::Direct(way.1) };
    assert_eq!(reason(world.ann(op).await), Reason::OriginUnsupported);
    assert_eq!(reason(world.ann(DeleteKeyMaterial { key: own }).await), Reason::OriginUnsupported);
    let sm2 = Wrapping::Direct(EncryptionScheme::Sm2);
    let mixed = GetParametersForImport { key, transport: PairKind::Rsa2048, wrapping: sm2 };
    assert_eq!(reason(world.ann(mixed).await), Reason::ParameterInvalid);
}

#[tokio::test]
async fn material_whose_time_is_over_is_forgotten() {
    let world = World::new().await;
    let way = WAYS[2];
    let key = external(&world, KeySpec::Aes256).await;
    let given = parameters(&world, &key, way).await;
    let at = types::Clock::now(world.deployment.clock.as_ref()).plus(DAY);
    world.ann(bring(&key, &given.token, wrap(&given, way, &[7; 32]), Some(at))).await.unwrap();
    let sealed = world.ann(encrypt(key.clone(), b"hello")).await.unwrap().ciphertext;
    let sweep = async || world.kms.expire_due(world.deployment.gate(), &world.deployment.service()).await.unwrap();
    assert_eq!(sweep().await, 0);
    world.deployment.clock.advance(DAY);
    assert_eq!(sweep().await, 1);
    assert_eq!(sweep().await, 0);
    assert_eq!(world.ann(DescribeKey { key: key.clone() }).await.unwrap().record.state, KeyState::PendingImport);
    assert_eq!(opens(&world, &sealed).await, Some(Reason::KeyPendingImport));
    // A key that waits for its deletion goes on waiting, and comes back as one without material.
    world.ann(ScheduleKeyDeletion { key: key.clone(), days: 7 }).await.unwrap();
    world.ann(kms::CancelKeyDeletion { key: key.clone(), enabled: true }).await.unwrap();
    assert_eq!(world.ann(DescribeKey { key }).await.unwrap().record.state, KeyState::PendingImport);
}
