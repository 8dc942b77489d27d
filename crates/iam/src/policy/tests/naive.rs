//! A second evaluator that shares no code with the first: it walks the JSON of the documents again for every decision,
//! expands every pattern to single characters, and matches with a table. Slow and plain on purpose.

use super::super::{Context, Key, Mode, Outcome, Request};
use serde_json::Value as Json;
use types::Principal;

/// The documents of one decision.
#[derive(Clone, Copy)]
pub(super) struct Documents<'a> {
    pub(super) control: Option<&'a Json>,
    pub(super) session: Option<&'a Json>,
    pub(super) boundary: Option<&'a Json>,
    pub(super) identity: &'a [Json],
    pub(super) resource: Option<&'a Json>,
    pub(super) mode: Mode,
}

/// What a set of statements says, by the basic unit of the documents.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Deny,
    Allow,
    /// To the account alone.
    AllowAccount,
    Nothing,
}

pub(super) fn decide(documents: &Documents<'_>, request: &Request<'_>) -> Outcome {
    for ceiling in [documents.control, documents.session, documents.boundary].into_iter().flatten() {
        match unit(&[ceiling], request) {
            Says::Deny => return Outcome::ExplicitDeny,
            Says::Nothing => return Outcome::ImplicitDeny,
            Says::Allow | Says::AllowAccount => {}
        }
    }
    let a = unit(&documents.identity.iter().collect::<Vec<_>>(), request);
    let b = unit(&documents.resource.into_iter().collect::<Vec<_>>(), request);
    if a == Says::Deny || b == Says::Deny {
        return Outcome::ExplicitDeny;
    }
    let caller_account = request.principal.account();
    let own = caller_account == Some(request.resource.account);
    let is_root = matches!(request.principal, Principal::Root { .. });
    let b_any = b == Says::Allow || b == Says::AllowAccount;
    let allowed = if caller_account.is_none() {
        b_any
    } else if documents.mode == Mode::AssumeRole {
        a == Says::Allow && b_any
    } else if own {
        a == Says::Allow || b == Says::Allow
    } else {
        (a == Says::Allow || is_root) && b_any
    };
    if allowed { Outcome::Allow } else { Outcome::ImplicitDeny }
}

fn unit(documents: &[&Json], request: &Request<'_>) -> Says {
    let mut says = Says::Nothing;
    for statement in documents.iter().flat_map(|document| document["Statement"].as_array().unwrap()) {
        let Some(to_caller) = applies(statement, request) else { continue };
        match (statement["Effect"].as_str().unwrap(), to_caller, says) {
            ("Deny", ..) => return Says::Deny,
            (_, true, _) => says = Says::Allow,
            (_, false, Says::Nothing) => says = Says::AllowAccount,
            _ => {}
        }
    }
    says
}

fn list(value: &Json) -> Vec<&Json> {
    value.as_array().map_or_else(|| vec![value], |items| items.iter().collect())
}

fn texts(value: &Json) -> Vec<String> {
    list(value).into_iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect()
}

/// Whether a statement applies, and if so whether to the caller itself.
fn applies(statement: &Json, request: &Request<'_>) -> Option<bool> {
    let lower = |text: &str| text.to_lowercase();
    let action = lower(&format!("{}:{}", request.action.service.code(), request.action.name));
    let listed =
        |value: &Json| texts(value).iter().any(|p| p == "*" || like(&lower(p), &action, true, request.context));
    let action_ok = match statement.get("Action") {
        Some(actions) => listed(actions),
        None => !listed(&statement["NotAction"]),
    };
    if !action_ok || !statement.get("Resource").is_none_or(|r| texts(r).iter().any(|p| resource(p, request))) {
        return None;
    }
    let conditions = statement.get("Condition").and_then(Json::as_object);
    for (operator, keys) in conditions.into_iter().flatten() {
        if !keys
            .as_object()
            .unwrap()
            .iter()
            .all(|(key, values)| condition(operator, key, &texts(values), request.context))
        {
            return None;
        }
    }
    whom(statement, conditions.is_none_or(serde_json::Map::is_empty), request)
}

