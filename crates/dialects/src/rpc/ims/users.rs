//! Users, their access keys and their groups.

use super::with;
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::ram::shape::{page, user};
use crate::rpc::ram::{groups, named, page_of_tagged, refuse, tags, users};
use crate::rpc::row::{Row, row};
use iam::{DeleteAccessKey, FindUsers, Page, RecycleAccessKey, RecycleUser, UserRecord};
use serde_json::json;
use types::{Failure, Result};

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ims, "CreateUser", Partial, ["ram:CreateUser"], users::create_user),
    row!(Ims, "GetUser", Partial, ["ram:GetUser"], get_user),
    row!(Ims, "UpdateUser", Partial, ["ram:UpdateUser"], update_user),
    row!(Ims, "ListUsers", Full, ["ram:ListUsers"], list_users),
    row!(Ims, "ListUserBasicInfos", Full, ["ram:ListUserBasicInfos"], list_basic_infos),
    row!(Ims, "DeleteUser", Partial, ["ram:DeleteUser"], delete_user),
    row!(Ims, "CreateAccessKey", Full, ["ram:CreateAccessKey"], users::create_access_key),
    row!(Ims, "ListAccessKeys", Full, ["ram:ListAccessKeys"], users::list_access_keys),
    row!(Ims, "UpdateAccessKey", Full, ["ram:UpdateAccessKey"], users::update_access_key),
    row!(Ims, "DeleteAccessKey", Full, ["ram:DeleteAccessKey"], delete_access_key),
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
    c.iam(RecycleUser { name: c.user()? }).await?;
    Ok(answer! {})
}

async fn delete_access_key(c: &Context<'_>) -> Result<Answer> {
    let delete = DeleteAccessKey { user: c.whose()?, access_key: named(c.params, "UserAccessKeyId")? };
    c.iam(RecycleAccessKey { delete }).await?;
    Ok(answer! {})
}

/// The users that are asked for. All are active, always: of others there are none.
async fn found(c: &Context<'_>, names_only: bool) -> Result<Page<UserRecord>> {
    let active = match c.params.optional("Status") {
        None | Some("active" | "active,freeze" | "freeze,active") => true,
        Some("freeze") => false,
        Some(_) => return Err(Failure::invalid("Status", "active, freeze, or active,freeze")),
    };
    let mut page = page_of_tagged(c.params)?;
    // Of the two, the longer listing has the longer pages.
    page.max_items = page.max_items.or((!names_only).then_some(types::limits::PAGE));
    let op = FindUsers { wanted: tags::pairs(c.params)?, names_only, page };
    let found = c.iam(op).await?;
    Ok(if active { found } else { Page { items: Vec::new(), is_truncated: false, marker: None } })
}

async fn list_users(c: &Context<'_>) -> Result<Answer> {
    Ok(page(&found(c, false).await?, "Users", "User", |record| user(c, record)))
}

async fn list_basic_infos(c: &Context<'_>) -> Result<Answer> {
    let shape = |user: &UserRecord| {
        let (member, name) = c.shown_user(&user.name);
        json!({
            "UserId": user.id.as_str(), (member): name, "DisplayName": user.display_name, "Status": "active",
        })
    };
    Ok(page(&found(c, true).await?, "UserBasicInfos", "UserBasicInfo", shape))
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
