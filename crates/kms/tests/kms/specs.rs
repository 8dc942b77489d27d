//! Every kind of key does what it is for, and nothing else.

use crate::world::{World, by_id, encrypt, reason};
use crypto::MacKind;
use crypto::pair::{EncryptionScheme, PairKind, PublicKey, Sha2, SignatureScheme};
use kms::{
    AsymmetricDecrypt, AsymmetricEncrypt, CreateKey, DataKeyLength, Decrypt, EncryptionContext, ExportDataKey,
    GenerateDataKey, GenerateMac, GetPublicKey, KeyRef, KeySpec, KeyUsage, PairRef, Recipient, Sign, Signed, Verify,
    VerifyMac,
};
use types::{Reason, Secret, SystemRng};

pub(crate) async fn key(world: &World, spec: KeySpec, usage: KeyUsage) -> KeyRef {
    let made = world.ann(CreateKey { spec, usage: Some(usage), ..CreateKey::default() }).await.unwrap();
    by_id(&made.record.id)
}

pub(crate) fn first(key: &KeyRef) -> PairRef {
    PairRef { key: key.clone(), version: None }
}

pub(crate) fn decrypt(ciphertext: kms::Ciphertext) -> Decrypt {
    Decrypt { ciphertext, context: EncryptionContext::default(), account: None, key: None }
}

#[tokio::test]
async fn what_symmetric_keys_encrypt_they_decrypt() {
    let world = World::new().await;
    for spec in [KeySpec::Aes256, KeySpec::Aes192, KeySpec::Aes128, KeySpec::Sm4] {
        let key = key(&world, spec, KeyUsage::EncryptDecrypt).await;
        let sealed = world.ann(encrypt(key.clone(), b"hello")).await.unwrap();
        let again = kms::Ciphertext::from_base64(&sealed.ciphertext.to_base64()).unwrap();
        let opened = world.ann(decrypt(again)).await.unwrap();
        assert_eq!(opened.plaintext.expose(), b"hello", "{spec:?}");
        let sign = Sign { pair: first(&key), scheme: SignatureScheme::Sm2, signed: Signed::Digest(vec![1; 32]) };
        assert_eq!(reason(world.ann(sign).await), Reason::KeyUsageInvalid);
        let mut bytes = sealed.ciphertext.bytes().to_vec();
        *bytes.last_mut().unwrap() ^= 1;
        let changed = kms::Ciphertext::from_bytes(bytes).unwrap();
        assert_eq!(reason(world.ann(decrypt(changed)).await), Reason::CiphertextInvalid);
    }
}

#[tokio::test]
async fn what_pairs_sign_their_public_keys_verify() {
    let world = World::new().await;
    for (spec, scheme) in [
        (KeySpec::Rsa2048, SignatureScheme::RsaPss(Sha2::Sha256)),
        (KeySpec::Rsa2048, SignatureScheme::RsaPkcs1(Sha2::Sha512)),
        (KeySpec::EcP256, SignatureScheme::Ecdsa(Sha2::Sha256)),
        (KeySpec::EcP384, SignatureScheme::Ecdsa(Sha2::Sha384)),
        (KeySpec::EcP521, SignatureScheme::Ecdsa(Sha2::Sha512)),
        (KeySpec::EcP256k, SignatureScheme::Ecdsa(Sha2::Sha256)),
        (KeySpec::EcSm2, SignatureScheme::Sm2),
        (KeySpec::Ed25519, SignatureScheme::Ed25519),
    ] {
        let key = key(&world, spec, KeyUsage::SignVerify).await;
        let signed = Signed::Message(b"message".to_vec());
        let (used, signature) = world.ann(Sign { pair: first(&key), scheme, signed: signed.clone() }).await.unwrap();
        let shown = world.ann(GetPublicKey { pair: first(&key) }).await.unwrap();
        assert_eq!(shown.used, used);
        let digest = shown.public.digest(scheme, b"message").unwrap();
        assert!(shown.public.verify(scheme, &digest, &signature).unwrap());
        let verify = |signed| Verify { pair: first(&key), scheme, signed, signature: signature.clone() };
        assert!(world.ann(verify(signed)).await.unwrap().1, "{spec:?}");
        assert!(!world.ann(verify(Signed::Message(b"massage".to_vec()))).await.unwrap().1, "{spec:?}");
        let short = Sign { pair: first(&key), scheme, signed: Signed::Digest(vec![1; 20]) };
        assert_eq!(reason(world.ann(short).await), Reason::ParameterInvalid);
        assert_eq!(reason(world.ann(encrypt(key, b"x")).await), Reason::KeyUsageInvalid);
    }
}

