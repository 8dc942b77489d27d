//! What there is in an account and how well it is kept; the account's settings; from where access keys may be used.

use super::key_policies::{get_account, get_key, set_account, set_key};
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::ram::{people, refuse};
use crate::rpc::row::{Row, row};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use iam::{CredentialKey, CredentialReport, CredentialRow, PasswordPolicy, ReportPurpose, quotas};
use serde_json::{Value, json};
use std::time::Duration;
use types::{Failure, Result, Timestamp};

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    row!(Ims, "GetDefaultDomain", Full, ["ram:GetDefaultDomain"], default_domain),
    row!(Ims, "GetAccountSummary", Full, ["ram:GetAccountSummary"], summary),
    row!(Ims, "GetAccountMFAInfo", Full, ["ram:GetAccountMFAInfo"], mfa_info),
    row!(Ims, "GetAccountSecurityPracticeReport", Partial, ["ram:GetAccountSecurityPracticeReport"], practice),
    row!(Ims, "GenerateCredentialReport", Full, ["ram:GenerateCredentialReport"], prepare_report),
    row!(Ims, "GetCredentialReport", Partial, ["ram:GetCredentialReport"], report),
    row!(Ims, "SetPasswordPolicy", Partial, ["ram:SetPasswordPolicy"], set_password_policy),
    row!(Ims, "GetPasswordPolicy", Full, ["ram:GetPasswordPolicy"], get_password_policy),
    row!(Ims, "SetSecurityPreference", Partial, ["ram:SetSecurityPreference"], set_preference),
    row!(Ims, "GetSecurityPreference", Partial, ["ram:GetSecurityPreference"], people::get_preference),
    row!(Ims, "SetAccessKeyPolicy", Partial, ["ram:SetAccessKeyPolicy"], set_key),
    row!(Ims, "GetAccessKeyPolicy", Full, ["ram:GetAccessKeyPolicy"], get_key),
    row!(Ims, "SetAccessKeyPolicyForAccount", Partial, ["ram:SetAccessKeyPolicyForAccount"], set_account),
    row!(Ims, "GetAccessKeyPolicyForAccount", Full, ["ram:GetAccessKeyPolicyForAccount"], get_account),
];

/// Lines of a report that one answer has at most, the first of which is the account's.
const LINES: usize = 3_501;
/// From when on an access key counts as old, or as not used.
const OLD: Duration = Duration::from_secs(90 * 24 * 60 * 60);

async fn default_domain(c: &Context<'_>) -> Result<Answer> {
    let account = c.iam(iam::GetDefaultDomain).await?;
    Ok(answer! { "DefaultDomainName": crate::rpc::ram::user_names::domain(account) })
}

async fn summary(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::GetAccountSummary).await?;
    Ok(answer! { "SummaryMap": {
        "Users": found.users,
        "UsersQuota": quotas::USERS_MOST,
        "Groups": found.groups,
        "GroupsQuota": quotas::GROUPS_MOST,
        "GroupsPerUserQuota": quotas::MEMBERSHIPS_MOST,
        "Roles": found.roles,
        "RolesQuota": quotas::ROLES_MOST,
        "Policies": found.policies,
        "PoliciesQuota": quotas::POLICIES_MOST,
        "PolicySizeQuota": types::limits::POLICY_CHARS,
        "VersionsPerPolicyQuota": quotas::VERSIONS_MOST,
        "MFADevices": found.devices,
        "MFADevicesInUse": found.devices_in_use,
        "VirtualMFADevicesQuota": quotas::DEVICES_MOST,
        "AccessKeysPerUserQuota": quotas::KEYS_MOST,
        "AccountAccessKeysPerAccountQuota": quotas::KEYS_MOST,
        "AttachedPoliciesPerUserQuota": quotas::USER_CUSTOM_MOST,
        "AttachedPoliciesPerGroupQuota": quotas::OTHER_CUSTOM_MOST,
        "AttachedPoliciesPerRoleQuota": quotas::OTHER_CUSTOM_MOST,
        "AttachedSystemPoliciesPerUserQuota": quotas::SYSTEM_MOST,
        "AttachedSystemPoliciesPerGroupQuota": quotas::SYSTEM_MOST,
        "AttachedSystemPoliciesPerRoleQuota": quotas::SYSTEM_MOST,
        "IPItemsPerAKPolicyQuota": quotas::NETWORKS_MOST,
    } })
}

async fn mfa_info(c: &Context<'_>) -> Result<Answer> {
    let bound = c.iam(iam::GetAccountMfa).await?;
    Ok(answer! { "IsMFAEnable": bound })
}

/// Of the things that the vendor counts; its score is the vendor's own.
async fn practice(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ReportCredentials { purpose: ReportPurpose::Practice }).await?;
    let before = found.made.minus(OLD);
    let old = |key: &&CredentialKey| key.active && key.created < before;
    let unused = |key: &&CredentialKey| key.active && key.used.unwrap_or(key.created) < before;
    let (root, users): (Vec<&CredentialRow>, Vec<&CredentialRow>) =
        found.rows.iter().partition(|row| row.user.is_none());
    let root_keys = || root.iter().flat_map(|row| &row.keys);
    let users_with = |wanted: &dyn Fn(&&CredentialKey) -> bool| {
        users.iter().filter(|row| row.keys.iter().any(|key| wanted(&key))).count()
    };
    Ok(answer! { "AccountSecurityPracticeInfo": { "AccountSecurityPracticeUserInfo": {
        "BindMfa": false,
        "RootWithAccessKey": root_keys().count(),
        "OldAkNum": root_keys().filter(old).count(),
        "UnusedAkNum": root_keys().filter(unused).count(),
        "SubUser": users.len(),
        "SubUserBindMfa": users.iter().filter(|row| row.mfa).count(),
        "SubUserPwdLevel": level(&found.password_policy),
        "SubUserWithOldAccessKey": users_with(&old),
        "SubUserWithUnusedAccessKey": users_with(&unused),
    } } })
}

