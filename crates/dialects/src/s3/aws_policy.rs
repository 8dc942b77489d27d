//! Bucket policies in Amazon's grammar, in the one the domain decides by, and back.
//!
//! Lists come out sorted and single values as lists, so that a translation beside which the original was not kept is known
//! by its form when it is shown again.

use crate::aws_policy::s3::{
    ACTIONS, BUCKET, EXISTING_TAG, OWN_RESOURCE, REQUESTED_TAG, REQUESTED_TAG_KEYS, RESOURCE, s3_resource,
};
use crate::aws_policy::{Grammar, list, read, refused, texts};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use types::{AccountId, BucketName, Failure, Reason, Result, limits};

/// Condition keys, Amazon's first.
const KEYS: &[(&str, &str)] = &[
    ("aws:CurrentTime", "acs:CurrentTime"),
    ("aws:MultiFactorAuthPresent", "acs:MFAPresent"),
    ("aws:SecureTransport", "acs:SecureTransport"),
    ("aws:SourceIp", "acs:SourceIp"),
    ("aws:UserAgent", "acs:UserAgent"),
    ("aws:username", "acs:PrincipalName"),
    ("s3:delimiter", "oss:Delimiter"),
    ("s3:max-keys", "oss:MaxKeys"),
    ("s3:prefix", "oss:Prefix"),
    REQUESTED_TAG_KEYS,
];

const GRAMMAR: Grammar = Grammar {
    services: &[BUCKET],
    keys: KEYS,
    named_keys: &[("aws:PrincipalTag/", "acs:PrincipalTag/"), EXISTING_TAG, REQUESTED_TAG],
    arn_keys: &[],
    variables: &[],
    resource: s3_resource,
    resource_form: "arn:aws:s3:::<bucket>/<key>",
    account: |account| account.to_string(),
    of_providers: None,
    principals_under: None,
    federated: false,
};

/// A document that a client put on a bucket in the domain's grammar; `None` if it is in that one already.
pub(super) fn translated(text: &str, bucket: &BucketName) -> Result<Option<String>> {
    if text.len() > limits::BUCKET_POLICY_BYTES {
        return Err(Failure::of(Reason::PolicyTooLong));
    }
    let Some(document) = read(text)? else { return Ok(None) };
    check_resources(&document, bucket)?;
    Ok(Some(GRAMMAR.inward(&document)?.to_string()))
}

/// The text that a client is shown for a translation whose original was not kept; `None` if it is none.
pub(super) fn shown(text: &str) -> Option<String> {
    let document = outward(&serde_json::from_str(text).ok()?)?;
    let again = GRAMMAR.inward(&document).ok()?.to_string();
    (again == text).then(|| document.to_string())
}

/// A policy speaks of its own bucket alone. The domain checks it, too, but would name its own spelling.
fn check_resources(document: &Value, bucket: &BucketName) -> Result<()> {
    let statements = document.get("Statement").map(list).into_iter().flatten();
    for value in statements.filter_map(|statement| statement.get("Resource")) {
        let own = |text: &str| {
            let rest = text.strip_prefix(RESOURCE).and_then(|path| path.strip_prefix(bucket.as_str()));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if let Some(other) = texts("Resource", value)?.into_iter().find(|text| !own(text)) {
            let why =
                format_args!("names {other:?}: write {RESOURCE}{bucket}, or {RESOURCE}{bucket}/* for its objects");
            return Err(refused("Resource", why));
        }
    }
    Ok(())
}

fn outward(document: &Value) -> Option<Value> {
    let statements = document.get("Statement")?.as_array()?;
    let statements = statements.iter().map(outward_statement).collect::<Option<Vec<_>>>()?;
    Some(json!({ "Version": "2012-10-17", "Statement": statements }))
}

fn outward_statement(statement: &Value) -> Option<Value> {
    let mut out = Map::new();
    for (name, value) in statement.as_object()? {
        let translated = match name.as_str() {
            "Sid" | "Effect" => value.clone(),
            "Action" | "NotAction" => alone(each(value, outward_action)?),
            "Resource" => alone(each(value, |own| match own.strip_prefix(OWN_RESOURCE) {
                Some(path) => Some(format!("{RESOURCE}{path}")),
                None => (own == "*").then(|| own.to_owned()),
            })?),
            "Principal" | "NotPrincipal" => {
                let named = alone(each(value, outward_principal)?);
                if named == "*" { named } else { json!({ "AWS": named }) }
            }
            "Condition" => outward_conditions(value)?,
            _ => return None,
        };
        out.insert(name.clone(), translated);
    }
    Some(Value::Object(out))
}

fn each(value: &Value, translate: impl Fn(&str) -> Option<String>) -> Option<BTreeSet<String>> {
    value.as_array()?.iter().map(|item| translate(item.as_str()?)).collect()
}

/// A list of one as that one.
fn alone(set: BTreeSet<String>) -> Value {
    let mut list: Vec<Value> = set.into_iter().map(Value::from).collect();
    match (list.pop(), list.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            list.extend(last);
            Value::from(list)
        }
    }
}

