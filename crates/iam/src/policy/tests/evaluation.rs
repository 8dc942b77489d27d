use super::super::{Context, Decision, Ground, Kind, Labelled, Mode, Outcome, PolicySet, PolicyType, decide, keys};
use super::{
    ALICE, ASSUME, BOB, GET, PUT, WORKER, alice, alone, away, home, object, request, role, root, says, user, worker,
};
use types::{Action, Principal, Resource, Service};

const ALLOW_ALL: &str = r#""Effect":"Allow","Action":"*","Resource":"*""#;
const DENY_ALL: &str = r#""Effect":"Deny","Action":"*","Resource":"*""#;
const DENY_PUT: &str = r#""Effect":"Deny","Action":"oss:PutObject","Resource":"*""#;

fn identity(statement: &str) -> Labelled {
    says(Kind::Identity, statement)
}

/// Whether one identity statement allows an action on a resource.
fn allows(statement: &str, action: &Action, resource: &Resource) -> bool {
    let statement = format!(r#""Effect":"Allow",{statement}"#);
    alone(&[identity(&statement)], action, resource, &Context::new()) == Outcome::Allow
}

/// What a bucket policy of this principal list, beside identity policies, says of `who` reading an object at home.
fn bucket(principal: &str, effect: &str, own: &[Labelled], who: &Principal) -> Outcome {
    let statement = format!(r#""Effect":"{effect}","Action":"oss:GetObject","Resource":"*",{principal}"#);
    let policy = says(Kind::Bucket, &statement);
    let set = PolicySet { identity: own, resource: Some(&policy), ..PolicySet::default() };
    decide(&set, &request(&GET, &object("b/k"), who, &Context::new())).outcome
}

/// What a trust policy of this principal, beside identity policies, says of `who` assuming a role at home.
fn assume(principal: &str, own: &[Labelled], who: &Principal, context: &Context) -> Outcome {
    let trust = says(Kind::Trust, &format!(r#""Effect":"Allow","Action":"sts:AssumeRole","Principal":{principal}"#));
    let set = PolicySet { identity: own, resource: Some(&trust), mode: Mode::AssumeRole, ..PolicySet::default() };
    decide(&set, &request(&ASSUME, &role(home(), "target"), who, context)).outcome
}

#[test]
fn actions_match_whatever_their_case_and_by_wildcards() {
    let on_all = |action: &str| allows(&format!(r#""Action":{action},"Resource":"*""#), &GET, &object("b/k"));
    for action in [
        r#""*""#,
        r#""oss:*""#,
        r#""oss:GetObject""#,
        r#""OSS:getobject""#,
        r#""oss:Get*""#,
        r#""oss:???Object""#,
        r#""*:Get*""#,
        r#"["oss:PutObject","oss:G*t"]"#,
    ] {
        assert!(on_all(action), "{action}");
    }
    for action in
        [r#""oss:PutObject""#, r#""oss:Get""#, r#""kms:*""#, r#""oss:?""#, r#""os:GetObject""#, r#""oss:GetObjects""#]
    {
        assert!(!on_all(action), "{action}");
    }
}

#[test]
fn not_action_is_all_but() {
    let but = |action: &str| allows(&format!(r#""NotAction":{action},"Resource":"*""#), &GET, &object("b/k"));
    assert!(but(r#"["oss:PutObject","kms:*"]"#));
    assert!(!but(r#"["kms:*","oss:Get*"]"#));
}

#[test]
fn resources_match_piece_by_piece() {
    let on =
        |resource: &str, path: &str| allows(&format!(r#""Action":"*","Resource":"{resource}""#), &GET, &object(path));
    for resource in [
        "*",
        "acs:*",
        "acs:oss:*",
        "acs:oss:*:*",
        "acs:oss:*:*:*",
        "acs:oss:*:*:b/*",
        "acs:oss:*:1111111111111111:b/k/x",
        "acs:oss:local-1:*:b/*",
        "acs:oss:oss-local-1:*:b*",
        "acs:oss:local-?:1*:b/?/x",
        "acs:OSS:*:*:b/k/x",
        "acs:o*:*:*:*x",
    ] {
        assert!(on(resource, "b/k/x"), "{resource}");
    }
    for resource in [
        "acs:kms:*",
        "acs:oss:*:*:b",
        "acs:oss:*:*:B/*",
        "acs:oss:*:2222222222222222:b/*",
        "acs:oss:local-2:*:b/*",
        "acs:oss:*:*:b/k",
        "acs:oss:*:*:?",
        "acs:oss:local-1*1111111111111111:*:b/*",
    ] {
        assert!(!on(resource, "b/k/x"), "{resource}");
    }
    assert!(on("acs:oss:*:*:b/a:b*", "b/a:b:c"), "the path keeps its colons");
}

#[test]
fn what_lives_in_no_region_needs_none() {
    let get_user = Action::read(Service::Ram, "GetUser");
    let resource = Resource::global(Service::Ram, home(), "user/bob");
    let on = |resource_pattern: &str| {
        allows(&format!(r#""Action":"ram:*","Resource":"{resource_pattern}""#), &get_user, &resource)
    };
    assert!(on("acs:ram::*:user/*"));
    assert!(on("acs:ram:*:*:user/bob"));
    assert!(!on("acs:ram:local-1:*:user/bob"));
    assert!(!on("acs:ram::*:role/*"));
}

#[test]
fn variables_in_resources() {
    let policy = [identity(r#""Effect":"Allow","Action":"*","Resource":"acs:oss:*:*:b/${acs:PrincipalName}/*""#)];
    let mut context = Context::new();
    assert_eq!(alone(&policy, &GET, &object("b/alice/x"), &context), Outcome::ImplicitDeny);
    context.set(keys::PRINCIPAL_NAME, "alice");
    assert_eq!(alone(&policy, &GET, &object("b/alice/x"), &context), Outcome::Allow);
    assert_eq!(alone(&policy, &GET, &object("b/bob/x"), &context), Outcome::ImplicitDeny);
    let region = [identity(r#""Effect":"Allow","Action":"*","Resource":"acs:oss:${x:region}:*:b/*""#)];
    context.set(super::super::Key::known("x:region"), "local-1");
    assert_eq!(alone(&region, &GET, &object("b/x"), &context), Outcome::Allow);
}

#[test]
fn deny_wins_and_silence_denies() {
    let context = Context::new();
    let (allow, deny) = (identity(ALLOW_ALL), identity(DENY_PUT));
    assert_eq!(alone(&[], &GET, &object("b"), &context), Outcome::ImplicitDeny);
    assert_eq!(alone(std::slice::from_ref(&allow), &PUT, &object("b"), &context), Outcome::Allow);
    assert_eq!(alone(&[allow.clone(), deny.clone()], &PUT, &object("b"), &context), Outcome::ExplicitDeny);
    assert_eq!(alone(&[deny.clone(), allow.clone()], &PUT, &object("b"), &context), Outcome::ExplicitDeny);
    assert_eq!(alone(&[deny, allow], &GET, &object("b"), &context), Outcome::Allow);
}

fn with_ceilings<'a>(
    control: Option<&'a Labelled>,
    session: Option<&'a Labelled>,
    own: &'a [Labelled],
) -> Decision<'a> {
    let set = PolicySet { control, session, identity: own, ..PolicySet::default() };
    decide(&set, &request(&GET, &object("b/k"), &alice(), &Context::new()))
}

#[test]
fn ceilings_only_take_away() {
    let (all, get, put) = (
        [identity(ALLOW_ALL)],
        identity(r#""Effect":"Allow","Action":"oss:Get*","Resource":"*""#),
        identity(r#""Effect":"Allow","Action":"oss:Put*","Resource":"*""#),
    );
    let deny = identity(DENY_ALL);
    assert!(with_ceilings(Some(&get), Some(&get), &all).is_allowed());
    assert_eq!(
        with_ceilings(None, Some(&get), &[]).ground,
        Ground::NoAllow(&[PolicyType::Identity, PolicyType::Resource])
    );
    for (control, session, missing) in [
        (Some(&put), None, PolicyType::Control),
        (None, Some(&put), PolicyType::Session),
        (Some(&put), Some(&put), PolicyType::Control),
    ] {
        let decision = with_ceilings(control, session, &all);
        assert_eq!(decision.outcome, Outcome::ImplicitDeny);
        assert_eq!(
            decision.ground,
            Ground::NoAllow(match missing {
                PolicyType::Control => &[PolicyType::Control],
                _ => &[PolicyType::Session],
            })
        );
        assert!(!decision.is_open(), "no list may lift a ceiling");
    }
    assert_eq!(with_ceilings(Some(&deny), None, &all).outcome, Outcome::ExplicitDeny);
    assert_eq!(with_ceilings(None, Some(&deny), &all).outcome, Outcome::ExplicitDeny);
    assert!(with_ceilings(None, None, &[]).is_open());
}

#[test]
fn a_decision_names_what_decided() {
    let policies = [
        Labelled { label: "first".into(), ..identity(r#""Effect":"Allow","Action":"kms:*","Resource":"*""#) },
        Labelled {
            label: "second".into(),
            ..identity(r#""Sid":"reads","Effect":"Allow","Action":"oss:Get*","Resource":"*""#)
        },
    ];
    let decision = with_ceilings(None, None, &policies);
    let Ground::Statement(place) = decision.ground else { panic!("{decision:?}") };
    assert_eq!(
        (place.policy, place.label, place.statement, place.sid),
        (PolicyType::Identity, "second", 0, Some("reads"))
    );
}

#[test]
fn whom_a_bucket_policy_names() {
    let principal = |entry: &str| format!(r#""Principal":[{entry}]"#);
    let named = |entry: &str, who: &Principal| bucket(&principal(entry), "Allow", &[], who) == Outcome::Allow;
    let denied = |entry: &str, who: &Principal| {
        bucket(&principal(entry), "Deny", &[identity(ALLOW_ALL)], who) == Outcome::ExplicitDeny
    };
    let bob = user(home(), BOB, "bob");
    let quoted = |text: &str| format!("\"{text}\"");
    for entry in
        [quoted(ALICE), quoted("acs:ram::1111111111111111:user/alice"), quoted("acs:ram:*:1111111111111111:user/alice")]
    {
        assert!(named(&entry, &alice()) && denied(&entry, &alice()), "{entry}");
        assert!(!named(&entry, &bob) && !denied(&entry, &bob), "{entry}");
        assert!(!named(&entry, &worker(home())) && !named(&entry, &Principal::Anonymous), "{entry}");
    }
    for entry in [
        quoted(WORKER),
        quoted("acs:ram::1111111111111111:role/worker"),
        quoted("arn:sts::1111111111111111:assumed-role/worker/*"),
        quoted("arn:sts::1111111111111111:assumed-role/*/s-1"),
    ] {
        assert!(named(&entry, &worker(home())) && denied(&entry, &worker(home())), "{entry}");
        assert!(!named(&entry, &alice()), "{entry}");
    }
    assert!(!named(&quoted("arn:sts::1111111111111111:assumed-role/worker/s-2"), &worker(home())));
    assert!(!named(&quoted("arn:sts::2222222222222222:assumed-role/worker/*"), &worker(home())));
    for who in [alice(), worker(home()), Principal::Anonymous] {
        assert!(named(&quoted("*"), &who) && denied(&quoted("*"), &who), "{who:?}");
    }
}

#[test]
fn naming_an_account_leaves_it_to_the_account() {
    let principal = r#""Principal":["1111111111111111"]"#;
    let own = [identity(r#""Effect":"Allow","Action":"oss:Get*","Resource":"*""#)];
    assert_eq!(bucket(principal, "Allow", &[], &alice()), Outcome::ImplicitDeny);
    assert_eq!(bucket(principal, "Allow", &own, &alice()), Outcome::Allow);
    assert_eq!(bucket(principal, "Allow", &[], &root(home())), Outcome::Allow);
    assert_eq!(bucket(principal, "Deny", &own, &alice()), Outcome::ExplicitDeny);
}

#[test]
fn a_bare_star_does_not_lock_out_the_owner() {
    let star = r#""Principal":"*""#;
    let conditioned = r#""Principal":"*","Condition":{"Null":{"x:k":"true"}}"#;
    assert_eq!(bucket(star, "Deny", &[], &root(home())), Outcome::ImplicitDeny);
    assert_eq!(bucket(star, "Deny", &[], &root(away())), Outcome::ExplicitDeny);
    assert_eq!(bucket(conditioned, "Deny", &[], &root(home())), Outcome::ExplicitDeny);
}

#[test]
fn not_principal_is_everybody_else() {
    let but_alice = format!(r#""NotPrincipal":["{ALICE}"]"#);
    assert_eq!(bucket(&but_alice, "Deny", &[identity(ALLOW_ALL)], &alice()), Outcome::Allow);
    for who in [user(home(), BOB, "bob"), root(away()), Principal::Anonymous] {
        assert_eq!(bucket(&but_alice, "Deny", &[identity(ALLOW_ALL)], &who), Outcome::ExplicitDeny, "{who:?}");
    }
    assert_eq!(bucket(&but_alice, "Allow", &[], &user(home(), BOB, "bob")), Outcome::Allow);
    assert_eq!(bucket(&but_alice, "Allow", &[], &Principal::Anonymous), Outcome::ImplicitDeny);
    let but_account = r#""NotPrincipal":["1111111111111111"]"#;
    assert_eq!(bucket(but_account, "Deny", &[identity(ALLOW_ALL)], &alice()), Outcome::Allow);
}

#[test]
fn another_accounts_resource_needs_both_sides() {
    let stranger = user(away(), BOB, "bob");
    let all = [identity(ALLOW_ALL)];
    for entry in [format!("\"{BOB}\""), "\"2222222222222222\"".to_owned(), "\"*\"".to_owned()] {
        let principal = format!(r#""Principal":[{entry}]"#);
        assert_eq!(bucket(&principal, "Allow", &[], &stranger), Outcome::ImplicitDeny, "{entry}");
        assert_eq!(bucket(&principal, "Allow", &all, &stranger), Outcome::Allow, "{entry}");
    }
    let others = format!(r#""Principal":["{ALICE}"]"#);
    assert_eq!(bucket(&others, "Allow", &all, &stranger), Outcome::ImplicitDeny);
    // Root has no policies that could hold it back at home, so the other side decides.
    assert_eq!(bucket(r#""Principal":["2222222222222222"]"#, "Allow", &[], &root(away())), Outcome::Allow);
    assert_eq!(bucket(&others, "Allow", &[], &root(away())), Outcome::ImplicitDeny);
}

#[test]
fn assuming_a_role_needs_both_sides() {
    let may = [identity(r#""Effect":"Allow","Action":"sts:AssumeRole","Resource":"acs:ram::*:role/target""#)];
    let context = Context::new();
    let account = r#"{"RAM":["acs:ram::1111111111111111:root"]}"#;
    assert_eq!(assume(account, &may, &alice(), &context), Outcome::Allow);
    assert_eq!(assume(account, &may, &worker(home()), &context), Outcome::Allow);
    assert_eq!(assume(account, &[], &alice(), &context), Outcome::ImplicitDeny);
    assert_eq!(assume(account, &may, &user(away(), BOB, "bob"), &context), Outcome::ImplicitDeny);
    let foreign = r#"{"RAM":"acs:ram::2222222222222222:user/bob"}"#;
    assert_eq!(assume(foreign, &may, &user(away(), BOB, "bob"), &context), Outcome::Allow);
    assert_eq!(assume(foreign, &may, &alice(), &context), Outcome::ImplicitDeny);
    let by_role = r#"{"RAM":"acs:ram::1111111111111111:role/worker"}"#;
    assert_eq!(assume(by_role, &may, &worker(home()), &context), Outcome::Allow);
    assert_eq!(assume(by_role, &may, &alice(), &context), Outcome::ImplicitDeny);
    assert_eq!(
        assume(account, &[], &root(home()), &context),
        Outcome::ImplicitDeny,
        "root has no policy that allows it"
    );
}

#[test]
fn services_and_assertions_have_only_the_trust_policy() {
    let service = Principal::Service { name: "ecs.aliyuncs.com".to_owned() };
    let mut context = Context::new();
    let trusted = r#"{"Service":["ecs.aliyuncs.com"]}"#;
    assert_eq!(assume(trusted, &[], &service, &context), Outcome::Allow);
    assert_eq!(assume(r#"{"Service":"oss.aliyuncs.com"}"#, &[], &service, &context), Outcome::ImplicitDeny);
    let provider = r#"{"Federated":["acs:ram::1111111111111111:saml-provider/idp"]}"#;
    assert_eq!(assume(provider, &[], &Principal::Anonymous, &context), Outcome::ImplicitDeny);
    context.set(keys::FEDERATED_PROVIDER, "acs:ram::1111111111111111:saml-provider/other");
    assert_eq!(assume(provider, &[], &Principal::Anonymous, &context), Outcome::ImplicitDeny);
    context.set(keys::FEDERATED_PROVIDER, "acs:ram::1111111111111111:saml-provider/idp");
    assert_eq!(assume(provider, &[], &Principal::Anonymous, &context), Outcome::Allow);
    assert_eq!(assume(provider, &[], &alice(), &context), Outcome::ImplicitDeny);
}

#[test]
fn a_role_session_is_held_by_its_session_policy() {
    let all = [identity(ALLOW_ALL)];
    let session = says(Kind::Session, r#""Effect":"Allow","Action":"oss:GetObject","Resource":"acs:oss:*:*:b/*""#);
    let who = worker(home());
    let context = Context::new();
    let set = PolicySet { session: Some(&session), identity: &all, ..PolicySet::default() };
    assert!(decide(&set, &request(&GET, &object("b/k"), &who, &context)).is_allowed());
    assert!(!decide(&set, &request(&GET, &object("c/k"), &who, &context)).is_allowed());
    assert!(!decide(&set, &request(&PUT, &object("b/k"), &who, &context)).is_allowed());
}

#[test]
fn what_lets_strangers_in() {
    let public = |effect: &str, principal: &str, condition: &str| {
        let text = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"{effect}","Action":"oss:GetObject",{principal},"Resource":"*"{condition}}}]}}"#
        );
        super::Document::parse(&text, super::Kind::Bucket).unwrap().is_public()
    };
    let all = r#""Principal":["*"]"#;
    assert!(public("Allow", all, ""));
    assert!(!public("Deny", all, ""));
    assert!(!public("Allow", r#""Principal":["1111111111111111"]"#, ""));
    assert!(public("Allow", r#""Principal":["1111111111111111","*"]"#, ""));
    assert!(public("Allow", r#""NotPrincipal":["1111111111111111"]"#, ""));
    let with = |condition: &str| public("Allow", all, &format!(r#","Condition":{{{condition}}}"#));
    for (condition, expected) in [
        (r#""IpAddress":{"acs:SourceIp":["10.0.0.0/8","192.168.1.1"]}"#, false),
        (r#""IpAddress":{"acs:SourceIp":["2001:db8::/32"]}"#, false),
        (r#""IpAddress":{"acs:SourceIp":["10.0.0.0/8","0.0.0.0/7"]}"#, true),
        (r#""IpAddress":{"acs:SourceIp":["::/16"]}"#, true),
        (r#""NotIpAddress":{"acs:SourceIp":["10.0.0.0/8"]}"#, true),
        (r#""IpAddressIfExists":{"acs:SourceIp":["10.0.0.0/8"]}"#, true),
        (r#""StringEquals":{"acs:PrincipalARN":["acs:ram::1111111111111111:user/a"]}"#, false),
        (r#""StringLike":{"acs:PrincipalARN":["acs:ram::1111111111111111:user/*"]}"#, true),
        (r#""StringNotEquals":{"acs:AccessId":["LTAI"]}"#, true),
        (r#""StringEquals":{"acs:AccessId":["LTAI"]}"#, false),
        (r#""ForAllValues:StringEquals":{"acs:AccessId":["LTAI"]}"#, true),
        (r#""Bool":{"acs:SecureTransport":["true"]}"#, true),
        (r#""StringEquals":{"acs:UserAgent":["me"]}"#, true),
        (r#""Bool":{"acs:SecureTransport":["true"]},"StringEquals":{"acs:AccessId":["LTAI"]}"#, false),
    ] {
        assert_eq!(with(condition), expected, "{condition}");
    }
}
