//! Users and access keys that were deleted, for a month.

use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::ram::named;
use crate::rpc::ram::page_request;
use crate::rpc::ram::shape::page;
use crate::rpc::row::{Row, row};
use iam::{RecycledBy, RecycledKey, RecycledUser};
use serde_json::{Value, json};
use types::{AccessKeyId, Failure, Result, UserName};

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ims, "ListUsersInRecycleBin", Full, ["ram:ListUsersInRecycleBin"], list_users),
    row!(Ims, "GetUserInRecycleBin", Full, ["ram:GetUserInRecycleBin"], get_user),
    row!(Ims, "RestoreUserFromRecycleBin", Full, ["ram:RestoreUserFromRecycleBin"], restore_user),
    row!(Ims, "DeleteUserInRecycleBin", Full, ["ram:DeleteUserInRecycleBin"], delete_user),
    row!(Ims, "ListAccessKeysInRecycleBin", Full, ["ram:ListAccessKeysInRecycleBin"], list_keys),
    row!(Ims, "GetAccessKeyInfoInRecycleBin", Full, ["ram:GetAccessKeyInfoInRecycleBin"], get_key),
    row!(Ims, "RestoreAccessKeyFromRecycleBin", Full, ["ram:RestoreAccessKeyFromRecycleBin"], restore_key),
    row!(Ims, "DeleteAccessKeyInRecycleBin", Full, ["ram:DeleteAccessKeyInRecycleBin"], delete_key),
];

fn user(c: &Context<'_>, found: &RecycledUser) -> Value {
    let (member, name) = c.shown_user(&found.user.name);
    json!({
        "UserId": found.user.id.as_str(),
        (member): name,
        "DisplayName": found.user.display_name,
        "CreateDate": found.user.created.iso_seconds(),
        "RecycleDate": found.since.iso_seconds(),
        "DeleteDate": found.until.iso_seconds(),
    })
}

fn key(found: &RecycledKey) -> Value {
    json!({
        "AccessKeyId": found.id.as_str(),
        "CreateDate": found.created.iso_seconds(),
        "RecycleDate": found.since.iso_seconds(),
        "DeleteDate": found.until.iso_seconds(),
    })
}

/// The one filter there is: `UserPrincipalName eq <user>@<domain>`.
fn filtered(c: &Context<'_>) -> Result<Option<UserName>> {
    let Some(text) = c.params.optional("Filter") else { return Ok(None) };
    let name = text.strip_prefix("UserPrincipalName eq ");
    let name = name.ok_or_else(|| Failure::invalid("Filter", "UserPrincipalName eq <user>@<domain>"))?;
    c.user_of("Filter", name).map(Some)
}

async fn list_users(c: &Context<'_>) -> Result<Answer> {
    let op = iam::ListRecycledUsers { name: filtered(c)?, page: page_request(c.params)? };
    Ok(page(&c.iam(op).await?, "Users", "User", |found| user(c, found)))
}

async fn get_user(c: &Context<'_>) -> Result<Answer> {
    let by = match (c.params.parsed("UserId")?, c.params.parsed("UserAccessKeyId")?) {
        (Some(id), None) => RecycledBy::Id(id),
        (None, Some(key)) => RecycledBy::Key(key),
        (None, None) => return Err(Failure::missing("UserId")),
        (Some(_), Some(_)) => return Err(Failure::invalid("UserId", "given, or UserAccessKeyId is, and not both")),
    };
    Ok(answer! { "User": user(c, &c.iam(iam::GetRecycledUser { by }).await?) })
}

async fn restore_user(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::RestoreUser { id: named(c.params, "UserId")? }).await?;
    Ok(answer! {})
}

async fn delete_user(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteRecycledUser { id: named(c.params, "UserId")? }).await?;
    Ok(answer! {})
}

async fn list_keys(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListRecycledKeys { user: c.params.parsed("UserId")? }).await?;
    Ok(answer! { "AccessKeys": { "AccessKey": found.iter().map(key).collect::<Vec<_>>() } })
}

async fn get_key(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::GetRecycledKey { access_key: access_key(c)? }).await?;
    let mut shown = key(&found);
    let (member, name) = c.shown_user(&found.user_name);
    if let Some(members) = shown.as_object_mut() {
        members.insert("UserId".to_owned(), found.user.as_str().into());
        members.insert(member.to_owned(), name.into());
        members.insert("UserRecycled".to_owned(), found.user_recycled.into());
    }
    Ok(answer! { "AccessKey": shown })
}

fn access_key(c: &Context<'_>) -> Result<AccessKeyId> {
    named(c.params, "UserAccessKeyId")
}

async fn restore_key(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::RestoreAccessKey { user: c.params.parsed("UserId")?, access_key: access_key(c)? }).await?;
    Ok(answer! {})
}

async fn delete_key(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteRecycledKey { user: c.params.parsed("UserId")?, access_key: access_key(c)? }).await?;
    Ok(answer! {})
}
