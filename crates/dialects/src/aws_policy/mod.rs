//! Policies in Amazon's grammar (IAM JSON policy elements reference), in the one the domain decides by.
//!
//! What cannot be said in the other grammar is refused by name: a policy that means less than its author thinks is worse
//! than none. Lists come out sorted and single values as lists.

pub(crate) mod identity;
pub(crate) mod kms;
pub(crate) mod s3;

use crate::aws_principal::AwsPrincipal;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fmt;
use types::{AccountId, Failure, Reason, Result};

/// What Amazon's actions are in the domain's words.
pub(crate) type Actions = &'static [(&'static str, &'static [&'static str])];

/// The action of a statement, where it is not the one that stands there.
pub(crate) type OfProviders = fn(&Map<String, Value>) -> Result<Option<Value>>;

/// The actions of one service, Amazon's words first.
pub(crate) struct Vocabulary {
    /// The service in actions.
    pub(crate) service: (&'static str, &'static str),
    /// What Amazon's actions are in the domain's words. An action that no operation here needs is not among them. One of
    /// another service of the domain has its service with it.
    pub(crate) actions: &'static [Actions],
    /// Amazon's actions on what never is here. They are kept under their own names, which no operation has, so that the
    /// documents in which they stand beside others can be taken.
    pub(crate) idle: &'static [&'static str],
    /// Amazon's actions that are one action in the domain, and so are named together or not at all.
    pub(crate) together: &'static [&'static [&'static str]],
    /// Set if the domain's service has more than Amazon's: then all of it are the actions above, and these.
    pub(crate) all: Option<&'static [&'static str]>,
}

/// How policies of one kind are spelled, Amazon's words first.
pub(crate) struct Grammar {
    /// What they can speak of.
    pub(crate) services: &'static [Vocabulary],
    /// Condition keys.
    pub(crate) keys: &'static [(&'static str, &'static str)],
    /// Beginnings of condition keys that end in a name of the tenant's.
    pub(crate) named_keys: &'static [(&'static str, &'static str)],
    /// Condition keys whose values are ARNs of users and roles.
    pub(crate) arn_keys: &'static [(&'static str, &'static str)],
    /// What may stand in `${…}`.
    pub(crate) variables: &'static [(&'static str, &'static str)],
    /// What a resource is in the domain's words; `None` if it can be none.
    pub(crate) resource: fn(&str) -> Option<String>,
    /// The form of a resource, for those who wrote another.
    pub(crate) resource_form: &'static str,
    /// What the domain calls an account as a principal.
    pub(crate) account: fn(AccountId) -> String,
    /// The name that principals stand under, where they are no plain list.
    pub(crate) principals_under: Option<&'static str>,
    /// Whether principals are identity providers, and conditions ask for what their tokens say.
    pub(crate) federated: bool,
    /// The action of a statement whose principals are identity providers; an error if it has another. `None` where no
    /// statement can have such principals.
    pub(crate) of_providers: Option<OfProviders>,
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

impl Vocabulary {
    fn named(&self) -> impl Iterator<Item = &'static (&'static str, &'static [&'static str])> {
        self.actions.iter().flat_map(|actions| actions.iter())
    }

    /// All that the service can do.
    fn everything(&self) -> Vec<String> {
        let ours = self.service.1;
        match self.all {
            None => {
                let elsewhere = self.named().flat_map(|(_, own)| own.iter()).filter(|own| own.contains(':'));
                std::iter::once(format!("{ours}:*")).chain(elsewhere.map(|own| (*own).to_owned())).collect()
            }
            Some(more) => {
                let named = self.named().flat_map(|(_, own)| own.iter());
                named.chain(more).map(|own| format!("{ours}:{own}")).collect()
            }
        }
    }

    /// All that a name, or a name with wildcards, means.
    fn action(&self, element: &str, name: &str) -> Result<Vec<String>> {
        let (theirs, ours) = self.service;
        let folded = name.to_ascii_lowercase();
        let fits = |known: &str| matches(&folded, &known.to_ascii_lowercase());
        let known = self.named().filter(|(known, _)| fits(known)).flat_map(|(_, own)| own.iter().copied());
        let idle = self.idle.iter().filter(|known| fits(known)).copied();
        let spelled = |own: &str| if own.contains(':') { own.to_owned() } else { format!("{ours}:{own}") };
        let found: Vec<String> = known.chain(idle).map(spelled).collect();
        if found.is_empty() {
            return Err(refused(element, format_args!("names {theirs}:{name}, which is not supported")));
        }
        Ok(found)
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
}

impl Grammar {
    /// A document in the domain's grammar.
    pub(crate) fn inward(&self, document: &Value) -> Result<Value> {
        Self::inward_by(document, |_| self)
    }

