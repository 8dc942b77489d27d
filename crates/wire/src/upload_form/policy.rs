use super::FormFields;
use crate::json;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use types::{Failure, Reason, Result, Timestamp};

/// Bytes of a policy, as JSON.
const BYTES: usize = 20 * 1024;
/// Conditions of a policy.
const CONDITIONS: usize = 100;
/// Values of one condition.
const VALUES: usize = 100;

/// What the signer of a form says about it: until when it counts, and what its fields must be (Amazon S3 API Reference,
/// "POST policy"; OSS, "PostObject", appendix).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormPolicy {
    expiration: Timestamp,
    conditions: Vec<Condition>,
    sizes: (u64, u64),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    field: String,
    rule: Rule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Is(String),
    StartsWith(String),
    OneOf(Vec<String>),
    NoneOf(Vec<String>),
}

impl Rule {
    fn holds(&self, value: &str) -> bool {
        match self {
            Self::Is(text) => value == text,
            Self::StartsWith(text) => value.starts_with(text.as_str()),
            Self::OneOf(list) => list.iter().any(|one| one == value),
            Self::NoneOf(list) => !list.iter().any(|one| one == value),
        }
    }
}

impl FormPolicy {
    /// Reads the policy as forms carry it: JSON in Base64.
    pub fn parse(encoded: &str) -> Result<Self> {
        // Tools that write Base64 break its lines.
        let encoded: String = encoded.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
        if encoded.len() > BYTES * 2 {
            return Err(unreadable(format_args!("it is longer than {BYTES} bytes")));
        }
        let text = STANDARD.decode(encoded).map_err(|_| unreadable("it is no Base64"))?;
        let value = json::parse_within(&text, BYTES)
            .map_err(|failure| unreadable(failure.to_string().trim_end_matches('.')))?;
        let Value::Object(policy) = value else { return Err(unreadable("it is no JSON object")) };
        if let Some(name) = policy.keys().find(|name| !matches!(name.as_str(), "expiration" | "conditions")) {
            return Err(unreadable(format_args!("it has a member {name:?}")));
        }
        let expiration = policy.get("expiration").and_then(Value::as_str).and_then(Timestamp::parse_iso);
        let expiration =
            expiration.ok_or_else(|| unreadable("its expiration must be a time as 2026-12-01T12:00:00.000Z"))?;
        let Some(Value::Array(list)) = policy.get("conditions") else {
            return Err(unreadable("its conditions must be an array"));
        };
        let mut read = Self { expiration, conditions: Vec::new(), sizes: (0, u64::MAX) };
        list.iter().try_for_each(|condition| read.add(condition))?;
        Ok(read)
    }

    fn add(&mut self, condition: &Value) -> Result<()> {
        match condition {
            Value::Object(exact) => exact.iter().try_for_each(|(field, value)| {
                let value = value.as_str().ok_or_else(|| unreadable("the value of a condition must be a string"))?;
                self.push(field, Rule::Is(value.to_owned()))
            }),
            Value::Array(list) => match list.as_slice() {
                [Value::String(operator), least, most] if operator.eq_ignore_ascii_case("content-length-range") => {
                    self.narrow(least, most)
                }
                [Value::String(operator), Value::String(field), value] => {
                    let field =
                        field.strip_prefix('$').ok_or_else(|| unreadable("the field of a condition starts with $"))?;
                    self.push(field, rule(operator, value)?)
                }
                _ => Err(unreadable("a condition has an operator, a field and a value")),
            },
            _ => Err(unreadable("a condition is an object or an array")),
        }
    }

    fn push(&mut self, field: &str, rule: Rule) -> Result<()> {
        if self.conditions.len() == CONDITIONS {
            return Err(unreadable(format_args!("it has more than {CONDITIONS} conditions")));
        }
        self.conditions.push(Condition { field: field.to_ascii_lowercase(), rule });
        Ok(())
    }

