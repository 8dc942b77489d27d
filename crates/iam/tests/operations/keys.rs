use crate::world::World;
use iam::{CreateAccessKey, DeleteAccessKey, GetCallerIdentity, ListAccessKeys, UpdateAccessKey};
use types::{AccessKeyId, Clock, Reason};

#[tokio::test]
async fn a_key_works_as_long_as_it_is_there_and_active() {
    let world = World::new().await;
    world.user("alice").await;
    let (key, name) = (world.key("alice").await.id, || Some("alice".parse().unwrap()));
    world.done(&world.caller(&key).await, GetCallerIdentity).await;
    world.make(UpdateAccessKey { user: name(), access_key: key.clone(), active: false }).await;
    assert_eq!(world.deployment.caller(&key).await.err().unwrap().reason(), Reason::AccessKeyInactive);
    assert!(!world.make(ListAccessKeys { user: name() }).await[0].active);
    world.make(UpdateAccessKey { user: name(), access_key: key.clone(), active: true }).await;
    world.done(&world.caller(&key).await, GetCallerIdentity).await;
    world.make(DeleteAccessKey { user: name(), access_key: key.clone() }).await;
    assert_eq!(world.deployment.caller(&key).await.err().unwrap().reason(), Reason::AccessKeyNotFound);
    assert!(world.make(ListAccessKeys { user: name() }).await.is_empty());
}

#[tokio::test]
async fn without_a_name_keys_are_the_callers_own() {
    let world = World::new().await;
    let first = world.admin("alice").await;
    let alice = world.caller(&first).await;
    let second = world.done(&alice, CreateAccessKey { user: None }).await;
    let listed = world.done(&alice, ListAccessKeys { user: None }).await;
    let mut expected = vec![first, second.id];
    expected.sort();
    assert_eq!(listed.into_iter().map(|key| key.id).collect::<Vec<_>>(), expected);

    let root = world.make(CreateAccessKey { user: None }).await;
    assert_eq!(world.make(ListAccessKeys { user: None }).await.len(), 2);
    world.done(&world.caller(&root.id).await, GetCallerIdentity).await;
    let removed = DeleteAccessKey { user: None, access_key: world.tenant.root.clone() };
    world.done(&world.caller(&root.id).await, removed).await;
    assert!(world.deployment.caller(&world.tenant.root).await.is_err());
}

#[tokio::test]
async fn what_is_refused_of_access_keys() {
    let world = World::new().await;
    let root = world.root().await;
    let alice = || Some("alice".parse().unwrap());
    assert_eq!(world.refused(&root, CreateAccessKey { user: alice() }).await, Reason::UserNotFound);
    assert_eq!(world.refused(&root, ListAccessKeys { user: alice() }).await, Reason::UserNotFound);
    let key = world.user_with_key("alice").await;
    world.user("bob").await;
    let bob = || Some("bob".parse().unwrap());
    let others = DeleteAccessKey { user: bob(), access_key: key.clone() };
    assert_eq!(world.refused(&root, others).await, Reason::AccessKeyMissing);
    let others = UpdateAccessKey { user: None, access_key: key.clone(), active: false };
    assert_eq!(world.refused(&root, others).await, Reason::AccessKeyMissing);
    world.key("alice").await;
    for user in [alice(), None] {
        if user.is_none() {
            world.make(CreateAccessKey { user: None }).await;
        }
        assert_eq!(world.refused(&root, CreateAccessKey { user }).await, Reason::TooManyAccessKeys);
    }
}

#[tokio::test]
async fn an_account_keeps_a_key_of_its_own_that_works() {
    let world = World::new().await;
    let root = world.root().await;
    let update = |key: &AccessKeyId, active| UpdateAccessKey { user: None, access_key: key.clone(), active };
    let delete = |key: &AccessKeyId| DeleteAccessKey { user: None, access_key: key.clone() };
    let first = &world.tenant.root;
    assert_eq!(world.refused(&root, delete(first)).await, Reason::ParameterInvalid);
    assert_eq!(world.refused(&root, update(first, false)).await, Reason::ParameterInvalid);
    world.done(&root, update(first, true)).await;
    let second = &world.done(&root, CreateAccessKey { user: None }).await.id;
    world.done(&root, update(second, false)).await;
    // One that is switched off keeps nobody in.
    assert_eq!(world.refused(&root, delete(first)).await, Reason::ParameterInvalid);
    assert_eq!(world.refused(&root, update(first, false)).await, Reason::ParameterInvalid);
    world.done(&root, delete(second)).await;
    let third = &world.done(&root, CreateAccessKey { user: None }).await.id;
    world.done(&world.caller(third).await, delete(first)).await;
    assert_eq!(world.refused(&world.caller(third).await, delete(third)).await, Reason::ParameterInvalid);
}

#[tokio::test]
async fn a_user_made_again_has_none_of_the_old_keys() {
    let world = World::new().await;
    let old = world.user_with_key("alice").await;
    let name = || "alice".parse().unwrap();
    world.make(DeleteAccessKey { user: Some(name()), access_key: old.clone() }).await;
    world.make(iam::DeleteUser { name: name() }).await;
    world.user("alice").await;
    assert!(world.make(ListAccessKeys { user: Some(name()) }).await.is_empty());
    assert!(world.deployment.caller(&old).await.is_err());
}

#[tokio::test]
async fn when_a_key_was_last_used_is_known_here_at_once_and_elsewhere_soon() {
    let world = World::new().await;
    let key = world.user_with_key("alice").await;
    let ask = || iam::GetAccessKeyLastUsed { user: Some("alice".parse().unwrap()), access_key: key.clone() };
    assert_eq!(world.make(ask()).await, None);
    world.caller(&key).await;
    let used = world.deployment.clock.now();
    assert_eq!(world.make(ask()).await, Some(used));
    assert!(iam::write_last_used(world.deployment.gate()).await.unwrap() >= 1);
    let elsewhere = iam::Gate::new(world.deployment.identity.clone(), world.deployment.clock.clone()).await.unwrap();
    let told = elsewhere.perform(&world.root().await, &iam::Iam::new(elsewhere.clone()), ask()).await.unwrap();
    assert_eq!(told, Some(used));
    // A forged signature is no use of the key.
    world.deployment.clock.advance(std::time::Duration::from_secs(600));
    let claim = iam::Claim { access_key: key.clone(), token: None, nonce: None };
    let forged = |_: &[u8]| Err(Reason::SignatureMismatch.into());
    world.deployment.gate().authenticate(&mut world.deployment.anonymous(), claim, forged).await.unwrap_err();
    assert_eq!(world.make(ask()).await, Some(used));
    let (user, access_key) = (Some("alice".parse().unwrap()), key.clone());
    world.make(iam::DeleteAccessKey { user, access_key }).await;
    assert_eq!(world.refused(&world.root().await, ask()).await, Reason::AccessKeyMissing);
}
