use crate::world::{EVERYTHING, World, code, codes, trust, user};
use iam::{
    AssumeRole, AttachPolicy, BindMfaDevice, Caller, ChangePassword, ClearAccountAlias, CreateAccessKey,
    CreateLoginProfile, CreateMfaDevice, DeleteLoginProfile, DeleteMfaDevice, DeleteUser, GetAccountAlias,
    GetCallerIdentity, GetLoginProfile, GetUserMfa, ListAccessKeys, ListMfaDevices, ListUsers, NewMfaDevice,
    PageRequest, Password, PasswordPolicy, SetAccountAlias, SetPasswordPolicy, SetSecurityPreference, SignIn, SignedIn,
    UnbindMfaDevice, UpdateLoginProfile, UpdateUser, UserProfile,
};
use std::time::Duration;
use types::{Principal, Reason, Secret};

const FIRST: &str = "correct horse";
const SECOND: &str = "battery staple";
const HOUR: Duration = Duration::from_secs(3_600);

fn name<T: std::str::FromStr<Err = types::NameError>>(text: &str) -> T {
    text.parse().unwrap()
}

fn profile(user: &str, password: &str) -> CreateLoginProfile {
    let password = Password::new(password.to_owned());
    CreateLoginProfile { user: name(user), password, reset_required: false, mfa_required: false }
}

fn change(old: &str, new: &str) -> ChangePassword {
    ChangePassword { old: Password::new(old.to_owned()), new: Password::new(new.to_owned()) }
}

fn update(user: &str, password: &str) -> UpdateLoginProfile {
    let password = Some(Password::new(password.to_owned()));
    UpdateLoginProfile { user: name(user), password, reset_required: None, mfa_required: None }
}

fn signing_in(account: &str, user: &str, password: &str, code: Option<&str>) -> SignIn {
    SignIn {
        account: account.to_owned(),
        user: user.to_owned(),
        password: Password::new(password.to_owned()),
        code: code.map(|code| Secret::new(code.to_owned())),
        passkey: None,
    }
}

impl World {
    /// A new user who may sign in.
    async fn person(&self, name: &str) {
        self.user(name).await;
        self.make(profile(name, FIRST)).await;
    }

    async fn changed(&self, caller: &Caller, op: ChangePassword) -> Option<Reason> {
        self.done(caller, op).await.into_result().err().map(|failure| failure.reason())
    }

    async fn try_in(&self, account: &str, user: &str, password: &str, code: Option<&str>) -> Result<SignedIn, Reason> {
        self.try_as(&self.deployment.anonymous(), signing_in(account, user, password, code)).await
    }

    async fn try_as(&self, caller: &Caller, op: SignIn) -> Result<SignedIn, Reason> {
        let tried = self.deployment.gate().perform(caller, &self.deployment.iam, op).await;
        tried.and_then(iam::Tried::into_result).map_err(|failure| failure.reason())
    }

    async fn sign_in(&self, user: &str, password: &str, code: Option<&str>) -> Result<SignedIn, Reason> {
        self.try_in(&self.tenant.account.to_string(), user, password, code).await
    }

    async fn session_of(&self, made: &SignedIn) -> Result<Caller, Reason> {
        let token = Some(made.token.expose().clone());
        self.deployment.session(&made.access_key, token).await.map_err(|failure| failure.reason())
    }

    fn bind(&self, user: &str, device: &NewMfaDevice) -> BindMfaDevice {
        let codes = codes(self, device.seed.expose());
        BindMfaDevice { user: name(user), serial: device.serial.clone(), codes }
    }

    /// Makes a device and binds it; then time passes, so that its next code is a new one.
    async fn device(&self, user: &str) -> String {
        let made = self.make(CreateMfaDevice { name: name(user) }).await;
        self.make(self.bind(user, &made)).await;
        self.deployment.clock.advance(Duration::from_secs(60));
        made.seed.expose().clone()
    }