    fn narrow(&mut self, least: &Value, most: &Value) -> Result<()> {
        match (least.as_u64(), most.as_u64()) {
            (Some(least), Some(most)) if least <= most => {
                self.sizes = (self.sizes.0.max(least), self.sizes.1.min(most));
                Ok(())
            }
            _ => Err(unreadable("content-length-range has two numbers, the smaller one first")),
        }
    }

    /// Until when it counts.
    pub const fn expiration(&self) -> Timestamp {
        self.expiration
    }

    /// The least and the most bytes that the file may have.
    pub const fn sizes(&self) -> (u64, u64) {
        self.sizes
    }

    /// Refuses a form whose fields are not what the policy says they are. A field that is not there is nothing.
    pub fn check(&self, bucket: &str, fields: &FormFields) -> Result<()> {
        for Condition { field, rule } in &self.conditions {
            let value = if field == "bucket" { Some(bucket) } else { fields.get(field) };
            if !value.is_some_and(|value| rule.holds(value)) {
                return Err(violated(format_args!("the condition on {field} does not hold")));
            }
        }
        Ok(())
    }

    /// Refuses a form that has a field of which the policy says nothing, but for those that `free` lets pass.
    pub fn check_coverage(&self, fields: &FormFields, free: impl Fn(&str) -> bool) -> Result<()> {
        let named = |name: &str| self.conditions.iter().any(|condition| condition.field == name);
        let names = fields.iter().map(|(name, _)| name).chain(["bucket"]);
        match names.into_iter().find(|name| !free(name) && !named(name)) {
            Some(name) => Err(violated(format_args!("it says nothing of the field {name}"))),
            None => Ok(()),
        }
    }
}

fn rule(operator: &str, value: &Value) -> Result<Rule> {
    let text =
        || value.as_str().map(str::to_owned).ok_or_else(|| unreadable("the value of a condition must be a string"));
    let list = || {
        let list = value.as_array().filter(|list| list.len() <= VALUES);
        let texts = list.and_then(|list| list.iter().map(|one| one.as_str().map(str::to_owned)).collect());
        texts.ok_or_else(|| unreadable(format_args!("in and not-in take a list of at most {VALUES} strings")))
    };
    match operator.to_ascii_lowercase().as_str() {
        "eq" => Ok(Rule::Is(text()?)),
        "starts-with" => Ok(Rule::StartsWith(text()?)),
        "in" => Ok(Rule::OneOf(list()?)),
        "not-in" => Ok(Rule::NoneOf(list()?)),
        other => {
            let shown: String = other.chars().take(32).collect();
            Err(unreadable(format_args!("there is no operator {shown:?}")))
        }
    }
}

fn unreadable(why: impl std::fmt::Display) -> Failure {
    Failure::new(Reason::FormPolicyInvalid, format!("The policy of the form cannot be read: {why}."))
}

fn violated(why: impl std::fmt::Display) -> Failure {
    Failure::new(Reason::AccessDenied, format!("Invalid according to Policy: {why}."))
}

#[cfg(test)]
mod tests {
    use super::{FormFields, FormPolicy, STANDARD};
    use base64::Engine;
    use proptest::prelude::{any, proptest};
    use types::Reason;

