//! Groups of users.

use super::context::Context;
use super::input::listing;
use super::row::{Row, row};
use super::shape;
use serde_json::{Value, json};
use types::Result;

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "CreateGroup", Partial, ["ram:CreateGroup"], ["GroupName", "Path"], create),
    row!(Iam, "GetGroup", Full, ["ram:GetGroup", "ram:ListUsersForGroup"], ["GroupName", "Marker", "MaxItems"], get),
    row!(Iam, "UpdateGroup", Partial, ["ram:UpdateGroup"], ["GroupName", "NewGroupName", "NewPath"], update),
    row!(Iam, "ListGroups", Partial, ["ram:ListGroups"], ["PathPrefix", "Marker", "MaxItems"], list),
    row!(Iam, "DeleteGroup", Full, ["ram:DeleteGroup"], ["GroupName"], delete),
    row!(Iam, "AddUserToGroup", Partial, ["ram:AddUserToGroup"], ["GroupName", "UserName"], add_user),
    row!(Iam, "RemoveUserFromGroup", Full, ["ram:RemoveUserFromGroup"], ["GroupName", "UserName"], remove_user),
    row!(Iam, "ListGroupsForUser", Full, ["ram:ListGroupsForUser"], ["UserName", "Marker", "MaxItems"], list_for_user),
];

async fn create(c: &Context<'_>) -> Result<Value> {
    c.input.only_root("Path")?;
    let op = iam::CreateGroup { name: c.input.named("GroupName")?, comments: String::new() };
    Ok(json!({"Group": shape::group(c.account()?, &c.iam(op).await?)}))
}

/// Two questions to the domain, each with an event of its own.
async fn get(c: &Context<'_>) -> Result<Value> {
    let (account, page) = (c.account()?, c.input.page()?);
    let group = c.iam(iam::GetGroup { name: c.input.named("GroupName")? }).await?;
    let users = c.iam(iam::ListUsersForGroup { group: group.name.clone(), page }).await?;
    let mut members = listing(&users, "Users", |joined| shape::user(account, &joined.of));
    if let Some(members) = members.as_object_mut() {
        members.insert("Group".to_owned(), shape::group(account, &group));
    }
    Ok(members)
}

async fn update(c: &Context<'_>) -> Result<Value> {
    c.input.only_root("NewPath")?;
    let (name, new_name) = (c.input.named("GroupName")?, c.input.parsed("NewGroupName")?);
    c.iam(iam::UpdateGroup { name, new_name, comments: None }).await?;
    Ok(Value::Null)
}

async fn list(c: &Context<'_>) -> Result<Value> {
    c.input.only_root("PathPrefix")?;
    let found = c.iam(iam::ListGroups { page: c.input.page()? }).await?;
    let account = c.account()?;
    Ok(listing(&found, "Groups", |group| shape::group(account, group)))
}

async fn delete(c: &Context<'_>) -> Result<Value> {
    c.iam(iam::DeleteGroup { name: c.input.named("GroupName")? }).await?;
    Ok(Value::Null)
}

async fn add_user(c: &Context<'_>) -> Result<Value> {
    c.iam(iam::AddUserToGroup { user: c.input.named("UserName")?, group: c.input.named("GroupName")? }).await?;
    Ok(Value::Null)
}

async fn remove_user(c: &Context<'_>) -> Result<Value> {
    c.iam(iam::RemoveUserFromGroup { user: c.input.named("UserName")?, group: c.input.named("GroupName")? }).await?;
    Ok(Value::Null)
}

async fn list_for_user(c: &Context<'_>) -> Result<Value> {
    let (account, part) = (c.account()?, c.input.part()?);
    let found = part.of(c.iam(iam::ListGroupsForUser { user: c.input.named("UserName")? }).await?);
    Ok(listing(&found, "Groups", |joined| shape::group(account, &joined.of)))
}
