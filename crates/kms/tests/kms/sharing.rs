//! Who may use a key by its own policy, by grants, and by its tags.

use crate::world::{World, by_id, encrypt, reason};
use iam::{Caller, CreateUser, Holder, PutInlinePolicy, UserProfile};
use kms::{
    CreateGrant, CreateKey, Decrypt, DescribeKey, EncryptionContext, GetKeyPolicy, GrantConstraint, GrantedAction,
    KeyName, KeyPolicy, KeyRef, ListGrants, ListKeyTags, RetireGrant, RevokeGrant, SetKeyPolicy, TagKey, UntagKey,
};
use std::collections::BTreeMap;
use testkit::Tenant;
use types::{KeyId, Reason};

fn policy(effect: &str, principal: &str, action: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"{effect}","Principal":{{"RAM":["{principal}"]}},"Action":["{action}"],"Resource":["*"]}}]}}"#
    )
}

/// A user without any policy, calling.
async fn user(world: &World, of: &Tenant, name: &str) -> Caller {
    let deployment = &world.deployment;
    let root = deployment.caller(&of.root).await.unwrap();
    let op = CreateUser {
        name: name.parse().unwrap(),
        profile: UserProfile::default(),
        tags: Default::default(),
        boundary: None,
    };
    deployment.gate().perform(&root, &deployment.iam, op).await.unwrap();
    let root = deployment.caller(&of.root).await.unwrap();
    let op = iam::CreateAccessKey { user: Some(name.parse().unwrap()) };
    let made = deployment.gate().perform(&root, &deployment.iam, op).await.unwrap();
    deployment.caller(&made.id).await.unwrap()
}

#[tokio::test]
async fn a_key_policy_lets_in_and_keeps_out() {
    let world = World::new().await;
    let id = world.key().await.id;
    let key = by_id(&id);
    let carl = user(&world, &world.ann, "carl").await;
    assert_eq!(reason(world.by(&carl, encrypt(key.clone(), b"x")).await), Reason::AccessDenied);
    let set = |text: String| SetKeyPolicy { key: key.clone(), policy: text.into() };
    assert_eq!(world.ann(GetKeyPolicy { key: key.clone() }).await.unwrap(), None);
    let allow = policy("Allow", &format!("acs:ram::{}:user/carl", world.ann.account), "kms:Encrypt");
    world.ann(set(allow.clone())).await.unwrap();
    assert_eq!(world.ann(GetKeyPolicy { key: key.clone() }).await.unwrap(), Some(allow.into()));
    world.by(&carl, encrypt(key.clone(), b"x")).await.unwrap();
    assert_eq!(reason(world.by(&carl, DescribeKey { key: key.clone() }).await), Reason::AccessDenied);
    let deny = policy("Deny", &format!("acs:ram::{}:*", world.ann.account), "kms:Encrypt");
    world.ann(set(deny)).await.unwrap();
    assert_eq!(reason(world.ann(encrypt(key.clone(), b"x")).await), Reason::AccessDenied);
    // What its author wrote in another grammar is kept beside it, and decides nothing.
    let allow = policy("Allow", &format!("acs:ram::{}:user/carl", world.ann.account), "kms:Encrypt");
    let both = KeyPolicy { text: allow, original: Some("in other words".to_owned()) };
    world.ann(SetKeyPolicy { key: key.clone(), policy: both.clone() }).await.unwrap();
    assert_eq!(world.ann(GetKeyPolicy { key: key.clone() }).await.unwrap(), Some(both.clone()));
    world.by(&carl, encrypt(key.clone(), b"x")).await.unwrap();
    let long = KeyPolicy { original: Some("x".repeat(40_000)), ..both };
    assert!(world.ann(SetKeyPolicy { key: key.clone(), policy: long }).await.is_err());
    for wrong in ["", "{}", &policy("Allow", "*", "oss:GetObject")] {
        assert_eq!(reason(world.ann(set(wrong.to_owned())).await), Reason::PolicyMalformed, "{wrong}");
    }
    assert!(world.ann(set("x".repeat(40_000))).await.is_err());
}

#[tokio::test]
async fn another_account_needs_both_words() {
    let world = World::new().await;
    let id = world.key().await.id;
    let foreign = place_of(&world, &id);
    let text = policy("Allow", &format!("acs:ram::{}:root", world.bob.account), "kms:Encrypt");
    world.ann(SetKeyPolicy { key: by_id(&id), policy: text.into() }).await.unwrap();
    world.bob(encrypt(foreign.clone(), b"x")).await.unwrap();
    assert_eq!(reason(world.bob(DescribeKey { key: foreign.clone() }).await), Reason::AccessDenied);
    let carl = user(&world, &world.bob, "carl").await;
    assert_eq!(reason(world.by(&carl, encrypt(foreign, b"x")).await), Reason::AccessDenied);
}

