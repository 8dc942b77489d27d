//! Who may do what with what: kinds of callers by actions by things, through the gate and the interfaces, beside a file that
//! shows all of it. `POLICY_MATRIX=write` writes the file anew.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets the unexpected should stop")]

mod world;

use iam::SetControlPolicy;
use std::fmt::Write;
use world::{Credential, World};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/policy-matrix.txt");
const RAM: &str = "2015-05-01";
const IMS: &str = "2019-08-15";
const KMS: &str = "2016-01-20";
const STS: &str = "2015-04-01";

const ALL: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const LOOK: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:Get*","ram:List*","kms:Describe*","kms:List*"],"Resource":"*"}]}"#;
const ALL_BUT_KEYS: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"kms:*","Resource":"*"}]}"#;
const OF_THE_TEAM: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"acs:PrincipalTag/team":"red"}}}]}"#;

/// Who asks, by the name that the file calls them.
type Callers = Vec<(&'static str, Option<Credential>)>;

fn session(of: &Credential, made: &serde_json::Value) -> Credential {
    let text = |field: &str| made["Credentials"][field].as_str().unwrap().to_owned();
    let (id, secret, token) = (text("AccessKeyId"), text("AccessKeySecret"), Some(text("SecurityToken")));
    Credential { account: of.account, id, secret, token }
}

fn trust(path: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":["{path}"]}}}}]}}"#
    )
}

async fn callers(world: &World, root: &Credential) -> Callers {
    let mut callers: Callers = vec![("nobody", None), ("root", Some(root.clone()))];
    for (name, policy) in [
        ("user without policies", None),
        ("user who may look", Some(LOOK)),
        ("user who may do all", Some(ALL)),
        ("user denied keys", Some(ALL_BUT_KEYS)),
        ("user below a boundary", Some(ALL)),
        ("user with a tag", Some(OF_THE_TEAM)),
        ("user without the tag", Some(OF_THE_TEAM)),
        ("user in a group", None),
    ] {
        callers.push((name, Some(world.user(root, &name.replace(' ', "-"), policy).await)));
    }
    world.done(root, RAM, "CreatePolicy", &[("PolicyName", "look"), ("PolicyDocument", LOOK)]).await;
    let look = format!("arn:aws:iam::{}:policy/look", root.account);
    let bounded = [("UserName", "user-below-a-boundary"), ("PermissionsBoundary", look.as_str())];
    world.query_done(root, "PutUserPermissionsBoundary", &bounded).await;
    let tagged = format!("user-with-a-tag@{}.onaliyun.com", root.account);
    let tag = [("Tag.1.Key", "Team"), ("Tag.1.Value", "red")];
    let named = [("ResourceType", "user"), ("ResourcePrincipalName.1", tagged.as_str())];
    world.done(root, IMS, "TagResources", &[named, tag].concat()).await;
    world.done(root, RAM, "CreateGroup", &[("GroupName", "lookers")]).await;
    world.done(root, RAM, "AddUserToGroup", &[("UserName", "user-in-a-group"), ("GroupName", "lookers")]).await;
    let attach = [("PolicyName", "look"), ("PolicyType", "Custom"), ("GroupName", "lookers")];
    world.done(root, RAM, "AttachPolicyToGroup", &attach).await;
    let own = trust(&format!("acs:ram::{}:root", root.account));
    world.done(root, RAM, "CreateRole", &[("RoleName", "mighty"), ("AssumeRolePolicyDocument", &own)]).await;
    let attach = [("PolicyName", "AdministratorAccess"), ("PolicyType", "System"), ("RoleName", "mighty")];
    world.done(root, RAM, "AttachPolicyToRole", &attach).await;
    let able = callers.iter().find(|(name, _)| *name == "user who may do all").unwrap().1.clone().unwrap();
    let arn = format!("acs:ram::{}:role/mighty", root.account);
    let assume = vec![("RoleArn", arn.as_str()), ("RoleSessionName", "at-work")];
    let whole = world.done(&able, STS, "AssumeRole", &assume).await;
    let narrow = world.done(&able, STS, "AssumeRole", &[assume, vec![("Policy", LOOK)]].concat()).await;
    callers.push(("session of a role", Some(session(root, &whole))));
    callers.push(("session with a policy", Some(session(root, &narrow))));
    callers
}

