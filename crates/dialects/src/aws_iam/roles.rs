//! Roles.

use super::context::Context;
use super::input::listing;
use super::row::{Row, row};
use super::{boundaries, shape, tags};
use crate::aws_policy::identity;
use iam::UpdateRole;
use serde_json::{Value, json};
use types::Result;

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "CreateRole", Partial, ["ram:CreateRole"],
        ["RoleName", "Path", "AssumeRolePolicyDocument", "Description", "MaxSessionDuration", "Tags", "PermissionsBoundary"],
        create),
    row!(Iam, "GetRole", Full, ["ram:GetRole"], ["RoleName"], get),
    row!(Iam, "UpdateRole", Full, ["ram:UpdateRole"], ["RoleName", "Description", "MaxSessionDuration"], update),
    row!(Iam, "UpdateRoleDescription", Full, ["ram:UpdateRole"], ["RoleName", "Description"], update_description),
    row!(Iam, "UpdateAssumeRolePolicy", Full, ["ram:UpdateRole"], ["RoleName", "PolicyDocument"], update_trust),
    row!(Iam, "ListRoles", Partial, ["ram:ListRoles"], ["PathPrefix", "Marker", "MaxItems"], list),
    row!(Iam, "DeleteRole", Full, ["ram:DeleteRole"], ["RoleName"], delete),
];

async fn create(c: &Context<'_>) -> Result<Value> {
    c.input.only_root("Path")?;
    let trust = identity::trust(c.input.text("AssumeRolePolicyDocument")?)?;
    let op = iam::CreateRole {
        name: c.input.named("RoleName")?,
        trust: trust.text,
        original: trust.original,
        description: c.input.given("Description").unwrap_or_default(),
        max_session_secs: c.input.parsed("MaxSessionDuration")?,
        tags: tags::given(c)?,
        boundary: boundaries::given(c)?,
    };
    Ok(json!({"Role": shape::whole_role(c.account()?, &c.iam(op).await?)}))
}

async fn get(c: &Context<'_>) -> Result<Value> {
    let found = c.iam(iam::GetRole { name: c.input.named("RoleName")? }).await?;
    Ok(json!({"Role": shape::whole_role(c.account()?, &found)}))
}

/// A change of nothing, to be filled in.
fn change(c: &Context<'_>) -> Result<UpdateRole> {
    let name = c.input.named("RoleName")?;
    Ok(UpdateRole { name, trust: None, original: None, description: None, max_session_secs: None })
}

async fn update(c: &Context<'_>) -> Result<Value> {
    let max_session_secs = c.input.parsed("MaxSessionDuration")?;
    let op = UpdateRole { description: c.input.given("Description"), max_session_secs, ..change(c)? };
    c.iam(op).await?;
    Ok(json!({}))
}

async fn update_description(c: &Context<'_>) -> Result<Value> {
    let description = Some(c.input.text("Description")?.to_owned());
    let changed = c.iam(UpdateRole { description, ..change(c)? }).await?;
    Ok(json!({"Role": shape::role(c.account()?, &changed)}))
}

async fn update_trust(c: &Context<'_>) -> Result<Value> {
    let trust = identity::trust(c.input.text("PolicyDocument")?)?;
    c.iam(UpdateRole { trust: Some(trust.text), original: trust.original, ..change(c)? }).await?;
    Ok(Value::Null)
}

async fn list(c: &Context<'_>) -> Result<Value> {
    c.input.only_root("PathPrefix")?;
    let found = c.iam(iam::ListRoles { page: c.input.page()? }).await?;
    let account = c.account()?;
    Ok(listing(&found, "Roles", |role| shape::role(account, role)))
}

async fn delete(c: &Context<'_>) -> Result<Value> {
    c.iam(iam::DeleteRole { name: c.input.named("RoleName")? }).await?;
    Ok(Value::Null)
}
