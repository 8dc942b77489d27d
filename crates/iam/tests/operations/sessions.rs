use crate::world::{EVERYTHING, World, administrator, assume, role, trust};
use async_trait::async_trait;
use iam::{
    AssumeRole, AssumedRole, AttachPolicy, Caller, CreateRole, DeleteRole, DetachPolicy, GetCallerIdentity, GetRole,
    GetUser, ListUsers, PageRequest, Permit, Run, Target, UpdateRole,
};
use std::time::Duration;
use store::{Store, Txn, View};
use types::{Principal, Reason, Result};

/// A tenant with a role that its user `alice` may assume and that may do everything.
async fn world() -> (World, iam::Caller) {
    let world = World::new().await;
    let key = world.user_with_key("alice").await;
    world.allow("alice", "sts:AssumeRole", &["role/*"]).await;
    world.role("worker", &trust(world.tenant.account, "user/alice")).await;
    world.make(AttachPolicy { holder: role("worker"), policy: administrator() }).await;
    let alice = world.caller(&key).await;
    (world, alice)
}

fn list() -> ListUsers {
    ListUsers { page: PageRequest::default() }
}

fn look() -> GetUser {
    GetUser { name: "alice".parse().unwrap() }
}

#[tokio::test]
async fn a_session_has_the_roles_rights_until_it_ends() {
    let (world, alice) = world().await;
    assert_eq!(world.refused(&alice, list()).await, Reason::AccessDenied);
    let assumed = world.done(&alice, world.assume("worker")).await;
    let account = world.tenant.account;
    assert_eq!(assumed.arn, format!("acs:ram::{account}:role/worker/work"));
    let session = world.session(&assumed).await;
    world.done(&session, list()).await;
    let who = world.done(&session, GetCallerIdentity).await;
    let Principal::RoleSession { role, session: name, .. } = &who else { panic!("{who:?}") };
    assert_eq!(assumed.id, format!("{role}:{name}"));
    assert_eq!(who.arn(), Some(assumed.arn.clone()));

    world.deployment.clock.advance(Duration::from_secs(3_599));
    world.session(&assumed).await;
    world.deployment.clock.advance(Duration::from_secs(1));
    let token = Some(assumed.token.expose().clone());
    let late = world.deployment.session(&assumed.access_key, token).await.err().unwrap();
    assert_eq!(late.reason(), Reason::SessionTokenExpired);
}

#[tokio::test]
async fn the_roles_policies_are_those_of_the_moment() {
    let (world, alice) = world().await;
    let assumed = world.done(&alice, world.assume("worker")).await;
    world.done(&world.session(&assumed).await, list()).await;
    world.make(DetachPolicy { holder: role("worker"), policy: administrator() }).await;
    assert_eq!(world.refused(&world.session(&assumed).await, list()).await, Reason::AccessDenied);
}

#[tokio::test]
async fn a_session_policy_narrows_and_never_widens() {
    let (world, alice) = world().await;
    let only = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:GetUser","kms:*"],"Resource":"*"}]}"#;
    let assumed = world.done(&alice, AssumeRole { policy: Some(only.to_owned()), ..world.assume("worker") }).await;
    let session = world.session(&assumed).await;
    world.done(&session, look()).await;
    assert_eq!(world.refused(&session, list()).await, Reason::AccessDenied);
    world.make(DetachPolicy { holder: role("worker"), policy: administrator() }).await;
    let wide = AssumeRole { policy: Some(EVERYTHING.to_owned()), ..world.assume("worker") };
    let session = world.session(&world.done(&alice, wide).await).await;
    assert_eq!(world.refused(&session, look()).await, Reason::AccessDenied);
}

