//! Tags of secrets, by the old pair of actions (`TagResource`) and by the new one (`TagResources`). The rows are those of
//! keys, which hand on what is about secrets.

use super::parse::{secret, tags};
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::kms::parse::{filled, refuse};
use kms::secrets::{ListSecretTags, SecretRef, SecretTag, TagSecrets, UntagSecrets, limits};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use types::{Failure, Result, SecretName};
use wire::{Params, json as strict};

pub(in crate::rpc) async fn tag_resource(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["KeyId", "CertificateId"])?;
    let tags = tags(Some(c.params.required("Tags")?))?;
    c.secrets(TagSecrets { secrets: vec![secret(c.params)?], tags }).await?;
    Ok(answer! {})
}

pub(in crate::rpc) async fn untag_resource(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["KeyId", "CertificateId"])?;
    let keys = Some(keys_of_json(c.params.required("TagKeys")?)?);
    c.secrets(UntagSecrets { secrets: vec![secret(c.params)?], keys }).await?;
    Ok(answer! {})
}

fn keys_of_json(text: &str) -> Result<Vec<String>> {
    let wrong = || Failure::invalid("TagKeys", format!("a JSON list of at most {} keys", limits::TAGS));
    let parsed = strict::parse(text.as_bytes()).map_err(|_| wrong())?;
    let list = parsed.as_array().filter(|list| list.len() <= limits::TAGS).ok_or_else(wrong)?;
    list.iter().map(|key| key.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

/// The secrets that the new pair names: by name, `secret/<name>` or ARN.
fn resources(params: &Params) -> Result<Vec<SecretRef>> {
    let wrong = || Failure::invalid("ResourceId", SecretRef::RULE);
    let parse = |id: &str| id.strip_prefix("secret/").unwrap_or(id).parse().map_err(|_| wrong());
    filled(params, "ResourceId")?.into_iter().map(parse).collect()
}

pub(in crate::rpc) async fn tag_resources(c: &Context<'_>) -> Result<Answer> {
    let mut tags = BTreeMap::new();
    for tag in c.params.structures("Tag")? {
        let value = tag.get("Value").unwrap_or_default().to_owned();
        if tags.insert(tag.required("Key")?.to_owned(), value).is_some() {
            return Err(Failure::invalid("Tag", "a list in which each Key is there once"));
        }
    }
    c.secrets(TagSecrets { secrets: resources(c.params)?, tags }).await?;
    Ok(answer! {})
}

pub(in crate::rpc) async fn untag_resources(c: &Context<'_>) -> Result<Answer> {
    let keys: Vec<String> = filled(c.params, "TagKey")?.into_iter().map(str::to_owned).collect();
    let all = c.params.boolean("All")?.unwrap_or(false);
    if keys.is_empty() && !all {
        return Err(Failure::missing("TagKey"));
    }
    let keys = Some(keys).filter(|keys| !keys.is_empty());
    c.secrets(UntagSecrets { secrets: resources(c.params)?, keys }).await?;
    Ok(answer! {})
}

/// Tags of one page: what follows is asked for with the number of those that came before.
const PAGE: usize = 200;

pub(in crate::rpc) async fn list_tag_resources(c: &Context<'_>) -> Result<Answer> {
    let mut only = Vec::new();
    for tag in c.params.structures("Tag")? {
        only.push((tag.required("Key")?.to_owned(), tag.optional("Value").map(str::to_owned)));
    }
    let from: usize = c.params.parsed("NextToken")?.unwrap_or_default();
    let all = c.secrets(ListSecretTags { secrets: resources(c.params)?, only }).await?;
    let next = from.saturating_add(PAGE);
    let entry = |tag: &SecretTag| {
        json!({
            "ResourceType": "secret",
            "ResourceId": SecretName::as_str(&tag.secret),
            "TagKey": tag.key,
            "TagValue": tag.value,
        })
    };
    let entries: Vec<Value> = all.iter().skip(from).take(PAGE).map(entry).collect();
    let token = if next < all.len() { next.to_string() } else { String::new() };
    Ok(answer! {"TagResources": {"TagResource": entries}, "NextToken": token})
}
