//! Policies of identities, of their sessions, and of roles about who may assume them.

use super::s3::s3_resource;
use super::{Actions, Grammar, Vocabulary, kms, own_arn, read, refused, s3, texts};
use iam::policy::SystemPolicy;
use serde_json::{Map, Value, json};
use types::{AccountId, Action, Failure, Reason, RegionId, Resource, Result, SamlProviderName, Service, limits};

/// A document as the domain decides by it, and the text it is a translation of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Translated {
    /// In the domain's grammar.
    pub(crate) text: String,
    /// What was given, if it was in the other grammar.
    pub(crate) original: Option<String>,
}

/// What Amazon's actions on identities are in the domain's words: what the operation of that name needs.
pub(crate) const IAM_ACTIONS: Actions = &[
    ("AddClientIDToOpenIDConnectProvider", &["AddClientIdToOIDCProvider"]),
    ("AddUserToGroup", &["AddUserToGroup"]),
    ("AttachGroupPolicy", &["AttachPolicyToGroup"]),
    ("AttachRolePolicy", &["AttachPolicyToRole"]),
    ("AttachUserPolicy", &["AttachPolicyToUser"]),
    ("CreateAccessKey", &["CreateAccessKey"]),
    ("CreateGroup", &["CreateGroup"]),
    ("CreateOpenIDConnectProvider", &["CreateOIDCProvider"]),
    ("CreatePolicy", &["CreatePolicy"]),
    ("CreatePolicyVersion", &["CreatePolicyVersion"]),
    ("CreateRole", &["CreateRole"]),
    ("CreateSAMLProvider", &["CreateSAMLProvider"]),
    ("CreateUser", &["CreateUser"]),
    ("DeleteAccessKey", &["DeleteAccessKey"]),
    ("DeleteGroup", &["DeleteGroup"]),
    ("DeleteGroupPolicy", &["DeleteGroupPolicy"]),
    ("DeleteOpenIDConnectProvider", &["DeleteOIDCProvider"]),
    ("DeletePolicy", &["DeletePolicy"]),
    ("DeletePolicyVersion", &["DeletePolicyVersion"]),
    ("DeleteRole", &["DeleteRole"]),
    ("DeleteRolePermissionsBoundary", &["DeleteRolePermissionsBoundary"]),
    ("DeleteRolePolicy", &["DeleteRolePolicy"]),
    ("DeleteSAMLProvider", &["DeleteSAMLProvider"]),
    ("DeleteUser", &["DeleteUser"]),
    ("DeleteUserPermissionsBoundary", &["DeleteUserPermissionsBoundary"]),
    ("DeleteUserPolicy", &["DeleteUserPolicy"]),
    ("DetachGroupPolicy", &["DetachPolicyFromGroup"]),
    ("DetachRolePolicy", &["DetachPolicyFromRole"]),
    ("DetachUserPolicy", &["DetachPolicyFromUser"]),
    ("GenerateCredentialReport", &["GenerateCredentialReport"]),
    ("GetAccountSummary", &["GetAccountSummary"]),
    ("GetCredentialReport", &["GetCredentialReport"]),
    ("GetGroup", &["GetGroup", "ListUsersForGroup"]),
    ("GetGroupPolicy", &["GetGroupPolicy"]),
    ("GetOpenIDConnectProvider", &["GetOIDCProvider"]),
    ("GetPolicy", &["GetPolicy"]),
    ("GetPolicyVersion", &["GetPolicyVersion"]),
    ("GetRole", &["GetRole"]),
    ("GetRolePolicy", &["GetRolePolicy"]),
    ("GetSAMLProvider", &["GetSAMLProvider"]),
    ("GetUser", &["GetUser"]),
    ("GetUserPolicy", &["GetUserPolicy"]),
    ("ListAccessKeys", &["ListAccessKeys"]),
    ("ListAttachedGroupPolicies", &["ListPoliciesForGroup"]),
    ("ListAttachedRolePolicies", &["ListPoliciesForRole"]),
    ("ListAttachedUserPolicies", &["ListPoliciesForUser"]),
    ("ListEntitiesForPolicy", &["ListEntitiesForPolicy"]),
    ("ListGroupPolicies", &["ListGroupPolicies"]),
    ("ListGroups", &["ListGroups"]),
    ("ListGroupsForUser", &["ListGroupsForUser"]),
    ("ListOpenIDConnectProviders", &["ListOIDCProviders"]),
    ("ListPolicies", &["ListPolicies"]),
    ("ListPolicyTags", &["ListTagResources"]),
    ("ListPolicyVersions", &["ListPolicyVersions"]),
    ("ListRolePolicies", &["ListRolePolicies"]),
    ("ListRoleTags", &["ListTagResources"]),
    ("ListRoles", &["ListRoles"]),
    ("ListSAMLProviders", &["ListSAMLProviders"]),
    ("ListUserPolicies", &["ListUserPolicies"]),
    ("ListUserTags", &["ListTagResources"]),
    ("ListUsers", &["ListUsers"]),
    ("PutGroupPolicy", &["PutGroupPolicy"]),
    ("PutRolePermissionsBoundary", &["PutRolePermissionsBoundary"]),
    ("PutRolePolicy", &["PutRolePolicy"]),
    ("PutUserPermissionsBoundary", &["PutUserPermissionsBoundary"]),
    ("PutUserPolicy", &["PutUserPolicy"]),
    ("RemoveClientIDFromOpenIDConnectProvider", &["RemoveClientIdFromOIDCProvider"]),
    ("RemoveUserFromGroup", &["RemoveUserFromGroup"]),
    ("SimulateCustomPolicy", &["SimulateCustomPolicy"]),
    ("SimulatePrincipalPolicy", &["SimulatePrincipalPolicy"]),
    ("SetDefaultPolicyVersion", &["SetDefaultPolicyVersion"]),
    ("TagPolicy", &["TagResources"]),
    ("TagRole", &["TagResources"]),
    ("TagUser", &["TagResources"]),
    ("UntagPolicy", &["UntagResources"]),
    ("UntagRole", &["UntagResources"]),
    ("UntagUser", &["UntagResources"]),
    ("UpdateAccessKey", &["UpdateAccessKey"]),
    ("UpdateAssumeRolePolicy", &["UpdateRole"]),
    ("UpdateGroup", &["UpdateGroup"]),
    ("UpdateOpenIDConnectProviderThumbprint", &["UpdateOIDCProvider"]),
    ("UpdateRole", &["UpdateRole"]),
    ("UpdateRoleDescription", &["UpdateRole"]),
    ("UpdateSAMLProvider", &["UpdateSAMLProvider"]),
    ("UpdateUser", &["UpdateUser"]),
];

