//! Permissions boundaries: the policy that is the ceiling over a user or a role.

use super::arn;
use super::context::Context;
use super::row::{Row, row};
use iam::{Bearer, DeleteBoundary, PolicyRef, PutBoundary};
use serde_json::Value;
use types::{Failure, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "PutUserPermissionsBoundary", Full, ["ram:PutUserPermissionsBoundary"],
        ["UserName", "PermissionsBoundary"], put_user),
    row!(Iam, "DeleteUserPermissionsBoundary", Full, ["ram:DeleteUserPermissionsBoundary"], ["UserName"], delete_user),
    row!(Iam, "PutRolePermissionsBoundary", Full, ["ram:PutRolePermissionsBoundary"],
        ["RoleName", "PermissionsBoundary"], put_role),
    row!(Iam, "DeleteRolePermissionsBoundary", Full, ["ram:DeleteRolePermissionsBoundary"], ["RoleName"], delete_role),
];

const PARAMETER: &str = "PermissionsBoundary";

/// The policy that is to be the ceiling, if one is given.
pub(super) fn given(c: &Context<'_>) -> Result<Option<PolicyRef>> {
    let account = c.account()?;
    c.input.optional(PARAMETER).map(|text| arn::policy_in(PARAMETER, account, text)).transpose()
}

async fn put(c: &Context<'_>, bearer: Bearer) -> Result<Value> {
    let policy = given(c)?.ok_or_else(|| Failure::missing(PARAMETER))?;
    c.iam(PutBoundary { bearer, policy }).await?;
    Ok(Value::Null)
}

async fn delete(c: &Context<'_>, bearer: Bearer) -> Result<Value> {
    c.iam(DeleteBoundary { bearer }).await?;
    Ok(Value::Null)
}

async fn put_user(c: &Context<'_>) -> Result<Value> {
    put(c, Bearer::User(c.input.named("UserName")?)).await
}

async fn delete_user(c: &Context<'_>) -> Result<Value> {
    delete(c, Bearer::User(c.input.named("UserName")?)).await
}

async fn put_role(c: &Context<'_>) -> Result<Value> {
    put(c, Bearer::Role(c.input.named("RoleName")?)).await
}

async fn delete_role(c: &Context<'_>) -> Result<Value> {
    delete(c, Bearer::Role(c.input.named("RoleName")?)).await
}
