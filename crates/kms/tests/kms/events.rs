use crate::world::{World, by_id, reason};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kms::{
    CreateAlias, CreateKey, Decrypt, Encrypt, EncryptionContext, GenerateDataKey, ScheduleKeyDeletion,
    UpdateKeyDescription,
};
use types::{Reason, Secret};

#[tokio::test]
async fn every_call_is_an_event_without_secrets() {
    let world = World::new().await;
    let key = world.ann(CreateKey { description: "d".repeat(8192), ..CreateKey::default() }).await.unwrap().record;
    let plaintext = b"a plaintext nobody else should see".to_vec();
    let context = || EncryptionContext::from_json(r#"{"order":"42"}"#).unwrap();
    let op = Encrypt { key: by_id(&key.id), plaintext: Secret::new(plaintext.clone()), context: context() };
    let made = world.ann(op).await.unwrap();
    let op = Decrypt { ciphertext: made.ciphertext.clone(), context: context(), account: None, key: None };
    world.ann(op).await.unwrap();
    let op = GenerateDataKey { key: by_id(&key.id), length: Default::default(), context: context() };
    let data_key = world.ann(op).await.unwrap();
    world.ann(CreateAlias { alias: "alias/demo".parse().unwrap(), key: by_id(&key.id) }).await.unwrap();
    let describe = UpdateKeyDescription { key: by_id(&key.id), description: "e".repeat(8193) };
    assert_eq!(reason(world.ann(describe).await), Reason::ParameterInvalid);
    world.ann(ScheduleKeyDeletion { key: by_id(&key.id), days: 7 }).await.unwrap();

    let events = world.events(world.ann.account).await;
    let names: Vec<_> = events.iter().map(|e| (&*e.event_name, &*e.event_rw, e.failed())).collect();
    let expected = [
        ("CreateKey", "Write", false),
        ("Encrypt", "Read", false),
        ("Decrypt", "Read", false),
        ("GenerateDataKey", "Read", false),
        ("CreateAlias", "Write", false),
        ("UpdateKeyDescription", "Write", true),
        ("ScheduleKeyDeletion", "Write", false),
    ];
    assert_eq!(names, expected);
    for event in &events {
        assert_eq!(event.referenced_resources["ACS::KMS::Key"], [key.id.as_str()], "{}", event.event_name);
        assert_eq!(event.acs_region, "local-1");
    }
    assert_eq!(events[1].request_parameters["EncryptionContext"]["order"], "42");
    assert_eq!(events[4].referenced_resources["ACS::KMS::Alias"], ["alias/demo"]);

    let all = serde_json::to_string(&events).unwrap();
    let secrets = [
        String::from_utf8(plaintext.clone()).unwrap(),
        STANDARD.encode(&plaintext),
        made.ciphertext.to_base64(),
        STANDARD.encode(data_key.plaintext.expose()),
        data_key.ciphertext.to_base64(),
        "d".repeat(257),
    ];
    for secret in secrets {
        assert!(!all.contains(&secret));
    }
}