/// The root and a user of another account, and those of one that the deployment holds below a ceiling.
async fn outsiders(world: &World, first: &Credential) -> Callers {
    let mut callers = Callers::new();
    for (root, user, account) in [
        ("root of another account", "user of another account", "second"),
        ("root below a ceiling", "user below a ceiling", "third"),
    ] {
        let who = world.account(account).await;
        let mighty = world.user(&who, "mighty", Some(ALL)).await;
        if account == "third" {
            let op = SetControlPolicy { account: who.account, document: LOOK.to_owned() };
            let (gate, service) = (&world.domains.gate, world.deployment.service());
            gate.perform(&service, &world.domains.iam, op).await.unwrap();
        }
        callers.extend([(root, Some(who)), (user, Some(mighty))]);
    }
    let foreign = callers[0].1.as_ref().unwrap().account;
    let trusts = trust(&format!("acs:ram::{foreign}:root"));
    world.done(first, RAM, "CreateRole", &[("RoleName", "lent"), ("AssumeRolePolicyDocument", &trusts)]).await;
    callers
}

#[tokio::test]
async fn the_matrix_is_that_of_the_file() {
    let world = World::new().await;
    let root = world.account("first").await;
    let mut callers = callers(&world, &root).await;
    callers.extend(outsiders(&world, &root).await);
    world.done(&root, RAM, "CreateUser", &[("UserName", "there")]).await;
    world.done(&root, KMS, "CreateSecret", &[("SecretName", "s"), ("VersionId", "v"), ("SecretData", "hush")]).await;
    let key = world.done(&root, KMS, "CreateKey", &[]).await["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
    let of = |kind: &str| format!("acs:kms:local-1:{}:{kind}", root.account);
    let (key, secret) = (of(&format!("key/{key}")), of("secret/s"));
    let role = |name: &str| format!("acs:ram::{}:role/{name}", root.account);
    let (mighty, lent, missing) = (role("mighty"), role("lent"), role("missing"));
    let assume = |role: &str| vec![("RoleArn", role.to_owned()), ("RoleSessionName", "matrix".to_owned())];
    let one = |name: &'static str, value: &str| vec![(name, value.to_owned())];
    let questions = [
        (STS, "GetCallerIdentity", "itself", vec![]),
        (RAM, "ListUsers", "its account", vec![]),
        (RAM, "GetUser", "a user of its account", one("UserName", "there")),
        (RAM, "GetUser", "no user", one("UserName", "missing")),
        (RAM, "UpdateUser", "a user of its account", one("UserName", "there")),
        (KMS, "DescribeKey", "a key of the first account", one("KeyId", &key)),
        (KMS, "Encrypt", "a key of the first account", [one("KeyId", &key), one("Plaintext", "aGk=")].concat()),
        (KMS, "GetSecretValue", "a secret of the first account", one("SecretName", &secret)),
        (STS, "AssumeRole", "a role that trusts the first account", assume(&mighty)),
        (STS, "AssumeRole", "a role that trusts another account", assume(&lent)),
        (STS, "AssumeRole", "no role", assume(&missing)),
    ];
    let mut lines = String::new();
    for (name, who) in &callers {
        writeln!(lines, "{name}").unwrap();
        for (version, action, thing, given) in &questions {
            let given: Vec<(&str, &str)> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = world.call(who.as_ref(), version, action, &given).await;
            let why = &answer.body["AccessDeniedDetail"];
            let why = ["NoPermissionType", "PolicyType"].map(|field| why[field].as_str().unwrap_or_default());
            let line = format!("  {action} {thing}: {} {} {}", answer.status, answer.code(), why.join(" "));
            writeln!(lines, "{}", line.trim_end()).unwrap();
        }
    }
    if std::env::var("POLICY_MATRIX").is_ok_and(|wanted| wanted == "write") {
        std::fs::write(FILE, &lines).unwrap();
    }
    let expected = std::fs::read_to_string(FILE).unwrap();
    for (ours, theirs) in lines.lines().zip(expected.lines()) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(lines.lines().count(), expected.lines().count());
}
