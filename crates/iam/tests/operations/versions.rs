use crate::world::{EVERYTHING, World, administrator, custom, user};
use iam::{
    AttachPolicy, CreatePolicyVersion, DeletePolicy, DeletePolicyVersion, GetPolicy, GetPolicyVersion,
    ListPolicyVersions, ListUsers, PageRequest, SetDefaultPolicyVersion, UpdatePolicyDescription,
};
use types::{PolicyName, Reason};

const NOTHING: &str = r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

fn named() -> PolicyName {
    "rules".parse().unwrap()
}

fn version(document: &str, default: bool, rotate: bool) -> CreatePolicyVersion {
    CreatePolicyVersion { original: None, name: named(), document: document.to_owned(), default, rotate }
}

fn set_default(version: &str) -> SetDefaultPolicyVersion {
    SetDefaultPolicyVersion { name: named(), version: version.to_owned() }
}

fn delete(version: &str) -> DeletePolicyVersion {
    DeletePolicyVersion { name: named(), version: version.to_owned() }
}

async fn listed(world: &World) -> Vec<(String, bool, bool)> {
    let found = world.make(ListPolicyVersions { policy: custom("rules") }).await;
    found.into_iter().map(|v| (v.version, v.default, v.document == EVERYTHING)).collect()
}

fn row(version: &str, default: bool, everything: bool) -> (String, bool, bool) {
    (version.to_owned(), default, everything)
}

#[tokio::test]
async fn the_default_version_is_the_one_that_counts() {
    let world = World::new().await;
    let key = world.user_with_key("alice").await;
    world.policy("rules", EVERYTHING).await;
    world.make(AttachPolicy { holder: user("alice"), policy: custom("rules") }).await;
    let list = || ListUsers { page: PageRequest::default() };
    let made = world.make(version(NOTHING, false, false)).await;
    assert_eq!((made.version.as_str(), made.default), ("v2", false));
    world.done(&world.caller(&key).await, list()).await;
    world.make(set_default("v2")).await;
    assert_eq!(world.refused(&world.caller(&key).await, list()).await, Reason::AccessDenied);
    assert_eq!(listed(&world).await, [row("v1", false, true), row("v2", true, false)]);
    let shown = world.make(GetPolicy { policy: custom("rules") }).await;
    assert_eq!((shown.version.as_str(), shown.document.as_str()), ("v2", NOTHING));
    world.make(set_default("v1")).await;
    world.done(&world.caller(&key).await, list()).await;
    assert_eq!(listed(&world).await, [row("v1", true, true), row("v2", false, false)]);
    let third = world.make(version(NOTHING, true, false)).await;
    assert_eq!((third.version.as_str(), third.default), ("v3", true));
    assert_eq!(world.refused(&world.caller(&key).await, list()).await, Reason::AccessDenied);
}

#[tokio::test]
async fn numbers_are_not_used_again_and_the_oldest_goes_if_asked() {
    let world = World::new().await;
    let root = world.root().await;
    world.policy("rules", EVERYTHING).await;
    for _ in 2..=5 {
        world.make(version(NOTHING, false, false)).await;
    }
    assert_eq!(world.refused(&root, version(NOTHING, false, false)).await, Reason::TooManyPolicyVersions);
    assert_eq!(world.make(version(NOTHING, false, true)).await.version, "v6");
    let names: Vec<String> = listed(&world).await.into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["v1", "v3", "v4", "v5", "v6"]);
    world.make(delete("v6")).await;
    assert_eq!(world.make(version(NOTHING, true, false)).await.version, "v7");
}

#[tokio::test]
async fn what_is_refused_of_versions() {
    let world = World::new().await;
    let root = world.root().await;
    world.policy("rules", EVERYTHING).await;
    world.make(version(NOTHING, false, false)).await;
    assert_eq!(world.refused(&root, version("{}", false, false)).await, Reason::PolicyMalformed);
    assert_eq!(world.refused(&root, delete("v1")).await, Reason::PolicyVersionInUse);
    for unknown in ["v3", "v02", "2", "v", "v-1", "v4294967296", ""] {
        assert_eq!(world.refused(&root, delete(unknown)).await, Reason::PolicyVersionNotFound, "{unknown}");
        assert_eq!(world.refused(&root, set_default(unknown)).await, Reason::PolicyVersionNotFound, "{unknown}");
    }
    let system = || "AdministratorAccess".parse().unwrap();
    let op = CreatePolicyVersion { original: None, name: system(), ..version(NOTHING, true, false) };
    assert_eq!(world.refused(&root, op).await, Reason::PolicySystem);
    let op = UpdatePolicyDescription { name: system(), description: String::new() };
    assert_eq!(world.refused(&root, op).await, Reason::PolicySystem);
    let deletion = |cascading| DeletePolicy { policy: custom("rules"), cascading };
    assert_eq!(world.refused(&root, deletion(false)).await, Reason::PolicyHasVersions);
    world.make(deletion(true)).await;
    // A policy made again begins anew, with nothing of the versions there were.
    world.policy("rules", EVERYTHING).await;
    assert_eq!(listed(&world).await, [row("v1", true, true)]);
    let shown = world.make(GetPolicyVersion { policy: administrator(), version: "v1".to_owned() }).await;
    assert!(shown.default);
}

#[tokio::test]
async fn the_notes_of_a_policy_change() {
    let world = World::new().await;
    world.policy("rules", EVERYTHING).await;
    let change = UpdatePolicyDescription { name: named(), description: "for the night shift".to_owned() };
    assert_eq!(world.make(change).await.description, "for the night shift");
    assert_eq!(world.make(GetPolicy { policy: custom("rules") }).await.description, "for the night shift");
}
