use crate::world::{World, administrator, user};
use iam::{
    AttachPolicy, CreateUser, DeleteAccessKey, DeleteUser, DetachPolicy, GetCallerIdentity, GetUser, UpdateUser,
    UserProfile,
};
use types::{Principal, Reason};

fn profile() -> UserProfile {
    UserProfile {
        display_name: Some("Alice A.".to_owned()),
        mobile_phone: Some("86-18600001234".to_owned()),
        email: Some("alice@example.com".to_owned()),
        comments: Some("first".to_owned()),
    }
}

#[tokio::test]
async fn a_user_is_made_shown_changed_and_deleted() {
    let world = World::new().await;
    let name = || "alice".parse().unwrap();
    let made =
        world.make(CreateUser { name: name(), profile: profile(), tags: Default::default(), boundary: None }).await;
    let shown = world.make(GetUser { name: name() }).await;
    assert_eq!((shown.id.as_str(), shown.email.as_str()), (made.id.as_str(), "alice@example.com"));
    let change = UserProfile { comments: Some(String::new()), ..UserProfile::default() };
    let changed = world.make(UpdateUser { name: name(), new_name: None, profile: change }).await;
    assert_eq!((changed.display_name.as_str(), changed.comments.as_str()), ("Alice A.", ""));
    world.make(DeleteUser { name: name() }).await;
    assert_eq!(world.refused(&world.root().await, GetUser { name: name() }).await, Reason::UserNotFound);
}

#[tokio::test]
async fn what_is_refused_of_users() {
    let world = World::new().await;
    let (root, name) = (world.root().await, || "alice".parse().unwrap());
    assert_eq!(world.refused(&root, DeleteUser { name: name() }).await, Reason::UserNotFound);
    let update = UpdateUser { name: name(), new_name: None, profile: profile() };
    assert_eq!(world.refused(&root, update).await, Reason::UserNotFound);
    world.user("alice").await;
    let again = CreateUser { name: name(), profile: UserProfile::default(), tags: Default::default(), boundary: None };
    assert_eq!(world.refused(&root, again).await, Reason::UserExists);
    let long = [
        UserProfile { display_name: Some(String::new()), ..UserProfile::default() },
        UserProfile { comments: Some("x".repeat(129)), ..UserProfile::default() },
        UserProfile { email: Some("a\0b".to_owned()), ..UserProfile::default() },
    ];
    for profile in long {
        let bad = CreateUser { name: "bob".parse().unwrap(), profile, tags: Default::default(), boundary: None };
        assert_eq!(world.refused(&root, bad).await, Reason::ParameterInvalid);
    }
    let key = world.key("alice").await;
    assert_eq!(world.refused(&root, DeleteUser { name: name() }).await, Reason::UserHasAccessKeys);
    world.make(DeleteAccessKey { user: Some(name()), access_key: key.id }).await;
    world.make(AttachPolicy { holder: user("alice"), policy: administrator() }).await;
    assert_eq!(world.refused(&root, DeleteUser { name: name() }).await, Reason::UserHasPolicies);
    world.make(DetachPolicy { holder: user("alice"), policy: administrator() }).await;
    world.make(DeleteUser { name: name() }).await;
}

#[tokio::test]
async fn a_user_whose_name_starts_like_anothers_is_another() {
    let world = World::new().await;
    world.user("al").await;
    world.user_with_key("alice").await;
    world.make(AttachPolicy { holder: user("alice"), policy: administrator() }).await;
    world.make(DeleteUser { name: "al".parse().unwrap() }).await;
}

#[tokio::test]
async fn everyone_who_signed_may_ask_who_they_are() {
    let world = World::new().await;
    let made = world.user("alice").await;
    let key = world.key("alice").await;
    let who = world.done(&world.caller(&key.id).await, GetCallerIdentity).await;
    assert_eq!(who, Principal::User { account: world.tenant.account, id: made.id, name: made.name });
    assert_eq!(world.make(GetCallerIdentity).await, Principal::Root { account: world.tenant.account });
    let nobody = world.deployment.anonymous();
    assert_eq!(world.refused(&nobody, GetCallerIdentity).await, Reason::MissingAuthentication);
}

#[tokio::test]
async fn each_call_is_one_event_and_no_event_holds_a_secret_or_a_telephone_number() {
    let world = World::new().await;
    world
        .make(CreateUser {
            name: "alice".parse().unwrap(),
            profile: profile(),
            tags: Default::default(),
            boundary: None,
        })
        .await;
    let key = world.key("alice").await;
    let denied = world.caller(&key.id).await;
    world.refused(&denied, GetUser { name: "alice".parse().unwrap() }).await;
    let events = world.events(world.tenant.account).await;
    let names: Vec<&str> = events.iter().map(|e| &*e.event_name).collect();
    assert_eq!(names, ["CreateUser", "CreateAccessKey", "GetUser"]);
    assert_eq!(events[1].response_elements["AccessKeyId"], key.id.as_str());
    assert!(events[2].failed());
    let text = serde_json::to_string(&events).unwrap();
    assert!(text.contains(key.id.as_str()));
    for secret in [key.secret.expose().as_str(), "18600001234", "alice@example.com"] {
        assert!(!text.contains(secret));
    }
}
