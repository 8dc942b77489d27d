use crate::world::{EVERYTHING, ORIGIN, World, asked, code, codes, custom, party, user};
use iam::{
    AttachPolicy, BeginPasskeyRegistration, BeginPasskeySignIn, BindMfaDevice, Caller, ChangePassword,
    CreateLoginProfile, CreateMfaDevice, DeleteLoginProfile, DeletePasskey, DeleteUser, GetCallerIdentity,
    GetSessionToken, Iam, ListPasskeys, ListUsers, PASSKEYS_MOST, PageRequest, Passkey, Password, RegisterPasskey,
    ReportCredentials, ReportPurpose, SetSecurityPreference, SignIn, SignInWithPasskey, SignedIn, UpdateLoginProfile,
    UpdatePasskey, UpdateUser, UserProfile,
};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{Authenticator, SeededRng};
use types::{Principal, Reason, Secret};

const PASSWORD: &str = "correct horse";
const MINUTE: Duration = Duration::from_secs(60);

fn name<T: std::str::FromStr<Err = types::NameError>>(text: &str) -> T {
    text.parse().unwrap()
}

fn authenticator(seed: u64) -> Authenticator {
    Authenticator::new(-7, ORIGIN, &SeededRng::new(seed)).unwrap()
}

fn registration(user: &str, answer: String) -> RegisterPasskey {
    RegisterPasskey { user: name(user), name: "phone".to_owned(), answer: answer.into_bytes() }
}

impl World {
    /// A user who may sign in.
    async fn someone(&self, user: &str, mfa_required: bool) {
        self.user(user).await;
        let password = Password::new(PASSWORD.to_owned());
        self.make(CreateLoginProfile { user: name(user), password, reset_required: false, mfa_required }).await;
    }

    /// One with a passkey of this authenticator.
    async fn with_passkey(&self, user: &str, by: &mut Authenticator) -> Passkey {
        self.someone(user, false).await;
        let answer = self.answer(user, by).await;
        self.make(registration(user, answer)).await
    }

    async fn answer(&self, user: &str, by: &mut Authenticator) -> String {
        by.register(&asked(&self.make(BeginPasskeyRegistration { user: name(user) }).await)).unwrap()
    }

    async fn request(&self, second_factor: bool) -> Value {
        let asked = self.done(&self.deployment.anonymous(), BeginPasskeySignIn { second_factor }).await;
        assert_eq!((asked.party.as_str(), asked.verified), (party().id(), !second_factor));
        json!({"challenge": crate::world::b64(&asked.challenge)})
    }

    async fn show(&self, answer: String) -> Result<SignedIn, Reason> {
        let (nobody, answer) = (self.deployment.anonymous(), Secret::new(answer.into_bytes()));
        let tried = self.deployment.gate().perform(&nobody, &self.deployment.iam, SignInWithPasskey { answer }).await;
        tried.and_then(iam::Tried::into_result).map_err(|failure| failure.reason())
    }

    async fn enter(&self, by: &mut Authenticator) -> Result<SignedIn, Reason> {
        let request = self.request(false).await;
        self.show(by.sign_in(&request).unwrap()).await
    }

    async fn with_password(
        &self,
        user: &str,
        password: &str,
        code: Option<String>,
        passkey: Option<String>,
    ) -> Result<SignedIn, Reason> {
        let op = SignIn {
            account: self.tenant.account.to_string(),
            user: user.to_owned(),
            password: Password::new(password.to_owned()),
            code: code.map(Secret::new),
            passkey: passkey.map(|answer| Secret::new(answer.into_bytes())),
        };
        let tried = self.deployment.gate().perform(&self.deployment.anonymous(), &self.deployment.iam, op).await;
        tried.and_then(iam::Tried::into_result).map_err(|failure| failure.reason())
    }

    async fn as_whom(&self, made: &SignedIn) -> Caller {
        self.deployment.session(&made.access_key, Some(made.token.expose().clone())).await.unwrap()
    }
}