/// A ciphertext names the version alone. Whose it is is found only if its key is shared.
#[tokio::test]
async fn a_ciphertext_of_a_shared_key_is_opened_without_naming_the_key() {
    let world = World::new().await;
    let id = world.key().await.id;
    let ciphertext = world.ann(encrypt(by_id(&id), b"x")).await.unwrap().ciphertext;
    let decrypt =
        || Decrypt { ciphertext: ciphertext.clone(), context: EncryptionContext::default(), account: None, key: None };
    let unknown = reason(world.bob(decrypt()).await);
    assert_eq!(unknown, Reason::KeyNotFound);
    assert!(!format!("{:?}", world.events(world.ann.account).await).contains(&world.bob.account.to_string()));
    let text = policy("Allow", &format!("acs:ram::{}:root", world.bob.account), "kms:Decrypt");
    world.ann(SetKeyPolicy { key: by_id(&id), policy: text.into() }).await.unwrap();
    assert_eq!(world.bob(decrypt()).await.unwrap().plaintext.expose(), b"x");
    for account in [world.ann.account, world.bob.account] {
        assert!(world.events(account).await.iter().any(|event| event.event_name == "Decrypt" && !event.failed()));
    }
    // Its own users need its own word, too.
    let carl = user(&world, &world.bob, "carl").await;
    assert_eq!(reason(world.by(&carl, decrypt()).await), Reason::AccessDenied);
    let text = policy("Allow", &format!("acs:ram::{}:root", world.bob.account), "kms:Encrypt");
    world.ann(SetKeyPolicy { key: by_id(&id), policy: text.into() }).await.unwrap();
    assert_eq!(reason(world.bob(decrypt()).await), Reason::AccessDenied);
}

#[tokio::test]
async fn a_grant_lets_one_principal_do_some_things() {
    let world = World::new().await;
    let id = world.key().await.id;
    let key = by_id(&id);
    let carl = user(&world, &world.ann, "carl").await;
    let dora = user(&world, &world.ann, "dora").await;
    let grant = |context: &[(&str, &str)]| CreateGrant {
        key: key.clone(),
        grantee: format!("acs:ram::{}:user/carl", world.ann.account),
        retiring: Some(format!("acs:ram::{}:user/dora", world.ann.account)),
        actions: vec![GrantedAction::Encrypt, GrantedAction::Decrypt],
        constraint: GrantConstraint {
            subset: context.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            equals: None,
        },
        name: "once".to_owned(),
    };
    let made = world.ann(grant(&[("team", "a")])).await.unwrap();
    assert_eq!(world.ann(grant(&[])).await.unwrap().id, made.id);
    let foreign = format!("acs:ram::{}:user/carl", world.bob.account);
    let to_others = CreateGrant { grantee: foreign.clone(), name: String::new(), ..grant(&[]) };
    assert_eq!(reason(world.ann(to_others).await), Reason::ParameterInvalid);
    let by_others = CreateGrant { retiring: Some(foreign), name: String::new(), ..grant(&[]) };
    assert_eq!(reason(world.ann(by_others).await), Reason::ParameterInvalid);
    let team = |name: &str| EncryptionContext::from_pairs([("team".to_owned(), name.to_owned())]).unwrap();
    let with = |name| kms::Encrypt { context: team(name), ..encrypt(key.clone(), b"x") };
    let sealed = world.by(&carl, with("a")).await.unwrap().ciphertext;
    assert_eq!(reason(world.by(&carl, with("b")).await), Reason::AccessDenied);
    assert_eq!(reason(world.by(&dora, with("a")).await), Reason::AccessDenied);
    let open = || Decrypt { ciphertext: sealed.clone(), context: team("a"), account: None, key: None };
    world.by(&carl, open()).await.unwrap();
    assert_eq!(world.ann(ListGrants { key: key.clone() }).await.unwrap().len(), 1);
    let retire = || RetireGrant { key: key.clone(), grant: made.id.clone() };
    assert_eq!(reason(world.by(&carl, retire()).await), Reason::AccessDenied);
    world.by(&dora, retire()).await.unwrap();
    assert_eq!(reason(world.by(&carl, open()).await), Reason::AccessDenied);
    let revoke = RevokeGrant { key: key.clone(), grant: made.id.clone() };
    assert_eq!(reason(world.ann(revoke).await), Reason::GrantNotFound);
}

/// A grant to encrypt or sign is one for pairs as well.
#[tokio::test]
async fn a_grant_is_good_for_pairs() {
    let world = World::new().await;
    let op = kms::CreateKey {
        spec: kms::KeySpec::EcSm2,
        usage: Some(kms::KeyUsage::EncryptDecrypt),
        ..kms::CreateKey::default()
    };
    let key = by_id(&world.ann(op).await.unwrap().record.id);
    let carl = user(&world, &world.ann, "carl").await;
    let sealing = || kms::AsymmetricEncrypt {
        pair: kms::PairRef { key: key.clone(), version: None },
        scheme: crypto::pair::EncryptionScheme::Sm2,
        plaintext: types::Secret::new(b"x".to_vec()),
    };
    assert_eq!(reason(world.by(&carl, sealing()).await), Reason::AccessDenied);
    let grant = CreateGrant {
        key: key.clone(),
        grantee: format!("acs:ram::{}:user/carl", world.ann.account),
        retiring: None,
        actions: vec![GrantedAction::Encrypt],
        constraint: GrantConstraint::default(),
        name: String::new(),
    };
    world.ann(grant).await.unwrap();
    world.by(&carl, sealing()).await.unwrap();
    assert_eq!(reason(world.by(&carl, DescribeKey { key: key.clone() }).await), Reason::AccessDenied);
}