const IAM: Vocabulary = Vocabulary {
    service: ("iam", "ram"),
    actions: &[IAM_ACTIONS],
    idle: &[],
    // Who may change a role may change whom it trusts: naming less would promise what is not kept.
    // The same of tags, which are one thing here whatever has them.
    together: &[
        &["UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"],
        &["TagPolicy", "TagRole", "TagUser"],
        &["UntagPolicy", "UntagRole", "UntagUser"],
        &["ListPolicyTags", "ListRoleTags", "ListUserTags"],
    ],
    all: None,
};

/// Of the others everybody may do those that are there.
const STS: Vocabulary = Vocabulary {
    service: ("sts", "sts"),
    actions: &[&[("AssumeRole", &["AssumeRole"]), ("DecodeAuthorizationMessage", &["ram:DecodeDiagnosticMessage"])]],
    idle: &["GetCallerIdentity", "GetSessionToken"],
    together: &[],
    all: None,
};

/// Of identity providers' tokens, one thing can be done, which is to assume the role.
const STS_FEDERATED: Vocabulary = Vocabulary {
    service: ("sts", "sts"),
    actions: &[&[("AssumeRoleWithWebIdentity", &["AssumeRole"])]],
    idle: &[],
    together: &[],
    all: Some(&[]),
};