fn outward_action(own: &str) -> Option<String> {
    let name = match own {
        "*" => return Some("*".to_owned()),
        _ => own.strip_prefix("oss:")?,
    };
    if name == "*" {
        return Some("s3:*".to_owned());
    }
    let (theirs, _) = ACTIONS.iter().find(|(_, ours)| ours.contains(&name))?;
    Some(format!("s3:{theirs}"))
}

fn outward_principal(own: &str) -> Option<String> {
    if own == "*" {
        return Some(own.to_owned());
    }
    if own.parse::<AccountId>().is_ok() {
        return Some(format!("arn:aws:iam::{own}:root"));
    }
    let user = own.strip_prefix("acs:ram::").map(|rest| format!("arn:aws:iam::{rest}"));
    user.or_else(|| own.strip_prefix("arn:sts::").map(|rest| format!("arn:aws:sts::{rest}")))
}

fn outward_conditions(value: &Value) -> Option<Value> {
    let mut out = Map::new();
    for (operator, keys) in value.as_object()? {
        let mut theirs = Map::new();
        for (key, values) in keys.as_object()? {
            let (name, _) = KEYS.iter().find(|(_, ours)| ours == key)?;
            let shown = match values.as_array()?.as_slice() {
                [only] => only.clone(),
                several => Value::from(several),
            };
            theirs.insert((*name).to_owned(), shown);
        }
        out.insert(operator.clone(), Value::Object(theirs));
    }
    Some(Value::Object(out))
}

#[cfg(test)]
mod tests {
    use super::{shown, translated};
    use iam::policy::{Document, Kind};
    use serde_json::{Value, json};

    fn taken(text: &str) -> types::Result<String> {
        translated(text, &"data".parse().unwrap()).map(|own| own.expect("Amazon's grammar"))
    }

    fn policy(statement: &Value) -> String {
        json!({ "Version": "2012-10-17", "Id": "x", "Statement": [statement] }).to_string()
    }

    #[test]
    fn a_policy_goes_in_and_comes_back() {
        let statement = json!({
            "Sid": "s",
            "Effect": "Allow",
            "Principal": { "AWS": ["arn:aws:iam::1234567890123456:user/bob", "arn:aws:iam::1234567890123456:root"] },
            "Action": ["s3:GetObject", "s3:ListBucket", "s3:PutEncryptionConfiguration", "s3:GetObjectVersion"],
            "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"],
            "Condition": { "IpAddress": { "aws:SourceIp": "10.0.0.0/8" }, "StringLike": { "s3:prefix": ["a/*", "b/*"] } },
        });
        let own = taken(&policy(&statement)).unwrap();
        Document::parse(&own, Kind::Bucket).unwrap();
        let back: Value = serde_json::from_str(&shown(&own).unwrap()).unwrap();
        let back = &back["Statement"][0];
        for element in ["Sid", "Effect", "Resource", "Condition"] {
            assert_eq!(back[element], statement[element], "{element}");
        }
        assert_eq!(back["Action"].as_array().unwrap().len(), 4);
        assert_eq!(back["Principal"]["AWS"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn everybody() {
        for principal in [json!("*"), json!({ "AWS": "*" }), json!({ "AWS": ["*"] })] {
            let resource = "arn:aws:s3:::data/*";
            let statement =
                json!({ "Effect": "Allow", "Principal": principal, "Action": "s3:Get*", "Resource": resource });
            let own = taken(&policy(&statement)).unwrap();
            assert!(own.contains("oss:GetBucketAcl") && own.contains("oss:GetObject\""));
            let back: Value = serde_json::from_str(&shown(&own).unwrap()).unwrap();
            assert_eq!(back["Statement"][0]["Principal"], "*");
        }
    }

    #[test]
    fn what_cannot_be_said_is_refused_by_name() {
        let good = json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::data/*" });
        assert!(taken(&policy(&good)).is_ok());
        let cases = [
            ("Action", json!("s3:ReplicateObject")),
            ("Action", json!("ec2:*")),
            ("Action", json!(1)),
            ("Resource", json!("arn:aws:s3:::data/${aws:username}")),
            ("Resource", json!("data/*")),
            ("Resource", json!("*")),
            ("Resource", json!("arn:aws:s3:::data*")),
            ("Resource", json!(["arn:aws:s3:::data", "arn:aws:s3:::database/*"])),
            ("Principal", json!({ "Service": "x.amazonaws.com" })),
            ("Principal", json!({ "AWS": "arn:aws:iam::123456789012:root" })),
            ("Condition", json!({ "StringEquals": { "s3:x-amz-acl": "private" } })),
            ("NotResource", json!("arn:aws:s3:::data/*")),
        ];
        for (element, value) in cases {
            let mut statement = good.clone();
            statement[element] = value;
            let failure = taken(&policy(&statement)).unwrap_err();
            assert!(failure.to_string().contains(element), "{failure}");
        }
    }

    #[test]
    fn the_domains_own_grammar_is_left_alone() {
        let own = "{\"Version\": \"1\", \"Statement\": []}";
        let bucket = "data".parse().unwrap();
        assert_eq!(translated(own, &bucket).unwrap(), None);
        assert_eq!(shown(own), None);
        assert!(translated("{", &bucket).is_err());
    }
}
