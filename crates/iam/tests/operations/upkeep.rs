//! How well an account is kept: summaries and reports, networks of access keys, the age of second factors.

use crate::world::{EVERYTHING, World, code, codes, custom, role, trust, user};
use iam::{
    AttachPolicy, BindMfaDevice, CreateLoginProfile, CreateMfaDevice, CredentialRow, DeleteAccessKey,
    GetAccountKeyNetworks, GetAccountSummary, GetKeyNetworks, GetSessionToken, GetUser, KeyNetworks, ListUsers,
    PageRequest, Password, PasswordPolicy, ReportCredentials, ReportPurpose, SetAccountKeyNetworks, SetKeyNetworks,
    SetPasswordPolicy, SignIn, UpdateAccessKey,
};
use std::time::Duration;
use types::{AccessKeyId, Clock, Reason, Secret};

const PASSWORD: &str = "correct horse";

async fn person(world: &World, name: &str) -> String {
    world.user(name).await;
    let (user, password) = (name.parse().unwrap(), Password::new(PASSWORD.to_owned()));
    world.make(CreateLoginProfile { user, password, reset_required: false, mfa_required: false }).await;
    let device = world.make(CreateMfaDevice { name: name.parse().unwrap() }).await;
    let seed = device.seed.expose().clone();
    let codes = codes(world, &seed);
    world.make(BindMfaDevice { user: name.parse().unwrap(), serial: device.serial, codes }).await;
    seed
}

#[tokio::test]
async fn an_account_is_counted_and_reported() {
    let world = World::new().await;
    person(&world, "alice").await;
    let key = world.user_with_key("bob").await;
    world.role("reader", &trust(world.tenant.account, "root")).await;
    world.policy("mine", EVERYTHING).await;
    world.group("staff").await;
    world.make(SetPasswordPolicy { policy: PasswordPolicy { max_age_days: 10, ..PasswordPolicy::default() } }).await;
    world.caller(&key).await;
    world.make(UpdateAccessKey { user: Some("bob".parse().unwrap()), access_key: key.clone(), active: false }).await;
    let found = world.make(GetAccountSummary).await;
    assert_eq!((found.users, found.groups, found.roles, found.policies), (2, 1, 1, 1));
    assert_eq!((found.devices, found.devices_in_use, found.root_keys), (1, 1, 1));
    let report = world.make(ReportCredentials { purpose: ReportPurpose::Credentials }).await;
    let now = world.deployment.clock.now();
    assert_eq!(report.made, now);
    let names: Vec<Option<String>> =
        report.rows.iter().map(|row| row.user.as_ref().map(|user| user.name.to_string())).collect();
    assert_eq!(names, [None, Some("alice".to_owned()), Some("bob".to_owned())]);
    let [root, alice, bob]: [CredentialRow; 3] = report.rows.try_into().unwrap();
    assert_eq!((root.keys.len(), root.keys[0].used, root.password, root.mfa), (1, Some(now), None, false));
    // Somebody else set it, so it is good for as long as such passwords are.
    assert_eq!(alice.password, Some((now, Some(now.plus(Duration::from_secs(14 * 86_400))))));
    assert!(alice.mfa && alice.keys.is_empty());
    assert_eq!((bob.keys.len(), bob.keys[0].active, bob.keys[0].used), (1, false, Some(now)));
    assert!(bob.password.is_none() && !bob.mfa);
}

fn rule(active: bool, networks: &[&str]) -> Option<KeyNetworks> {
    Some(KeyNetworks { active, networks: networks.iter().map(|text| (*text).to_owned()).collect() })
}

async fn refusal(world: &World, key: &AccessKeyId) -> Option<Reason> {
    world.deployment.caller(key).await.err().map(|failure| failure.reason())
}