    /// The same, of statements that are of one kind or of another.
    pub(crate) fn inward_by<'g>(document: &Value, choose: impl Fn(&Value) -> &'g Self) -> Result<Value> {
        let members = document.as_object().into_iter().flatten();
        if let Some((other, _)) =
            members.clone().find(|(name, _)| !["Version", "Id", "Statement"].contains(&name.as_str()))
        {
            return Err(refused(other, "is not an element of a policy"));
        }
        // The older grammar has no variables: there `${` is a text.
        if document.get("Version").is_some_and(|version| version == "2008-10-17") && document.to_string().contains("${")
        {
            return Err(refused("Version", "2008-10-17 has no variables: write 2012-10-17"));
        }
        let statements = document.get("Statement").ok_or_else(|| refused("Statement", "is missing"))?;
        let statements = list(statements).iter().map(|one| choose(one).statement(one)).collect::<Result<Vec<_>>>()?;
        Ok(json!({ "Version": "1", "Statement": statements }))
    }

    fn statement(&self, statement: &Value) -> Result<Value> {
        let members = statement.as_object().ok_or_else(|| refused("Statement", "must be an object"))?;
        let mut out = Map::new();
        let of_providers = self.of_providers.map_or(Ok(None), |read| read(members))?;
        for (name, value) in members {
            let value = of_providers.as_ref().filter(|_| name == "Action").unwrap_or(value);
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
        let mut out = BTreeSet::new();
        for text in texts(element, value)? {
            let vocabulary = text.split_once(':').and_then(|(service, name)| {
                let known = self.services.iter().find(|known| known.service.0.eq_ignore_ascii_case(service));
                known.map(|known| (known, name))
            });
            match vocabulary {
                None if text == "*" => out.extend(["*".to_owned()]),
                Some((known, "*")) => out.extend(known.everything()),
                Some((known, name)) => out.extend(known.action(element, name)?),
                None => {
                    let known: Vec<&str> = self.services.iter().map(|known| known.service.0).collect();
                    let why = format_args!("names {text:?}, which is no action of {}", known.join(", ")).to_string();
                    return Err(refused(element, why));
                }
            }
        }
        self.services.iter().try_for_each(|known| known.check_together(element, value))?;
        Ok(Value::from(out.into_iter().collect::<Vec<_>>()))
    }

    fn resources(&self, value: &Value) -> Result<Value> {
        let one = |text: &str| {
            let text = self.with_variables("Resource", text)?;
            match (self.resource)(&text) {
                Some(own) => Ok(own),
                None if text == "*" => Ok(text),
                None => Err(refused("Resource", format_args!("names {text:?}: write {}", self.resource_form))),
            }
        };
        let own = texts("Resource", value)?.into_iter().map(one).collect::<Result<BTreeSet<_>>>()?;
        Ok(Value::from(own.into_iter().collect::<Vec<_>>()))
    }

    /// A text whose variables are the domain's.
    fn with_variables(&self, element: &str, text: &str) -> Result<String> {
        let (mut out, mut rest) = (String::with_capacity(text.len()), text);
        while let Some((before, after)) = rest.split_once("${") {
            let unclosed = || refused(element, "has a variable without its closing brace");
            let (name, more) = after.split_once('}').ok_or_else(unclosed)?;
            let known = self.variables.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(name));
            let ours = known.map(|(_, ours)| (*ours).to_owned()).or_else(|| self.named_key(name)).ok_or_else(|| {
                let shown: String = name.chars().take(64).collect();
                refused(element, format_args!("has the variable ${{{shown}}}, which is not supported"))
            })?;
            out.push_str(before);
            out.push_str("${");
            out.push_str(&ours);
            out.push('}');
            rest = more;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn principals(&self, element: &str, value: &Value) -> Result<Value> {
        let mut out = BTreeSet::new();
        match value {
            Value::Object(groups) if self.of_providers.is_some() && groups.contains_key("Federated") => {
                return own_providers(element, groups);
            }
            Value::String(text) if text == "*" => {
                out.insert("*".to_owned());
            }
            Value::Object(groups) => {
                for (kind, named) in groups {
                    let known =
                        if self.federated { kind == "Federated" } else { kind == "AWS" || kind == "CanonicalUser" };
                    if !known {
                        let why = match self.federated {
                            true => "names a Federated one beside others: write a statement for each kind".to_owned(),
                            false => format!("names a {kind}, which is not supported"),
                        };
                        return Err(refused(element, why));
                    }
                    for text in texts(element, named)? {
                        out.insert(self.principal(element, text)?);
                    }
                }
            }
            _ => return Err(refused(element, "must be \"*\" or an object such as {\"AWS\": […]}")),
        }
        let named = Value::from(out.into_iter().collect::<Vec<_>>());
        Ok(self.principals_under.map_or(named.clone(), |name| json!({ (name): named })))
    }

    fn principal(&self, element: &str, text: &str) -> Result<String> {
        if self.federated {
            return provider(element, text);
        }
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
        let mut out: Map<String, Value> = Map::new();
        for (operator, keys) in operators {
            let keys = keys.as_object().ok_or_else(|| refused("Condition", "must hold an object by operator"))?;
            let mut own = Map::new();
            for (key, values) in keys {
                own.insert(self.key(key)?, self.values(key, values)?);
            }
            let operator = own_operator(operator);
            if out.insert(operator.clone(), Value::Object(own)).is_some() {
                return Err(refused("Condition", format_args!("says {operator} twice, once as an operator of ARNs")));
            }
        }
        Ok(Value::Object(out))
    }

    fn values(&self, key: &str, values: &Value) -> Result<Value> {
        let is_arn = self.arn_keys.iter().any(|(theirs, _)| theirs.eq_ignore_ascii_case(key));
        let one = |value: &Value| match value {
            Value::String(text) => {
                let text = self.with_variables("Condition", text)?;
                Ok(Value::from(if is_arn { own_arn(&text)? } else { text }))
            }
            other if is_arn => Err(refused("Condition", format_args!("compares {key} with {other}, which is no ARN"))),
            other => Ok(other.clone()),
        };
        list(values).iter().map(one).collect::<Result<Vec<_>>>().map(Value::from)
    }

    /// A condition key that ends in a name of the tenant's.
    fn named_key(&self, key: &str) -> Option<String> {
        self.named_keys.iter().find_map(|(theirs, ours)| {
            let (start, name) = key.split_at_checked(theirs.len())?;
            (start.eq_ignore_ascii_case(theirs) && !name.is_empty()).then(|| format!("{ours}{name}"))
        })
    }

    fn key(&self, key: &str) -> Result<String> {
        let mut known = self.keys.iter().chain(self.arn_keys);
        if let Some((_, ours)) = known.find(|(theirs, _)| theirs.eq_ignore_ascii_case(key)) {
            return Ok((*ours).to_owned());
        }
        let of_issuer = || {
            let (issuer, claim) = key.rsplit_once(':').filter(|_| self.federated)?;
            (matches!(claim, "aud" | "sub") && !issuer.is_empty()).then(|| format!("oidc:{claim}/{issuer}"))
        };
        let named = self.named_key(key).or_else(of_issuer);
        named.ok_or_else(|| refused("Condition", format_args!("asks for {key}, which is not supported")))
    }
}

/// An OIDC provider, which here is known by its issuer.
fn provider(element: &str, text: &str) -> Result<String> {
    let read = text.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(":oidc-provider/"));
    let read = read.and_then(|(account, issuer)| Some((account.parse::<AccountId>().ok()?, issuer)));
    let (account, issuer) = read.ok_or_else(|| {
        let rule = "write arn:aws:iam::<account>:oidc-provider/<URL without its scheme>, or a statement for saml-provider/<name> alone";
        refused(element, format_args!("names {text:?}, which is no identity provider here: {rule}"))
    })?;
    Ok(format!("acs:ram::{account}:oidc-issuer/{issuer}"))
}

