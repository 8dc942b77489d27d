//! From JSON to statements (RAM policy grammar). Every element is known, wanted and well made, or the document is refused:
//! a policy that means less than its author thinks is worse than none.

use super::action::ActionPattern;
use super::arn::ResourcePattern;
use super::condition::Condition;
use super::error::{Fault, quote};
use super::json::{Member, Node, Value};
use super::kind::Kind;
use super::operator::Operator;
use super::principals::{Principals, PrincipalsBuilder};
use super::statement::{Effect, Statement};
use types::BucketName;

/// The most characters of a `Sid`.
const SID_CHARS: usize = 128;

/// Reads the statements of a document; `bucket` is the only one they may speak of, if it is given.
pub(super) fn statements(document: &Node, kind: Kind, bucket: Option<&BucketName>) -> Result<Vec<Statement>, Fault> {
    let members = map(document, "a policy is an object with Version and Statement")?;
    let (mut version, mut statements) = (None, None);
    for Member { at, name, node } in members {
        match name.as_str() {
            "Version" => version = Some(node),
            "Statement" => statements = Some(node),
            other => return Err(Fault::new(*at, unknown(other, "a policy", &["Version", "Statement"]))),
        }
    }
    let version = version.ok_or_else(|| Fault::new(document.at, "Version is missing: write \"Version\": \"1\""))?;
    match &version.value {
        Value::Text(text) if text == "1" => {}
        _ => return Err(Fault::new(version.at, "the only version is the string \"1\"").within("Version")),
    }
    let list = statements.ok_or_else(|| Fault::new(document.at, "Statement is missing"))?;
    let statement = |node| statement(node, kind, bucket);
    match &list.value {
        Value::Map(_) => Ok(vec![statement(list).map_err(|fault| fault.within("Statement"))?]),
        Value::List(items) if items.is_empty() => {
            Err(Fault::new(list.at, "a policy has at least one statement").within("Statement"))
        }
        Value::List(items) => items
            .iter()
            .enumerate()
            .map(|(i, node)| statement(node).map_err(|fault| fault.within(format!("Statement[{i}]"))))
            .collect(),
        other => {
            let text = format!("expected a statement or a list of statements, not {}", other.noun());
            Err(Fault::new(list.at, text).within("Statement"))
        }
    }
}

fn unknown(name: &str, place: &str, known: &[&str]) -> String {
    match known.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        Some(meant) => format!("{} is not an element of {place}: its name is spelled {meant}", quote(name)),
        None => format!("{} is not an element of {place}: it has {}", quote(name), known.join(", ")),
    }
}

fn map<'a>(node: &'a Node, rule: &str) -> Result<&'a [Member], Fault> {
    match &node.value {
        Value::Map(members) => Ok(members),
        other => Err(Fault::new(node.at, format!("{rule}, not {}", other.noun()))),
    }
}

fn text<'a>(node: &'a Node, rule: &str) -> Result<&'a str, Fault> {
    match &node.value {
        Value::Text(text) => Ok(text),
        other => Err(Fault::new(node.at, format!("expected {rule}, not {}", other.noun()))),
    }
}

/// A value, or the values of a list that has at least one.
fn one_or_more<'a>(node: &'a Node, rule: &str) -> Result<&'a [Node], Fault> {
    match &node.value {
        Value::List(items) if items.is_empty() => Err(Fault::new(node.at, format!("the list is empty: write {rule}"))),
        Value::List(items) => Ok(items),
        _ => Ok(std::slice::from_ref(node)),
    }
}

/// Compiles a string or each string of a list.
fn compiled<T>(node: &Node, rule: &str, compile: impl Fn(&str) -> Result<T, String>) -> Result<Box<[T]>, Fault> {
    let one = |node: &Node| compile(text(node, rule)?).map_err(|wrong| Fault::new(node.at, wrong));
    one_or_more(node, rule)?.iter().map(one).collect()
}

