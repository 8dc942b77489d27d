use crate::world::{EVERYTHING, World, trust};
use iam::policy::SystemPolicy;
use iam::{CreatePolicy, CreateRole, CreateUser, ListPolicies, ListRoles, ListUsers, PageRequest, UserProfile};
use types::Reason;

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_overlap() {
    let world = World::new().await;
    for name in ["a", "a.b", "a-b", "b", "c"] {
        world.user(name).await;
        world.role(&format!("r{name}"), &trust(world.tenant.account, "root")).await;
    }
    let (mut users, mut roles, mut marker) = (Vec::new(), Vec::new(), None);
    loop {
        let page = world.make(ListUsers { page: PageRequest { marker, max_items: Some(2) } }).await;
        users.extend(page.items.into_iter().map(|user| user.name.to_string()));
        assert_eq!(page.is_truncated, page.marker.is_some());
        marker = page.marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(users, ["a", "a-b", "a.b", "b", "c"]);
    let page = world.make(ListRoles { page: PageRequest { marker: None, max_items: Some(4) } }).await;
    roles.extend(page.items.iter().map(|role| role.name.to_string()));
    let rest = world.make(ListRoles { page: PageRequest { marker: page.marker, max_items: None } }).await;
    roles.extend(rest.items.iter().map(|role| role.name.to_string()));
    assert_eq!(roles, ["ra", "ra-b", "ra.b", "rb", "rc"]);
}

#[tokio::test]
async fn a_page_that_just_fits_is_the_last() {
    let world = World::new().await;
    for name in ["a", "b"] {
        world.user(name).await;
    }
    let page = world.make(ListUsers { page: PageRequest { marker: None, max_items: Some(2) } }).await;
    assert_eq!((page.items.len(), page.is_truncated, page.marker), (2, false, None));
}

#[tokio::test]
async fn policies_are_listed_own_ones_first() {
    let world = World::new().await;
    for name in ["p1", "p2", "p3"] {
        world.policy(name, EVERYTHING).await;
    }
    for (system, expected) in
        [(None, 3 + SystemPolicy::ALL.len()), (Some(true), SystemPolicy::ALL.len()), (Some(false), 3)]
    {
        let (mut names, mut marker) = (Vec::new(), None);
        loop {
            let page = PageRequest { marker, max_items: Some(2) };
            let page = world.make(ListPolicies { system, page }).await;
            names.extend(page.items.iter().map(|info| info.policy.name().to_owned()));
            marker = page.marker;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(names.len(), expected);
        let once: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(once.len(), expected);
    }
}

#[tokio::test]
async fn wrong_pages_are_refused() {
    let world = World::new().await;
    let root = world.root().await;
    for max_items in [0, 1_001] {
        let page = PageRequest { marker: None, max_items: Some(max_items) };
        assert_eq!(world.refused(&root, ListUsers { page }).await, Reason::ParameterInvalid);
    }
    let page = PageRequest { marker: Some("x".repeat(1_025)), max_items: None };
    assert_eq!(world.refused(&root, ListRoles { page }).await, Reason::ParameterInvalid);
    let page = PageRequest { marker: Some("junk".to_owned()), max_items: None };
    assert_eq!(world.refused(&root, ListPolicies { system: None, page }).await, Reason::ParameterInvalid);
}

#[tokio::test]
async fn an_account_has_only_so_many_users() {
    let world = World::new().await;
    let root = world.root().await;
    let user = |number: usize| CreateUser {
        name: format!("n{number}").parse().unwrap(),
        profile: UserProfile::default(),
        tags: Default::default(),
        boundary: None,
    };
    for number in 0..1_000 {
        world.done(&root, user(number)).await;
    }
    assert_eq!(world.refused(&root, user(1_000)).await, Reason::TooManyUsers);
    let page = PageRequest { marker: None, max_items: Some(1_000) };
    let page = world.done(&root, ListUsers { page }).await;
    assert_eq!((page.items.len(), page.is_truncated), (1_000, false));
}

#[tokio::test]
async fn an_account_has_only_so_many_roles() {
    let world = World::new().await;
    let root = world.root().await;
    let role = |number: usize| CreateRole {
        original: None,
        name: format!("n{number}").parse().unwrap(),
        trust: trust(world.tenant.account, "root"),
        description: String::new(),
        max_session_secs: None,
        tags: Default::default(),
        boundary: None,
    };
    for number in 0..1_000 {
        world.done(&root, role(number)).await;
    }
    assert_eq!(world.refused(&root, role(1_000)).await, Reason::TooManyRoles);
}

#[tokio::test]
async fn an_account_has_only_so_many_policies() {
    let world = World::new().await;
    let root = world.root().await;
    let policy = |number: usize| CreatePolicy {
        original: None,
        name: format!("n{number}").parse().unwrap(),
        document: EVERYTHING.to_owned(),
        description: String::new(),
        tags: Default::default(),
    };
    for number in 0..1_500 {
        world.done(&root, policy(number)).await;
    }
    assert_eq!(world.refused(&root, policy(1_500)).await, Reason::TooManyPolicies);
}
