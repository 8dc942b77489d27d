//! Policies of the account's own, and those that come with Bailee.

use super::context::Context;
use super::input::listing;
use super::row::{Row, row};
use super::{arn, shape, tags};
use crate::aws_policy::identity;
use iam::PolicyRef;
use serde_json::{Value, json};
use types::{Failure, PolicyName, Reason, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "CreatePolicy", Partial, ["ram:CreatePolicy"],
        ["PolicyName", "Path", "PolicyDocument", "Description", "Tags"], create),
    row!(Iam, "GetPolicy", Full, ["ram:GetPolicy"], ["PolicyArn"], get),
    row!(Iam, "ListPolicies", Partial, ["ram:ListPolicies"],
        ["Scope", "OnlyAttached", "PathPrefix", "PolicyUsageFilter", "Marker", "MaxItems"], list),
    row!(Iam, "DeletePolicy", Full, ["ram:DeletePolicy"], ["PolicyArn"], delete),
];

/// The policy that the request names.
pub(super) fn named(c: &Context<'_>) -> Result<PolicyRef> {
    arn::policy(c.account()?, c.input.text("PolicyArn")?)
}

/// The same, of the account's own: others cannot be changed.
pub(super) fn own(c: &Context<'_>) -> Result<PolicyName> {
    match named(c)? {
        PolicyRef::Custom(name) => Ok(name),
        PolicyRef::System(name) => Err(Failure::of(Reason::PolicySystem).with("PolicyName", name)),
    }
}

/// Refuses another use of policies than that of saying what their holders may do.
pub(super) fn only_permissions(c: &Context<'_>) -> Result<()> {
    match c.input.optional("PolicyUsageFilter") {
        None | Some("PermissionsPolicy") => Ok(()),
        Some(_) => {
            Err(Failure::invalid("PolicyUsageFilter", "it must be PermissionsPolicy, the only use there is here"))
        }
    }
}

async fn create(c: &Context<'_>) -> Result<Value> {
    c.input.only_root("Path")?;
    let document = identity::policy(c.input.text("PolicyDocument")?)?;
    let op = iam::CreatePolicy {
        name: c.input.named("PolicyName")?,
        document: document.text,
        original: document.original,
        description: c.input.given("Description").unwrap_or_default(),
        tags: tags::given(c)?,
    };
    Ok(json!({"Policy": shape::whole_policy(c.account()?, &c.iam(op).await?)}))
}

async fn get(c: &Context<'_>) -> Result<Value> {
    let found = c.iam(iam::GetPolicy { policy: named(c)? }).await?;
    Ok(json!({"Policy": shape::whole_policy(c.account()?, &found)}))
}

async fn list(c: &Context<'_>) -> Result<Value> {
    c.input.only_root("PathPrefix")?;
    only_permissions(c)?;
    let system = match c.input.optional("Scope") {
        None | Some("All") => None,
        Some("AWS") => Some(true),
        Some("Local") => Some(false),
        Some(_) => return Err(Failure::invalid("Scope", "All, AWS or Local")),
    };
    if c.input.flag("OnlyAttached")? {
        return Err(Failure::new(Reason::NotImplemented, "The parameter OnlyAttached is not supported as true."));
    }
    let found = c.iam(iam::ListPolicies { system, page: c.input.page()? }).await?;
    let account = c.account()?;
    Ok(listing(&found, "Policies", |policy| shape::policy(account, policy)))
}

async fn delete(c: &Context<'_>) -> Result<Value> {
    c.iam(iam::DeletePolicy { policy: PolicyRef::Custom(own(c)?), cascading: false }).await?;
    Ok(Value::Null)
}
