//! Users, their access keys and their groups.

use super::with;
use crate::rpc::context::{Answer, Context};
use crate::rpc::ram::{groups, refuse, users};
use crate::rpc::row::{Row, row};
use types::Result;

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ims, "CreateUser", Partial, ["ram:CreateUser"], users::create_user),
    row!(Ims, "GetUser", Partial, ["ram:GetUser"], get_user),
    row!(Ims, "UpdateUser", Partial, ["ram:UpdateUser"], update_user),
    row!(Ims, "ListUsers", Partial, ["ram:ListUsers"], list_users),
    row!(Ims, "DeleteUser", Partial, ["ram:DeleteUser"], delete_user),
    row!(Ims, "CreateAccessKey", Full, ["ram:CreateAccessKey"], users::create_access_key),
    row!(Ims, "ListAccessKeys", Full, ["ram:ListAccessKeys"], users::list_access_keys),
    row!(Ims, "UpdateAccessKey", Full, ["ram:UpdateAccessKey"], users::update_access_key),
    row!(Ims, "DeleteAccessKey", Full, ["ram:DeleteAccessKey"], users::delete_access_key),
    row!(Ims, "GetAccessKeyLastUsed", Partial, ["ram:GetAccessKeyLastUsed"], users::get_access_key_last_used),
    row!(Ims, "CreateGroup", Partial, ["ram:CreateGroup"], create_group),
    row!(Ims, "GetGroup", Full, ["ram:GetGroup"], groups::get),
    row!(Ims, "UpdateGroup", Partial, ["ram:UpdateGroup"], update_group),
    row!(Ims, "ListGroups", Full, ["ram:ListGroups"], groups::list),
    row!(Ims, "DeleteGroup", Full, ["ram:DeleteGroup"], groups::delete),
    row!(Ims, "AddUserToGroup", Full, ["ram:AddUserToGroup"], groups::add_user),
    row!(Ims, "RemoveUserFromGroup", Full, ["ram:RemoveUserFromGroup"], groups::remove_user),
    row!(Ims, "ListGroupsForUser", Full, ["ram:ListGroupsForUser"], list_groups_for_user),
    row!(Ims, "ListUsersForGroup", Full, ["ram:ListUsersForGroup"], groups::list_users),
];

async fn get_user(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["UserId", "UserAccessKeyId"])?;
    users::get_user(c).await
}

async fn update_user(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["UserId"])?;
    users::update_user(c).await
}

/// Deleting by name what was meant by another id would be the worst way to pass over a parameter.
async fn delete_user(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["UserId"])?;
    users::delete_user(c).await
}

async fn list_users(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["Status"])?;
    users::list_users(c).await
}

async fn create_group(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["DisplayName"])?;
    groups::create(c).await
}

async fn update_group(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["NewDisplayName"])?;
    groups::update(c).await
}

async fn list_groups_for_user(c: &Context<'_>) -> Result<Answer> {
    Ok(with(groups::list_for_user(c).await?, "IsTruncated", false))
}