/// Condition keys, Amazon's first.
const KEYS: &[(&str, &str)] = &[
    ("aws:CurrentTime", "acs:CurrentTime"),
    ("aws:MultiFactorAuthAge", "acs:MFAAge"),
    ("aws:MultiFactorAuthPresent", "acs:MFAPresent"),
    ("aws:SecureTransport", "acs:SecureTransport"),
    ("aws:SourceIp", "acs:SourceIp"),
    ("aws:UserAgent", "acs:UserAgent"),
    ("aws:username", "acs:PrincipalName"),
    // What Amazon calls the audience is the place of delivery.
    ("SAML:aud", "saml:recipient"),
    ("SAML:iss", "saml:iss"),
    ("SAML:sub", "saml:sub"),
    ("SAML:sub_type", "saml:sub_type"),
    ("s3:delimiter", "oss:Delimiter"),
    ("s3:max-keys", "oss:MaxKeys"),
    ("s3:prefix", "oss:Prefix"),
    s3::REQUESTED_TAG_KEYS,
    ("sts:ExternalId", "sts:ExternalId"),
    ("sts:RoleSessionName", "sts:RoleSessionName"),
    ("sts:SourceIdentity", "sts:SourceIdentity"),
];

const VARIABLES: &[(&str, &str)] = &[("aws:username", "acs:PrincipalName"), ("*", "*"), ("?", "?"), ("$", "$")];

/// What its bearer may do.
const IDENTITY: Grammar = Grammar {
    services: &[s3::ALL, kms::ALL, IAM, STS],
    keys: KEYS,
    named_keys: &[
        s3::EXISTING_TAG,
        s3::REQUESTED_TAG,
        ("kms:EncryptionContext:", "kms:EncryptionContext:"),
        ("aws:PrincipalTag/", "acs:PrincipalTag/"),
        ("aws:RequestTag/", "acs:RequestTag/"),
        ("aws:ResourceTag/", "acs:ResourceTag/"),
        ("iam:ResourceTag/", "acs:ResourceTag/"),
    ],
    arn_keys: &[("aws:PrincipalArn", "acs:PrincipalARN"), ("iam:PermissionsBoundary", "ram:PermissionsBoundary")],
    variables: VARIABLES,
    resource,
    resource_form: "arn:aws:s3:::<bucket>/<key>, arn:aws:kms:<region>:<account>:key/<id>, \
                    arn:aws:iam::<account>:user/<name> (or group, role, policy), or *",
    account: own_root,
    principals_under: None,
    federated: false,
    of_providers: None,
};

/// Who may assume a role.
const TRUST: Grammar = Grammar {
    services: &[STS],
    principals_under: Some("RAM"),
    of_providers: Some(of_providers),
    named_keys: &[("aws:PrincipalTag/", "acs:PrincipalTag/"), ("aws:ResourceTag/", "acs:ResourceTag/")],
    ..IDENTITY
};

/// Whose tokens let assume a role. At Amazon these are other actions than those of principals who sign, so statements about
/// them are a kind of their own: neither may come to allow the other.
const FEDERATED_TRUST: Grammar = Grammar {
    services: &[STS_FEDERATED],
    principals_under: Some("Federated"),
    federated: true,
    of_providers: None,
    ..TRUST
};

fn trust_of(statement: &Value) -> &'static Grammar {
    let principal = statement.get("Principal").or_else(|| statement.get("NotPrincipal"));
    let named = principal.and_then(|principal| principal.get("Federated"));
    let is_saml = |one: &Value| one.as_str().is_some_and(|text| text.contains(":saml-provider/"));
    if named.is_some_and(|named| !super::list(named).iter().all(is_saml)) { &FEDERATED_TRUST } else { &TRUST }
}

fn own_root(account: AccountId) -> String {
    format!("acs:ram::{account}:root")
}

fn resource(text: &str) -> Option<String> {
    s3_resource(text).or_else(|| kms::kms_resource(text)).or_else(|| iam_resource(text))
}

/// A user, group, role, policy or the account itself. Policies that come with Bailee are in no account at Amazon, and in
/// each one here.
fn iam_resource(text: &str) -> Option<String> {
    let (account, path) = text.strip_prefix("arn:aws:iam::")?.split_once(':')?;
    if account == "aws" {
        let name = path.strip_prefix("policy/")?;
        return SystemPolicy::find(name).map(|policy| format!("acs:ram:*:*:policy/{}", policy.name));
    }
    let kind = path.split('/').next()?;
    // OIDC providers have other names here than their ARNs there have.
    let known = matches!(kind, "user" | "group" | "role" | "policy" | "saml-provider")
        || ["root", "*", "oidc-provider/*"].contains(&path);
    (known && !account.is_empty()).then(|| format!("acs:ram:*:{account}:{path}"))
}

