//! Identity providers of OpenID Connect: who may make them, and what their tokens are good for.

use crate::world::{World, administrator, role};
use iam::{
    AddClientId, AddFingerprint, AssumeRoleWithOidc, AttachPolicy, Caller, CreateOidcProvider, DeleteOidcProvider,
    DeleteRole, DetachPolicy, FederatedRole, GetCallerIdentity, GetOidcProvider, Iam, ListOidcProviders, ListUsers,
    OidcProviderArn, Operation, PageRequest, ProviderRef, RemoveClientId, RemoveFingerprint, RoleArn, Run,
    SetControlPolicy, TagIdentities, Tagged, Tags, UpdateOidcProvider, UpdateRole, WebIdentity,
};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use testkit::Idp;
use types::{AccountId, Reason, Result};

/// A tenant that trusts an identity provider, as `okta`, and has a role that trusts its `alice`.
struct Stage {
    world: World,
    idp: Arc<Idp>,
}

impl Stage {
    async fn new() -> Self {
        let mut world = World::new().await;
        let idp = Idp::new(world.deployment.clock.clone());
        world.deployment.iam = world.deployment.iam.clone().with_issuers(idp.clone());
        let stage = Self { world, idp };
        stage.world.make(stage.create("okta")).await;
        stage.world.role("worker", &stage.trust("alice")).await;
        stage.world.make(AttachPolicy { holder: role("worker"), policy: administrator() }).await;
        stage
    }

    fn account(&self) -> AccountId {
        self.world.tenant.account
    }

    fn create(&self, name: &str) -> CreateOidcProvider {
        CreateOidcProvider {
            name: Some(name.parse().unwrap()),
            issuer: self.idp.issuer.parse().unwrap(),
            description: String::new(),
            client_ids: vec!["client".to_owned(), "other".to_owned()],
            fingerprints: vec!["a".repeat(40)],
            issuance_limit_hours: None,
        }
    }

    fn trust(&self, subject: &str) -> String {
        trust(
            &format!("acs:ram::{}:oidc-provider/okta", self.account()),
            &json!({"oidc:sub": subject, "oidc:aud": "client"}),
        )
    }

    fn assume(&self, token: String) -> AssumeRoleWithOidc {
        AssumeRoleWithOidc {
            provider: Some(OidcProviderArn { account: self.account(), name: "okta".parse().unwrap() }),
            role: RoleArn { account: self.account(), name: "worker".parse().unwrap() },
            session: "work".parse().unwrap(),
            duration_secs: None,
            policy: None,
            token: WebIdentity::new(token),
        }
    }

    async fn try_to(&self, op: AssumeRoleWithOidc) -> Result<FederatedRole> {
        let (gate, nobody) = (self.world.deployment.gate(), self.world.deployment.anonymous());
        gate.perform(&nobody, &self.world.deployment.iam, op).await.and_then(iam::Federation::into_result)
    }

    async fn refused(&self, op: AssumeRoleWithOidc) -> Reason {
        self.try_to(op).await.err().expect("a refusal").reason()
    }

    async fn session(&self, made: &FederatedRole) -> Result<Caller> {
        let token = made.assumed.token.expose().clone();
        self.world.deployment.session(&made.assumed.access_key, Some(token)).await
    }
}

fn trust(provider: &str, equals: &serde_json::Value) -> String {
    let statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Federated": [provider]},
        "Condition": {"StringEquals": equals}});
    json!({"Version": "1", "Statement": [statement]}).to_string()
}

fn okta() -> ProviderRef {
    ProviderRef::Name("okta".parse().unwrap())
}

fn list() -> ListUsers {
    ListUsers { page: PageRequest::default() }
}

fn retrust(trust: String) -> UpdateRole {
    let name = "worker".parse().unwrap();
    UpdateRole { name, trust: Some(trust), original: None, description: None, max_session_secs: None }
}

