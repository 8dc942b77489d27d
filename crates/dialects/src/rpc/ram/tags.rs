//! Tags of roles and policies (RAM) and of users (IMS), and those that a new one is to have.

use super::text;
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::row::{Row, ServiceName, row};
use iam::{ListIdentityTags, Page, PageRequest, TagEntry, TagIdentities, Tagged, TaggedKind, Tags, UntagIdentities};
use serde_json::{Value, json};
use types::{Failure, Result, limits};
use wire::Params;

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ram, "TagResources", Full, ["ram:TagResources"], tag),
    row!(Ram, "UntagResources", Full, ["ram:UntagResources"], untag),
    row!(Ram, "ListTagResources", Full, ["ram:ListTagResources"], list),
    row!(Ims, "TagResources", Partial, ["ram:TagResources"], tag),
    row!(Ims, "UntagResources", Partial, ["ram:UntagResources"], untag),
    row!(Ims, "ListTagResources", Partial, ["ram:ListTagResources"], list),
];

/// Tags of one request.
const TAGS_MOST: usize = 20;
/// Characters of a value.
const VALUE_CHARS: usize = 128;
/// Beginnings of names that are the vendor's own.
const RESERVED: [&str; 2] = ["aliyun", "acs:"];

/// Names and values in `Tag.1.Key=…&Tag.1.Value=…`, or in one parameter as a list in JSON.
pub(in crate::rpc) fn pairs(params: &Params) -> Result<Vec<(String, Option<String>)>> {
    let Some(text) = params.optional("Tag") else {
        let given = params.structures("Tag")?;
        let pair = |tag: &Params| Ok((tag.required("Key")?.to_owned(), tag.get("Value").map(str::to_owned)));
        return given.iter().map(pair).collect();
    };
    let wrong = || Failure::invalid("Tag", "a JSON list of {\"Key\": …, \"Value\": …}");
    let parsed = wire::json::parse(text.as_bytes()).map_err(|_| wrong())?;
    let pair = |tag: &Value| {
        let key = tag.get("Key").and_then(Value::as_str).ok_or_else(wrong)?;
        let value = match tag.get("Value") {
            None | Some(Value::Null) => None,
            Some(value) => Some(value.as_str().ok_or_else(wrong)?.to_owned()),
        };
        Ok((key.to_owned(), value))
    };
    parsed.as_array().ok_or_else(wrong)?.iter().map(pair).collect()
}

/// The tags that something is to have; none if none are given.
pub(crate) fn tags(params: &Params) -> Result<Tags> {
    let pairs = pairs(params)?;
    if pairs.len() > TAGS_MOST {
        return Err(Failure::invalid("Tag", format_args!("at most {TAGS_MOST} tags")));
    }
    for (name, value) in &pairs {
        let folded = name.to_ascii_lowercase();
        let web = |text: &str| text.contains("http://") || text.contains("https://");
        let value = value.as_deref().unwrap_or_default();
        if RESERVED.iter().any(|start| folded.starts_with(start)) || web(&folded) || web(&value.to_ascii_lowercase()) {
            let rule = "names that do not begin with aliyun or acs:, and no http:// or https:// in them or in values";
            return Err(Failure::invalid("Tag", rule));
        }
        if value.chars().count() > VALUE_CHARS {
            return Err(Failure::invalid("Tag", format_args!("values of at most {VALUE_CHARS} characters")));
        }
    }
    Tags::new("Tag", pairs.into_iter().map(|(name, value)| (name, value.unwrap_or_default())))
}

/// Tags as they are shown with what has them.
pub(crate) fn shown(tags: &Tags) -> Value {
    let shown = tags.iter().map(|(name, value)| json!({"TagKey": name, "TagValue": value}));
    json!({"Tag": shown.collect::<Vec<_>>()})
}

/// A list in one parameter as JSON, or numbered.
fn texts(params: &Params, name: &'static str) -> Result<Vec<String>> {
    let Some(text) = params.optional(name) else {
        return Ok(params.list(name)?.into_iter().map(str::to_owned).collect());
    };
    let wrong = || Failure::invalid(name, "a JSON list of texts");
    let parsed = wire::json::parse(text.as_bytes()).map_err(|_| wrong())?;
    let text = |item: &Value| item.as_str().map(str::to_owned).ok_or_else(wrong);
    parsed.as_array().ok_or_else(wrong)?.iter().map(text).collect()
}

