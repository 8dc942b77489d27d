//! Tags of identities and what conditions make of them; ceilings over users, roles and accounts.

use crate::world::{EVERYTHING, World, administrator, custom, trust, user};
use iam::policy::{Outcome, PolicyType};
use iam::{
    AttachPolicy, Bearer, Caller, ClearControlPolicy, CreateUser, DeleteBoundary, DeletePolicy, DeleteUser,
    GetControlPolicy, GetPolicy, GetRole, GetUser, Holder, ListIdentityTags, ListUsers, PageRequest, PutBoundary,
    PutInlinePolicy, SetControlPolicy, SimulatePolicies, TagEntry, TagIdentities, Tagged, TaggedKind, Tags,
    UntagIdentities, UpdateUser, UserProfile,
};
use types::{AccountId, Action, Reason, Resource, Service};

fn tags(pairs: &[(&str, &str)]) -> Tags {
    Tags::new("Tags", pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).unwrap()
}

fn tagged(name: &str) -> Tagged {
    Tagged::User(name.parse().unwrap())
}

async fn tag(world: &World, of: Tagged, pairs: &[(&str, &str)]) {
    world.make(TagIdentities { of: vec![of], tags: tags(pairs) }).await;
}

fn statement(effect: &str, action: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"{effect}","Action":"{action}","Resource":"*","Condition":{condition}}}]}}"#
    )
}

/// Gives a user a policy of its own alone.
async fn put(world: &World, name: &str, document: String) {
    let op = PutInlinePolicy { holder: user(name), name: "own".parse().unwrap(), document, original: None };
    world.make(op).await;
}

fn get(name: &str) -> GetUser {
    GetUser { name: name.parse().unwrap() }
}

fn bearer(name: &str) -> Bearer {
    Bearer::User(name.parse().unwrap())
}

