//! Policies in Amazon's grammar (IAM JSON policy elements reference), in the one the domain decides by.
//!
//! What cannot be said in the other grammar is refused by name: a policy that means less than its author thinks is worse
//! than none. Lists come out sorted and single values as lists.

use crate::aws_principal::AwsPrincipal;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fmt;
use types::{AccountId, Failure, Reason, Result};

/// How one service's policies are spelled, Amazon's words first.
pub(crate) struct Grammar {
    /// The service in actions.
    pub(crate) service: (&'static str, &'static str),
    /// What Amazon's actions are in the domain's words. An action that no operation here needs is not among them.
    pub(crate) actions: &'static [(&'static str, &'static [&'static str])],
    /// Amazon's actions on what never is here. They are kept under their own names, which no operation has, so that the
    /// documents in which they stand beside others can be taken.
    pub(crate) idle: &'static [&'static str],
    /// Amazon's actions that are one action in the domain, and so are named together or not at all.
    pub(crate) together: &'static [&'static [&'static str]],
    /// Condition keys.
    pub(crate) keys: &'static [(&'static str, &'static str)],
    /// Beginnings of condition keys that end in a name of the tenant's.
    pub(crate) named_keys: &'static [(&'static str, &'static str)],
    /// Beginnings of resources.
    pub(crate) resources: (&'static str, &'static str),
    /// The form of a resource, for those who wrote another.
    pub(crate) resource: &'static str,
    /// What the domain calls an account as a principal.
    pub(crate) account: fn(AccountId) -> String,
}

/// Reads a document; `None` if it is not in Amazon's grammar.
pub(crate) fn read(text: &str) -> Result<Option<Value>> {
    let document = wire::json::parse(text.as_bytes());
    let document = document.map_err(|failure| Failure::new(Reason::PolicyMalformed, failure.to_string()))?;
    let theirs = document.get("Version").is_some_and(|version| version == "2012-10-17" || version == "2008-10-17");
    Ok(theirs.then_some(document))
}

pub(crate) fn refused(element: &str, why: impl fmt::Display) -> Failure {
    Failure::new(Reason::PolicyMalformed, format!("The policy cannot be taken: {element} {why}."))
}

pub(crate) fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

pub(crate) fn texts<'v>(element: &str, value: &'v Value) -> Result<Vec<&'v str>> {
    let text = |item: &'v Value| item.as_str().ok_or_else(|| refused(element, "must be a string or a list of strings"));
    list(value).iter().map(text).collect()
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

impl Grammar {
    /// A document in the domain's grammar.
    pub(crate) fn inward(&self, document: &Value) -> Result<Value> {
        let members = document.as_object().into_iter().flatten();
        if let Some((other, _)) =
            members.clone().find(|(name, _)| !["Version", "Id", "Statement"].contains(&name.as_str()))
        {
            return Err(refused(other, "is not an element of a policy"));
        }
        let statements = document.get("Statement").ok_or_else(|| refused("Statement", "is missing"))?;
        let statements = list(statements).iter().map(|one| self.statement(one)).collect::<Result<Vec<_>>>()?;
        Ok(json!({ "Version": "1", "Statement": statements }))
    }

    fn statement(&self, statement: &Value) -> Result<Value> {
        let members = statement.as_object().ok_or_else(|| refused("Statement", "must be an object"))?;
        let mut out = Map::new();
        for (name, value) in members {
            let translated = match name.as_str() {
                "Sid" | "Effect" => value.clone(),
                "Action" | "NotAction" => self.actions(name, value)?,
                "Resource" => self.resources(value)?,
                "Principal" | "NotPrincipal" => self.principals(name, value)?,
                "Condition" => self.conditions(value)?,
                other => return Err(refused(other, "is not supported in a statement")),
            };
            out.insert(name.clone(), translated);
        }
        Ok(Value::Object(out))
    }

    fn actions(&self, element: &str, value: &Value) -> Result<Value> {
        let (theirs, ours) = self.service;
        let mut out = BTreeSet::new();
        for text in texts(element, value)? {
            match text.split_once(':') {
                None if text == "*" => out.extend(["*".to_owned()]),
                Some((service, "*")) if service.eq_ignore_ascii_case(theirs) => out.extend([format!("{ours}:*")]),
                Some((service, name)) if service.eq_ignore_ascii_case(theirs) => {
                    out.extend(self.action(element, name)?)
                }
                _ => return Err(refused(element, format_args!("names {text:?}, which is no action of {theirs}"))),
            }
        }
        self.check_together(element, value)?;
        Ok(Value::from(out.into_iter().collect::<Vec<_>>()))
    }