#[tokio::test]
async fn a_token_gives_a_session_of_the_role() {
    let stage = Stage::new().await;
    let made = stage.try_to(stage.assume(stage.idp.token("alice"))).await.unwrap();
    assert_eq!((made.subject.as_str(), made.audiences.as_slice()), ("alice", ["client".to_owned()].as_slice()));
    let session = stage.session(&made).await.unwrap();
    stage.world.done(&session, list()).await;
    let who = stage.world.done(&session, GetCallerIdentity).await;
    assert_eq!(who.arn(), Some(made.assumed.arn.clone()));
    // Without the provider's name: that of the issuer.
    let unnamed = AssumeRoleWithOidc { provider: None, ..stage.assume(stage.idp.token("alice")) };
    assert_eq!(stage.try_to(unnamed).await.unwrap().provider.name.as_str(), "okta");

    let events = stage.world.events(stage.account()).await;
    let event = events.iter().find(|event| event.response_elements.contains_key("Subject")).unwrap();
    assert_eq!(event.response_elements["Subject"], "alice");
    assert_eq!(event.response_elements["Issuer"], stage.idp.issuer.as_str());
    let listed = events.iter().find(|event| event.event_name == "ListUsers").unwrap();
    let behind = &listed.user_identity.session_context["webIdFederationData"];
    assert_eq!(behind["subject"], "alice");
    assert!(behind["federatedProvider"].as_str().unwrap().ends_with(":oidc-provider/okta"));
    let text = json!(events).to_string();
    assert!(!text.contains(&stage.idp.token("alice")) && !text.contains("eyJ"));
}

#[tokio::test]
async fn what_a_token_does_not_prove_is_refused() {
    let stage = Stage::new().await;
    let with = |name: &str, value: serde_json::Value| {
        let mut claims = stage.idp.claims("alice");
        claims[name] = value;
        stage.idp.sign(&claims)
    };
    let now = stage.idp.now().secs();
    let token = stage.idp.token("alice");
    let (text, _) = token.rsplit_once('.').unwrap();
    for (wrong, reason) in [
        (with("iss", json!("https://evil.example")), Reason::IdentityTokenInvalid),
        (with("aud", json!("somebody")), Reason::IdentityTokenInvalid),
        (with("azp", json!("somebody")), Reason::IdentityTokenInvalid),
        (with("nbf", json!(now + 600)), Reason::IdentityTokenInvalid),
        (with("iat", json!(now - 13 * 3_600)), Reason::IdentityTokenInvalid),
        (with("exp", json!(now - 60)), Reason::IdentityTokenExpired),
        (format!("{text}."), Reason::IdentityTokenInvalid),
        (format!("{text}.AAAA"), Reason::IdentityTokenInvalid),
        (String::new(), Reason::IdentityTokenInvalid),
        ("a.b.c".to_owned(), Reason::IdentityTokenInvalid),
        (stage.idp.token("mallory"), Reason::AccessDenied),
        (with("aud", json!("other")), Reason::AccessDenied),
    ] {
        assert_eq!(stage.refused(stage.assume(wrong.clone())).await, reason, "{wrong}");
    }
    let events = stage.world.events(stage.account()).await;
    let last = events.last().unwrap();
    // The account learns who was refused, once that is proven, and always why.
    assert_eq!(last.response_elements["Subject"], "alice");
    assert_eq!(last.response_elements["Refusal"], "the role's trust policy does not allow it");
    assert!(last.failed());
    let unproven: Vec<_> =
        events.iter().filter(|event| event.failed() && !event.response_elements.contains_key("Subject")).collect();
    assert_eq!(unproven.len(), 10);
    assert!(unproven.iter().all(|event| event.response_elements.contains_key("Refusal")));
}

#[tokio::test]
async fn nobody_learns_what_there_is() {
    let stage = Stage::new().await;
    let second = stage.world.deployment.tenant("second").await.unwrap().account;
    let text = |result: Result<FederatedRole>| {
        let failure = result.err().unwrap();
        (failure.reason(), failure.to_string(), format!("{:?}", failure.details()))
    };
    let bad = || format!("{}x", stage.idp.token("alice"));
    let provider = |account, name: &str| Some(OidcProviderArn { account, name: name.parse().unwrap() });
    let wrong = text(stage.try_to(stage.assume(bad())).await);
    for op in [
        AssumeRoleWithOidc { provider: provider(stage.account(), "azure"), ..stage.assume(stage.idp.token("alice")) },
        AssumeRoleWithOidc { provider: provider(second, "okta"), ..stage.assume(stage.idp.token("alice")) },
        AssumeRoleWithOidc {
            role: RoleArn { account: second, name: "worker".parse().unwrap() },
            ..stage.assume(stage.idp.token("alice"))
        },
        AssumeRoleWithOidc {
            role: RoleArn { account: "9999999999999999".parse().unwrap(), name: "worker".parse().unwrap() },
            ..stage.assume(stage.idp.token("alice"))
        },
    ] {
        assert_eq!(text(stage.try_to(op).await), wrong);
    }
    let denied = text(stage.try_to(stage.assume(stage.idp.token("mallory"))).await);
    let role = RoleArn { account: stage.account(), name: "none".parse().unwrap() };
    let missing = AssumeRoleWithOidc { role, ..stage.assume(stage.idp.token("alice")) };
    assert_eq!(text(stage.try_to(missing).await), denied);
    assert!(stage.world.events(second).await.iter().all(|event| !event.response_elements.contains_key("Subject")));
    // A token that would be refused anyway makes nobody ask the issuer.
    let asked = stage.idp.asked();
    let claims = json!({"iss": stage.idp.issuer, "sub": "a", "aud": "x", "iat": 0, "exp": 9_999_999_999_i64});
    stage.refused(stage.assume(stage.idp.sign(&claims))).await;
    assert_eq!(stage.idp.asked(), asked);
}