#[tokio::test]
async fn an_access_key_is_used_from_its_networks_alone() {
    let world = World::new().await;
    let key = world.user_with_key("alice").await;
    let (elsewhere, here) = (["192.0.2.0/24", "2001:db8::/32"], ["127.0.0.0/8"]);
    let set = |rule| SetKeyNetworks { user: Some("alice".parse().unwrap()), access_key: key.clone(), rule };
    let get = || GetKeyNetworks { user: Some("alice".parse().unwrap()), access_key: key.clone() };
    assert_eq!(world.make(get()).await, None);
    for (networks, expected) in [
        (rule(true, &elsewhere), Some(Reason::AccessDenied)),
        (rule(true, &[]), Some(Reason::AccessDenied)),
        (rule(false, &elsewhere), None),
        (rule(true, &here), None),
        (None, None),
    ] {
        world.make(set(networks.clone())).await;
        assert_eq!(world.make(get()).await, networks);
        assert_eq!(refusal(&world, &key).await, expected, "{networks:?}");
    }
    // The account's rule is for keys that have none of their own.
    let root = world.root().await;
    let account = |rule| SetAccountKeyNetworks { rule };
    world.make(account(rule(true, &here))).await;
    assert_eq!(refusal(&world, &key).await, None);
    world.make(set(rule(true, &elsewhere))).await;
    assert_eq!(refusal(&world, &key).await, Some(Reason::AccessDenied));
    // Nobody shuts the key out that they sign with.
    assert_eq!(world.refused(&root, account(rule(true, &elsewhere))).await, Reason::ParameterInvalid);
    let own = SetKeyNetworks { user: None, access_key: world.tenant.root.clone(), rule: rule(true, &elsewhere) };
    assert_eq!(world.refused(&root, own).await, Reason::ParameterInvalid);
    let own = SetKeyNetworks { user: None, access_key: world.tenant.root.clone(), rule: rule(true, &here) };
    world.make(own).await;
    world.make(account(rule(true, &elsewhere))).await;
    world.make(set(None)).await;
    assert_eq!(refusal(&world, &key).await, Some(Reason::AccessDenied));
    assert_eq!(world.make(GetAccountKeyNetworks).await, rule(true, &elsewhere));
    world.make(account(None)).await;
    assert_eq!(refusal(&world, &key).await, None);
    // A rule goes with its key.
    world.make(set(rule(true, &elsewhere))).await;
    world.make(DeleteAccessKey { user: Some("alice".parse().unwrap()), access_key: key.clone() }).await;
    assert_eq!(world.refused(&root, get()).await, Reason::AccessKeyMissing);
    for wrong in [rule(true, &["nowhere"]), rule(false, &["10.0.0.0/33"]), rule(true, &["10.0.0.1"; 51])] {
        assert_eq!(world.refused(&root, account(wrong)).await, Reason::ParameterInvalid);
    }
}

#[tokio::test]
async fn rules_about_networks_are_not_for_sessions() {
    let world = World::new().await;
    let key = world.admin("alice").await;
    world.role("reader", &trust(world.tenant.account, "root")).await;
    let alice = world.caller(&key).await;
    let assumed = world.done(&alice, world.assume("reader")).await;
    let token = world.done(&alice, GetSessionToken { duration_secs: None }).await;
    let (user, elsewhere) = (Some("alice".parse().unwrap()), rule(true, &["192.0.2.1"]));
    world.make(SetKeyNetworks { user, access_key: key.clone(), rule: elsewhere }).await;
    assert_eq!(refusal(&world, &key).await, Some(Reason::AccessDenied));
    world.session(&assumed).await;
    let of_key = world.deployment.session(&token.access_key, Some(token.token.expose().clone())).await;
    world.done(&of_key.unwrap(), ListUsers { page: PageRequest::default() }).await;
}

#[tokio::test]
async fn conditions_ask_how_long_ago_the_second_factor_was_shown() {
    let world = World::new().await;
    let seed = person(&world, "alice").await;
    let fresh = EVERYTHING.replace("}]}", r#","Condition":{"NumericLessThan":{"acs:MFAAge":"900"}}}]}"#);
    world.policy("fresh", &fresh).await;
    world.role("reader", &trust(world.tenant.account, "root")).await;
    for holder in [user("alice"), role("reader")] {
        world.make(AttachPolicy { holder, policy: custom("fresh") }).await;
    }
    world.deployment.clock.advance(Duration::from_secs(60));
    let op = SignIn {
        account: world.tenant.account.to_string(),
        user: "alice".to_owned(),
        password: Password::new(PASSWORD.to_owned()),
        code: Some(Secret::new(code(&world, &seed, 0))),
        passkey: None,
    };
    let made = world.done(&world.deployment.anonymous(), op).await.into_result().unwrap();
    let session = async || {
        let token = made.token.expose().clone();
        world.deployment.session(&made.access_key, Some(token)).await.unwrap()
    };
    let get = || GetUser { name: "alice".parse().unwrap() };
    world.done(&session().await, get()).await;
    world.deployment.clock.advance(Duration::from_secs(600));
    // A role takes the age along.
    let assumed = world.done(&session().await, world.assume("reader")).await;
    world.done(&world.session(&assumed).await, get()).await;
    world.deployment.clock.advance(Duration::from_secs(301));
    assert_eq!(world.refused(&world.session(&assumed).await, get()).await, Reason::AccessDenied);
    assert_eq!(world.refused(&session().await, get()).await, Reason::AccessDenied);
    // Where no second factor was shown, there is no age.
    let key = world.user_with_key("bob").await;
    world.make(AttachPolicy { holder: user("bob"), policy: custom("fresh") }).await;
    assert_eq!(world.refused(&world.caller(&key).await, get()).await, Reason::AccessDenied);
}
