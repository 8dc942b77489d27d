//! Keys in a token.

use crate::fake_token::FakeToken;
use crate::world::{DAY, World, by_id, encrypt, reason};
use crypto::pair::{EncryptionScheme, Sha2, SignatureScheme};
use kms::token::Hsm;
use kms::{
    AsymmetricDecrypt, AsymmetricEncrypt, CreateKey, CreateKeyVersion, DataKeyLength, Decrypt, Decrypted, DescribeKey,
    DestroyKey, DisableKey, Drawn, EnableKey, EncryptionContext, GenerateDataKey, GenerateMac, GetPublicKey, KeyRecord,
    KeyRef, KeySpec, KeyState, KeyUsage, Kms, Origin, PairRef, Protection, ScheduleKeyDeletion, Sign, Signed,
    UpdateRotationPolicy, Verify, VerifyMac,
};
use std::sync::Arc;
use std::time::Duration;
use types::{Clock, Reason, Result, Secret, SystemClock};

const HOUR: Duration = Duration::from_secs(60 * 60);

pub(crate) async fn world() -> (World, Arc<FakeToken>) {
    let mut world = World::new().await;
    let token = Arc::new(FakeToken::default());
    world.kms = reopened(&world, &token);
    (world, token)
}

fn reopened(world: &World, token: &Arc<FakeToken>) -> Kms {
    let hsm = Hsm::new(token.clone(), 2, Arc::new(SystemClock::new()));
    Kms::new(world.deployment.region.clone()).with_token(Some(Arc::new(hsm)))
}

pub(crate) fn in_hsm(spec: KeySpec) -> CreateKey {
    CreateKey { spec, protection: Protection::Hsm, ..CreateKey::default() }
}

async fn made(world: &World, op: CreateKey) -> KeyRecord {
    world.ann(op).await.unwrap().record
}

fn pair(key: &KeyRecord) -> PairRef {
    PairRef { key: by_id(&key.id), version: None }
}

async fn opened(world: &World, sealed: &kms::Encrypted) -> Result<Decrypted> {
    let context = EncryptionContext::default();
    world.ann(Decrypt { ciphertext: sealed.ciphertext.clone(), context, account: None, key: None }).await
}

fn data_key(key: KeyRef) -> GenerateDataKey {
    GenerateDataKey { key, length: DataKeyLength::Aes256, context: EncryptionContext::default() }
}

