//! Versions of policies.

use super::context::Context;
use super::input::listing;
use super::policies::{named, own};
use super::row::{Row, row};
use super::shape;
use crate::aws_policy::identity;
use serde_json::{Value, json};
use types::Result;

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "CreatePolicyVersion", Full, ["ram:CreatePolicyVersion"],
        ["PolicyArn", "PolicyDocument", "SetAsDefault"], create),
    row!(Iam, "GetPolicyVersion", Full, ["ram:GetPolicyVersion"], ["PolicyArn", "VersionId"], get),
    row!(Iam, "ListPolicyVersions", Full, ["ram:ListPolicyVersions"], ["PolicyArn", "Marker", "MaxItems"], list),
    row!(Iam, "SetDefaultPolicyVersion", Full, ["ram:SetDefaultPolicyVersion"], ["PolicyArn", "VersionId"], set_default),
    row!(Iam, "DeletePolicyVersion", Full, ["ram:DeletePolicyVersion"], ["PolicyArn", "VersionId"], delete),
];

async fn create(c: &Context<'_>) -> Result<Value> {
    let document = identity::policy(c.input.text("PolicyDocument")?)?;
    let op = iam::CreatePolicyVersion {
        name: own(c)?,
        document: document.text,
        original: document.original,
        default: c.input.flag("SetAsDefault")?,
        rotate: false,
    };
    Ok(json!({"PolicyVersion": shape::version_summary(&c.iam(op).await?)}))
}

fn version_id(c: &Context<'_>) -> Result<String> {
    Ok(c.input.text("VersionId")?.to_owned())
}

async fn get(c: &Context<'_>) -> Result<Value> {
    let found = c.iam(iam::GetPolicyVersion { policy: named(c)?, version: version_id(c)? }).await?;
    Ok(json!({"PolicyVersion": shape::version(&found)}))
}

async fn list(c: &Context<'_>) -> Result<Value> {
    let part = c.input.part()?;
    let found = part.of(c.iam(iam::ListPolicyVersions { policy: named(c)? }).await?);
    Ok(listing(&found, "Versions", shape::version_summary))
}

async fn set_default(c: &Context<'_>) -> Result<Value> {
    c.iam(iam::SetDefaultPolicyVersion { name: own(c)?, version: version_id(c)? }).await?;
    Ok(Value::Null)
}

async fn delete(c: &Context<'_>) -> Result<Value> {
    c.iam(iam::DeletePolicyVersion { name: own(c)?, version: version_id(c)? }).await?;
    Ok(Value::Null)
}