/// How much is asked of passwords.
fn level(policy: &PasswordPolicy) -> &'static str {
    let kinds = [policy.lowercase, policy.uppercase, policy.numbers, policy.symbols];
    match (policy.min_length, kinds.iter().filter(|needed| **needed).count()) {
        (12.., 3..) => "high",
        (8.., 2..) | (12.., _) => "mid",
        _ => "low",
    }
}

async fn prepare_report(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::PrepareCredentialReport).await?;
    Ok(answer! { "State": "COMPLETED" })
}

async fn report(c: &Context<'_>) -> Result<Answer> {
    let size = c.params.parsed("MaxItems")?.unwrap_or(LINES);
    if !(1..=LINES).contains(&size) {
        return Err(Failure::invalid("MaxItems", format_args!("1 to {LINES}")));
    }
    let first: usize = c.params.parsed("NextToken")?.unwrap_or(0);
    let found = c.iam(iam::ReportCredentials { purpose: ReportPurpose::Credentials }).await?;
    let next = first.saturating_add(size);
    let is_truncated = next < found.rows.len();
    let mut members = answer! {
        "Content": STANDARD.encode(csv(c, &found, first, size)),
        "GeneratedTime": found.made.iso_seconds(),
        "IsTruncated": is_truncated,
    };
    if is_truncated {
        members.insert("NextToken".to_owned(), next.to_string().into());
    }
    Ok(members)
}

const COLUMNS: &str = "user,user_creation_time,user_last_logon,password_exist,password_active,password_last_changed,\
                       password_next_rotation,mfa_active,access_key_1_exist,access_key_1_active,\
                       access_key_1_last_rotated,access_key_1_last_used,access_key_2_exist,access_key_2_active,\
                       access_key_2_last_rotated,access_key_2_last_used";

/// The report as text. No name needs quotes.
fn csv(c: &Context<'_>, found: &CredentialReport, first: usize, size: usize) -> String {
    let mut lines = vec![COLUMNS.to_owned()];
    lines.extend(found.rows.iter().skip(first).take(size).map(|row| line(c, found.made, row)));
    lines.join("\n") + "\n"
}

fn flag(value: bool) -> String {
    if value { "TRUE" } else { "FALSE" }.to_owned()
}

fn moment(value: Option<Timestamp>, missing: &str) -> String {
    value.map_or_else(|| missing.to_owned(), Timestamp::iso_seconds)
}

fn line(c: &Context<'_>, now: Timestamp, row: &CredentialRow) -> String {
    let name = row.user.as_ref().map_or_else(|| "<root>".to_owned(), |user| c.shown_user(&user.name).1);
    let created = row.user.as_ref().map(|user| user.created);
    let password = row.password;
    let active = password.map(|(_, until)| flag(until.is_none_or(|until| now < until)));
    let mut fields = vec![
        name,
        moment(created, "-"),
        moment(row.signed_in, "-"),
        flag(password.is_some()),
        active.unwrap_or_else(|| "N/A".to_owned()),
        moment(password.map(|(changed, _)| changed), "N/A"),
        moment(password.and_then(|(_, until)| until), if password.is_some() { "-" } else { "N/A" }),
        flag(row.mfa),
    ];
    for number in 0..2 {
        fields.extend(match row.keys.get(number) {
            Some(key) => [flag(true), flag(key.active), moment(Some(key.created), "-"), moment(key.used, "-")],
            None => [flag(false), flag(false), "N/A".to_owned(), "N/A".to_owned()],
        });
    }
    fields.join(",")
}

/// The older interface's answer, with the flag as this one spells it.
fn respelled(mut answer: Answer) -> Answer {
    if let Some(Value::Object(policy)) = answer.get_mut("PasswordPolicy") {
        let flag = policy.remove("HardExpiry").unwrap_or(json!(false));
        policy.insert("HardExpire".to_owned(), flag);
    }
    answer
}

async fn set_password_policy(c: &Context<'_>) -> Result<Answer> {
    people::never(c.params, "InterceptRiskPasswordOnApi")?;
    Ok(respelled(people::set_password_policy(c).await?))
}

async fn get_password_policy(c: &Context<'_>) -> Result<Answer> {
    Ok(respelled(people::get_password_policy(c).await?))
}

async fn set_preference(c: &Context<'_>) -> Result<Answer> {
    for flag in ["AllowUserToManagePersonalDingTalk", "AllowUserToManageServiceCredentials"] {
        people::never(c.params, flag)?;
    }
    refuse(
        c.params,
        &[
            "MFAOperationForLogin",
            "MaxIdleDaysForAccessKeys",
            "MaxIdleDaysForUsers",
            "OperationForRiskLogin",
            "VerificationTypes",
        ],
    )?;
    people::set_preference(c).await
}
