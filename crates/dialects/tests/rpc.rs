//! The OpenAPI services from outside: who may do what, row by row, and what the answers look like.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets the unexpected should stop")]

mod world;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dialects::Status;
use dialects::rpc::{ROWS, Row, ServiceName};
use serde_json::json;
use testkit::{Said, SamlIdp};
use types::Clock;
use world::{Credential, World};

const ALLOW_ALL: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const SECRET_POLICY: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Principal":{"RAM":["*"]},"Action":"kms:DescribeSecret","Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::ACCOUNT:root"]}}]}"#;

const PASSWORD: &str = "correct horse";
/// A rule about networks that is switched off.
const NO_NETWORKS: &str = r#"{"Version":1,"Status":"Inactive","Statements":[]}"#;

/// Things that the rows are tried on, all of one account.
struct Things {
    key: String,
    spare_key: String,
    blob: String,
    role: String,
    access_key: String,
    version: String,
    pair: String,
    pair_version: String,
    mac: String,
    external: String,
    public: String,
    secret: String,
    device: String,
}

async fn things(world: &World, root: &Credential) -> Things {
    let kms = "2016-01-20";
    let key = |made: serde_json::Value| made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
    let spare_key = key(world.done(root, kms, "CreateKey", &[]).await);
    let id = key(world.done(root, kms, "CreateKey", &[]).await);
    world.done(root, kms, "CreateAlias", &[("AliasName", "alias/there"), ("KeyId", &id)]).await;
    let made = |spec: &'static str, usage: &'static str| [("KeySpec", spec), ("KeyUsage", usage)];
    let pair = key(world.done(root, kms, "CreateKey", &made("EC_SM2", "SIGN/VERIFY")).await);
    let mac = key(world.done(root, kms, "CreateKey", &made("HMAC_SHA_256", "GENERATE_VERIFY_MAC")).await);
    let external = key(world.done(root, kms, "CreateKey", &[("Origin", "EXTERNAL")]).await);
    let versions = world.done(root, kms, "ListKeyVersions", &[("KeyId", &pair)]).await;
    let pair_version = versions["KeyVersions"]["KeyVersion"][0]["KeyVersionId"].as_str().unwrap().to_owned();
    let shown = [("KeyId", pair.as_str()), ("KeyVersionId", pair_version.as_str())];
    let public = world.done(root, kms, "GetPublicKey", &shown).await["PublicKey"].as_str().unwrap().to_owned();
    let blob = world.done(root, kms, "Encrypt", &[("KeyId", &id), ("Plaintext", "aGk=")]).await;
    let secret = [("SecretName", "there"), ("VersionId", "v1"), ("SecretData", "hush")];
    world.done(root, kms, "CreateSecret", &secret).await;
    let ram = "2015-05-01";
    world.done(root, ram, "CreateUser", &[("UserName", "there")]).await;
    let made = world.done(root, ram, "CreateAccessKey", &[("UserName", "there")]).await;
    world.done(root, ram, "CreatePolicy", &[("PolicyName", "there"), ("PolicyDocument", ALLOW_ALL)]).await;
    world.done(root, ram, "CreatePolicyVersion", &[("PolicyName", "there"), ("PolicyDocument", ALLOW_ALL)]).await;
    world.done(root, ram, "CreateGroup", &[("GroupName", "there")]).await;
    let trust = TRUST.replace("ACCOUNT", &root.account.to_string());
    world.done(root, ram, "CreateRole", &[("RoleName", "there"), ("AssumeRolePolicyDocument", &trust)]).await;
    let metadata = STANDARD.encode(SamlIdp::new(true).metadata());
    let provider = [("SAMLProviderName", "there"), ("EncodedSAMLMetadataDocument", metadata.as_str())];
    world.done(root, "2019-08-15", "CreateSAMLProvider", &provider).await;
    world.done(root, ram, "CreateLoginProfile", &[("UserName", "there"), ("Password", PASSWORD)]).await;
    // Otherwise users might do without a policy what they are refused here.
    world.done(root, ram, "SetSecurityPreference", &[("AllowUserToChangePassword", "false")]).await;
    let provider = [("OIDCProviderName", "there"), ("IssuerUrl", world.idp.issuer.as_str()), ("ClientIds", "client")];
    world.done(root, "2019-08-15", "CreateOIDCProvider", &provider).await;
    let device = world.done(root, ram, "CreateVirtualMFADevice", &[("VirtualMFADeviceName", "there")]).await;
    Things {
        device: device["VirtualMFADevice"]["SerialNumber"].as_str().unwrap().to_owned(),
        version: blob["KeyVersionId"].as_str().unwrap().to_owned(),
        pair,
        pair_version,
        mac,
        external,
        public,
        secret: format!("acs:kms:local-1:{}:secret/there", root.account),
        key: id,
        spare_key,
        blob: blob["CiphertextBlob"].as_str().unwrap().to_owned(),
        role: format!("acs:ram::{}:role/there", root.account),
        access_key: made["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned(),
    }
}

const KEY_POLICY: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Principal":{"RAM":["acs:ram::ACCOUNT:root"]},"Action":["kms:Decrypt"],"Resource":["*"]}]}"#;
const DIGEST: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn of_pair(t: &Things, more: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let mut given = vec![("KeyId", t.pair.clone()), ("KeyVersionId", t.pair_version.clone())];
    given.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    given
}

/// Those of the rows that are about a key's versions.
fn version_parameters(name: &str, t: &Things) -> Option<Vec<(&'static str, String)>> {
    Some(match name {
        "ListKeyVersions" | "StartKeyRewrap" | "GetKeyRewrap" => vec![("KeyId", t.key.clone())],
        "DescribeKeyVersion" | "RetireKeyVersion" => {
            vec![("KeyId", t.key.clone()), ("KeyVersionId", t.version.clone())]
        }
        _ => return None,
    })
}

/// Those of the rows that are about key pairs and message authentication codes.
fn pair_parameters(name: &str, t: &Things) -> Option<Vec<(&'static str, String)>> {
    let s = str::to_owned;
    Some(match name {
        "GetEventReceipt" | "GetErasureReceipt" => vec![("EventId", s("00000000-0000-0000-0000-000000000000"))],
        "AsymmetricEncrypt" => of_pair(t, &[("Algorithm", "SM2PKE"), ("Plaintext", "aGk=")]),
        "AsymmetricDecrypt" => of_pair(t, &[("Algorithm", "SM2PKE"), ("CiphertextBlob", "aGk=")]),
        "AsymmetricSign" => of_pair(t, &[("Algorithm", "SM2DSA"), ("Digest", DIGEST)]),
        "AsymmetricVerify" => of_pair(t, &[("Algorithm", "SM2DSA"), ("Digest", DIGEST), ("Value", "aGk=")]),
        "GetPublicKey" => of_pair(t, &[]),
        "GenerateMac" => vec![("KeyId", t.mac.clone()), ("Algorithm", s("HMAC_SHA_256")), ("Message", s("aGk="))],
        "VerifyMac" => {
            vec![("KeyId", t.mac.clone()), ("Algorithm", s("HMAC_SHA_256")), ("Message", s("aGk=")), ("Mac", s("aGk="))]
        }
        _ => return None,
    })
}

/// As [`parameters`], for identities.
fn identity_parameters(name: &str, t: &Things) -> Option<Vec<(&'static str, String)>> {
    let s = |text: &str| text.to_owned();
    let trust = TRUST.replace("ACCOUNT", "1000000000000001");
    Some(match name {
        "CreateSAMLProvider" => {
            vec![
                ("SAMLProviderName", s("new")),
                ("EncodedSAMLMetadataDocument", STANDARD.encode(SamlIdp::new(true).metadata())),
            ]
        }
        "GetSAMLProvider" | "DeleteSAMLProvider" => vec![("SAMLProviderName", s("there"))],
        "GetUserSsoSettings" | "SetUserSsoSettings" => vec![],
        "UpdateSAMLProvider" => vec![("SAMLProviderName", s("there")), ("NewDescription", s("notes"))],
        "CreateUser" => vec![("UserName", s("new"))],
        "GetUser"
        | "UpdateUser"
        | "DeleteUser"
        | "ListGroupsForUser"
        | "CreateAccessKey"
        | "ListAccessKeys"
        | "ListPoliciesForUser" => {
            vec![("UserName", s("there"))]
        }
        "UpdateAccessKey" => {
            vec![("UserName", s("there")), ("UserAccessKeyId", t.access_key.clone()), ("Status", s("Active"))]
        }
        "GetAccessKeyLastUsed" | "DeleteAccessKey" => {
            vec![("UserName", s("there")), ("UserAccessKeyId", t.access_key.clone())]
        }
        "CreatePolicy" => vec![("PolicyName", s("new")), ("PolicyDocument", s(ALLOW_ALL))],
        "GetPolicy" | "ListPolicyVersions" | "ListEntitiesForPolicy" => {
            vec![("PolicyName", s("there")), ("PolicyType", s("Custom"))]
        }
        "DeletePolicy" => vec![("PolicyName", s("there"))],
        "AttachPolicyToUser" | "DetachPolicyFromUser" => {
            vec![("UserName", s("there")), ("PolicyName", s("there")), ("PolicyType", s("Custom"))]
        }
        "CreateRole" => vec![("RoleName", s("new")), ("AssumeRolePolicyDocument", trust)],
        "GetRole" | "UpdateRole" | "DeleteRole" | "ListPoliciesForRole" => vec![("RoleName", s("there"))],
        "AttachPolicyToRole" | "DetachPolicyFromRole" => {
            vec![("RoleName", s("there")), ("PolicyName", s("there")), ("PolicyType", s("Custom"))]
        }
        "GetPolicyVersion" => {
            vec![("PolicyName", s("there")), ("PolicyType", s("Custom")), ("VersionId", s("v1"))]
        }
        "CreatePolicyVersion" => vec![("PolicyName", s("there")), ("PolicyDocument", s(ALLOW_ALL))],
        "SetDefaultPolicyVersion" | "DeletePolicyVersion" => vec![("PolicyName", s("there")), ("VersionId", s("v2"))],
        "UpdatePolicyDescription" => vec![("PolicyName", s("there")), ("NewDescription", s("notes"))],
        "CreateGroup" => vec![("GroupName", s("new"))],
        "GetGroup" | "UpdateGroup" | "DeleteGroup" | "ListUsersForGroup" | "ListPoliciesForGroup" => {
            vec![("GroupName", s("there"))]
        }
        "AddUserToGroup" | "RemoveUserFromGroup" => vec![("UserName", s("there")), ("GroupName", s("there"))],
        "AttachPolicyToGroup" | "DetachPolicyFromGroup" => {
            vec![("GroupName", s("there")), ("PolicyName", s("there")), ("PolicyType", s("Custom"))]
        }
        _ => return None,
    })
}

/// As [`parameters`], for how people get in.
fn people_parameters(name: &str, t: &Things) -> Option<Vec<(&'static str, String)>> {
    let s = str::to_owned;
    Some(match name {
        "CreateLoginProfile" => vec![("UserName", s("there")), ("Password", s(PASSWORD))],
        "GetLoginProfile"
        | "UpdateLoginProfile"
        | "DeleteLoginProfile"
        | "UnbindMFADevice"
        | "GetUserMFAInfo"
        | "ListPasskeys"
        | "BeginPasskeyRegistration" => vec![("UserName", s("there"))],
        "DisableVirtualMFA" => vec![("UserName", s("there"))],
        "ListUserBasicInfos" | "ListUsersInRecycleBin" => vec![],
        bin if bin.ends_with("RecycleBin") => {
            let of_key = bin.contains("AccessKey") && !bin.starts_with("List");
            let key = of_key.then(|| ("UserAccessKeyId", t.access_key.clone()));
            key.into_iter().chain([("UserId", "2".repeat(18))]).collect()
        }
        "RegisterPasskey" => vec![("UserName", s("there")), ("PasskeyName", s("phone")), ("Credential", s("{}"))],
        "UpdatePasskey" | "DeletePasskey" => {
            vec![("UserName", s("there")), ("PasskeyId", "0".repeat(32)), ("PasskeyName", s("phone"))]
        }
        "ChangePassword" => vec![("OldPassword", s(PASSWORD)), ("NewPassword", s("battery staple"))],
        "CreateVirtualMFADevice" => vec![("VirtualMFADeviceName", s("new"))],
        "DeleteVirtualMFADevice" => vec![("SerialNumber", t.device.clone())],
        // The user is not there: that is said before the codes are looked at.
        "BindMFADevice" => vec![
            ("UserName", s("missing")),
            ("SerialNumber", t.device.clone()),
            ("AuthenticationCode1", s("123456")),
            ("AuthenticationCode2", s("123457")),
        ],
        "ListVirtualMFADevices"
        | "SetPasswordPolicy"
        | "GetPasswordPolicy"
        | "SetSecurityPreference"
        | "GetSecurityPreference"
        | "GetRecordPreference"
        | "GetAccountAlias"
        | "GetDefaultDomain"
        | "GetAccountSummary"
        | "GetAccountMFAInfo"
        | "GetAccountSecurityPracticeReport"
        | "GenerateCredentialReport"
        | "GetCredentialReport"
        | "GetAccessKeyPolicyForAccount"
        | "ClearAccountAlias" => vec![],
        "SetRecordPreference" => vec![("StrictReads", s("true"))],
        "SetAccountAlias" => vec![("AccountAlias", s("chosen"))],
        "SetAccessKeyPolicy" => vec![
            ("UserName", s("there")),
            ("UserAccessKeyId", t.access_key.clone()),
            ("AccessKeyPolicy", s(NO_NETWORKS)),
        ],
        "GetAccessKeyPolicy" => vec![("UserName", s("there")), ("UserAccessKeyId", t.access_key.clone())],
        "SetAccessKeyPolicyForAccount" => vec![("AccessKeyPolicy", s(NO_NETWORKS))],
        "DecodeDiagnosticMessage" => vec![("EncodedDiagnosticMessage", s("none"))],
        _ => return None,
    })
}

/// Parameters of the rows about tags of identities, which are called as those about tags of keys.
fn tag_parameters(service: ServiceName, name: &str) -> Option<Vec<(&'static str, String)>> {
    let s = str::to_owned;
    let mut given = match service {
        ServiceName::Ims => vec![("ResourceType", s("user")), ("ResourcePrincipalName.1", s("there"))],
        _ => vec![("ResourceType", s("role")), ("ResourceNames", s(r#"["there"]"#))],
    };
    let (key, tags) = if service == ServiceName::Ims { ("TagKey.1", "a") } else { ("TagKeys", r#"["a"]"#) };
    match name {
        "TagResources" => given.extend([("Tag.1.Key", s("a")), ("Tag.1.Value", s("b"))]),
        "UntagResources" => given.push((key, s(tags))),
        "ListTagResources" => {}
        _ => return None,
    }
    Some(given)
}

/// As [`parameters`], for identity providers.
fn provider_parameters(name: &str) -> Option<Vec<(&'static str, String)>> {
    let s = str::to_owned;
    let there = ("OIDCProviderName", s("there"));
    Some(match name {
        "CreateOIDCProvider" => vec![("OIDCProviderName", s("new")), ("IssuerUrl", s("https://new.example"))],
        "GetOIDCProvider" | "UpdateOIDCProvider" | "DeleteOIDCProvider" => vec![there],
        "ListOIDCProviders" => vec![],
        "AddClientIdToOIDCProvider" | "RemoveClientIdFromOIDCProvider" => vec![there, ("ClientId", s("new"))],
        "AddFingerprintToOIDCProvider" | "RemoveFingerprintFromOIDCProvider" => {
            vec![there, ("Fingerprint", "a".repeat(40))]
        }
        _ => return None,
    })
}

/// As [`parameters`], for secrets.
fn secret_parameters(name: &str, t: &Things) -> Option<Vec<(&'static str, String)>> {
    let s = str::to_owned;
    Some(match name {
        "CreateSecret" => vec![("SecretName", s("made")), ("VersionId", s("v1")), ("SecretData", s("hush"))],
        "DescribeSecret"
        | "GetSecretValue"
        | "ListSecretVersionIds"
        | "UpdateSecret"
        | "DeleteSecret"
        | "GetSecretPolicy" => vec![("SecretName", t.secret.clone())],
        "PutSecretValue" => {
            vec![("SecretName", t.secret.clone()), ("VersionId", s("v2")), ("SecretData", s("hush"))]
        }
        "BatchGetSecretValue" => vec![("SecretsList.1.SecretName", t.secret.clone())],
        "UpdateSecretVersionStage" => {
            vec![("SecretName", t.secret.clone()), ("VersionStage", s("Mine")), ("MoveToVersion", s("v1"))]
        }
        "RestoreSecret" => vec![("SecretName", t.secret.clone())],
        "RotateSecret" => vec![("SecretName", t.secret.clone()), ("VersionId", s("v9"))],
        "UpdateSecretRotationPolicy" => {
            vec![("SecretName", t.secret.clone()), ("EnableAutomaticRotation", s("false"))]
        }
        "SetSecretPolicy" => vec![("SecretName", t.secret.clone()), ("Policy", s(SECRET_POLICY))],
        _ => return None,
    })
}

/// Parameters that make each served row a complete request. A row without an entry fails the test.
fn parameters(name: &str, t: &Things) -> Option<Vec<(&'static str, String)>> {
    let s = str::to_owned;
    Some(match name {
        "CreateKey"
        | "ListKeys"
        | "ListAliases"
        | "ListUsers"
        | "ListGroups"
        | "ListPolicies"
        | "ListRoles"
        | "ListSAMLProviders"
        | "LookupEvents"
        | "GetCallerIdentity"
        | "DescribeRegions"
        | "DescribeAccountKmsStatus"
        | "OpenKmsService"
        | "ListSecrets"
        | "GetRandomPassword" => vec![],
        "DescribeKey"
        | "EnableKey"
        | "ListAliasesByKeyId"
        | "GetKeyInventory"
        | "GenerateDataKey"
        | "GenerateDataKeyWithoutPlaintext"
        | "GetKeyPolicy"
        | "ListResourceTags"
        | "UpdateKeyDescription" => vec![("KeyId", t.key.clone())],
        "UpdateRotationPolicy" => {
            vec![("KeyId", t.key.clone()), ("EnableAutomaticRotation", s("true")), ("RotationInterval", s("7d"))]
        }
        "CreateKeyVersion" => vec![("KeyId", t.pair.clone())],
        "GetParametersForImport" => {
            vec![("KeyId", t.external.clone()), ("WrappingKeySpec", s("EC_SM2")), ("WrappingAlgorithm", s("SM2PKE"))]
        }
        "ImportKeyMaterial" => {
            vec![("KeyId", t.external.clone()), ("ImportToken", s("aGk=")), ("EncryptedKeyMaterial", s("aGk="))]
        }
        "DeleteKeyMaterial" => vec![("KeyId", t.external.clone())],
        "SetKeyPolicy" => vec![("KeyId", t.key.clone()), ("Policy", KEY_POLICY.replace("ACCOUNT", "1000000000000001"))],
        "ReEncrypt" => vec![("CiphertextBlob", t.blob.clone()), ("DestinationKeyId", t.spare_key.clone())],
        "ExportDataKey" => vec![
            ("CiphertextBlob", t.blob.clone()),
            ("PublicKeyBlob", t.public.clone()),
            ("WrappingKeySpec", s("EC_SM2")),
            ("WrappingAlgorithm", s("SM2PKE")),
        ],
        "GenerateAndExportDataKey" => vec![
            ("KeyId", t.key.clone()),
            ("PublicKeyBlob", t.public.clone()),
            ("WrappingKeySpec", s("EC_SM2")),
            ("WrappingAlgorithm", s("SM2PKE")),
        ],
        "TagResource" => vec![("KeyId", t.key.clone()), ("Tags", s(r#"[{"TagKey":"a","TagValue":"b"}]"#))],
        "UntagResource" => vec![("KeyId", t.key.clone()), ("TagKeys", s(r#"["a"]"#))],
        "TagResources" => vec![
            ("ResourceType", s("key")),
            ("ResourceId.1", t.key.clone()),
            ("Tag.1.Key", s("a")),
            ("Tag.1.Value", s("b")),
        ],
        "UntagResources" => vec![("ResourceType", s("key")), ("ResourceId.1", t.key.clone()), ("TagKey.1", s("a"))],
        "ListTagResources" => vec![("ResourceType", s("key")), ("ResourceId.1", t.key.clone())],
        "DisableKey" | "CancelKeyDeletion" => vec![("KeyId", t.spare_key.clone())],
        "ScheduleKeyDeletion" => vec![("KeyId", t.spare_key.clone()), ("PendingWindowInDays", s("7"))],
        "SetDeletionProtection" => vec![
            ("ProtectedResourceArn", format!("acs:kms:local-1:{}:key/{}", t.role.split(':').nth(3)?, t.spare_key)),
            ("EnableDeletionProtection", s("false")),
        ],
        "Encrypt" => vec![("KeyId", t.key.clone()), ("Plaintext", s("aGk="))],
        "Decrypt" => vec![("CiphertextBlob", t.blob.clone())],
        "CreateAlias" => vec![("KeyId", t.key.clone()), ("AliasName", s("alias/new"))],
        "UpdateAlias" => vec![("KeyId", t.key.clone()), ("AliasName", s("alias/there"))],
        "DeleteAlias" => vec![("AliasName", s("alias/there"))],
        "AssumeRole" => vec![("RoleArn", t.role.clone()), ("RoleSessionName", s("session"))],
        _ => {
            let keys = version_parameters(name, t).or_else(|| pair_parameters(name, t));
            let keys = keys.or_else(|| secret_parameters(name, t));
            let identities = keys.or_else(|| identity_parameters(name, t)).or_else(|| people_parameters(name, t));
            return identities.or_else(|| provider_parameters(name));
        }
    })
}

fn served() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().flat_map(|rows| rows.iter()).filter(|row| row.status != Status::Refused)
}

/// The same parameters in the words of the row's interface.
fn spelled(row: &Row, root: &Credential, given: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    let of_identities = matches!(row.service, ServiceName::Ram | ServiceName::Ims);
    let given = of_identities.then(|| tag_parameters(row.service, row.name)).flatten().unwrap_or(given);
    let newer = row.service == ServiceName::Ims;
    let spell = |(name, value): (&'static str, String)| match name {
        "UserName" if newer => ("UserPrincipalName", format!("{value}@{}.onaliyun.com", root.account)),
        "ResourcePrincipalName.1" => (name, format!("{value}@{}.onaliyun.com", root.account)),
        _ => (name, value),
    };
    given.into_iter().map(spell).collect()
}

/// What comes unsigned has tests of its own: its proof is in its parameters. So has what is there for operators.
fn signed() -> impl Iterator<Item = &'static Row> {
    served().filter(|row| !row.unsigned && row.service != ServiceName::Deployment)
}

/// What has no owner to be refused by: everyone who is somebody may ask.
const NEEDS_NOTHING: &[&str] = &["GetCallerIdentity", "DescribeRegions"];

#[tokio::test]
async fn every_row_asks_who_is_calling_and_whether_they_may() {
    for row in signed() {
        let world = World::new().await;
        let root = world.account("first").await;
        let other = world.account("second").await;
        let powerless = world.user(&root, "powerless", None).await;
        let mighty = world.user(&root, "mighty", Some(ALLOW_ALL)).await;
        let things = things(&world, &root).await;
        let given =
            parameters(row.name, &things).unwrap_or_else(|| panic!("{} has no parameters to be tried with", row.name));
        let given = spelled(row, &root, given);
        let more: Vec<(&str, &str)> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let version = row.service.dialect().version;

        let anonymous = world.call(None, version, row.name, &more).await;
        assert_eq!(anonymous.code(), "MissingAccessKeyId", "{}: {}", row.name, anonymous.body);
        if !NEEDS_NOTHING.contains(&row.name) {
            let denied = world.call(Some(&powerless), version, row.name, &more).await;
            assert_eq!(denied.status, 403, "{}: {}", row.name, denied.body);
            assert!(denied.body["AccessDeniedDetail"]["AuthAction"].is_string(), "{}", denied.body);
        }
        let foreign = world.call(Some(&other), version, row.name, &more).await;
        let own_only = more.is_empty()
            || row.name.starts_with("Set") && row.name.contains("Account")
            || matches!(row.name, "SetRecordPreference" | "DecodeDiagnosticMessage")
            || row.name.ends_with("Receipt")
            || row.name.starts_with("Create")
                && !matches!(row.name, "CreateAlias" | "CreateAccessKey" | "CreateLoginProfile");
        assert!(own_only || matches!(foreign.status, 403 | 404), "{}: {}", row.name, foreign.body);
        let allowed = world.call(Some(&mighty), version, row.name, &more).await;
        assert!(!matches!(allowed.status, 401 | 403 | 500..), "{}: {}", row.name, allowed.body);
    }
}

/// Signing in is the one call without a signature: wrong ones are all answered alike, and its session signs the next call.
#[tokio::test]
async fn a_person_signs_in_without_a_signature() {
    let world = World::new().await;
    let root = world.account("first").await;
    things(&world, &root).await;
    let (sts, account) = ("2015-04-01", root.account.to_string());
    let given = |user: &'static str, password: &'static str| {
        vec![("AccountAlias", account.as_str()), ("UserName", user), ("Password", password)]
    };
    for (user, password) in [("there", "wrong"), ("missing", PASSWORD)] {
        let refused = world.call(None, sts, "SignIn", &given(user, password)).await;
        assert_eq!((refused.status, refused.code()), (403, "AuthenticationFail"));
        assert_eq!(refused.body["Message"], types::Reason::SignInFailed.text());
    }
    let missing = world.call(None, sts, "SignIn", &given("there", "")).await;
    assert_eq!((missing.status, missing.code()), (400, "MissingParameter"));
    let made = world.call(None, sts, "SignIn", &given("there", PASSWORD)).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let text = |name: &str| made.body["Credentials"][name].as_str().unwrap().to_owned();
    let (id, secret, token) = (text("AccessKeyId"), text("AccessKeySecret"), Some(text("SecurityToken")));
    let session = Credential { account: root.account, id, secret, token };
    let told = world.done(&session, sts, "GetCallerIdentity", &[]).await;
    assert_eq!(told["Arn"], format!("acs:ram::{account}:user/there"));
    let events = world.events(root.account).await;
    let codes: Vec<&str> =
        events.iter().filter(|event| event.event_name == "SignIn").map(|event| &*event.error_code).collect();
    assert_eq!(codes, ["AuthenticationFail", "AuthenticationFail", ""]);
    assert!(!json!(events).to_string().contains(PASSWORD));
    // No other action does without.
    let other = world.call(None, sts, "AssumeRole", &[]).await;
    assert_eq!(other.code(), "MissingAccessKeyId");
}

fn said(world: &World, root: &Credential, id: &str) -> Said {
    let account = root.account;
    let attribute = |name: &str| format!("https://www.aliyun.com/SAML-Role/Attributes/{name}");
    let pair = format!("acs:ram::{account}:role/vouched,acs:ram::{account}:saml-provider/there");
    Said {
        id: id.to_owned(),
        now: world.deployment.clock.now(),
        subject: "alice".to_owned(),
        audience: "urn:alibaba:cloudcomputing".to_owned(),
        recipient: "https://signin.aliyun.com/saml-role/sso".to_owned(),
        session_ends: None,
        attributes: vec![(attribute("Role"), pair), (attribute("RoleSessionName"), "alice".to_owned())],
    }
}

/// The other call without a signature: the identity provider's is the proof.
#[tokio::test]
async fn a_role_is_assumed_with_a_saml_response() {
    let world = World::new().await;
    let root = world.account("first").await;
    things(&world, &root).await;
    let (sts, account) = ("2015-04-01", root.account);
    let trust = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"Federated":
            ["acs:ram::{account}:saml-provider/there"]}},"Condition":{{"StringEquals":{{"saml:recipient":
            "https://signin.aliyun.com/saml-role/sso"}}}}}}]}}"#
    );
    let role = [("RoleName", "vouched"), ("AssumeRolePolicyDocument", trust.as_str())];
    world.done(&root, "2015-05-01", "CreateRole", &role).await;
    let (role, provider) =
        (format!("acs:ram::{account}:role/vouched"), format!("acs:ram::{account}:saml-provider/there"));
    let idp = SamlIdp::new(true);
    let given = |response: Vec<u8>| {
        let assertion = STANDARD.encode(response);
        vec![("RoleArn", role.clone()), ("SAMLProviderArn", provider.clone()), ("SAMLAssertion", assertion)]
    };
    let call = async |given: Vec<(&'static str, String)>| {
        let more: Vec<(&str, &str)> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
        world.call(None, sts, "AssumeRoleWithSAML", &more).await
    };
    let response = idp.response(&said(&world, &root, "a1"));
    let made = call(given(response.clone())).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let info = &made.body["SAMLAssertionInfo"];
    let expected = json!({"Issuer": SamlIdp::ENTITY, "Recipient": "https://signin.aliyun.com/saml-role/sso", "Subject": "alice",
        "SubjectType": "persistent"});
    assert_eq!(info, &expected);
    let text = |name: &str| made.body["Credentials"][name].as_str().unwrap().to_owned();
    let (id, secret, token) = (text("AccessKeyId"), text("AccessKeySecret"), Some(text("SecurityToken")));
    let session = Credential { account, id, secret, token };
    let told = world.done(&session, sts, "GetCallerIdentity", &[]).await;
    assert_eq!(told["Arn"], format!("{role}/alice"));

    let again = call(given(response)).await;
    assert_eq!((again.status, again.code()), (401, "AuthenticationFail.SAMLAssertion.Invalid"));
    let forged = call(given(SamlIdp::new(false).response(&said(&world, &root, "a2")))).await;
    assert_eq!((forged.status, forged.code()), (401, "AuthenticationFail.SAMLAssertion.Invalid"));
    let late = Said {
        now: world.deployment.clock.now().minus(std::time::Duration::from_secs(3_600)),
        ..said(&world, &root, "a3")
    };
    let late = call(given(idp.response(&late))).await;
    assert_eq!((late.status, late.code()), (401, "AuthenticationFail.SAMLAssertion.Expired"));
    for (parameter, value, code) in [
        ("RoleArn", "nonsense", "InvalidParameter.RoleArn"),
        ("SAMLProviderArn", "nonsense", "InvalidParameter.SAMLProviderArn"),
        ("SAMLAssertion", "!!!!", "InvalidParameter.SAMLAssertion"),
        ("SAMLAssertion", "", "MissingParameter"),
    ] {
        let mut wrong = given(idp.response(&said(&world, &root, "a4")));
        wrong.iter_mut().filter(|(name, _)| *name == parameter).for_each(|(_, given)| value.clone_into(given));
        let answer = call(wrong).await;
        assert_eq!((answer.status, answer.code()), (400, code), "{}", answer.body);
    }
    let signed = given(idp.response(&said(&world, &root, "a5")));
    let more: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = world.call(Some(&root), sts, "AssumeRoleWithSAML", &more).await;
    assert_eq!((refused.status, refused.code()), (403, "NoPermission"));
    let events = world.events(account).await;
    assert!(events.iter().filter(|event| event.event_name == "AssumeRoleWithSAML").count() >= 4);
}

#[tokio::test]
async fn the_newer_interface_names_users_with_their_domain() {
    let world = World::new().await;
    let root = world.account("first").await;
    let ims = "2019-08-15";
    let principal = |user: &str| format!("{user}@{}.onaliyun.com", root.account);
    let alice = principal("alice");
    let made = world.done(&root, ims, "CreateUser", &[("UserPrincipalName", &alice), ("DisplayName", "Alice")]).await;
    assert_eq!((&made["User"]["UserPrincipalName"], &made["User"]["DisplayName"]), (&json!(alice), &json!("Alice")));
    assert_eq!(world.done(&root, "2015-05-01", "GetUser", &[("UserName", "alice")]).await["User"]["UserName"], "alice");
    world.done(&root, ims, "CreateGroup", &[("GroupName", "staff")]).await;
    world.done(&root, ims, "AddUserToGroup", &[("UserPrincipalName", &alice), ("GroupName", "staff")]).await;
    let listed = world.done(&root, ims, "ListUsersForGroup", &[("GroupName", "staff")]).await;
    assert_eq!(listed["Users"]["User"][0]["UserPrincipalName"], json!(alice));
    let bob = principal("bob");
    let renamed = [("UserPrincipalName", alice.as_str()), ("NewUserPrincipalName", bob.as_str())];
    assert_eq!(world.done(&root, ims, "UpdateUser", &renamed).await["User"]["UserPrincipalName"], json!(bob));
    for (name, status, code) in [
        ("bob", 400, "InvalidParameter.UserPrincipalName.Format"),
        ("b b@1000000000000001.onaliyun.com", 404, "EntityNotExist.User"),
        (principal("b b").as_str(), 400, "InvalidParameter.UserPrincipalName.Format"),
        ("bob@example.com", 404, "EntityNotExist.User"),
        ("", 400, "MissingParameter"),
    ] {
        let refused = world.call(Some(&root), ims, "GetUser", &[("UserPrincipalName", name)]).await;
        assert_eq!((refused.status, refused.code()), (status, code), "{name}");
    }
}

#[tokio::test]
async fn what_is_not_supported_or_does_not_exist_is_said() {
    let world = World::new().await;
    let root = world.account("first").await;
    for row in ROWS.iter().flat_map(|rows| rows.iter()).filter(|row| row.status == Status::Refused) {
        let answer = world.call(Some(&root), row.service.dialect().version, row.name, &[]).await;
        assert_eq!((answer.status, answer.code()), (400, "UnsupportedOperation"), "{}", row.name);
    }
    let answer = world.call(Some(&root), "2016-01-20", "MakeCoffee", &[]).await;
    assert_eq!((answer.status, answer.code()), (404, "InvalidAction.NotFound"));
    let answer = world.call(Some(&root), "1999-01-01", "CreateKey", &[]).await;
    assert_eq!((answer.status, answer.code()), (400, "InvalidVersion"));
}

#[tokio::test]
async fn each_call_is_one_event_and_none_holds_a_secret() {
    let world = World::new().await;
    let root = world.account("first").await;
    let before = world.events(root.account).await.len();
    let key = world.done(&root, "2016-01-20", "CreateKey", &[]).await;
    let key = key["KeyMetadata"]["KeyId"].as_str().unwrap();
    world.done(&root, "2016-01-20", "Encrypt", &[("KeyId", key), ("Plaintext", "c2VjcmV0LXBsYWlu")]).await;
    world.call(Some(&root), "2016-01-20", "DescribeKey", &[("KeyId", "00000000-0000-0000-0000-000000000000")]).await;
    world.call(Some(&root), "2016-01-20", "NoSuchAction", &[]).await;
    let forged = Credential { secret: "wrong".to_owned(), ..root.clone() };
    let refused =
        world.call(Some(&forged), "2016-01-20", "Encrypt", &[("KeyId", key), ("Plaintext", "c2VjcmV0LXBsYWlu")]).await;
    assert_eq!(refused.code(), "SignatureDoesNotMatch");
    assert!(refused.body["Message"].as_str().unwrap().contains("server string to sign is:"));
    let events = world.events(root.account).await;
    assert_eq!(events.len() - before, 5);
    let codes: Vec<&str> = events.iter().map(|e| &*e.error_code).collect();
    for code in ["Forbidden.KeyNotFound", "InvalidAction.NotFound", "SignatureDoesNotMatch"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    let text = json!(events).to_string();
    for secret in ["c2VjcmV0LXBsYWlu", "secret-plain", &root.secret] {
        assert!(!text.contains(secret));
    }
}

/// A dry run always fails; its codes say what would have come of the call.
#[tokio::test]
async fn a_dry_run_says_what_would_come_of_the_call() {
    let world = World::new().await;
    let root = world.account("first").await;
    let powerless = world.user(&root, "powerless", None).await;
    let kms = "2016-01-20";
    let key = world.done(&root, kms, "CreateKey", &[]).await;
    let key = key["KeyMetadata"]["KeyId"].as_str().unwrap();
    let blob = world.done(&root, kms, "Encrypt", &[("KeyId", key), ("Plaintext", "aGk=")]).await;
    let blob = blob["CiphertextBlob"].as_str().unwrap();
    let long = STANDARD.encode(vec![0; 6_145]);
    let encrypt = |plaintext| vec![("KeyId", key), ("Plaintext", plaintext), ("DryRun", "true")];
    let again = vec![("CiphertextBlob", blob), ("DestinationKeyId", key), ("DryRun", "true")];
    for (who, action, given, expected) in [
        (&root, "Encrypt", encrypt("aGk="), "DryRunOperationError"),
        (&root, "Encrypt", encrypt(&long), "ValidationError"),
        (&powerless, "Encrypt", encrypt("aGk="), "AccessDeniedError"),
        (&root, "ReEncrypt", again.clone(), "DryRunOperationError"),
        (&powerless, "ReEncrypt", again, "AccessDeniedError"),
    ] {
        let answer = world.call(Some(who), kms, action, &given).await;
        assert_eq!(answer.code(), expected, "{action}: {}", answer.body);
        assert!(answer.body.get("CiphertextBlob").is_none());
    }
}

/// An error names the parameter that the caller wrote, also where it is called otherwise than most of its kind.
#[tokio::test]
async fn bad_input_is_named_as_the_caller_called_it() {
    let world = World::new().await;
    let root = world.account("first").await;
    let things = things(&world, &root).await;
    let (invalid, missing) = ("InvalidParameter", "MissingParameter");
    for (action, parameter, value, code) in [
        ("ReEncrypt", "DestinationKeyId", "no key", invalid),
        ("ReEncrypt", "SourceEncryptionContext", "[]", invalid),
        ("ReEncrypt", "DestinationEncryptionContext", "{\"a\":1}", invalid),
        ("CreateSecret", "EncryptionKeyId", "no key", invalid),
        ("SetDeletionProtection", "ProtectedResourceArn", "acs:kms:local-1:1:key/x", invalid),
        ("TagResources", "ResourceId.1", "no key", invalid),
        ("TagResources", "ResourceId.1", "", missing),
        ("UntagResources", "TagKey.1", "", missing),
        ("BatchGetSecretValue", "SecretsList.1.SecretName", "", missing),
    ] {
        let mut given = parameters(action, &things).unwrap();
        given.retain(|(name, _)| *name != parameter);
        let mut given: Vec<(&str, &str)> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
        given.push((parameter, value));
        let answer = world.call(Some(&root), "2016-01-20", action, &given).await;
        assert_eq!((answer.status, answer.code()), (400, code), "{action}: {}", answer.body);
        let name = parameter.rsplit('.').find(|part| part.parse::<u8>().is_err()).unwrap();
        assert!(answer.body["Message"].as_str().unwrap().contains(&format!(" {name}")), "{action}: {}", answer.body);
    }
    let answer = world.call(Some(&root), "2016-01-20", "BatchGetSecretValue", &[]).await;
    assert_eq!((answer.status, answer.code()), (400, missing), "{}", answer.body);
}

/// A key pair through the interface: what it signs verifies, under the version that is named.
#[tokio::test]
async fn a_pair_signs_and_verifies() {
    let world = World::new().await;
    let root = world.account("first").await;
    let kms = "2016-01-20";
    let made = world.done(&root, kms, "CreateKey", &[("KeySpec", "EC_P256"), ("KeyUsage", "SIGN/VERIFY")]).await;
    assert!(made["KeyMetadata"].get("PrimaryKeyVersion").is_none());
    let key = made["KeyMetadata"]["KeyId"].as_str().unwrap();
    let versions = world.done(&root, kms, "ListKeyVersions", &[("KeyId", key)]).await;
    let version = versions["KeyVersions"]["KeyVersion"][0]["KeyVersionId"].as_str().unwrap();
    let mut given = vec![("KeyId", key), ("KeyVersionId", version), ("Algorithm", "ECDSA_SHA_256"), ("Digest", DIGEST)];
    let signed = world.done(&root, kms, "AsymmetricSign", &given).await;
    given.push(("Value", signed["Value"].as_str().unwrap()));
    assert_eq!(world.done(&root, kms, "AsymmetricVerify", &given).await["Value"], true);
    let other = STANDARD.encode([1; 32]);
    given.retain(|(name, _)| *name != "Digest");
    given.push(("Digest", &other));
    assert_eq!(world.done(&root, kms, "AsymmetricVerify", &given).await["Value"], false);
    let shown = world.done(&root, kms, "GetPublicKey", &[("KeyId", key), ("KeyVersionId", version)]).await;
    assert!(shown["PublicKey"].as_str().unwrap().starts_with("-----BEGIN PUBLIC KEY-----\n"));
    let refused = world.call(Some(&root), kms, "GetPublicKey", &[("KeyId", key)]).await;
    assert_eq!((refused.status, refused.code()), (400, "MissingParameter"));
    let refused = world.call(Some(&root), kms, "Encrypt", &[("KeyId", key), ("Plaintext", "aGk=")]).await;
    assert_eq!((refused.status, refused.code()), (400, "Unsupported.KeyUsage"));
}

/// A rewrap is asked for and watched; here nobody does the work.
#[tokio::test]
async fn a_rewrap_is_shown_and_guards_versions() {
    let world = World::new().await;
    let root = world.account("first").await;
    let kms = "2016-01-20";
    let made = world.done(&root, kms, "CreateKey", &[]).await;
    let text = |name: &str| made["KeyMetadata"][name].as_str().unwrap().to_owned();
    let (key, version) = (text("KeyId"), text("PrimaryKeyVersion"));
    let of_key = [("KeyId", key.as_str())];
    let of_version = [("KeyId", key.as_str()), ("KeyVersionId", version.as_str())];
    let refused = world.call(Some(&root), kms, "GetKeyRewrap", &of_key).await;
    assert_eq!((refused.status, refused.code()), (404, "Forbidden.KeyRewrapNotFound"));
    let refused = world.call(Some(&root), kms, "RetireKeyVersion", &of_version).await;
    assert_eq!((refused.status, refused.code()), (400, "InvalidParameter"), "{}", refused.body);
    let refused = world.call(Some(&root), kms, "RetireKeyVersion", &of_key).await;
    assert_eq!((refused.status, refused.code()), (400, "MissingParameter"));
    let begun = world.done(&root, kms, "StartKeyRewrap", &of_key).await;
    let shown = world.done(&root, kms, "GetKeyRewrap", &of_key).await;
    assert_eq!(begun["KeyRewrap"], shown["KeyRewrap"]);
    let rewrap = &shown["KeyRewrap"];
    assert_eq!(
        (&rewrap["Status"], &rewrap["Error"], &rewrap["FinishDate"]),
        (&json!("Running"), &json!(""), &json!(""))
    );
    assert_eq!(rewrap["PrimaryKeyVersion"], version.as_str());
    assert_eq!(rewrap["OlderKeyVersions"], json!({"KeyVersionId": []}));
    let refused = world.call(Some(&root), kms, "StartKeyRewrap", &of_key).await;
    assert_eq!((refused.status, refused.code()), (409, "Rejected.KeyRewrapRunning"));
    let other = world.account("second").await;
    let arn = format!("acs:kms:local-1:{}:key/{key}", root.account);
    for action in ["StartKeyRewrap", "GetKeyRewrap", "RetireKeyVersion"] {
        let given = [("KeyId", arn.as_str()), ("KeyVersionId", version.as_str())];
        assert_eq!(world.call(Some(&other), kms, action, &given).await.status, 403, "{action}");
    }
}

#[tokio::test]
async fn a_nonce_works_once_and_an_old_request_not_at_all() {
    let world = World::new().await;
    let root = world.account("first").await;
    let query = world.query(Some(&root), "2015-04-01", "GetCallerIdentity", &[]);
    assert_eq!(world.send(query.clone()).await.status, 200);
    assert_eq!(world.send(query).await.code(), "SignatureNonceUsed");
    let old = world.query(Some(&root), "2015-04-01", "GetCallerIdentity", &[]);
    world.deployment.clock.advance(std::time::Duration::from_secs(16 * 60));
    assert_eq!(world.send(old).await.code(), "InvalidTimeStamp.Expired");
}

#[tokio::test]
async fn a_role_is_assumed_and_its_session_is_who_it_says() {
    let world = World::new().await;
    let root = world.account("first").await;
    let user = world.user(&root, "mighty", Some(ALLOW_ALL)).await;
    let things = things(&world, &root).await;
    let more = [("RoleArn", things.role.as_str()), ("RoleSessionName", "at-work")];
    let refused = world.call(Some(&root), "2015-04-01", "AssumeRole", &more).await;
    assert_eq!(refused.status, 403);
    let made = world.done(&user, "2015-04-01", "AssumeRole", &more).await;
    let text = |field: &str| made["Credentials"][field].as_str().unwrap().to_owned();
    let (id, secret, token) = (text("AccessKeyId"), text("AccessKeySecret"), Some(text("SecurityToken")));
    let session = Credential { account: root.account, id, secret, token };
    let who = world.done(&session, "2015-04-01", "GetCallerIdentity", &[]).await;
    assert_eq!(who["IdentityType"], "AssumedRoleUser");
    assert!(who["Arn"].as_str().unwrap().ends_with(":role/there/at-work"));
    let without = Credential { token: None, ..session };
    assert_eq!(world.call(Some(&without), "2015-04-01", "GetCallerIdentity", &[]).await.code(), "MissingSecurityToken");
}
