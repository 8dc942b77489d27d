//! From which networks access keys may be used.

use crate::rpc::context::{Answer, Context, answer};
use iam::{GetAccountKeyNetworks, GetKeyNetworks, KeyNetworks, SetAccountKeyNetworks, SetKeyNetworks};
use serde_json::{Value, json};
use types::{AccessKeyId, Failure, Reason, Result};

const PARAMETER: &str = "AccessKeyPolicy";
const MEMBERS: [&str; 3] = ["Version", "Status", "Statements"];

/// Reads `{"Version": 1, "Status": "Active", "Statements": [{"Type": "ClassicWhiteList", "IPList": […]}]}`. One that is
/// switched off and names nothing is none.
fn read(text: &str) -> Result<Option<KeyNetworks>> {
    let wrong = |rule: &str| Failure::invalid(PARAMETER, rule.to_owned());
    let form = || wrong("JSON such as {\"Version\":1,\"Status\":\"Active\",\"Statements\":[…]}");
    let parsed = wire::json::parse(text.as_bytes()).map_err(|_| form())?;
    let members = parsed.as_object().ok_or_else(form)?;
    if members.keys().any(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(wrong("it has Version, Status and Statements, and nothing else"));
    }
    if members.get("Version").is_some_and(|version| version != 1) {
        return Err(wrong("its Version is 1"));
    }
    let active = match members.get("Status").and_then(Value::as_str) {
        Some("Active") => true,
        Some("Inactive") => false,
        _ => return Err(wrong("its Status is Active or Inactive")),
    };
    let statements = members.get("Statements").and_then(Value::as_array);
    let mut networks = Vec::new();
    for statement in statements.ok_or_else(|| wrong("its Statements are a list"))? {
        networks.extend(listed(statement)?);
    }
    Ok((active || !networks.is_empty()).then_some(KeyNetworks { active, networks }))
}

fn listed(statement: &Value) -> Result<Vec<String>> {
    let rule = "each statement has a Type, ClassicWhiteList, and an IPList of addresses or blocks";
    let wrong = || Failure::invalid(PARAMETER, rule);
    let members = statement.as_object().ok_or_else(wrong)?;
    match members.get("Type").and_then(Value::as_str) {
        Some("ClassicWhiteList") => {}
        Some("VPCWhiteList") => {
            let text = "The Type VPCWhiteList is not supported: there are no VPCs here.";
            return Err(Failure::new(Reason::NotImplemented, text).with("Parameter", PARAMETER));
        }
        _ => return Err(wrong()),
    }
    let empty = |value: &Value| value.as_str() == Some("") || value.is_null();
    let known = |(name, value): (&String, &Value)| match name.as_str() {
        "Type" | "IPList" => true,
        "Value" => empty(value),
        _ => false,
    };
    if !members.iter().all(known) {
        return Err(wrong());
    }
    let addresses = members.get("IPList").and_then(Value::as_array).ok_or_else(wrong)?;
    addresses.iter().map(|address| address.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

/// The policy as text; where there is none, one that is switched off.
fn shown(rule: Option<&KeyNetworks>) -> String {
    let (active, networks) = rule.map_or((false, &[][..]), |rule| (rule.active, rule.networks.as_slice()));
    let statements = match networks.is_empty() && !active {
        true => json!([]),
        false => json!([{"Type": "ClassicWhiteList", "IPList": networks}]),
    };
    let status = if active { "Active" } else { "Inactive" };
    json!({"Version": 1, "Status": status, "Statements": statements}).to_string()
}

fn key(c: &Context<'_>) -> Result<AccessKeyId> {
    c.params.parsed("UserAccessKeyId")?.ok_or_else(|| Failure::missing("UserAccessKeyId"))
}

pub(super) async fn set_key(c: &Context<'_>) -> Result<Answer> {
    let (user, access_key, rule) = (c.whose()?, key(c)?, read(c.params.required(PARAMETER)?)?);
    let (id, text) = (access_key.to_string(), shown(rule.as_ref()));
    c.iam(SetKeyNetworks { user, access_key, rule }).await?;
    Ok(answer! { "AccessKeyId": id, "AccessKeyPolicy": text })
}

pub(super) async fn get_key(c: &Context<'_>) -> Result<Answer> {
    let (user, access_key) = (c.whose()?, key(c)?);
    let id = access_key.to_string();
    let found = c.iam(GetKeyNetworks { user, access_key }).await?;
    Ok(answer! { "AccessKeyId": id, "AccessKeyPolicy": shown(found.as_ref()) })
}

pub(super) async fn set_account(c: &Context<'_>) -> Result<Answer> {
    let rule = read(c.params.required(PARAMETER)?)?;
    let text = shown(rule.as_ref());
    c.iam(SetAccountKeyNetworks { rule }).await?;
    Ok(answer! { "AccessKeyPolicy": text })
}

pub(super) async fn get_account(c: &Context<'_>) -> Result<Answer> {
    Ok(answer! { "AccessKeyPolicy": shown(c.iam(GetAccountKeyNetworks).await?.as_ref()) })
}

#[cfg(test)]
mod tests {
    use super::{read, shown};
    use types::Reason;

    #[test]
    fn policies_go_in_and_come_back() {
        let active = r#"{"Version":1,"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["203.0.113.1","2001:db8::/32"]}]}"#;
        let rule = read(active).unwrap();
        assert_eq!(read(&shown(rule.as_ref())).unwrap(), rule);
        assert_eq!(rule.unwrap().networks, ["203.0.113.1", "2001:db8::/32"]);
        assert_eq!(read(r#"{"Status":"Inactive","Statements":[]}"#).unwrap(), None);
        assert_eq!(shown(None), r#"{"Statements":[],"Status":"Inactive","Version":1}"#);
        for (wrong, reason) in [
            ("", Reason::ParameterInvalid),
            ("[]", Reason::ParameterInvalid),
            (r#"{"Status":"On","Statements":[]}"#, Reason::ParameterInvalid),
            (r#"{"Status":"Active"}"#, Reason::ParameterInvalid),
            (r#"{"Status":"Active","Statements":null}"#, Reason::ParameterInvalid),
            (r#"{"Version":2,"Status":"Active","Statements":[]}"#, Reason::ParameterInvalid),
            (r#"{"Status":"Active","Statements":[],"More":1}"#, Reason::ParameterInvalid),
            (r#"{"Status":"Active","Statements":[{"Type":"ClassicWhiteList"}]}"#, Reason::ParameterInvalid),
            (
                r#"{"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":[1]}]}"#,
                Reason::ParameterInvalid,
            ),
            (
                r#"{"Status":"Active","Statements":[{"Type":"VPCWhiteList","Value":"v","IPList":[]}]}"#,
                Reason::NotImplemented,
            ),
        ] {
            assert_eq!(read(wrong).unwrap_err().reason(), reason, "{wrong}");
        }
    }
}
