//! Users, their access keys and their groups.

use super::{given, principal, user_of};
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::ram::groups;
use crate::rpc::ram::shape::{access_key, page};
use crate::rpc::ram::{named, page_request, refuse, status, text};
use crate::rpc::row::{Row, row};
use iam::{UserProfile, UserRecord};
use serde_json::{Value, json};
use types::{AccessKeyId, Result, Timestamp};

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ims, "CreateUser", Partial, ["ram:CreateUser"], create_user),
    row!(Ims, "GetUser", Partial, ["ram:GetUser"], get_user),
    row!(Ims, "UpdateUser", Partial, ["ram:UpdateUser"], update_user),
    row!(Ims, "ListUsers", Partial, ["ram:ListUsers"], list_users),
    row!(Ims, "DeleteUser", Full, ["ram:DeleteUser"], delete_user),
    row!(Ims, "CreateAccessKey", Full, ["ram:CreateAccessKey"], create_access_key),
    row!(Ims, "ListAccessKeys", Full, ["ram:ListAccessKeys"], list_access_keys),
    row!(Ims, "UpdateAccessKey", Full, ["ram:UpdateAccessKey"], update_access_key),
    row!(Ims, "DeleteAccessKey", Full, ["ram:DeleteAccessKey"], delete_access_key),
    row!(Ims, "GetAccessKeyLastUsed", Partial, ["ram:GetAccessKeyLastUsed"], get_last_used),
    row!(Ims, "CreateGroup", Partial, ["ram:CreateGroup"], create_group),
    row!(Ims, "GetGroup", Full, ["ram:GetGroup"], groups::get),
    row!(Ims, "UpdateGroup", Partial, ["ram:UpdateGroup"], update_group),
    row!(Ims, "ListGroups", Full, ["ram:ListGroups"], groups::list),
    row!(Ims, "DeleteGroup", Full, ["ram:DeleteGroup"], groups::delete),
    row!(Ims, "AddUserToGroup", Full, ["ram:AddUserToGroup"], add_user),
    row!(Ims, "RemoveUserFromGroup", Full, ["ram:RemoveUserFromGroup"], remove_user),
    row!(Ims, "ListGroupsForUser", Full, ["ram:ListGroupsForUser"], list_groups_for_user),
    row!(Ims, "ListUsersForGroup", Full, ["ram:ListUsersForGroup"], list_users_for_group),
];

fn user(c: &Context<'_>, user: &UserRecord) -> Value {
    json!({
        "UserId": user.id.as_str(),
        "UserPrincipalName": principal(c, &user.name),
        "DisplayName": user.display_name,
        "MobilePhone": user.mobile_phone,
        "Email": user.email,
        "Comments": user.comments,
        "CreateDate": user.created.iso_seconds(),
        "UpdateDate": user.updated.iso_seconds(),
    })
}

async fn create_user(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["Tag"])?;
    let profile = UserProfile {
        display_name: text(c.params, "DisplayName"),
        mobile_phone: text(c.params, "MobilePhone"),
        email: text(c.params, "Email"),
        comments: text(c.params, "Comments"),
    };
    let made = c.iam(iam::CreateUser { name: user_of(c)?, profile }).await?;
    Ok(answer! { "User": user(c, &made) })
}

async fn get_user(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["UserId", "UserAccessKeyId"])?;
    let found = c.iam(iam::GetUser { name: user_of(c)? }).await?;
    Ok(answer! { "User": user(c, &found) })
}

async fn update_user(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["UserId"])?;
    let profile = UserProfile {
        display_name: text(c.params, "NewDisplayName"),
        mobile_phone: text(c.params, "NewMobilePhone"),
        email: text(c.params, "NewEmail"),
        comments: text(c.params, "NewComments"),
    };
    let op = iam::UpdateUser { name: user_of(c)?, new_name: given(c, "NewUserPrincipalName")?, profile };
    let changed = c.iam(op).await?;
    Ok(answer! { "User": user(c, &changed) })
}

async fn list_users(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListUsers { page: page_request(c.params)? }).await?;
    Ok(page(&found, "Users", "User", |record| user(c, record)))
}

async fn delete_user(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteUser { name: user_of(c)? }).await?;
    Ok(answer! {})
}

async fn create_access_key(c: &Context<'_>) -> Result<Answer> {
    let made = c.iam(iam::CreateAccessKey { user: given(c, "UserPrincipalName")? }).await?;
    Ok(answer! { "AccessKey": {
        "AccessKeyId": made.id.as_str(),
        "AccessKeySecret": made.secret.expose(),
        "Status": "Active",
        "CreateDate": c.caller.call().time.iso_seconds(),
    } })
}

async fn list_access_keys(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListAccessKeys { user: given(c, "UserPrincipalName")? }).await?;
    let keys: Vec<Value> = found.iter().map(access_key).collect();
    Ok(answer! { "AccessKeys": {"AccessKey": keys} })
}

async fn update_access_key(c: &Context<'_>) -> Result<Answer> {
    let (active, access_key): (bool, AccessKeyId) = (status(c.params)?, named(c.params, "UserAccessKeyId")?);
    c.iam(iam::UpdateAccessKey { user: given(c, "UserPrincipalName")?, access_key, active }).await?;
    Ok(answer! {})
}

async fn delete_access_key(c: &Context<'_>) -> Result<Answer> {
    let access_key: AccessKeyId = named(c.params, "UserAccessKeyId")?;
    c.iam(iam::DeleteAccessKey { user: given(c, "UserPrincipalName")?, access_key }).await?;
    Ok(answer! {})
}

/// The service that a key was used with is not kept.
async fn get_last_used(c: &Context<'_>) -> Result<Answer> {
    let access_key: AccessKeyId = named(c.params, "UserAccessKeyId")?;
    let op = iam::GetAccessKeyLastUsed { user: given(c, "UserPrincipalName")?, access_key };
    let used = c.iam(op).await?.map(Timestamp::iso_seconds).unwrap_or_default();
    Ok(answer! { "AccessKeyLastUsed": {"LastUsedDate": used} })
}

async fn create_group(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["DisplayName"])?;
    groups::create(c).await
}

async fn update_group(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["NewDisplayName"])?;
    groups::update(c).await
}

async fn add_user(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::AddUserToGroup { user: user_of(c)?, group: named(c.params, "GroupName")? }).await?;
    Ok(answer! {})
}

async fn remove_user(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::RemoveUserFromGroup { user: user_of(c)?, group: named(c.params, "GroupName")? }).await?;
    Ok(answer! {})
}

async fn list_groups_for_user(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListGroupsForUser { user: user_of(c)? }).await?;
    let groups: Vec<Value> = found.iter().map(groups::joined).collect();
    Ok(answer! { "Groups": {"Group": groups}, "IsTruncated": false })
}

async fn list_users_for_group(c: &Context<'_>) -> Result<Answer> {
    let op = iam::ListUsersForGroup { group: named(c.params, "GroupName")?, page: page_request(c.params)? };
    let found = c.iam(op).await?;
    Ok(page(&found, "Users", "User", |joined| {
        json!({
            "UserPrincipalName": principal(c, &joined.of.name),
            "UserId": joined.of.id.as_str(),
            "DisplayName": joined.of.display_name,
            "JoinDate": joined.joined.iso_seconds(),
        })
    }))
}
