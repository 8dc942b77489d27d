//! What is encrypted under one key comes under another without being seen.

use crate::specs::{decrypt, first, key};
use crate::world::{World, by_id, encrypt, reason};
use crypto::pair::EncryptionScheme;
use kms::{
    AsymmetricDecrypt, AsymmetricEncrypt, Ciphertext, DisableKey, EncryptionContext, KeyRef, KeySpec, KeyUsage,
    ReEncrypt, ReEncryptDestination, ReEncryptSource, ReEncrypted,
};
use types::{Reason, Result, Secret};

fn sealed_under(ciphertext: &Ciphertext) -> ReEncryptSource {
    ReEncryptSource::Sealed { ciphertext: ciphertext.clone(), context: EncryptionContext::default(), key: None }
}

fn under(key: &KeyRef) -> ReEncryptDestination {
    ReEncryptDestination::Sealed { key: key.clone(), context: EncryptionContext::default() }
}

async fn perform(world: &World, from: ReEncryptSource, to: ReEncryptDestination) -> Result<ReEncrypted> {
    let caller = world.root(&world.ann).await;
    ReEncrypt { from, to }.perform(world.deployment.gate(), &caller, &world.kms).await
}

#[tokio::test]
async fn a_ciphertext_moves_to_another_key_without_being_seen() {
    let world = World::new().await;
    let (from, to) = (by_id(&world.key().await.id), key(&world, KeySpec::Sm4, KeyUsage::EncryptDecrypt).await);
    let sealed = world.ann(encrypt(from, b"hello")).await.unwrap();
    let op = || ReEncrypt { from: sealed_under(&sealed.ciphertext), to: under(&to) };
    let (gate, caller) = (world.deployment.gate(), world.root(&world.ann).await);
    let moved = op().perform(gate, &caller, &world.kms).await.unwrap();
    assert_eq!((&moved.from.key, &moved.from.version), (&sealed.key, &sealed.version));
    let opened = world.ann(decrypt(Ciphertext::from_bytes(moved.ciphertext).unwrap())).await.unwrap();
    assert_eq!(opened.plaintext.expose(), b"hello");
    let trial = world.root(&world.ann).await.on_trial();
    assert_eq!(reason(op().perform(gate, &trial, &world.kms).await), Reason::DryRun);
    let foreign = world.root(&world.bob).await;
    assert_eq!(reason(op().perform(gate, &foreign, &world.kms).await), Reason::KeyNotFound);
}

#[tokio::test]
async fn it_moves_from_a_pair_to_a_key_and_from_a_key_to_a_pair() {
    let world = World::new().await;
    let scheme = EncryptionScheme::RsaOaepSha256;
    let symmetric = by_id(&world.key().await.id);
    let pair = key(&world, KeySpec::Rsa2048, KeyUsage::EncryptDecrypt).await;
    let other = key(&world, KeySpec::EcSm2, KeyUsage::EncryptDecrypt).await;
    let plaintext = Secret::new(b"hello".to_vec());
    let (used, to_pair) = world.ann(AsymmetricEncrypt { pair: first(&pair), scheme, plaintext }).await.unwrap();
    let from =
        |ciphertext: &[u8]| ReEncryptSource::Paired { pair: first(&pair), scheme, ciphertext: ciphertext.to_vec() };

    let moved = perform(&world, from(&to_pair), under(&symmetric)).await.unwrap();
    assert_eq!(moved.from, used);
    let sealed = Ciphertext::from_bytes(moved.ciphertext).unwrap();
    assert_eq!(world.ann(decrypt(sealed.clone())).await.unwrap().plaintext.expose(), b"hello");

    let sm2 = ReEncryptDestination::Paired { pair: first(&other), scheme: EncryptionScheme::Sm2 };
    let again = perform(&world, sealed_under(&sealed), sm2.clone()).await.unwrap();
    let op = AsymmetricDecrypt { pair: first(&other), scheme: EncryptionScheme::Sm2, ciphertext: again.ciphertext };
    assert_eq!(world.ann(op).await.unwrap().1.expose(), b"hello");
    assert!(perform(&world, from(&to_pair), sm2).await.is_ok(), "from one pair to another");

    assert_eq!(reason(perform(&world, from(&to_pair[1..]), under(&symmetric)).await), Reason::CiphertextInvalid);
    let wrong = ReEncryptDestination::Paired { pair: first(&other), scheme };
    assert_eq!(reason(perform(&world, from(&to_pair), wrong).await), Reason::ParameterInvalid);
    world.ann(DisableKey { key: pair.clone() }).await.unwrap();
    assert_eq!(reason(perform(&world, from(&to_pair), under(&symmetric)).await), Reason::KeyDisabled);
}