fn translated(text: &str, choose: impl Fn(&Value) -> &'static Grammar) -> Result<Translated> {
    if text.chars().count() > limits::POLICY_CHARS {
        return Err(Failure::of(Reason::PolicyTooLong));
    }
    Ok(match read(text)? {
        None => Translated { text: text.to_owned(), original: None },
        Some(document) => {
            let own = Grammar::inward_by(&document, choose)?.to_string();
            Translated { text: own, original: Some(text.to_owned()) }
        }
    })
}

/// A policy that says what its bearer may do.
pub(crate) fn policy(text: &str) -> Result<Translated> {
    translated(text, |_| &IDENTITY)
}

/// A policy that says who may assume a role.
pub(crate) fn trust(text: &str) -> Result<Translated> {
    translated(text, trust_of)
}

/// A SAML identity provider as the domain writes it.
pub(crate) fn own_saml_provider(text: &str) -> Option<String> {
    let (account, path) = text.strip_prefix("arn:aws:iam::")?.split_once(':')?;
    let (account, name): (AccountId, _) = (account.parse().ok()?, path.strip_prefix("saml-provider/")?);
    let name: SamlProviderName = name.parse().ok()?;
    Some(format!("acs:ram::{account}:saml-provider/{name}"))
}

/// Amazon has an action of its own for each kind of provider, and the domain one for all who assume a role: who is meant is
/// said by the principal. So with providers the action must be theirs, and with others it cannot be.
fn of_providers(members: &Map<String, Value>) -> Result<Option<Value>> {
    let Some(groups) = members.get("Principal").or_else(|| members.get("NotPrincipal")).and_then(Value::as_object)
    else {
        return Ok(None);
    };
    if !groups.contains_key("Federated") {
        return Ok(None);
    }
    let theirs = members.get("Action").map(|value| texts("Action", value)).transpose()?.unwrap_or_default();
    let fits = |action: &&str| action.eq_ignore_ascii_case("sts:AssumeRoleWithSAML");
    if theirs.is_empty() || !theirs.iter().all(fits) || groups.len() != 1 || members.contains_key("NotPrincipal") {
        let why = "must name sts:AssumeRoleWithSAML alone where the Principal is Federated, and nobody else";
        return Err(refused("Action", why));
    }
    Ok(Some(json!("sts:AssumeRole")))
}

/// What is asked of policies, and what that is in the domain's words.
pub(crate) struct Asked {
    /// Amazon's name of the action.
    pub(crate) action: String,
    /// The resource as Amazon writes it.
    pub(crate) resource: String,
    /// All that is needed for it.
    pub(crate) own: Vec<(Action, Resource)>,
}

/// A question about one action on one resource; `*` is any. Resources that Amazon places in no account or region are taken
/// to be of this account and region.
pub(crate) fn question(action: &str, resource: &str, account: AccountId, region: &RegionId) -> Result<Asked> {
    let wrong = || Failure::invalid("ActionNames", "actions that are supported, such as s3:GetObject");
    let (service, name) = action.split_once(':').ok_or_else(wrong)?;
    let known = IDENTITY.services.iter().find(|known| known.service.0.eq_ignore_ascii_case(service));
    let known = known.ok_or_else(wrong)?;
    let (_, own) = known.named().find(|(theirs, _)| theirs.eq_ignore_ascii_case(name)).ok_or_else(wrong)?;
    let service = match known.service.1 {
        "oss" => Service::Oss,
        "kms" => Service::Kms,
        "ram" => Service::Ram,
        _ => Service::Sts,
    };
    let own_resource = asked_resource(resource, account, region)
        .ok_or_else(|| Failure::invalid("ResourceArns", "ARNs of buckets, objects, keys, aliases or identities"))?;
    let own = own.iter().map(|name| {
        let resource = match &own_resource {
            Some(resource) => resource.clone(),
            None => Resource::global(service, account, "*"),
        };
        // One of another service of the domain has its service with it.
        match name.strip_prefix("ram:") {
            Some(name) => (Action::read(Service::Ram, name), resource),
            None => (Action::read(service, name), resource),
        }
    });
    Ok(Asked { action: action.to_owned(), resource: resource.to_owned(), own: own.collect() })
}

