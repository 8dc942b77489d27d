//! Identities, 2015-05-01 (alibaba-wire §6).

pub(super) mod diagnosis;
pub(super) mod groups;
pub(super) mod people;
pub(super) mod policies;
pub(super) mod shape;
pub(super) mod tags;
pub(super) mod user_names;
pub(super) mod users;

use super::context::{Answer, Context, answer};
use super::row::{Row, row};
use iam::{Iam, Operation, PageRequest, Run};
use shape::{page, role};
use std::str::FromStr;
use types::{Failure, Result};
pub(super) use user_names::domain;
use wire::Params;

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Ram, "CreateRole", Partial, ["ram:CreateRole"], create_role),
    row!(Ram, "GetRole", Full, ["ram:GetRole"], get_role),
    row!(Ram, "UpdateRole", Full, ["ram:UpdateRole"], update_role),
    row!(Ram, "ListRoles", Partial, ["ram:ListRoles"], list_roles),
    row!(Ram, "DeleteRole", Full, ["ram:DeleteRole"], delete_role),
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

/// The page of a listing that cannot be asked for by tags.
pub(super) fn page_request(params: &Params) -> Result<PageRequest> {
    refuse(params, &["Tag"])?;
    page_of_tagged(params)
}

/// The page of one that can.
pub(super) fn page_of_tagged(params: &Params) -> Result<PageRequest> {
    Ok(PageRequest { marker: params.optional("Marker").map(str::to_owned), max_items: params.parsed("MaxItems")? })
}

async fn create_role(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["AllowConsoleLogin"])?;
    let op = iam::CreateRole {
        original: None,
        name: named(c.params, "RoleName")?,
        trust: c.params.required("AssumeRolePolicyDocument")?.to_owned(),
        description: text(c.params, "Description").unwrap_or_default(),
        max_session_secs: c.params.parsed("MaxSessionDuration")?,
        tags: tags::tags(c.params)?,
        boundary: None,
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
        shape::tagged(role, &record.tags)
    }))
}

async fn delete_role(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteRole { name: named(c.params, "RoleName")? }).await?;
    Ok(answer! {})
}
