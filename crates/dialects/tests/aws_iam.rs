//! Amazon's identity services from outside: who may do what, row by row, and what the answers look like.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets the unexpected should stop")]

mod world;

use dialects::Status;
use dialects::aws_iam::{ROWS, Row};
use serde_json::{Value, json};
use testkit::{Said, SamlIdp};
use types::Clock;
use world::{Credential, World};

const ALLOW_ALL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

fn served() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().flat_map(|rows| rows.iter()).filter(|row| row.status != Status::Refused)
}

/// What comes unsigned has tests of its own: its proof is in its parameters.
fn signed() -> impl Iterator<Item = &'static Row> {
    served().filter(|row| !row.unsigned)
}

fn arn(of: &Credential, path: &str) -> String {
    format!("arn:aws:iam::{}:{path}", of.account)
}

fn trust(of: &Credential) -> String {
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": arn(of, "root")}, "Action": "sts:AssumeRole"});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// What the rows are tried on, all of one account. Gives the id of an access key of the user `idle`.
async fn things(world: &World, root: &Credential) -> String {
    for name in ["idle", "spare"] {
        world.query_done(root, "CreateUser", &[("UserName", name)]).await;
        world.query_done(root, "CreateGroup", &[("GroupName", name)]).await;
        let role = [("RoleName", name), ("AssumeRolePolicyDocument", &trust(root))];
        world.query_done(root, "CreateRole", &role).await;
        world.query_done(root, "CreatePolicy", &[("PolicyName", name), ("PolicyDocument", ALLOW_ALL)]).await;
    }
    let boundary = ("PermissionsBoundary", &*arn(root, "policy/idle"));
    world.query_done(root, "CreateUser", &[("UserName", "bounded"), boundary]).await;
    let role = [("RoleName", "bounded"), ("AssumeRolePolicyDocument", &*trust(root)), boundary];
    world.query_done(root, "CreateRole", &role).await;
    world.query_done(root, "AddUserToGroup", &[("UserName", "spare"), ("GroupName", "idle")]).await;
    let version = [("PolicyArn", &*arn(root, "policy/idle")), ("PolicyDocument", ALLOW_ALL)];
    world.query_done(root, "CreatePolicyVersion", &version).await;
    for kind in ["User", "Group", "Role"] {
        let name = format!("{kind}Name");
        let given = [(name.as_str(), "spare"), ("PolicyArn", &*arn(root, "policy/idle"))];
        world.query_done(root, &format!("Attach{kind}Policy"), &given).await;
        let given = [(name.as_str(), "spare"), ("PolicyName", "own"), ("PolicyDocument", ALLOW_ALL)];
        world.query_done(root, &format!("Put{kind}Policy"), &given).await;
    }
    let provider = [("Url", "https://spare.example/t"), ("ClientIDList.member.1", "client")];
    world.query_done(root, "CreateOpenIDConnectProvider", &provider).await;
    let provider = [("Name", "idle"), ("SAMLMetadataDocument", &*SamlIdp::new(true).metadata())];
    world.query_done(root, "CreateSAMLProvider", &provider).await;
    let made = world.query_done(root, "CreateAccessKey", &[("UserName", "idle")]).await;
    made["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned()
}

/// Parameters that make each served row a complete request. A row without an entry fails the test.
fn parameters(name: &str, root: &Credential, key: &str) -> Option<Vec<(&'static str, String)>> {
    let text = |text: &str| text.to_owned();
    let user = |name: &str| ("UserName", text(name));
    let group = |name: &str| ("GroupName", text(name));
    let role = |name: &str| ("RoleName", text(name));
    let policy = |name: &str| ("PolicyArn", arn(root, &format!("policy/{name}")));
    let provider = ("OpenIDConnectProviderArn", arn(root, "oidc-provider/spare.example/t"));
    let (document, own) = (("PolicyDocument", text(ALLOW_ALL)), ("PolicyName", text("own")));
    Some(match name {
        "CreateUser" => vec![user("new")],
        "GetUser" | "ListAccessKeys" | "CreateAccessKey" => vec![user("idle")],
        "UpdateUser" => vec![user("idle"), ("NewUserName", text("renamed"))],
        "DeleteUser" => vec![user("idle")],
        "ListGroupsForUser" | "ListAttachedUserPolicies" | "ListUserPolicies" => vec![user("spare")],
        "UpdateAccessKey" => vec![user("idle"), ("AccessKeyId", text(key)), ("Status", text("Inactive"))],
        "DeleteAccessKey" => vec![user("idle"), ("AccessKeyId", text(key))],
        "CreateGroup" => vec![group("new")],
        "GetGroup" | "DeleteGroup" => vec![group("idle")],
        "UpdateGroup" => vec![group("idle"), ("NewGroupName", text("renamed"))],
        "AddUserToGroup" => vec![user("idle"), group("idle")],
        "RemoveUserFromGroup" => vec![user("spare"), group("idle")],
        "ListAttachedGroupPolicies" | "ListGroupPolicies" => vec![group("spare")],
        "CreateRole" => vec![role("new"), ("AssumeRolePolicyDocument", trust(root))],
        "GetRole" | "UpdateRole" | "DeleteRole" => vec![role("idle")],
        "UpdateRoleDescription" => vec![role("idle"), ("Description", text("d"))],
        "UpdateAssumeRolePolicy" => vec![role("idle"), ("PolicyDocument", trust(root))],
        "ListAttachedRolePolicies" | "ListRolePolicies" => vec![role("spare")],
        "CreatePolicy" => vec![("PolicyName", text("new")), document],
        "GetPolicy" | "ListPolicyVersions" | "ListEntitiesForPolicy" => vec![policy("idle")],
        "DeletePolicy" => vec![policy("spare")],
        "CreatePolicyVersion" => vec![policy("spare"), document],
        "GetPolicyVersion" | "SetDefaultPolicyVersion" | "DeletePolicyVersion" => {
            vec![policy("idle"), ("VersionId", text("v2"))]
        }
        "ListUsers" | "ListGroups" | "ListRoles" | "ListPolicies" | "GetCallerIdentity" | "GetSessionToken" => vec![],
        "GetAccountSummary" | "GenerateCredentialReport" | "GetCredentialReport" => vec![],
        "AttachUserPolicy" => vec![user("idle"), policy("spare")],
        "AttachGroupPolicy" => vec![group("idle"), policy("spare")],
        "AttachRolePolicy" => vec![role("idle"), policy("spare")],
        "DetachUserPolicy" => vec![user("spare"), policy("idle")],
        "DetachGroupPolicy" => vec![group("spare"), policy("idle")],
        "DetachRolePolicy" => vec![role("spare"), policy("idle")],
        "PutUserPolicy" => vec![user("spare"), own, document],
        "PutGroupPolicy" => vec![group("spare"), own, document],
        "PutRolePolicy" => vec![role("spare"), own, document],
        "GetUserPolicy" | "DeleteUserPolicy" => vec![user("spare"), own],
        "GetGroupPolicy" | "DeleteGroupPolicy" => vec![group("spare"), own],
        "GetRolePolicy" | "DeleteRolePolicy" => vec![role("spare"), own],
        "CreateSAMLProvider" => vec![("Name", text("new")), ("SAMLMetadataDocument", SamlIdp::new(true).metadata())],
        "GetSAMLProvider" | "DeleteSAMLProvider" => vec![("SAMLProviderArn", arn(root, "saml-provider/idle"))],
        "UpdateSAMLProvider" => vec![
            ("SAMLProviderArn", arn(root, "saml-provider/idle")),
            ("SAMLMetadataDocument", SamlIdp::new(false).metadata()),
        ],
        "ListSAMLProviders" => vec![],
        "TagUser" => vec![user("idle"), ("Tags.member.1.Key", text("a")), ("Tags.member.1.Value", text("b"))],
        "UntagUser" => vec![user("idle"), ("TagKeys.member.1", text("a"))],
        "ListUserTags" => vec![user("idle")],
        "TagRole" => vec![role("idle"), ("Tags.member.1.Key", text("a")), ("Tags.member.1.Value", text("b"))],
        "UntagRole" => vec![role("idle"), ("TagKeys.member.1", text("a"))],
        "ListRoleTags" => vec![role("idle")],
        "TagPolicy" => vec![policy("idle"), ("Tags.member.1.Key", text("a")), ("Tags.member.1.Value", text("b"))],
        "UntagPolicy" => vec![policy("idle"), ("TagKeys.member.1", text("a"))],
        "ListPolicyTags" => vec![policy("idle")],
        "PutUserPermissionsBoundary" => vec![user("idle"), ("PermissionsBoundary", arn(root, "policy/idle"))],
        "DeleteUserPermissionsBoundary" => vec![user("bounded")],
        "PutRolePermissionsBoundary" => vec![role("idle"), ("PermissionsBoundary", arn(root, "policy/idle"))],
        "DeleteRolePermissionsBoundary" => vec![role("bounded")],
        "DecodeAuthorizationMessage" => vec![("EncodedMessage", text("none"))],
        "AssumeRole" => vec![("RoleArn", arn(root, "role/idle")), ("RoleSessionName", text("at-work"))],
        "SimulateCustomPolicy" => {
            vec![("PolicyInputList.member.1", text(ALLOW_ALL)), ("ActionNames.member.1", text("s3:GetObject"))]
        }
        "SimulatePrincipalPolicy" => {
            vec![("PolicySourceArn", arn(root, "user/spare")), ("ActionNames.member.1", text("s3:GetObject"))]
        }
        "CreateOpenIDConnectProvider" => vec![("Url", text("https://new.example"))],
        "GetOpenIDConnectProvider" | "DeleteOpenIDConnectProvider" => vec![provider],
        "ListOpenIDConnectProviders" => vec![],
        "AddClientIDToOpenIDConnectProvider" | "RemoveClientIDFromOpenIDConnectProvider" => {
            vec![provider, ("ClientID", text("new"))]
        }
        "UpdateOpenIDConnectProviderThumbprint" => {
            vec![provider, ("ThumbprintList.member.1", "a".repeat(40))]
        }
        _ => return None,
    })
}

fn borrowed<'p>(given: &'p [(&'static str, String)]) -> Vec<(&'static str, &'p str)> {
    given.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// A user with an access key and, if given, a policy of its own alone.
async fn user(world: &World, root: &Credential, name: &str, policy: Option<&str>) -> Credential {
    world.query_done(root, "CreateUser", &[("UserName", name)]).await;
    if let Some(policy) = policy {
        let given = [("UserName", name), ("PolicyName", "own"), ("PolicyDocument", policy)];
        world.query_done(root, "PutUserPolicy", &given).await;
    }
    let made = world.query_done(root, "CreateAccessKey", &[("UserName", name)]).await;
    let text = |field: &str| made["AccessKey"][field].as_str().unwrap().to_owned();
    Credential { account: root.account, id: text("AccessKeyId"), secret: text("SecretAccessKey"), token: None }
}

fn session(of: &Credential, lent: &Value) -> Credential {
    let text = |field: &str| lent["Credentials"][field].as_str().unwrap().to_owned();
    let (id, secret, token) = (text("AccessKeyId"), text("SecretAccessKey"), Some(text("SessionToken")));
    Credential { account: of.account, id, secret, token }
}

#[tokio::test]
async fn every_row_asks_who_is_calling_and_whether_they_may() {
    for row in signed() {
        let world = World::new().await;
        let root = world.account("first").await;
        let other = world.account("second").await;
        let powerless = user(&world, &root, "powerless", None).await;
        let mighty = user(&world, &root, "mighty", Some(ALLOW_ALL)).await;
        let key = things(&world, &root).await;
        let given = parameters(row.name, &root, &key);
        let given = given.unwrap_or_else(|| panic!("{} has no parameters to be tried with", row.name));
        let given = borrowed(&given);

        let anonymous = world.query_call(None, row.name, &given).await;
        assert_eq!(anonymous.error(), "MissingAuthenticationToken", "{}: {}", row.name, anonymous.body);
        let denied = world.query_call(Some(&powerless), row.name, &given).await;
        let open = row.needs.is_empty();
        assert_eq!((denied.status, denied.error() == "AccessDenied"), if open { (200, false) } else { (403, true) });
        let foreign = world.query_call(Some(&other), row.name, &given).await;
        let makes = row.name.starts_with("Create")
            || row.name.starts_with("List")
            || matches!(
                row.name,
                "SimulateCustomPolicy" | "GetAccountSummary" | "GenerateCredentialReport" | "GetCredentialReport"
            );
        // Of no account is the message that is tried there: a real one has tests of its own.
        let message =
            |answer: &world::Answer| row.name == "DecodeAuthorizationMessage" && answer.error() == "ValidationError";
        let refused = matches!(foreign.error(), "NoSuchEntity" | "AccessDenied") || message(&foreign);
        assert!(makes || open || refused, "{}: {}", row.name, foreign.body);
        assert!(!foreign.body.to_string().contains("spare"), "{}: {}", row.name, foreign.body);
        let allowed = world.query_call(Some(&mighty), row.name, &given).await;
        let conflict = allowed.error() == "DeleteConflict" && row.name.starts_with("Delete");
        assert!(allowed.status == 200 || conflict || message(&allowed), "{}: {}", row.name, allowed.body);
    }
}

#[tokio::test]
async fn a_role_is_assumed_with_a_saml_response() {
    let world = World::new().await;
    let root = world.account("first").await;
    things(&world, &root).await;
    let (idp, provider, place) =
        (SamlIdp::new(true), arn(&root, "saml-provider/idle"), "https://signin.aws.amazon.com/saml");
    let statement = json!({"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {"SAML:aud": place}}});
    let trust = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let made =
        world.query_done(&root, "CreateRole", &[("RoleName", "vouched"), ("AssumeRolePolicyDocument", &trust)]).await;
    let shown = made["Role"]["AssumeRolePolicyDocument"].as_str().unwrap().to_owned();
    assert!(shown.contains("AssumeRoleWithSAML"), "{shown}");
    let shown = world.query_done(&root, "GetSAMLProvider", &[("SAMLProviderArn", &provider)]).await;
    assert_eq!(shown["SAMLMetadataDocument"], idp.metadata());
    let listed = world.query_done(&root, "ListSAMLProviders", &[]).await;
    assert_eq!(listed["SAMLProviderList"][0]["Arn"], provider);

    let role = arn(&root, "role/vouched");
    let attribute = |name: &str| format!("https://aws.amazon.com/SAML/Attributes/{name}");
    let said = |id: &str| Said {
        id: id.to_owned(),
        now: world.deployment.clock.now(),
        subject: "alice".to_owned(),
        audience: "urn:amazon:webservices".to_owned(),
        recipient: place.to_owned(),
        session_ends: None,
        attributes: vec![
            (attribute("Role"), format!("{provider},{role}")),
            (attribute("RoleSessionName"), "alice".to_owned()),
            (attribute("SessionDuration"), "1800".to_owned()),
        ],
    };
    let given = |response: Vec<u8>| {
        use base64::Engine;
        let response = base64::engine::general_purpose::STANDARD.encode(response);
        [("RoleArn", role.clone()), ("PrincipalArn", provider.clone()), ("SAMLAssertion", response)]
    };
    let response = given(idp.response(&said("a1")));
    let answer = world.query_call(None, "AssumeRoleWithSAML", &borrowed(&response)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let result = &answer.body["AssumeRoleWithSAMLResult"];
    assert_eq!((&result["Subject"], &result["SubjectType"]), (&json!("alice"), &json!("persistent")));
    assert_eq!((&result["Issuer"], &result["Audience"]), (&json!(SamlIdp::ENTITY), &json!(place)));
    let own = format!("arn:aws:sts::{}:assumed-role/vouched/alice", root.account);
    assert_eq!(result["AssumedRoleUser"]["Arn"], own);
    let who = world.query_done(&session(&root, result), "GetCallerIdentity", &[]).await;
    assert_eq!(who["Arn"], own);
    let again = world.query_call(None, "AssumeRoleWithSAML", &borrowed(&response)).await;
    assert_eq!((again.status, again.error()), (400, "InvalidIdentityToken"));
    let late = Said { now: world.deployment.clock.now().minus(std::time::Duration::from_secs(3_600)), ..said("a2") };
    let late = world.query_call(None, "AssumeRoleWithSAML", &borrowed(&given(idp.response(&late)))).await;
    assert_eq!((late.status, late.error()), (400, "ExpiredTokenException"));
    // Nothing else comes unsigned.
    let other = world.query_call(None, "AssumeRole", &[]).await;
    assert_eq!(other.error(), "MissingAuthenticationToken");
}

/// The actions that a row says it needs are those that a policy has to allow: with them alone it is allowed. And Amazon's
/// name for the row, in a policy in its grammar, means just them.
#[tokio::test]
async fn every_row_needs_what_it_says() {
    for row in signed().filter(|row| !row.needs.is_empty()) {
        let world = World::new().await;
        let root = world.account("first").await;
        let own = json!({"Version": "1", "Statement": [{"Effect": "Allow", "Action": row.needs, "Resource": "*"}]});
        let theirs = match row.name {
            "AssumeRole" | "DecodeAuthorizationMessage" => json!(format!("sts:{}", row.name)),
            // What has tags makes no difference here, so these are named together.
            name if name.ends_with("Tags") => json!(["iam:ListUserTags", "iam:ListRoleTags", "iam:ListPolicyTags"]),
            name if name.starts_with("Tag") => json!(["iam:TagUser", "iam:TagRole", "iam:TagPolicy"]),
            name if name.starts_with("Untag") => json!("iam:Untag*"),
            name if row.needs == ["ram:UpdateRole"] => {
                assert!(["UpdateRole", "UpdateRoleDescription", "UpdateAssumeRolePolicy"].contains(&name));
                json!(["iam:UpdateRole", "iam:UpdateRoleDescription", "iam:UpdateAssumeRolePolicy"])
            }
            name => json!(format!("iam:{name}")),
        };
        let theirs = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": theirs, "Resource": "*"}]});
        let key = things(&world, &root).await;
        let given = parameters(row.name, &root, &key).unwrap();
        for (name, policy) in [("own", own), ("theirs", theirs)] {
            let able = user(&world, &root, name, Some(&policy.to_string())).await;
            let allowed = world.query_call(Some(&able), row.name, &borrowed(&given)).await;
            assert_ne!(allowed.error(), "AccessDenied", "{}: {}", row.name, allowed.body);
        }
    }
}

#[tokio::test]
async fn what_is_not_supported_or_does_not_exist_is_said() {
    let world = World::new().await;
    let root = world.account("first").await;
    for row in ROWS.iter().flat_map(|rows| rows.iter()).filter(|row| row.status == Status::Refused) {
        let answer = world.query_call(Some(&root), row.name, &[]).await;
        assert_eq!((answer.status, answer.error()), (400, "UnsupportedOperation"), "{}", row.name);
    }
    let answer = world.query_call(Some(&root), "MakeCoffee", &[]).await;
    assert_eq!((answer.status, answer.error()), (400, "InvalidAction"));
    let tagged = [("GroupName", "x"), ("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    let answer = world.query_call(Some(&root), "CreateGroup", &tagged).await;
    assert_eq!((answer.status, answer.error()), (400, "UnsupportedOperation"));
    assert!(answer.body["Error"]["Message"].as_str().unwrap().contains("Tags"));
    let answer = world.query_call(Some(&root), "CreateUser", &[("UserName", "x"), ("Path", "/team/")]).await;
    assert_eq!((answer.status, answer.error()), (400, "ValidationError"));
    assert_eq!(answer.body["Error"]["Type"], "Sender");
}

#[tokio::test]
async fn each_call_is_an_event_and_none_holds_a_secret() {
    let world = World::new().await;
    let root = world.account("first").await;
    let before = world.events(root.account).await.len();
    let bob = user(&world, &root, "bob", None).await;
    let lent = world.query_done(&bob, "GetSessionToken", &[]).await;
    let forged = Credential { secret: "wrong".to_owned(), ..bob.clone() };
    let refused = world.query_call(Some(&forged), "GetUser", &[]).await;
    assert_eq!((refused.status, refused.error()), (403, "SignatureDoesNotMatch"));
    assert!(refused.body["Error"]["Message"].as_str().unwrap().contains("content-type:"));
    world.query_call(Some(&bob), "NoSuchAction", &[]).await;
    let events = world.events(root.account).await;
    assert_eq!(events.len() - before, 5);
    let made = events.iter().find(|event| event.event_name == "CreateUser").unwrap();
    assert_eq!((&*made.service_name, &*made.event_source), ("Ram", "iam.amazonaws.com"));
    let text = json!(events).to_string();
    let session = session(&root, &lent);
    for secret in [&bob.secret, &session.secret, session.token.as_ref().unwrap()] {
        assert!(!text.contains(secret));
    }
}

#[tokio::test]
async fn identities_are_those_of_the_other_dialect() {
    let world = World::new().await;
    let root = world.account("first").await;
    world.query_done(&root, "CreateUser", &[("UserName", "bob")]).await;
    let found = world.done(&root, "2015-05-01", "GetUser", &[("UserName", "bob")]).await;
    let shown = world.query_done(&root, "GetUser", &[("UserName", "bob")]).await;
    assert_eq!(shown["User"]["UserId"], found["User"]["UserId"]);
    assert_eq!(shown["User"]["Arn"], arn(&root, "user/bob"));
    let (own, theirs) =
        (r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:Get*","Resource":"*"}]}"#, ALLOW_ALL);
    for (name, text) in [("own", own), ("theirs", theirs)] {
        world.query_done(&root, "CreatePolicy", &[("PolicyName", name), ("PolicyDocument", text)]).await;
        let policy = arn(&root, &format!("policy/{name}"));
        let shown = world.query_done(&root, "GetPolicyVersion", &[("PolicyArn", &policy), ("VersionId", "v1")]).await;
        let encoded = wire::encoding::encode(text);
        assert_eq!(shown["PolicyVersion"]["Document"], encoded.as_str());
        let found = [("PolicyName", name), ("PolicyType", "Custom")];
        let found = world.done(&root, "2015-05-01", "GetPolicy", &found).await;
        let decided: Value = serde_json::from_str(found["Policy"]["PolicyDocument"].as_str().unwrap()).unwrap();
        assert_eq!(decided["Version"], "1");
    }
}

/// Versions keep their texts when they change places.
#[tokio::test]
async fn versions_come_back_as_they_were_put() {
    let world = World::new().await;
    let root = world.account("first").await;
    let texts: Vec<String> = (0..3).map(|n| format!("{ALLOW_ALL}{}", " ".repeat(n))).collect();
    world.query_done(&root, "CreatePolicy", &[("PolicyName", "p"), ("PolicyDocument", &texts[0])]).await;
    let policy = arn(&root, "policy/p");
    let policy = ("PolicyArn", policy.as_str());
    let given = [policy, ("PolicyDocument", &*texts[1]), ("SetAsDefault", "true")];
    world.query_done(&root, "CreatePolicyVersion", &given).await;
    world.query_done(&root, "CreatePolicyVersion", &[policy, ("PolicyDocument", &texts[2])]).await;
    world.query_done(&root, "SetDefaultPolicyVersion", &[policy, ("VersionId", "v3")]).await;
    for (number, text) in texts.iter().enumerate() {
        let version = format!("v{}", number + 1);
        let shown = world.query_done(&root, "GetPolicyVersion", &[policy, ("VersionId", &version)]).await;
        assert_eq!(shown["PolicyVersion"]["Document"], wire::encoding::encode(text).as_str(), "{version}");
        assert_eq!(shown["PolicyVersion"]["IsDefaultVersion"], if number == 2 { "true" } else { "false" });
    }
}

#[tokio::test]
async fn roles_are_assumed_by_whom_they_trust() {
    let world = World::new().await;
    let root = world.account("first").await;
    let bob = user(&world, &root, "bob", Some(ALLOW_ALL)).await;
    let text = trust(&root);
    let role = [("RoleName", "worker"), ("AssumeRolePolicyDocument", text.as_str())];
    let made = world.query_done(&root, "CreateRole", &role).await;
    assert_eq!(made["Role"]["AssumeRolePolicyDocument"], wire::encoding::encode(&text).as_str());
    let role_arn = made["Role"]["Arn"].as_str().unwrap();
    let assume = [("RoleArn", role_arn), ("RoleSessionName", "at-work")];
    let lent = world.query_done(&bob, "AssumeRole", &assume).await;
    let session = session(&root, &lent);
    let expected = format!("arn:aws:sts::{}:assumed-role/worker/at-work", root.account);
    assert_eq!(lent["AssumedRoleUser"]["Arn"], expected);
    let who = world.query_done(&session, "GetCallerIdentity", &[]).await;
    assert_eq!((&who["Arn"], &who["Account"]), (&json!(expected), &json!(root.account.to_string())));
    assert_eq!(who["UserId"], lent["AssumedRoleUser"]["AssumedRoleId"]);
    assert_eq!(world.query_call(Some(&session), "ListUsers", &[]).await.error(), "AccessDenied");
    let put = [("RoleName", "worker"), ("PolicyName", "own"), ("PolicyDocument", ALLOW_ALL)];
    world.query_done(&root, "PutRolePolicy", &put).await;
    world.query_done(&session, "ListUsers", &[]).await;
    // A session policy narrows.
    let narrow = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListRoles","Resource":"*"}]}"#;
    let lent = world.query_done(&bob, "AssumeRole", &[assume[0], assume[1], ("Policy", narrow)]).await;
    let narrowed = self::session(&root, &lent);
    world.query_done(&narrowed, "ListRoles", &[]).await;
    assert_eq!(world.query_call(Some(&narrowed), "ListUsers", &[]).await.error(), "AccessDenied");
    // Nobody outside is trusted, nor told whether there is such a role.
    let other = world.account("second").await;
    let eve = user(&world, &other, "eve", Some(ALLOW_ALL)).await;
    for name in ["worker", "missing"] {
        let role = arn(&root, &format!("role/{name}"));
        let assume = [("RoleArn", role.as_str()), ("RoleSessionName", "at-work")];
        assert_eq!(world.query_call(Some(&eve), "AssumeRole", &assume).await.error(), "AccessDenied");
    }
}

#[tokio::test]
async fn a_session_token_is_its_access_key_for_a_while() {
    let world = World::new().await;
    let root = world.account("first").await;
    let bob = user(&world, &root, "bob", Some(ALLOW_ALL)).await;
    let lent = world.query_done(&bob, "GetSessionToken", &[("DurationSeconds", "900")]).await;
    let session = session(&root, &lent);
    let who = world.query_done(&session, "GetCallerIdentity", &[]).await;
    assert_eq!(who["Arn"], arn(&root, "user/bob"));
    world.query_done(&session, "ListUsers", &[]).await;
    assert_eq!(world.query_call(Some(&session), "GetSessionToken", &[]).await.error(), "AccessDenied");
    for wrong in ["899", "129601", "x"] {
        let answer = world.query_call(Some(&bob), "GetSessionToken", &[("DurationSeconds", wrong)]).await;
        assert_eq!(answer.error(), "ValidationError", "{wrong}");
    }
    let without = Credential { token: None, ..session.clone() };
    assert_eq!(world.query_call(Some(&without), "ListUsers", &[]).await.error(), "InvalidClientTokenId");
    // It has what its holder has by now, and ends with the key that asked for it.
    world.query_done(&root, "DeleteUserPolicy", &[("UserName", "bob"), ("PolicyName", "own")]).await;
    assert_eq!(world.query_call(Some(&session), "ListUsers", &[]).await.error(), "AccessDenied");
    let key = |status| [("UserName", "bob"), ("AccessKeyId", bob.id.as_str()), ("Status", status)];
    world.query_done(&root, "UpdateAccessKey", &key("Inactive")).await;
    assert_eq!(world.query_call(Some(&session), "GetCallerIdentity", &[]).await.error(), "InvalidClientTokenId");
    world.query_done(&root, "UpdateAccessKey", &key("Active")).await;
    world.query_done(&session, "GetCallerIdentity", &[]).await;
    world.deployment.clock.advance(std::time::Duration::from_secs(900));
    assert_eq!(world.query_call(Some(&session), "GetCallerIdentity", &[]).await.error(), "ExpiredToken");
}

#[tokio::test]
async fn policies_of_one_holder_count_move_and_keep_it_from_going() {
    let world = World::new().await;
    let root = world.account("first").await;
    let bob = user(&world, &root, "bob", None).await;
    world.query_done(&root, "CreateGroup", &[("GroupName", "team")]).await;
    let put = [("GroupName", "team"), ("PolicyName", "own"), ("PolicyDocument", ALLOW_ALL)];
    world.query_done(&root, "PutGroupPolicy", &put).await;
    world.query_done(&root, "AddUserToGroup", &[("GroupName", "team"), ("UserName", "bob")]).await;
    world.query_done(&bob, "ListUsers", &[]).await;
    world.query_done(&root, "UpdateGroup", &[("GroupName", "team"), ("NewGroupName", "crew")]).await;
    world.query_done(&bob, "ListUsers", &[]).await;
    world.query_done(&root, "RemoveUserFromGroup", &[("GroupName", "crew"), ("UserName", "bob")]).await;
    assert_eq!(world.query_call(Some(&bob), "ListUsers", &[]).await.error(), "AccessDenied");
    let gone = world.query_call(Some(&root), "DeleteGroup", &[("GroupName", "crew")]).await;
    assert_eq!((gone.status, gone.error()), (409, "DeleteConflict"));
    world.query_done(&root, "DeleteGroupPolicy", &[("GroupName", "crew"), ("PolicyName", "own")]).await;
    world.query_done(&root, "DeleteGroup", &[("GroupName", "crew")]).await;
    for number in 0..10 {
        let name = format!("p{number}");
        let put = [("UserName", "bob"), ("PolicyName", name.as_str()), ("PolicyDocument", ALLOW_ALL)];
        world.query_done(&root, "PutUserPolicy", &put).await;
    }
    let put = |name| [("UserName", "bob"), ("PolicyName", name), ("PolicyDocument", ALLOW_ALL)];
    assert_eq!(world.query_call(Some(&root), "PutUserPolicy", &put("p11")).await.error(), "LimitExceeded");
    world.query_done(&root, "PutUserPolicy", &put("p0")).await;
    let listed = world.query_done(&root, "ListUserPolicies", &[("UserName", "bob"), ("MaxItems", "3")]).await;
    assert_eq!((&listed["PolicyNames"], &listed["Marker"]), (&json!(["p0", "p1", "p2"]), &json!("3")));
}

#[tokio::test]
async fn signatures_of_another_service_region_or_time() {
    let world = World::new().await;
    let root = world.account("first").await;
    let send =
        |body: &'static str, service, region| world.aws_send(world.form_request(Some(&root), body, service, region));
    let users = "Action=ListUsers&Version=2010-05-08";
    for region in ["local-1", "us-east-1"] {
        assert_eq!(send(users, "iam", region).await.status, 200);
        assert_eq!(send("Action=GetCallerIdentity&Version=2011-06-15", "sts", region).await.status, 200);
    }
    assert_eq!(send(users, "iam", "local-2").await.error(), "SignatureDoesNotMatch");
    assert_eq!(send(users, "sts", "local-1").await.error(), "IncompleteSignature");
    assert_eq!(send("Action=ListUsers&Version=2015-05-01", "iam", "local-1").await.error(), "InvalidAction");
    assert_eq!(send("Action=ListUsers", "iam", "local-1").await.error(), "InvalidAction");
    assert_eq!(send("Version=2010-05-08", "iam", "local-1").await.error(), "InvalidAction");
    assert_eq!(send("Action=ListUsers&Action=ListUsers&Version=2010-05-08", "iam", "local-1").await.status, 400);
    let old = world.form_request(Some(&root), users, "iam", "local-1");
    world.deployment.clock.advance(std::time::Duration::from_secs(901));
    assert_eq!(world.aws_send(old).await.error(), "SignatureDoesNotMatch");
}

/// Every parameter of every row with a value that it cannot have: the caller is told, and nothing breaks.
#[tokio::test]
async fn bad_parameters_are_the_callers_mistake() {
    let long = "x".repeat(9_000);
    let values = ["", " ", "/", "a b", "\u{1}", "ü", "{}", "arn:aws:iam::1:x/y", &long];
    for row in signed() {
        let world = World::new().await;
        let root = world.account("first").await;
        let key = things(&world, &root).await;
        let given = parameters(row.name, &root, &key).unwrap();
        for at in 0..given.len() {
            for value in values {
                let mut wrong = borrowed(&given);
                wrong[at].1 = value;
                let answer = world.query_call(Some(&root), row.name, &wrong).await;
                let told = (400..500).contains(&answer.status);
                // Tags can be called almost anything.
                let text = matches!(given[at].0, "Description" | "NewUserName" | "NewGroupName" | "ClientID")
                    || given[at].0.starts_with("Tag");
                assert!(told || text && answer.status == 200, "{} {wrong:?}: {}", row.name, answer.body);
            }
        }
    }
}

#[tokio::test]
async fn what_policies_would_say() {
    let world = World::new().await;
    let root = world.account("first").await;
    let document = |statements: Value| json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let reads = document(json!([
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/home/${aws:username}/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::data",
         "Condition": {"StringLike": {"s3:prefix": "home/*"}}},
    ]));
    user(&world, &root, "bob", Some(&reads)).await;
    let source = arn(&root, "user/bob");
    let asked = |action: &str, resource: &str, more: &[(&str, &str)]| {
        let given =
            [("PolicySourceArn", &*source), ("ActionNames.member.1", action), ("ResourceArns.member.1", resource)];
        let given: Vec<(String, String)> =
            given.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (world, root) = (&world, &root);
        async move {
            let given: Vec<(&str, &str)> = given.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = world.query_done(root, "SimulatePrincipalPolicy", &given).await;
            answer["EvaluationResults"][0].clone()
        }
    };
    let allowed = asked("s3:GetObject", "arn:aws:s3:::data/home/bob/a", &[]).await;
    assert_eq!((&allowed["EvalDecision"], &allowed["EvalActionName"]), (&json!("allowed"), &json!("s3:GetObject")));
    assert_eq!(allowed["MatchedStatements"][0]["SourcePolicyId"], arn(&root, "policy/own"));
    let other = asked("s3:GetObject", "arn:aws:s3:::data/home/eve/a", &[]).await;
    assert_eq!((&other["EvalDecision"], &other["MatchedStatements"]), (&json!("implicitDeny"), &json!("")));
    let prefix = [
        ("ContextEntries.member.1.ContextKeyName", "s3:prefix"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", "home/bob"),
        ("ContextEntries.member.1.ContextKeyType", "string"),
    ];
    assert_eq!(asked("s3:ListBucket", "arn:aws:s3:::data", &prefix).await["EvalDecision"], "allowed");
    assert_eq!(asked("s3:ListBucket", "arn:aws:s3:::data", &[]).await["EvalDecision"], "implicitDeny");
    let denies = document(json!([{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]));
    let denied = asked("s3:GetObject", "arn:aws:s3:::data/home/bob/a", &[("PolicyInputList.member.1", &denies)]).await;
    assert_eq!(denied["EvalDecision"], "explicitDeny");
    let ids: Vec<&Value> =
        denied["MatchedStatements"].as_array().unwrap().iter().map(|m| &m["SourcePolicyId"]).collect();
    assert!(ids.contains(&&json!("PolicyInputList.1")));
    let custom = |action: &str| {
        let given = vec![
            ("PolicyInputList.member.1", document(json!([{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]))),
            ("ActionNames.member.1", action.to_owned()),
        ];
        let (world, root) = (&world, &root);
        async move { world.query_call(Some(root), "SimulateCustomPolicy", &borrowed(&given)).await }
    };
    for (action, expected) in [("iam:GetUser", "allowed"), ("s3:GetObject", "implicitDeny")] {
        let answer = custom(action).await;
        assert_eq!(answer.body["SimulateCustomPolicyResult"]["EvaluationResults"][0]["EvalDecision"], expected);
    }
    for wrong in ["s3:*", "ec2:RunInstances", "GetUser", ""] {
        assert_eq!(custom(wrong).await.error(), "ValidationError", "{wrong}");
    }
}
