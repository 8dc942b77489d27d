//! What each operation answers for a key in each state: the vendor's table (KMS, table of key states) against the operations
//! themselves.

use crate::world::{World, by_id, encrypt};
use crypto::pair::{EncryptionScheme, PairKind, Wrapping};
use kms::{
    CancelKeyDeletion, Ciphertext, CreateAlias, CreateKey, CreateKeyVersion, Decrypt, DeleteAlias, DeleteKeyMaterial,
    DescribeKey, DisableKey, Drawn, EnableKey, EncryptionContext, GenerateDataKey, GenerateDataKeyWithoutPlaintext,
    GetKeyPolicy, GetParametersForImport, ImportKeyMaterial, KeyRef, KeyState, ListAliasesByKeyId, ListKeyTags,
    ListKeyVersions, Origin, Page, ScheduleKeyDeletion, TagKey, UntagKey, UpdateAlias, UpdateKeyDescription,
    UpdateRotationPolicy,
};
use std::collections::BTreeMap;
use types::Reason;

const STATES: [KeyState; 4] =
    [KeyState::Enabled, KeyState::Disabled, KeyState::PendingDeletion, KeyState::PendingImport];

/// A new key in a state. One that waits for material is one whose material is to be brought.
async fn key_in(world: &World, state: KeyState) -> KeyRef {
    let origin = if state == KeyState::PendingImport { Origin::External } else { Origin::Own };
    let key = by_id(&world.ann(CreateKey { origin, ..CreateKey::default() }).await.unwrap().record.id);
    bring_to(world, &key, state).await;
    key
}

async fn bring_to(world: &World, key: &KeyRef, state: KeyState) {
    match state {
        KeyState::Disabled => world.ann(DisableKey { key: key.clone() }).await.unwrap(),
        KeyState::PendingDeletion => {
            world.ann(ScheduleKeyDeletion { key: key.clone(), days: 7 }).await.unwrap();
        }
        KeyState::Enabled | KeyState::PendingImport => {}
    }
}

fn word(reason: Option<Reason>) -> &'static str {
    match reason {
        Some(Reason::KeyDisabled) => "Disabled",
        Some(Reason::KeyPendingDeletion) => "PendingDeletion",
        Some(Reason::KeyPendingImport) => "PendingImport",
        Some(Reason::KeyStateInvalid) => "StateModifiedFailed",
        // Past the state: what else is wrong is not the table's business.
        _ => "ok",
    }
}

#[tokio::test]
async fn operations_answer_as_the_table_says() {
    let world = World::new().await;
    let used = ["ok", "Disabled", "PendingDeletion", "PendingImport"];
    let fixed = ["ok", "ok", "StateModifiedFailed", "ok"];
    let told = ["ok", "ok", "PendingDeletion", "ok"];
    let mut serial = 0;
    for (place, state) in STATES.into_iter().enumerate() {
        macro_rules! cell {
            ($row:expr, $op:expr) => {{
                let key = key_in(&world, state).await;
                let made: Box<dyn Fn(KeyRef) -> _> = Box::new($op);
                let answer = world.ann(made(key)).await.err().map(|failure| failure.reason());
                assert_eq!(word(answer), $row[place], "{} of a key that is {state:?}", stringify!($op));
            }};
        }
        cell!(used, |key| encrypt(key, b"x"));
        cell!(used, |key| GenerateDataKey {
            key,
            length: kms::DataKeyLength::Aes256,
            context: EncryptionContext::default()
        });
        cell!(used, |key| GenerateDataKeyWithoutPlaintext {
            key,
            length: kms::DataKeyLength::Aes256,
            context: EncryptionContext::default()
        });
        cell!(used, |key| CreateKeyVersion { key, pair: true, drawn: Drawn::default() });
        cell!(used, |key| UpdateRotationPolicy { key, seconds: Some(7 * 86_400) });
        let switched = ["ok", "ok", "StateModifiedFailed", "StateModifiedFailed"];
        cell!(switched, |key| EnableKey { key });
        cell!(switched, |key| DisableKey { key });
        cell!(fixed, |key| ScheduleKeyDeletion { key, days: 7 });
        cell!(["StateModifiedFailed", "StateModifiedFailed", "ok", "StateModifiedFailed"], |key| CancelKeyDeletion {
            key,
            enabled: true
        });
        serial += 1;
        let alias = format!("alias/a{serial}");
        cell!(fixed, |key| CreateAlias { alias: alias.parse().unwrap(), key });
        cell!(fixed, |key| ImportKeyMaterial { key, token: vec![], wrapped: vec![], expires: None });
        cell!(told, |key| UpdateKeyDescription { key, description: String::new() });
        cell!(told, |key| TagKey { key, tags: BTreeMap::new() });
        cell!(told, |key| UntagKey { key, names: vec!["x".to_owned()] });
        let moved = format!("alias/m{serial}");
        let spare = by_id(&world.key().await.id);
        world.ann(CreateAlias { alias: moved.parse().unwrap(), key: spare }).await.unwrap();
        cell!(told, |key| UpdateAlias { alias: moved.parse().unwrap(), key });
        let always = ["ok"; 4];
        cell!(always, |key| ListKeyTags { key });
        cell!(always, |key| GetKeyPolicy { key });
        cell!(always, |key| ListAliasesByKeyId { key, page: Page::default(), after: None });
        cell!(always, |key| DescribeKey { key });
        cell!(always, |key| ListKeyVersions { key, page: Page::default() });
        cell!(always, |key| GetParametersForImport {
            key,
            transport: PairKind::Rsa2048,
            wrapping: Wrapping::Direct(EncryptionScheme::RsaOaepSha256)
        });
        cell!(always, |key| DeleteKeyMaterial { key });
    }
}

/// What was encrypted before the key came into its state.
#[tokio::test]
async fn decrypting_answers_as_the_table_says() {
    let world = World::new().await;
    let opens = async |ciphertext: &Ciphertext| {
        let op =
            Decrypt { ciphertext: ciphertext.clone(), context: EncryptionContext::default(), account: None, key: None };
        word(world.ann(op).await.err().map(|failure| failure.reason()))
    };
    let key = key_in(&world, KeyState::Enabled).await;
    let sealed = world.ann(encrypt(key.clone(), b"x")).await.unwrap().ciphertext;
    assert_eq!(opens(&sealed).await, "ok");
    world.ann(DisableKey { key: key.clone() }).await.unwrap();
    assert_eq!(opens(&sealed).await, "Disabled");
    world.ann(ScheduleKeyDeletion { key: key.clone(), days: 7 }).await.unwrap();
    assert_eq!(opens(&sealed).await, "PendingDeletion");
    world.ann(CancelKeyDeletion { key, enabled: true }).await.unwrap();
    assert_eq!(opens(&sealed).await, "ok");
}

/// An alias can be taken away whatever the state of its key is.
#[tokio::test]
async fn taking_an_alias_away_answers_as_the_table_says() {
    let world = World::new().await;
    for state in [KeyState::Enabled, KeyState::Disabled, KeyState::PendingDeletion, KeyState::PendingImport] {
        let origin = if state == KeyState::PendingImport { Origin::External } else { Origin::Own };
        let key = by_id(&world.ann(CreateKey { origin, ..CreateKey::default() }).await.unwrap().record.id);
        let alias = || "alias/away".parse().unwrap();
        world.ann(CreateAlias { alias: alias(), key: key.clone() }).await.unwrap();
        bring_to(&world, &key, state).await;
        world.ann(DeleteAlias { alias: alias() }).await.unwrap();
    }
}
