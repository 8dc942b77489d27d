use crate::world::{EVERYTHING, World, administrator, custom, group, user};
use iam::{
    AddUserToGroup, AttachPolicy, CreateGroup, DeleteGroup, DeleteUser, DetachPolicy, GetGroup, ListAccessKeys,
    ListAttachedPolicies, ListEntitiesForPolicy, ListGroups, ListGroupsForUser, ListUsers, ListUsersForGroup,
    PageRequest, PolicyEntity, RemoveUserFromGroup, UpdateGroup, UpdateUser, UserProfile,
};
use types::{GroupName, Reason, UserName};

fn named(name: &str) -> GroupName {
    name.parse().unwrap()
}

fn called(name: &str) -> UserName {
    name.parse().unwrap()
}

fn add(name: &str, to: &str) -> AddUserToGroup {
    AddUserToGroup { user: called(name), group: named(to) }
}

fn remove(name: &str, from: &str) -> RemoveUserFromGroup {
    RemoveUserFromGroup { user: called(name), group: named(from) }
}

async fn members(world: &World, name: &str) -> Vec<String> {
    let found = world.make(ListUsersForGroup { group: named(name), page: PageRequest::default() }).await;
    found.items.into_iter().map(|joined| joined.of.name.to_string()).collect()
}

async fn groups(world: &World, name: &str) -> Vec<String> {
    let found = world.make(ListGroupsForUser { user: called(name) }).await;
    found.into_iter().map(|joined| joined.of.name.to_string()).collect()
}

#[tokio::test]
async fn a_group_lends_its_policies_to_its_users_from_the_next_request_on() {
    let world = World::new().await;
    let key = world.user_with_key("alice").await;
    let list = || ListUsers { page: PageRequest::default() };
    world.group("admins").await;
    world.make(AttachPolicy { holder: group("admins"), policy: administrator() }).await;
    assert_eq!(world.refused(&world.caller(&key).await, list()).await, Reason::AccessDenied);
    world.make(add("alice", "admins")).await;
    world.done(&world.caller(&key).await, list()).await;
    world.make(DetachPolicy { holder: group("admins"), policy: administrator() }).await;
    assert_eq!(world.refused(&world.caller(&key).await, list()).await, Reason::AccessDenied);
    world.make(AttachPolicy { holder: group("admins"), policy: administrator() }).await;
    world.make(remove("alice", "admins")).await;
    assert_eq!(world.refused(&world.caller(&key).await, list()).await, Reason::AccessDenied);
}

#[tokio::test]
async fn a_denial_of_one_group_beats_what_another_allows() {
    let world = World::new().await;
    let key = world.user_with_key("alice").await;
    let deny = r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"ram:ListUsers","Resource":"*"}]}"#;
    world.policy("no-lists", deny).await;
    for (name, policy) in [("admins", administrator()), ("limited", custom("no-lists"))] {
        world.group(name).await;
        world.make(AttachPolicy { holder: group(name), policy }).await;
        world.make(add("alice", name)).await;
    }
    let caller = world.caller(&key).await;
    world.done(&caller, ListGroups { page: PageRequest::default() }).await;
    assert_eq!(world.refused(&caller, ListUsers { page: PageRequest::default() }).await, Reason::AccessDenied);
}

#[tokio::test]
async fn a_renamed_group_keeps_its_users_and_policies() {
    let world = World::new().await;
    let key = world.user_with_key("alice").await;
    let made = world.group("old").await;
    world.make(add("alice", "old")).await;
    world.make(AttachPolicy { holder: group("old"), policy: administrator() }).await;
    let op = UpdateGroup { name: named("old"), new_name: Some(named("new")), comments: Some("notes".to_owned()) };
    let changed = world.make(op).await;
    assert_eq!((changed.id, changed.comments.as_str()), (made.id, "notes"));
    let root = world.root().await;
    assert_eq!(world.refused(&root, GetGroup { name: named("old") }).await, Reason::GroupNotFound);
    assert_eq!(
        (members(&world, "new").await, groups(&world, "alice").await),
        (vec!["alice".to_owned()], vec!["new".to_owned()])
    );
    assert_eq!(world.make(ListAttachedPolicies { holder: group("new") }).await.len(), 1);
    let entities = world.make(ListEntitiesForPolicy { policy: administrator() }).await;
    assert!(matches!(entities.as_slice(), [PolicyEntity::Group(group, _)] if group.name == named("new")));
    world.done(&world.caller(&key).await, ListUsers { page: PageRequest::default() }).await;
    world.group("taken").await;
    let op = UpdateGroup { name: named("new"), new_name: Some(named("taken")), comments: None };
    assert_eq!(world.refused(&root, op).await, Reason::GroupExists);
}

