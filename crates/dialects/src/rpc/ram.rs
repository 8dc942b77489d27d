//! Identities, 2015-05-01 (alibaba-wire §6).

pub(super) mod groups;
pub(super) mod people;
pub(super) mod policies;
pub(super) mod shape;

use super::context::{Answer, Context, answer};
use super::row::{Row, row};
use iam::{Iam, Operation, PageRequest, Run, UserProfile};
use serde_json::json;
use shape::{access_key, page, role, user};
use std::str::FromStr;
use types::{AccessKeyId, Failure, Result, UserName};
use wire::Params;

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Ram, "CreateUser", Full, ["ram:CreateUser"], create_user),
    row!(Ram, "GetUser", Full, ["ram:GetUser"], get_user),
    row!(Ram, "UpdateUser", Full, ["ram:UpdateUser"], update_user),
    row!(Ram, "ListUsers", Partial, ["ram:ListUsers"], list_users),
    row!(Ram, "DeleteUser", Full, ["ram:DeleteUser"], delete_user),
    row!(Ram, "CreateAccessKey", Full, ["ram:CreateAccessKey"], create_access_key),
    row!(Ram, "ListAccessKeys", Full, ["ram:ListAccessKeys"], list_access_keys),
    row!(Ram, "UpdateAccessKey", Full, ["ram:UpdateAccessKey"], update_access_key),
    row!(Ram, "DeleteAccessKey", Full, ["ram:DeleteAccessKey"], delete_access_key),
    row!(Ram, "GetAccessKeyLastUsed", Full, ["ram:GetAccessKeyLastUsed"], get_access_key_last_used),
    row!(Ram, "CreateRole", Partial, ["ram:CreateRole"], create_role),
    row!(Ram, "GetRole", Full, ["ram:GetRole"], get_role),
    row!(Ram, "UpdateRole", Full, ["ram:UpdateRole"], update_role),
    row!(Ram, "ListRoles", Partial, ["ram:ListRoles"], list_roles),
    row!(Ram, "DeleteRole", Full, ["ram:DeleteRole"], delete_role),
    row!(Ram, "DecodeDiagnosticMessage"),
    row!(Ram, "TagResources"),
    row!(Ram, "UntagResources"),
    row!(Ram, "ListTagResources"),
    row!(Ram, "CreateServiceLinkedRole"),
    row!(Ram, "DeleteServiceLinkedRole"),
    row!(Ram, "GetServiceLinkedRoleTemplate"),
];

impl Context<'_> {
    pub(super) async fn iam<Op: Operation>(&self, op: Op) -> Result<Op::Output>
    where
        Iam: Run<Op>,
    {
        self.domains.gate.perform(self.caller, &self.domains.iam, op).await
    }
}

/// A required name; the error states its rule.
pub(super) fn named<T>(params: &Params, parameter: &'static str) -> Result<T>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    params.parsed(parameter)?.ok_or_else(|| Failure::missing(parameter))
}

pub(super) fn text(params: &Params, parameter: &'static str) -> Option<String> {
    params.get(parameter).map(str::to_owned)
}

/// Parameters that are known but not supported are refused by name: passing them over would promise what is not done.
pub(super) fn refuse(params: &Params, names: &[&'static str]) -> Result<()> {
    let given = |name: &&&'static str| {
        params.iter().any(|(given, value)| {
            let base = given.split('.').next().unwrap_or(given);
            base == **name && !value.is_empty()
        })
    };
    match names.iter().find(given) {
        Some(name) => {
            Err(Failure::new(types::Reason::NotImplemented, format!("The parameter {name} is not supported."))
                .with("Parameter", *name))
        }
        None => Ok(()),
    }
}

pub(super) fn page_request(params: &Params) -> Result<PageRequest> {
    refuse(params, &["Tag"])?;
    Ok(PageRequest { marker: params.optional("Marker").map(str::to_owned), max_items: params.parsed("MaxItems")? })
}

async fn create_user(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["Tag"])?;
    let profile = UserProfile {
        display_name: text(c.params, "DisplayName"),
        mobile_phone: text(c.params, "MobilePhone"),
        email: text(c.params, "Email"),
        comments: text(c.params, "Comments"),
    };
    let made = c.iam(iam::CreateUser { name: named(c.params, "UserName")?, profile }).await?;
    Ok(answer! { "User": user(&made) })
}

async fn get_user(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::GetUser { name: named(c.params, "UserName")? }).await?;
    Ok(answer! { "User": user(&found) })
}

