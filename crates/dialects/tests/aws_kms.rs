//! Amazon's key service from outside: who may do what, row by row, and what the answers look like.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets the unexpected should stop")]

mod world;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dialects::Status;
use dialects::aws_kms::{ROWS, Row};
use serde_json::{Value, json};
use world::{Credential, World};

const ALLOW_ALL: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

/// Things that the rows are tried on, all of one account.
struct Things {
    key: String,
    spare: String,
    blob: String,
    pair: String,
    mac: String,
    external: String,
    grant: String,
}

async fn made(world: &World, root: &Credential, given: Value) -> String {
    world.aws(root, "CreateKey", given).await["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
}

async fn things(world: &World, root: &Credential) -> Things {
    let key = made(world, root, json!({})).await;
    world.aws(root, "CreateAlias", json!({"AliasName": "alias/there", "TargetKeyId": key})).await;
    let blob = world.aws(root, "Encrypt", json!({"KeyId": key, "Plaintext": "aGk="})).await;
    Things {
        spare: made(world, root, json!({})).await,
        blob: blob["CiphertextBlob"].as_str().unwrap().to_owned(),
        pair: made(world, root, json!({"KeySpec": "SM2", "KeyUsage": "SIGN_VERIFY"})).await,
        mac: made(world, root, json!({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"})).await,
        external: made(world, root, json!({"Origin": "EXTERNAL"})).await,
        grant: NOWHERE.to_owned(),
        key,
    }
}

/// Members that make each served row a complete request. A row without an entry fails the test.
fn members(name: &str, t: &Things) -> Option<Value> {
    let day_to_come = 4_000_000_000_u64;
    Some(match name {
        "CreateKey" | "ListKeys" | "ListAliases" => json!({}),
        "DescribeKey"
        | "EnableKey"
        | "DisableKey"
        | "ScheduleKeyDeletion"
        | "GetKeyRotationStatus"
        | "EnableKeyRotation"
        | "DisableKeyRotation"
        | "RotateKeyOnDemand"
        | "ListKeyRotations"
        | "ListResourceTags" => {
            json!({"KeyId": t.key})
        }
        "CancelKeyDeletion" => json!({"KeyId": t.spare}),
        "UpdateKeyDescription" => json!({"KeyId": t.key, "Description": "d"}),
        "CreateAlias" => json!({"AliasName": "alias/new", "TargetKeyId": t.key}),
        "UpdateAlias" => json!({"AliasName": "alias/there", "TargetKeyId": t.spare}),
        "DeleteAlias" => json!({"AliasName": "alias/there"}),
        "Encrypt" => json!({"KeyId": t.key, "Plaintext": "aGk="}),
        "Decrypt" => json!({"CiphertextBlob": t.blob, "KeyId": t.key}),
        "ReEncrypt" => json!({"CiphertextBlob": t.blob, "SourceKeyId": t.key, "DestinationKeyId": t.spare}),
        "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext" => json!({"KeyId": t.key, "KeySpec": "AES_256"}),
        "GenerateDataKeyPair" | "GenerateDataKeyPairWithoutPlaintext" => {
            json!({"KeyId": t.key, "KeyPairSpec": "ECC_NIST_P256"})
        }
        "GenerateRandom" => json!({"NumberOfBytes": 8}),
        "Sign" => json!({"KeyId": t.pair, "Message": "aGk=", "SigningAlgorithm": "SM2DSA"}),
        "Verify" => json!({"KeyId": t.pair, "Message": "aGk=", "SigningAlgorithm": "SM2DSA", "Signature": "aGk="}),
        "GetPublicKey" => json!({"KeyId": t.pair}),
        "GenerateMac" => json!({"KeyId": t.mac, "Message": "aGk=", "MacAlgorithm": "HMAC_SHA_256"}),
        "VerifyMac" => json!({"KeyId": t.mac, "Message": "aGk=", "MacAlgorithm": "HMAC_SHA_256", "Mac": "aGk="}),
        "GetParametersForImport" => {
            json!({"KeyId": t.external, "WrappingAlgorithm": "SM2PKE", "WrappingKeySpec": "SM2"})
        }
        "ImportKeyMaterial" => {
            json!({"KeyId": t.external, "ImportToken": "aGk=", "EncryptedKeyMaterial": "aGk=", "ValidTo": day_to_come})
        }
        "DeleteImportedKeyMaterial" => json!({"KeyId": t.external}),
        "TagResource" => json!({"KeyId": t.key, "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        "UntagResource" => json!({"KeyId": t.key, "TagKeys": ["a"]}),
        "GetKeyPolicy" | "ListKeyPolicies" | "ListGrants" => json!({"KeyId": t.key}),
        "PutKeyPolicy" => json!({"KeyId": t.key, "Policy": r#"{"Version":"1","Statement":[]}"#}),
        "CreateGrant" => {
            let grantee = format!("arn:aws:iam::{}:user/bob", t.key.split(':').nth(4).unwrap());
            json!({"KeyId": t.key, "GranteePrincipal": grantee, "Operations": ["Decrypt"]})
        }
        "ListRetirableGrants" => json!({"RetiringPrincipal": "arn:aws:iam::1234567890123456:user/bob"}),
        "RevokeGrant" | "RetireGrant" => json!({"KeyId": t.key, "GrantId": t.grant}),
        _ => return None,
    })
}

fn served() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().flat_map(|rows| rows.iter()).filter(|row| row.status != Status::Refused)
}

#[tokio::test]
async fn every_row_asks_who_is_calling_and_whether_they_may() {
    for row in served() {
        let world = World::new().await;
        let root = world.account("first").await;
        let other = world.account("second").await;
        let powerless = world.user(&root, "powerless", None).await;
        let mighty = world.user(&root, "mighty", Some(ALLOW_ALL)).await;
        let things = things(&world, &root).await;
        let given =
            members(row.name, &things).unwrap_or_else(|| panic!("{} has no members to be tried with", row.name));

        let anonymous = world.aws_call(None, row.name, &given).await;
        assert_eq!(anonymous.kind(), "MissingAuthenticationTokenException", "{}: {}", row.name, anonymous.body);
        let denied = world.aws_call(Some(&powerless), row.name, &given).await;
        assert_eq!((denied.status, denied.kind()), (400, "AccessDeniedException"), "{}: {}", row.name, denied.body);
        let foreign = world.aws_call(Some(&other), row.name, &given).await;
        let own_only =
            matches!(row.name, "CreateKey" | "ListKeys" | "ListAliases" | "ListRetirableGrants" | "GenerateRandom");
        let refused = matches!(foreign.kind(), "AccessDeniedException" | "NotFoundException" | "InvalidArnException");
        assert!(own_only || refused, "{}: {}", row.name, foreign.body);
        let allowed = world.aws_call(Some(&mighty), row.name, &given).await;
        assert!(allowed.status < 500 && allowed.kind() != "AccessDeniedException", "{}: {}", row.name, allowed.body);
        assert!(row.needs.iter().all(|need| need.starts_with("kms:")), "{}", row.name);
    }
}

/// The actions that a row says it needs are those that a policy has to allow: with them alone it is allowed.
#[tokio::test]
async fn every_row_needs_what_it_says() {
    for row in served() {
        let world = World::new().await;
        let root = world.account("first").await;
        let statement = json!({"Effect": "Allow", "Action": row.needs, "Resource": "*"});
        let policy = json!({"Version": "1", "Statement": [statement]}).to_string();
        let able = world.user(&root, "able", Some(&policy)).await;
        let given = members(row.name, &things(&world, &root).await).unwrap();
        let allowed = world.aws_call(Some(&able), row.name, &given).await;
        assert_ne!(allowed.kind(), "AccessDeniedException", "{}: {}", row.name, allowed.body);
    }
}

#[tokio::test]
async fn what_is_not_supported_or_does_not_exist_is_said() {
    let world = World::new().await;
    let root = world.account("first").await;
    for row in ROWS.iter().flat_map(|rows| rows.iter()).filter(|row| row.status == Status::Refused) {
        let answer = world.aws_call(Some(&root), row.name, &json!({"KeyId": "x"})).await;
        assert_eq!((answer.status, answer.kind()), (400, "UnsupportedOperationException"), "{}", row.name);
    }
    let answer = world.aws_call(Some(&root), "MakeCoffee", &json!({})).await;
    assert_eq!((answer.status, answer.kind()), (400, "UnknownOperationException"));
    let answer = world.aws_call(Some(&root), "GenerateRandom", &json!({"NumberOfBytes": 1, "Recipient": {}})).await;
    assert_eq!((answer.status, answer.kind()), (400, "UnsupportedOperationException"));
    assert!(answer.body["message"].as_str().unwrap().contains("Recipient"));
}

#[tokio::test]
async fn each_call_is_one_event_and_none_holds_a_secret() {
    let world = World::new().await;
    let root = world.account("first").await;
    let before = world.events(root.account).await.len();
    let key = made(&world, &root, json!({})).await;
    let encrypt = json!({"KeyId": key, "Plaintext": "c2VjcmV0LXBsYWlu"});
    let sealed = world.aws(&root, "Encrypt", encrypt.clone()).await;
    world.aws(&root, "Decrypt", json!({"CiphertextBlob": sealed["CiphertextBlob"]})).await;
    world.aws_call(Some(&root), "DescribeKey", &json!({"KeyId": NOWHERE})).await;
    world.aws_call(Some(&root), "NoSuchAction", &json!({})).await;
    let forged = Credential { secret: "wrong".to_owned(), ..root.clone() };
    let refused = world.aws_call(Some(&forged), "Encrypt", &encrypt).await;
    assert_eq!(refused.kind(), "InvalidSignatureException");
    assert!(refused.body["message"].as_str().unwrap().contains("x-amz-target:TrentService.Encrypt"));
    let events = world.events(root.account).await;
    assert_eq!(events.len() - before, 6);
    let codes: Vec<&str> = events.iter().map(|event| &*event.error_code).collect();
    for code in ["NotFoundException", "UnknownOperationException", "InvalidSignatureException"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    let made = events.iter().find(|event| event.event_name == "Encrypt").unwrap();
    assert_eq!((&*made.service_name, &*made.event_source), ("Kms", "kms.amazonaws.com"));
    let text = json!(events).to_string();
    for secret in ["c2VjcmV0LXBsYWlu", "secret-plain", &root.secret] {
        assert!(!text.contains(secret));
    }
}

#[tokio::test]
async fn the_shape_of_answers() {
    let world = World::new().await;
    let root = world.account("first").await;
    let done = world.aws_call(Some(&root), "CreateKey", &json!({"Description": "d"})).await;
    assert_eq!(done.status, 200);
    let key = &done.body["KeyMetadata"];
    assert_eq!(key["Arn"], format!("arn:aws:kms:local-1:{}:key/{}", root.account, key["KeyId"].as_str().unwrap()));
    assert_eq!((&key["KeySpec"], &key["KeyUsage"]), (&json!("SYMMETRIC_DEFAULT"), &json!("ENCRYPT_DECRYPT")));
    assert_eq!((&key["KeyState"], &key["Enabled"]), (&json!("Enabled"), &json!(true)));
    assert_eq!((&key["Origin"], &key["KeyManager"]), (&json!("AWS_KMS"), &json!("CUSTOMER")));
    assert_eq!(key["EncryptionAlgorithms"], json!(["SYMMETRIC_DEFAULT"]));
    assert_eq!(key["AWSAccountId"], root.account.to_string());
    assert!(key["CreationDate"].is_number());
    assert_eq!(done.header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(done.header("x-amzn-requestid").len(), 36);
    let failed = world.aws_call(Some(&root), "DescribeKey", &json!({"KeyId": NOWHERE})).await;
    assert_eq!(failed.header("x-amzn-errortype"), "NotFoundException");
    assert_eq!(failed.body.as_object().unwrap().len(), 2);
    assert!(failed.body["message"].is_string());
}

/// Whoever names the key a ciphertext is of is told when it is of another; a pair's ciphertext needs the key named.
#[tokio::test]
async fn ciphertexts_and_the_keys_they_are_of() {
    let world = World::new().await;
    let root = world.account("first").await;
    let t = things(&world, &root).await;
    let context = json!({"a": "b"});
    let given = json!({"KeyId": "alias/there", "Plaintext": "aGk=", "EncryptionContext": context});
    let sealed = world.aws(&root, "Encrypt", given).await;
    assert_eq!(sealed["KeyId"], t.key);
    let blob = &sealed["CiphertextBlob"];
    for name in [t.key.as_str(), "alias/there", t.key.rsplit('/').next().unwrap()] {
        let given = json!({"CiphertextBlob": blob, "EncryptionContext": context, "KeyId": name});
        let opened = world.aws(&root, "Decrypt", given).await;
        assert_eq!((&opened["Plaintext"], &opened["KeyId"]), (&json!("aGk="), &json!(t.key)));
    }
    for name in [&t.spare, "alias/nowhere"] {
        let given = json!({"CiphertextBlob": blob, "EncryptionContext": context, "KeyId": name});
        assert_eq!(world.aws_call(Some(&root), "Decrypt", &given).await.kind(), "IncorrectKeyException");
        let given = json!({
            "CiphertextBlob": blob, "SourceEncryptionContext": context, "SourceKeyId": name, "DestinationKeyId": t.key,
        });
        assert_eq!(world.aws_call(Some(&root), "ReEncrypt", &given).await.kind(), "IncorrectKeyException");
    }
    let wrong = json!({"CiphertextBlob": blob});
    assert_eq!(world.aws_call(Some(&root), "Decrypt", &wrong).await.kind(), "InvalidCiphertextException");
    let pair = made(&world, &root, json!({"KeySpec": "SM2", "KeyUsage": "ENCRYPT_DECRYPT"})).await;
    let given = json!({"KeyId": pair, "Plaintext": "aGk=", "EncryptionAlgorithm": "SM2PKE"});
    let sealed = world.aws(&root, "Encrypt", given).await;
    let mut given = json!({"CiphertextBlob": sealed["CiphertextBlob"], "EncryptionAlgorithm": "SM2PKE"});
    assert_eq!(world.aws_call(Some(&root), "Decrypt", &given).await.kind(), "ValidationException");
    given["KeyId"] = json!(pair);
    assert_eq!(world.aws(&root, "Decrypt", given).await["Plaintext"], "aGk=");
}

#[tokio::test]
async fn pairs_and_codes() {
    let world = World::new().await;
    let root = world.account("first").await;
    for (spec, algorithm) in [
        ("ECC_NIST_P256", "ECDSA_SHA_256"),
        ("ECC_SECG_P256K1", "ECDSA_SHA_256"),
        ("ECC_NIST_P384", "ECDSA_SHA_384"),
        ("ECC_NIST_P521", "ECDSA_SHA_512"),
        ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512"),
        ("SM2", "SM2DSA"),
    ] {
        let key = made(&world, &root, json!({"KeySpec": spec, "KeyUsage": "SIGN_VERIFY"})).await;
        let shown = world.aws(&root, "GetPublicKey", json!({"KeyId": key})).await;
        assert_eq!((&shown["KeySpec"], &shown["SigningAlgorithms"]), (&json!(spec), &json!([algorithm])));
        let mut given = json!({"KeyId": key, "Message": "aGk=", "SigningAlgorithm": algorithm});
        let signed = world.aws(&root, "Sign", given.clone()).await;
        given["Signature"] = signed["Signature"].clone();
        assert_eq!(world.aws(&root, "Verify", given.clone()).await["SignatureValid"], true);
        given["Message"] = json!("aGg=");
        let wrong = world.aws_call(Some(&root), "Verify", &given).await;
        assert_eq!((wrong.status, wrong.kind()), (400, "KMSInvalidSignatureException"), "{spec}");
    }
    let key = made(&world, &root, json!({"KeySpec": "HMAC_512", "KeyUsage": "GENERATE_VERIFY_MAC"})).await;
    let mut given = json!({"KeyId": key, "Message": "aGk=", "MacAlgorithm": "HMAC_SHA_512"});
    given["Mac"] = world.aws(&root, "GenerateMac", given.clone()).await["Mac"].clone();
    assert_eq!(world.aws(&root, "VerifyMac", given.clone()).await["MacValid"], true);
    given["Mac"] = json!(STANDARD.encode([0; 64]));
    assert_eq!(world.aws_call(Some(&root), "VerifyMac", &given).await.kind(), "KMSInvalidMacException");
}

/// Every member of every row with a value of another type, empty, too long, or another account's: the caller is told, and
/// nothing is done or breaks.
#[tokio::test]
async fn bad_members_are_the_callers_mistake() {
    let long = "x".repeat(9_000);
    let values = [json!(true), json!(-7), json!(1e300), json!(""), json!([]), json!({}), json!(long), json!([[1]])];
    for row in served() {
        let world = World::new().await;
        let root = world.account("first").await;
        let things = things(&world, &root).await;
        let given = members(row.name, &things).unwrap();
        for name in given.as_object().unwrap().keys() {
            for value in &values {
                let mut wrong = given.clone();
                wrong[name] = value.clone();
                let answer = world.aws_call(Some(&root), row.name, &wrong).await;
                let known = matches!(answer.status, 200 | 400) && !answer.kind().contains("Internal");
                assert!(known, "{} {name} {value}: {}", row.name, answer.body);
                let other_type = std::mem::discriminant(value) != std::mem::discriminant(&given[name]);
                assert!(!other_type || answer.status == 400, "{} {name} {value}: {}", row.name, answer.body);
            }
            let mut without = given.clone();
            without.as_object_mut().unwrap().remove(name);
            let answer = world.aws_call(Some(&root), row.name, &without).await;
            assert!(matches!(answer.status, 200 | 400), "{} without {name}: {}", row.name, answer.body);
            let optional = name == "KeyId" && matches!(row.name, "Decrypt" | "ListAliases")
                || name == "SourceKeyId"
                || name == "KeySpec"
                || name == "ValidTo";
            let missing = answer.kind() == "ValidationException";
            assert!(optional || missing, "{} without {name}: {}", row.name, answer.body);
        }
        for body in ["", "[]", "{", "{\"KeyId\":1,\"KeyId\":2}", "null"] {
            let request = world.aws_request(Some(&root), row.name, body, "kms", "local-1");
            let answer = world.aws_send(request).await;
            assert!(matches!(answer.status, 200 | 400), "{} {body}: {}", row.name, answer.body);
        }
    }
    let world = World::new().await;
    let root = world.account("first").await;
    let large = format!("{{\"KeyId\":\"{}\"}}", "x".repeat(300_000));
    let answer = world.aws_send(world.aws_request(Some(&root), "Encrypt", &large, "kms", "local-1")).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn dry_runs() {
    let world = World::new().await;
    let root = world.account("first").await;
    let powerless = world.user(&root, "powerless", None).await;
    let t = things(&world, &root).await;
    for name in ["Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyPair", "Sign", "GenerateMac"] {
        let mut given = members(name, &t).unwrap();
        given["DryRun"] = json!(true);
        let answer = world.aws_call(Some(&root), name, &given).await;
        assert_eq!(answer.kind(), "DryRunOperationException", "{name}: {}", answer.body);
        assert_eq!(world.aws_call(Some(&powerless), name, &given).await.kind(), "AccessDeniedException");
    }
}

/// A policy in Amazon's grammar lets in whom it names, and comes back as it was put.
#[tokio::test]
async fn a_key_policy_in_amazons_grammar() {
    let world = World::new().await;
    let root = world.account("first").await;
    let bob = world.user(&root, "bob", None).await;
    let statement = |who: &str, action: Value| {
        let arn = format!("arn:aws:iam::{}:{who}", root.account);
        json!({"Effect": "Allow", "Principal": {"AWS": arn}, "Action": action, "Resource": "*"})
    };
    let own = statement("root", json!("kms:*"));
    let text = json!({"Version": "2012-10-17", "Statement": [own, statement("user/bob", json!("kms:Encrypt"))]});
    let text = text.to_string();
    let key = made(&world, &root, json!({"Policy": text})).await;
    assert_eq!(world.aws(&root, "GetKeyPolicy", json!({"KeyId": key})).await["Policy"], text);
    let encrypt = json!({"KeyId": key, "Plaintext": "aGk="});
    let sealed = world.aws(&bob, "Encrypt", encrypt.clone()).await;
    let decrypt = json!({"CiphertextBlob": sealed["CiphertextBlob"]});
    assert_eq!(world.aws_call(Some(&bob), "Decrypt", &decrypt).await.kind(), "AccessDeniedException");
    let denied = json!({"Version": "2012-10-17", "Statement": [own, {
        "Effect": "Deny", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*",
        "Condition": {"StringNotEquals": {"kms:EncryptionContext:team": "a"}},
    }]});
    let put = json!({"KeyId": key, "PolicyName": "default", "Policy": denied.to_string()});
    world.aws(&root, "PutKeyPolicy", put).await;
    assert_eq!(world.aws_call(Some(&root), "Encrypt", &encrypt).await.kind(), "AccessDeniedException");
    let mut bound = encrypt.clone();
    bound["EncryptionContext"] = json!({"team": "a"});
    world.aws(&root, "Encrypt", bound).await;
    let without = json!({"KeyId": key, "Policy": json!({"Version": "2012-10-17", "Statement": [statement("user/bob", json!("kms:*"))]}).to_string()});
    let refused = world.aws_call(Some(&root), "PutKeyPolicy", &without).await;
    assert_eq!(refused.kind(), "MalformedPolicyDocumentException");
    let names = world.aws(&root, "ListKeyPolicies", json!({"KeyId": key})).await;
    assert_eq!(names, json!({"PolicyNames": ["default"], "Truncated": false}));
}

#[tokio::test]
async fn grants_are_given_shown_and_ended() {
    let world = World::new().await;
    let root = world.account("first").await;
    let (bob, dora) = (world.user(&root, "bob", None).await, world.user(&root, "dora", None).await);
    let arn = |name: &str| format!("arn:aws:iam::{}:user/{name}", root.account);
    let key = made(&world, &root, json!({})).await;
    let given = json!({
        "KeyId": key, "GranteePrincipal": arn("bob"), "RetiringPrincipal": arn("dora"), "Name": "once",
        "Operations": ["Encrypt", "GenerateDataKeyPair"], "Constraints": {"EncryptionContextSubset": {"team": "a"}},
    });
    let grant = world.aws(&root, "CreateGrant", given.clone()).await;
    assert_eq!(world.aws(&root, "CreateGrant", given).await, grant);
    let context = json!({"team": "a", "more": "b"});
    let token = &grant["GrantToken"];
    let mut encrypt = json!({"KeyId": key, "Plaintext": "aGk=", "EncryptionContext": context, "GrantTokens": [token]});
    world.aws(&bob, "Encrypt", encrypt.clone()).await;
    let pair = json!({"KeyId": key, "KeyPairSpec": "ECC_NIST_P256", "EncryptionContext": context});
    world.aws(&bob, "GenerateDataKeyPair", pair.clone()).await;
    let refused = world.aws_call(Some(&bob), "GenerateDataKeyPairWithoutPlaintext", &pair).await;
    assert_eq!(refused.kind(), "AccessDeniedException");
    encrypt["GrantTokens"] = json!(["AQpAM2Rh"]);
    assert_eq!(world.aws_call(Some(&bob), "Encrypt", &encrypt).await.kind(), "InvalidGrantTokenException");
    let listed = world.aws(&root, "ListGrants", json!({"KeyId": key, "GranteePrincipal": arn("bob")})).await;
    let shown = &listed["Grants"][0];
    assert_eq!((&shown["GrantId"], &shown["KeyId"]), (&grant["GrantId"], &json!(key)));
    assert_eq!(shown["RetiringPrincipal"], arn("dora"));
    assert_eq!(shown["IssuingAccount"], format!("arn:aws:iam::{}:root", root.account));
    assert_eq!(shown["Constraints"], json!({"EncryptionContextSubset": {"team": "a"}}));
    let none = world.aws(&root, "ListGrants", json!({"KeyId": key, "GrantId": NOWHERE})).await;
    assert_eq!(none["Grants"], json!([]));
    let retirable = json!({"RetiringPrincipal": arn("dora")});
    assert_eq!(world.aws(&root, "ListRetirableGrants", retirable.clone()).await["Grants"], json!([shown]));
    assert_eq!(
        world.aws_call(Some(&bob), "RetireGrant", &json!({"GrantToken": token})).await.kind(),
        "AccessDeniedException"
    );
    world.aws(&dora, "RetireGrant", json!({"GrantToken": token})).await;
    assert_eq!(world.aws(&root, "ListRetirableGrants", retirable).await["Grants"], json!([]));
    let revoke = json!({"KeyId": key, "GrantId": grant["GrantId"]});
    assert_eq!(world.aws_call(Some(&root), "RevokeGrant", &revoke).await.kind(), "NotFoundException");
}

#[tokio::test]
async fn a_session_is_known_by_its_token() {
    let world = World::new().await;
    let root = world.account("first").await;
    let user = world.user(&root, "mighty", Some(ALLOW_ALL)).await;
    let trust = json!({"Version": "1", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [format!("acs:ram::{}:root", root.account)]},
    }]});
    let trust = trust.to_string();
    let role = [("RoleName", "there"), ("AssumeRolePolicyDocument", trust.as_str())];
    world.done(&root, "2015-05-01", "CreateRole", &role).await;
    let attach = [("RoleName", "there"), ("PolicyName", "for-mighty"), ("PolicyType", "Custom")];
    world.done(&root, "2015-05-01", "AttachPolicyToRole", &attach).await;
    let arn = format!("acs:ram::{}:role/there", root.account);
    let assume = [("RoleArn", arn.as_str()), ("RoleSessionName", "at-work")];
    let lent = world.done(&user, "2015-04-01", "AssumeRole", &assume).await;
    let text = |field: &str| lent["Credentials"][field].as_str().unwrap().to_owned();
    let (id, secret, token) = (text("AccessKeyId"), text("AccessKeySecret"), Some(text("SecurityToken")));
    let session = Credential { account: root.account, id, secret, token };
    world.aws(&session, "CreateKey", json!({})).await;
    let without = Credential { token: None, ..session.clone() };
    assert_eq!(world.aws_call(Some(&without), "ListKeys", &json!({})).await.kind(), "UnrecognizedClientException");
    world.deployment.clock.advance(std::time::Duration::from_secs(3_601));
    assert_eq!(world.aws_call(Some(&session), "ListKeys", &json!({})).await.kind(), "ExpiredTokenException");
}

#[tokio::test]
async fn signatures_of_another_service_region_or_time() {
    let world = World::new().await;
    let root = world.account("first").await;
    let send = |service, region| {
        let request = world.aws_request(Some(&root), "ListKeys", "{}", service, region);
        world.aws_send(request)
    };
    assert_eq!(send("kms", "local-1").await.status, 200);
    assert_eq!(send("s3", "local-1").await.kind(), "IncompleteSignatureException");
    let elsewhere = send("kms", "local-2").await;
    assert_eq!(elsewhere.kind(), "InvalidSignatureException");
    assert!(elsewhere.body["message"].as_str().unwrap().contains("local-1"));
    let old = world.aws_request(Some(&root), "ListKeys", "{}", "kms", "local-1");
    world.deployment.clock.advance(std::time::Duration::from_secs(901));
    assert_eq!(world.aws_send(old).await.kind(), "InvalidSignatureException");
    // The same call twice in a second is one signature, and no replay.
    for _ in 0..2 {
        world.aws(&root, "ListKeys", json!({})).await;
    }
}
