use crate::world::{EVERYTHING, World, administrator, custom, role, trust, user};
use iam::policy::SystemPolicy;
use iam::{AttachPolicy, DetachPolicy, GetUser, Holder, ListAttachedPolicies, PolicyRef};
use types::Reason;

#[tokio::test]
async fn a_policy_counts_from_the_next_call_on_and_until_it_is_detached() {
    let world = World::new().await;
    let key = world.user_with_key("alice").await;
    let look = || GetUser { name: "alice".parse().unwrap() };
    assert_eq!(world.refused(&world.caller(&key).await, look()).await, Reason::AccessDenied);
    world.make(AttachPolicy { holder: user("alice"), policy: administrator() }).await;
    world.done(&world.caller(&key).await, look()).await;
    world.make(DetachPolicy { holder: user("alice"), policy: administrator() }).await;
    assert_eq!(world.refused(&world.caller(&key).await, look()).await, Reason::AccessDenied);
}

#[tokio::test]
async fn what_is_attached_is_listed() {
    let world = World::new().await;
    world.user("alice").await;
    world.role("worker", &trust(world.tenant.account, "root")).await;
    world.policy("all", EVERYTHING).await;
    for holder in [user("alice"), role("worker")] {
        for policy in [administrator(), custom("all")] {
            world.make(AttachPolicy { holder: holder.clone(), policy }).await;
        }
        let listed = world.make(ListAttachedPolicies { holder }).await;
        let policies: Vec<PolicyRef> = listed.into_iter().map(|attached| attached.policy).collect();
        assert_eq!(policies, [custom("all"), administrator()]);
    }
}

#[tokio::test]
async fn what_is_refused_of_attachments() {
    let world = World::new().await;
    let root = world.root().await;
    let attach = |holder: &Holder, policy: PolicyRef| AttachPolicy { holder: holder.clone(), policy };
    let detach = |holder: &Holder, policy: PolicyRef| DetachPolicy { holder: holder.clone(), policy };
    let missing = [(user("alice"), Reason::UserNotFound), (role("worker"), Reason::RoleNotFound)];
    for (holder, reason) in &missing {
        assert_eq!(world.refused(&root, attach(holder, administrator())).await, *reason);
        assert_eq!(world.refused(&root, detach(holder, administrator())).await, *reason);
        assert_eq!(world.refused(&root, ListAttachedPolicies { holder: holder.clone() }).await, *reason);
    }
    world.user("alice").await;
    world.role("worker", &trust(world.tenant.account, "root")).await;
    for (holder, _) in &missing {
        assert_eq!(world.refused(&root, attach(holder, custom("none"))).await, Reason::PolicyNotFound);
        assert_eq!(world.refused(&root, detach(holder, custom("none"))).await, Reason::PolicyNotFound);
        assert_eq!(world.refused(&root, detach(holder, administrator())).await, Reason::PolicyNotAttached);
        world.make(attach(holder, administrator())).await;
        assert_eq!(world.refused(&root, attach(holder, administrator())).await, Reason::PolicyAttached);
    }
}

#[tokio::test]
async fn a_holder_has_only_so_many_policies() {
    let world = World::new().await;
    let root = world.root().await;
    world.user("alice").await;
    world.role("worker", &trust(world.tenant.account, "root")).await;
    for number in 0..11 {
        world.policy(&format!("p{number}"), EVERYTHING).await;
    }
    for (holder, most) in [(user("alice"), 10), (role("worker"), 5)] {
        for number in 0..most {
            let policy = custom(&format!("p{number}"));
            world.make(AttachPolicy { holder: holder.clone(), policy }).await;
        }
        let policy = custom(&format!("p{most}"));
        let more = AttachPolicy { holder: holder.clone(), policy };
        assert_eq!(world.refused(&root, more).await, Reason::TooManyAttachments);
        // System policies are counted apart.
        for policy in SystemPolicy::ALL {
            let policy = PolicyRef::System(policy.name.to_owned());
            world.make(AttachPolicy { holder: holder.clone(), policy }).await;
        }
    }
}