async fn update_user(c: &Context<'_>) -> Result<Answer> {
    let profile = UserProfile {
        display_name: text(c.params, "NewDisplayName"),
        mobile_phone: text(c.params, "NewMobilePhone"),
        email: text(c.params, "NewEmail"),
        comments: text(c.params, "NewComments"),
    };
    let (name, new_name) = (named(c.params, "UserName")?, c.params.parsed("NewUserName")?);
    let changed = c.iam(iam::UpdateUser { name, new_name, profile }).await?;
    Ok(answer! { "User": user(&changed) })
}

async fn list_users(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListUsers { page: page_request(c.params)? }).await?;
    Ok(page(&found, "Users", "User", user))
}

async fn delete_user(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteUser { name: named(c.params, "UserName")? }).await?;
    Ok(answer! {})
}

/// Whose access keys: a user's, or without a name the caller's own.
fn whose(params: &Params) -> Result<Option<UserName>> {
    params.parsed("UserName")
}

async fn create_access_key(c: &Context<'_>) -> Result<Answer> {
    let made = c.iam(iam::CreateAccessKey { user: whose(c.params)? }).await?;
    Ok(answer! { "AccessKey": {
        "AccessKeyId": made.id.as_str(),
        "AccessKeySecret": made.secret.expose(),
        "Status": "Active",
        "CreateDate": c.caller.call().time.iso_seconds(),
    } })
}

async fn list_access_keys(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListAccessKeys { user: whose(c.params)? }).await?;
    let keys: Vec<_> = found.iter().map(access_key).collect();
    Ok(answer! { "AccessKeys": {"AccessKey": keys} })
}

/// Whether an access key is to be active.
pub(super) fn status(params: &Params) -> Result<bool> {
    match params.required("Status")? {
        "Active" => Ok(true),
        "Inactive" => Ok(false),
        _ => Err(Failure::invalid("Status", "Active or Inactive")),
    }
}

async fn update_access_key(c: &Context<'_>) -> Result<Answer> {
    let (active, access_key): (bool, AccessKeyId) = (status(c.params)?, named(c.params, "UserAccessKeyId")?);
    c.iam(iam::UpdateAccessKey { user: whose(c.params)?, access_key, active }).await?;
    Ok(answer! {})
}

async fn delete_access_key(c: &Context<'_>) -> Result<Answer> {
    let access_key: AccessKeyId = named(c.params, "UserAccessKeyId")?;
    c.iam(iam::DeleteAccessKey { user: whose(c.params)?, access_key }).await?;
    Ok(answer! {})
}

async fn get_access_key_last_used(c: &Context<'_>) -> Result<Answer> {
    let access_key: AccessKeyId = named(c.params, "UserAccessKeyId")?;
    let used = c.iam(iam::GetAccessKeyLastUsed { user: whose(c.params)?, access_key }).await?;
    Ok(answer! { "AccessKeyLastUsed": {"LastUsedDate": used.map(types::Timestamp::iso_seconds).unwrap_or_default()} })
}

async fn create_role(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["Tag", "AllowConsoleLogin"])?;
    let op = iam::CreateRole {
        original: None,
        name: named(c.params, "RoleName")?,
        trust: c.params.required("AssumeRolePolicyDocument")?.to_owned(),
        description: text(c.params, "Description").unwrap_or_default(),
        max_session_secs: c.params.parsed("MaxSessionDuration")?,
    };
    let made = c.iam(op).await?;
    Ok(answer! { "Role": role(c, &made) })
}

async fn get_role(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::GetRole { name: named(c.params, "RoleName")? }).await?;
    Ok(answer! { "Role": role(c, &found) })
}

async fn update_role(c: &Context<'_>) -> Result<Answer> {
    let op = iam::UpdateRole {
        original: None,
        name: named(c.params, "RoleName")?,
        trust: c.params.optional("NewAssumeRolePolicyDocument").map(str::to_owned),
        description: text(c.params, "NewDescription"),
        max_session_secs: c.params.parsed("NewMaxSessionDuration")?,
    };
    let changed = c.iam(op).await?;
    Ok(answer! { "Role": role(c, &changed) })
}

async fn list_roles(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListRoles { page: page_request(c.params)? }).await?;
    Ok(page(&found, "Roles", "Role", |record| {
        let mut role = role(c, record);
        // A listing leaves the trust policies out.
        if let Some(members) = role.as_object_mut() {
            members.remove("AssumeRolePolicyDocument");
        }
        json!(role)
    }))
}

async fn delete_role(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteRole { name: named(c.params, "RoleName")? }).await?;
    Ok(answer! {})
}