fn whom(statement: &Json, unconditional: bool, request: &Request<'_>) -> Option<bool> {
    if let Some(excluded) = statement.get("NotPrincipal") {
        let named = entries(excluded).iter().any(|(group, entry)| names(group, entry, request).is_some());
        let unknown = request.principal.account().is_none() && statement["Effect"] == "Allow";
        return (!named && !unknown).then_some(true);
    }
    let Some(included) = statement.get("Principal") else { return Some(true) };
    let owner = matches!(request.principal, Principal::Root { account } if *account == request.resource.account);
    let met: Vec<bool> = entries(included)
        .iter()
        .filter(|(_, entry)| !(entry == "*" && unconditional && owner))
        .filter_map(|(group, entry)| names(group, entry, request))
        .collect();
    if met.is_empty() { None } else { Some(met.contains(&true)) }
}

fn entries(principal: &Json) -> Vec<(String, String)> {
    match principal.as_object() {
        None => texts(principal).into_iter().map(|entry| ("RAM".to_owned(), entry)).collect(),
        Some(groups) => groups
            .iter()
            .flat_map(|(group, value)| texts(value).into_iter().map(|entry| (group.clone(), entry)))
            .collect(),
    }
}

/// Whether an entry names the caller: itself (`true`) or only its account (`false`).
fn names(group: &str, entry: &str, request: &Request<'_>) -> Option<bool> {
    let entry = entry.replacen("acs:ram:*:", "acs:ram::", 1);
    let account = |principal: &Principal| principal.account().map(|account| account.to_string()).unwrap_or_default();
    let mut own = Vec::new();
    match (request.principal, group) {
        (Principal::Service { name }, "Service") => own.push(name.clone()),
        (Principal::Anonymous, "Federated") => {
            for key in ["sts:FederatedProvider", "sts:FederatedIssuer"] {
                own.extend(request.context.values(&Key::known(key)).map(|value| value.text().into_owned()));
            }
        }
        (who @ Principal::Root { .. }, "RAM") => own.extend([account(who), format!("acs:ram::{}:root", account(who))]),
        (who @ Principal::User { id, name, .. }, "RAM") => {
            own.extend([id.to_string(), format!("acs:ram::{}:user/{name}", account(who))]);
        }
        (who @ Principal::RoleSession { role, role_name, session, .. }, "RAM") => {
            own.extend([role.to_string(), format!("acs:ram::{}:role/{role_name}", account(who))]);
            let session = format!("arn:sts::{}:assumed-role/{role_name}/{session}", account(who));
            if entry.starts_with("arn:sts:") && like(&entry, &session, true, request.context) {
                return Some(true);
            }
        }
        _ => {}
    }
    if own.contains(&entry) || (entry == "*" && group == "RAM") {
        return Some(true);
    }
    let at_home = account(request.principal);
    let by_account =
        group == "RAM" && !at_home.is_empty() && (entry == at_home || entry == format!("acs:ram::{at_home}:root"));
    by_account.then_some(false)
}

fn resource(pattern: &str, request: &Request<'_>) -> bool {
    if pattern == "*" {
        return true;
    }
    // A variable's colon is hidden while the pieces are cut.
    let hidden = pattern.replace("${acs:", "${acs;").replace("${x:", "${x;");
    let mut pieces: Vec<String> =
        hidden.splitn(5, ':').map(|p| p.replace("${acs;", "${acs:").replace("${x;", "${x:")).collect();
    while pieces.len() < 5 {
        pieces.push("*".to_owned());
    }
    if pieces[1] == "oss" {
        pieces[2] = pieces[2].trim_start_matches("oss-").to_owned();
    }
    let known = request.resource;
    let region = known.region.as_ref().map(ToString::to_string).unwrap_or_default();
    let own =
        ["acs".to_owned(), known.service.code().to_owned(), region, known.account.to_string(), known.path.clone()];
    pieces.iter().zip(&own).all(|(pattern, text)| like(pattern, text, true, request.context))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Symbol {
    Char(char),
    One,
    Run,
}

fn expand(pattern: &str, wild: bool, context: &Context) -> Option<Vec<Symbol>> {
    let mut out = Vec::new();
    let mut rest = pattern;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("${") {
            let end = after.find('}').unwrap();
            let name = &after[..end];
            let text = if ["*", "?", "$"].contains(&name) {
                name.to_owned()
            } else {
                let key = Key::new(name.to_owned());
                let values: Vec<_> = context.values(&key).collect();
                if values.len() != 1 {
                    return None;
                }
                values[0].text().into_owned()
            };
            out.extend(text.chars().map(Symbol::Char));
            rest = &after[end + 1..];
        } else {
            let next = rest.chars().next().unwrap();
            out.push(match next {
                '*' if wild => Symbol::Run,
                '?' if wild => Symbol::One,
                other => Symbol::Char(other),
            });
            rest = &rest[next.len_utf8()..];
        }
    }
    Some(out)
}