    /// Refuses a part of what the domain has one action for.
    fn check_together(&self, element: &str, value: &Value) -> Result<()> {
        let named: Vec<String> = texts(element, value)?.into_iter().map(str::to_ascii_lowercase).collect();
        let service = self.service.0;
        let is_named = |name: &&str| {
            let full = format!("{service}:{name}").to_ascii_lowercase();
            named.iter().any(|pattern| matches(pattern, &full))
        };
        let split = |group: &&&[&str]| group.iter().any(&is_named) && !group.iter().all(&is_named);
        match self.together.iter().find(split) {
            None => Ok(()),
            Some(group) => {
                let all: Vec<String> = group.iter().map(|name| format!("{service}:{name}")).collect();
                Err(refused(
                    element,
                    format_args!("must name all or none of {}, which are one permission here", all.join(", ")),
                ))
            }
        }
    }

    /// All that a name, or a name with wildcards, means.
    fn action(&self, element: &str, name: &str) -> Result<Vec<String>> {
        let (theirs, ours) = self.service;
        let folded = name.to_ascii_lowercase();
        let fits = |known: &str| matches(&folded, &known.to_ascii_lowercase());
        let known = self.actions.iter().filter(|(known, _)| fits(known)).flat_map(|(_, own)| own.iter().copied());
        let idle = self.idle.iter().filter(|known| fits(known)).copied();
        let found: Vec<String> = known.chain(idle).map(|own| format!("{ours}:{own}")).collect();
        if found.is_empty() {
            return Err(refused(element, format_args!("names {theirs}:{name}, which is not supported")));
        }
        Ok(found)
    }

    fn resources(&self, value: &Value) -> Result<Value> {
        let (theirs, ours) = self.resources;
        let one = |text: &str| match text.strip_prefix(theirs) {
            _ if text.contains("${") => Err(refused("Resource", "has a variable, which is not supported")),
            Some(path) if !path.is_empty() => Ok(format!("{ours}{path}")),
            _ if text == "*" => Ok("*".to_owned()),
            _ => Err(refused("Resource", format_args!("names {text:?}: write {}", self.resource))),
        };
        let own = texts("Resource", value)?.into_iter().map(one).collect::<Result<BTreeSet<_>>>()?;
        Ok(Value::from(own.into_iter().collect::<Vec<_>>()))
    }

    fn principals(&self, element: &str, value: &Value) -> Result<Value> {
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
                        out.insert(self.principal(element, text)?);
                    }
                }
            }
            _ => return Err(refused(element, "must be \"*\" or an object such as {\"AWS\": […]}")),
        }
        Ok(Value::from(out.into_iter().collect::<Vec<_>>()))
    }

    fn principal(&self, element: &str, text: &str) -> Result<String> {
        let wrong = || refused(element, format_args!("names {text:?}, which is no account, user or role here"));
        if text == "*" {
            return Ok(text.to_owned());
        }
        if let Ok(account) = text.parse() {
            return Ok((self.account)(account));
        }
        let (account, who) = AwsPrincipal::parse(text).ok_or_else(wrong)?;
        Ok(match who {
            AwsPrincipal::Root => (self.account)(account),
            AwsPrincipal::User(name) => format!("acs:ram::{account}:user/{name}"),
            AwsPrincipal::Role(name) => format!("acs:ram::{account}:role/{name}"),
            AwsPrincipal::Session(names) => format!("arn:sts::{account}:assumed-role/{names}"),
        })
    }

    fn conditions(&self, value: &Value) -> Result<Value> {
        let operators = value.as_object().ok_or_else(|| refused("Condition", "must be an object"))?;
        let mut out = Map::new();
        for (operator, keys) in operators {
            let keys = keys.as_object().ok_or_else(|| refused("Condition", "must hold an object by operator"))?;
            let mut own = Map::new();
            for (key, values) in keys {
                let ours = self.key(key)?;
                if values.to_string().contains("${") {
                    return Err(refused("Condition", "has a variable, which is not supported"));
                }
                own.insert(ours, Value::from(list(values)));
            }
            out.insert(operator.clone(), Value::Object(own));
        }
        Ok(Value::Object(out))
    }

    fn key(&self, key: &str) -> Result<String> {
        if let Some((_, ours)) = self.keys.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(key)) {
            return Ok((*ours).to_owned());
        }
        let named = |(theirs, ours): &(&str, &str)| {
            let (start, name) = key.split_at_checked(theirs.len())?;
            (start.eq_ignore_ascii_case(theirs) && !name.is_empty()).then(|| format!("{ours}{name}"))
        };
        let named = self.named_keys.iter().find_map(named);
        named.ok_or_else(|| refused("Condition", format_args!("asks for {key}, which is not supported")))
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

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