/// Identity providers as the domain writes them.
fn own_providers(element: &str, groups: &Map<String, Value>) -> Result<Value> {
    let named = groups.get("Federated").map(|value| texts(element, value)).transpose()?.unwrap_or_default();
    let own = |text: &str| {
        let wrong =
            || refused(element, format_args!("names {text:?}: write arn:aws:iam::<account>:saml-provider/<name>"));
        identity::own_saml_provider(text).ok_or_else(wrong)
    };
    let own = named.into_iter().map(own).collect::<Result<BTreeSet<_>>>()?;
    Ok(json!({ "Federated": own.into_iter().collect::<Vec<_>>() }))
}

/// The operator that compares so. Amazon's operators of ARNs are those of texts with wildcards.
fn own_operator(theirs: &str) -> String {
    let (quantifier, rest) = match theirs.split_once(':') {
        Some((quantifier, rest)) => (format!("{quantifier}:"), rest),
        None => (String::new(), theirs),
    };
    let (name, suffix) = rest.strip_suffix("IfExists").map_or((rest, ""), |name| (name, "IfExists"));
    let name = match name {
        "ArnLike" | "ArnEquals" => "StringLike",
        "ArnNotLike" | "ArnNotEquals" => "StringNotLike",
        other => other,
    };
    format!("{quantifier}{name}{suffix}")
}

/// An ARN of a user or a role, perhaps with wildcards, as the domain writes it.
fn own_arn(text: &str) -> Result<String> {
    match text.strip_prefix("arn:aws:iam::") {
        // Policies that come with Bailee.
        Some(rest) if rest.starts_with("aws:") => Ok(format!("acs:ram::{}", rest.replacen("aws:", "system:", 1))),
        Some(rest) => Ok(format!("acs:ram::{rest}")),
        None if text == "*" => Ok(text.to_owned()),
        None => Err(refused("Condition", format_args!("names {text:?}: write arn:aws:iam::<account>:user/<name>"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{matches, own_operator};

    #[test]
    fn operators() {
        for (theirs, ours) in [
            ("ArnLike", "StringLike"),
            ("ForAnyValue:ArnNotEqualsIfExists", "ForAnyValue:StringNotLikeIfExists"),
            ("BoolIfExists", "BoolIfExists"),
            ("Null", "Null"),
        ] {
            assert_eq!(own_operator(theirs), ours);
        }
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
