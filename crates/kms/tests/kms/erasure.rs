//! What is destroyed is final when the epoch it lived in is over: said once, to whose it was.

use crate::hsm::in_hsm;
use crate::seal::{by as kept_by, hold};
use crate::world::{World, by_id};
use iam::Caller;
use kms::seal::BeginEpoch;
use kms::{CreateKey, DestroyKey, FinishErasure, ScheduleKeyDeletion};
use std::time::Duration;
use trail::Event;
use types::{AccountId, Clock, KeyId, Reason};

const WEEK: Duration = Duration::from_secs(7 * 86_400);

impl World {
    async fn destroyed(&self, op: CreateKey) -> KeyId {
        let key = self.ann(op).await.unwrap().record.id;
        self.ann(ScheduleKeyDeletion { key: by_id(&key), days: 7 }).await.unwrap();
        self.deployment.clock.advance(WEEK);
        let gone = self.service(DestroyKey { account: self.ann.account, key: key.clone() }).await.unwrap();
        assert_eq!(gone.versions.len(), 1);
        key
    }

    /// Moves the store into the next epoch, and has the seal forget the one before.
    pub(crate) async fn next_epoch(&self, old: u32) {
        hold(self, &[old, old + 1]);
        kept_by(self, &self.deployment.service(), BeginEpoch).await.unwrap();
        self.kms.rewrap().await.unwrap();
        self.deployment.region.rewrap_account_keys().await.unwrap();
        hold(self, &[old + 1]);
    }

    pub(crate) async fn finish(&self) -> usize {
        self.kms.finish_erasures(self.deployment.gate(), &self.deployment.service()).await.unwrap()
    }

    async fn finished(&self, account: AccountId) -> Vec<Event<'static>> {
        let mut events = self.events(account).await;
        events.retain(|event| event.event_name == "FinishErasure" && event.error_code.is_empty());
        events
    }
}

#[tokio::test]
async fn a_destroyed_key_is_final_when_its_epoch_is_over() {
    let world = World::new().await;
    let key = world.destroyed(CreateKey::default()).await;
    let told = world.events(world.ann.account).await;
    let destroyed = told.iter().find(|event| event.event_name == "DestroyKey").unwrap();
    assert_eq!(world.finish().await, 0, "its epoch is not over");
    hold(&world, &[1, 2]);
    kept_by(&world, &world.deployment.service(), BeginEpoch).await.unwrap();
    // Destroyed meanwhile: that one is in the next epoch.
    let later = world.destroyed(CreateKey::default()).await;
    world.deployment.region.rewrap_account_keys().await.unwrap();
    assert_eq!(world.finish().await, 0, "its key is there");
    hold(&world, &[2]);
    assert_eq!(world.finish().await, 1);
    assert_eq!(world.finish().await, 0);
    let told = world.finished(world.ann.account).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].request_parameters["Epoch"], 1);
    assert_eq!(told[0].response_elements["KeyVersionIds"], destroyed.response_elements["KeyVersionIds"]);
    assert_eq!(told[0].referenced_resources["ACS::KMS::Key"], [key.to_string()]);
    world.next_epoch(2).await;
    assert_eq!(world.finish().await, 1);
    let told = world.finished(world.ann.account).await;
    assert_eq!(told[1].referenced_resources["ACS::KMS::Key"], [later.to_string()]);
    for nobody in [AccountId::PLATFORM, world.bob.account] {
        assert!(world.finished(nobody).await.is_empty());
    }
}

#[tokio::test]
async fn what_is_still_in_the_token_is_not_final() {
    let (world, token) = crate::hsm::world().await;
    world.destroyed(in_hsm(kms::KeySpec::Aes256)).await;
    world.next_epoch(1).await;
    token.set_away(true);
    assert_eq!(world.finish().await, 0);
    token.set_away(false);
    world.kms.sweep_token(world.deployment.clock.now()).await.unwrap();
    assert_eq!(world.finish().await, 1);
}

#[tokio::test]
async fn only_the_house_says_so_and_only_when_it_is_true() {
    let world = World::new().await;
    world.destroyed(CreateKey::default()).await;
    let op = |account| FinishErasure { account, epoch: 1, place: Vec::new() };
    let callers: [Caller; 3] =
        [world.root(&world.ann).await, world.root(&world.bob).await, world.deployment.anonymous()];
    for caller in &callers {
        let refused = world.by(caller, op(world.ann.account)).await.err().map(|failure| failure.reason());
        assert_eq!(refused, Some(Reason::AccessDenied));
    }
    let refused = world.service(op(world.ann.account)).await.err().map(|failure| failure.reason());
    assert_eq!(refused, Some(Reason::ParameterInvalid), "the epoch's key is there");
}
