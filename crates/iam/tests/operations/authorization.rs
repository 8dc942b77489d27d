use crate::world::{EVERYTHING, World, administrator, custom, role, trust, user};
use iam::{
    AttachPolicy, Caller, CreateAccessKey, CreatePolicy, CreateRole, CreateUser, DeleteAccessKey, DeletePolicy,
    DeleteRole, DeleteUser, DetachPolicy, GetPolicy, GetRole, GetUser, Iam, ListAccessKeys, ListAttachedPolicies,
    ListPolicies, ListRoles, ListUsers, Operation, PageRequest, Run, UpdateAccessKey, UpdateRole, UpdateUser,
    UserProfile,
};
use types::{AccessKeyId, Reason, Result};

/// Every operation on identities with the resources it needs. Only what needs no permission is missing:
/// GetCallerIdentity. AssumeRole has a table of its own.
const ROWS: &[(&str, &[&str])] = &[
    ("ram:CreateUser", &["user/new"]),
    ("ram:GetUser", &["user/idle"]),
    ("ram:UpdateUser", &["user/idle"]),
    ("ram:ListUsers", &["user/*"]),
    ("ram:DeleteUser", &["user/idle"]),
    ("ram:CreateAccessKey", &["user/idle"]),
    ("ram:ListAccessKeys", &["user/keyed"]),
    ("ram:UpdateAccessKey", &["user/keyed"]),
    ("ram:DeleteAccessKey", &["user/keyed"]),
    ("ram:CreatePolicy", &["policy/new"]),
    ("ram:GetPolicy", &["policy/idle"]),
    ("ram:ListPolicies", &["policy/*"]),
    ("ram:DeletePolicy", &["policy/idle"]),
    ("ram:AttachPolicyToUser", &["user/keyed", "policy/AdministratorAccess"]),
    ("ram:DetachPolicyFromUser", &["user/held", "policy/held"]),
    ("ram:ListPoliciesForUser", &["user/held"]),
    ("ram:CreateRole", &["role/new"]),
    ("ram:GetRole", &["role/idle"]),
    ("ram:UpdateRole", &["role/idle"]),
    ("ram:ListRoles", &["role/*"]),
    ("ram:DeleteRole", &["role/idle"]),
    ("ram:AttachPolicyToRole", &["role/idle", "policy/AdministratorAccess"]),
    ("ram:DetachPolicyFromRole", &["role/held", "policy/held"]),
    ("ram:ListPoliciesForRole", &["role/held"]),
];

async fn stage() -> (World, AccessKeyId) {
    let world = World::new().await;
    for name in ["idle", "keyed", "held"] {
        world.user(name).await;
    }
    let key = world.key("keyed").await.id;
    for name in ["idle", "held"] {
        world.policy(name, EVERYTHING).await;
        world.role(name, &trust(world.tenant.account, "root")).await;
    }
    for holder in [user("held"), role("held")] {
        world.make(AttachPolicy { holder, policy: custom("held") }).await;
    }
    (world, key)
}

async fn run<Op: Operation>(world: &World, caller: &Caller, op: Op) -> Result<()>
where
    Iam: Run<Op>,
{
    world.deployment.gate().perform(caller, &world.deployment.iam, op).await.map(|_| ())
}

