//! Versions, rotation, import, policies, and the probes of the service.

use super::paged;
use super::parse::{boolean, key, page};
use super::words::{binary, expiry, rotation, transport, version, wrapping};
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::row::{Row, row};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kms::{KeyVersion, Probe};
use serde_json::{Value, json};
use types::{Failure, Result};

#[rustfmt::skip]
pub(in crate::rpc) const ROWS: &[Row] = &[
    row!(Kms, "ListKeyVersions", Full, ["kms:ListKeyVersions"], list_key_versions),
    row!(Kms, "DescribeKeyVersion", Full, ["kms:DescribeKeyVersion"], describe_key_version),
    row!(Kms, "UpdateRotationPolicy", Full, ["kms:UpdateRotationPolicy"], update_rotation_policy),
    row!(Kms, "CreateKeyVersion", Full, ["kms:CreateKeyVersion"], create_key_version),
    row!(Kms, "GetParametersForImport", Full, ["kms:GetParametersForImport"], get_parameters_for_import),
    row!(Kms, "ImportKeyMaterial", Full, ["kms:ImportKeyMaterial"], import_key_material),
    row!(Kms, "DeleteKeyMaterial", Full, ["kms:DeleteKeyMaterial"], delete_key_material),
    row!(Kms, "SetKeyPolicy", Full, ["kms:SetKeyPolicy"], set_key_policy),
    row!(Kms, "GetKeyPolicy", Full, ["kms:GetKeyPolicy"], get_key_policy),
    row!(Kms, "DescribeRegions", Full, [], describe_regions),
    row!(Kms, "DescribeAccountKmsStatus", Full, ["kms:DescribeAccountKmsStatus"], describe_account_status),
    row!(Kms, "OpenKmsService", Full, ["kms:OpenKmsService"], open_service),
];

/// A version as the interface describes it; of one that was retired, also since when it is.
pub(super) fn described(version: &KeyVersion) -> Value {
    let mut members = json!({
        "KeyId": version.key.as_str(),
        "KeyVersionId": version.id.as_str(),
        "CreationDate": version.created.iso_seconds(),
    });
    if let (Some(retired), Some(members)) = (version.retired, members.as_object_mut()) {
        members.insert("RetirementDate".to_owned(), retired.iso_seconds().into());
    }
    members
}

async fn list_key_versions(c: &Context<'_>) -> Result<Answer> {
    let found = c.kms(kms::ListKeyVersions { key: key(c.params)?, page: page(c.params)? }).await?;
    Ok(paged(&found, "KeyVersions", "KeyVersion", found.items.iter().map(described).collect()))
}

async fn describe_key_version(c: &Context<'_>) -> Result<Answer> {
    let op = kms::DescribeKeyVersion { key: key(c.params)?, version: version(c.params)? };
    Ok(answer! { "KeyVersion": described(&c.kms(op).await?) })
}

async fn update_rotation_policy(c: &Context<'_>) -> Result<Answer> {
    let enabled = boolean(c.params, "EnableAutomaticRotation")?;
    c.kms(kms::UpdateRotationPolicy { key: key(c.params)?, seconds: rotation(c.params, enabled)? }).await?;
    Ok(answer! {})
}

async fn create_key_version(c: &Context<'_>) -> Result<Answer> {
    let op = kms::CreateKeyVersion { key: key(c.params)?, pair: true, drawn: kms::Drawn::default() };
    Ok(answer! { "KeyVersion": described(&c.kms(op).await?) })
}

async fn get_parameters_for_import(c: &Context<'_>) -> Result<Answer> {
    let op = kms::GetParametersForImport {
        key: key(c.params)?,
        transport: transport(c.params)?,
        wrapping: wrapping(c.params)?,
    };
    let made = c.kms(op).await?;
    Ok(answer! {
        "KeyId": made.key.as_str(),
        "ImportToken": STANDARD.encode(made.token),
        "PublicKey": STANDARD.encode(made.public),
        "TokenExpireTime": made.expires.iso_seconds(),
    })
}

async fn import_key_material(c: &Context<'_>) -> Result<Answer> {
    let op = kms::ImportKeyMaterial {
        key: key(c.params)?,
        token: binary(c.params, "ImportToken")?,
        wrapped: binary(c.params, "EncryptedKeyMaterial")?,
        expires: expiry(c.params)?,
    };
    c.kms(op).await?;
    Ok(answer! {})
}

async fn delete_key_material(c: &Context<'_>) -> Result<Answer> {
    c.kms(kms::DeleteKeyMaterial { key: key(c.params)? }).await?;
    Ok(answer! {})
}

/// There is only one policy, and it has only one name.
fn policy_name(c: &Context<'_>) -> Result<()> {
    match c.params.optional("PolicyName") {
        None | Some("default") => Ok(()),
        Some(_) => Err(Failure::invalid("PolicyName", "default")),
    }
}

async fn set_key_policy(c: &Context<'_>) -> Result<Answer> {
    policy_name(c)?;
    let policy = c.params.required("Policy")?.to_owned().into();
    c.kms(kms::SetKeyPolicy { key: key(c.params)?, policy }).await?;
    Ok(answer! {})
}

async fn get_key_policy(c: &Context<'_>) -> Result<Answer> {
    policy_name(c)?;
    let key = key(c.params)?;
    let owner = key.place().map(|(_, account)| *account).or(c.caller.account());
    let policy = c.kms(kms::GetKeyPolicy { key }).await?;
    Ok(answer! { "Policy": policy.map(|policy| policy.text).unwrap_or_else(|| default_policy(owner)) })
}

/// What a key without a policy of its own is governed by: the policies of its account.
fn default_policy(owner: Option<types::AccountId>) -> String {
    let owner = owner.map(|account| account.to_string()).unwrap_or_default();
    json!({
        "Version": "1",
        "Statement": [{
            "Sid": "kms default key policy",
            "Effect": "Allow",
            "Principal": {"RAM": [format!("acs:ram::{owner}:*")]},
            "Action": ["kms:*"],
            "Resource": ["*"],
        }],
    })
    .to_string()
}

async fn describe_regions(c: &Context<'_>) -> Result<Answer> {
    c.kms(Probe::Regions).await?;
    let regions: Vec<Value> = c.domains.region_names().into_iter().map(|name| json!({"RegionId": name})).collect();
    Ok(answer! { "Regions": {"Region": regions} })
}

async fn describe_account_status(c: &Context<'_>) -> Result<Answer> {
    c.kms(Probe::Status).await?;
    Ok(answer! { "AccountStatus": "Enabled" })
}

async fn open_service(c: &Context<'_>) -> Result<Answer> {
    c.kms(Probe::Open).await?;
    Ok(answer! {})
}