/// The elements of a statement as they stand in the document.
#[derive(Default)]
struct Elements<'a> {
    effect: Option<&'a Node>,
    sid: Option<&'a Node>,
    action: Option<&'a Member>,
    not_action: Option<&'a Member>,
    resource: Option<&'a Member>,
    principal: Option<&'a Member>,
    not_principal: Option<&'a Member>,
    condition: Option<&'a Node>,
}

const ELEMENTS: &[&str] =
    &["Effect", "Action", "NotAction", "Resource", "Principal", "NotPrincipal", "Condition", "Sid"];

impl<'a> Elements<'a> {
    fn gather(members: &'a [Member]) -> Result<Self, Fault> {
        let mut out = Self::default();
        for member in members {
            match member.name.as_str() {
                "Effect" => out.effect = Some(&member.node),
                "Sid" => out.sid = Some(&member.node),
                "Action" => out.action = Some(member),
                "NotAction" => out.not_action = Some(member),
                "Resource" => out.resource = Some(member),
                "Principal" => out.principal = Some(member),
                "NotPrincipal" => out.not_principal = Some(member),
                "Condition" => out.condition = Some(&member.node),
                "NotResource" => {
                    return Err(Fault::new(
                        member.at,
                        "NotResource is not supported: list the resources under Resource",
                    ));
                }
                other => return Err(Fault::new(member.at, unknown(other, "a statement", ELEMENTS))),
            }
        }
        Ok(out)
    }
}

fn statement(node: &Node, kind: Kind, bucket: Option<&BucketName>) -> Result<Statement, Fault> {
    let elements = Elements::gather(map(node, "a statement is an object")?)?;
    let (actions, other_actions) = actions(node, &elements, kind)?;
    Ok(Statement {
        effect: effect(node, &elements)?,
        sid: elements.sid.map(sid).transpose()?,
        actions,
        other_actions,
        resources: resources(node, &elements, kind, bucket)?,
        principals: principals(node, &elements, kind)?,
        conditions: elements.condition.map(conditions).transpose()?.unwrap_or_default(),
    })
}

fn effect(statement: &Node, elements: &Elements<'_>) -> Result<Effect, Fault> {
    let rule = "write \"Allow\" or \"Deny\"";
    let node = elements.effect.ok_or_else(|| Fault::new(statement.at, format!("Effect is missing: {rule}")))?;
    match &node.value {
        Value::Text(text) if text == "Allow" => Ok(Effect::Allow),
        Value::Text(text) if text == "Deny" => Ok(Effect::Deny),
        _ => Err(Fault::new(node.at, format!("there is no such effect: {rule}")).within("Effect")),
    }
}

fn sid(node: &Node) -> Result<Box<str>, Fault> {
    let text = text(node, "a string").map_err(|fault| fault.within("Sid"))?;
    if text.chars().count() > SID_CHARS {
        return Err(Fault::new(node.at, format!("a Sid has at most {SID_CHARS} characters")).within("Sid"));
    }
    Ok(text.into())
}

fn actions(statement: &Node, elements: &Elements<'_>, kind: Kind) -> Result<(Box<[ActionPattern]>, bool), Fault> {
    let (member, other_actions) = match (elements.action, elements.not_action) {
        (Some(action), None) => (action, false),
        (None, Some(not_action)) if kind == Kind::Trust => {
            return Err(Fault::new(not_action.at, "a trust policy says what it allows: use Action"));
        }
        (None, Some(not_action)) => (not_action, true),
        (Some(_), Some(not_action)) => {
            return Err(Fault::new(not_action.at, "a statement has either Action or NotAction, not both"));
        }
        (None, None) => return Err(Fault::new(statement.at, "Action is missing: write Action or NotAction")),
    };
    let compile = |text: &str| {
        let pattern = ActionPattern::compile(text)?;
        let fits = match kind {
            Kind::Identity | Kind::Session => true,
            Kind::Trust => pattern.is_of("sts"),
            Kind::Bucket => pattern.is_of("oss") || pattern.is_all(),
            Kind::Key | Kind::Secret => pattern.is_of("kms") || pattern.is_all(),
        };
        let service = match kind {
            Kind::Trust => "sts:AssumeRole",
            Kind::Key => "kms:Decrypt",
            Kind::Secret => "kms:GetSecretValue",
            Kind::Identity | Kind::Session | Kind::Bucket => "oss:GetObject",
        };
        let refusal = || format!("{} is no action of {}: write one such as {service}", quote(text), kind.noun());
        if fits { Ok(pattern) } else { Err(refusal()) }
    };
    let list = compiled(&member.node, "an action such as \"oss:GetObject\" or a list of them", compile);
    Ok((list.map_err(|fault| fault.within(&member.name))?, other_actions))
}

