//! Aliases.

use super::arn;
use super::context::Context;
use super::paging::{page, paged};
use super::row::{Row, row};
use super::words::seconds;
use kms::AliasInfo;
use serde_json::{Value, json};
use types::{AliasName, Failure, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!("CreateAlias", Full, ["kms:CreateAlias"], ["AliasName", "TargetKeyId"], create_alias),
    row!("UpdateAlias", Full, ["kms:UpdateAlias"], ["AliasName", "TargetKeyId"], update_alias),
    row!("DeleteAlias", Full, ["kms:DeleteAlias"], ["AliasName"], delete_alias),
    row!("ListAliases", Full, ["kms:ListAliases", "kms:ListAliasesByKeyId"], ["KeyId", "Limit", "Marker"], list_aliases),
];

/// Names that begin so are the vendor's own.
const RESERVED: &str = "alias/aws/";

fn new_alias(c: &Context<'_>) -> Result<AliasName> {
    let alias = c.alias()?;
    match alias.as_str().starts_with(RESERVED) {
        true => Err(Failure::invalid("AliasName", format_args!("it must not begin with {RESERVED}"))),
        false => Ok(alias),
    }
}

fn target(c: &Context<'_>) -> Result<kms::KeyRef> {
    arn::key(c.input.text("TargetKeyId")?)
}

async fn create_alias(c: &Context<'_>) -> Result<Value> {
    c.kms(kms::CreateAlias { alias: new_alias(c)?, key: target(c)? }).await?;
    Ok(json!({}))
}

async fn update_alias(c: &Context<'_>) -> Result<Value> {
    c.kms(kms::UpdateAlias { alias: c.alias()?, key: target(c)? }).await?;
    Ok(json!({}))
}

async fn delete_alias(c: &Context<'_>) -> Result<Value> {
    c.kms(kms::DeleteAlias { alias: c.alias()? }).await?;
    Ok(json!({}))
}

async fn list_aliases(c: &Context<'_>) -> Result<Value> {
    let (page, after) = page(c.input, 50)?;
    let key = c.key_in("KeyId")?;
    let owner = c.owner(key.as_ref())?;
    let found = match key {
        Some(key) => c.kms(kms::ListAliasesByKeyId { key, page, after }).await?,
        None => c.kms(kms::ListAliases { page, after }).await?,
    };
    let shown = |a: &AliasInfo| {
        json!({
            "AliasName": a.record.name.as_str(),
            "AliasArn": arn::of_alias(&c.region.id, owner, &a.record.name),
            "TargetKeyId": a.record.key.as_str(),
            "CreationDate": seconds(a.record.created),
        })
    };
    Ok(paged(&found, "Aliases", |alias| alias.record.name.as_str(), shown))
}
