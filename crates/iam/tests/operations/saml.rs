use crate::world::{World, administrator, role, trust};
use iam::{
    AssumeRoleWithSaml, AssumedRole, AssumedRoleWithSaml, AttachPolicy, Caller, CreateLoginProfile, CreateSamlProvider,
    DeleteRole, DeleteSamlProvider, DetachPolicy, GetCallerIdentity, GetSamlProvider, GetUserSso, ListSamlProviders,
    ListUsers, PageRequest, Password, RoleArn, SamlPlaces, SamlProviderArn, SamlWords, SetControlPolicy, SetUserSso,
    SignIn, SignInWithSaml, SignedIn, TagIdentities, Tagged, Tags, UpdateRole, UpdateSamlProvider, UserSso,
    UserSsoWords, sweep_nonces,
};
use std::time::Duration;
use testkit::{Said, SamlIdp};
use types::{AccountId, Clock, Principal, Reason, Secret};

const WORDS: SamlWords = SamlWords {
    audiences: &["urn:example:sp"],
    recipients: &["https://sp.example/saml"],
    role: "role",
    session_name: "session",
    session_duration: "duration",
    arns: |role, provider| [role.to_string(), provider.to_string()],
};

fn provider(idp: &SamlIdp) -> CreateSamlProvider {
    let (name, description) = ("idp".parse().unwrap(), "ours".to_owned());
    CreateSamlProvider { name, description, metadata: idp.metadata() }
}

fn trusts(account: AccountId, condition: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole",
            "Principal":{{"Federated":["acs:ram::{account}:saml-provider/idp"]}},
            "Condition":{{"StringEquals":{{{condition}}}}}}}]}}"#
    )
}