    fn code(&self, seed: &str) -> String {
        code(self, seed, 0)
    }
}

#[tokio::test]
async fn a_login_profile_is_made_shown_changed_and_deleted() {
    let world = World::new().await;
    let root = world.root().await;
    assert_eq!(world.refused(&root, profile("alice", FIRST)).await, Reason::UserNotFound);
    world.user("alice").await;
    let get = || GetLoginProfile { user: name("alice") };
    assert_eq!(world.refused(&root, get()).await, Reason::LoginProfileNotFound);
    assert_eq!(world.refused(&root, profile("alice", "short")).await, Reason::PasswordWeak);
    assert_eq!(world.refused(&root, profile("alice", &"x".repeat(33))).await, Reason::ParameterInvalid);
    let made = world.make(profile("alice", FIRST)).await;
    assert_eq!(world.make(get()).await, made);
    assert_eq!(world.refused(&root, profile("alice", FIRST)).await, Reason::LoginProfileExists);
    let flags = UpdateLoginProfile {
        user: name("alice"),
        password: None,
        reset_required: Some(true),
        mfa_required: Some(true),
    };
    let changed = world.make(flags).await;
    assert!(changed.reset_required && changed.mfa_required);
    assert_eq!(world.refused(&root, DeleteUser { name: name("alice") }).await, Reason::UserHasLoginProfile);
    world.make(DeleteLoginProfile { user: name("alice") }).await;
    assert_eq!(world.refused(&root, update("alice", SECOND)).await, Reason::LoginProfileNotFound);
    world.make(DeleteUser { name: name("alice") }).await;
}