#[tokio::test]
async fn sessions_end_with_their_role_even_if_one_of_that_name_comes_back() {
    let (world, alice) = world().await;
    let assumed = world.done(&alice, world.assume("worker")).await;
    world.session(&assumed).await;
    world.make(DetachPolicy { holder: role("worker"), policy: administrator() }).await;
    let refused = || async {
        let token = Some(assumed.token.expose().clone());
        world.deployment.session(&assumed.access_key, token).await.err().map(|failure| failure.reason())
    };
    world.make(DeleteRole { name: "worker".parse().unwrap() }).await;
    assert_eq!(refused().await, Some(Reason::SessionTokenInvalid));
    world.role("worker", &trust(world.tenant.account, "user/alice")).await;
    assert_eq!(refused().await, Some(Reason::SessionTokenInvalid));
    world.session(&world.done(&alice, world.assume("worker")).await).await;
    assert_eq!(refused().await, Some(Reason::SessionTokenInvalid));
}

#[tokio::test]
async fn temporary_keys_and_tokens_belong_together() {
    let (world, alice) = world().await;
    let one = world.done(&alice, world.assume("worker")).await;
    let two = world.done(&alice, world.assume("worker")).await;
    let refused = |key, token: Option<&str>| {
        let token = token.map(str::to_owned);
        let world = &world;
        async move { world.deployment.session(key, token).await.err().map(|failure| failure.reason()) }
    };
    assert_eq!(refused(&one.access_key, None).await, Some(Reason::SessionTokenMissing));
    assert_eq!(refused(&one.access_key, Some(two.token.expose())).await, Some(Reason::SessionTokenInvalid));
    assert_eq!(refused(&world.tenant.root, Some(one.token.expose())).await, Some(Reason::SessionTokenMismatch));
}

#[tokio::test]
async fn both_sides_must_allow_it() {
    let (world, alice) = world().await;
    let account = world.tenant.account;
    world.role("closed", &trust(account, "user/bob")).await;
    assert_eq!(world.refused(&alice, world.assume("closed")).await, Reason::AccessDenied);
    let bob = world.caller(&world.user_with_key("bob").await).await;
    assert_eq!(world.refused(&bob, world.assume("closed")).await, Reason::AccessDenied);
    let root = world.root().await;
    world.role("open", &trust(account, "root")).await;
    assert_eq!(world.refused(&root, world.assume("open")).await, Reason::RootCannotAssumeRole);
    let nobody = world.deployment.anonymous();
    assert_eq!(world.refused(&nobody, world.assume("open")).await, Reason::MissingAuthentication);
}

#[tokio::test]
async fn conditions_of_the_trust_policy_see_the_request() {
    let (world, alice) = world().await;
    let account = world.tenant.account;
    let trust = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole",
            "Principal":{{"RAM":["acs:ram::{account}:user/alice"]}},"Condition":{{"StringEquals":
            {{"sts:ExternalId":"agreed","sts:RoleSessionName":"work","sts:SourceIdentity":"carol"}}}}}}]}}"#
    );
    world.role("guarded", &trust).await;
    let base = || AssumeRole { source_identity: Some("carol".parse().unwrap()), ..world.assume("guarded") };
    let agreed = || AssumeRole { external_id: Some("agreed".to_owned()), ..base() };
    let wrong = [
        base(),
        AssumeRole { external_id: Some("guessed".to_owned()), ..base() },
        AssumeRole { session: "other".parse().unwrap(), ..agreed() },
        AssumeRole { source_identity: None, ..agreed() },
    ];
    for op in wrong {
        assert_eq!(world.refused(&alice, op).await, Reason::AccessDenied);
    }
    let assumed = world.done(&alice, agreed()).await;
    assert_eq!(assumed.source_identity.as_deref(), Some("carol"));
    let text = serde_json::to_string(&world.events(account).await).unwrap();
    for secret in [assumed.secret.expose().as_str(), assumed.token.expose(), "\"agreed\"", "guessed"] {
        assert!(!text.contains(secret));
    }
    assert!(text.contains(assumed.access_key.as_str()));
}

