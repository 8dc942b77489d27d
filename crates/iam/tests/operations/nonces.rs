use crate::world::World;
use iam::{Caller, Claim, Gate, GetCallerIdentity, Iam, ListUsers, Nonce, PageRequest, sweep_nonces};
use std::time::Duration;
use types::{Clock, Reason};

async fn caller(world: &World, gate: &Gate, value: &str) -> Caller {
    let signed_at = world.deployment.clock.now();
    let nonce = Some(Nonce { value: value.to_owned(), signed_at });
    let claim = Claim { access_key: world.tenant.root.clone(), token: None, nonce };
    let mut caller = world.deployment.anonymous();
    gate.authenticate(&mut caller, claim, |_| Ok(())).await.unwrap();
    caller
}

#[tokio::test]
async fn a_nonce_is_used_once_also_by_another_server() {
    let world = World::new().await;
    let gate = world.deployment.gate();
    world.done(&caller(&world, gate, "n1").await, GetCallerIdentity).await;
    assert_eq!(world.refused(&caller(&world, gate, "n1").await, GetCallerIdentity).await, Reason::NonceReused);
    // As after a restart: nothing remembered but the store.
    let fresh = Gate::new(world.deployment.identity.clone(), world.deployment.clock.clone()).await.unwrap();
    let again = caller(&world, &fresh, "n1").await;
    let refused = fresh.perform(&again, &Iam::new(fresh.clone()), GetCallerIdentity).await.err().unwrap();
    assert_eq!(refused.reason(), Reason::NonceReused);
    world.done(&caller(&world, gate, "n2").await, GetCallerIdentity).await;
    let events = world.events(world.tenant.account).await;
    assert_eq!(events.iter().filter(|event| event.failed()).count(), 2);
    assert_eq!(events.len(), 4);
}

#[tokio::test]
async fn a_refused_call_uses_its_nonce_up_too() {
    let world = World::new().await;
    let gate = world.deployment.gate();
    let bad = || ListUsers { page: PageRequest { marker: None, max_items: Some(0) } };
    assert_eq!(world.refused(&caller(&world, gate, "n1").await, bad()).await, Reason::ParameterInvalid);
    assert_eq!(world.refused(&caller(&world, gate, "n1").await, bad()).await, Reason::NonceReused);
}

#[tokio::test]
async fn nonces_are_forgotten_once_they_are_too_old_to_come_again() {
    let world = World::new().await;
    let (gate, clock) = (world.deployment.gate(), &world.deployment.clock);
    for number in 0..1_005 {
        world.done(&caller(&world, gate, &format!("n{number}")).await, GetCallerIdentity).await;
    }
    let last = caller(&world, gate, "n7").await;
    clock.advance(Duration::from_secs(30 * 60));
    assert_eq!(sweep_nonces(&world.deployment.identity, clock.now()).await.unwrap(), 0);
    assert_eq!(world.refused(&last, GetCallerIdentity).await, Reason::NonceReused);
    clock.advance(Duration::from_secs(6 * 60));
    world.done(&caller(&world, gate, "young").await, GetCallerIdentity).await;
    assert_eq!(sweep_nonces(&world.deployment.identity, clock.now()).await.unwrap(), 1_005);
    assert_eq!(sweep_nonces(&world.deployment.identity, clock.now()).await.unwrap(), 0);
    assert_eq!(world.refused(&caller(&world, gate, "young").await, GetCallerIdentity).await, Reason::NonceReused);
}
