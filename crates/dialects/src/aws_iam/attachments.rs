//! To whom policies are attached.

use super::context::Context;
use super::input::{ending, listing};
use super::policies::{named, only_permissions};
use super::row::{Row, row};
use super::shape;
use iam::{Holder, PolicyEntity};
use serde_json::{Value, json};
use types::{Failure, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "AttachUserPolicy", Partial, ["ram:AttachPolicyToUser"], ["UserName", "PolicyArn"], attach_to_user),
    row!(Iam, "AttachGroupPolicy", Partial, ["ram:AttachPolicyToGroup"], ["GroupName", "PolicyArn"], attach_to_group),
    row!(Iam, "AttachRolePolicy", Partial, ["ram:AttachPolicyToRole"], ["RoleName", "PolicyArn"], attach_to_role),
    row!(Iam, "DetachUserPolicy", Full, ["ram:DetachPolicyFromUser"], ["UserName", "PolicyArn"], detach_from_user),
    row!(Iam, "DetachGroupPolicy", Full, ["ram:DetachPolicyFromGroup"], ["GroupName", "PolicyArn"], detach_from_group),
    row!(Iam, "DetachRolePolicy", Full, ["ram:DetachPolicyFromRole"], ["RoleName", "PolicyArn"], detach_from_role),
    row!(Iam, "ListAttachedUserPolicies", Partial, ["ram:ListPoliciesForUser"],
        ["UserName", "PathPrefix", "Marker", "MaxItems"], list_of_user),
    row!(Iam, "ListAttachedGroupPolicies", Partial, ["ram:ListPoliciesForGroup"],
        ["GroupName", "PathPrefix", "Marker", "MaxItems"], list_of_group),
    row!(Iam, "ListAttachedRolePolicies", Partial, ["ram:ListPoliciesForRole"],
        ["RoleName", "PathPrefix", "Marker", "MaxItems"], list_of_role),
    row!(Iam, "ListEntitiesForPolicy", Partial, ["ram:ListEntitiesForPolicy"],
        ["PolicyArn", "EntityFilter", "PathPrefix", "PolicyUsageFilter", "Marker", "MaxItems"], list_entities),
];

pub(super) fn user(c: &Context<'_>) -> Result<Holder> {
    Ok(Holder::User(c.input.named("UserName")?))
}

pub(super) fn group(c: &Context<'_>) -> Result<Holder> {
    Ok(Holder::Group(c.input.named("GroupName")?))
}

pub(super) fn role(c: &Context<'_>) -> Result<Holder> {
    Ok(Holder::Role(c.input.named("RoleName")?))
}

async fn attach(c: &Context<'_>, holder: Holder) -> Result<Value> {
    c.iam(iam::AttachPolicy { holder, policy: named(c)? }).await?;
    Ok(Value::Null)
}

async fn detach(c: &Context<'_>, holder: Holder) -> Result<Value> {
    c.iam(iam::DetachPolicy { holder, policy: named(c)? }).await?;
    Ok(Value::Null)
}

async fn list(c: &Context<'_>, holder: Holder) -> Result<Value> {
    c.input.only_root("PathPrefix")?;
    let (account, part) = (c.account()?, c.input.part()?);
    let found = part.of(c.iam(iam::ListAttachedPolicies { holder }).await?);
    Ok(listing(&found, "AttachedPolicies", |policy| shape::attached(account, policy)))
}

async fn attach_to_user(c: &Context<'_>) -> Result<Value> {
    attach(c, user(c)?).await
}

async fn attach_to_group(c: &Context<'_>) -> Result<Value> {
    attach(c, group(c)?).await
}

async fn attach_to_role(c: &Context<'_>) -> Result<Value> {
    attach(c, role(c)?).await
}

async fn detach_from_user(c: &Context<'_>) -> Result<Value> {
    detach(c, user(c)?).await
}

async fn detach_from_group(c: &Context<'_>) -> Result<Value> {
    detach(c, group(c)?).await
}

async fn detach_from_role(c: &Context<'_>) -> Result<Value> {
    detach(c, role(c)?).await
}

async fn list_of_user(c: &Context<'_>) -> Result<Value> {
    list(c, user(c)?).await
}

async fn list_of_group(c: &Context<'_>) -> Result<Value> {
    list(c, group(c)?).await
}

async fn list_of_role(c: &Context<'_>) -> Result<Value> {
    list(c, role(c)?).await
}

async fn list_entities(c: &Context<'_>) -> Result<Value> {
    c.input.only_root("PathPrefix")?;
    only_permissions(c)?;
    let wanted = c.input.optional("EntityFilter");
    if wanted.is_some_and(|kind| !["User", "Group", "Role"].contains(&kind)) {
        return Err(Failure::invalid("EntityFilter", "User, Group or Role"));
    }
    let part = c.input.part()?;
    let mut all = c.iam(iam::ListEntitiesForPolicy { policy: named(c)? }).await?;
    all.retain(|entity| wanted.is_none_or(|kind| kind == kind_of(entity)));
    let found = part.of(all);
    let mut members = ending(&found);
    for (kind, list) in [("User", "PolicyUsers"), ("Group", "PolicyGroups"), ("Role", "PolicyRoles")] {
        let of_kind = found.items.iter().filter(|found| kind_of(found) == kind).map(entity);
        members.insert(list.to_owned(), of_kind.collect());
    }
    Ok(Value::Object(members))
}

const fn kind_of(entity: &PolicyEntity) -> &'static str {
    match entity {
        PolicyEntity::User(..) => "User",
        PolicyEntity::Group(..) => "Group",
        PolicyEntity::Role(..) => "Role",
    }
}

fn entity(entity: &PolicyEntity) -> Value {
    match entity {
        PolicyEntity::User(user, _) => json!({"UserName": user.name.as_str(), "UserId": user.id.as_str()}),
        PolicyEntity::Group(group, _) => json!({"GroupName": group.name.as_str(), "GroupId": group.id.as_str()}),
        PolicyEntity::Role(role, _) => json!({"RoleName": role.name.as_str(), "RoleId": role.id.as_str()}),
    }
}
