//! Policies, their versions, and to whom they are attached (alibaba-wire §6).

use super::shape::{attached, entities, page, policy, policy_summary, tagged, version};
use super::tags::tags;
use super::{named, page_request, text};
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::row::{Row, row};
use iam::{Holder, PolicyRef};
use types::{Failure, Result};
use wire::Params;

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ram, "CreatePolicy", Partial, ["ram:CreatePolicy"], create_policy),
    row!(Ram, "GetPolicy", Full, ["ram:GetPolicy"], get_policy),
    row!(Ram, "ListPolicies", Partial, ["ram:ListPolicies"], list_policies),
    row!(Ram, "DeletePolicy", Full, ["ram:DeletePolicy"], delete_policy),
    row!(Ram, "AttachPolicyToUser", Full, ["ram:AttachPolicyToUser"], attach_to_user),
    row!(Ram, "DetachPolicyFromUser", Full, ["ram:DetachPolicyFromUser"], detach_from_user),
    row!(Ram, "ListPoliciesForUser", Full, ["ram:ListPoliciesForUser"], list_for_user),
    row!(Ram, "AttachPolicyToRole", Full, ["ram:AttachPolicyToRole"], attach_to_role),
    row!(Ram, "DetachPolicyFromRole", Full, ["ram:DetachPolicyFromRole"], detach_from_role),
    row!(Ram, "ListPoliciesForRole", Full, ["ram:ListPoliciesForRole"], list_for_role),
    row!(Ram, "ListPoliciesForGroup", Full, ["ram:ListPoliciesForGroup"], list_for_group),
    row!(Ram, "AttachPolicyToGroup", Full, ["ram:AttachPolicyToGroup"], attach_to_group),
    row!(Ram, "DetachPolicyFromGroup", Full, ["ram:DetachPolicyFromGroup"], detach_from_group),
    row!(Ram, "ListEntitiesForPolicy", Full, ["ram:ListEntitiesForPolicy"], list_entities),
    row!(Ram, "UpdatePolicyDescription", Full, ["ram:UpdatePolicyDescription"], update_description),
    row!(Ram, "CreatePolicyVersion", Full, ["ram:CreatePolicyVersion"], create_version),
    row!(Ram, "GetPolicyVersion", Full, ["ram:GetPolicyVersion"], get_version),
    row!(Ram, "ListPolicyVersions", Full, ["ram:ListPolicyVersions"], list_versions),
    row!(Ram, "SetDefaultPolicyVersion", Full, ["ram:SetDefaultPolicyVersion"], set_default),
    row!(Ram, "DeletePolicyVersion", Full, ["ram:DeletePolicyVersion"], delete_version),
];

async fn create_policy(c: &Context<'_>) -> Result<Answer> {
    let op = iam::CreatePolicy {
        original: None,
        name: named(c.params, "PolicyName")?,
        document: c.params.required("PolicyDocument")?.to_owned(),
        description: text(c.params, "Description").unwrap_or_default(),
        tags: tags(c.params)?,
    };
    Ok(answer! { "Policy": policy_summary(&c.iam(op).await?) })
}

/// A policy is named by its type and name.
fn policy_ref(params: &Params) -> Result<PolicyRef> {
    let name = params.required("PolicyName")?;
    match params.required("PolicyType")? {
        "System" => Ok(PolicyRef::System(name.to_owned())),
        "Custom" => Ok(PolicyRef::Custom(named(params, "PolicyName")?)),
        _ => Err(Failure::invalid("PolicyType", "System or Custom")),
    }
}

async fn get_policy(c: &Context<'_>) -> Result<Answer> {
    Ok(policy(&c.iam(iam::GetPolicy { policy: policy_ref(c.params)? }).await?))
}

async fn list_policies(c: &Context<'_>) -> Result<Answer> {
    let system = match c.params.optional("PolicyType") {
        None => None,
        Some("System") => Some(true),
        Some("Custom") => Some(false),
        Some(_) => return Err(Failure::invalid("PolicyType", "System or Custom")),
    };
    let found = c.iam(iam::ListPolicies { system, page: page_request(c.params)? }).await?;
    Ok(page(&found, "Policies", "Policy", |info| tagged(policy_summary(info), &info.tags)))
}

async fn delete_policy(c: &Context<'_>) -> Result<Answer> {
    let cascading = c.params.boolean("CascadingDelete")?.unwrap_or(false);
    let policy = PolicyRef::Custom(named(c.params, "PolicyName")?);
    c.iam(iam::DeletePolicy { policy, cascading }).await?;
    Ok(answer! {})
}

fn user_holder(params: &Params) -> Result<Holder> {
    Ok(Holder::User(named(params, "UserName")?))
}

