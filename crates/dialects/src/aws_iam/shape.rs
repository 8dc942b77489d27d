//! Identities as these interfaces show them.

use super::arn;
use iam::{
    AccessKeyInfo, AttachedPolicy, GroupRecord, PolicyInfo, PolicyRef, PolicyVersion, RoleRecord, Tags, UserRecord,
};
use serde_json::{Value, json};
use types::AccountId;
use wire::encoding::encode;

/// A document as it stands in an answer: the text that was given, percent-encoded.
pub(super) fn document(text: &str, original: Option<&str>) -> Value {
    encode(original.unwrap_or(text)).into()
}

pub(super) fn user(account: AccountId, user: &UserRecord) -> Value {
    json!({
        "Path": "/",
        "UserName": user.name.as_str(),
        "UserId": user.id.as_str(),
        "Arn": arn::of(account, &format!("user/{}", user.name)),
        "CreateDate": user.created.iso_seconds(),
    })
}

/// A user with its tags and its ceiling, which listings leave out.
pub(super) fn whole_user(account: AccountId, record: &UserRecord) -> Value {
    whole(account, user(account, record), &record.tags, record.boundary.as_ref())
}

/// A role with its tags and its ceiling.
pub(super) fn whole_role(account: AccountId, record: &RoleRecord) -> Value {
    whole(account, role(account, record), &record.tags, record.boundary.as_ref())
}

/// A policy with its tags.
pub(super) fn whole_policy(account: AccountId, info: &PolicyInfo) -> Value {
    whole(account, policy(account, info), &info.tags, None)
}

fn whole(account: AccountId, mut shown: Value, tags: &Tags, boundary: Option<&PolicyRef>) -> Value {
    if let Some(members) = shown.as_object_mut() {
        if !tags.is_empty() {
            let shown = tags.iter().map(|(name, value)| json!({"Key": name, "Value": value}));
            members.insert("Tags".to_owned(), shown.collect());
        }
        if let Some(policy) = boundary {
            let arn = arn::of_policy(account, policy);
            let shown = json!({"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn});
            members.insert("PermissionsBoundary".to_owned(), shown);
        }
    }
    shown
}

pub(super) fn group(account: AccountId, group: &GroupRecord) -> Value {
    json!({
        "Path": "/",
        "GroupName": group.name.as_str(),
        "GroupId": group.id.as_str(),
        "Arn": arn::of(account, &format!("group/{}", group.name)),
        "CreateDate": group.created.iso_seconds(),
    })
}

pub(super) fn role(account: AccountId, role: &RoleRecord) -> Value {
    json!({
        "Path": "/",
        "RoleName": role.name.as_str(),
        "RoleId": role.id.as_str(),
        "Arn": arn::of(account, &format!("role/{}", role.name)),
        "CreateDate": role.created.iso_seconds(),
        "AssumeRolePolicyDocument": document(&role.trust, role.original.as_deref()),
        "Description": role.description,
        "MaxSessionDuration": role.max_session_secs,
    })
}

pub(super) fn access_key(user: Option<&str>, key: &AccessKeyInfo) -> Value {
    json!({
        "UserName": user,
        "AccessKeyId": key.id.as_str(),
        "Status": if key.active { "Active" } else { "Inactive" },
        "CreateDate": key.created.iso_seconds(),
    })
}

pub(super) fn policy(account: AccountId, info: &PolicyInfo) -> Value {
    json!({
        "PolicyName": info.policy.name(),
        // A policy has no other id here than its name.
        "PolicyId": info.policy.name(),
        "Arn": arn::of_policy(account, &info.policy),
        "Path": "/",
        "DefaultVersionId": info.version,
        "AttachmentCount": info.attachments,
        "PermissionsBoundaryUsageCount": info.bounds,
        "IsAttachable": true,
        "Description": info.description,
        "CreateDate": info.created.iso_seconds(),
        "UpdateDate": info.updated.iso_seconds(),
    })
}

pub(super) fn attached(account: AccountId, attached: &AttachedPolicy) -> Value {
    let policy = &attached.policy;
    json!({"PolicyName": policy.name(), "PolicyArn": arn::of_policy(account, policy)})
}

/// A version without its text, as listings show it.
pub(super) fn version_summary(version: &PolicyVersion) -> Value {
    json!({
        "VersionId": version.version,
        "IsDefaultVersion": version.default,
        "CreateDate": version.created.iso_seconds(),
    })
}

/// A version with its text.
pub(super) fn version(version: &PolicyVersion) -> Value {
    let mut shown = version_summary(version);
    if let Some(members) = shown.as_object_mut() {
        members.insert("Document".to_owned(), document(&version.document, version.original.as_deref()));
    }
    shown
}
