//! Policies that one user, group or role alone has.

use super::attachments::{group, role, user};
use super::context::Context;
use super::input::listing;
use super::row::{Row, row};
use super::shape;
use crate::aws_policy::identity;
use iam::Holder;
use serde_json::{Map, Value};
use types::Result;

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "PutUserPolicy", Full, ["ram:PutUserPolicy"], ["UserName", "PolicyName", "PolicyDocument"], put_user),
    row!(Iam, "GetUserPolicy", Full, ["ram:GetUserPolicy"], ["UserName", "PolicyName"], get_user),
    row!(Iam, "ListUserPolicies", Full, ["ram:ListUserPolicies"], ["UserName", "Marker", "MaxItems"], list_user),
    row!(Iam, "DeleteUserPolicy", Full, ["ram:DeleteUserPolicy"], ["UserName", "PolicyName"], delete_user),
    row!(Iam, "PutGroupPolicy", Full, ["ram:PutGroupPolicy"], ["GroupName", "PolicyName", "PolicyDocument"], put_group),
    row!(Iam, "GetGroupPolicy", Full, ["ram:GetGroupPolicy"], ["GroupName", "PolicyName"], get_group),
    row!(Iam, "ListGroupPolicies", Full, ["ram:ListGroupPolicies"], ["GroupName", "Marker", "MaxItems"], list_group),
    row!(Iam, "DeleteGroupPolicy", Full, ["ram:DeleteGroupPolicy"], ["GroupName", "PolicyName"], delete_group),
    row!(Iam, "PutRolePolicy", Full, ["ram:PutRolePolicy"], ["RoleName", "PolicyName", "PolicyDocument"], put_role),
    row!(Iam, "GetRolePolicy", Full, ["ram:GetRolePolicy"], ["RoleName", "PolicyName"], get_role),
    row!(Iam, "ListRolePolicies", Full, ["ram:ListRolePolicies"], ["RoleName", "Marker", "MaxItems"], list_role),
    row!(Iam, "DeleteRolePolicy", Full, ["ram:DeleteRolePolicy"], ["RoleName", "PolicyName"], delete_role),
];

async fn put(c: &Context<'_>, holder: Holder) -> Result<Value> {
    let document = identity::policy(c.input.text("PolicyDocument")?)?;
    let (name, original) = (c.input.named("PolicyName")?, document.original);
    c.iam(iam::PutInlinePolicy { holder, name, document: document.text, original }).await?;
    Ok(Value::Null)
}

async fn get(c: &Context<'_>, holder: Holder) -> Result<Value> {
    let op = iam::GetInlinePolicy { holder: holder.clone(), name: c.input.named("PolicyName")? };
    let name = op.name.clone();
    let found = c.iam(op).await?;
    let (whose, holder) = match &holder {
        Holder::User(name) => ("UserName", name.as_str()),
        Holder::Group(name) => ("GroupName", name.as_str()),
        Holder::Role(name) => ("RoleName", name.as_str()),
    };
    let mut members = Map::new();
    members.insert(whose.to_owned(), holder.into());
    members.insert("PolicyName".to_owned(), name.as_str().into());
    members.insert("PolicyDocument".to_owned(), shape::document(&found.document, found.original.as_deref()));
    Ok(Value::Object(members))
}

async fn list(c: &Context<'_>, holder: Holder) -> Result<Value> {
    let part = c.input.part()?;
    let found = part.of(c.iam(iam::ListInlinePolicies { holder }).await?);
    Ok(listing(&found, "PolicyNames", |name| name.as_str().into()))
}

async fn delete(c: &Context<'_>, holder: Holder) -> Result<Value> {
    c.iam(iam::DeleteInlinePolicy { holder, name: c.input.named("PolicyName")? }).await?;
    Ok(Value::Null)
}

async fn put_user(c: &Context<'_>) -> Result<Value> {
    put(c, user(c)?).await
}

async fn get_user(c: &Context<'_>) -> Result<Value> {
    get(c, user(c)?).await
}

async fn list_user(c: &Context<'_>) -> Result<Value> {
    list(c, user(c)?).await
}

async fn delete_user(c: &Context<'_>) -> Result<Value> {
    delete(c, user(c)?).await
}

async fn put_group(c: &Context<'_>) -> Result<Value> {
    put(c, group(c)?).await
}

async fn get_group(c: &Context<'_>) -> Result<Value> {
    get(c, group(c)?).await
}

async fn list_group(c: &Context<'_>) -> Result<Value> {
    list(c, group(c)?).await
}

async fn delete_group(c: &Context<'_>) -> Result<Value> {
    delete(c, group(c)?).await
}

async fn put_role(c: &Context<'_>) -> Result<Value> {
    put(c, role(c)?).await
}

async fn get_role(c: &Context<'_>) -> Result<Value> {
    get(c, role(c)?).await
}

async fn list_role(c: &Context<'_>) -> Result<Value> {
    list(c, role(c)?).await
}

async fn delete_role(c: &Context<'_>) -> Result<Value> {
    delete(c, role(c)?).await
}