fn resources(
    statement: &Node,
    elements: &Elements<'_>,
    kind: Kind,
    bucket: Option<&BucketName>,
) -> Result<Option<Box<[ResourcePattern]>>, Fault> {
    let member = match (elements.resource, kind.names_resources()) {
        (Some(member), true) => member,
        (None, false) => return Ok(None),
        (Some(member), false) => {
            return Err(Fault::new(member.at, "a trust policy is about its own role: leave Resource out"));
        }
        (None, true) => return Err(Fault::new(statement.at, "Resource is missing: write one, or * for all")),
    };
    let compile = |text: &str| {
        let pattern = ResourcePattern::compile(text)?;
        let (service, example) = match kind {
            Kind::Bucket => (Some("oss"), "acs:oss:*:<account>:<bucket>/*"),
            Kind::Key => (Some("kms"), "*, which is the key itself"),
            Kind::Secret => (Some("kms"), "acs:kms:*:<account>:secret/<name>, or *"),
            Kind::Identity | Kind::Session | Kind::Trust => (None, ""),
        };
        let fits = service.is_none_or(|service| pattern.is_of(service) || pattern.is_all());
        let refusal = || format!("{} is no resource of {}: write {example}", quote(text), kind.noun());
        match bucket {
            _ if !fits => Err(refusal()),
            Some(bucket) if !pattern.is_within(bucket.as_str()) => Err(elsewhere(text, bucket)),
            _ => Ok(pattern),
        }
    };
    let list = compiled(&member.node, "a resource such as \"acs:oss:*:*:bucket/*\" or a list of them", compile);
    list.map(Some).map_err(|fault| fault.within("Resource"))
}

fn elsewhere(text: &str, bucket: &BucketName) -> String {
    let shown = quote(text);
    format!(
        "{shown} is not of the bucket {bucket}: write acs:oss:*:*:{bucket}, or acs:oss:*:*:{bucket}/* for its objects"
    )
}

fn principals(statement: &Node, elements: &Elements<'_>, kind: Kind) -> Result<Option<Principals>, Fault> {
    let given = elements.principal.or(elements.not_principal);
    if !kind.names_principals() {
        let refused = |member: &Member| {
            let text = format!("{} is not an element of {}: it is about its bearer", member.name, kind.noun());
            Err(Fault::new(member.at, text))
        };
        return given.map_or(Ok(None), refused);
    }
    let (member, others) = match (elements.principal, elements.not_principal) {
        (Some(principal), None) => (principal, false),
        (None, Some(not_principal)) if kind != Kind::Trust => (not_principal, true),
        (_, Some(not_principal)) if kind == Kind::Trust => {
            return Err(Fault::new(not_principal.at, "a trust policy says whom it trusts: use Principal"));
        }
        (_, Some(not_principal)) => {
            return Err(Fault::new(not_principal.at, "a statement has either Principal or NotPrincipal, not both"));
        }
        (None, None) => {
            return Err(Fault::new(statement.at, "Principal is missing: write whom the statement is about"));
        }
    };
    let mut builder = PrincipalsBuilder::new(kind, others);
    principal_groups(&member.node, kind, &mut builder).map_err(|fault| fault.within(&member.name))?;
    Ok(Some(builder.finish()))
}