/// The resource of an ARN; `Some(None)` for any, `None` if it is none.
fn asked_resource(text: &str, account: AccountId, region: &RegionId) -> Option<Option<Resource>> {
    if text == "*" {
        return Some(None);
    }
    let own = resource(text)?;
    let mut parts = own.splitn(5, ':').skip(1);
    let (service, place, whose, path) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let account = if whose == "*" { account } else { whose.parse().ok()? };
    let place = if place == "*" { region.clone() } else { place.parse().ok()? };
    Some(Some(match service {
        "oss" => Resource::regional(Service::Oss, &place, account, path),
        "kms" => Resource::regional(Service::Kms, &place, account, path),
        _ => Resource::global(Service::Ram, account, path),
    }))
}

/// A condition key in the domain's words.
pub(crate) fn condition_key(theirs: &str) -> Result<String> {
    IDENTITY.key(theirs).map_err(|_| Failure::invalid("ContextEntries", "keys that conditions can ask for"))
}

/// A value of a condition key, of which those of users and roles are spelled otherwise.
pub(crate) fn condition_value(own_key: &str, value: &str) -> Result<String> {
    match IDENTITY.arn_keys.iter().any(|(_, ours)| *ours == own_key) {
        true => own_arn(value)
            .map_err(|_| Failure::invalid("ContextEntries", "ARNs such as arn:aws:iam::<account>:user/<name>")),
        false => Ok(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{policy, trust};
    use iam::policy::{Document, Kind};
    use serde_json::{Value, json};

    fn taken(statement: &Value) -> types::Result<Value> {
        let text = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        let own = policy(&text)?;
        Document::parse(&own.text, Kind::Identity).unwrap();
        assert_eq!(own.original.as_deref(), Some(text.as_str()));
        let own: Value = serde_json::from_str(&own.text).unwrap();
        Ok(own["Statement"][0].clone())
    }

    #[test]
    fn what_identities_may_do() {
        let own = taken(&json!({
            "Sid": "s", "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:ListAllMyBuckets", "iam:AttachUserPolicy", "sts:AssumeRole", "kms:Decrypt"],
            "Resource": [
                "arn:aws:s3:::data/home/${aws:username}/*",
                "arn:aws:iam::1234567890123456:user/*",
                "arn:aws:iam::aws:policy/AdministratorAccess",
                "arn:aws:kms:local-1:1234567890123456:key/*",
            ],
            "Condition": {
                "StringLike": {"s3:prefix": ["a/*"]},
                "ArnNotLikeIfExists": {"aws:PrincipalArn": "arn:aws:iam::*:role/x*"},
                "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
                "Bool": {"aws:SecureTransport": true},
                "Null": {"aws:username": "false"},
            },
        }))
        .unwrap();
        let actions = json!([
            "kms:AsymmetricDecrypt",
            "kms:Decrypt",
            "kms:ExportDataKey",
            "oss:GetObject",
            "oss:ListBuckets",
            "ram:AttachPolicyToUser",
            "sts:AssumeRole"
        ]);
        assert_eq!(own["Action"], actions);
        assert_eq!(
            own["Resource"],
            json!([
                "acs:kms:local-1:1234567890123456:key/*",
                "acs:oss:*:*:data/home/${acs:PrincipalName}/*",
                "acs:ram:*:*:policy/AdministratorAccess",
                "acs:ram:*:1234567890123456:user/*"
            ])
        );
        let condition = &own["Condition"];
        assert_eq!(condition["StringNotLikeIfExists"], json!({"acs:PrincipalARN": ["acs:ram::*:role/x*"]}));
        assert_eq!(condition["StringLike"], json!({"oss:Prefix": ["a/*"]}));
        assert_eq!(condition["Bool"], json!({"acs:SecureTransport": [true]}));
    }

    #[test]
    fn all_of_a_service() {
        let own = taken(&json!({"Effect": "Deny", "Action": ["s3:*", "iam:*", "kms:*"], "Resource": "*"})).unwrap();
        let actions: Vec<&str> = own["Action"].as_array().unwrap().iter().map(|a| a.as_str().unwrap()).collect();
        assert!(actions.contains(&"oss:*") && actions.contains(&"ram:*") && actions.contains(&"kms:StartKeyRewrap"));
        assert!(!actions.contains(&"kms:*"));
        let own = taken(&json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})).unwrap();
        assert_eq!(own["NotAction"], json!(["ram:*"]));
    }

    #[test]
    fn what_cannot_be_said_is_refused_by_name() {
        let good = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
        assert!(taken(&good).is_ok());
        for (element, value) in [
            ("Action", json!("ec2:RunInstances")),
            ("Action", json!("s3:ReplicateObject")),
            ("Action", json!("iam:CreateLoginProfile")),
            ("Action", json!("iam:UpdateRole")),
            ("Action", json!("sts:TagSession")),
            ("Action", json!("GetObject")),
            ("Resource", json!("arn:aws:ec2:::x")),
            ("Resource", json!("arn:aws:s3:::")),
            ("Resource", json!("arn:aws:iam::aws:policy/ReadOnlyAccess")),
            ("Resource", json!("arn:aws:iam::1234567890123456:mfa/x")),
            ("Resource", json!("arn:aws:s3:::data/${aws:userid}")),
            ("Resource", json!("arn:aws:s3:::data/${aws:username")),
            ("Condition", json!({"StringEquals": {"aws:RequestedRegion": "x"}})),
            ("Condition", json!({"ArnEquals": {"aws:PrincipalArn": "acs:ram::1:root"}})),
            ("Condition", json!({"ArnEquals": {"aws:PrincipalArn": "*"}, "StringLike": {"s3:prefix": "a"}})),
            ("NotResource", json!("*")),
        ] {
            let mut statement = good.clone();
            statement[element] = value.clone();
            let failure = taken(&statement).unwrap_err();
            assert!(failure.to_string().contains(element), "{value}: {failure}");
        }
        let old = json!({"Version": "2008-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/${aws:username}"}]});
        assert!(policy(&old.to_string()).unwrap_err().to_string().contains("2008-10-17"));
    }

    #[test]
    fn whom_a_role_trusts() {
        let text = |principal: Value, action: &str| {
            let statement = json!({"Effect": "Allow", "Principal": principal, "Action": action,
                "Condition": {"StringEquals": {"sts:ExternalId": "x"}}});
            json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
        };
        let bob = json!({"AWS": ["arn:aws:iam::1234567890123456:user/bob", "1234567890123456"]});
        let own = trust(&text(bob.clone(), "sts:AssumeRole")).unwrap();
        Document::parse(&own.text, Kind::Trust).unwrap();
        let read: Value = serde_json::from_str(&own.text).unwrap();
        let named = json!({"RAM": ["acs:ram::1234567890123456:root", "acs:ram::1234567890123456:user/bob"]});
        assert_eq!(read["Statement"][0]["Principal"], named);
        assert!(trust(&text(json!({"Service": "ec2.amazonaws.com"}), "sts:AssumeRole")).is_err());
        assert!(trust(&text(json!({"AWS": "arn:aws:iam::123456789012:root"}), "sts:AssumeRole")).is_err());
        assert!(trust(&text(bob, "s3:GetObject")).is_err());
    }

    #[test]
    fn whose_tokens_a_role_trusts() {
        let text = |principal: Value, action: Value, condition: Value| {
            let statement =
                json!({"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition});
            json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
        };
        let web = || json!("sts:AssumeRoleWithWebIdentity");
        let okta = || json!({"Federated": "arn:aws:iam::1234567890123456:oidc-provider/id.example:8443/t"});
        let condition = || json!({"StringEquals": {"id.example:8443/t:sub": "a", "id.example:8443/t:aud": ["b"]}});
        let own = trust(&text(okta(), web(), condition())).unwrap();
        Document::parse(&own.text, Kind::Trust).unwrap();
        let read: Value = serde_json::from_str(&own.text).unwrap();
        let statement = &read["Statement"][0];
        let named = json!({"Federated": ["acs:ram::1234567890123456:oidc-issuer/id.example:8443/t"]});
        assert_eq!((&statement["Principal"], &statement["Action"]), (&named, &json!(["sts:AssumeRole"])));
        let asked = json!({"oidc:sub/id.example:8443/t": ["a"], "oidc:aud/id.example:8443/t": ["b"]});
        assert_eq!(statement["Condition"]["StringEquals"], asked);
        assert!(trust(&text(okta(), json!("sts:*"), condition())).is_ok());
        let bob = "arn:aws:iam::1234567890123456:user/bob";
        for (principal, action, condition) in [
            // Neither kind of action is the other's.
            (okta(), json!("sts:AssumeRole"), condition()),
            (json!({"AWS": bob}), web(), json!({})),
            (json!({"AWS": bob}), json!(["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"]), json!({})),
            (json!({"AWS": bob, "Federated": okta()["Federated"]}), web(), json!({})),
            (json!({"AWS": bob}), json!("sts:AssumeRole"), condition()),
            (okta(), web(), json!({"StringEquals": {"id.example:8443/t:amr": "x"}})),
            (json!({"Federated": "accounts.google.com"}), web(), json!({})),
            (json!({"Federated": "*"}), web(), json!({})),
            (json!({"Federated": "arn:aws:iam::1234567890123456:saml-provider/x"}), web(), json!({})),
        ] {
            let text = text(principal, action, condition);
            assert!(trust(&text).is_err(), "{text}");
        }
        // Wildcards mean of each kind what that kind can do.
        let own = trust(&text(json!({"AWS": bob}), json!("sts:AssumeRole*"), json!({}))).unwrap();
        assert!(own.text.contains("\"sts:AssumeRole\""));
    }

    #[test]
    fn providers_that_a_role_trusts() {
        let text = |principal: Value, action: Value| {
            let statement = json!({"Effect": "Allow", "Principal": principal, "Action": action,
                "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml", "saml:sub_type": "persistent"}}});
            json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
        };
        let idp = json!({"Federated": "arn:aws:iam::1234567890123456:saml-provider/idp"});
        let own = trust(&text(idp.clone(), json!(["sts:AssumeRoleWithSAML"]))).unwrap();
        Document::parse(&own.text, Kind::Trust).unwrap();
        let read: Value = serde_json::from_str(&own.text).unwrap();
        let statement = &read["Statement"][0];
        assert_eq!(statement["Action"], json!(["sts:AssumeRole"]));
        assert_eq!(statement["Principal"], json!({"Federated": ["acs:ram::1234567890123456:saml-provider/idp"]}));
        let condition =
            json!({"saml:recipient": ["https://signin.aws.amazon.com/saml"], "saml:sub_type": ["persistent"]});
        assert_eq!(statement["Condition"]["StringEquals"], condition);
        let bob = json!({"AWS": "arn:aws:iam::1234567890123456:user/bob"});
        let both = json!({"AWS": "1234567890123456", "Federated": "arn:aws:iam::1234567890123456:saml-provider/idp"});
        let other = json!({"Federated": "arn:aws:iam::1234567890123456:user/bob"});
        for (principal, action) in [
            (&idp, json!("sts:AssumeRole")),
            (&idp, json!("sts:*")),
            (&idp, json!(["sts:AssumeRoleWithSAML", "sts:AssumeRole"])),
            (&bob, json!("sts:AssumeRoleWithSAML")),
            (&both, json!("sts:AssumeRoleWithSAML")),
            (&other, json!("sts:AssumeRoleWithSAML")),
        ] {
            assert!(trust(&text(principal.clone(), action.clone())).is_err(), "{principal} {action}");
        }
    }

    #[test]
    fn the_domains_own_grammar_is_left_alone() {
        let own = "{\"Version\": \"1\", \"Statement\": []}";
        let read = policy(own).unwrap();
        assert_eq!((read.text.as_str(), read.original), (own, None));
        assert!(policy("{").is_err());
        assert!(policy(&" ".repeat(6_145)).is_err());
    }
}