#[tokio::test]
async fn tags_are_put_listed_and_taken_off() {
    let world = World::new().await;
    for name in ["alice", "bob"] {
        world.user(name).await;
    }
    world.role("reader", &trust(world.tenant.account, "root")).await;
    world.policy("mine", EVERYTHING).await;
    let both = vec![tagged("alice"), tagged("bob")];
    world.make(TagIdentities { of: both.clone(), tags: tags(&[("Team", "red"), ("cost", "1")]) }).await;
    tag(&world, tagged("bob"), &[("TEAM", "blue")]).await;
    tag(&world, Tagged::Role("reader".parse().unwrap()), &[("Team", "red")]).await;
    tag(&world, Tagged::Policy("mine".parse().unwrap()), &[("Team", "red")]).await;
    assert_eq!(world.make(get("bob")).await.tags, tags(&[("TEAM", "blue"), ("cost", "1")]));
    let policy = world.make(GetPolicy { policy: custom("mine") }).await;
    assert_eq!(policy.tags, tags(&[("Team", "red")]));
    let list = async |of: Vec<Tagged>, wanted: &[(&str, Option<&str>)], page: PageRequest| {
        let wanted = wanted.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect();
        world.make(ListIdentityTags { kind: TaggedKind::User, of, wanted, page }).await
    };
    let shown = |items: &[TagEntry]| -> Vec<String> {
        items.iter().map(|entry| format!("{:?} {}={}", entry.of, entry.name, entry.value)).collect()
    };
    let all = list(Vec::new(), &[], PageRequest::default()).await;
    assert_eq!((all.items.len(), all.is_truncated), (4, false));
    assert_eq!(all.items[0].id, world.make(get("alice")).await.id.as_str());
    assert_eq!(shown(&list(both, &[], PageRequest::default()).await.items), shown(&all.items));
    assert_eq!(list(Vec::new(), &[("team", Some("red"))], PageRequest::default()).await.items.len(), 2);
    assert_eq!(list(Vec::new(), &[("team", None)], PageRequest::default()).await.items.len(), 4);
    // Page by page it is the same.
    let (mut paged, mut marker) = (Vec::new(), None);
    loop {
        let page = list(Vec::new(), &[], PageRequest { marker, max_items: Some(1) }).await;
        paged.extend(page.items);
        marker = page.marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(paged, all.items);
    world
        .make(UntagIdentities { of: vec![tagged("bob")], names: Some(vec!["team".to_owned(), "no".to_owned()]) })
        .await;
    assert_eq!(world.make(get("bob")).await.tags, tags(&[("cost", "1")]));
    world.make(UntagIdentities { of: vec![tagged("bob")], names: None }).await;
    assert!(world.make(get("bob")).await.tags.is_empty());
    // On all that are named, or on none.
    let root = world.root().await;
    let of = vec![tagged("bob"), tagged("missing")];
    assert_eq!(world.refused(&root, TagIdentities { of, tags: tags(&[("a", "b")]) }).await, Reason::UserNotFound);
    assert!(world.make(get("bob")).await.tags.is_empty());
    // Another name leaves them.
    let op = UpdateUser {
        name: "alice".parse().unwrap(),
        new_name: Some("carol".parse().unwrap()),
        profile: UserProfile::default(),
    };
    assert_eq!(world.make(op).await.tags, tags(&[("Team", "red"), ("cost", "1")]));
}

#[tokio::test]
async fn bad_requests_about_tags() {
    let world = World::new().await;
    world.user("alice").await;
    let root = world.root().await;
    let many = |count: usize| vec![tagged("alice"); count];
    for (of, pairs) in [(many(0), vec![("a", "b")]), (many(51), vec![("a", "b")])] {
        let op = TagIdentities { of, tags: tags(&pairs) };
        assert_eq!(world.refused(&root, op).await, Reason::ParameterInvalid);
    }
    let none = TagIdentities { of: many(1), tags: Tags::default() };
    assert_eq!(world.refused(&root, none).await, Reason::ParameterMissing);
    let none = UntagIdentities { of: many(1), names: Some(Vec::new()) };
    assert_eq!(world.refused(&root, none).await, Reason::ParameterMissing);
    let forty: Vec<(String, String)> = (0..40).map(|n| (format!("t{n}"), String::new())).collect();
    world.make(TagIdentities { of: many(1), tags: Tags::new("Tags", forty.clone()).unwrap() }).await;
    let more = forty.into_iter().map(|(name, value)| (format!("more-{name}"), value));
    let op = TagIdentities { of: many(1), tags: Tags::new("Tags", more).unwrap() };
    assert_eq!(world.refused(&root, op).await, Reason::TooManyTags);
    let system = Tagged::Policy("AdministratorAccess".parse().unwrap());
    let op = TagIdentities { of: vec![system], tags: tags(&[("a", "b")]) };
    assert_eq!(world.refused(&root, op).await, Reason::PolicySystem);
}

#[tokio::test]
async fn conditions_ask_for_tags_of_the_caller_the_resource_and_the_request() {
    let world = World::new().await;
    let key = world.user_with_key("alice").await;
    world.user("bob").await;
    let condition = r#"{"StringEquals":{"acs:ResourceTag/team":"${acs:PrincipalTag/Team}"}}"#;
    put(&world, "alice", statement("Allow", "ram:GetUser", condition)).await;
    let caller = async || world.caller(&key).await;
    assert_eq!(world.refused(&caller().await, get("bob")).await, Reason::AccessDenied);
    tag(&world, tagged("alice"), &[("team", "red")]).await;
    assert_eq!(world.refused(&caller().await, get("bob")).await, Reason::AccessDenied);
    tag(&world, tagged("bob"), &[("Team", "blue")]).await;
    assert_eq!(world.refused(&caller().await, get("bob")).await, Reason::AccessDenied);
    tag(&world, tagged("bob"), &[("Team", "red")]).await;
    world.done(&caller().await, get("bob")).await;
    // What is not there has no tags, and is not told apart.
    assert_eq!(world.refused(&caller().await, get("missing")).await, Reason::AccessDenied);

    let condition = r#"{"StringEquals":{"acs:RequestTag/team":"red"}}"#;
    put(&world, "alice", statement("Allow", "ram:*", condition)).await;
    let create = |name: &str, pairs: &[(&str, &str)]| CreateUser {
        name: name.parse().unwrap(),
        profile: UserProfile::default(),
        tags: tags(pairs),
        boundary: None,
    };
    for pairs in [&[][..], &[("team", "blue")]] {
        assert_eq!(world.refused(&caller().await, create("carol", pairs)).await, Reason::AccessDenied);
    }
    let made = world.done(&caller().await, create("carol", &[("team", "red")])).await;
    assert_eq!(made.tags, tags(&[("team", "red")]));
    // Who may make users, but not tag them, makes none with tags.
    put(&world, "alice", statement("Allow", "ram:CreateUser", "{}")).await;
    assert_eq!(world.refused(&caller().await, create("dave", &[("team", "red")])).await, Reason::AccessDenied);
    world.done(&caller().await, create("dave", &[])).await;
}

#[tokio::test]
async fn a_session_has_its_roles_tags_as_they_are_now() {
    let world = World::new().await;
    let key = world.admin("alice").await;
    world.role("reader", &trust(world.tenant.account, "root")).await;
    let condition = r#"{"StringEquals":{"acs:PrincipalTag/team":"red"}}"#;
    world.policy("tagged", &statement("Allow", "ram:GetUser", condition)).await;
    let role = Holder::Role("reader".parse().unwrap());
    world.make(AttachPolicy { holder: role, policy: custom("tagged") }).await;
    let assumed = world.done(&world.caller(&key).await, world.assume("reader")).await;
    assert_eq!(world.refused(&world.session(&assumed).await, get("alice")).await, Reason::AccessDenied);
    tag(&world, Tagged::Role("reader".parse().unwrap()), &[("team", "red")]).await;
    world.done(&world.session(&assumed).await, get("alice")).await;
    world.make(UntagIdentities { of: vec![Tagged::Role("reader".parse().unwrap())], names: None }).await;
    assert_eq!(world.refused(&world.session(&assumed).await, get("alice")).await, Reason::AccessDenied);
}

/// Whoever could ask its own policies for the tags of others' roles would learn which there are.
#[tokio::test]
async fn tags_of_other_accounts_roles_are_nobodys_business() {
    let world = World::new().await;
    let other = world.deployment.tenant("second").await.unwrap();
    let key = world.user_with_key("alice").await;
    let condition = r#"{"StringEquals":{"acs:ResourceTag/team":"red"}}"#;
    put(&world, "alice", statement("Deny", "sts:AssumeRole", condition)).await;
    let stranger = world.deployment.caller(&other.root).await.unwrap();
    let role = iam::CreateRole {
        name: "reader".parse().unwrap(),
        trust: trust(other.account, "root"),
        original: None,
        description: String::new(),
        max_session_secs: None,
        tags: tags(&[("team", "red")]),
        boundary: None,
    };
    world.done(&stranger, role).await;
    let failure = async |name: &str| {
        let op = crate::world::assume(other.account, name);
        let caller = world.caller(&key).await;
        world.deployment.gate().perform(&caller, &world.deployment.iam, op).await.err().unwrap().to_string()
    };
    assert_eq!(failure("reader").await, failure("missing").await);
}

fn over(name: &str, policy: &str) -> PutBoundary {
    PutBoundary { bearer: bearer(name), policy: custom(policy) }
}

#[tokio::test]
async fn a_boundary_takes_away_and_never_gives() {
    let world = World::new().await;
    let key = world.admin("alice").await;
    let caller = async || world.caller(&key).await;
    let only = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#;
    world.policy("only-get", only).await;
    world.make(over("alice", "only-get")).await;
    assert_eq!(world.make(get("alice")).await.boundary, Some(custom("only-get")));
    world.done(&caller().await, get("alice")).await;
    let list = || ListUsers { page: PageRequest::default() };
    let failure = world.deployment.gate().perform(&caller().await, &world.deployment.iam, list()).await.err().unwrap();
    assert_eq!(failure.detail("PolicyType"), Some("PermissionsBoundary"));
    assert_eq!(failure.detail("NoPermissionType"), Some("ImplicitDeny"));
    // Alone it gives nothing.
    let idle = world.user_with_key("idle").await;
    world.make(PutBoundary { bearer: bearer("idle"), policy: administrator() }).await;
    assert_eq!(world.refused(&world.caller(&idle).await, get("alice")).await, Reason::AccessDenied);
    // It cannot go while it is one, and goes with the user, under whichever name.
    let root = world.root().await;
    let delete = || DeletePolicy { policy: custom("only-get"), cascading: false };
    assert_eq!(world.refused(&root, delete()).await, Reason::PolicyInUse);
    assert_eq!(world.make(GetPolicy { policy: custom("only-get") }).await.bounds, 1);
    let renamed = || UpdateUser {
        name: "alice".parse().unwrap(),
        new_name: Some("carol".parse().unwrap()),
        profile: UserProfile::default(),
    };
    world.make(renamed()).await;
    assert_eq!(world.refused(&caller().await, list()).await, Reason::AccessDenied);
    assert_eq!(world.refused(&root, delete()).await, Reason::PolicyInUse);
    world.make(DeleteBoundary { bearer: bearer("carol") }).await;
    assert_eq!(world.refused(&root, DeleteBoundary { bearer: bearer("carol") }).await, Reason::PolicyNotAttached);
    world.done(&caller().await, list()).await;
    world.user("dave").await;
    world.make(over("dave", "only-get")).await;
    world.make(DeleteUser { name: "dave".parse().unwrap() }).await;
    world.make(delete()).await;
    assert_eq!(world.refused(&root, over("carol", "only-get")).await, Reason::PolicyNotFound);
}

#[tokio::test]
async fn a_boundary_holds_a_role_and_its_sessions() {
    let world = World::new().await;
    let key = world.admin("alice").await;
    world.role("reader", &trust(world.tenant.account, "root")).await;
    let holder = Holder::Role("reader".parse().unwrap());
    world.make(AttachPolicy { holder, policy: administrator() }).await;
    let assumed = world.done(&world.caller(&key).await, world.assume("reader")).await;
    world.done(&world.session(&assumed).await, get("alice")).await;
    world
        .policy("no-users", r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}"#)
        .await;
    let bearer = || Bearer::Role("reader".parse().unwrap());
    world.make(PutBoundary { bearer: bearer(), policy: custom("no-users") }).await;
    assert_eq!(world.make(GetRole { name: "reader".parse().unwrap() }).await.boundary, Some(custom("no-users")));
    assert_eq!(world.refused(&world.session(&assumed).await, get("alice")).await, Reason::AccessDenied);
    world.make(DeleteBoundary { bearer: bearer() }).await;
    world.done(&world.session(&assumed).await, get("alice")).await;
}

/// The way to leave users to others without giving all away: they may make some, below a ceiling that they cannot lift.
#[tokio::test]
async fn conditions_ask_for_the_boundary() {
    let world = World::new().await;
    let account = world.tenant.account;
    let key = world.user_with_key("alice").await;
    world.policy("ceiling", EVERYTHING).await;
    let condition = format!(r#"{{"StringEquals":{{"ram:PermissionsBoundary":"acs:ram::{account}:policy/ceiling"}}}}"#);
    put(&world, "alice", statement("Allow", "ram:*", &condition)).await;
    let caller = async || world.caller(&key).await;
    let create = |name: &str, boundary| CreateUser {
        name: name.parse().unwrap(),
        profile: UserProfile::default(),
        tags: Tags::default(),
        boundary,
    };
    for boundary in [None, Some(administrator())] {
        assert_eq!(world.refused(&caller().await, create("bob", boundary)).await, Reason::AccessDenied);
    }
    world.done(&caller().await, create("bob", Some(custom("ceiling")))).await;
    world.done(&caller().await, get("bob")).await;
    world.user("other").await;
    assert_eq!(world.refused(&caller().await, get("other")).await, Reason::AccessDenied);
    let lift = PutBoundary { bearer: bearer("bob"), policy: administrator() };
    assert_eq!(world.refused(&caller().await, lift).await, Reason::AccessDenied);
    let op = PutInlinePolicy {
        holder: user("bob"),
        name: "own".parse().unwrap(),
        document: EVERYTHING.to_owned(),
        original: None,
    };
    world.done(&caller().await, op).await;
}

#[tokio::test]
async fn a_control_policy_holds_everyone_of_the_account() {
    let world = World::new().await;
    let (account, service) = (world.tenant.account, world.deployment.service());
    let key = world.admin("alice").await;
    world.role("reader", &trust(account, "root")).await;
    let holder = Holder::Role("reader".parse().unwrap());
    world.make(AttachPolicy { holder, policy: administrator() }).await;
    let assumed = world.done(&world.caller(&key).await, world.assume("reader")).await;
    let only = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#;
    assert!(world.done(&service, GetControlPolicy { account }).await.is_none());
    world.done(&service, SetControlPolicy { account, document: only.to_owned() }).await;
    assert_eq!(world.done(&service, GetControlPolicy { account }).await.unwrap().document, only);
    let idle = world.deployment.tenant("second").await.unwrap();
    let callers: Vec<Caller> = vec![world.root().await, world.caller(&key).await, world.session(&assumed).await];
    let list = || ListUsers { page: PageRequest::default() };
    for caller in &callers {
        world.done(caller, get("alice")).await;
        let failure = world.deployment.gate().perform(caller, &world.deployment.iam, list()).await.err().unwrap();
        assert_eq!(failure.detail("PolicyType"), Some("ControlPolicy"));
    }
    // Nobody else is held, and nobody but the deployment lifts it.
    world.done(&world.deployment.caller(&idle.root).await.unwrap(), list()).await;
    for caller in &callers {
        assert_eq!(world.refused(caller, ClearControlPolicy { account }).await, Reason::AccessDenied);
        assert_eq!(world.refused(caller, GetControlPolicy { account }).await, Reason::AccessDenied);
        let op = SetControlPolicy { account, document: EVERYTHING.to_owned() };
        assert_eq!(world.refused(caller, op).await, Reason::AccessDenied);
    }
    world.done(&service, ClearControlPolicy { account }).await;
    world.make(list()).await;
    let nobody = AccountId::random(&types::SystemRng);
    let op = SetControlPolicy { account: nobody, document: EVERYTHING.to_owned() };
    assert_eq!(world.refused(&service, op).await, Reason::AccountNotFound);
    let op = SetControlPolicy { account, document: "{}".to_owned() };
    assert_eq!(world.refused(&service, op).await, Reason::PolicyMalformed);
    // The account finds it in its trail.
    let names: Vec<String> = world.events(account).await.iter().map(|event| event.event_name.to_string()).collect();
    assert!(
        names.iter().any(|name| name == "SetControlPolicy") && names.iter().any(|name| name == "ClearControlPolicy")
    );
}

#[tokio::test]
async fn a_simulation_knows_ceilings_and_tags() {
    let world = World::new().await;
    let account = world.tenant.account;
    world.admin("alice").await;
    let question = || vec![(Action::read(Service::Ram, "GetUser"), Resource::global(Service::Ram, account, "user/x"))];
    let simulate = |boundary: Option<&str>| SimulatePolicies {
        holder: Some(user("alice")),
        documents: Vec::new(),
        boundary: boundary.map(str::to_owned),
        questions: question(),
        facts: Vec::new(),
    };
    let nothing = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}"#;
    let outcome = async |boundary| {
        let told = world.make(simulate(boundary)).await.remove(0);
        (told.outcome, told.missing)
    };
    assert_eq!(outcome(None).await, (Outcome::Allow, vec![]));
    assert_eq!(outcome(Some(nothing)).await, (Outcome::ImplicitDeny, vec![PolicyType::Boundary]));
    world.policy("nothing", nothing).await;
    world.make(over("alice", "nothing")).await;
    assert_eq!(outcome(None).await, (Outcome::ImplicitDeny, vec![PolicyType::Boundary]));
    assert_eq!(outcome(Some(EVERYTHING)).await, (Outcome::Allow, vec![]));
    let set = |document: &str| SetControlPolicy { account, document: document.to_owned() };
    let control = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Simulate*","Resource":"*"}]}"#;
    world.done(&world.deployment.service(), set(control)).await;
    assert_eq!(outcome(Some(EVERYTHING)).await, (Outcome::ImplicitDeny, vec![PolicyType::Control]));
}