#[tokio::test]
async fn what_is_refused_of_the_request_itself() {
    let (world, alice) = world().await;
    let base = || world.assume("worker");
    for secs in [0, 899, 3_601, 43_201] {
        let op = AssumeRole { duration_secs: Some(secs), ..base() };
        assert_eq!(world.refused(&alice, op).await, Reason::ParameterInvalid, "{secs}");
    }
    let op = AssumeRole { external_id: Some("x".to_owned()), ..base() };
    assert_eq!(world.refused(&alice, op).await, Reason::ParameterInvalid);
    let op = AssumeRole { policy: Some("{}".to_owned()), ..base() };
    assert_eq!(world.refused(&alice, op).await, Reason::PolicyMalformed);
    let op = AssumeRole { policy: Some(" ".repeat(2_049)), ..base() };
    assert_eq!(world.refused(&alice, op).await, Reason::PolicyTooLong);
    let longer = UpdateRole {
        original: None,
        name: "worker".parse().unwrap(),
        trust: None,
        description: None,
        max_session_secs: Some(7_200),
    };
    world.make(longer).await;
    for secs in [900, 7_200] {
        let assumed = world.done(&alice, AssumeRole { duration_secs: Some(secs), ..base() }).await;
        assert_eq!(assumed.expires.distance(world.deployment.gate().clock().now()).as_secs(), u64::from(secs));
    }
}

#[tokio::test]
async fn roles_are_assumed_from_roles_and_who_stands_behind_it_stays() {
    let (world, alice) = world().await;
    world.role("second", &trust(world.tenant.account, "role/worker")).await;
    assert_eq!(world.refused(&alice, world.assume("second")).await, Reason::AccessDenied);
    let op = AssumeRole { source_identity: Some("carol".parse().unwrap()), ..world.assume("worker") };
    let first = world.session(&world.done(&alice, op).await).await;
    let other = AssumeRole { source_identity: Some("dave".parse().unwrap()), ..world.assume("second") };
    assert_eq!(world.refused(&first, other).await, Reason::ParameterInvalid);
    let second = world.done(&first, world.assume("second")).await;
    assert_eq!(second.source_identity.as_deref(), Some("carol"));
    let session = world.session(&second).await;
    world.done(&session, GetCallerIdentity).await;
    assert_eq!(world.refused(&session, look()).await, Reason::AccessDenied);
}

#[tokio::test]
async fn a_role_of_another_account_needs_both_accounts_word() {
    let (world, alice) = world().await;
    let (deployment, account) = (&world.deployment, world.tenant.account);
    let other = deployment.tenant("second").await.unwrap();
    let root = deployment.caller(&other.root).await.unwrap();
    let create = |name: &str, trust: String| CreateRole {
        original: None,
        name: name.parse().unwrap(),
        trust,
        description: String::new(),
        max_session_secs: None,
        tags: Default::default(),
        boundary: None,
    };
    world.done(&root, create("guest", trust(account, "root"))).await;
    world.done(&root, create("inner", trust(other.account, "root"))).await;
    // Her own policies speak of her account's roles only.
    assert_eq!(world.refused(&alice, assume(other.account, "guest")).await, Reason::AccessDenied);
    let bob = world.caller(&world.admin("bob").await).await;
    let assumed = world.done(&bob, assume(other.account, "guest")).await;
    let session = world.session(&assumed).await;
    assert_eq!(session.account(), Some(other.account));
    assert_eq!(world.refused(&bob, assume(other.account, "inner")).await, Reason::AccessDenied);
    let trail = world.events(other.account).await;
    assert!(trail.iter().any(|event| event.event_name == "AssumeRole" && !event.failed()));
    // A session in the other account has no more of its things than its role allows.
    assert_eq!(world.refused(&session, GetRole { name: "guest".parse().unwrap() }).await, Reason::AccessDenied);
}

