//! Roles assumed with tokens of an identity provider, through both vendors' interfaces: what each asks and answers.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets the unexpected should stop")]

mod world;

use serde_json::{Value, json};
use world::{Answer, Credential, World};

const STS: &str = "2015-04-01";
const IMS: &str = "2019-08-15";

/// A tenant that trusts the identity provider, and roles that trust its `alice`, each in the words of one vendor.
async fn stage() -> (World, Credential) {
    let world = World::new().await;
    let root = world.account("first").await;
    let provider = [("OIDCProviderName", "okta"), ("IssuerUrl", world.idp.issuer.as_str()), ("ClientIds", "client,x")];
    world.done(&root, IMS, "CreateOIDCProvider", &provider).await;
    let own = json!({"Version": "1", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Federated": [format!("acs:ram::{}:oidc-provider/okta", root.account)]},
        "Condition": {"StringEquals": {"oidc:sub": "alice", "oidc:aud": "client"}}}]});
    let role = [("RoleName", "own"), ("AssumeRolePolicyDocument", &own.to_string())];
    world.done(&root, "2015-05-01", "CreateRole", &role).await;
    let theirs = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": format!("arn:aws:iam::{}:oidc-provider/id.example/t", root.account)},
        "Condition": {"StringEquals": {"id.example/t:sub": "alice", "id.example/t:aud": "client"}}}]});
    let role = [("RoleName", "theirs"), ("AssumeRolePolicyDocument", &theirs.to_string())];
    world.query_done(&root, "CreateRole", &role).await;
    (world, root)
}

async fn own(world: &World, root: &Credential, role: &str, token: &str) -> Answer {
    let (role, provider) =
        (format!("acs:ram::{}:role/{role}", root.account), format!("acs:ram::{}:oidc-provider/okta", root.account));
    let given = [
        ("RoleArn", role.as_str()),
        ("RoleSessionName", "at-work"),
        ("OIDCProviderArn", provider.as_str()),
        ("OIDCToken", token),
    ];
    world.call(None, STS, "AssumeRoleWithOIDC", &given).await
}

async fn theirs(world: &World, root: &Credential, role: &str, token: &str) -> Answer {
    let role = format!("arn:aws:iam::{}:role/{role}", root.account);
    let given = [("RoleArn", role.as_str()), ("RoleSessionName", "at-work"), ("WebIdentityToken", token)];
    world.query_call(None, "AssumeRoleWithWebIdentity", &given).await
}

fn session(root: &Credential, credentials: &Value, secret: &str, token: &str) -> Credential {
    let text = |field: &str| credentials[field].as_str().unwrap().to_owned();
    Credential { account: root.account, id: text("AccessKeyId"), secret: text(secret), token: Some(text(token)) }
}

#[tokio::test]
async fn either_interface_takes_the_token_for_either_role() {
    let (world, root) = stage().await;
    let token = world.idp.token("alice");
    for role in ["own", "theirs"] {
        let made = own(&world, &root, role, &token).await;
        assert_eq!(made.status, 200, "{}", made.body);
        let who = session(&root, &made.body["Credentials"], "AccessKeySecret", "SecurityToken");
        let shown = world.done(&who, STS, "GetCallerIdentity", &[]).await;
        assert_eq!(shown["Arn"], format!("acs:ram::{}:role/{role}/at-work", root.account));
        assert_eq!(made.body["AssumedRoleUser"]["Arn"], shown["Arn"]);
        let info = &made.body["OIDCTokenInfo"];
        assert_eq!((&info["Subject"], &info["ClientIds"]), (&json!("alice"), &json!("client")));
        assert_eq!(info["Issuer"], world.idp.issuer.as_str());

        let made = theirs(&world, &root, role, &token).await;
        assert_eq!(made.status, 200, "{}", made.body);
        let made = &made.body["AssumeRoleWithWebIdentityResult"];
        let who = session(&root, &made["Credentials"], "SecretAccessKey", "SessionToken");
        let shown = world.query_done(&who, "GetCallerIdentity", &[]).await;
        assert_eq!(made["AssumedRoleUser"]["Arn"], shown["Arn"]);
        assert_eq!((&made["SubjectFromWebIdentityToken"], &made["Audience"]), (&json!("alice"), &json!("client")));
        assert_eq!(made["Provider"], world.idp.issuer.as_str());
    }
    let events = world.events(root.account).await;
    let named = |name: &str| events.iter().filter(|event| event.event_name == name).count();
    assert_eq!((named("AssumeRoleWithOIDC"), named("AssumeRoleWithWebIdentity")), (2, 2));
    assert!(!json!(events).to_string().contains(&token));
}

