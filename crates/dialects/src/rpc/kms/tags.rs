//! Tags: the older actions, which name one key, and the newer ones, which name resources of a kind.

use super::parse::{filled, key, refuse};
use super::words::{resources, tag_names, tag_structures, tags};
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::row::{Row, row};
use crate::rpc::secrets::tags as secrets;
use kms::{KeyFilter, KeyRef, ListKeys, Page};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use types::{Failure, Result};

#[rustfmt::skip]
pub(in crate::rpc) const ROWS: &[Row] = &[
    row!(Kms, "TagResource", Partial, ["kms:TagResource"], tag_resource),
    row!(Kms, "UntagResource", Partial, ["kms:UntagResource"], untag_resource),
    row!(Kms, "ListResourceTags", Full, ["kms:ListResourceTags"], list_resource_tags),
    row!(Kms, "TagResources", Partial, ["kms:TagResource"], tag_resources),
    row!(Kms, "UntagResources", Partial, ["kms:UntagResource"], untag_resources),
    row!(Kms, "ListTagResources", Partial, ["kms:ListResourceTags"], list_tag_resources),
];

/// Whether the older actions name a secret instead of a key.
fn names_secret(c: &Context<'_>) -> Result<bool> {
    refuse(c.params, &["CertificateId"])?;
    Ok(c.params.contains("SecretName"))
}

/// Whether the newer actions are about secrets instead of keys.
fn wants_secrets(c: &Context<'_>) -> Result<bool> {
    match c.params.required("ResourceType")? {
        "key" => Ok(false),
        "secret" => Ok(true),
        _ => Err(Failure::invalid("ResourceType", "key or secret")),
    }
}

async fn tag_resource(c: &Context<'_>) -> Result<Answer> {
    if names_secret(c)? {
        return secrets::tag_resource(c).await;
    }
    c.params.required("Tags")?;
    c.kms(kms::TagKey { key: key(c.params)?, tags: tags(c.params)? }).await?;
    Ok(answer! {})
}

async fn untag_resource(c: &Context<'_>) -> Result<Answer> {
    if names_secret(c)? {
        return secrets::untag_resource(c).await;
    }
    c.kms(kms::UntagKey { key: key(c.params)?, names: tag_names(c.params)? }).await?;
    Ok(answer! {})
}

async fn list_resource_tags(c: &Context<'_>) -> Result<Answer> {
    let key = key(c.params)?;
    let id = key.name().to_string();
    let tags = c.kms(kms::ListKeyTags { key }).await?;
    let tag = |(name, value)| json!({"KeyId": id, "TagKey": name, "TagValue": value});
    Ok(answer! { "Tags": {"Tag": tags.iter().map(tag).collect::<Vec<Value>>()} })
}

fn named_keys(c: &Context<'_>) -> Result<Vec<KeyRef>> {
    let keys = resources(c.params)?;
    if keys.is_empty() { Err(Failure::missing("ResourceId")) } else { Ok(keys) }
}

/// One key after the other, each by its own policy and tags; the first that is refused ends the call.
async fn tag_resources(c: &Context<'_>) -> Result<Answer> {
    if wants_secrets(c)? {
        return secrets::tag_resources(c).await;
    }
    let (keys, tags) = (named_keys(c)?, tag_structures(c.params)?);
    if tags.is_empty() {
        return Err(Failure::missing("Tag"));
    }
    for key in keys {
        c.kms(kms::TagKey { key, tags: tags.clone() }).await?;
    }
    Ok(answer! {})
}

async fn untag_resources(c: &Context<'_>) -> Result<Answer> {
    if wants_secrets(c)? {
        return secrets::untag_resources(c).await;
    }
    let all = c.params.boolean("All")?.unwrap_or(false);
    let names: Vec<String> = filled(c.params, "TagKey")?.into_iter().map(str::to_owned).collect();
    let keys = named_keys(c)?;
    if names.is_empty() && !all {
        return Err(Failure::missing("TagKey"));
    }
    for key in keys {
        let names = match names.is_empty() {
            true => c.kms(kms::ListKeyTags { key: key.clone() }).await?.into_keys().collect(),
            false => names.clone(),
        };
        c.kms(kms::UntagKey { key, names }).await?;
    }
    Ok(answer! {})
}

/// Which keys have which tags, of the keys that are named, or of all that the caller may list.
async fn list_tag_resources(c: &Context<'_>) -> Result<Answer> {
    if wants_secrets(c)? {
        return secrets::list_tag_resources(c).await;
    }
    refuse(c.params, &["NextToken"])?;
    let (keys, wanted) = (resources(c.params)?, tag_structures(c.params)?);
    let mut found = Vec::new();
    if keys.is_empty() {
        let (page, mut after) = (Page { number: 1, size: kms::limits::PAGE_SIZE }, None);
        loop {
            let listed = c.kms(ListKeys { page, filter: KeyFilter::default(), after }).await?;
            after = listed.items.last().map(|key| key.record.id.clone());
            found.extend(listed.items.into_iter().map(|key| (key.record.id.to_string(), key.record.tags)));
            if after.is_none() {
                break;
            }
        }
    }
    for key in keys {
        let id = key.name().to_string();
        found.push((id, c.kms(kms::ListKeyTags { key }).await?));
    }
    let fits = |tags: &BTreeMap<String, String>| {
        wanted.iter().all(|(name, value)| tags.get(name).is_some_and(|own| value.is_empty() || own == value))
    };
    let rows = found.iter().filter(|(_, tags)| fits(tags)).flat_map(|(id, tags)| {
        tags.iter().map(
            move |(name, value)| json!({"ResourceId": id, "ResourceType": "key", "TagKey": name, "TagValue": value}),
        )
    });
    Ok(answer! { "TagResources": {"TagResource": rows.collect::<Vec<Value>>()}, "NextToken": "" })
}
