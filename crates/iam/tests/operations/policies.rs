use crate::world::{EVERYTHING, World, administrator, custom, role, trust, user};
use iam::{
    AttachPolicy, CreatePolicy, CreateRole, DeletePolicy, DeleteRole, DetachPolicy, GetPolicy, GetRole, UpdateRole,
};
use types::Reason;

#[tokio::test]
async fn a_policy_is_made_shown_and_deleted() {
    let world = World::new().await;
    let made = world.policy("all", EVERYTHING).await;
    world.user("alice").await;
    world.make(AttachPolicy { holder: user("alice"), policy: custom("all") }).await;
    let shown = world.make(GetPolicy { policy: custom("all") }).await;
    assert_eq!((shown.document.as_str(), shown.version.as_str(), shown.attachments), (EVERYTHING, "v1", 1));
    assert_eq!(shown.created, made.created);
    let root = world.root().await;
    assert_eq!(
        world.refused(&root, DeletePolicy { policy: custom("all"), cascading: false }).await,
        Reason::PolicyInUse
    );
    world.make(DetachPolicy { holder: user("alice"), policy: custom("all") }).await;
    world.make(DeletePolicy { policy: custom("all"), cascading: false }).await;
    assert_eq!(world.refused(&root, GetPolicy { policy: custom("all") }).await, Reason::PolicyNotFound);
    assert!(world.make(GetPolicy { policy: administrator() }).await.document.contains("Allow"));
}

#[tokio::test]
async fn what_is_refused_of_policies() {
    let world = World::new().await;
    let root = world.root().await;
    let create = |name: &str, document: &str| CreatePolicy {
        original: None,
        name: name.parse().unwrap(),
        document: document.to_owned(),
        description: String::new(),
        tags: Default::default(),
    };
    world.policy("all", EVERYTHING).await;
    assert_eq!(world.refused(&root, create("all", EVERYTHING)).await, Reason::PolicyExists);
    assert_eq!(world.refused(&root, create("AdministratorAccess", EVERYTHING)).await, Reason::PolicyExists);
    assert_eq!(world.refused(&root, create("other", "{}")).await, Reason::PolicyMalformed);
    let trusting = trust(world.tenant.account, "root");
    assert_eq!(world.refused(&root, create("other", &trusting)).await, Reason::PolicyMalformed);
    assert_eq!(world.refused(&root, create("other", &" ".repeat(6_145))).await, Reason::PolicyTooLong);
    let long = CreatePolicy { original: None, description: "x".repeat(1_025), ..create("other", EVERYTHING) };
    assert_eq!(world.refused(&root, long).await, Reason::ParameterInvalid);
    for policy in [administrator(), custom("AdministratorAccess")] {
        assert_eq!(world.refused(&root, DeletePolicy { policy, cascading: false }).await, Reason::PolicySystem);
    }
    assert_eq!(
        world.refused(&root, DeletePolicy { policy: custom("none"), cascading: false }).await,
        Reason::PolicyNotFound
    );
    let unknown = iam::PolicyRef::System("NoSuchAccess".to_owned());
    assert_eq!(world.refused(&root, GetPolicy { policy: unknown }).await, Reason::PolicyNotFound);
}

#[tokio::test]
async fn a_role_is_made_shown_changed_and_deleted() {
    let world = World::new().await;
    let (root, name) = (world.root().await, || "worker".parse().unwrap());
    let trusting = trust(world.tenant.account, "root");
    let made = world.role("worker", &trusting).await;
    assert_eq!(made.max_session_secs, 3_600);
    let change =
        UpdateRole { original: None, name: name(), trust: None, description: None, max_session_secs: Some(7_200) };
    world.make(change).await;
    let shown = world.make(GetRole { name: name() }).await;
    assert_eq!((shown.id, shown.trust, shown.max_session_secs), (made.id, trusting.clone(), 7_200));
    world.make(AttachPolicy { holder: role("worker"), policy: administrator() }).await;
    assert_eq!(world.refused(&root, DeleteRole { name: name() }).await, Reason::RoleHasPolicies);
    world.make(DetachPolicy { holder: role("worker"), policy: administrator() }).await;
    world.make(DeleteRole { name: name() }).await;
    assert_eq!(world.refused(&root, DeleteRole { name: name() }).await, Reason::RoleNotFound);
}

#[tokio::test]
async fn what_is_refused_of_roles() {
    let world = World::new().await;
    let (root, trusting) = (world.root().await, trust(world.tenant.account, "root"));
    let create = |trust: &str, max_session_secs| CreateRole {
        original: None,
        name: "worker".parse().unwrap(),
        trust: trust.to_owned(),
        description: String::new(),
        max_session_secs,
        tags: Default::default(),
        boundary: None,
    };
    for secs in [0, 3_599, 43_201] {
        assert_eq!(world.refused(&root, create(&trusting, Some(secs))).await, Reason::ParameterInvalid);
    }
    assert_eq!(world.refused(&root, create(EVERYTHING, None)).await, Reason::PolicyMalformed);
    world.make(create(&trusting, Some(43_200))).await;
    assert_eq!(world.refused(&root, create(&trusting, None)).await, Reason::RoleExists);
    assert_eq!(world.refused(&root, GetRole { name: "none".parse().unwrap() }).await, Reason::RoleNotFound);
}
