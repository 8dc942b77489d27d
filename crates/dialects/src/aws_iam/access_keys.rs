//! Access keys.

use super::context::Context;
use super::input::listing;
use super::row::{Row, row};
use super::shape;
use serde_json::{Value, json};
use types::{Failure, Principal, Result, UserName};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "CreateAccessKey", Full, ["ram:CreateAccessKey"], ["UserName"], create),
    row!(Iam, "ListAccessKeys", Full, ["ram:ListAccessKeys"], ["UserName", "Marker", "MaxItems"], list),
    row!(Iam, "UpdateAccessKey", Full, ["ram:UpdateAccessKey"], ["UserName", "AccessKeyId", "Status"], update),
    row!(Iam, "DeleteAccessKey", Full, ["ram:DeleteAccessKey"], ["UserName", "AccessKeyId"], delete),
];

/// Whose access keys: a user's, or without a name the caller's own.
fn whose(c: &Context<'_>) -> Result<Option<UserName>> {
    c.input.parsed("UserName")
}

/// The name of the user whose keys they are; the account itself has none.
fn shown_user(c: &Context<'_>) -> Result<Option<String>> {
    Ok(match (whose(c)?, c.caller.principal()) {
        (Some(name), _) => Some(name.into()),
        (None, Principal::User { name, .. }) => Some(name.clone().into()),
        (None, _) => None,
    })
}

async fn create(c: &Context<'_>) -> Result<Value> {
    let made = c.iam(iam::CreateAccessKey { user: whose(c)? }).await?;
    Ok(json!({"AccessKey": {
        "UserName": shown_user(c)?,
        "AccessKeyId": made.id.as_str(),
        "SecretAccessKey": made.secret.expose(),
        "Status": "Active",
        "CreateDate": c.caller.call().time.iso_seconds(),
    }}))
}

async fn list(c: &Context<'_>) -> Result<Value> {
    let part = c.input.part()?;
    let found = part.of(c.iam(iam::ListAccessKeys { user: whose(c)? }).await?);
    let user = shown_user(c)?;
    Ok(listing(&found, "AccessKeyMetadata", |key| shape::access_key(user.as_deref(), key)))
}

async fn update(c: &Context<'_>) -> Result<Value> {
    let active = match c.input.text("Status")? {
        "Active" => true,
        "Inactive" => false,
        _ => return Err(Failure::invalid("Status", "Active or Inactive")),
    };
    let op = iam::UpdateAccessKey { user: whose(c)?, access_key: c.input.named("AccessKeyId")?, active };
    c.iam(op).await?;
    Ok(Value::Null)
}

async fn delete(c: &Context<'_>) -> Result<Value> {
    c.iam(iam::DeleteAccessKey { user: whose(c)?, access_key: c.input.named("AccessKeyId")? }).await?;
    Ok(Value::Null)
}