fn role_holder(params: &Params) -> Result<Holder> {
    Ok(Holder::Role(named(params, "RoleName")?))
}

fn group_holder(params: &Params) -> Result<Holder> {
    Ok(Holder::Group(named(params, "GroupName")?))
}

async fn attach(c: &Context<'_>, holder: Holder) -> Result<Answer> {
    c.iam(iam::AttachPolicy { holder, policy: policy_ref(c.params)? }).await?;
    Ok(answer! {})
}

async fn detach(c: &Context<'_>, holder: Holder) -> Result<Answer> {
    c.iam(iam::DetachPolicy { holder, policy: policy_ref(c.params)? }).await?;
    Ok(answer! {})
}

async fn list_attached(c: &Context<'_>, holder: Holder) -> Result<Answer> {
    let found = c.iam(iam::ListAttachedPolicies { holder }).await?;
    let policies: Vec<_> = found.iter().map(attached).collect();
    Ok(answer! { "Policies": {"Policy": policies} })
}

async fn attach_to_user(c: &Context<'_>) -> Result<Answer> {
    attach(c, user_holder(c.params)?).await
}

async fn detach_from_user(c: &Context<'_>) -> Result<Answer> {
    detach(c, user_holder(c.params)?).await
}

async fn list_for_user(c: &Context<'_>) -> Result<Answer> {
    list_attached(c, user_holder(c.params)?).await
}

async fn attach_to_role(c: &Context<'_>) -> Result<Answer> {
    attach(c, role_holder(c.params)?).await
}

async fn detach_from_role(c: &Context<'_>) -> Result<Answer> {
    detach(c, role_holder(c.params)?).await
}

async fn list_for_role(c: &Context<'_>) -> Result<Answer> {
    list_attached(c, role_holder(c.params)?).await
}

async fn attach_to_group(c: &Context<'_>) -> Result<Answer> {
    attach(c, group_holder(c.params)?).await
}

async fn detach_from_group(c: &Context<'_>) -> Result<Answer> {
    detach(c, group_holder(c.params)?).await
}

async fn list_for_group(c: &Context<'_>) -> Result<Answer> {
    list_attached(c, group_holder(c.params)?).await
}

async fn list_entities(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListEntitiesForPolicy { policy: policy_ref(c.params)? }).await?;
    Ok(entities(c, &found))
}

async fn update_description(c: &Context<'_>) -> Result<Answer> {
    let description = text(c.params, "NewDescription").ok_or_else(|| Failure::missing("NewDescription"))?;
    let op = iam::UpdatePolicyDescription { name: named(c.params, "PolicyName")?, description };
    Ok(answer! { "Policy": policy_summary(&c.iam(op).await?) })
}

async fn create_version(c: &Context<'_>) -> Result<Answer> {
    let rotate = match c.params.optional("RotateStrategy") {
        None | Some("None") => false,
        Some("DeleteOldestNonDefaultVersionWhenLimitExceeded") => true,
        Some(_) => {
            let rule = "None or DeleteOldestNonDefaultVersionWhenLimitExceeded";
            return Err(Failure::invalid("RotateStrategy", rule));
        }
    };
    let op = iam::CreatePolicyVersion {
        original: None,
        name: named(c.params, "PolicyName")?,
        document: c.params.required("PolicyDocument")?.to_owned(),
        default: c.params.boolean("SetAsDefault")?.unwrap_or(false),
        rotate,
    };
    Ok(answer! { "PolicyVersion": version(&c.iam(op).await?) })
}

async fn get_version(c: &Context<'_>) -> Result<Answer> {
    let op = iam::GetPolicyVersion { policy: policy_ref(c.params)?, version: version_id(c.params)? };
    Ok(answer! { "PolicyVersion": version(&c.iam(op).await?) })
}

async fn list_versions(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListPolicyVersions { policy: policy_ref(c.params)? }).await?;
    let versions: Vec<_> = found.iter().map(version).collect();
    Ok(answer! { "PolicyVersions": {"PolicyVersion": versions} })
}

async fn set_default(c: &Context<'_>) -> Result<Answer> {
    let op = iam::SetDefaultPolicyVersion { name: named(c.params, "PolicyName")?, version: version_id(c.params)? };
    c.iam(op).await?;
    Ok(answer! {})
}

async fn delete_version(c: &Context<'_>) -> Result<Answer> {
    let op = iam::DeletePolicyVersion { name: named(c.params, "PolicyName")?, version: version_id(c.params)? };
    c.iam(op).await?;
    Ok(answer! {})
}

fn version_id(params: &Params) -> Result<String> {
    Ok(params.required("VersionId")?.to_owned())
}
