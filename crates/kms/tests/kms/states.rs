//! What each operation answers for a key in each state: the vendor's table (KMS, table of key states) against the operations
//! themselves.

use crate::world::{World, by_id, encrypt};
use crypto::pair::{EncryptionScheme, PairKind, Wrapping};
use kms::{
    CancelKeyDeletion, CreateAlias, CreateKey, CreateKeyVersion, DeleteKeyMaterial, DescribeKey, DisableKey, Drawn,
    EnableKey, EncryptionContext, GenerateDataKey, GetParametersForImport, ImportKeyMaterial, KeyRef, KeyState,
    ListKeyVersions, Origin, Page, ScheduleKeyDeletion, TagKey, UpdateKeyDescription, UpdateRotationPolicy,
};
use std::collections::BTreeMap;
use types::Reason;

const STATES: [KeyState; 4] =
    [KeyState::Enabled, KeyState::Disabled, KeyState::PendingDeletion, KeyState::PendingImport];

/// A new key in a state. One that waits for material is one whose material is to be brought.
async fn key_in(world: &World, state: KeyState) -> KeyRef {
    let origin = if state == KeyState::PendingImport { Origin::External } else { Origin::Own };
    let key = by_id(&world.ann(CreateKey { origin, ..CreateKey::default() }).await.unwrap().record.id);
    match state {
        KeyState::Disabled => world.ann(DisableKey { key: key.clone() }).await.unwrap(),
        KeyState::PendingDeletion => {
            world.ann(ScheduleKeyDeletion { key: key.clone(), days: 7 }).await.unwrap();
        }
        KeyState::Enabled | KeyState::PendingImport => {}
    }
    key
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
        cell!(used, |key| CreateKeyVersion { key, pair: true, drawn: Drawn::default() });
        cell!(used, |key| UpdateRotationPolicy { key, seconds: Some(7 * 86_400) });
        let switched = ["ok", "ok", "StateModifiedFailed", "StateModifiedFailed"];
        cell!(switched, |key| EnableKey { key });
        cell!(switched, |key| DisableKey { key });
        cell!(fixed, |key| ScheduleKeyDeletion { key, days: 7 });
        cell!(["StateModifiedFailed", "StateModifiedFailed", "ok", "StateModifiedFailed"], |key| CancelKeyDeletion {
            key
        });
        serial += 1;
        let alias = format!("alias/a{serial}");
        cell!(fixed, |key| CreateAlias { alias: alias.parse().unwrap(), key });
        cell!(fixed, |key| ImportKeyMaterial { key, token: vec![], wrapped: vec![], expires: None });
        cell!(told, |key| UpdateKeyDescription { key, description: String::new() });
        cell!(told, |key| TagKey { key, tags: BTreeMap::new() });
        let always = ["ok"; 4];
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