#[tokio::test]
async fn sessions_end_with_the_role_and_with_the_provider() {
    let stage = Stage::new().await;
    let made = stage.try_to(stage.assume(stage.idp.token("alice"))).await.unwrap();
    let session = stage.session(&made).await.unwrap();
    // Who assumes a role with it still rests on the provider's word.
    stage.world.role("next", &crate::world::trust(stage.account(), "role/worker")).await;
    let next = stage.world.done(&session, stage.world.assume("next")).await;
    stage.world.session(&next).await;
    let updated = UpdateOidcProvider {
        provider: okta(),
        description: Some("changed".to_owned()),
        client_ids: None,
        fingerprints: None,
        issuance_limit_hours: Some(1),
    };
    stage.world.make(updated).await;
    stage.session(&made).await.unwrap();
    stage.world.make(DeleteOidcProvider { provider: okta() }).await;
    let ended = |result: Result<Caller>| result.err().map(|failure| failure.reason());
    assert_eq!(ended(stage.session(&made).await), Some(Reason::SessionTokenInvalid));
    let chained = stage.world.deployment.session(&next.access_key, Some(next.token.expose().clone())).await;
    assert_eq!(ended(chained), Some(Reason::SessionTokenInvalid));
    assert_eq!(stage.refused(stage.assume(stage.idp.token("alice"))).await, Reason::IdentityTokenInvalid);
    // Another of the same name does not bring them back.
    stage.world.make(stage.create("okta")).await;
    assert_eq!(ended(stage.session(&made).await), Some(Reason::SessionTokenInvalid));
    let made = stage.try_to(stage.assume(stage.idp.token("alice"))).await.unwrap();
    stage.session(&made).await.unwrap();
    stage.world.make(DetachPolicy { holder: role("worker"), policy: administrator() }).await;
    stage.world.make(DeleteRole { name: "worker".parse().unwrap() }).await;
    assert_eq!(ended(stage.session(&made).await), Some(Reason::SessionTokenInvalid));
}

#[tokio::test]
async fn a_role_trusts_whom_it_names() {
    let stage = Stage::new().await;
    let account = stage.account();
    let (alice, bare) = (|| stage.assume(stage.idp.token("alice")), "id.example/t");
    let by_issuer = format!("acs:ram::{account}:oidc-issuer/{bare}");
    for (provider, condition, works) in [
        (by_issuer.as_str(), json!({"oidc:sub/id.example/t": "alice", "oidc:aud/id.example/t": "client"}), true),
        (by_issuer.as_str(), json!({"oidc:sub/id.example": "alice"}), false),
        (by_issuer.as_str(), json!({"oidc:iss": stage.idp.issuer}), true),
        (&format!("acs:ram::{account}:oidc-issuer/id.example"), json!({"oidc:sub": "alice"}), false),
        (&format!("acs:ram::{account}:saml-provider/okta"), json!({"oidc:sub": "alice"}), false),
        (&format!("acs:ram::{account}:oidc-provider/id.example"), json!({"oidc:sub": "alice"}), false),
        ("acs:ram::9999999999999999:oidc-provider/okta", json!({"oidc:sub": "alice"}), false),
        (&format!("acs:ram::{account}:oidc-provider/okta"), json!({"oidc:aud": "other"}), false),
        (&format!("acs:ram::{account}:oidc-provider/okta"), json!({"sts:RoleSessionName": "work"}), true),
    ] {
        stage.world.make(retrust(trust(provider, &condition))).await;
        assert_eq!(stage.try_to(alice()).await.is_ok(), works, "{provider} {condition}");
    }
    // Who trusts the account trusts nobody's tokens.
    stage.world.make(retrust(crate::world::trust(account, "root"))).await;
    assert_eq!(stage.refused(alice()).await, Reason::AccessDenied);
}