#[tokio::test]
async fn what_is_encrypted_to_a_public_key_its_pair_decrypts() {
    let world = World::new().await;
    for (spec, scheme) in [
        (KeySpec::Rsa2048, EncryptionScheme::RsaOaepSha256),
        (KeySpec::Rsa2048, EncryptionScheme::RsaOaepSha1),
        (KeySpec::EcSm2, EncryptionScheme::Sm2),
    ] {
        let key = key(&world, spec, KeyUsage::EncryptDecrypt).await;
        let plaintext = || Secret::new(b"hello".to_vec());
        let op = AsymmetricEncrypt { pair: first(&key), scheme, plaintext: plaintext() };
        let (_, sealed) = world.ann(op).await.unwrap();
        let op = AsymmetricDecrypt { pair: first(&key), scheme, ciphertext: sealed };
        assert_eq!(world.ann(op).await.unwrap().1.expose(), b"hello");
        let op = AsymmetricDecrypt { pair: first(&key), scheme, ciphertext: vec![1; 256] };
        assert_eq!(reason(world.ann(op).await), Reason::CiphertextInvalid);
        let long = AsymmetricEncrypt { pair: first(&key), scheme, plaintext: Secret::new(vec![1; 6_048]) };
        assert_eq!(reason(world.ann(long).await), Reason::ParameterInvalid);
        let op = AsymmetricDecrypt { pair: first(&key), scheme, ciphertext: vec![1; 6_160] };
        assert_eq!(reason(world.ann(op).await), Reason::CiphertextInvalid);
    }
    let (key, scheme) = (key(&world, KeySpec::EcSm2, KeyUsage::EncryptDecrypt).await, EncryptionScheme::Sm2);
    let longest = vec![7; 6_047];
    let op = AsymmetricEncrypt { pair: first(&key), scheme, plaintext: Secret::new(longest.clone()) };
    let (_, ciphertext) = world.ann(op).await.unwrap();
    assert_eq!(
        *world.ann(AsymmetricDecrypt { pair: first(&key), scheme, ciphertext }).await.unwrap().1.expose(),
        longest
    );
}

#[tokio::test]
async fn codes_are_made_and_verified() {
    let world = World::new().await;
    for (spec, kind) in [
        (KeySpec::HmacSha224, MacKind::Sha224),
        (KeySpec::HmacSha256, MacKind::Sha256),
        (KeySpec::HmacSha384, MacKind::Sha384),
        (KeySpec::HmacSha512, MacKind::Sha512),
        (KeySpec::HmacSm3, MacKind::Sm3),
    ] {
        let key = key(&world, spec, KeyUsage::GenerateVerifyMac).await;
        let message = || Secret::new(b"message".to_vec());
        let (_, mac) = world.ann(GenerateMac { key: first(&key), kind, message: message() }).await.unwrap();
        assert_eq!(mac.len(), kind.width());
        let verify = |mac| VerifyMac { key: first(&key), kind, message: message(), mac };
        assert!(world.ann(verify(mac.clone())).await.unwrap().1);
        assert!(!world.ann(verify(mac[1..].to_vec())).await.unwrap().1);
        let other = if kind == MacKind::Sm3 { MacKind::Sha256 } else { MacKind::Sm3 };
        let wrong = GenerateMac { key: first(&key), kind: other, message: message() };
        assert_eq!(reason(world.ann(wrong).await), Reason::ParameterInvalid);
    }
}

#[tokio::test]
async fn a_data_key_leaves_only_for_a_public_key() {
    let world = World::new().await;
    let key = by_id(&world.key().await.id);
    let op = GenerateDataKey { key, length: DataKeyLength::Aes256, context: EncryptionContext::default() };
    let made = world.ann(op).await.unwrap();
    let pair = crypto::pair::KeyPair::generate(PairKind::Rsa2048, &SystemRng).unwrap();
    let scheme = EncryptionScheme::RsaOaepSha256;
    let to = |public: &PublicKey| Recipient { kind: PairKind::Rsa2048, public: public.der().to_vec(), scheme };
    let export = |to| ExportDataKey { ciphertext: made.ciphertext.clone(), context: EncryptionContext::default(), to };
    let exported = world.ann(export(to(pair.public()))).await.unwrap().exported;
    assert_eq!(pair.decrypt(scheme, &exported).unwrap().expose(), made.plaintext.expose());
    let broken = Recipient { public: vec![1, 2, 3], ..to(pair.public()) };
    assert_eq!(reason(world.ann(export(broken)).await), Reason::ParameterInvalid);
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let world = World::new().await;
    let trial = world.root(&world.ann).await.on_trial();
    assert_eq!(reason(world.by(&trial, CreateKey::default()).await), Reason::DryRun);
    assert_eq!(world.ann(kms::ListKeys::default()).await.unwrap().total, 0);
    let trial = world.root(&world.ann).await.on_trial();
    let missing = by_id(&types::KeyId::random(&SystemRng));
    assert_eq!(reason(world.by(&trial, encrypt(missing, b"x")).await), Reason::KeyNotFound);
}