#[tokio::test]
async fn what_one_may_retire_is_listed_in_parts() {
    let world = World::new().await;
    let arn = |name: &str| format!("acs:ram::{}:user/{name}", world.ann.account);
    let mut expected = Vec::new();
    for _ in 0..3 {
        let key = world.key().await.id;
        for retiring in ["dora", "dora", "erin"] {
            let grant = CreateGrant {
                key: by_id(&key),
                grantee: arn("carl"),
                retiring: Some(arn(retiring)),
                actions: vec![GrantedAction::Encrypt],
                constraint: GrantConstraint::default(),
                name: String::new(),
            };
            let made = world.ann(grant).await.unwrap();
            if retiring == "dora" {
                expected.push((key.clone(), made.id));
            }
        }
    }
    expected.sort();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let part = world.ann(kms::ListRetirableGrants { retiring: arn("dora"), after, limit: 4 }).await.unwrap();
        seen.extend(part.items.iter().map(|grant| (grant.key.clone(), grant.id.clone())));
        after = part.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected);
    let list = |limit| kms::ListRetirableGrants { retiring: arn("dora"), after: None, limit };
    assert!(world.bob(list(10)).await.unwrap().items.is_empty());
    let carl = user(&world, &world.ann, "carl").await;
    assert_eq!(reason(world.by(&carl, list(10)).await), Reason::AccessDenied);
    let nobody = world.deployment.anonymous();
    assert_eq!(reason(world.by(&nobody, list(10)).await), Reason::MissingAuthentication);
    for limit in [0, 101] {
        assert_eq!(reason(world.ann(list(limit)).await), Reason::ParameterInvalid);
    }
}

#[tokio::test]
async fn tags_have_rules() {
    let world = World::new().await;
    let key = by_id(&world.key().await.id);
    let tag = |name: &str, value: &str| TagKey {
        key: key.clone(),
        tags: BTreeMap::from([(name.to_owned(), value.to_owned())]),
    };
    world.ann(tag("team", "a")).await.unwrap();
    world.ann(tag("team", "b")).await.unwrap();
    let tags = world.ann(ListKeyTags { key: key.clone() }).await.unwrap();
    assert_eq!(tags, BTreeMap::from([("team".to_owned(), "b".to_owned())]));
    for (name, value) in [("", "x"), ("acs:x", "x"), ("aliyun", "x"), (&"x".repeat(129), ""), ("x", &"x".repeat(129))] {
        assert_eq!(reason(world.ann(tag(name, value)).await), Reason::ParameterInvalid, "{name}");
    }
    for number in 1..kms::limits::TAGS {
        world.ann(tag(&number.to_string(), "")).await.unwrap();
    }
    assert_eq!(reason(world.ann(tag("more", "")).await), Reason::TooManyTags);
    world.ann(UntagKey { key: key.clone(), names: vec!["team".to_owned(), "nothing".to_owned()] }).await.unwrap();
    world.ann(tag("more", "")).await.unwrap();
}

fn place_of(world: &World, id: &KeyId) -> KeyRef {
    KeyRef::placed("local-1".parse().unwrap(), world.ann.account, KeyName::Id(id.clone()))
}

#[tokio::test]
async fn policies_ask_for_the_tags_that_a_request_brings() {
    let world = World::new().await;
    let key = by_id(&world.key().await.id);
    let carl = user(&world, &world.ann, "carl").await;
    let document = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["kms:CreateKey","kms:TagResource"],
        "Resource":"*","Condition":{"StringEquals":{"acs:RequestTag/team":"red"}}}]}"#;
    let op = PutInlinePolicy {
        holder: Holder::User("carl".parse().unwrap()),
        name: "own".parse().unwrap(),
        document: document.to_owned(),
        original: None,
    };
    let root = world.root(&world.ann).await;
    world.deployment.gate().perform(&root, &world.deployment.iam, op).await.unwrap();
    let carl = world.deployment.caller(carl.access_key().unwrap()).await.unwrap();
    for (team, done) in [("red", true), ("blue", false)] {
        let tags = BTreeMap::from([("team".to_owned(), team.to_owned())]);
        let made = world.by(&carl, CreateKey { tags: tags.clone(), ..CreateKey::default() }).await;
        assert_eq!(made.is_ok(), done, "{team}");
        assert_eq!(world.by(&carl, TagKey { key: key.clone(), tags }).await.is_ok(), done, "{team}");
    }
    // One more does not matter, none at all does.
    let more = [("team", "red"), ("more", "x")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    world.by(&carl, TagKey { key, tags: BTreeMap::from(more) }).await.unwrap();
    assert_eq!(reason(world.by(&carl, CreateKey::default()).await), Reason::AccessDenied);
}
