//! Key policies. The domain decides by its own grammar: a document in Amazon's is translated on its way in, kept beside its
//! translation, and shown as it was put.

use super::context::Context;
use super::row::{Row, row};
use crate::aws_policy::kms::{KEY, kms_resource};
use crate::aws_policy::{Grammar, list, read};
use kms::KeyPolicy;
use serde_json::{Value, json};
use types::{AccountId, Failure, Reason, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!("GetKeyPolicy", Full, ["kms:GetKeyPolicy"], ["KeyId", "PolicyName"], get_key_policy),
    row!("PutKeyPolicy", Partial, ["kms:SetKeyPolicy"],
        ["KeyId", "PolicyName", "Policy", "BypassPolicyLockoutSafetyCheck"], put_key_policy),
    row!("ListKeyPolicies", Full, ["kms:GetKeyPolicy"], ["KeyId", "Limit", "Marker"], list_key_policies),
];

/// The only name that a key's policy has.
const NAME: &str = "default";

/// What can be said of keys.
const GRAMMAR: Grammar = Grammar {
    services: &[KEY],
    keys: &[
        ("aws:CurrentTime", "acs:CurrentTime"),
        ("aws:MultiFactorAuthPresent", "acs:MFAPresent"),
        ("aws:SecureTransport", "acs:SecureTransport"),
        ("aws:SourceIp", "acs:SourceIp"),
        ("aws:UserAgent", "acs:UserAgent"),
        ("aws:username", "acs:PrincipalName"),
    ],
    named_keys: &[
        ("kms:EncryptionContext:", "kms:EncryptionContext:"),
        ("aws:PrincipalTag/", "acs:PrincipalTag/"),
        ("aws:ResourceTag/", "kms:tag/"),
    ],
    arn_keys: &[],
    variables: &[],
    resource: kms_resource,
    resource_form: "*, which is the key itself",
    account: |account| format!("acs:ram::{account}:root"),
    of_providers: None,
    principals_under: None,
    federated: false,
};

/// A policy for a key of this account.
pub(super) fn policy(text: &str, owner: AccountId) -> Result<KeyPolicy> {
    if text.len() > kms::limits::POLICY_BYTES {
        return Err(Failure::of(Reason::PolicyTooLong));
    }
    let Some(document) = read(text)? else { return Ok(KeyPolicy::from(text.to_owned())) };
    let translated = GRAMMAR.inward(&document)?;
    if !leaves_to_account(&document, owner) {
        let text = format!(
            "The policy cannot be taken: beside a key's policy the account's own policies always decide here, so it must \
             have the statement that says so: {}.",
            own_statement(owner)
        );
        return Err(Failure::new(Reason::PolicyMalformed, text));
    }
    Ok(KeyPolicy { text: translated.to_string(), original: Some(text.to_owned()) })
}

/// The statement that lets an account's own policies decide about a key. At Amazon they count only if it is there; here
/// they always do, and so it has to be there.
fn own_statement(owner: AccountId) -> Value {
    json!({
        "Effect": "Allow",
        "Principal": {"AWS": format!("arn:aws:iam::{owner}:root")},
        "Action": "kms:*",
        "Resource": "*",
    })
}

fn leaves_to_account(document: &Value, owner: AccountId) -> bool {
    let has = |value: Option<&Value>, wanted: &[&str]| {
        value.map(list).into_iter().flatten().any(|item| item.as_str().is_some_and(|text| wanted.contains(&text)))
    };
    let (root, id) = (format!("arn:aws:iam::{owner}:root"), owner.to_string());
    let says_so = |statement: &Value| {
        statement.get("Effect").is_some_and(|effect| effect == "Allow")
            && statement.get("Condition").is_none()
            && has(statement.get("Action"), &["kms:*", "*"])
            && has(statement.get("Resource"), &["*"])
            && has(statement.get("Principal").and_then(|principal| principal.get("AWS")), &[&root, &id])
    };
    document.get("Statement").map(list).into_iter().flatten().any(says_so)
}

fn check_name(c: &Context<'_>) -> Result<()> {
    match c.input.optional("PolicyName")? {
        None | Some(NAME) => Ok(()),
        Some(_) => Err(Failure::invalid("PolicyName", format_args!("it must be {NAME}"))),
    }
}

async fn get_key_policy(c: &Context<'_>) -> Result<Value> {
    check_name(c)?;
    let key = c.key()?;
    let owner = c.owner(Some(&key))?;
    let found = c.kms(kms::GetKeyPolicy { key }).await?;
    let shown = match found {
        Some(KeyPolicy { text, original }) => original.unwrap_or(text),
        None => default_policy(owner),
    };
    Ok(json!({"Policy": shown, "PolicyName": NAME}))
}

/// What a key without a policy of its own is governed by: the policies of its account.
fn default_policy(owner: AccountId) -> String {
    json!({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [own_statement(owner)]}).to_string()
}

