use crate::world::{World, by_alias, by_id, encrypt, reason};
use kms::{
    Ciphertext, CreateAlias, DataKeyLength, Decrypt, Encrypt, EncryptionContext, GenerateDataKey,
    GenerateDataKeyWithoutPlaintext, Kms,
};
use types::{Reason, Secret};

fn context(json: &str) -> EncryptionContext {
    EncryptionContext::from_json(json).unwrap()
}

fn decrypt(ciphertext: &Ciphertext, context: EncryptionContext) -> Decrypt {
    Decrypt { ciphertext: ciphertext.clone(), context, account: None, key: None }
}

#[tokio::test]
async fn what_was_encrypted_decrypts_by_any_name_of_the_key() {
    let world = World::new().await;
    let key = world.key().await;
    let alias = CreateAlias { alias: "alias/demo".parse().unwrap(), key: by_id(&key.id) };
    world.ann(alias).await.unwrap();
    let arn = format!("acs:kms:local-1:{}:key/{}", world.ann.account, key.id);
    for name in [by_id(&key.id), by_alias("alias/demo"), arn.parse().unwrap()] {
        let made = world.ann(encrypt(name, b"hello")).await.unwrap();
        assert_eq!((&made.key, &made.version), (&key.id, &key.primary));
        let opened = world.ann(decrypt(&made.ciphertext, EncryptionContext::default())).await.unwrap();
        assert_eq!(opened.plaintext.expose(), b"hello");
        assert_eq!((&opened.key, &opened.version), (&key.id, &key.primary));
    }
}

#[tokio::test]
async fn it_decrypts_after_a_restart() {
    let mut world = World::new().await;
    let key = world.key().await;
    let made = world.ann(encrypt(by_id(&key.id), b"hello")).await.unwrap();
    world.kms = Kms::new(world.deployment.region.clone());
    let opened = world.ann(decrypt(&made.ciphertext, EncryptionContext::default())).await.unwrap();
    assert_eq!(opened.plaintext.expose(), b"hello");
}

#[tokio::test]
async fn the_context_must_be_the_same_in_content() {
    let world = World::new().await;
    let key = world.key().await;
    let op = Encrypt {
        key: by_id(&key.id),
        plaintext: Secret::new(b"hello".to_vec()),
        context: context(r#"{"a":"1","b":"2"}"#),
    };
    let made = world.ann(op).await.unwrap().ciphertext;
    world.ann(decrypt(&made, context(r#"{ "b": "2", "a": "1" }"#))).await.unwrap();
    for other in ["{}", r#"{"a":"1"}"#, r#"{"a":"2","b":"1"}"#, r#"{"a":"1","b":"2","c":"3"}"#] {
        assert_eq!(reason(world.ann(decrypt(&made, context(other))).await), Reason::CiphertextInvalid);
    }
}

#[tokio::test]
async fn sizes() {
    let world = World::new().await;
    let key = by_id(&world.key().await.id);
    let made = world.ann(encrypt(key.clone(), &[7; 6144])).await.unwrap().ciphertext;
    let read = Ciphertext::from_base64(&made.to_base64()).unwrap();
    let opened = world.ann(decrypt(&read, EncryptionContext::default())).await.unwrap();
    assert_eq!(opened.plaintext.expose(), &[7; 6144]);
    for len in [0, 6145] {
        assert_eq!(reason(world.ann(encrypt(key.clone(), &vec![7; len])).await), Reason::ParameterInvalid);
    }
}

#[tokio::test]
async fn data_keys() {
    let world = World::new().await;
    let key = by_id(&world.key().await.id);
    let none = EncryptionContext::default;
    let lengths = [
        (DataKeyLength::Aes256, 32),
        (DataKeyLength::Aes128, 16),
        (DataKeyLength::Bytes(1), 1),
        (DataKeyLength::Bytes(1024), 1024),
    ];
    for (length, bytes) in lengths {
        let op = GenerateDataKey { key: key.clone(), length, context: context(r#"{"a":"1"}"#) };
        let made = world.ann(op).await.unwrap();
        assert_eq!(made.plaintext.expose().len(), bytes);
        let opened = world.ann(decrypt(&made.ciphertext, context(r#"{"a":"1"}"#))).await.unwrap();
        assert_eq!(opened.plaintext.expose(), made.plaintext.expose());
        assert_eq!(reason(world.ann(decrypt(&made.ciphertext, none())).await), Reason::CiphertextInvalid);

        let op = GenerateDataKeyWithoutPlaintext { key: key.clone(), length, context: none() };
        let made = world.ann(op).await.unwrap();
        let opened = world.ann(decrypt(&made.ciphertext, none())).await.unwrap();
        assert_eq!(opened.plaintext.expose().len(), bytes);
    }
    for n in [0, 1025] {
        let op = GenerateDataKey { key: key.clone(), length: DataKeyLength::Bytes(n), context: none() };
        assert_eq!(reason(world.ann(op).await), Reason::ParameterInvalid);
    }
}

#[tokio::test]
async fn a_damaged_ciphertext_says_nothing() {
    let world = World::new().await;
    let key = world.key().await;
    let made = world.ann(encrypt(by_id(&key.id), b"hello")).await.unwrap().ciphertext;
    for at in [36, 37, 80, made.bytes().len() - 1] {
        let mut bytes = made.bytes().to_vec();
        bytes[at] ^= 1;
        let result = match Ciphertext::from_bytes(bytes) {
            Ok(damaged) => world.ann(decrypt(&damaged, EncryptionContext::default())).await.map(|_| ()),
            Err(failure) => Err(failure),
        };
        assert_eq!(reason(result), Reason::CiphertextInvalid, "byte {at}");
    }
    for text in ["", "x", "AAAA", "!!!!", &"A".repeat(100_000)] {
        assert_eq!(reason(Ciphertext::from_base64(text)), Reason::CiphertextInvalid);
    }
}

/// A ciphertext made to name another version of the same account.
#[tokio::test]
async fn a_ciphertext_under_another_version_does_not_open() {
    let world = World::new().await;
    let (one, other) = (world.key().await, world.key().await);
    let made = world.ann(encrypt(by_id(&one.id), b"hello")).await.unwrap().ciphertext;
    let forged = [other.primary.as_str().as_bytes(), &made.bytes()[36..]].concat();
    let forged = Ciphertext::from_bytes(forged).unwrap();
    assert_eq!(reason(world.ann(decrypt(&forged, EncryptionContext::default())).await), Reason::CiphertextInvalid);
}
