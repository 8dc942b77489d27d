//! Passkeys over the wire: what a page asks a browser for, and what it sends back.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets the unexpected should stop")]

mod world;

use serde_json::json;
use testkit::{Authenticator, SeededRng};
use world::{Credential, ORIGIN, World};

const IMS: &str = "2019-08-15";
const STS: &str = "2015-04-01";
const PASSWORD: &str = "correct horse";

/// A user who may sign in, and an authenticator with a passkey of its.
async fn registered(world: &World, root: &Credential, user: &str, seed: u64) -> Authenticator {
    let principal = format!("{user}@{}.onaliyun.com", root.account);
    let named = ("UserPrincipalName", principal.as_str());
    world.done(root, "2015-05-01", "CreateUser", &[("UserName", user)]).await;
    world.done(root, "2015-05-01", "CreateLoginProfile", &[("UserName", user), ("Password", PASSWORD)]).await;
    let begun = world.done(root, IMS, "BeginPasskeyRegistration", &[named]).await;
    let options = &begun["PublicKey"];
    assert_eq!(options["rp"], json!({"id": "example.com", "name": "Example"}));
    assert_eq!(options["user"]["name"], principal);
    assert_eq!(options["pubKeyCredParams"][0], json!({"type": "public-key", "alg": -7}));
    assert_eq!((&options["attestation"], &options["timeout"]), (&json!("none"), &json!(300_000)));
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    let mut by = Authenticator::new(-7, ORIGIN, &SeededRng::new(seed)).unwrap();
    let answer = by.register(options).unwrap();
    let given = [named, ("PasskeyName", "my phone"), ("Credential", answer.as_str())];
    let made = world.done(root, IMS, "RegisterPasskey", &given).await;
    assert_eq!(made["Passkey"]["PasskeyName"], "my phone");
    by
}

#[tokio::test]
async fn a_passkey_is_registered_listed_used_renamed_and_deleted() {
    let world = World::new().await;
    let root = world.account("first").await;
    let mut by = registered(&world, &root, "alice", 1).await;
    let principal = format!("alice@{}.onaliyun.com", root.account);
    let named = ("UserPrincipalName", principal.as_str());
    // It is known already.
    let begun = world.done(&root, IMS, "BeginPasskeyRegistration", &[named]).await;
    let listed = begun["PublicKey"]["excludeCredentials"].as_array().unwrap().len();
    assert_eq!(listed, 1);
    let again = by.register(&begun["PublicKey"]).unwrap();
    let given = [named, ("PasskeyName", "again"), ("Credential", again.as_str())];
    let refused = world.call(Some(&root), IMS, "RegisterPasskey", &given).await;
    assert_eq!((refused.status, refused.code()), (409, "EntityAlreadyExists.Passkey"));
    let given = [named, ("PasskeyName", "again"), ("Credential", "{}")];
    let refused = world.call(Some(&root), IMS, "RegisterPasskey", &given).await;
    assert_eq!((refused.status, refused.code()), (400, "InvalidParameter.Credential"));

    let asked = world.call(None, STS, "BeginPasskeySignIn", &[]).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    let options = &asked.body["PublicKey"];
    assert_eq!((&options["rpId"], &options["userVerification"]), (&json!("example.com"), &json!("required")));
    assert_eq!(options["allowCredentials"], json!([]));
    let answer = by.sign_in(options).unwrap();
    let made = world.call(None, STS, "SignInWithPasskey", &[("Credential", &answer)]).await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!((&made.body["MFAAuthenticated"], &made.body["User"]["UserName"]), (&json!(true), &json!("alice")));
    let text = |name: &str| made.body["Credentials"][name].as_str().unwrap().to_owned();
    let (id, secret, token) = (text("AccessKeyId"), text("AccessKeySecret"), Some(text("SecurityToken")));
    let session = Credential { account: root.account, id, secret, token };
    // Whoever does not say whose is meant means its own.
    let listed = world.done(&session, IMS, "ListPasskeys", &[]).await;
    let passkey = &listed["Passkeys"][0];
    assert!(passkey["LastUseDate"].is_string() && passkey["CreateDate"].is_string());
    let id = ("PasskeyId", passkey["PasskeyId"].as_str().unwrap());
    world.done(&session, IMS, "UpdatePasskey", &[id, ("PasskeyName", "blue")]).await;
    let listed = world.done(&root, IMS, "ListPasskeys", &[named]).await;
    assert_eq!(listed["Passkeys"][0]["PasskeyName"], "blue");

    let again = world.call(None, STS, "SignInWithPasskey", &[("Credential", &answer)]).await;
    assert_eq!((again.status, again.code()), (403, "AuthenticationFail"));
    assert_eq!(again.body["Message"], types::Reason::SignInFailed.text(), "it does not say why");
    let signed = world.call(Some(&root), STS, "SignInWithPasskey", &[("Credential", &answer)]).await;
    assert_eq!((signed.status, signed.code()), (403, "NoPermission"));
    world.done(&session, IMS, "DeletePasskey", &[id]).await;
    let gone = world.call(Some(&root), IMS, "DeletePasskey", &[named, id]).await;
    assert_eq!((gone.status, gone.code()), (404, "EntityNotExist.Passkey"));
    let of_nobody = world.call(Some(&root), IMS, "ListPasskeys", &[]).await;
    assert_eq!(of_nobody.code(), "MissingParameter");
    let events = world.events(root.account).await;
    assert!(!json!(events).to_string().contains(&answer[..40]), "nothing of what was answered is in the trail");
}

#[tokio::test]
async fn a_passkey_is_shown_beside_a_password() {
    let world = World::new().await;
    let root = world.account("first").await;
    let mut by = registered(&world, &root, "alice", 1).await;
    let account = root.account.to_string();
    let given = [("AccountAlias", account.as_str()), ("UserName", "alice"), ("Password", PASSWORD)];
    let alone = world.call(None, STS, "SignIn", &given).await;
    assert_eq!((alone.status, alone.code()), (403, "AuthenticationFail"));
    let asked = world.call(None, STS, "BeginPasskeySignIn", &[("SecondFactor", "true")]).await;
    assert_eq!(asked.body["PublicKey"]["userVerification"], "discouraged");
    let answer = by.sign_in(&asked.body["PublicKey"]).unwrap();
    let made = world.call(None, STS, "SignIn", &[given.as_slice(), &[("Passkey", answer.as_str())]].concat()).await;
    assert_eq!((made.status, &made.body["MFAAuthenticated"]), (200, &json!(true)), "{}", made.body);
}

#[tokio::test]
async fn the_account_says_whether_a_passkey_alone_does() {
    let world = World::new().await;
    let root = world.account("first").await;
    let mut by = registered(&world, &root, "alice", 1).await;
    for (allowed, status) in [("false", 403), ("true", 200)] {
        let set = world.done(&root, IMS, "SetSecurityPreference", &[("AllowUserToLoginWithPasskey", allowed)]).await;
        let shown = &set["SecurityPreference"]["LoginProfilePreference"]["AllowUserToLoginWithPasskey"];
        assert_eq!(shown.to_string(), allowed);
        let asked = world.call(None, STS, "BeginPasskeySignIn", &[]).await;
        let answer = by.sign_in(&asked.body["PublicKey"]).unwrap();
        assert_eq!(world.call(None, STS, "SignInWithPasskey", &[("Credential", &answer)]).await.status, status);
    }
}