#[tokio::test]
async fn a_key_in_the_token_encrypts_and_says_where_it_is() {
    let (world, token) = world().await;
    let key = made(&world, in_hsm(KeySpec::Aes256)).await;
    let seen = world.ann(DescribeKey { key: by_id(&key.id) }).await.unwrap().record;
    assert_eq!((seen.protection, seen.origin), (Protection::Hsm, Origin::Own));
    assert_eq!(token.ids(), [key.primary.to_string()]);
    assert_eq!(
        *token.labels.lock().unwrap(),
        [format!("bailee key {} of account {} in local-1", key.id, world.ann.account)]
    );
    let one = world.ann(encrypt(by_id(&key.id), b"hello")).await.unwrap();
    let two = world.ann(encrypt(by_id(&key.id), b"hello")).await.unwrap();
    assert_ne!(one.ciphertext, two.ciphertext);
    assert_eq!(opened(&world, &one).await.unwrap().plaintext.expose(), b"hello");
    for at in (0..one.ciphertext.bytes().len()).skip(36) {
        let mut bytes = one.ciphertext.bytes().to_vec();
        bytes[at] ^= 1;
        let Ok(ciphertext) = kms::Ciphertext::from_bytes(bytes) else { continue };
        let changed = kms::Encrypted { ciphertext, ..one.clone() };
        assert_eq!(reason(opened(&world, &changed).await), Reason::CiphertextInvalid, "byte {at}");
    }
    let context = EncryptionContext::from_json(r#"{"a":"b"}"#).unwrap();
    let other = Decrypt { ciphertext: one.ciphertext.clone(), context, account: None, key: None };
    assert_eq!(reason(world.ann(other).await), Reason::CiphertextInvalid);
    let bobs =
        Decrypt { ciphertext: one.ciphertext.clone(), context: EncryptionContext::default(), account: None, key: None };
    assert!(world.bob(bobs).await.is_err());
    // Nothing of it is in this process alone.
    let without = Kms::new(world.deployment.region.clone());
    let caller = world.root(&world.ann).await;
    let refused = world.deployment.gate().perform(&caller, &without, encrypt(by_id(&key.id), b"x")).await;
    assert_eq!(reason(refused), Reason::Unavailable);
}

#[tokio::test]
async fn what_the_token_cannot_do_is_refused_when_the_key_is_made() {
    let (world, token) = world().await;
    for (op, expected) in [
        (in_hsm(KeySpec::Sm4), Reason::KeySpecUnsupported),
        (in_hsm(KeySpec::Ed25519), Reason::KeySpecUnsupported),
        (CreateKey { origin: Origin::External, ..in_hsm(KeySpec::Aes256) }, Reason::OriginUnsupported),
    ] {
        assert_eq!(reason(world.ann(op).await), expected);
    }
    let failure = world.ann(in_hsm(KeySpec::Sm4)).await.err().unwrap();
    assert!(failure.to_string().contains("Sm4"), "{failure}");
    assert!(token.ids().is_empty());
    let software = World::new().await;
    let failure = software.ann(in_hsm(KeySpec::Aes256)).await.err().unwrap();
    assert_eq!(failure.reason(), Reason::ProtectionLevelUnsupported);
    assert!(failure.to_string().contains("no HSM"), "{failure}");
}

#[tokio::test]
async fn pairs_and_codes_work_there() {
    let (world, _token) = world().await;
    for (spec, scheme) in [
        (KeySpec::EcP256, SignatureScheme::Ecdsa(Sha2::Sha256)),
        (KeySpec::EcP384, SignatureScheme::Ecdsa(Sha2::Sha384)),
        (KeySpec::EcP521, SignatureScheme::Ecdsa(Sha2::Sha512)),
        (KeySpec::Rsa2048, SignatureScheme::RsaPss(Sha2::Sha256)),
    ] {
        let key = made(&world, in_hsm(spec)).await;
        let signed = Signed::Message(b"message".to_vec());
        let op = Sign { pair: pair(&key), scheme, signed: signed.clone() };
        let (used, signature) = world.ann(op).await.unwrap();
        assert_eq!(used.version, key.primary);
        let shown = world.ann(GetPublicKey { pair: pair(&key) }).await.unwrap();
        let digest = shown.public.digest(scheme, b"message").unwrap();
        assert_eq!(shown.public.verify(scheme, &digest, &signature), Ok(true));
        assert!(world.ann(Verify { pair: pair(&key), scheme, signed: signed.clone(), signature }).await.unwrap().1);
        let sm2 = Sign { pair: pair(&key), scheme: SignatureScheme::Sm2, signed: Signed::Digest(vec![1; 32]) };
        assert_eq!(reason(world.ann(sm2).await), Reason::ParameterInvalid);
        assert_eq!(reason(world.ann(encrypt(by_id(&key.id), b"x")).await), Reason::KeyUsageInvalid);
    }
    let key = made(&world, in_hsm(KeySpec::HmacSha256)).await;
    let (kind, message) = (crypto::MacKind::Sha256, || Secret::new(b"message".to_vec()));
    let (_, mac) = world.ann(GenerateMac { key: pair(&key), kind, message: message() }).await.unwrap();
    assert!(world.ann(VerifyMac { key: pair(&key), kind, message: message(), mac }).await.unwrap().1);
    let kind = crypto::MacKind::Sha512;
    let other = GenerateMac { key: pair(&key), kind, message: message() };
    assert_eq!(reason(world.ann(other).await), Reason::ParameterInvalid);
}

#[tokio::test]
async fn what_the_token_could_not_decrypt_is_not_encrypted() {
    let (world, _token) = world().await;
    let usage = Some(KeyUsage::EncryptDecrypt);
    let key = made(&world, CreateKey { usage, ..in_hsm(KeySpec::Rsa2048) }).await;
    let encrypted = |scheme| AsymmetricEncrypt { pair: pair(&key), scheme, plaintext: Secret::new(b"hello".to_vec()) };
    let (_, ciphertext) = world.ann(encrypted(EncryptionScheme::RsaOaepSha1)).await.unwrap();
    let decrypted = |ciphertext| {
        let (pair, scheme) = (pair(&key), EncryptionScheme::RsaOaepSha1);
        world.ann(AsymmetricDecrypt { pair, scheme, ciphertext })
    };
    assert_eq!(decrypted(ciphertext.clone()).await.unwrap().1.expose(), b"hello");
    for wrong in [vec![7; ciphertext.len()], ciphertext[1..].to_vec(), Vec::new()] {
        assert_eq!(reason(decrypted(wrong).await), Reason::CiphertextInvalid);
    }
    let failure = world.ann(encrypted(EncryptionScheme::RsaOaepSha256)).await.err().unwrap();
    assert_eq!(failure.reason(), Reason::ParameterInvalid);
    assert!(failure.to_string().contains("that the HSM has"), "{failure}");
}

#[tokio::test]
async fn a_token_that_is_away_is_said_and_found_again() {
    let (world, token) = world().await;
    let key = made(&world, in_hsm(KeySpec::Aes256)).await;
    let signing = made(&world, in_hsm(KeySpec::EcP256)).await;
    let sealed = world.ann(encrypt(by_id(&key.id), b"hello")).await.unwrap();
    let software = world.key().await;
    token.set_away(true);
    let failure = opened(&world, &sealed).await.err().unwrap();
    assert_eq!(failure.reason(), Reason::Unavailable);
    assert!(failure.to_string().contains("HSM") && !failure.to_string().contains("secret label"), "{failure}");
    assert_eq!(reason(world.ann(in_hsm(KeySpec::Aes256)).await), Reason::Unavailable);
    assert_eq!(reason(world.ann(data_key(by_id(&key.id))).await), Reason::Unavailable);
    // What needs no private key, or no token, goes on.
    world.ann(GetPublicKey { pair: pair(&signing) }).await.unwrap();
    world.ann(DescribeKey { key: by_id(&key.id) }).await.unwrap();
    world.ann(data_key(by_id(&software.id))).await.unwrap();
    token.set_away(false);
    assert_eq!(opened(&world, &sealed).await.unwrap().plaintext.expose(), b"hello");
    world.ann(in_hsm(KeySpec::Aes256)).await.unwrap();
}

#[tokio::test]
async fn a_token_that_hangs_keeps_nobody() {
    let (mut world, token) = world().await;
    let key = made(&world, in_hsm(KeySpec::Aes256)).await;
    // By this clock the time to wait is over at once.
    let hsm = Hsm::new(token.clone(), 1, world.deployment.clock.clone());
    world.kms = Kms::new(world.deployment.region.clone()).with_token(Some(Arc::new(hsm)));
    token.set_hanging(true);
    for _ in 0..2 {
        let failure = world.ann(encrypt(by_id(&key.id), b"x")).await.err().unwrap();
        assert_eq!(failure.reason(), Reason::Unavailable);
        assert!(failure.to_string().contains("in time"), "{failure}");
    }
    token.set_hanging(false);
    world.kms = reopened(&world, &token);
    world.ann(encrypt(by_id(&key.id), b"x")).await.unwrap();
}

#[tokio::test]
async fn it_rotates_is_switched_off_and_survives_a_restart() {
    let (mut world, token) = world().await;
    let key = made(&world, in_hsm(KeySpec::Aes256)).await;
    let id = by_id(&key.id);
    let old = world.ann(encrypt(id.clone(), b"old")).await.unwrap();
    let op = CreateKeyVersion { key: id.clone(), pair: false, drawn: Drawn::default() };
    let version = world.ann(op).await.unwrap();
    assert!(version.primary && token.ids().contains(&version.id.to_string()));
    world.ann(UpdateRotationPolicy { key: id.clone(), seconds: Some(7 * 86_400) }).await.unwrap();
    world.deployment.clock.advance(DAY * 7);
    let caller = world.deployment.service();
    assert_eq!(world.kms.rotate_due(world.deployment.gate(), &caller).await.unwrap(), 1);
    assert_eq!(token.ids().len(), 3);
    let new = world.ann(encrypt(id.clone(), b"new")).await.unwrap();
    assert!(new.version != old.version && new.version != version.id);

    world.kms = reopened(&world, &token);
    assert_eq!(opened(&world, &old).await.unwrap().plaintext.expose(), b"old");
    assert_eq!(opened(&world, &new).await.unwrap().plaintext.expose(), b"new");
    // Nothing that was committed is swept.
    world.deployment.clock.advance(HOUR * 2);
    assert_eq!(world.kms.sweep_token(world.deployment.clock.now()).await.unwrap(), 0);
    world.ann(DisableKey { key: id.clone() }).await.unwrap();
    assert_eq!(reason(opened(&world, &old).await), Reason::KeyDisabled);
    world.ann(EnableKey { key: id }).await.unwrap();
    assert_eq!(opened(&world, &old).await.unwrap().plaintext.expose(), b"old");
}

#[tokio::test]
async fn data_keys_take_random_bytes_of_the_token() {
    let (world, token) = world().await;
    let drawn = || token.drawn.load(std::sync::atomic::Ordering::SeqCst);
    let (key, software) = (made(&world, in_hsm(KeySpec::Aes256)).await, world.key().await);
    world.ann(data_key(by_id(&software.id))).await.unwrap();
    assert_eq!(drawn(), 0);
    let made = world.ann(data_key(by_id(&key.id))).await.unwrap();
    assert_eq!(drawn(), 1);
    let sealed = kms::Encrypted { key: made.key, version: made.version, ciphertext: made.ciphertext };
    assert_eq!(opened(&world, &sealed).await.unwrap().plaintext.expose(), made.plaintext.expose());
}

#[tokio::test]
async fn a_deleted_key_is_destroyed_in_the_token_even_if_that_was_away() {
    let (world, token) = world().await;
    let (gone, kept) = (made(&world, in_hsm(KeySpec::Aes256)).await, made(&world, in_hsm(KeySpec::EcP256)).await);
    let sealed = world.ann(encrypt(by_id(&gone.id), b"hello")).await.unwrap();
    world.ann(ScheduleKeyDeletion { key: by_id(&gone.id), days: 7 }).await.unwrap();
    let destroy = || DestroyKey { account: world.ann.account, key: gone.id.clone() };
    assert_eq!(reason(world.service(destroy()).await), Reason::KeyStateInvalid);
    world.deployment.clock.advance(DAY * 7);
    token.set_away(true);
    world.service(destroy()).await.unwrap();
    assert!(opened(&world, &sealed).await.is_err());
    let now = world.deployment.clock.now();
    assert_eq!(reason(world.kms.sweep_token(now).await), Reason::Unavailable);
    assert_eq!(token.ids().len(), 2);
    token.set_away(false);
    assert_eq!(world.kms.sweep_token(now).await.unwrap(), 1);
    assert_eq!(token.ids(), [kept.primary.to_string()]);
    assert_eq!(world.kms.sweep_token(now).await.unwrap(), 0);
    let seen = world.ann(DescribeKey { key: by_id(&kept.id) }).await.unwrap().record;
    assert_eq!(seen.state, KeyState::Enabled);
}

/// A key that is made in the token but refused in the transaction: what a crash before the commit leaves, too.
#[tokio::test]
async fn what_came_to_nothing_is_destroyed_in_the_token() {
    let (world, token) = world().await;
    let policy = kms::KeyPolicy { text: String::new(), original: None };
    let refused = CreateKey { tags: [(String::new(), String::new())].into(), ..in_hsm(KeySpec::Aes256) };
    assert!(world.ann(refused).await.is_err());
    assert!(token.ids().is_empty(), "bad input makes nothing");
    let refused = world.ann(CreateKey { policy: Some(policy), ..in_hsm(KeySpec::Aes256) }).await;
    assert!(refused.is_err());
    let trial = world.root(&world.ann).await.on_trial();
    assert_eq!(reason(world.by(&trial, in_hsm(KeySpec::Aes256)).await), Reason::DryRun);
    assert_eq!(token.ids().len(), 1);
    let kept = made(&world, in_hsm(KeySpec::Aes256)).await;
    assert_eq!(world.kms.sweep_token(world.deployment.clock.now()).await.unwrap(), 0, "it may still commit");
    world.deployment.clock.advance(HOUR);
    assert_eq!(world.kms.sweep_token(world.deployment.clock.now()).await.unwrap(), 1);
    assert_eq!(token.ids(), [kept.primary.to_string()]);
}