#[tokio::test]
async fn requests_are_checked_and_sessions_narrowed() {
    let stage = Stage::new().await;
    let alice = || stage.assume(stage.idp.token("alice"));
    let long = |secs| AssumeRoleWithOidc { duration_secs: Some(secs), ..alice() };
    for wrong in [long(899), long(3_601), long(43_201)] {
        assert_eq!(stage.refused(wrong).await, Reason::ParameterInvalid);
    }
    let made = stage.try_to(long(900)).await.unwrap();
    assert_eq!(made.assumed.expires, stage.idp.now().plus(Duration::from_secs(900)));
    let broken = AssumeRoleWithOidc { policy: Some("{".to_owned()), ..alice() };
    assert_eq!(stage.refused(broken).await, Reason::PolicyMalformed);
    let only = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:GetUser","Resource":"*"}]}"#;
    let narrow = AssumeRoleWithOidc { policy: Some(only.to_owned()), ..alice() };
    let session = stage.session(&stage.try_to(narrow).await.unwrap()).await.unwrap();
    assert_eq!(stage.world.refused(&session, list()).await, Reason::AccessDenied);
    // A signature is somebody's; the token is to be the proof.
    let root = stage.world.root().await;
    assert_eq!(stage.world.refused(&root, alice()).await, Reason::AccessDenied);
}

#[tokio::test]
async fn the_issuers_keys_are_asked_for_and_may_be_away() {
    let stage = Stage::new().await;
    let old = stage.idp.token("alice");
    stage.idp.rotate();
    stage.try_to(stage.assume(stage.idp.token("alice"))).await.unwrap();
    assert_eq!(stage.refused(stage.assume(old)).await, Reason::IdentityTokenInvalid);
    stage.idp.set_reachable(false);
    assert_eq!(stage.refused(stage.assume(stage.idp.token("alice"))).await, Reason::IdentityProviderUnreachable);
}

#[tokio::test]
async fn tokens_cannot_be_tried_without_end() {
    let stage = Stage::new().await;
    let mut throttled = 0;
    for _ in 0..601 {
        throttled += usize::from(stage.refused(stage.assume(String::new())).await == Reason::Throttled);
    }
    assert_eq!(throttled, 1);
    stage.world.deployment.clock.advance(Duration::from_secs(60));
    stage.try_to(stage.assume(stage.idp.token("alice"))).await.unwrap();
}

#[tokio::test]
async fn a_provider_is_made_changed_and_deleted() {
    let stage = Stage::new().await;
    let (world, get) = (&stage.world, || GetOidcProvider { provider: okta() });
    let made = world.make(get()).await;
    assert_eq!((made.issuance_limit_hours, made.issuer.as_str()), (12, stage.idp.issuer.as_str()));
    let root = world.root().await;
    assert_eq!(world.refused(&root, stage.create("okta")).await, Reason::OidcProviderExists);
    // One provider for each issuer, whatever its name, and however it is reached.
    assert_eq!(world.refused(&root, stage.create("other")).await, Reason::OidcProviderExists);
    let by_issuer = GetOidcProvider { provider: ProviderRef::Issuer("id.example/t".to_owned()) };
    assert_eq!(world.make(by_issuer).await, made);

    let change = |value: &str| (okta(), value.to_owned());
    let (provider, value) = change("third");
    assert_eq!(world.make(AddClientId { provider, value }).await.client_ids, ["client", "other", "third"]);
    let (provider, value) = change("third");
    assert_eq!(world.make(AddClientId { provider, value }).await.client_ids.len(), 3);
    let (provider, value) = change("client");
    assert_eq!(world.make(RemoveClientId { provider, value }).await.client_ids, ["other", "third"]);
    assert_eq!(stage.refused(stage.assume(stage.idp.token("alice"))).await, Reason::IdentityTokenInvalid);
    for n in 1..5 {
        let (provider, value) = change(&n.to_string().repeat(64));
        world.make(AddFingerprint { provider, value }).await;
    }
    let (provider, value) = change(&"b".repeat(40));
    assert_eq!(world.refused(&root, AddFingerprint { provider, value }).await, Reason::OidcProviderFull);
    let (provider, value) = change(&"a".repeat(40));
    assert_eq!(world.make(RemoveFingerprint { provider, value }).await.fingerprints.len(), 4);

    let listed = world.make(ListOidcProviders { page: PageRequest::default() }).await;
    assert_eq!(listed.items, [world.make(get()).await]);
    world.make(DeleteOidcProvider { provider: ProviderRef::Issuer("id.example/t".to_owned()) }).await;
    assert_eq!(world.refused(&root, get()).await, Reason::OidcProviderNotFound);
    assert_eq!(world.refused(&root, DeleteOidcProvider { provider: okta() }).await, Reason::OidcProviderNotFound);
    // Without a name it gets that of its issuer.
    let unnamed = CreateOidcProvider { name: None, ..stage.create("okta") };
    assert!(world.make(unnamed).await.name.as_str().starts_with("id.example-t-"));
}

