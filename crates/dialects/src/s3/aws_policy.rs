//! Bucket policies in Amazon's grammar (IAM JSON policy elements reference), in the one the domain decides by, and back.
//!
//! What cannot be said in the other grammar is refused by name: a policy that means less than its author thinks is worse
//! than none. Lists come out sorted and single values as lists, so that a translation beside which the original was not
//! kept is known by its form when it is shown again.

use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fmt;
use types::{AccountId, BucketName, Failure, Reason, Result, limits};

/// What Amazon's actions are in the domain's words. An action that no operation here needs is not among them.
const ACTIONS: &[(&str, &[&str])] = &[
    ("AbortMultipartUpload", &["AbortMultipartUpload"]),
    ("CreateBucket", &["PutBucket"]),
    ("DeleteBucket", &["DeleteBucket"]),
    ("DeleteBucketPolicy", &["DeleteBucketPolicy"]),
    ("DeleteObject", &["DeleteObject"]),
    ("GetBucketAcl", &["GetBucketAcl"]),
    ("GetBucketLocation", &["GetBucketLocation"]),
    ("GetBucketPolicy", &["GetBucketPolicy"]),
    ("GetEncryptionConfiguration", &["GetBucketEncryption"]),
    ("GetObject", &["GetObject"]),
    ("GetObjectAcl", &["GetObjectAcl"]),
    ("ListBucket", &["GetBucketInfo", "GetBucketStat", "ListObjects"]),
    ("ListBucketMultipartUploads", &["ListMultipartUploads"]),
    ("ListMultipartUploadParts", &["ListParts"]),
    ("PutBucketAcl", &["PutBucketAcl"]),
    ("PutBucketPolicy", &["PutBucketPolicy"]),
    ("PutEncryptionConfiguration", &["DeleteBucketEncryption", "PutBucketEncryption"]),
    ("PutObject", &["PutObject"]),
    ("PutObjectAcl", &["PutObjectAcl"]),
];

/// Amazon's actions on what a bucket here never has: versions and tags. They are kept under their own names, which no
/// operation has, so that the documents in which they stand beside others can be taken.
const IDLE: &[&str] = &[
    "DeleteObjectTagging",
    "DeleteObjectVersion",
    "DeleteObjectVersionTagging",
    "GetBucketTagging",
    "GetBucketVersioning",
    "GetObjectTagging",
    "GetObjectVersion",
    "GetObjectVersionAcl",
    "GetObjectVersionTagging",
    "ListBucketVersions",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutObjectTagging",
    "PutObjectVersionAcl",
    "PutObjectVersionTagging",
];

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
];

/// A document that a client put on a bucket in the domain's grammar; `None` if it is in that one already.
pub(super) fn translated(text: &str, bucket: &BucketName) -> Result<Option<String>> {
    if text.len() > limits::BUCKET_POLICY_BYTES {
        return Err(Failure::of(Reason::PolicyTooLong));
    }
    let document = wire::json::parse(text.as_bytes());
    let document = document.map_err(|failure| Failure::new(Reason::PolicyMalformed, failure.to_string()))?;
    match document.get("Version") {
        Some(Value::String(version)) if version == "2012-10-17" || version == "2008-10-17" => {
            check_resources(&document, bucket)?;
            Ok(Some(inward(&document)?.to_string()))
        }
        _ => Ok(None),
    }
}

/// The text that a client is shown for a translation whose original was not kept; `None` if it is none.
pub(super) fn shown(text: &str) -> Option<String> {
    let document = outward(&serde_json::from_str(text).ok()?)?;
    let again = inward(&document).ok()?.to_string();
    (again == text).then(|| document.to_string())
}

fn refused(element: &str, why: impl fmt::Display) -> Failure {
    Failure::new(Reason::PolicyMalformed, format!("The policy cannot be taken: {element} {why}."))
}

fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

fn texts<'v>(element: &str, value: &'v Value) -> Result<Vec<&'v str>> {
    let text = |item: &'v Value| item.as_str().ok_or_else(|| refused(element, "must be a string or a list of strings"));
    list(value).iter().map(text).collect()
}

fn inward(document: &Value) -> Result<Value> {
    let members = document.as_object().into_iter().flatten();
    if let Some((other, _)) = members.clone().find(|(name, _)| !["Version", "Id", "Statement"].contains(&name.as_str()))
    {
        return Err(refused(other, "is not an element of a policy"));
    }
    let statements = document.get("Statement").ok_or_else(|| refused("Statement", "is missing"))?;
    let statements = list(statements).iter().map(statement).collect::<Result<Vec<_>>>()?;
    Ok(json!({ "Version": "1", "Statement": statements }))
}

fn statement(statement: &Value) -> Result<Value> {
    let members = statement.as_object().ok_or_else(|| refused("Statement", "must be an object"))?;
    let mut out = Map::new();
    for (name, value) in members {
        let translated = match name.as_str() {
            "Sid" | "Effect" => value.clone(),
            "Action" | "NotAction" => actions(name, value)?,
            "Resource" => resources(value)?,
            "Principal" | "NotPrincipal" => principals(name, value)?,
            "Condition" => conditions(value)?,
            other => return Err(refused(other, "is not supported in a statement")),
        };
        out.insert(name.clone(), translated);
    }
    Ok(Value::Object(out))
}