const PRINCIPAL_RULE: &str = "a principal such as \"acs:ram::<account>:root\" or a list of them";

/// Either a plain list, as bucket policies have it, or an object of lists by kind of principal.
fn principal_groups(node: &Node, kind: Kind, builder: &mut PrincipalsBuilder) -> Result<(), Fault> {
    let groups = match &node.value {
        Value::Map(groups) => groups,
        _ if kind != Kind::Trust => return principal_list(node, builder, PrincipalsBuilder::ram),
        _ => {
            let text = "the principals of a trust policy are an object: write {\"RAM\": […]}, {\"Service\": […]} or {\"Federated\": […]}";
            return Err(Fault::new(node.at, text));
        }
    };
    if groups.is_empty() {
        return Err(Fault::new(node.at, format!("the object is empty: write {PRINCIPAL_RULE}")));
    }
    for Member { at, name, node } in groups {
        let add = match (name.as_str(), kind) {
            ("RAM", _) => PrincipalsBuilder::ram,
            ("Service", _) => PrincipalsBuilder::service,
            ("Federated", Kind::Trust) => PrincipalsBuilder::federated,
            (other, _) => {
                return Err(Fault::new(*at, unknown(other, "Principal", &["RAM", "Service", "Federated"])));
            }
        };
        principal_list(node, builder, add).map_err(|fault| fault.within(name))?;
    }
    Ok(())
}

fn principal_list(
    node: &Node,
    builder: &mut PrincipalsBuilder,
    add: fn(&mut PrincipalsBuilder, &str) -> Result<(), String>,
) -> Result<(), Fault> {
    for item in one_or_more(node, PRINCIPAL_RULE)? {
        add(builder, text(item, PRINCIPAL_RULE)?).map_err(|wrong| Fault::new(item.at, wrong))?;
    }
    Ok(())
}

fn conditions(node: &Node) -> Result<Box<[Condition]>, Fault> {
    let mut out = Vec::new();
    let rule = "Condition is an object of operators";
    for Member { at, name, node } in map(node, rule).map_err(|fault| fault.within("Condition"))? {
        let within = |fault: Fault| fault.within(name).within("Condition");
        let operator = Operator::parse(name).ok_or_else(|| {
            let hint = Operator::closest(name).map_or(String::new(), |known| format!(": perhaps {known} is meant"));
            Fault::new(*at, format!("{} is not a condition operator{hint}", quote(name))).within("Condition")
        })?;
        under_operator(name, operator, node, &mut out).map_err(within)?;
    }
    Ok(out.into_boxed_slice())
}

fn under_operator(name: &str, operator: Operator, node: &Node, out: &mut Vec<Condition>) -> Result<(), Fault> {
    let keys = map(node, "an operator has an object of condition keys")?;
    if keys.is_empty() {
        return Err(Fault::new(node.at, "the operator has no condition key"));
    }
    for (i, Member { at, name: key, node }) in keys.iter().enumerate() {
        // The case of a key does not matter, so two spellings are one key given twice.
        if keys.iter().take(i).any(|earlier| earlier.name.eq_ignore_ascii_case(key)) {
            return Err(Fault::new(*at, format!("the condition key {} is given twice", quote(key))));
        }
        let values = one_or_more(node, "a value or a list of values")?.iter().map(condition_value);
        let values = values.collect::<Result<_, _>>().map_err(|fault| fault.within(key))?;
        out.push(Condition::compile(name, operator, key, values).map_err(|wrong| Fault::new(*at, wrong))?);
    }
    Ok(())
}

/// Values are strings; booleans and numbers are taken as the strings they look like.
fn condition_value(node: &Node) -> Result<String, Fault> {
    match &node.value {
        Value::Text(text) | Value::Number(text) => Ok(text.clone()),
        Value::Bool(flag) => Ok(flag.to_string()),
        other => Err(Fault::new(node.at, format!("expected a string, not {}", other.noun()))),
    }
}