#[tokio::test]
async fn bad_input_is_named() {
    let stage = Stage::new().await;
    let (world, root) = (&stage.world, stage.world.root().await);
    let create = || CreateOidcProvider { issuer: "https://two.example".parse().unwrap(), ..stage.create("two") };
    let long = "d".repeat(257);
    for (wrong, field) in [
        (CreateOidcProvider { issuance_limit_hours: Some(0), ..create() }, "IssuanceLimitTime"),
        (CreateOidcProvider { issuance_limit_hours: Some(169), ..create() }, "IssuanceLimitTime"),
        (CreateOidcProvider { description: long, ..create() }, "Description"),
        (CreateOidcProvider { client_ids: vec![String::new()], ..create() }, "ClientIds"),
        (CreateOidcProvider { client_ids: vec!["a b".to_owned()], ..create() }, "ClientIds"),
        (CreateOidcProvider { client_ids: vec!["a".to_owned(), "a".to_owned()], ..create() }, "ClientIds"),
        (CreateOidcProvider { client_ids: (0..51).map(|n| n.to_string()).collect(), ..create() }, "ClientIds"),
        (CreateOidcProvider { fingerprints: vec!["a".repeat(39)], ..create() }, "Fingerprints"),
        (CreateOidcProvider { fingerprints: vec!["g".repeat(40)], ..create() }, "Fingerprints"),
        (CreateOidcProvider { issuer: "https://inside.example".parse().unwrap(), ..create() }, "IssuerUrl"),
    ] {
        let failure = world.deployment.gate().perform(&root, &world.deployment.iam, wrong).await.err().unwrap();
        assert_eq!((failure.reason(), failure.detail("Parameter")), (Reason::ParameterInvalid, Some(field)));
    }
    for n in 1..100 {
        let issuer = format!("https://{n}.example").parse().unwrap();
        world.make(CreateOidcProvider { issuer, name: None, ..create() }).await;
    }
    assert_eq!(world.refused(&root, create()).await, Reason::TooManyOidcProviders);
}

/// Every operation on providers, with what it needs. The provider is named by its name and by its issuer.
const ROWS: &[(&str, &str)] = &[
    ("ram:CreateOIDCProvider", "oidc-provider/new"),
    ("ram:GetOIDCProvider", "oidc-provider/okta"),
    ("ram:ListOIDCProviders", "oidc-provider/*"),
    ("ram:UpdateOIDCProvider", "oidc-provider/okta"),
    ("ram:DeleteOIDCProvider", "oidc-provider/okta"),
    ("ram:AddClientIdToOIDCProvider", "oidc-provider/okta"),
    ("ram:RemoveClientIdFromOIDCProvider", "oidc-provider/okta"),
    ("ram:AddFingerprintToOIDCProvider", "oidc-provider/okta"),
    ("ram:RemoveFingerprintFromOIDCProvider", "oidc-provider/okta"),
];

async fn run<Op: Operation>(stage: &Stage, caller: &Caller, op: Op) -> Result<()>
where
    Iam: Run<Op>,
{
    stage.world.deployment.gate().perform(caller, &stage.world.deployment.iam, op).await.map(|_| ())
}