#[tokio::test]
async fn nobody_learns_of_another_accounts_roles_or_of_other_accounts() {
    let (world, alice) = world().await;
    let other = world.deployment.tenant("second").await.unwrap();
    let root = world.deployment.caller(&other.root).await.unwrap();
    let create = CreateRole {
        original: None,
        name: "there".parse().unwrap(),
        trust: trust(other.account, "root"),
        description: String::new(),
        max_session_secs: None,
        tags: Default::default(),
        boundary: None,
    };
    world.done(&root, create).await;
    let bob = world.caller(&world.admin("bob").await).await;
    let nowhere = "9999999999999999".parse().unwrap();
    let denies = CreateRole {
        original: None,
        name: "denies".parse().unwrap(),
        trust: trust(world.tenant.account, "root").replace("Allow", "Deny"),
        description: String::new(),
        max_session_secs: None,
        tags: Default::default(),
        boundary: None,
    };
    world.done(&root, denies).await;
    for caller in [&bob, &alice] {
        let mut texts = Vec::new();
        let roles = [(other.account, "there"), (other.account, "denies"), (other.account, "none"), (nowhere, "none")];
        for (account, name) in roles {
            let iam = &world.deployment.iam;
            let failure = world.deployment.gate().perform(caller, iam, assume(account, name)).await.err().unwrap();
            assert_eq!(failure.detail("NoPermissionType"), Some("ImplicitDeny"));
            // What a sealed message says is the same as well: see the tests of diagnoses.
            let mut told = failure.details().to_vec();
            told.retain(|(name, _)| *name != "EncodedDiagnosticMessage");
            texts.push((failure.reason(), failure.to_string(), format!("{told:?}")));
        }
        assert_eq!(texts[0].0, Reason::AccessDenied);
        assert!(texts.iter().all(|text| *text == texts[0]));
    }
    assert!(world.events(nowhere).await.is_empty());
    // In one's own account, who may assume it learns that it is not there; who may not, does not.
    assert_eq!(world.refused(&alice, world.assume("none")).await, Reason::RoleNotFound);
    let carol = world.caller(&world.user_with_key("carol").await).await;
    assert_eq!(world.refused(&carol, world.assume("none")).await, Reason::AccessDenied);
}

/// Lets something happen to the role between the decision and the session.
struct Racing<'a> {
    world: &'a World,
    again: bool,
}

#[async_trait]
impl Run<AssumeRole> for Racing<'_> {
    fn store(&self) -> &Store {
        &self.world.deployment.identity
    }

    async fn target(&self, op: &AssumeRole, caller: &Caller, view: &View) -> Result<Target> {
        self.world.deployment.iam.target(op, caller, view).await
    }

    async fn prepare(&self, _: &Permit<AssumeRole>, op: &mut AssumeRole) -> Result<()> {
        let (name, trust) = (op.role.name.clone(), trust(op.role.account, "user/bob"));
        if self.again {
            self.world.make(DeleteRole { name }).await;
            self.world.role("quick", &trust).await;
        } else {
            let update =
                UpdateRole { original: None, name, trust: Some(trust), description: None, max_session_secs: None };
            self.world.make(update).await;
        }
        Ok(())
    }

    async fn run(&self, permit: &Permit<AssumeRole>, op: &AssumeRole, txn: &mut Txn) -> Result<AssumedRole> {
        self.world.deployment.iam.run(permit, op, txn).await
    }
}

#[tokio::test]
async fn a_session_is_given_only_for_a_role_that_still_trusts_the_caller() {
    let (world, alice) = world().await;
    for again in [false, true] {
        world.role("quick", &trust(world.tenant.account, "user/alice")).await;
        let racing = Racing { world: &world, again };
        let refused = world.deployment.gate().perform(&alice, &racing, world.assume("quick")).await.err().unwrap();
        assert_eq!(refused.reason(), Reason::AccessDenied, "{again}");
        world.make(DeleteRole { name: "quick".parse().unwrap() }).await;
    }
}