async fn perform(world: &World, key: &AccessKeyId, action: &str, caller: &Caller) -> Result<()> {
    let page = PageRequest::default();
    let (profile, description) = (UserProfile::default(), String::new());
    let trust = trust(world.tenant.account, "root");
    let access_key = key.clone();
    fn name<T: std::str::FromStr<Err = types::NameError>>(text: &str) -> T {
        text.parse().unwrap()
    }
    match action {
        "ram:CreateUser" => run(world, caller, CreateUser { name: name("new"), profile }).await,
        "ram:GetUser" => run(world, caller, GetUser { name: name("idle") }).await,
        "ram:UpdateUser" => run(world, caller, UpdateUser { name: name("idle"), profile }).await,
        "ram:ListUsers" => run(world, caller, ListUsers { page }).await,
        "ram:DeleteUser" => run(world, caller, DeleteUser { name: name("idle") }).await,
        "ram:CreateAccessKey" => run(world, caller, CreateAccessKey { user: Some(name("idle")) }).await,
        "ram:ListAccessKeys" => run(world, caller, ListAccessKeys { user: Some(name("keyed")) }).await,
        "ram:UpdateAccessKey" => {
            run(world, caller, UpdateAccessKey { user: Some(name("keyed")), access_key, active: false }).await
        }
        "ram:DeleteAccessKey" => run(world, caller, DeleteAccessKey { user: Some(name("keyed")), access_key }).await,
        "ram:CreatePolicy" => {
            run(world, caller, CreatePolicy { name: name("new"), document: EVERYTHING.to_owned(), description }).await
        }
        "ram:GetPolicy" => run(world, caller, GetPolicy { policy: custom("idle") }).await,
        "ram:ListPolicies" => run(world, caller, ListPolicies { system: None, page }).await,
        "ram:DeletePolicy" => run(world, caller, DeletePolicy { policy: custom("idle") }).await,
        "ram:AttachPolicyToUser" => {
            run(world, caller, AttachPolicy { holder: user("keyed"), policy: administrator() }).await
        }
        "ram:DetachPolicyFromUser" => {
            run(world, caller, DetachPolicy { holder: user("held"), policy: custom("held") }).await
        }
        "ram:ListPoliciesForUser" => run(world, caller, ListAttachedPolicies { holder: user("held") }).await,
        "ram:CreateRole" => {
            run(world, caller, CreateRole { name: name("new"), trust, description, max_session_secs: None }).await
        }
        "ram:GetRole" => run(world, caller, GetRole { name: name("idle") }).await,
        "ram:UpdateRole" => {
            let op = UpdateRole { name: name("idle"), trust: None, description: None, max_session_secs: None };
            run(world, caller, op).await
        }
        "ram:ListRoles" => run(world, caller, ListRoles { page }).await,
        "ram:DeleteRole" => run(world, caller, DeleteRole { name: name("idle") }).await,
        "ram:AttachPolicyToRole" => {
            run(world, caller, AttachPolicy { holder: role("idle"), policy: administrator() }).await
        }
        "ram:DetachPolicyFromRole" => {
            run(world, caller, DetachPolicy { holder: role("held"), policy: custom("held") }).await
        }
        "ram:ListPoliciesForRole" => run(world, caller, ListAttachedPolicies { holder: role("held") }).await,
        other => panic!("no such row: {other}"),
    }
}

/// All that is kept of the tenant's identities.
async fn state(world: &World) -> Vec<String> {
    let mut lines = Vec::new();
    let page = PageRequest::default;
    for user in world.make(ListUsers { page: page() }).await.items {
        let keys = world.make(ListAccessKeys { user: Some(user.name.clone()) }).await;
        let policies = world.make(ListAttachedPolicies { holder: iam::Holder::User(user.name.clone()) }).await;
        lines.push(format!("{user:?} {keys:?} {policies:?}"));
    }
    for role in world.make(ListRoles { page: page() }).await.items {
        let policies = world.make(ListAttachedPolicies { holder: iam::Holder::Role(role.name.clone()) }).await;
        lines.push(format!("{role:?} {policies:?}"));
    }
    let policies = world.make(ListPolicies { system: Some(false), page: page() }).await.items;
    lines.push(format!("{policies:?}"));
    lines
}

#[tokio::test]
async fn nobody_the_powerless_and_other_tenants_reach_nothing() {
    let (world, key) = stage().await;
    let powerless = world.caller(&world.user_with_key("powerless").await).await;
    let other = world.deployment.tenant("second").await.unwrap();
    let stranger = world.deployment.caller(&other.root).await.unwrap();
    let before = state(&world).await;
    for (action, _) in ROWS {
        let reason = |result: Result<()>| result.err().map(|failure| failure.reason());
        let nobody = world.deployment.anonymous();
        assert_eq!(
            reason(perform(&world, &key, action, &nobody).await),
            Some(Reason::MissingAuthentication),
            "{action}"
        );
        assert_eq!(reason(perform(&world, &key, action, &powerless).await), Some(Reason::AccessDenied), "{action}");
        // Another tenant's root asks the same of its own account, which has none of these things.
        let _ = perform(&world, &key, action, &stranger).await;
    }
    assert_eq!(state(&world).await, before);
    let events = world.events(world.tenant.account).await;
    assert!(events.iter().all(|event| event.user_identity.account_id == world.tenant.account.to_string()));
}

#[tokio::test]
async fn each_operation_needs_its_action_on_each_of_its_resources_and_no_more() {
    for (action, paths) in ROWS {
        for left_out in 0..=paths.len() {
            let (world, key) = stage().await;
            let caller = world.user_with_key("caller").await;
            let given: Vec<&str> =
                paths.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, path)| *path).collect();
            if !given.is_empty() {
                world.allow("caller", action, &given).await;
            }
            let before = world.events(world.tenant.account).await.len();
            let result = perform(&world, &key, action, &world.caller(&caller).await).await;
            let complete = left_out == paths.len();
            assert_eq!(
                result.as_ref().err().map(types::Failure::reason),
                (!complete).then_some(Reason::AccessDenied),
                "{action}"
            );
            let events = world.events(world.tenant.account).await;
            assert_eq!(events.len(), before + 1, "{action}");
            assert_eq!(format!("ram:{}", events[before].event_name), *action);
            assert_eq!(events[before].failed(), !complete);
        }
    }
}
