//! Tags.

use super::context::Context;
use super::paging::{answer, slice};
use super::row::{Row, row};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use types::{Failure, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!("TagResource", Full, ["kms:TagResource"], ["KeyId", "Tags"], tag_resource),
    row!("UntagResource", Full, ["kms:UntagResource"], ["KeyId", "TagKeys"], untag_resource),
    row!("ListResourceTags", Full, ["kms:ListResourceTags"], ["KeyId", "Limit", "Marker"], list_resource_tags),
];

/// Names that begin so are the vendor's own.
const RESERVED: &str = "aws:";

/// The tags in the request: `[{"TagKey": …, "TagValue": …}, …]`.
pub(super) fn given(c: &Context<'_>) -> Result<BTreeMap<String, String>> {
    let wrong = || Failure::invalid("Tags", "it must be a list of {\"TagKey\": …, \"TagValue\": …}, no key twice");
    let mut tags = BTreeMap::new();
    for tag in c.input.list("Tags")? {
        let text = |name| tag.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(wrong);
        let key = text("TagKey")?;
        if key.starts_with(RESERVED) {
            return Err(Failure::invalid("Tags", format_args!("a key must not begin with {RESERVED}")));
        }
        if tags.insert(key, text("TagValue")?).is_some() {
            return Err(wrong());
        }
    }
    Ok(tags)
}

async fn tag_resource(c: &Context<'_>) -> Result<Value> {
    if !c.input.is_given("Tags") {
        return Err(Failure::missing("Tags"));
    }
    c.kms(kms::TagKey { key: c.key()?, tags: given(c)? }).await?;
    Ok(json!({}))
}

async fn untag_resource(c: &Context<'_>) -> Result<Value> {
    if !c.input.is_given("TagKeys") {
        return Err(Failure::missing("TagKeys"));
    }
    let names = c.input.texts("TagKeys")?.into_iter().map(str::to_owned).collect();
    c.kms(kms::UntagKey { key: c.key()?, names }).await?;
    Ok(json!({}))
}

async fn list_resource_tags(c: &Context<'_>) -> Result<Value> {
    let part = slice(c.input, 50)?;
    let tags = c.kms(kms::ListKeyTags { key: c.key()? }).await?;
    let all = tags.iter().map(|(name, value)| json!({"TagKey": name, "TagValue": value})).collect();
    let (items, next) = part.of(all);
    Ok(answer("Tags", items, next))
}
