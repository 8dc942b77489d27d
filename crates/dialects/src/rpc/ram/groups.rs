//! Groups and who is in them (alibaba-wire §6).

use super::shape::{group, page};
use super::{named, page_request, text};
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::row::{Row, row};
use iam::{GroupRecord, Joined};
use serde_json::{Value, json};
use types::Result;

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ram, "CreateGroup", Full, ["ram:CreateGroup"], create),
    row!(Ram, "GetGroup", Full, ["ram:GetGroup"], get),
    row!(Ram, "UpdateGroup", Full, ["ram:UpdateGroup"], update),
    row!(Ram, "ListGroups", Full, ["ram:ListGroups"], list),
    row!(Ram, "DeleteGroup", Full, ["ram:DeleteGroup"], delete),
    row!(Ram, "AddUserToGroup", Full, ["ram:AddUserToGroup"], add_user),
    row!(Ram, "RemoveUserFromGroup", Full, ["ram:RemoveUserFromGroup"], remove_user),
    row!(Ram, "ListGroupsForUser", Full, ["ram:ListGroupsForUser"], list_for_user),
    row!(Ram, "ListUsersForGroup", Full, ["ram:ListUsersForGroup"], list_users),
];

pub(crate) async fn create(c: &Context<'_>) -> Result<Answer> {
    let comments = text(c.params, "Comments").unwrap_or_default();
    let made = c.iam(iam::CreateGroup { name: named(c.params, "GroupName")?, comments }).await?;
    Ok(answer! { "Group": group(&made) })
}

pub(crate) async fn get(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::GetGroup { name: named(c.params, "GroupName")? }).await?;
    Ok(answer! { "Group": group(&found) })
}

pub(crate) async fn update(c: &Context<'_>) -> Result<Answer> {
    let op = iam::UpdateGroup {
        name: named(c.params, "GroupName")?,
        new_name: c.params.parsed("NewGroupName")?,
        comments: text(c.params, "NewComments"),
    };
    Ok(answer! { "Group": group(&c.iam(op).await?) })
}

pub(crate) async fn list(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListGroups { page: page_request(c.params)? }).await?;
    Ok(page(&found, "Groups", "Group", group))
}

pub(crate) async fn delete(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteGroup { name: named(c.params, "GroupName")? }).await?;
    Ok(answer! {})
}

pub(crate) async fn add_user(c: &Context<'_>) -> Result<Answer> {
    let op = iam::AddUserToGroup { user: c.user()?, group: named(c.params, "GroupName")? };
    c.iam(op).await?;
    Ok(answer! {})
}

pub(crate) async fn remove_user(c: &Context<'_>) -> Result<Answer> {
    let op = iam::RemoveUserFromGroup { user: c.user()?, group: named(c.params, "GroupName")? };
    c.iam(op).await?;
    Ok(answer! {})
}

pub(crate) async fn list_for_user(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListGroupsForUser { user: c.user()? }).await?;
    Ok(answer! { "Groups": {"Group": found.iter().map(joined).collect::<Vec<_>>()} })
}

/// A group that a user is in.
fn joined(joined: &Joined<GroupRecord>) -> Value {
    json!({
        "GroupName": joined.of.name.as_str(),
        "GroupId": joined.of.id.as_str(),
        "Comments": joined.of.comments,
        "JoinDate": joined.joined.iso_seconds(),
    })
}

pub(crate) async fn list_users(c: &Context<'_>) -> Result<Answer> {
    let op = iam::ListUsersForGroup { group: named(c.params, "GroupName")?, page: page_request(c.params)? };
    let found = c.iam(op).await?;
    Ok(page(&found, "Users", "User", |joined| {
        let (member, name) = c.shown_user(&joined.of.name);
        json!({
            (member): name,
            "UserId": joined.of.id.as_str(),
            "DisplayName": joined.of.display_name,
            "JoinDate": joined.joined.iso_seconds(),
        })
    }))
}