fn actions(element: &str, value: &Value) -> Result<Value> {
    let mut out = BTreeSet::new();
    for text in texts(element, value)? {
        match text.split_once(':') {
            None if text == "*" => out.extend(["*".to_owned()]),
            Some((service, "*")) if service.eq_ignore_ascii_case("s3") => out.extend(["oss:*".to_owned()]),
            Some((service, name)) if service.eq_ignore_ascii_case("s3") => out.extend(action(element, name)?),
            _ => return Err(refused(element, format_args!("names {text:?}, which is no action of s3"))),
        }
    }
    Ok(Value::from(out.into_iter().collect::<Vec<_>>()))
}

/// All that a name, or a name with wildcards, means.
fn action(element: &str, name: &str) -> Result<Vec<String>> {
    let folded = name.to_ascii_lowercase();
    let fits = |known: &str| matches(&folded, &known.to_ascii_lowercase());
    let known = ACTIONS.iter().filter(|(known, _)| fits(known)).flat_map(|(_, own)| own.iter().copied());
    let idle = IDLE.iter().filter(|known| fits(known)).copied();
    let found: Vec<String> = known.chain(idle).map(|own| format!("oss:{own}")).collect();
    if found.is_empty() {
        return Err(refused(element, format_args!("names s3:{name}, which is not supported")));
    }
    Ok(found)
}

/// Whether a pattern of `*` and `?` matches a text. Bytes are enough: actions are ASCII.
fn matches(pattern: &str, text: &str) -> bool {
    let (mut rest, mut tried) = ((pattern.as_bytes(), text.as_bytes()), None);
    loop {
        rest = match rest {
            ([b'*', more @ ..], text) => {
                tried = Some((more, text));
                (more, text)
            }
            ([], []) => return true,
            ([b'?', more @ ..], [_, after @ ..]) => (more, after),
            ([p, more @ ..], [t, after @ ..]) if p == t => (more, after),
            _ => match tried {
                Some((more, [_, after @ ..])) => {
                    tried = Some((more, after));
                    (more, after)
                }
                _ => return false,
            },
        };
    }
}

const RESOURCE: &str = "arn:aws:s3:::";
const OWN_RESOURCE: &str = "acs:oss:*:*:";

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

fn resources(value: &Value) -> Result<Value> {
    let one = |text: &str| match text.strip_prefix(RESOURCE) {
        _ if text.contains("${") => Err(refused("Resource", "has a variable, which is not supported")),
        Some(path) if !path.is_empty() => Ok(format!("{OWN_RESOURCE}{path}")),
        _ if text == "*" => Ok("*".to_owned()),
        _ => Err(refused("Resource", format_args!("names {text:?}: write {RESOURCE}<bucket>/<key>"))),
    };
    let own = texts("Resource", value)?.into_iter().map(one).collect::<Result<BTreeSet<_>>>()?;
    Ok(Value::from(own.into_iter().collect::<Vec<_>>()))
}

fn principals(element: &str, value: &Value) -> Result<Value> {
    let mut out = BTreeSet::new();
    match value {
        Value::String(text) if text == "*" => {
            out.insert("*".to_owned());
        }
        Value::Object(groups) => {
            for (kind, named) in groups {
                if kind != "AWS" && kind != "CanonicalUser" {
                    return Err(refused(element, format_args!("names a {kind}, which is not supported")));
                }
                for text in texts(element, named)? {
                    out.insert(principal(element, text)?);
                }
            }
        }
        _ => return Err(refused(element, "must be \"*\" or an object such as {\"AWS\": […]}")),
    }
    Ok(Value::from(out.into_iter().collect::<Vec<_>>()))
}

fn principal(element: &str, text: &str) -> Result<String> {
    let wrong = || refused(element, format_args!("names {text:?}, which is no account, user or role here"));
    if text == "*" || text.parse::<AccountId>().is_ok() {
        return Ok(text.to_owned());
    }
    let session = text.strip_prefix("arn:aws:sts::");
    let named = text.strip_prefix("arn:aws:iam::").or(session).and_then(|rest| rest.split_once(':'));
    let (account, path) = named.ok_or_else(wrong)?;
    account.parse::<AccountId>().map_err(|_| wrong())?;
    match (path.split_once('/'), session) {
        (None, None) if path == "root" => Ok(account.to_owned()),
        (Some(("user" | "role", _)), None) => Ok(format!("acs:ram::{account}:{path}")),
        (Some(("assumed-role", _)), Some(_)) => Ok(format!("arn:sts::{account}:{path}")),
        _ => Err(wrong()),
    }
}

fn conditions(value: &Value) -> Result<Value> {
    let operators = value.as_object().ok_or_else(|| refused("Condition", "must be an object"))?;
    let mut out = Map::new();
    for (operator, keys) in operators {
        let keys = keys.as_object().ok_or_else(|| refused("Condition", "must hold an object by operator"))?;
        let mut own = Map::new();
        for (key, values) in keys {
            let known = KEYS.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(key));
            let (_, ours) =
                known.ok_or_else(|| refused("Condition", format_args!("asks for {key}, which is not supported")))?;
            if values.to_string().contains("${") {
                return Err(refused("Condition", "has a variable, which is not supported"));
            }
            own.insert((*ours).to_owned(), Value::from(list(values)));
        }
        out.insert(operator.clone(), Value::Object(own));
    }
    Ok(Value::Object(out))
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
    if name == "*" || IDLE.contains(&name) {
        return Some(format!("s3:{name}"));
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
    use super::{matches, shown, translated};
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

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("get*", "getobject", true),
            ("*obj?ct", "getobject", true),
            ("get", "getobject", false),
            ("*a*b", "ab", true),
            ("?", "", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
