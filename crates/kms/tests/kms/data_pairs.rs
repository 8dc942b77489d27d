//! Key pairs and random bytes for use outside.

use crate::world::{World, by_id, encrypt, reason};
use crypto::pair::{KeyPair, PairKind, Sha2, SignatureScheme};
use kms::{
    CreateKey, DataKeyPair, Decrypt, DisableKey, Drawn, EncryptionContext, GenerateDataKeyPair, GenerateRandom, KeyRef,
    KeySpec, KeyUsage,
};
use serde_json::json;
use types::Reason;

fn context(team: &str) -> EncryptionContext {
    EncryptionContext::from_pairs([("team".to_owned(), team.to_owned())]).unwrap()
}

fn pair(key: &KeyRef, spec: KeySpec, plaintext: bool) -> GenerateDataKeyPair {
    GenerateDataKeyPair { key: key.clone(), spec, context: context("a"), plaintext, drawn: Drawn::default() }
}

#[tokio::test]
async fn a_pair_is_given_with_its_private_key_sealed() {
    let world = World::new().await;
    let key = by_id(&world.key().await.id);
    for (spec, kind) in [(KeySpec::EcP256, PairKind::EcP256), (KeySpec::Rsa2048, PairKind::Rsa2048)] {
        let DataKeyPair { sealed, public, private } = world.ann(pair(&key, spec, true)).await.unwrap();
        let open = |context| Decrypt { ciphertext: sealed.ciphertext.clone(), context, account: None, key: None };
        let opened = world.ann(open(context("a"))).await.unwrap().plaintext;
        assert_eq!(opened.expose(), private.unwrap().expose());
        assert_eq!(reason(world.ann(open(context("b"))).await), Reason::CiphertextInvalid);
        let read = KeyPair::from_pkcs8(kind, opened).unwrap();
        assert_eq!(read.public().der(), public);
    }
    let made = world.ann(pair(&key, KeySpec::EcP256, false)).await.unwrap();
    assert!(made.private.is_none());
    let open = Decrypt { ciphertext: made.sealed.ciphertext, context: context("a"), account: None, key: None };
    let read = KeyPair::from_pkcs8(PairKind::EcP256, world.ann(open).await.unwrap().plaintext).unwrap();
    let scheme = SignatureScheme::Ecdsa(Sha2::Sha256);
    let signature = read.sign(scheme, &[7; 32]).unwrap();
    let outside = crypto::pair::PublicKey::from_der(PairKind::EcP256, made.public);
    assert!(outside.verify(scheme, &[7; 32], &signature).unwrap());
}

#[tokio::test]
async fn a_pair_needs_a_key_that_encrypts() {
    let world = World::new().await;
    let key = by_id(&world.key().await.id);
    let wrong = pair(&key, KeySpec::HmacSha256, true);
    assert_eq!(reason(world.ann(wrong).await), Reason::ParameterInvalid);
    let op = CreateKey { spec: KeySpec::EcP256, usage: Some(KeyUsage::SignVerify), ..CreateKey::default() };
    let signing = by_id(&world.ann(op).await.unwrap().record.id);
    assert_eq!(reason(world.ann(pair(&signing, KeySpec::EcP256, true)).await), Reason::KeyUsageInvalid);
    world.ann(DisableKey { key: key.clone() }).await.unwrap();
    assert_eq!(reason(world.ann(pair(&key, KeySpec::Rsa2048, true)).await), Reason::KeyDisabled);
    assert_eq!(reason(world.bob(pair(&key, KeySpec::EcP256, true)).await), Reason::KeyNotFound);
    let nobody = world.deployment.anonymous();
    assert_eq!(reason(world.by(&nobody, pair(&key, KeySpec::EcP256, true)).await), Reason::MissingAuthentication);
}

/// To see the private key is another permission than not to, and no event has it.
#[tokio::test]
async fn events_of_pairs() {
    let world = World::new().await;
    let key = by_id(&world.key().await.id);
    let made = world.ann(pair(&key, KeySpec::EcP256, true)).await.unwrap();
    world.ann(pair(&key, KeySpec::EcP256, false)).await.unwrap();
    let events = json!(world.events(world.ann.account).await).to_string();
    for part in ["\"kms:GenerateDataKeyPair\"", "\"kms:GenerateDataKeyPairWithoutPlaintext\"", "KeyPairSpec"] {
        assert!(events.contains(part), "{part}");
    }
    let private = made.private.unwrap();
    let shown = |bytes: &[u8]| bytes.iter().map(|byte| byte.to_string()).collect::<Vec<_>>().join(",");
    assert!(!events.contains(&shown(private.expose())));
}

#[tokio::test]
async fn random_bytes_are_new_each_time() {
    let world = World::new().await;
    let one = world.ann(GenerateRandom { bytes: 32 }).await.unwrap();
    let two = world.ann(GenerateRandom { bytes: 32 }).await.unwrap();
    assert!(one.expose().len() == 32 && one.expose() != two.expose());
    for bytes in [0, 1_025] {
        assert_eq!(reason(world.ann(GenerateRandom { bytes }).await), Reason::ParameterInvalid);
    }
    let nobody = world.deployment.anonymous();
    assert_eq!(reason(world.by(&nobody, GenerateRandom { bytes: 1 }).await), Reason::MissingAuthentication);
}

/// Whoever names the key a ciphertext is of gets it opened by that key or not at all.
#[tokio::test]
async fn a_ciphertext_of_another_key_than_the_one_named() {
    let world = World::new().await;
    let (id, other) = (world.key().await.id, world.key().await.id);
    let alias = kms::CreateAlias { alias: "alias/mine".parse().unwrap(), key: by_id(&id) };
    world.ann(alias).await.unwrap();
    let made = world.ann(encrypt(by_id(&id), b"hello")).await.unwrap().ciphertext;
    let open = |key: KeyRef| Decrypt {
        ciphertext: made.clone(),
        context: EncryptionContext::default(),
        account: None,
        key: Some(key),
    };
    let named = |name: &str| KeyRef::alias(name.parse().unwrap());
    let placed = |name: KeyRef| KeyRef::placed("local-1".parse().unwrap(), world.ann.account, name.name().clone());
    for key in [by_id(&id), named("alias/mine"), placed(by_id(&id)), placed(named("alias/mine"))] {
        assert_eq!(world.ann(open(key)).await.unwrap().plaintext.expose(), b"hello");
    }
    for key in [by_id(&other), named("alias/none")] {
        assert_eq!(reason(world.ann(open(key)).await), Reason::CiphertextKeyDiffers);
    }
    // Someone else learns nothing of which key it is.
    for key in [placed(by_id(&id)), placed(by_id(&other))] {
        assert_eq!(reason(world.bob(open(key)).await), Reason::AccessDenied);
    }
    assert_eq!(reason(world.bob(open(by_id(&id))).await), Reason::KeyNotFound);
}