#[tokio::test]
async fn a_renamed_user_keeps_keys_groups_and_policies() {
    let world = World::new().await;
    let key = world.admin("old").await;
    world.group("staff").await;
    world.make(add("old", "staff")).await;
    let rename = |name: &str, to: &str| UpdateUser {
        name: called(name),
        new_name: Some(called(to)),
        profile: UserProfile::default(),
    };
    world.user("taken").await;
    let root = world.root().await;
    assert_eq!(world.refused(&root, rename("old", "taken")).await, Reason::UserExists);
    world.make(rename("old", "new")).await;
    world.make(rename("new", "new")).await;
    assert_eq!(groups(&world, "new").await, ["staff"]);
    assert_eq!(members(&world, "staff").await, ["new"]);
    let caller = world.caller(&key).await;
    assert!(matches!(caller.principal(), types::Principal::User { name, .. } if *name == called("new")));
    world.done(&caller, ListUsers { page: PageRequest::default() }).await;
    assert_eq!(world.make(ListAccessKeys { user: Some(called("new")) }).await.len(), 1);
    // The name is free again, and whoever gets it has nothing of the first.
    world.user("old").await;
    assert!(world.make(ListAccessKeys { user: Some(called("old")) }).await.is_empty());
    assert!(world.make(ListAttachedPolicies { holder: user("old") }).await.is_empty());
}

#[tokio::test]
async fn what_is_refused_of_groups() {
    let world = World::new().await;
    let root = world.root().await;
    world.group("one").await;
    world.user("alice").await;
    let create = |name: &str| CreateGroup { name: named(name), comments: String::new() };
    assert_eq!(world.refused(&root, create("one")).await, Reason::GroupExists);
    let long = CreateGroup { comments: "x".repeat(129), ..create("two") };
    assert_eq!(world.refused(&root, long).await, Reason::ParameterInvalid);
    assert_eq!(world.refused(&root, add("nobody", "one")).await, Reason::UserNotFound);
    assert_eq!(world.refused(&root, add("alice", "none")).await, Reason::GroupNotFound);
    assert_eq!(world.refused(&root, remove("alice", "one")).await, Reason::UserNotInGroup);
    world.make(add("alice", "one")).await;
    assert_eq!(world.refused(&root, add("alice", "one")).await, Reason::UserInGroup);
    assert_eq!(world.refused(&root, DeleteGroup { name: named("one") }).await, Reason::GroupHasUsers);
    assert_eq!(world.refused(&root, DeleteUser { name: called("alice") }).await, Reason::UserHasGroups);
    world.make(remove("alice", "one")).await;
    world.policy("all", EVERYTHING).await;
    world.make(AttachPolicy { holder: group("one"), policy: custom("all") }).await;
    assert_eq!(world.refused(&root, DeleteGroup { name: named("one") }).await, Reason::GroupHasPolicies);
    world.make(DetachPolicy { holder: group("one"), policy: custom("all") }).await;
    world.make(DeleteGroup { name: named("one") }).await;
    assert_eq!(world.refused(&root, DeleteGroup { name: named("one") }).await, Reason::GroupNotFound);
}

#[tokio::test]
async fn there_are_limits_on_groups_and_memberships() {
    let world = World::new().await;
    let root = world.root().await;
    world.user("alice").await;
    for number in 0..50 {
        world.group(&format!("group-{number:02}")).await;
    }
    let more = CreateGroup { name: named("more"), comments: String::new() };
    assert_eq!(world.refused(&root, more).await, Reason::TooManyGroups);
    for number in 0..5 {
        world.make(add("alice", &format!("group-{number:02}"))).await;
    }
    assert_eq!(world.refused(&root, add("alice", "group-05")).await, Reason::TooManyMemberships);
}

#[tokio::test]
async fn the_users_of_a_group_come_page_by_page() {
    let world = World::new().await;
    for name in ["g", "g2"] {
        world.group(name).await;
    }
    for name in ["a", "b", "c"] {
        world.user(name).await;
        world.make(add(name, "g")).await;
    }
    world.user("z").await;
    world.make(add("z", "g2")).await;
    let page = |marker: Option<&str>| ListUsersForGroup {
        group: named("g"),
        page: PageRequest { marker: marker.map(str::to_owned), max_items: Some(2) },
    };
    let first = world.make(page(None)).await;
    assert_eq!((first.items.len(), first.is_truncated, first.marker.as_deref()), (2, true, Some("b")));
    let second = world.make(page(Some("b"))).await;
    assert_eq!((second.items.len(), second.is_truncated, second.items[0].of.name.as_str()), (1, false, "c"));
}