/// Matches by the table of which prefixes of the pattern match which prefixes of the text.
fn like(pattern: &str, text: &str, wild: bool, context: &Context) -> bool {
    if !pattern.contains(['*', '?', '$']) {
        return pattern == text;
    }
    let Some(pattern) = expand(pattern, wild, context) else { return false };
    let text: Vec<char> = text.chars().collect();
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for symbol in pattern {
        if symbol == Symbol::Run {
            for at in 1..=text.len() {
                reached[at] |= reached[at - 1];
            }
            continue;
        }
        for at in (1..=text.len()).rev() {
            reached[at] = reached[at - 1] && (symbol == Symbol::One || symbol == Symbol::Char(text[at - 1]));
        }
        reached[0] = false;
        if !reached.contains(&true) {
            return false;
        }
    }
    reached[text.len()]
}

fn condition(operator: &str, key: &str, wanted: &[String], context: &Context) -> bool {
    let key = Key::new(key.to_owned());
    let known: Vec<String> = context.values(&key).map(|value| value.text().into_owned()).collect();
    if operator == "Null" {
        return known.is_empty() == (wanted == ["true"]);
    }
    let (name, if_exists) = operator.strip_suffix("IfExists").map_or((operator, false), |name| (name, true));
    let (prefix, name) = name.split_once(':').unwrap_or(("", name));
    let negated = name.contains("Not");
    if known.is_empty() {
        return if_exists || prefix == "ForAllValues" || (prefix.is_empty() && negated);
    }
    let positive = name.replace("Not", "");
    let matched = |value: &String| wanted.iter().any(|wanted| compare(&positive, value, wanted, context));
    match prefix {
        "ForAnyValue" => known.iter().any(|value| matched(value) ^ negated),
        "ForAllValues" => known.iter().all(|value| matched(value) ^ negated),
        _ => known.iter().any(matched) ^ negated,
    }
}

fn compare(operator: &str, known: &str, wanted: &str, context: &Context) -> bool {
    match operator {
        "StringEquals" => like(wanted, known, false, context),
        "StringLike" => like(wanted, known, true, context),
        "StringEqualsIgnoreCase" => {
            // The variable's name may be lower-cased, its value has to be: expand first.
            let Some(symbols) = expand(wanted, false, context) else { return false };
            let text: String = symbols.iter().map(|s| if let Symbol::Char(c) = s { *c } else { '*' }).collect();
            text.eq_ignore_ascii_case(known)
        }
        "Bool" => ["true", "false"].contains(&known) && known == wanted,
        "IpAddress" => within(known, wanted),
        _ => ordered(operator, known, wanted),
    }
}

fn ordered(operator: &str, known: &str, wanted: &str) -> bool {
    // Dates of the small world are all spelled alike, so their order is that of their letters.
    let ordering = if operator.starts_with("Date") {
        if known.len() != 20 || !known.ends_with('Z') {
            return false;
        }
        known.cmp(wanted)
    } else {
        let (Ok(known), Ok(wanted)) = (known.parse::<f64>(), wanted.parse::<f64>()) else { return false };
        known.partial_cmp(&wanted).unwrap()
    };
    match operator.trim_start_matches("Date").trim_start_matches("Numeric") {
        "Equals" => ordering.is_eq(),
        "LessThan" => ordering.is_lt(),
        "LessThanEquals" => ordering.is_le(),
        "GreaterThan" => ordering.is_gt(),
        "GreaterThanEquals" => ordering.is_ge(),
        other => panic!("{other}"),
    }
}

/// Bit by bit.
fn within(address: &str, block: &str) -> bool {
    let bits = |text: &str| -> Option<Vec<bool>> {
        let bytes = match text.parse().ok()? {
            std::net::IpAddr::V4(v4) => v4.octets().to_vec(),
            std::net::IpAddr::V6(v6) => v6.octets().to_vec(),
        };
        Some(bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect())
    };
    let (base, length) = block.split_once('/').map_or((block, None), |(base, length)| (base, Some(length)));
    let (Some(address), Some(base)) = (bits(address), bits(base)) else { return false };
    let length = length.map_or(base.len(), |length| length.parse().unwrap());
    address.len() == base.len() && address[..length] == base[..length]
}