async fn put_key_policy(c: &Context<'_>) -> Result<Value> {
    check_name(c)?;
    check_lockout(c)?;
    let key = c.key()?;
    let policy = policy(c.input.text("Policy")?, c.owner(Some(&key))?)?;
    c.kms(kms::SetKeyPolicy { key, policy }).await?;
    Ok(json!({}))
}

/// No policy locks an account out of its keys, so there is no check of that to pass by.
pub(super) fn check_lockout(c: &Context<'_>) -> Result<()> {
    match c.input.flag("BypassPolicyLockoutSafetyCheck")? {
        true => Err(Failure::invalid("BypassPolicyLockoutSafetyCheck", "it must be false")),
        false => Ok(()),
    }
}

async fn list_key_policies(c: &Context<'_>) -> Result<Value> {
    let part = super::paging::slice(c.input, 100)?;
    c.kms(kms::GetKeyPolicy { key: c.key()? }).await?;
    let (items, next) = part.of(vec![json!(NAME)]);
    Ok(super::paging::answer("PolicyNames", items, next))
}

#[cfg(test)]
mod tests {
    use super::{default_policy, own_statement, policy};
    use iam::policy::{Document, Kind};
    use serde_json::{Value, json};
    use types::AccountId;

    fn owner() -> AccountId {
        "1234567890123456".parse().unwrap()
    }

    fn with(statement: &Value) -> types::Result<kms::KeyPolicy> {
        let document = json!({"Version": "2012-10-17", "Id": "x", "Statement": [own_statement(owner()), statement]});
        policy(&document.to_string(), owner())
    }

    #[test]
    fn what_amazons_documents_say_is_decided_by() {
        let made = with(&json!({
            "Sid": "use",
            "Effect": "Allow",
            "Principal": {"AWS": ["arn:aws:iam::1234567890123456:user/bob", "arn:aws:iam::6543210987654321:root"]},
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:EncryptionContext:team": "a", "aws:ResourceTag/team": "b"}},
        }))
        .unwrap();
        Document::parse(&made.text, Kind::Key).unwrap();
        for part in ["kms:AsymmetricDecrypt", "kms:ReEncryptTo", "acs:ram::6543210987654321:root", "kms:tag/team"] {
            assert!(made.text.contains(part), "{part}: {}", made.text);
        }
        assert!(made.original.unwrap().contains("2012-10-17"));
        Document::parse(&policy(&default_policy(owner()), owner()).unwrap().text, Kind::Key).unwrap();
    }

    #[test]
    fn what_cannot_be_said_is_refused_by_name() {
        let good = json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*"});
        assert!(with(&good).is_ok());
        for (element, value) in [
            ("Action", json!("kms:ReplicateKey")),
            ("Action", json!("s3:GetObject")),
            ("Action", json!("kms:EnableKeyRotation")),
            ("Resource", json!("key")),
            ("Principal", json!({"Service": "x.amazonaws.com"})),
            ("Condition", json!({"Bool": {"kms:GrantIsForAWSResource": "true"}})),
            ("Condition", json!({"StringEquals": {"kms:ViaService": "s3.local-1.amazonaws.com"}})),
        ] {
            let mut statement = good.clone();
            statement[element] = value;
            let failure = with(&statement).unwrap_err();
            assert!(failure.to_string().contains(element), "{failure}");
        }
        // The statement for administrators that Amazon's console writes.
        let administrators = json!([
            "kms:Create*",
            "kms:Describe*",
            "kms:Enable*",
            "kms:List*",
            "kms:Put*",
            "kms:Update*",
            "kms:Revoke*",
            "kms:Disable*",
            "kms:Get*",
            "kms:Delete*",
            "kms:TagResource",
            "kms:UntagResource",
            "kms:ScheduleKeyDeletion",
            "kms:CancelKeyDeletion",
            "kms:RotateKeyOnDemand",
        ]);
        let mut statement = good.clone();
        statement["Action"] = administrators;
        assert!(with(&statement).unwrap().text.contains("kms:SetKeyPolicy"));
        let both = json!(["kms:EnableKeyRotation", "kms:DisableKeyRotation"]);
        assert!(with(&json!({"Effect": "Deny", "Principal": "*", "Action": both, "Resource": "*"})).is_ok());
    }

    #[test]
    fn the_account_keeps_its_word() {
        let bob = json!({"AWS": "arn:aws:iam::1234567890123456:user/bob"});
        let alone = json!({"Effect": "Allow", "Principal": bob, "Action": "kms:*", "Resource": "*"});
        let document = json!({"Version": "2012-10-17", "Statement": [alone]}).to_string();
        assert!(policy(&document, owner()).unwrap_err().to_string().contains("1234567890123456:root"));
        for changed in [
            json!({"Effect": "Deny"}),
            json!({"Action": "kms:Decrypt"}),
            json!({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
        ] {
            let mut statement = own_statement(owner());
            statement.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
            let document = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
            assert!(policy(&document, owner()).is_err(), "{document}");
        }
        let own = "{\"Version\": \"1\", \"Statement\": []}";
        assert_eq!(policy(own, owner()).unwrap().text, own);
    }
}
