//! Users.

use super::context::Context;
use super::input::listing;
use super::row::{Row, row};
use super::{boundaries, shape, tags};
use iam::UserProfile;
use serde_json::{Value, json};
use types::{Failure, Principal, Result, UserName};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "CreateUser", Partial, ["ram:CreateUser"], 
        ["UserName", "Path", "Tags", "PermissionsBoundary"], create),
    row!(Iam, "GetUser", Full, ["ram:GetUser"], ["UserName"], get),
    row!(Iam, "UpdateUser", Partial, ["ram:UpdateUser"], ["UserName", "NewUserName", "NewPath"], update),
    row!(Iam, "ListUsers", Partial, ["ram:ListUsers"], ["PathPrefix", "Marker", "MaxItems"], list),
    row!(Iam, "DeleteUser", Full, ["ram:DeleteUser"], ["UserName"], delete),
];

async fn create(c: &Context<'_>) -> Result<Value> {
    c.input.only_root("Path")?;
    let op = iam::CreateUser {
        name: c.input.named("UserName")?,
        profile: UserProfile::default(),
        tags: tags::given(c)?,
        boundary: boundaries::given(c)?,
    };
    Ok(json!({"User": shape::whole_user(c.account()?, &c.iam(op).await?)}))
}

/// The user that is named, or the calling one.
fn whom(c: &Context<'_>) -> Result<UserName> {
    match (c.input.parsed("UserName")?, c.caller.principal()) {
        (Some(name), _) => Ok(name),
        (None, Principal::User { name, .. }) => Ok(name.clone()),
        (None, _) => Err(Failure::missing("UserName")),
    }
}

async fn get(c: &Context<'_>) -> Result<Value> {
    let found = c.iam(iam::GetUser { name: whom(c)? }).await?;
    Ok(json!({"User": shape::whole_user(c.account()?, &found)}))
}

async fn update(c: &Context<'_>) -> Result<Value> {
    c.input.only_root("NewPath")?;
    let (name, new_name) = (c.input.named("UserName")?, c.input.parsed("NewUserName")?);
    c.iam(iam::UpdateUser { name, new_name, profile: UserProfile::default() }).await?;
    Ok(Value::Null)
}

async fn list(c: &Context<'_>) -> Result<Value> {
    c.input.only_root("PathPrefix")?;
    let found = c.iam(iam::ListUsers { page: c.input.page()? }).await?;
    let account = c.account()?;
    Ok(listing(&found, "Users", |user| shape::user(account, user)))
}

async fn delete(c: &Context<'_>) -> Result<Value> {
    c.iam(iam::DeleteUser { name: c.input.named("UserName")? }).await?;
    Ok(Value::Null)
}
