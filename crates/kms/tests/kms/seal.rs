//! Who may change what the root of all keys means for a store: Bailee itself, and nobody else.

use crate::world::World;
use crypto::Key;
use iam::{Caller, Operation, Run};
use kms::seal::{BeginEpoch, EndEpoch, Keeper, RotateRoot};
use std::collections::BTreeMap;
use types::{AccountId, Reason, Result};

fn keeper(world: &World) -> Keeper {
    Keeper::new(world.deployment.region.clone())
}

pub(crate) async fn by<Op: Operation>(world: &World, caller: &Caller, op: Op) -> Result<Op::Output>
where
    Keeper: Run<Op>,
{
    world.deployment.gate().perform(caller, &keeper(world), op).await
}

/// Has the seal hold these epochs.
pub(crate) fn hold(world: &World, epochs: &[u32]) {
    let key = |number: u32| Key::from_bytes([1 + u8::try_from(number).unwrap(); 32]);
    let epochs: BTreeMap<u32, Key> = epochs.iter().map(|number| (*number, key(*number))).collect();
    assert!(world.deployment.region.keyring().unsealed().replace(vec![Key::from_bytes([1; 32])], epochs));
}

#[tokio::test]
async fn nobody_but_bailee_itself_moves_a_store() {
    let world = World::new().await;
    hold(&world, &[1, 2]);
    let callers = [world.root(&world.ann).await, world.root(&world.bob).await, world.deployment.anonymous()];
    for caller in &callers {
        for refused in [
            by(&world, caller, BeginEpoch).await.err(),
            by(&world, caller, EndEpoch { epoch: 1 }).await.err(),
            by(&world, caller, RotateRoot).await.err(),
        ] {
            assert_eq!(refused.map(|failure| failure.reason()), Some(Reason::AccessDenied));
        }
    }
    assert_eq!(world.deployment.region.epoch().await.unwrap(), 1);
    let moved = by(&world, &world.deployment.service(), BeginEpoch).await.unwrap();
    assert_eq!((moved.from, moved.to), (1, 2));
    by(&world, &world.deployment.service(), RotateRoot).await.unwrap();
}

#[tokio::test]
async fn an_end_is_recorded_once_the_key_is_destroyed_and_once() {
    let world = World::new().await;
    let service = world.deployment.service();
    let end = || by(&world, &service, EndEpoch { epoch: 1 });
    assert_eq!(end().await.err().map(|f| f.reason()), Some(Reason::ParameterInvalid), "it has not been left");
    hold(&world, &[1, 2]);
    by(&world, &service, BeginEpoch).await.unwrap();
    assert_eq!(keeper(&world).ended().await.unwrap(), [0_u32; 0]);
    assert_eq!(end().await.err().map(|f| f.reason()), Some(Reason::ParameterInvalid), "its key is there");
    world.deployment.region.rewrap_account_keys().await.unwrap();
    hold(&world, &[2]);
    assert_eq!(keeper(&world).ended().await.unwrap(), [1]);
    end().await.unwrap();
    assert_eq!(keeper(&world).ended().await.unwrap(), [0_u32; 0]);
    assert!(end().await.is_err());
    let events = world.events(AccountId::PLATFORM).await;
    let ended: Vec<_> = events.iter().filter(|event| event.request_parameters.contains_key("Epoch")).collect();
    assert!(ended.iter().all(|event| event.request_parameters["Epoch"] == 1));
    assert_eq!(ended.iter().filter(|event| event.error_code.is_empty()).count(), 1);
    assert!(events.iter().any(|event| event.response_elements.get("EndingEpoch").is_some_and(|epoch| *epoch == 1)));
}

#[tokio::test]
async fn keys_and_secrets_are_wrapped_anew() {
    let world = World::new().await;
    let key = world.ann(kms::CreateKey::default()).await.unwrap();
    hold(&world, &[1, 2]);
    by(&world, &world.deployment.service(), BeginEpoch).await.unwrap();
    // Made meanwhile, it is in the new epoch.
    world.ann(kms::CreateKey::default()).await.unwrap();
    assert_eq!((world.kms.behind().await.unwrap(), world.kms.rewrap().await.unwrap()), (1, 1));
    assert_eq!((world.kms.behind().await.unwrap(), world.kms.rewrap().await.unwrap()), (0, 0));
    world.deployment.region.rewrap_account_keys().await.unwrap();
    hold(&world, &[2]);
    let fresh = kms::Kms::new(world.deployment.region.clone());
    let op = kms::GenerateDataKey {
        key: kms::KeyRef::id(key.record.id),
        length: kms::DataKeyLength::Aes256,
        context: kms::EncryptionContext::default(),
    };
    let caller = world.root(&world.ann).await;
    assert!(world.deployment.gate().perform(&caller, &fresh, op).await.is_ok());
}
