//! Identities as the interface shows them.

use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::row::ServiceName;
use iam::{
    AccessKeyInfo, AttachedPolicy, GroupRecord, Page, PolicyEntity, PolicyInfo, PolicyRef, PolicyVersion, RoleRecord,
    Tags, UserRecord,
};
use serde_json::{Value, json};

/// A page of a listing, wrapped twice.
pub(crate) fn page<T>(found: &Page<T>, list: &str, item: &str, shape: impl Fn(&T) -> Value) -> Answer {
    let items: Vec<Value> = found.items.iter().map(shape).collect();
    let mut members = answer! { "IsTruncated": found.is_truncated };
    members.insert(list.to_owned(), json!({item: items}));
    if let Some(marker) = &found.marker {
        members.insert("Marker".to_owned(), marker.as_str().into());
    }
    members
}

pub(in crate::rpc) fn user(c: &Context<'_>, user: &UserRecord) -> Value {
    let (member, name) = c.shown_user(&user.name);
    let shown = json!({
        "UserId": user.id.as_str(),
        (member): name,
        "DisplayName": user.display_name,
        "MobilePhone": user.mobile_phone,
        "Email": user.email,
        "Comments": user.comments,
        "CreateDate": user.created.iso_seconds(),
        "UpdateDate": user.updated.iso_seconds(),
    });
    match c.service {
        ServiceName::Ims => tagged(shown, &user.tags),
        _ => shown,
    }
}

/// The same with its tags, where it has any.
pub(super) fn tagged(mut shown: Value, tags: &Tags) -> Value {
    if let Some(members) = shown.as_object_mut().filter(|_| !tags.is_empty()) {
        members.insert("Tags".to_owned(), super::tags::shown(tags));
    }
    shown
}

pub(crate) fn access_key(key: &AccessKeyInfo) -> Value {
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
            "CreateDate": info.version_created.iso_seconds(),
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

pub(super) fn group(group: &GroupRecord) -> Value {
    json!({
        "GroupId": group.id.as_str(),
        "GroupName": group.name.as_str(),
        "Comments": group.comments,
        "CreateDate": group.created.iso_seconds(),
        "UpdateDate": group.updated.iso_seconds(),
    })
}

pub(super) fn version(version: &PolicyVersion) -> Value {
    json!({
        "VersionId": version.version,
        "IsDefaultVersion": version.default,
        "PolicyDocument": version.document,
        "CreateDate": version.created.iso_seconds(),
    })
}

/// To whom a policy is attached, by kind.
pub(super) fn entities(c: &Context<'_>, found: &[PolicyEntity]) -> Answer {
    let (mut users, mut groups, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    for entity in found {
        match entity {
            PolicyEntity::User(user, since) => users.push(json!({
                "UserId": user.id.as_str(),
                "UserName": user.name.as_str(),
                "DisplayName": user.display_name,
                "AttachDate": since.iso_seconds(),
            })),
            PolicyEntity::Group(group, since) => groups.push(json!({
                "GroupName": group.name.as_str(),
                "Comments": group.comments,
                "AttachDate": since.iso_seconds(),
            })),
            PolicyEntity::Role(role, since) => roles.push(json!({
                "RoleId": role.id.as_str(),
                "RoleName": role.name.as_str(),
                "Arn": role_arn(c, role),
                "Description": role.description,
                "AttachDate": since.iso_seconds(),
            })),
        }
    }
    answer! { "Users": {"User": users}, "Groups": {"Group": groups}, "Roles": {"Role": roles} }
}

fn role_arn(c: &Context<'_>, role: &RoleRecord) -> String {
    let account = c.caller.account().map(|a| a.to_string()).unwrap_or_default();
    format!("acs:ram::{account}:role/{}", role.name)
}

pub(super) fn role(c: &Context<'_>, role: &RoleRecord) -> Value {
    json!({
        "RoleId": role.id.as_str(),
        "RoleName": role.name.as_str(),
        "Arn": role_arn(c, role),
        "Description": role.description,
        "AssumeRolePolicyDocument": role.trust,
        "MaxSessionDuration": role.max_session_secs,
        "CreateDate": role.created.iso_seconds(),
        "UpdateDate": role.updated.iso_seconds(),
    })
}