async fn perform(stage: &Stage, action: &str, caller: &Caller, provider: ProviderRef) -> Result<()> {
    let value = "b".repeat(40);
    match action {
        "ram:CreateOIDCProvider" => {
            let issuer = "https://new.example".parse().unwrap();
            run(stage, caller, CreateOidcProvider { issuer, ..stage.create("new") }).await
        }
        "ram:GetOIDCProvider" => run(stage, caller, GetOidcProvider { provider }).await,
        "ram:ListOIDCProviders" => run(stage, caller, ListOidcProviders { page: PageRequest::default() }).await,
        "ram:UpdateOIDCProvider" => {
            let (client_ids, fingerprints, issuance_limit_hours) = (Some(Vec::new()), None, None);
            let op = UpdateOidcProvider { provider, description: None, client_ids, fingerprints, issuance_limit_hours };
            run(stage, caller, op).await
        }
        "ram:DeleteOIDCProvider" => run(stage, caller, DeleteOidcProvider { provider }).await,
        "ram:AddClientIdToOIDCProvider" => run(stage, caller, AddClientId { provider, value }).await,
        "ram:RemoveClientIdFromOIDCProvider" => run(stage, caller, RemoveClientId { provider, value }).await,
        "ram:AddFingerprintToOIDCProvider" => run(stage, caller, AddFingerprint { provider, value }).await,
        "ram:RemoveFingerprintFromOIDCProvider" => run(stage, caller, RemoveFingerprint { provider, value }).await,
        other => panic!("no such row: {other}"),
    }
}

#[tokio::test]
async fn who_may_look_after_providers() {
    for provider in [okta(), ProviderRef::Issuer("id.example/t".to_owned())] {
        for (action, path) in ROWS {
            let stage = Stage::new().await;
            let before = stage.world.make(GetOidcProvider { provider: okta() }).await;
            let reason = |result: Result<()>| result.err().map(|failure| failure.reason());
            let nobody = stage.world.deployment.anonymous();
            let answer = perform(&stage, action, &nobody, provider.clone()).await;
            assert_eq!(reason(answer), Some(Reason::MissingAuthentication), "{action}");
            let key = stage.world.user_with_key("caller").await;
            let powerless = stage.world.caller(&key).await;
            let answer = perform(&stage, action, &powerless, provider.clone()).await;
            assert_eq!(reason(answer), Some(Reason::AccessDenied), "{action}");
            let other = stage.world.deployment.tenant("second").await.unwrap();
            let stranger = stage.world.deployment.caller(&other.root).await.unwrap();
            let _ = perform(&stage, action, &stranger, provider.clone()).await;
            assert_eq!(stage.world.make(GetOidcProvider { provider: okta() }).await, before);

            stage.world.allow("caller", action, &[path]).await;
            let caller = stage.world.caller(&key).await;
            perform(&stage, action, &caller, provider.clone()).await.unwrap();
            let events = stage.world.events(stage.account()).await;
            assert_eq!(format!("ram:{}", events.last().unwrap().event_name), *action);
        }
    }
}

#[tokio::test]
async fn a_control_policy_holds_those_who_come_from_a_provider() {
    let stage = Stage::new().await;
    let (account, service) = (stage.account(), stage.world.deployment.service());
    let deny = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
        {"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}]}"#;
    stage.world.done(&service, SetControlPolicy { account, document: deny.to_owned() }).await;
    assert_eq!(stage.refused(stage.assume(stage.idp.token("alice"))).await, Reason::AccessDenied);
    let other = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"acs:ram:*:*:role/w*"}]}"#;
    stage.world.done(&service, SetControlPolicy { account, document: other.to_owned() }).await;
    stage.try_to(stage.assume(stage.idp.token("alice"))).await.unwrap();
}

#[tokio::test]
async fn a_trust_policy_sees_the_tags_of_its_role() {
    let stage = Stage::new().await;
    let provider = format!("acs:ram::{}:oidc-provider/okta", stage.account());
    stage.world.make(retrust(trust(&provider, &json!({"acs:ResourceTag/open": "yes", "oidc:aud": "client"})))).await;
    assert_eq!(stage.refused(stage.assume(stage.idp.token("alice"))).await, Reason::AccessDenied);
    let tags = Tags::new("Tags", [("open".to_owned(), "yes".to_owned())]).unwrap();
    stage.world.make(TagIdentities { of: vec![Tagged::Role("worker".parse().unwrap())], tags }).await;
    stage.try_to(stage.assume(stage.idp.token("alice"))).await.unwrap();
}