/// A tenant with a provider and a role that trusts it and may do everything.
async fn world() -> (World, SamlIdp) {
    let (world, idp) = (World::new().await, SamlIdp::new(true));
    world.make(provider(&idp)).await;
    let account = world.tenant.account;
    world.role("worker", &trusts(account, r#""saml:recipient":"https://sp.example/saml""#)).await;
    world.make(AttachPolicy { holder: role("worker"), policy: administrator() }).await;
    (world, idp)
}

impl World {
    fn said(&self, id: &str) -> Said {
        let account = self.tenant.account;
        let pair = format!("acs:ram::{account}:role/worker,acs:ram::{account}:saml-provider/idp");
        Said {
            id: id.to_owned(),
            now: self.deployment.clock.now(),
            subject: "alice@idp.example".to_owned(),
            audience: "urn:example:sp".to_owned(),
            recipient: "https://sp.example/saml".to_owned(),
            session_ends: None,
            attributes: vec![("role".to_owned(), pair), ("session".to_owned(), "alice".to_owned())],
        }
    }

    fn with(&self, response: Vec<u8>) -> AssumeRoleWithSaml {
        let account = self.tenant.account;
        AssumeRoleWithSaml {
            provider: SamlProviderArn { account, name: "idp".parse().unwrap() },
            role: RoleArn { account, name: "worker".parse().unwrap() },
            response: Secret::new(response),
            duration_secs: None,
            policy: None,
            words: WORDS,
        }
    }

    async fn assumed(&self, op: AssumeRoleWithSaml) -> Result<AssumedRoleWithSaml, Reason> {
        let nobody = self.deployment.anonymous();
        let done = self.deployment.gate().perform(&nobody, &self.deployment.iam, op).await;
        done.map_err(|failure| failure.reason())
    }

    async fn reason(&self, op: AssumeRoleWithSaml) -> Option<Reason> {
        self.assumed(op).await.err()
    }

    async fn ended(&self, made: &AssumedRole) -> Option<Reason> {
        let token = Some(made.token.expose().clone());
        self.deployment.session(&made.access_key, token).await.err().map(|failure| failure.reason())
    }
}

#[tokio::test]
async fn whom_a_provider_vouches_for_has_the_roles_rights() {
    let (world, idp) = world().await;
    let response = idp.response(&world.said("a1"));
    let made = world.assumed(world.with(response.clone())).await.unwrap();
    let account = world.tenant.account;
    assert_eq!(made.made.arn, format!("acs:ram::{account}:role/worker/alice"));
    assert_eq!((made.issuer.as_str(), made.subject.as_str()), (SamlIdp::ENTITY, "alice@idp.example"));
    assert_eq!((made.subject_type.as_str(), made.audience.as_str()), ("persistent", "urn:example:sp"));
    let session = world.session(&made.made).await;
    world.done(&session, ListUsers { page: PageRequest::default() }).await;
    assert_eq!(world.done(&session, GetCallerIdentity).await.arn(), Some(made.made.arn.clone()));
    let events = world.events(account).await;
    let event = events.iter().find(|event| event.event_name == "AssumeRoleWithSAML").unwrap();
    assert_eq!(event.response_elements["Subject"], "alice@idp.example");
    assert_eq!(event.error_code, "");
    let text = String::from_utf8(response).unwrap();
    let value = text.split("SignatureValue>").nth(1).unwrap();
    let told = format!("{events:?}");
    assert!(!told.contains(&value[..32]) && !told.contains("a1\"") && !told.contains("SubjectConfirmation"));
}

#[tokio::test]
async fn an_assertion_counts_once() {
    let (world, idp) = world().await;
    let response = idp.response(&world.said("a1"));
    world.assumed(world.with(response.clone())).await.unwrap();
    assert_eq!(world.reason(world.with(response.clone())).await, Some(Reason::AssertionInvalid));
    // A provider that is made again is still the same one's.
    world.make(DeleteSamlProvider { name: "idp".parse().unwrap() }).await;
    world.make(provider(&idp)).await;
    assert_eq!(world.reason(world.with(response.clone())).await, Some(Reason::AssertionInvalid));
    world.assumed(world.with(idp.response(&world.said("a2")))).await.unwrap();
    // It is remembered for as long as it would be taken.
    world.deployment.clock.advance(Duration::from_secs(359));
    sweep_nonces(&world.deployment.identity, world.deployment.clock.now()).await.unwrap();
    assert_eq!(world.reason(world.with(response.clone())).await, Some(Reason::AssertionInvalid));
    world.deployment.clock.advance(Duration::from_secs(1));
    assert_eq!(world.reason(world.with(response)).await, Some(Reason::AssertionExpired));
    world.deployment.clock.advance(Duration::from_secs(3_600));
    assert!(sweep_nonces(&world.deployment.identity, world.deployment.clock.now()).await.unwrap() >= 2);
}

#[tokio::test]
async fn one_assertion_presented_by_many_at_once_counts_once() {
    let (world, idp) = world().await;
    let response = idp.response(&world.said("a1"));
    let present = || world.assumed(world.with(response.clone()));
    let (a, b, c, d) = tokio::join!(present(), present(), present(), present());
    assert_eq!([a, b, c, d].iter().filter(|made| made.is_ok()).count(), 1);
}

#[tokio::test]
async fn what_the_assertion_must_say() {
    let (world, idp) = world().await;
    let account = world.tenant.account;
    let said = || world.said("a1");
    let with = |attributes: &[(&str, String)]| {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Said { attributes, ..said() }
    };
    let pair = format!("acs:ram::{account}:role/worker,acs:ram::{account}:saml-provider/idp");
    let (session, own) = (("session", "alice".to_owned()), ("role", pair.clone()));
    let wrong = [
        Said { audience: "urn:example:other".to_owned(), ..said() },
        Said { recipient: "https://other.example".to_owned(), ..said() },
        with(std::slice::from_ref(&session)),
        with(std::slice::from_ref(&own)),
        with(&[own.clone(), session.clone(), session.clone()]),
        with(&[own.clone(), ("session", "a b".to_owned())]),
        with(&[("role", pair.replace("worker", "other")), session.clone()]),
        with(&[("role", pair.replace("idp", "other")), session.clone()]),
        with(&[("role", format!("{pair},x")), session.clone()]),
        with(&[own.clone(), session.clone(), ("duration", "long".to_owned())]),
    ];
    for said in &wrong {
        assert_eq!(world.reason(world.with(idp.response(said))).await, Some(Reason::AssertionInvalid), "{said:?}");
    }
    let late = Said { now: said().now.minus(Duration::from_secs(3_600)), ..said() };
    assert_eq!(world.reason(world.with(idp.response(&late))).await, Some(Reason::AssertionExpired));
    // The other way round, beside other roles.
    let turned = format!("acs:ram::{account}:saml-provider/idp, acs:ram::{account}:role/worker");
    let good = with(&[("role", pair.replace("worker", "other")), ("role", turned), session]);
    world.assumed(world.with(idp.response(&good))).await.unwrap();
}

#[tokio::test]
async fn sessions_last_as_long_as_everyone_allows() {
    let (world, idp) = world().await;
    let now = world.deployment.clock.now();
    let length = |made: &AssumedRoleWithSaml| made.made.expires.distance(now).as_secs();
    let mut number = 0;
    let mut said = |attribute: Option<&str>| {
        number += 1;
        let mut said = world.said(&format!("a{number}"));
        said.attributes.extend(attribute.map(|secs| ("duration".to_owned(), secs.to_owned())));
        said
    };
    let plain = world.assumed(world.with(idp.response(&said(None)))).await.unwrap();
    let by_provider = world.assumed(world.with(idp.response(&said(Some("1200"))))).await.unwrap();
    let response = idp.response(&said(Some("1200")));
    let by_call = AssumeRoleWithSaml { duration_secs: Some(1_800), ..world.with(response) };
    let by_call = world.assumed(by_call).await.unwrap();
    let ends = Said { session_ends: Some(now.plus(Duration::from_secs(600))), ..said(None) };
    let by_end = world.assumed(world.with(idp.response(&ends))).await.unwrap();
    assert_eq!([&plain, &by_provider, &by_call, &by_end].map(length), [3_600, 1_200, 1_800, 600]);
    for secs in ["899", "3601"] {
        assert_eq!(world.reason(world.with(idp.response(&said(Some(secs))))).await, Some(Reason::ParameterInvalid));
    }
    let long = AssumeRoleWithSaml { duration_secs: Some(3_601), ..world.with(idp.response(&said(None))) };
    assert_eq!(world.reason(long).await, Some(Reason::ParameterInvalid));
    let policy = AssumeRoleWithSaml { policy: Some("{}".to_owned()), ..world.with(idp.response(&said(None))) };
    assert_eq!(world.reason(policy).await, Some(Reason::PolicyMalformed));
}

#[tokio::test]
async fn the_role_must_trust_the_provider() {
    let (world, idp) = world().await;
    let account = world.tenant.account;
    let change = |trust: String| UpdateRole {
        name: "worker".parse().unwrap(),
        trust: Some(trust),
        original: None,
        description: None,
        max_session_secs: None,
    };
    let mut number = 0;
    let mut fresh = || {
        number += 1;
        world.with(idp.response(&world.said(&format!("a{number}"))))
    };
    for (condition, allowed) in [
        (r#""saml:sub":"alice@idp.example""#, true),
        (r#""saml:sub":"bob@idp.example""#, false),
        (r#""saml:sub_type":"persistent""#, true),
        (r#""saml:iss":"https://idp.example/metadata""#, true),
        (r#""saml:iss":"https://other.example""#, false),
        (r#""saml:aud":"urn:example:sp""#, true),
        (r#""saml:recipient":"https://signin.aliyun.com/saml-role/sso""#, false),
        (r#""sts:RoleSessionName":"alice""#, true),
    ] {
        world.make(change(trusts(account, condition))).await;
        let refused = world.reason(fresh()).await;
        assert_eq!(refused, (!allowed).then_some(Reason::AccessDenied), "{condition}");
    }
    let alice = r#""saml:sub":"alice@idp.example""#;
    for trust in [trust(account, "root"), trusts(account, alice).replace("provider/idp", "provider/other")] {
        world.make(change(trust.clone())).await;
        assert_eq!(world.reason(fresh()).await, Some(Reason::AccessDenied), "{trust}");
    }
}

#[tokio::test]
async fn only_the_provider_makes_its_signatures_and_nobody_else_learns_what_there_is() {
    let (world, idp) = world().await;
    let forger = SamlIdp::new(false);
    let forged = forger.response(&world.said("a1"));
    let missing = SamlProviderArn { name: "missing".parse().unwrap(), account: world.tenant.account };
    let other = RoleArn { name: "missing".parse().unwrap(), account: world.tenant.account };
    let nobody = world.deployment.anonymous();
    let mut texts = Vec::new();
    for op in [
        world.with(forged.clone()),
        AssumeRoleWithSaml { provider: missing, ..world.with(forged.clone()) },
        AssumeRoleWithSaml { role: other.clone(), ..world.with(forged.clone()) },
    ] {
        let failure = world.deployment.gate().perform(&nobody, &world.deployment.iam, op).await.err().unwrap();
        assert_eq!(failure.reason(), Reason::AssertionInvalid);
        texts.push(failure.to_string());
    }
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    let events = world.events(world.tenant.account).await;
    assert_eq!(events.iter().filter(|event| event.event_name == "AssumeRoleWithSAML").count(), 3);
    // Whoever has the provider's word hears the truth.
    let account = world.tenant.account;
    let pair = format!("acs:ram::{account}:role/missing,acs:ram::{account}:saml-provider/idp");
    let attributes = vec![("role".to_owned(), pair), ("session".to_owned(), "alice".to_owned())];
    let said = Said { attributes, ..world.said("a2") };
    let op = AssumeRoleWithSaml { role: other, ..world.with(idp.response(&said)) };
    assert_eq!(world.reason(op).await, Some(Reason::RoleNotFound));
    // With new keys the old ones count no more.
    let metadata = Some(forger.metadata());
    world.make(UpdateSamlProvider { name: "idp".parse().unwrap(), description: None, metadata }).await;
    assert_eq!(world.reason(world.with(idp.response(&world.said("a3")))).await, Some(Reason::AssertionInvalid));
    world.assumed(world.with(forger.response(&world.said("a4")))).await.unwrap();
}

#[tokio::test]
async fn whoever_only_tries_is_held_back() {
    let (world, idp) = world().await;
    let forged = SamlIdp::new(false).response(&world.said("a1"));
    // As for tokens of OIDC: they cannot be guessed, and many people ask from behind one address.
    for _ in 0..600 {
        assert_eq!(world.reason(world.with(forged.clone())).await, Some(Reason::AssertionInvalid));
    }
    assert_eq!(world.reason(world.with(forged)).await, Some(Reason::Throttled));
    world.assumed(world.with(idp.response(&world.said("a2")))).await.unwrap();
}

#[tokio::test]
async fn sessions_end_with_their_provider_and_with_their_role() {
    let (world, idp) = world().await;
    let made = world.assumed(world.with(idp.response(&world.said("a1")))).await.unwrap();
    assert_eq!(world.ended(&made.made).await, None);
    // Who assumes a role with it still rests on the provider's word.
    world.role("next", &crate::world::trust(world.tenant.account, "role/worker")).await;
    let session =
        world.deployment.session(&made.made.access_key, Some(made.made.token.expose().clone())).await.unwrap();
    let next = world.done(&session, world.assume("next")).await;
    assert_eq!(world.ended(&next).await, None);
    world.make(DeleteSamlProvider { name: "idp".parse().unwrap() }).await;
    assert_eq!(world.ended(&made.made).await, Some(Reason::SessionTokenInvalid));
    assert_eq!(world.ended(&next).await, Some(Reason::SessionTokenInvalid));
    world.make(provider(&idp)).await;
    assert_eq!(world.ended(&made.made).await, Some(Reason::SessionTokenInvalid));
    let made = world.assumed(world.with(idp.response(&world.said("a2")))).await.unwrap();
    assert_eq!(world.ended(&made.made).await, None);
    world.make(DetachPolicy { holder: role("worker"), policy: administrator() }).await;
    world.make(DeleteRole { name: "worker".parse().unwrap() }).await;
    assert_eq!(world.ended(&made.made).await, Some(Reason::SessionTokenInvalid));
}

#[tokio::test]
async fn other_accounts_providers_vouch_for_nobody() {
    let (world, idp) = world().await;
    let second = world.deployment.tenant("second").await.unwrap();
    let root = world.caller(&second.root).await;
    world.done(&root, provider(&idp)).await;
    // The same provider, registered by somebody else, for a role that is not theirs.
    let theirs = SamlProviderArn { account: second.account, name: "idp".parse().unwrap() };
    let op = AssumeRoleWithSaml { provider: theirs, ..world.with(idp.response(&world.said("a1"))) };
    assert_eq!(world.reason(op).await, Some(Reason::ParameterInvalid));
    // Whoever signs says who they are; here somebody else does.
    let signed = world.root().await;
    let op = world.with(idp.response(&world.said("a2")));
    assert_eq!(world.refused(&signed, op).await, Reason::AccessDenied);
}

#[tokio::test]
async fn providers_are_made_shown_changed_and_deleted() {
    let (world, idp) = (World::new().await, SamlIdp::new(true));
    let made = world.make(provider(&idp)).await;
    assert_eq!((made.entity.as_str(), made.description.as_str()), (SamlIdp::ENTITY, "ours"));
    let root = world.root().await;
    assert_eq!(world.refused(&root, provider(&idp)).await, Reason::SamlProviderExists);
    let shown = world.make(GetSamlProvider { name: made.name.clone() }).await;
    assert_eq!((shown.metadata, shown.record.id), (idp.metadata(), made.id.clone()));
    let listed = world.make(ListSamlProviders { page: PageRequest::default() }).await;
    assert_eq!(listed.items.len(), 1);
    let change = |metadata: Option<String>| UpdateSamlProvider {
        name: made.name.clone(),
        description: Some(String::new()),
        metadata,
    };
    let moved = idp.metadata().replace("https://idp.example/metadata", "urn:moved");
    let changed = world.make(change(Some(moved))).await;
    assert_eq!((changed.entity.as_str(), changed.description.as_str(), changed.id), ("urn:moved", "", made.id.clone()));
    for wrong in ["", "<x/>", "<!DOCTYPE x>", &idp.metadata().replace("IDPSSO", "SPSSO")] {
        assert_eq!(world.refused(&root, change(Some(wrong.to_owned()))).await, Reason::ParameterInvalid);
        let op = CreateSamlProvider { metadata: wrong.to_owned(), name: "new".parse().unwrap(), ..provider(&idp) };
        assert_eq!(world.refused(&root, op).await, Reason::ParameterInvalid);
    }
    let long = CreateSamlProvider { description: "a".repeat(257), name: "new".parse().unwrap(), ..provider(&idp) };
    assert_eq!(world.refused(&root, long).await, Reason::ParameterInvalid);
    world.make(DeleteSamlProvider { name: made.name.clone() }).await;
    for missing in [
        world.refused(&root, GetSamlProvider { name: made.name.clone() }).await,
        world.refused(&root, change(None)).await,
        world.refused(&root, DeleteSamlProvider { name: made.name.clone() }).await,
    ] {
        assert_eq!(missing, Reason::SamlProviderNotFound);
    }
    for number in 0..100 {
        world.make(CreateSamlProvider { name: format!("idp{number}").parse().unwrap(), ..provider(&idp) }).await;
    }
    assert_eq!(world.refused(&root, provider(&idp)).await, Reason::TooManySamlProviders);
}

const USER_WORDS: UserSsoWords = UserSsoWords {
    audiences: |account| vec![format!("urn:example:{account}")],
    recipients: &["https://sp.example/saml"],
    domain: |account| format!("{account}.example"),
};

impl World {
    fn says(&self, id: &str, user: &str) -> Said {
        let audience = format!("urn:example:{}", self.tenant.account);
        Said { subject: user.to_owned(), audience, attributes: Vec::new(), ..self.said(id) }
    }

    async fn signed_in(&self, response: Vec<u8>) -> Result<SignedIn, Reason> {
        let account = self.tenant.account.to_string();
        let op = SignInWithSaml { account, response: Secret::new(response), words: USER_WORDS };
        let nobody = self.deployment.anonymous();
        let done = self.deployment.gate().perform(&nobody, &self.deployment.iam, op).await;
        done.map_err(|failure| failure.reason())
    }

    async fn caller_of(&self, made: &SignedIn) -> Result<Caller, Reason> {
        let token = Some(made.token.expose().clone());
        self.deployment.session(&made.access_key, token).await.map_err(|failure| failure.reason())
    }

    async fn by_password(&self, user: &str) -> Result<SignedIn, Reason> {
        let password = Password::new("correct horse".to_owned());
        let op = SignIn {
            account: self.tenant.account.to_string(),
            user: user.to_owned(),
            password,
            code: None,
            passkey: None,
        };
        let nobody = self.deployment.anonymous();
        let tried = self.deployment.gate().perform(&nobody, &self.deployment.iam, op).await;
        tried.and_then(iam::Tried::into_result).map_err(|failure| failure.reason())
    }
}

#[tokio::test]
async fn users_sign_in_at_the_accounts_own_provider() {
    let (world, idp) = (World::new().await, SamlIdp::new(true));
    world.user("alice").await;
    let password = Password::new("correct horse".to_owned());
    let user = "alice".parse().unwrap();
    world.make(CreateLoginProfile { user, password, reset_required: false, mfa_required: false }).await;
    let domain = format!("alice@{}.example", world.tenant.account);
    let before = world.by_password("alice").await.unwrap();
    world.caller_of(&before).await.unwrap();
    // Not before it is set up and switched on.
    let root = world.root().await;
    let on = SetUserSso { enabled: Some(true), ..SetUserSso::default() };
    assert_eq!(world.refused(&root, on.clone()).await, Reason::ParameterMissing);
    world.make(SetUserSso { metadata: Some(idp.metadata()), ..SetUserSso::default() }).await;
    assert_eq!(world.signed_in(idp.response(&world.says("a0", &domain))).await.err(), Some(Reason::AssertionInvalid));
    let wrong = SetUserSso { metadata: Some("<x/>".to_owned()), ..SetUserSso::default() };
    assert_eq!(world.refused(&root, wrong).await, Reason::ParameterInvalid);

    world.deployment.clock.advance(Duration::from_secs(1));
    let set = world.make(on.clone()).await;
    assert_eq!(set, UserSso { enabled: true, metadata: Some(idp.metadata()), with_domain: true });
    assert_eq!(world.make(GetUserSso).await, set);
    let response = idp.response(&world.says("a1", &domain));
    let made = world.signed_in(response.clone()).await.unwrap();
    assert_eq!((made.user.name.as_str(), made.mfa), ("alice", false));
    assert_eq!(made.expires.distance(world.deployment.clock.now()).as_secs(), 6 * 3_600);
    let alice = world.caller_of(&made).await.unwrap();
    assert!(
        matches!(world.done(&alice, GetCallerIdentity).await, Principal::User { name, .. } if name.as_str() == "alice")
    );
    assert_eq!(world.signed_in(response).await.err(), Some(Reason::AssertionInvalid), "presented before");
    // Passwords no longer let in, and sessions by them are over.
    assert_eq!(world.by_password("alice").await.err(), Some(Reason::SignInFailed));
    assert_eq!(world.caller_of(&before).await.err(), Some(Reason::SessionTokenInvalid));
    let forged = SamlIdp::new(false).response(&world.says("a2", &domain));
    assert_eq!(world.signed_in(forged).await.err(), Some(Reason::AssertionInvalid));
    let other = world.says("a3", "alice@1000000000000009.example");
    assert_eq!(world.signed_in(idp.response(&other)).await.err(), Some(Reason::AssertionInvalid));
    assert_eq!(world.signed_in(idp.response(&world.says("a4", "alice"))).await.err(), Some(Reason::AssertionInvalid));
    let nobody = world.says("a5", &domain.replace("alice", "nobody"));
    assert_eq!(world.signed_in(idp.response(&nobody)).await.err(), Some(Reason::SignInFailed));
    let role = Said { audience: "urn:example:sp".to_owned(), ..world.says("a6", &domain) };
    assert_eq!(world.signed_in(idp.response(&role)).await.err(), Some(Reason::AssertionInvalid));

    world.make(SetUserSso { with_domain: Some(false), ..SetUserSso::default() }).await;
    let plain = world.signed_in(idp.response(&world.says("a7", "alice"))).await.unwrap();
    world.caller_of(&plain).await.unwrap();
    // Switched off, and on again.
    world.deployment.clock.advance(Duration::from_secs(1));
    world.make(SetUserSso { enabled: Some(false), ..SetUserSso::default() }).await;
    assert_eq!(world.caller_of(&plain).await.err(), Some(Reason::SessionTokenInvalid));
    world.by_password("alice").await.unwrap();
    world.deployment.clock.advance(Duration::from_secs(1));
    world.make(on).await;
    assert_eq!(world.caller_of(&plain).await.err(), Some(Reason::SessionTokenInvalid));
    let events = world.events(world.tenant.account).await;
    let tries: Vec<&str> = events.iter().filter(|e| e.event_name == "SignInWithSAML").map(|e| &*e.error_code).collect();
    assert_eq!(tries.len(), 9, "{tries:?}");
}

fn own_places() -> SamlPlaces {
    SamlPlaces {
        recipients: vec!["https://own.example/role".to_owned()],
        audiences: vec!["urn:own".to_owned()],
        user_recipients: vec!["https://own.example/sso".to_owned()],
        user_audiences: vec!["https://own.example/{account}".to_owned()],
        only_own: false,
    }
}

#[tokio::test]
async fn a_deployment_has_places_of_its_own() {
    let (mut world, idp) = world().await;
    let account = world.tenant.account;
    let own = |world: &World, id: &str| Said {
        audience: "urn:own".to_owned(),
        recipient: "https://own.example/role".to_owned(),
        ..world.said(id)
    };
    let both = r#""saml:recipient":["https://own.example/role","https://sp.example/saml"]"#;
    let name = "worker".parse().unwrap();
    let trust = Some(trusts(account, both));
    world.make(UpdateRole { name, trust, original: None, description: None, max_session_secs: None }).await;
    let response = idp.response(&own(&world, "a1"));
    assert_eq!(world.reason(world.with(response.clone())).await, Some(Reason::AssertionInvalid));
    let with = |world: &World, places: SamlPlaces| world.deployment.iam.clone().with_saml_places(places);
    world.deployment.iam = with(&world, own_places());
    world.assumed(world.with(response)).await.unwrap();
    world.assumed(world.with(idp.response(&world.said("a2")))).await.unwrap();
    world.deployment.iam = with(&world, SamlPlaces { only_own: true, ..own_places() });
    world.assumed(world.with(idp.response(&own(&world, "a3")))).await.unwrap();
    assert_eq!(world.reason(world.with(idp.response(&world.said("a4")))).await, Some(Reason::AssertionInvalid));
    // One of both is not enough.
    let mixed = Said { recipient: "https://sp.example/saml".to_owned(), ..own(&world, "a5") };
    assert_eq!(world.reason(world.with(idp.response(&mixed))).await, Some(Reason::AssertionInvalid));
}

#[tokio::test]
async fn users_sign_in_at_places_of_the_deployments_own() {
    let (mut world, idp) = world().await;
    let account = world.tenant.account;
    world.user("alice").await;
    let op = SetUserSso { metadata: Some(idp.metadata()), enabled: Some(true), with_domain: Some(false) };
    world.make(op).await;
    world.deployment.iam = world.deployment.iam.clone().with_saml_places(own_places());
    let said = |world: &World, id: &str, audience: String| Said {
        audience,
        recipient: "https://own.example/sso".to_owned(),
        subject: "alice".to_owned(),
        ..world.said(id)
    };
    let words = UserSsoWords { audiences: |_| Vec::new(), recipients: &[], domain: |_| String::new() };
    let enter = async |world: &World, said: Said| {
        let response = Secret::new(idp.response(&said));
        let op = SignInWithSaml { account: account.to_string(), response, words };
        let nobody = world.deployment.anonymous();
        world.deployment.gate().perform(&nobody, &world.deployment.iam, op).await.map_err(|failure| failure.reason())
    };
    let right = said(&world, "b1", format!("https://own.example/{account}"));
    assert_eq!(enter(&world, right).await.unwrap().user.name.as_str(), "alice");
    for wrong in ["https://own.example/1000000000000000", "https://own.example/{account}", "urn:own"] {
        let refused = enter(&world, said(&world, "b2", wrong.to_owned())).await.err();
        assert_eq!(refused, Some(Reason::AssertionInvalid), "{wrong}");
    }
}

#[tokio::test]
async fn a_control_policy_and_the_roles_tags_count_for_whom_a_provider_vouches() {
    let (world, idp) = world().await;
    let (account, service) = (world.tenant.account, world.deployment.service());
    let nothing = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}"#;
    world.done(&service, SetControlPolicy { account, document: nothing.to_owned() }).await;
    let denied = world.reason(world.with(idp.response(&world.said("a1")))).await;
    assert_eq!(denied, Some(Reason::AccessDenied));
    let document = crate::world::EVERYTHING.to_owned();
    world.done(&service, SetControlPolicy { account, document }).await;
    world.assumed(world.with(idp.response(&world.said("a2")))).await.unwrap();
    let name = "worker".parse().unwrap();
    let tagged = r#""saml:recipient":"https://sp.example/saml","acs:ResourceTag/open":"yes""#;
    let trust = Some(trusts(account, tagged));
    world.make(UpdateRole { name, trust, original: None, description: None, max_session_secs: None }).await;
    let denied = world.reason(world.with(idp.response(&world.said("a3")))).await;
    assert_eq!(denied, Some(Reason::AccessDenied));
    let tags = Tags::new("Tags", [("open".to_owned(), "yes".to_owned())]).unwrap();
    world.make(TagIdentities { of: vec![Tagged::Role("worker".parse().unwrap())], tags }).await;
    world.assumed(world.with(idp.response(&world.said("a4")))).await.unwrap();
}