#[tokio::test]
async fn a_passkey_lets_its_user_in_with_two_factors() {
    let world = World::new().await;
    let mut by = authenticator(1);
    let made = world.with_passkey("alice", &mut by).await;
    assert_eq!((made.name.as_str(), made.used), ("phone", None));
    let shown = world.enter(&mut by).await.unwrap();
    assert!(shown.mfa && !shown.must_bind_mfa && !shown.must_change_password);
    let caller = world.as_whom(&shown).await;
    assert!(matches!(caller.principal(), Principal::User { name, .. } if name.as_str() == "alice"));
    world.done(&caller, GetCallerIdentity).await;
    // Policies see the factor and its age.
    let fresh = EVERYTHING
        .replace("}]}", r#","Condition":{"Bool":{"acs:MFAPresent":"true"},"NumericLessThan":{"acs:MFAAge":"60"}}}]}"#);
    world.policy("fresh", &fresh).await;
    world.make(AttachPolicy { holder: user("alice"), policy: custom("fresh") }).await;
    let list = || ListUsers { page: PageRequest::default() };
    world.done(&world.as_whom(&shown).await, list()).await;
    world.deployment.clock.advance(MINUTE);
    assert_eq!(world.refused(&world.as_whom(&shown).await, list()).await, Reason::AccessDenied);
    let listed = world.make(ListPasskeys { user: name("alice") }).await;
    assert!(listed[0].used.is_some() && listed[0].id == made.id);
    // The event names who it was and nothing of what was answered; the report says when.
    let events = world.events(world.tenant.account).await;
    let event = events.iter().find(|event| event.event_name == "SignInWithPasskey").unwrap();
    assert_eq!(event.response_elements["UserName"], "alice");
    let report = world.make(ReportCredentials { purpose: ReportPurpose::Credentials }).await;
    let row = report.rows.iter().find(|row| row.user.is_some()).unwrap();
    assert!(row.mfa && row.signed_in.is_some());
}

#[tokio::test]
async fn a_challenge_counts_once_for_one_purpose_and_for_five_minutes() {
    let world = World::new().await;
    let root = world.root().await;
    let mut by = authenticator(1);
    world.with_passkey("alice", &mut by).await;
    let request = world.request(false).await;
    let answer = by.sign_in(&request).unwrap();
    world.show(answer.clone()).await.unwrap();
    assert_eq!(world.show(answer).await.err(), Some(Reason::SignInFailed), "the same again");
    assert_eq!(world.show(by.sign_in(&request).unwrap()).await.err(), Some(Reason::SignInFailed), "signed anew");
    // A try that fails uses it up, too.
    let request = world.request(false).await;
    by.flags = 0x01;
    assert_eq!(world.show(by.sign_in(&request).unwrap()).await.err(), Some(Reason::SignInFailed));
    by.flags = 0x05;
    assert_eq!(world.show(by.sign_in(&request).unwrap()).await.err(), Some(Reason::SignInFailed));
    // One for beside a password does not do alone, where users have to be verified.
    let second = world.request(true).await;
    assert_eq!(world.show(by.sign_in(&second).unwrap()).await.err(), Some(Reason::SignInFailed));
    let late = world.request(false).await;
    world.deployment.clock.advance(5 * MINUTE);
    assert_eq!(world.show(by.sign_in(&late).unwrap()).await.err(), Some(Reason::SignInFailed));
    let made_up = json!({"challenge": crate::world::b64(&[7; 64])});
    assert_eq!(world.show(by.sign_in(&made_up).unwrap()).await.err(), Some(Reason::SignInFailed));
    // Registering: neither another user's, nor one for signing in, nor the same twice, nor one that is past its time.
    world.user("bob").await;
    let mut other = authenticator(2);
    let of_bob = world.answer("bob", &mut other).await;
    assert_eq!(world.refused(&root, registration("alice", of_bob)).await, Reason::PasskeyInvalid);
    let request = world.request(false).await;
    let swapped = other.answer(request["challenge"].as_str().unwrap()).unwrap();
    assert_eq!(world.refused(&root, registration("bob", swapped)).await, Reason::PasskeyInvalid);
    let of_bob = world.answer("bob", &mut other).await;
    let challenge = world.make(BeginPasskeyRegistration { user: name("bob") }).await;
    world.make(registration("bob", of_bob.clone())).await;
    assert_eq!(world.refused(&root, registration("bob", of_bob)).await, Reason::PasskeyInvalid);
    world.deployment.clock.advance(5 * MINUTE);
    let late = authenticator(3).register(&asked(&challenge)).unwrap();
    assert_eq!(world.refused(&root, registration("bob", late)).await, Reason::PasskeyInvalid);
}

#[tokio::test]
async fn every_node_knows_the_challenges_of_the_others() {
    let world = World::new().await;
    let mut by = authenticator(1);
    world.with_passkey("alice", &mut by).await;
    let request = world.request(false).await;
    let gate = iam::Gate::new(world.deployment.identity.clone(), world.deployment.clock.clone()).await.unwrap();
    let other = Iam::new(gate).with_passkeys(Some(party()));
    let answer = by.sign_in(&request).unwrap();
    let op = || SignInWithPasskey { answer: Secret::new(answer.clone().into_bytes()) };
    let tried = other.gate().perform(&world.deployment.anonymous(), &other, op()).await.unwrap();
    assert!(tried.into_result().is_ok());
    assert_eq!(world.show(answer.clone()).await.err(), Some(Reason::SignInFailed));
}

#[tokio::test]
async fn attackers_are_not_let_in() {
    let world = World::new().await;
    let mut by = authenticator(1);
    world.with_passkey("alice", &mut by).await;
    type Change = fn(&mut Authenticator);
    let changes: [Change; 8] = [
        |by| by.origin = "https://evil.test".to_owned(),
        |by| by.party = "evil.test".to_owned(),
        |by| by.kind = Some("webauthn.create"),
        |by| by.more = json!({"topOrigin": "https://evil.test"}),
        |by| by.flags = 0x01,
        |by| by.flags = 0x04,
        |by| by.user = None,
        |by| by.id = vec![1; 32],
    ];
    for change in changes {
        let mut attacker = authenticator(1);
        (attacker.party, attacker.user) = (by.party.clone(), by.user.clone());
        change(&mut attacker);
        assert_eq!(world.enter(&mut attacker).await.err(), Some(Reason::SignInFailed));
    }
    // Another user's passkey, with a word in place of the user who is meant.
    let mut other = authenticator(2);
    world.with_passkey("bob", &mut other).await;
    other.user = by.user.clone();
    assert_eq!(world.enter(&mut other).await.err(), Some(Reason::SignInFailed));
    // A key of one's own under the id of a passkey.
    let mut forged = authenticator(3);
    (forged.party, forged.user, forged.id) = (by.party.clone(), by.user.clone(), by.id.clone());
    assert_eq!(world.enter(&mut forged).await.err(), Some(Reason::SignInFailed));
    for nonsense in ["", "{}", "[]", "null"] {
        assert_eq!(world.show(nonsense.to_owned()).await.err(), Some(Reason::SignInFailed));
    }
    // A copy: the one that counts further gets in, the other does not any more.
    world.enter(&mut by).await.unwrap();
    let mut copy = authenticator(1);
    (copy.party, copy.user) = (by.party.clone(), by.user.clone());
    assert_eq!(world.enter(&mut copy).await.err(), Some(Reason::SignInFailed));
    let events = world.events(world.tenant.account).await;
    let failed = events.iter().filter(|event| event.event_name == "SignInWithPasskey" && event.failed());
    assert!(failed.count() >= 9, "what is about a passkey of the account is in its trail");
    // Whoever signs is somebody already.
    let op = SignInWithPasskey { answer: Secret::new(Vec::new()) };
    assert_eq!(world.refused(&world.root().await, op).await, Reason::AccessDenied);
    let op = BeginPasskeySignIn { second_factor: false };
    assert_eq!(world.refused(&world.root().await, op).await, Reason::AccessDenied);
}

#[tokio::test]
async fn nobody_registers_what_is_another_users_in_whatever_account() {
    let world = World::new().await;
    let mut by = authenticator(1);
    let made = world.with_passkey("alice", &mut by).await;
    world.user("bob").await;
    let root = world.root().await;
    let answer = world.answer("bob", &mut by).await;
    assert_eq!(world.refused(&root, registration("bob", answer)).await, Reason::PasskeyExists);
    let other = world.deployment.tenant("second").await.unwrap();
    let stranger = world.deployment.caller(&other.root).await.unwrap();
    let create = iam::CreateUser {
        name: name("alice"),
        profile: UserProfile::default(),
        tags: Default::default(),
        boundary: None,
    };
    world.done(&stranger, create).await;
    let begun = world.done(&stranger, BeginPasskeyRegistration { user: name("alice") }).await;
    assert!(begun.present.is_empty(), "the same name in another account is another user");
    let answer = by.register(&asked(&begun)).unwrap();
    assert_eq!(world.refused(&stranger, registration("alice", answer)).await, Reason::PasskeyExists);
    for op in [DeletePasskey { user: name("alice"), id: made.id.clone() }] {
        assert_eq!(world.refused(&stranger, op).await, Reason::PasskeyNotFound);
    }
    // Once it is deleted, it is free again.
    world.make(DeletePasskey { user: name("alice"), id: made.id }).await;
    let answer = world.answer("bob", &mut by).await;
    world.make(registration("bob", answer)).await;
}

#[tokio::test]
async fn passkeys_have_names_and_there_are_ten_at_most() {
    let world = World::new().await;
    let root = world.root().await;
    world.someone("alice", false).await;
    let (me, other) = (|| name("alice"), || name("bob"));
    for seed in 0..PASSKEYS_MOST as u64 {
        let answer = world.answer("alice", &mut authenticator(seed)).await;
        world.make(registration("alice", answer)).await;
    }
    let begun = world.make(BeginPasskeyRegistration { user: me() }).await;
    assert_eq!(begun.present.len(), PASSKEYS_MOST);
    let one_more = authenticator(99).register(&asked(&begun)).unwrap();
    assert_eq!(world.refused(&root, registration("alice", one_more)).await, Reason::TooManyPasskeys);
    let listed = world.make(ListPasskeys { user: me() }).await;
    let id = || listed[3].id.clone();
    world.make(UpdatePasskey { user: me(), id: id(), name: "the red key".to_owned() }).await;
    assert_eq!(world.make(ListPasskeys { user: me() }).await[3].name, "the red key");
    for wrong in [String::new(), "x".repeat(65), "two\nlines".to_owned()] {
        let op = UpdatePasskey { user: me(), id: id(), name: wrong };
        assert_eq!(world.refused(&root, op).await, Reason::ParameterInvalid);
    }
    world.make(DeletePasskey { user: me(), id: id() }).await;
    assert_eq!(world.refused(&root, DeletePasskey { user: me(), id: id() }).await, Reason::PasskeyNotFound);
    assert_eq!(world.make(ListPasskeys { user: me() }).await.len(), PASSKEYS_MOST - 1);
    assert_eq!(world.refused(&root, ListPasskeys { user: other() }).await, Reason::UserNotFound);
    // They go along with another name, and nobody is deleted who has some.
    let mut last = authenticator(PASSKEYS_MOST as u64);
    let answer = world.answer("alice", &mut last).await;
    world.make(registration("alice", answer)).await;
    let profile = UserProfile::default();
    world.make(UpdateUser { name: me(), new_name: Some(other()), profile }).await;
    assert_eq!(world.enter(&mut last).await.unwrap().user.name, other());
    world.make(DeleteLoginProfile { user: other() }).await;
    assert_eq!(
        world.enter(&mut last).await.err(),
        Some(Reason::SignInFailed),
        "without a login profile nobody signs in"
    );
    assert_eq!(world.refused(&root, DeleteUser { name: other() }).await, Reason::UserHasPasskeys);
    for passkey in world.make(ListPasskeys { user: other() }).await {
        world.make(DeletePasskey { user: other(), id: passkey.id }).await;
    }
    world.make(DeleteUser { name: other() }).await;
}

#[tokio::test]
async fn a_passkey_is_a_second_factor_beside_a_password() {
    let world = World::new().await;
    let mut by = authenticator(1);
    world.with_passkey("alice", &mut by).await;
    // The password alone does not do any more.
    assert_eq!(world.with_password("alice", PASSWORD, None, None).await.err(), Some(Reason::SignInFailed));
    let code = |code: &str| Some(code.to_owned());
    assert_eq!(world.with_password("alice", PASSWORD, code("123456"), None).await.err(), Some(Reason::SignInFailed));
    // That someone touched it is enough here.
    by.flags = 0x01;
    let answer = by.sign_in(&world.request(true).await).unwrap();
    let wrong = world.with_password("alice", "wrong password", None, Some(answer)).await;
    assert_eq!(wrong.err(), Some(Reason::SignInFailed));
    let answer = by.sign_in(&world.request(true).await).unwrap();
    assert!(world.with_password("alice", PASSWORD, None, Some(answer.clone())).await.unwrap().mfa);
    assert_eq!(world.with_password("alice", PASSWORD, None, Some(answer)).await.err(), Some(Reason::SignInFailed));
    // A security key does not always say whose it is; who it is, the name says. Others' do not count.
    by.user = None;
    let answer = by.sign_in(&world.request(true).await).unwrap();
    assert!(world.with_password("alice", PASSWORD, None, Some(answer)).await.unwrap().mfa);
    let mut other = authenticator(2);
    world.with_passkey("bob", &mut other).await;
    let answer = other.sign_in(&world.request(true).await).unwrap();
    assert_eq!(world.with_password("alice", PASSWORD, None, Some(answer)).await.err(), Some(Reason::SignInFailed));
    // Wrong ones are wrong tries.
    for _ in 0..4 {
        let nonsense = Some("{}".to_owned());
        assert_eq!(world.with_password("alice", PASSWORD, None, nonsense).await.err(), Some(Reason::SignInFailed));
    }
    let answer = by.sign_in(&world.request(true).await).unwrap();
    let locked = world.with_password("alice", PASSWORD, None, Some(answer)).await;
    assert_eq!(locked.err(), Some(Reason::SignInFailed));
    // Nobody is kept out by who guesses at the password.
    (by.flags, by.user) = (0x05, Some(world.make(BeginPasskeyRegistration { user: name("alice") }).await.handle));
    assert!(world.enter(&mut by).await.is_ok());
}

#[tokio::test]
async fn with_a_device_either_does_and_not_both() {
    let world = World::new().await;
    let mut by = authenticator(1);
    world.with_passkey("alice", &mut by).await;
    let device = world.make(CreateMfaDevice { name: name("alice") }).await;
    let codes = codes(&world, device.seed.expose());
    world.make(BindMfaDevice { user: name("alice"), serial: device.serial.clone(), codes }).await;
    world.deployment.clock.advance(MINUTE);
    let shown = || code(&world, device.seed.expose(), 0);
    let answer = by.sign_in(&world.request(true).await).unwrap();
    let both = world.with_password("alice", PASSWORD, Some(shown()), Some(answer)).await;
    assert_eq!(both.err(), Some(Reason::SignInFailed));
    assert!(world.with_password("alice", PASSWORD, Some(shown()), None).await.unwrap().mfa);
    let answer = by.sign_in(&world.request(false).await).unwrap();
    assert!(world.with_password("alice", PASSWORD, None, Some(answer)).await.unwrap().mfa);
}

#[tokio::test]
async fn users_look_after_their_own_passkeys_where_they_signed_in() {
    let world = World::new().await;
    world.someone("alice", false).await;
    let key = world.key("alice").await.id;
    let by_key = world.caller(&key).await;
    let begin = || BeginPasskeyRegistration { user: name("alice") };
    // An access key makes no other way in, and neither does its session.
    assert_eq!(world.refused(&by_key, begin()).await, Reason::AccessDenied);
    let token = world.done(&by_key, GetSessionToken { duration_secs: None }).await;
    let of_key = world.deployment.session(&token.access_key, Some(token.token.expose().clone())).await.unwrap();
    assert_eq!(world.refused(&of_key, begin()).await, Reason::AccessDenied);
    // Who has no second factor yet makes the first one.
    let plain = world.as_whom(&world.with_password("alice", PASSWORD, None, None).await.unwrap()).await;
    let mut by = authenticator(1);
    let answer = by.register(&asked(&world.done(&plain, begin()).await)).unwrap();
    let made = world.done(&plain, registration("alice", answer)).await;
    // From then on, a session without one makes none.
    assert_eq!(world.refused(&plain, begin()).await, Reason::AccessDenied);
    let rename = || UpdatePasskey { user: name("alice"), id: made.id.clone(), name: "mine".to_owned() };
    let delete = || DeletePasskey { user: name("alice"), id: made.id.clone() };
    assert_eq!(world.refused(&plain, rename()).await, Reason::AccessDenied);
    assert_eq!(world.refused(&plain, delete()).await, Reason::AccessDenied);
    assert_eq!(world.done(&plain, ListPasskeys { user: name("alice") }).await.len(), 1);
    let full = world.as_whom(&world.enter(&mut by).await.unwrap()).await;
    let answer = authenticator(2).register(&asked(&world.done(&full, begin()).await)).unwrap();
    world.done(&full, registration("alice", answer)).await;
    world.done(&full, rename()).await;
    world.someone("bob", false).await;
    let of_bob = BeginPasskeyRegistration { user: name("bob") };
    assert_eq!(world.refused(&full, of_bob).await, Reason::AccessDenied, "others' are not one's own");
    world.done(&full, delete()).await;
    let op = SetSecurityPreference { manage_mfa: Some(false), ..SetSecurityPreference::default() };
    world.make(op).await;
    assert_eq!(world.refused(&full, begin()).await, Reason::AccessDenied);
}

#[tokio::test]
async fn who_has_to_have_a_second_factor_may_make_a_passkey_of_it() {
    let world = World::new().await;
    world.someone("alice", true).await;
    let bound = world.with_password("alice", PASSWORD, None, None).await.unwrap();
    assert!(bound.must_bind_mfa);
    let caller = world.as_whom(&bound).await;
    let mut by = authenticator(1);
    let begun = world.done(&caller, BeginPasskeyRegistration { user: name("alice") }).await;
    let answer = by.register(&asked(&begun)).unwrap();
    world.done(&caller, registration("alice", answer)).await;
    assert!(!world.enter(&mut by).await.unwrap().must_bind_mfa);
    // That the password has to be changed is of those who use it.
    let reset_required = Some(true);
    let op = UpdateLoginProfile { user: name("alice"), password: None, reset_required, mfa_required: None };
    world.make(op).await;
    assert!(!world.enter(&mut by).await.unwrap().must_change_password);
    let shown = world.enter(&mut by).await.unwrap();
    let caller = world.as_whom(&shown).await;
    let (old, new) = (PASSWORD.to_owned(), "battery staple".to_owned());
    let op = ChangePassword { old: Password::new(old), new: Password::new(new) };
    world.done(&caller, op).await.into_result().unwrap();
    let again = world.deployment.session(&shown.access_key, Some(shown.token.expose().clone())).await;
    assert_eq!(again.err().map(|failure| failure.reason()), Some(Reason::SessionTokenInvalid), "as with a password");
}

#[tokio::test]
async fn an_account_may_do_without_and_from_its_networks_only() {
    let world = World::new().await;
    let mut by = authenticator(1);
    world.with_passkey("alice", &mut by).await;
    let set = async |op: SetSecurityPreference| drop(world.make(op).await);
    let none = SetSecurityPreference::default;
    set(SetSecurityPreference { passkeys: Some(false), ..none() }).await;
    assert_eq!(world.enter(&mut by).await.err(), Some(Reason::SignInFailed));
    set(SetSecurityPreference { passkeys: Some(true), networks: Some(vec!["192.0.2.0/24".to_owned()]), ..none() })
        .await;
    assert_eq!(world.enter(&mut by).await.err(), Some(Reason::SignInFailed));
    set(SetSecurityPreference { networks: Some(Vec::new()), ..none() }).await;
    world.enter(&mut by).await.unwrap();
    let mut without = World::new().await;
    without.deployment.iam = without.deployment.iam.clone().with_passkeys(None);
    without.user("alice").await;
    let root = without.root().await;
    let op = BeginPasskeyRegistration { user: name("alice") };
    assert_eq!(without.refused(&root, op).await, Reason::NotImplemented);
    let nobody = without.deployment.anonymous();
    assert_eq!(without.refused(&nobody, BeginPasskeySignIn { second_factor: false }).await, Reason::NotImplemented);
}

#[tokio::test]
async fn two_who_use_one_challenge_at_once_are_not_both_let_in() {
    let world = World::new().await;
    let mut by = authenticator(8);
    by.count = 0;
    world.with_passkey("alice", &mut by).await;
    for _ in 0..8 {
        let answer = by.sign_in(&world.request(false).await).unwrap();
        let (first, second) = tokio::join!(world.show(answer.clone()), world.show(answer));
        assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1);
    }
}