    fn parse(conditions: &str) -> Result<FormPolicy, Reason> {
        let text = format!(r#"{{"expiration":"2026-12-01T12:00:00.000Z","conditions":[{conditions}]}}"#);
        FormPolicy::parse(&STANDARD.encode(text)).map_err(|failure| failure.reason())
    }

    fn fields(pairs: &[(&str, &str)]) -> FormFields {
        let mut fields = FormFields::default();
        pairs.iter().for_each(|(name, value)| fields.add((*name).to_owned(), (*value).to_owned()).unwrap());
        fields
    }

    #[test]
    fn conditions() {
        let form = fields(&[("key", "user/a.txt"), ("x-amz-meta-a", "1"), ("content-type", "image/png")]);
        for (condition, holds) in [
            (r#"{"bucket":"box"}"#, true),
            (r#"["eq","$bucket","other"]"#, false),
            (r#"{"x-amz-meta-a":"1","key":"user/a.txt"}"#, true),
            (r#"["eq","$Key","user/a.txt"]"#, true),
            (r#"["eq","$key","user/"]"#, false),
            (r#"["starts-with","$key","user/"]"#, true),
            (r#"["starts-with","$key",""]"#, true),
            (r#"["starts-with","$key","other/"]"#, false),
            (r#"["in","$content-type",["image/png","image/gif"]]"#, true),
            (r#"["in","$content-type",["image/gif"]]"#, false),
            (r#"["not-in","$content-type",["image/png"]]"#, false),
            (r#"["not-in","$content-type",["image/gif"]]"#, true),
            (r#"["eq","$missing",""]"#, false),
            (r#"["starts-with","$missing",""]"#, false),
            (r#"["not-in","$missing",["a"]]"#, false),
        ] {
            let checked = parse(condition).unwrap().check("box", &form);
            assert_eq!(checked.is_ok(), holds, "{condition}");
        }
    }

    #[test]
    fn fields_that_nothing_is_said_of() {
        let policy = parse(r#"{"bucket":"box"},["starts-with","$key",""]"#).unwrap();
        let free = |name: &str| name == "policy" || name.starts_with("x-ignore-");
        assert!(policy.check_coverage(&fields(&[("key", "k"), ("policy", "p"), ("x-ignore-a", "")]), free).is_ok());
        assert!(policy.check_coverage(&fields(&[("key", "k"), ("acl", "public-read")]), free).is_err());
        assert!(parse(r#"["eq","$key","k"]"#).unwrap().check_coverage(&fields(&[("key", "k")]), free).is_err());
    }

    #[test]
    fn sizes() {
        assert_eq!(parse("").unwrap().sizes(), (0, u64::MAX));
        assert_eq!(parse(r#"["content-length-range",1,9],["content-length-range",3,20]"#).unwrap().sizes(), (3, 9));
        for wrong in ["20,10", r#"1,"9""#, "-1,9", "[1],2", "1.5,2"] {
            assert_eq!(parse(&format!(r#"["content-length-range",{wrong}]"#)), Err(Reason::FormPolicyInvalid));
        }
    }

    #[test]
    fn what_is_no_policy() {
        for wrong in
            [r#"["eq","key","k"]"#, r#"["like","$key","k"]"#, "1", r#"{"key":1}"#, r#"["in","$key","k"]"#, "[]"]
        {
            assert_eq!(parse(wrong), Err(Reason::FormPolicyInvalid), "{wrong}");
        }
        assert!(parse(&vec![r#"{"a":"b"}"#; 100].join(",")).is_ok());
        assert_eq!(parse(&vec![r#"{"a":"b"}"#; 101].join(",")), Err(Reason::FormPolicyInvalid));
        for text in [
            "",
            "[]",
            r#"{"conditions":[]}"#,
            r#"{"expiration":"tomorrow","conditions":[]}"#,
            r#"{"expiration":"2026-12-01T12:00:00Z"}"#,
            r#"{"expiration":"2026-12-01T12:00:00Z","conditions":[],"conditions":[]}"#,
            r#"{"expiration":"2026-12-01T12:00:00Z","conditions":[],"more":1}"#,
        ] {
            let reason = FormPolicy::parse(&STANDARD.encode(text)).err().map(|failure| failure.reason());
            assert_eq!(reason, Some(Reason::FormPolicyInvalid), "{text}");
        }
        assert!(FormPolicy::parse("not base64!").is_err());
    }

    proptest! {
        #[test]
        fn nothing_panics(text in any::<String>()) {
            let _ = FormPolicy::parse(&text);
            let _ = FormPolicy::parse(&STANDARD.encode(&text));
            let _ = parse(&text);
        }
    }
}
