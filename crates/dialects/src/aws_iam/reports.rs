//! What there is in an account, and the report of its credentials.

use super::arn;
use super::context::Context;
use super::row::{Row, row};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use iam::{CredentialReport, CredentialRow, ReportPurpose, quotas};
use serde_json::{Value, json};
use types::{AccountId, Result, Timestamp, limits};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Iam, "GetAccountSummary", Partial, ["ram:GetAccountSummary"], [], summary),
    row!(Iam, "GenerateCredentialReport", Full, ["ram:GenerateCredentialReport"], [], prepare),
    row!(Iam, "GetCredentialReport", Partial, ["ram:GetCredentialReport"], [], report),
];

async fn summary(c: &Context<'_>) -> Result<Value> {
    let found = c.iam(iam::GetAccountSummary).await?;
    let entries = [
        ("Users", found.users),
        ("UsersQuota", quotas::USERS_MOST),
        ("Groups", found.groups),
        ("GroupsQuota", quotas::GROUPS_MOST),
        ("GroupsPerUserQuota", quotas::MEMBERSHIPS_MOST),
        ("Roles", found.roles),
        ("RolesQuota", quotas::ROLES_MOST),
        ("Policies", found.policies),
        ("PoliciesQuota", quotas::POLICIES_MOST),
        ("PolicySizeQuota", limits::POLICY_CHARS),
        ("VersionsPerPolicyQuota", quotas::VERSIONS_MOST),
        ("MFADevices", found.devices),
        ("MFADevicesInUse", found.devices_in_use),
        // The account itself has no password, and no second factor either.
        ("AccountMFAEnabled", 0),
        ("AccountPasswordPresent", 0),
        ("AccountAccessKeysPresent", found.root_keys),
        ("AccessKeysPerUserQuota", quotas::KEYS_MOST),
        ("AttachedPoliciesPerUserQuota", quotas::USER_CUSTOM_MOST),
        ("AttachedPoliciesPerGroupQuota", quotas::OTHER_CUSTOM_MOST),
        ("AttachedPoliciesPerRoleQuota", quotas::OTHER_CUSTOM_MOST),
    ];
    let entries: Vec<Value> = entries.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    Ok(json!({"SummaryMap": {"entry": entries}}))
}

async fn prepare(c: &Context<'_>) -> Result<Value> {
    c.iam(iam::PrepareCredentialReport).await?;
    Ok(json!({"State": "COMPLETE"}))
}

async fn report(c: &Context<'_>) -> Result<Value> {
    let found = c.iam(iam::ReportCredentials { purpose: ReportPurpose::Credentials }).await?;
    Ok(json!({
        "Content": STANDARD.encode(csv(c.account()?, &found)),
        "ReportFormat": "text/csv",
        "GeneratedTime": found.made.iso_seconds(),
    }))
}

const COLUMNS: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
                       password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,\
                       access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,\
                       access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,\
                       access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
                       cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

/// The report as text. No name needs quotes.
fn csv(account: AccountId, found: &CredentialReport) -> String {
    let mut lines = vec![COLUMNS.to_owned()];
    lines.extend(found.rows.iter().map(|row| line(account, row)));
    lines.join("\n") + "\n"
}

fn moment(value: Option<Timestamp>) -> String {
    value.map_or_else(none, Timestamp::iso_seconds)
}

fn none() -> String {
    "N/A".to_owned()
}

fn line(account: AccountId, row: &CredentialRow) -> String {
    let name = row.user.as_ref().map_or("<root_account>", |user| user.name.as_str());
    let path = row.user.as_ref().map_or_else(|| "root".to_owned(), |user| format!("user/{}", user.name));
    let mut fields = vec![
        name.to_owned(),
        arn::of(account, &path),
        moment(row.user.as_ref().map(|user| user.created)),
        row.password.is_some().to_string(),
        // Amazon's column is of passwords; the report does not tell how people signed in.
        moment(row.signed_in),
        moment(row.password.map(|(changed, _)| changed)),
        moment(row.password.and_then(|(_, until)| until)),
        row.mfa.to_string(),
    ];
    for number in 0..2 {
        let key = row.keys.get(number);
        let active = key.is_some_and(|key| key.active).to_string();
        fields.extend([
            active,
            moment(key.map(|key| key.created)),
            moment(key.and_then(|key| key.used)),
            none(),
            none(),
        ]);
    }
    for _ in 0..2 {
        fields.extend(["false".to_owned(), none()]);
    }
    fields.join(",")
}