#[tokio::test]
async fn no_password_is_in_an_event() {
    let world = World::new().await;
    world.person("alice").await;
    let key = world.key("alice").await.id;
    let caller = world.caller(&key).await;
    assert_eq!(world.changed(&caller, change(FIRST, SECOND)).await, None);
    world.sign_in("alice", SECOND, None).await.unwrap();
    world.sign_in(FIRST, "wrong password", Some("123456")).await.err().unwrap();
    let text = format!("{:?}", world.events(world.tenant.account).await);
    for secret in [FIRST, SECOND, "wrong password", "123456"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_user_changes_its_own_password() {
    let world = World::new().await;
    let root = world.root().await;
    world.person("alice").await;
    let key = world.key("alice").await.id;
    let caller = world.caller(&key).await;
    assert_eq!(world.refused(&root, change(FIRST, SECOND)).await, Reason::LoginProfileNotFound);
    assert_eq!(world.changed(&caller, change(SECOND, FIRST)).await, Some(Reason::PasswordWrong));
    assert_eq!(world.refused(&caller, change(FIRST, "short")).await, Reason::PasswordWeak);
    world
        .make(SetPasswordPolicy { policy: PasswordPolicy { reuse: 2, max_tries: 3, ..PasswordPolicy::default() } })
        .await;
    assert_eq!(world.refused(&caller, change(FIRST, FIRST)).await, Reason::PasswordWeak);
    assert_eq!(world.changed(&caller, change(FIRST, SECOND)).await, None);
    assert_eq!(world.refused(&caller, change(SECOND, FIRST)).await, Reason::PasswordWeak);
    assert_eq!(world.changed(&caller, change(SECOND, "a third one")).await, None);
    assert_eq!(world.changed(&caller, change("a third one", FIRST)).await, None);
    // Wrong ones count, and lock even the right one out.
    for _ in 0..3 {
        assert_eq!(world.changed(&caller, change(SECOND, "a third one")).await, Some(Reason::PasswordWrong));
    }
    assert_eq!(world.changed(&caller, change(FIRST, SECOND)).await, Some(Reason::PasswordWrong));
    assert_eq!(world.sign_in("alice", FIRST, None).await.err(), Some(Reason::SignInFailed));
    world.deployment.clock.advance(HOUR);
    assert_eq!(world.changed(&caller, change(FIRST, SECOND)).await, None);
    let op = SetSecurityPreference { change_password: Some(false), ..SetSecurityPreference::default() };
    world.make(op).await;
    assert_eq!(world.refused(&caller, change(SECOND, FIRST)).await, Reason::AccessDenied);
    // Who has to change the password may, whatever else users are left to do.
    let reset_required = Some(true);
    let op = UpdateLoginProfile { user: name("alice"), password: None, reset_required, mfa_required: None };
    world.make(op).await;
    assert_eq!(world.changed(&caller, change(SECOND, "one more word")).await, None);
}

#[tokio::test]
async fn a_person_signs_in_and_may_do_what_the_user_may() {
    let world = World::new().await;
    world.person("alice").await;
    let made = world.sign_in("alice", FIRST, None).await.unwrap();
    assert!(!made.mfa && !made.must_change_password && !made.must_bind_mfa);
    let caller = world.session_of(&made).await.unwrap();
    assert!(matches!(caller.principal(), Principal::User { id, .. } if *id == made.user.id));
    world.done(&caller, GetCallerIdentity).await;
    let list = || ListUsers { page: PageRequest::default() };
    assert_eq!(world.refused(&caller, list()).await, Reason::AccessDenied);
    world.make(AttachPolicy { holder: user("alice"), policy: crate::world::administrator() }).await;
    let caller = world.session_of(&made).await.unwrap();
    world.done(&caller, list()).await;
    let events = world.events(world.tenant.account).await;
    let event = events.iter().find(|event| event.event_name == "SignIn").unwrap();
    assert_eq!(event.response_elements["UserName"], "alice");
    // It ends in six hours.
    world.deployment.clock.advance(6 * HOUR);
    assert_eq!(world.session_of(&made).await.err(), Some(Reason::SessionTokenExpired));
}

#[tokio::test]
async fn a_session_ends_with_the_password_the_name_and_the_profile() {
    let world = World::new().await;
    for way in 0..3 {
        let person = format!("person-{way}");
        world.person(&person).await;
        let made = world.sign_in(&person, FIRST, None).await.unwrap();
        world.session_of(&made).await.unwrap();
        match way {
            0 => drop(world.make(update(&person, SECOND)).await),
            1 => world.make(DeleteLoginProfile { user: name(&person) }).await,
            _ => {
                let (new_name, profile) = (Some(name("renamed")), UserProfile::default());
                world.make(UpdateUser { name: name(&person), new_name, profile }).await;
                world.sign_in("renamed", FIRST, None).await.unwrap();
            }
        }
        assert_eq!(world.session_of(&made).await.err(), Some(Reason::SessionTokenInvalid), "{way}");
    }
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let world = World::new().await;
    world.person("alice").await;
    world.user("bob").await;
    world.deployment.tenant("second").await.unwrap();
    let here = world.tenant.account.to_string();
    for (account, user, password, code) in [
        (here.as_str(), "alice", "wrong password", None),
        (&here, "alice", FIRST, Some("123456")),
        (&here, "bob", FIRST, None),
        (&here, "nobody", FIRST, None),
        (&here, "no user's name", FIRST, None),
        (&here, "alice", "", None),
        (&here, "alice", "x\n", None),
        ("1999999999999999", "alice", FIRST, None),
        ("1000000000000000", "alice", FIRST, None),
        ("no-such-alias", "alice", FIRST, None),
        ("?", "alice", FIRST, None),
    ] {
        let refused = world.try_in(account, user, password, code).await.err();
        assert_eq!(refused, Some(Reason::SignInFailed), "{account} {user}");
    }
    let events = world.events(world.tenant.account).await;
    let tries: Vec<_> = events.iter().filter(|event| event.event_name == "SignIn").collect();
    assert_eq!(tries.len(), 7);
    assert!(tries.iter().all(|event| event.failed()));
    // Only who is there is named: whatever else was typed may be a password.
    assert_eq!(tries.iter().filter(|event| event.response_elements.contains_key("UserName")).count(), 4);
}

#[tokio::test]
async fn wrong_tries_lock_a_user_out_for_an_hour() {
    let world = World::new().await;
    world.person("alice").await;
    world.person("bob").await;
    let guess = || world.sign_in("alice", "wrong password", None);
    for _ in 0..4 {
        guess().await.err().unwrap();
    }
    world.sign_in("alice", FIRST, None).await.unwrap();
    // A good one starts the count again. Five at once count five times.
    let all = tokio::join!(guess(), guess(), guess(), guess(), guess());
    assert!([&all.0, &all.1, &all.2, &all.3, &all.4].iter().all(|tried| tried.is_err()));
    assert_eq!(world.sign_in("alice", FIRST, None).await.err(), Some(Reason::SignInFailed));
    world.sign_in("bob", FIRST, None).await.unwrap();
    world.deployment.clock.advance(HOUR);
    world.sign_in("alice", FIRST, None).await.unwrap();
    for _ in 0..5 {
        guess().await.err().unwrap();
    }
    // Whoever sets another password lets the user in again.
    world.make(update("alice", SECOND)).await;
    world.sign_in("alice", SECOND, None).await.unwrap();
}

#[tokio::test]
async fn guessing_is_held_back() {
    let world = World::new().await;
    for n in 0..20 {
        assert_eq!(world.sign_in(&format!("u{n}"), "", None).await.err(), Some(Reason::SignInFailed));
    }
    assert_eq!(world.sign_in("u", "", None).await.err(), Some(Reason::Throttled));
    world.deployment.clock.advance(Duration::from_secs(60));
    assert_eq!(world.sign_in("u", "", None).await.err(), Some(Reason::SignInFailed));
}

#[tokio::test]
async fn passwords_grow_old() {
    let world = World::new().await;
    world.person("alice").await;
    let days = |days: u64| world.deployment.clock.advance(24 * HOUR * u32::try_from(days).unwrap());
    let set = |hard_expiry| SetPasswordPolicy {
        policy: PasswordPolicy { max_age_days: 30, hard_expiry, ..PasswordPolicy::default() },
    };
    world.make(set(false)).await;
    days(14);
    assert_eq!(world.sign_in("alice", FIRST, None).await.err(), Some(Reason::PasswordExpired));
    assert_eq!(world.sign_in("alice", SECOND, None).await.err(), Some(Reason::SignInFailed));
    world.make(update("alice", SECOND)).await;
    let made = world.sign_in("alice", SECOND, None).await.unwrap();
    let caller = world.session_of(&made).await.unwrap();
    world.deployment.clock.advance(Duration::from_secs(1));
    assert_eq!(world.changed(&caller, change(SECOND, FIRST)).await, None);
    // The first age is over once the user has set it.
    days(20);
    assert!(!world.sign_in("alice", FIRST, None).await.unwrap().must_change_password);
    days(10);
    let made = world.sign_in("alice", FIRST, None).await.unwrap();
    assert!(made.must_change_password);
    world.make(set(true)).await;
    assert_eq!(world.sign_in("alice", FIRST, None).await.err(), Some(Reason::PasswordExpired));
}

/// Otherwise the event would stand in the trail of whoever signed, and say whether such a user is another's.
#[tokio::test]
async fn signing_in_takes_no_signature() {
    let world = World::new().await;
    world.person("alice").await;
    let other = world.deployment.tenant("second").await.unwrap();
    for key in [&world.tenant.root, &other.root] {
        let caller = world.deployment.caller(key).await.unwrap();
        for user in ["alice", "nobody"] {
            let op = signing_in(&world.tenant.account.to_string(), user, FIRST, None);
            assert_eq!(world.try_as(&caller, op).await.err(), Some(Reason::AccessDenied));
        }
    }
    let told = format!("{:?}", world.events(other.account).await);
    assert!(!told.contains("alice"), "{told}");
}

#[tokio::test]
async fn a_password_past_its_time_may_be_changed_whatever_the_preference_says() {
    let world = World::new().await;
    world.person("alice").await;
    let key = world.key("alice").await.id;
    world.make(SetPasswordPolicy { policy: PasswordPolicy { max_age_days: 1, ..PasswordPolicy::default() } }).await;
    world.make(SetSecurityPreference { change_password: Some(false), ..SetSecurityPreference::default() }).await;
    let caller = world.caller(&key).await;
    assert_eq!(world.refused(&caller, change(FIRST, SECOND)).await, Reason::AccessDenied);
    world.deployment.clock.advance(24 * HOUR);
    assert_eq!(world.changed(&caller, change(FIRST, SECOND)).await, None);
    assert_eq!(world.refused(&caller, change(SECOND, FIRST)).await, Reason::AccessDenied);
}

#[tokio::test]
async fn what_has_to_be_done_first_is_all_that_may_be_done() {
    let world = World::new().await;
    world.person("alice").await;
    world.make(AttachPolicy { holder: user("alice"), policy: crate::world::administrator() }).await;
    let flags = |reset, mfa| UpdateLoginProfile {
        user: name("alice"),
        password: None,
        reset_required: Some(reset),
        mfa_required: Some(mfa),
    };
    world.make(flags(true, true)).await;
    let made = world.sign_in("alice", FIRST, None).await.unwrap();
    assert!(made.must_change_password && made.must_bind_mfa);
    let caller = world.session_of(&made).await.unwrap();
    let list = || ListUsers { page: PageRequest::default() };
    assert_eq!(world.refused(&caller, list()).await, Reason::AccessDenied);
    assert_eq!(world.changed(&caller, change(FIRST, SECOND)).await, None);
    assert_eq!(world.session_of(&made).await.err(), Some(Reason::SessionTokenInvalid));
    let made = world.sign_in("alice", SECOND, None).await.unwrap();
    assert!(!made.must_change_password && made.must_bind_mfa);
    let caller = world.session_of(&made).await.unwrap();
    assert_eq!(world.refused(&caller, list()).await, Reason::AccessDenied);
    assert_eq!(world.refused(&caller, CreateMfaDevice { name: name("other") }).await, Reason::AccessDenied);
    let device = world.done(&caller, CreateMfaDevice { name: name("alice") }).await;
    world.done(&caller, world.bind("alice", &device)).await;
    world.deployment.clock.advance(Duration::from_secs(60));
    let code = world.code(device.seed.expose());
    let made = world.sign_in("alice", SECOND, Some(&code)).await.unwrap();
    assert!(made.mfa && !made.must_bind_mfa);
    world.done(&world.session_of(&made).await.unwrap(), list()).await;
}

#[tokio::test]
async fn devices_are_made_bound_and_deleted() {
    let world = World::new().await;
    let root = world.root().await;
    for person in ["alice", "bob"] {
        world.user(person).await;
    }
    let made = world.make(CreateMfaDevice { name: name("phone") }).await;
    assert_eq!(made.serial.to_string(), format!("acs:ram::{}:mfa/phone", world.tenant.account));
    assert!(made.image.expose().starts_with(b"\x89PNG"));
    assert_eq!(world.refused(&root, CreateMfaDevice { name: name("phone") }).await, Reason::MfaDeviceExists);
    let bad = |first: &str, second: &str| BindMfaDevice {
        user: name("alice"),
        serial: made.serial.clone(),
        codes: [first, second].map(|code| Secret::new(code.to_owned())),
    };
    assert_eq!(world.refused(&root, bad("12345", "123456")).await, Reason::ParameterInvalid);
    assert_eq!(world.refused(&root, bad("123456", "123457")).await, Reason::MfaCodeWrong);
    let info = || GetUserMfa { user: name("alice") };
    assert_eq!(world.refused(&root, info()).await, Reason::MfaNotBound);
    world.make(world.bind("alice", &made)).await;
    assert_eq!(world.make(info()).await, made.serial);
    let listed = world.make(ListMfaDevices { page: PageRequest::default() }).await.items;
    assert!(
        matches!(listed.as_slice(), [one] if one.bound.as_ref().is_some_and(|(user, _)| user.name == name("alice")))
    );
    assert_eq!(world.refused(&root, world.bind("bob", &made)).await, Reason::MfaBound);
    let delete = || DeleteMfaDevice { serial: made.serial.clone() };
    assert_eq!(world.refused(&root, delete()).await, Reason::MfaDeviceInUse);
    assert_eq!(world.refused(&root, DeleteUser { name: name("alice") }).await, Reason::UserHasMfaDevice);
    let (new_name, profile) = (Some(name("renamed")), UserProfile::default());
    world.make(UpdateUser { name: name("alice"), new_name, profile }).await;
    assert_eq!(world.make(UnbindMfaDevice { user: name("renamed") }).await, made.serial);
    // Codes from before do not bind it again.
    assert_eq!(world.refused(&root, world.bind("bob", &made)).await, Reason::MfaCodeWrong);
    world.make(delete()).await;
    assert_eq!(world.refused(&root, delete()).await, Reason::MfaDeviceNotFound);
    let other = world.deployment.tenant("second").await.unwrap();
    let stranger = world.caller(&other.root).await;
    assert_eq!(world.refused(&stranger, delete()).await, Reason::MfaDeviceNotFound);
    let text = format!("{:?}", world.events(world.tenant.account).await);
    assert!(!text.contains(made.seed.expose()) && !text.contains("123456"));
}

#[tokio::test]
async fn who_has_a_device_needs_its_code_and_each_code_counts_once() {
    let world = World::new().await;
    world.person("alice").await;
    let seed = world.device("alice").await;
    assert_eq!(world.sign_in("alice", FIRST, None).await.err(), Some(Reason::SignInFailed));
    let right = world.code(&seed);
    assert_eq!(world.sign_in("alice", SECOND, Some(&right)).await.err(), Some(Reason::SignInFailed));
    assert!(world.sign_in("alice", FIRST, Some(&right)).await.unwrap().mfa);
    assert_eq!(world.sign_in("alice", FIRST, Some(&right)).await.err(), Some(Reason::SignInFailed));
    world.deployment.clock.advance(Duration::from_secs(30));
    assert!(world.sign_in("alice", FIRST, Some(&world.code(&seed))).await.unwrap().mfa);
}

#[tokio::test]
async fn policies_may_ask_for_a_second_factor() {
    let world = World::new().await;
    world.person("alice").await;
    let account = world.tenant.account;
    let asks = r#","Condition":{"Bool":{"acs:MFAPresent":["true"]}}}]}"#;
    let trusts = trust(account, "user/alice").replace("}]}", asks);
    world.role("careful", &trusts).await;
    world.policy("all", EVERYTHING).await;
    let needs = EVERYTHING.replace("}]}", asks);
    world.policy("with-mfa", &needs).await;
    world.make(AttachPolicy { holder: crate::world::role("careful"), policy: crate::world::custom("with-mfa") }).await;
    world.make(AttachPolicy { holder: user("alice"), policy: crate::world::custom("all") }).await;
    let assume = || world.assume("careful");
    let plain = world.sign_in("alice", FIRST, None).await.unwrap();
    assert_eq!(world.refused(&world.session_of(&plain).await.unwrap(), assume()).await, Reason::AccessDenied);
    let seed = world.device("alice").await;
    let made = world.sign_in("alice", FIRST, Some(&world.code(&seed))).await.unwrap();
    let assumed = world.done(&world.session_of(&made).await.unwrap(), AssumeRole { ..assume() }).await;
    // The role's session says so, too.
    world.done(&world.session(&assumed).await, ListUsers { page: PageRequest::default() }).await;
}

#[tokio::test]
async fn a_device_is_not_taken_from_its_user_by_an_access_key() {
    let world = World::new().await;
    world.person("alice").await;
    let key = world.key("alice").await.id;
    let seed = world.device("alice").await;
    let unbind = || UnbindMfaDevice { user: name("alice") };
    assert_eq!(world.refused(&world.caller(&key).await, unbind()).await, Reason::AccessDenied);
    let made = world.sign_in("alice", FIRST, Some(&world.code(&seed))).await.unwrap();
    world.done(&world.session_of(&made).await.unwrap(), unbind()).await;
}

#[tokio::test]
async fn an_alias_is_one_account_s() {
    let world = World::new().await;
    world.person("alice").await;
    let other = world.caller(&world.deployment.tenant("second").await.unwrap().root).await;
    let set = |alias: &str| SetAccountAlias { alias: name(alias) };
    world.make(set("first")).await;
    assert_eq!(world.refused(&other, set("first")).await, Reason::AccountAliasExists);
    world.make(set("another")).await;
    assert_eq!(world.make(GetAccountAlias).await.as_deref(), Some("another"));
    world.try_in("another", "alice", FIRST, None).await.unwrap();
    assert_eq!(world.try_in("first", "alice", FIRST, None).await.err(), Some(Reason::SignInFailed));
    world.done(&other, set("first")).await;
    world.make(ClearAccountAlias).await;
    assert_eq!(world.make(GetAccountAlias).await, None);
    // Of two that want the same at once, one gets it.
    let root = world.root().await;
    let (gate, iam) = (world.deployment.gate(), &world.deployment.iam);
    let (one, two) = tokio::join!(gate.perform(&root, iam, set("wanted")), gate.perform(&other, iam, set("wanted")));
    assert_eq!([one, two].iter().filter(|done| done.is_ok()).count(), 1);
}

#[tokio::test]
async fn preferences_say_what_users_may_do_for_themselves_and_from_where() {
    let world = World::new().await;
    let root = world.root().await;
    world.person("alice").await;
    let caller = world.caller(&world.key("alice").await.id).await;
    let set = SetSecurityPreference::default;
    let own = || ListAccessKeys { user: None };
    assert_eq!(world.refused(&caller, own()).await, Reason::AccessDenied);
    world.make(SetSecurityPreference { manage_access_keys: Some(true), ..set() }).await;
    world.done(&caller, own()).await;
    world.done(&caller, CreateAccessKey { user: Some(name("alice")) }).await;
    world.user("bob").await;
    let others = ListAccessKeys { user: Some(name("bob")) };
    assert_eq!(world.refused(&caller, others).await, Reason::AccessDenied);
    world.make(SetSecurityPreference { manage_mfa: Some(false), ..set() }).await;
    assert_eq!(world.refused(&caller, CreateMfaDevice { name: name("alice") }).await, Reason::AccessDenied);
    for bad in [
        SetSecurityPreference { session_hours: Some(25), ..set() },
        SetSecurityPreference { networks: Some(vec!["nowhere".to_owned()]), ..set() },
    ] {
        assert_eq!(world.refused(&root, bad).await, Reason::ParameterInvalid);
    }
    world.make(SetSecurityPreference { networks: Some(vec!["10.0.0.0/8".to_owned()]), ..set() }).await;
    assert_eq!(world.sign_in("alice", FIRST, None).await.err(), Some(Reason::SignInFailed));
    let networks = Some(vec!["10.0.0.0/8".to_owned(), "127.0.0.1".to_owned()]);
    let kept = world.make(SetSecurityPreference { networks, session_hours: Some(1), ..set() }).await;
    assert!(kept.manage_access_keys && !kept.manage_mfa);
    let made = world.sign_in("alice", FIRST, None).await.unwrap();
    world.deployment.clock.advance(HOUR);
    assert_eq!(world.session_of(&made).await.err(), Some(Reason::SessionTokenExpired));
}