/// What a call is about: the kind, and the things that are named.
fn named(c: &Context<'_>) -> Result<(TaggedKind, Vec<Tagged>)> {
    let kind = c.params.required("ResourceType")?;
    if c.service == ServiceName::Ims {
        super::refuse(c.params, &["ResourceId"])?;
        if kind != "user" {
            return Err(Failure::invalid("ResourceType", "user"));
        }
        let names = texts(c.params, "ResourcePrincipalName")?;
        let user = |name: &String| c.user_of("ResourcePrincipalName", name).map(Tagged::User);
        return Ok((TaggedKind::User, names.iter().map(user).collect::<Result<_>>()?));
    }
    let names = texts(c.params, "ResourceNames")?;
    let wrong = |rule| Failure::invalid("ResourceNames", rule);
    match kind {
        "role" => {
            let role = |name: &String| name.parse().map(Tagged::Role).map_err(wrong);
            Ok((TaggedKind::Role, names.iter().map(role).collect::<Result<_>>()?))
        }
        "policy" => {
            let policy = |name: &String| name.parse().map(Tagged::Policy).map_err(wrong);
            Ok((TaggedKind::Policy, names.iter().map(policy).collect::<Result<_>>()?))
        }
        _ => Err(Failure::invalid("ResourceType", "role or policy")),
    }
}

/// The same, where at least one thing has to be named.
fn some_named(c: &Context<'_>) -> Result<Vec<Tagged>> {
    let (_, of) = named(c)?;
    let parameter = if c.service == ServiceName::Ims { "ResourcePrincipalName" } else { "ResourceNames" };
    if of.is_empty() { Err(Failure::missing(parameter)) } else { Ok(of) }
}

async fn tag(c: &Context<'_>) -> Result<Answer> {
    c.iam(TagIdentities { of: some_named(c)?, tags: tags(c.params)? }).await?;
    Ok(answer! {})
}

async fn untag(c: &Context<'_>) -> Result<Answer> {
    let parameter = if c.service == ServiceName::Ims { "TagKey" } else { "TagKeys" };
    let names = texts(c.params, parameter)?;
    let names = match (names.is_empty(), c.params.boolean("All")?.unwrap_or(false)) {
        (true, true) => None,
        (true, false) => return Err(Failure::missing(parameter)),
        (false, _) => Some(names),
    };
    c.iam(UntagIdentities { of: some_named(c)?, names }).await?;
    Ok(answer! {})
}

async fn list(c: &Context<'_>) -> Result<Answer> {
    let (kind, of) = named(c)?;
    let max_items: Option<usize> = c.params.parsed("PageSize")?;
    if max_items.is_some_and(|size| !(1..=limits::PAGE).contains(&size)) {
        return Err(Failure::invalid("PageSize", format_args!("1 to {}", limits::PAGE)));
    }
    let page = PageRequest { marker: text(c.params, "NextToken").filter(|token| !token.is_empty()), max_items };
    let found = c.iam(ListIdentityTags { kind, of, wanted: pairs(c.params)?, page }).await?;
    Ok(entries(c, &found))
}

fn entries(c: &Context<'_>, found: &Page<TagEntry>) -> Answer {
    let by_id = c.service == ServiceName::Ims;
    let entry = |entry: &TagEntry| {
        let (kind, name) = match &entry.of {
            Tagged::User(name) => ("user", name.as_str()),
            Tagged::Role(name) => ("role", name.as_str()),
            Tagged::Policy(name) => ("policy", name.as_str()),
        };
        let (member, name) = if by_id { ("ResourceId", entry.id.as_str()) } else { ("ResourceName", name) };
        json!({(member): name, "ResourceType": kind, "TagKey": entry.name, "TagValue": entry.value})
    };
    let list: Vec<Value> = found.items.iter().map(entry).collect();
    let next = found.marker.as_deref().unwrap_or_default();
    match by_id {
        true => answer! {
            "TagResources": {"TagResource": list}, "IsTruncated": found.is_truncated, "NextToken": next,
        },
        false => answer! { "TagResources": list, "NextToken": next },
    }
}
