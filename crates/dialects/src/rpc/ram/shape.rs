//! Identities as the interface shows them.

use crate::rpc::context::{Answer, Context, answer};
use iam::{AccessKeyInfo, AttachedPolicy, Page, PolicyInfo, PolicyRef, RoleRecord, UserRecord};
use serde_json::{Value, json};

/// A page of a listing, wrapped twice.
pub(super) fn page<T>(found: &Page<T>, list: &str, item: &str, shape: impl Fn(&T) -> Value) -> Answer {
    let items: Vec<Value> = found.items.iter().map(shape).collect();
    let mut members = answer! { "IsTruncated": found.is_truncated };
    members.insert(list.to_owned(), json!({item: items}));
    if let Some(marker) = &found.marker {
        members.insert("Marker".to_owned(), marker.as_str().into());
    }
    members
}

pub(super) fn user(user: &UserRecord) -> Value {
    json!({
        "UserId": user.id.as_str(),
        "UserName": user.name.as_str(),
        "DisplayName": user.display_name,
        "MobilePhone": user.mobile_phone,
        "Email": user.email,
        "Comments": user.comments,
        "CreateDate": user.created.iso_seconds(),
        "UpdateDate": user.updated.iso_seconds(),
    })
}

pub(super) fn access_key(key: &AccessKeyInfo) -> Value {
    json!({
        "AccessKeyId": key.id.as_str(),
        "Status": if key.active { "Active" } else { "Inactive" },
        "CreateDate": key.created.iso_seconds(),
    })
}

const fn policy_type(policy: &PolicyRef) -> &'static str {
    match policy {
        PolicyRef::System(_) => "System",
        PolicyRef::Custom(_) => "Custom",
    }
}

pub(super) fn policy_summary(info: &PolicyInfo) -> Value {
    json!({
        "PolicyName": info.policy.name(),
        "PolicyType": policy_type(&info.policy),
        "Description": info.description,
        "DefaultVersion": info.version,
        "CreateDate": info.created.iso_seconds(),
        "UpdateDate": info.updated.iso_seconds(),
    })
}

/// One policy with its text.
pub(super) fn policy(info: &PolicyInfo) -> Answer {
    let mut shown = policy_summary(info);
    if let Some(members) = shown.as_object_mut() {
        members.insert("PolicyDocument".to_owned(), info.document.as_str().into());
    }
    answer! {
        "Policy": shown,
        "DefaultPolicyVersion": {
            "VersionId": info.version,
            "IsDefaultVersion": true,
            "PolicyDocument": info.document,
            "CreateDate": info.updated.iso_seconds(),
        },
    }
}

pub(super) fn attached(policy: &AttachedPolicy) -> Value {
    json!({
        "PolicyName": policy.policy.name(),
        "PolicyType": policy_type(&policy.policy),
        "Description": policy.description,
        "DefaultVersion": policy.version,
        "AttachDate": policy.attached.iso_seconds(),
    })
}

pub(super) fn role(c: &Context<'_>, role: &RoleRecord) -> Value {
    let account = c.caller.account().map(|a| a.to_string()).unwrap_or_default();
    json!({
        "RoleId": role.id.as_str(),
        "RoleName": role.name.as_str(),
        "Arn": format!("acs:ram::{account}:role/{}", role.name),
        "Description": role.description,
        "AssumeRolePolicyDocument": role.trust,
        "MaxSessionDuration": role.max_session_secs,
        "CreateDate": role.created.iso_seconds(),
        "UpdateDate": role.updated.iso_seconds(),
    })
}