#[tokio::test]
async fn refusals_have_the_vendors_codes() {
    let (world, root) = stage().await;
    let (alice, mallory) = (world.idp.token("alice"), world.idp.token("mallory"));
    let mut old = world.idp.claims("alice");
    old["exp"] = json!(world.idp.now().secs() - 61);
    let old = world.idp.sign(&old);
    let tampered = format!("{alice}A");
    for (role, token, own_code, their_code) in [
        ("own", &tampered, (401, "AuthenticationFail.OIDCToken.Invalid"), (400, "InvalidIdentityToken")),
        ("own", &old, (401, "AuthenticationFail.OIDCToken.Expired"), (400, "ExpiredTokenException")),
        ("own", &mallory, (403, "NoPermission"), (403, "AccessDenied")),
        ("theirs", &mallory, (403, "NoPermission"), (403, "AccessDenied")),
        ("missing", &alice, (403, "NoPermission"), (403, "AccessDenied")),
    ] {
        let refused = own(&world, &root, role, token).await;
        assert_eq!((refused.status, refused.code()), own_code, "{}", refused.body);
        let refused = theirs(&world, &root, role, token).await;
        assert_eq!((refused.status, refused.error()), their_code, "{}", refused.body);
    }
    world.idp.set_reachable(false);
    let refused = own(&world, &root, "own", &alice).await;
    assert_eq!((refused.status, refused.code()), (503, "ServiceUnavailable.OIDCProvider"));
    let refused = theirs(&world, &root, "own", &alice).await;
    assert_eq!((refused.status, refused.error()), (400, "IDPCommunicationError"));
    let missing = world.call(None, STS, "AssumeRoleWithOIDC", &[("RoleArn", "acs:ram::1:role/x")]).await;
    assert_eq!(missing.status, 400);
    let missing = world.query_call(None, "AssumeRoleWithWebIdentity", &[("RoleSessionName", "at-work")]).await;
    assert_eq!((missing.status, missing.error()), (400, "ValidationError"));
    let provided = [("ProviderId", "www.example.com")];
    let refused = world.query_call(None, "AssumeRoleWithWebIdentity", &provided).await;
    assert_eq!((refused.status, refused.error()), (400, "UnsupportedOperation"));
    // Nothing else may come unsigned.
    assert_eq!(world.query_call(None, "AssumeRole", &[]).await.error(), "MissingAuthenticationToken");
    assert_eq!(world.call(None, IMS, "ListOIDCProviders", &[]).await.code(), "MissingAccessKeyId");
}

#[tokio::test]
async fn providers_are_the_same_in_both_interfaces() {
    let (world, root) = stage().await;
    let arn = format!("arn:aws:iam::{}:oidc-provider/id.example/t", root.account);
    let listed = world.query_done(&root, "ListOpenIDConnectProviders", &[]).await;
    assert_eq!(listed["OpenIDConnectProviderList"], json!([{"Arn": arn}]));
    let by_arn = ("OpenIDConnectProviderArn", arn.as_str());
    world.query_done(&root, "AddClientIDToOpenIDConnectProvider", &[by_arn, ("ClientID", "third")]).await;
    let print = "AB".repeat(20);
    let prints = [by_arn, ("ThumbprintList.member.1", print.as_str())];
    world.query_done(&root, "UpdateOpenIDConnectProviderThumbprint", &prints).await;
    let shown = world.query_done(&root, "GetOpenIDConnectProvider", &[by_arn]).await;
    assert_eq!((&shown["Url"], &shown["ThumbprintList"]), (&json!("id.example/t"), &json!([print])));
    assert_eq!(shown["ClientIDList"], json!(["client", "x", "third"]));
    let okta = ("OIDCProviderName", "okta");
    let shown = world.done(&root, IMS, "GetOIDCProvider", &[okta]).await;
    let provider = &shown["OIDCProvider"];
    assert_eq!((&provider["ClientIds"], &provider["Fingerprints"]), (&json!("client,x,third"), &json!(print)));
    assert_eq!(provider["Arn"], format!("acs:ram::{}:oidc-provider/okta", root.account));
    let change = [okta, ("ClientIds", "only"), ("NewDescription", ""), ("IssuanceLimitTime", "6")];
    let changed = world.done(&root, IMS, "UpdateOIDCProvider", &change).await;
    let provider = &changed["OIDCProvider"];
    assert_eq!((&provider["ClientIds"], &provider["IssuanceLimitTime"]), (&json!("only"), &json!(6)));
    let listed = world.done(&root, IMS, "ListOIDCProviders", &[]).await;
    assert_eq!(listed["OIDCProviders"]["OIDCProvider"][0]["OIDCProviderName"], "okta");

    // Another account sees nothing of it, under whatever name.
    let other = world.account("second").await;
    let missing = world.query_call(Some(&other), "GetOpenIDConnectProvider", &[by_arn]).await;
    assert_eq!((missing.status, missing.error()), (404, "NoSuchEntity"));
    let missing = world.call(Some(&other), IMS, "GetOIDCProvider", &[okta]).await;
    assert_eq!((missing.status, missing.code()), (404, "EntityNotExist.OIDCProvider"));
    let again = [("OIDCProviderName", "two"), ("IssuerUrl", world.idp.issuer.as_str())];
    let exists = world.call(Some(&root), IMS, "CreateOIDCProvider", &again).await;
    assert_eq!((exists.status, exists.code()), (409, "EntityAlreadyExists.OIDCProvider"));
    let wrong = world.query_call(Some(&root), "CreateOpenIDConnectProvider", &[("Url", "http://x.example")]).await;
    assert_eq!((wrong.status, wrong.error()), (400, "ValidationError"));
    world.query_done(&root, "DeleteOpenIDConnectProvider", &[by_arn]).await;
    let missing = world.call(Some(&root), IMS, "DeleteOIDCProvider", &[okta]).await;
    assert_eq!((missing.status, missing.code()), (404, "EntityNotExist.OIDCProvider"));
}
