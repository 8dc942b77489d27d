//! Users and their access keys (alibaba-wire §6).

use super::shape::{access_key, page, user};
use super::tags::tags;
use super::{named, page_request, refuse, text};
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::row::{Row, ServiceName, row};
use iam::{Tags, UserProfile};
use types::{AccessKeyId, Failure, Result, Timestamp};
use wire::Params;

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ram, "CreateUser", Full, ["ram:CreateUser"], create_user),
    row!(Ram, "GetUser", Full, ["ram:GetUser"], get_user),
    row!(Ram, "UpdateUser", Full, ["ram:UpdateUser"], update_user),
    row!(Ram, "ListUsers", Partial, ["ram:ListUsers"], list_users),
    row!(Ram, "DeleteUser", Full, ["ram:DeleteUser"], delete_user),
    row!(Ram, "CreateAccessKey", Full, ["ram:CreateAccessKey"], create_access_key),
    row!(Ram, "ListAccessKeys", Full, ["ram:ListAccessKeys"], list_access_keys),
    row!(Ram, "UpdateAccessKey", Full, ["ram:UpdateAccessKey"], update_access_key),
    row!(Ram, "DeleteAccessKey", Full, ["ram:DeleteAccessKey"], delete_access_key),
    row!(Ram, "GetAccessKeyLastUsed", Full, ["ram:GetAccessKeyLastUsed"], get_access_key_last_used),
];

pub(in crate::rpc) async fn create_user(c: &Context<'_>) -> Result<Answer> {
    // Of the two interfaces, only the newer one has tags of users.
    let tags = match c.service {
        ServiceName::Ims => tags(c.params)?,
        _ => refuse(c.params, &["Tag"]).map(|()| Tags::default())?,
    };
    let profile = UserProfile {
        display_name: text(c.params, "DisplayName"),
        mobile_phone: text(c.params, "MobilePhone"),
        email: text(c.params, "Email"),
        comments: text(c.params, "Comments"),
    };
    let made = c.iam(iam::CreateUser { name: c.user()?, profile, tags, boundary: None }).await?;
    Ok(answer! { "User": user(c, &made) })
}

pub(in crate::rpc) async fn get_user(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::GetUser { name: c.user()? }).await?;
    Ok(answer! { "User": user(c, &found) })
}

pub(in crate::rpc) async fn update_user(c: &Context<'_>) -> Result<Answer> {
    let profile = UserProfile {
        display_name: text(c.params, "NewDisplayName"),
        mobile_phone: text(c.params, "NewMobilePhone"),
        email: text(c.params, "NewEmail"),
        comments: text(c.params, "NewComments"),
    };
    let (name, new_name) = (c.user()?, c.new_user()?);
    let changed = c.iam(iam::UpdateUser { name, new_name, profile }).await?;
    Ok(answer! { "User": user(c, &changed) })
}

pub(in crate::rpc) async fn list_users(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListUsers { page: page_request(c.params)? }).await?;
    Ok(page(&found, "Users", "User", |record| user(c, record)))
}

pub(in crate::rpc) async fn delete_user(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteUser { name: c.user()? }).await?;
    Ok(answer! {})
}

pub(in crate::rpc) async fn create_access_key(c: &Context<'_>) -> Result<Answer> {
    let made = c.iam(iam::CreateAccessKey { user: c.whose()? }).await?;
    Ok(answer! { "AccessKey": {
        "AccessKeyId": made.id.as_str(),
        "AccessKeySecret": made.secret.expose(),
        "Status": "Active",
        "CreateDate": c.caller.call().time.iso_seconds(),
    } })
}

pub(in crate::rpc) async fn list_access_keys(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListAccessKeys { user: c.whose()? }).await?;
    let keys: Vec<_> = found.iter().map(access_key).collect();
    Ok(answer! { "AccessKeys": {"AccessKey": keys} })
}

/// Whether an access key is to be active.
fn status(params: &Params) -> Result<bool> {
    match params.required("Status")? {
        "Active" => Ok(true),
        "Inactive" => Ok(false),
        _ => Err(Failure::invalid("Status", "Active or Inactive")),
    }
}

pub(in crate::rpc) async fn update_access_key(c: &Context<'_>) -> Result<Answer> {
    let (active, access_key): (bool, AccessKeyId) = (status(c.params)?, named(c.params, "UserAccessKeyId")?);
    c.iam(iam::UpdateAccessKey { user: c.whose()?, access_key, active }).await?;
    Ok(answer! {})
}

pub(in crate::rpc) async fn delete_access_key(c: &Context<'_>) -> Result<Answer> {
    let access_key: AccessKeyId = named(c.params, "UserAccessKeyId")?;
    c.iam(iam::DeleteAccessKey { user: c.whose()?, access_key }).await?;
    Ok(answer! {})
}

pub(in crate::rpc) async fn get_access_key_last_used(c: &Context<'_>) -> Result<Answer> {
    let access_key: AccessKeyId = named(c.params, "UserAccessKeyId")?;
    let used = c.iam(iam::GetAccessKeyLastUsed { user: c.whose()?, access_key }).await?;
    Ok(answer! { "AccessKeyLastUsed": {"LastUsedDate": used.map(Timestamp::iso_seconds).unwrap_or_default()} })
}
