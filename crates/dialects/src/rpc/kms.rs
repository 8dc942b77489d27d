//! Keys, 2016-01-20 (alibaba-wire §5).

pub(super) mod crypto;
mod inventory;
pub(super) mod keys;
pub(super) mod parse;
mod rewrap;
pub(super) mod tags;
mod words;

pub(in crate::rpc) use words::interval;

use super::context::{Answer, Context, answer};
use super::row::{Row, row};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use iam::{Operation, Run};
use inventory::get_key_inventory;
use kms::{AliasInfo, Creator, Encrypted, KeyInfo, KeyRecord, KeyState, Kms, Paged};
use parse::{
    alias, boolean, context, data_key_length, days, filter, key, origin, page, plaintext, protection, spec, usage,
};
use rewrap::{get_key_rewrap, retire_key_version, start_key_rewrap};
use serde_json::{Value, json};
use types::{Result, Timestamp};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Kms, "CreateKey", Partial, ["kms:CreateKey"], create_key),
    row!(Kms, "DescribeKey", Full, ["kms:DescribeKey"], describe_key),
    row!(Kms, "ListKeys", Full, ["kms:ListKeys"], list_keys),
    row!(Kms, "EnableKey", Full, ["kms:EnableKey"], enable_key),
    row!(Kms, "DisableKey", Full, ["kms:DisableKey"], disable_key),
    row!(Kms, "ScheduleKeyDeletion", Full, ["kms:ScheduleKeyDeletion"], schedule_key_deletion),
    row!(Kms, "CancelKeyDeletion", Full, ["kms:CancelKeyDeletion"], cancel_key_deletion),
    row!(Kms, "UpdateKeyDescription", Full, ["kms:UpdateKeyDescription"], update_key_description),
    row!(Kms, "SetDeletionProtection", Full, ["kms:SetDeletionProtection"], set_deletion_protection),
    row!(Kms, "Encrypt", Full, ["kms:Encrypt"], encrypt),
    row!(Kms, "Decrypt", Full, ["kms:Decrypt"], decrypt),
    row!(Kms, "GenerateDataKey", Full, ["kms:GenerateDataKey"], generate_data_key),
    row!(Kms, "GenerateDataKeyWithoutPlaintext", Full, ["kms:GenerateDataKeyWithoutPlaintext"], generate_without_plaintext),
    row!(Kms, "CreateAlias", Full, ["kms:CreateAlias"], create_alias),
    row!(Kms, "UpdateAlias", Full, ["kms:UpdateAlias"], update_alias),
    row!(Kms, "DeleteAlias", Full, ["kms:DeleteAlias"], delete_alias),
    row!(Kms, "ListAliases", Full, ["kms:ListAliases"], list_aliases),
    row!(Kms, "ListAliasesByKeyId", Full, ["kms:ListAliasesByKeyId"], list_aliases_by_key_id),
    row!(Kms, "GetKeyInventory", Full, ["kms:DescribeKey", "kms:ListAliasesByKeyId", "kms:ListSecrets", "oss:ListBuckets"], get_key_inventory),
    row!(Kms, "StartKeyRewrap", Full, ["kms:StartKeyRewrap"], start_key_rewrap),
    row!(Kms, "GetKeyRewrap", Full, ["kms:GetKeyRewrap"], get_key_rewrap),
    row!(Kms, "RetireKeyVersion", Full, ["kms:RetireKeyVersion"], retire_key_version),
    row!(Kms, "ConnectKmsInstance"),
    row!(Kms, "GetKmsInstance"),
    row!(Kms, "ListKmsInstances"),
    row!(Kms, "GetDefaultKmsInstance"),
    row!(Kms, "UpdateKmsInstanceBindVpc"),
    row!(Kms, "ReleaseKmsInstance"),
    row!(Kms, "GetKmsInstanceQuotaInfos"),
    row!(Kms, "CreateApplicationAccessPoint"),
    row!(Kms, "DescribeApplicationAccessPoint"),
    row!(Kms, "ListApplicationAccessPoints"),
    row!(Kms, "UpdateApplicationAccessPoint"),
    row!(Kms, "DeleteApplicationAccessPoint"),
    row!(Kms, "CreateClientKey"),
    row!(Kms, "GetClientKey"),
    row!(Kms, "ListClientKeys"),
    row!(Kms, "DeleteClientKey"),
    row!(Kms, "CreateNetworkRule"),
    row!(Kms, "DescribeNetworkRule"),
    row!(Kms, "ListNetworkRules"),
    row!(Kms, "UpdateNetworkRule"),
    row!(Kms, "DeleteNetworkRule"),
    row!(Kms, "CreatePolicy"),
    row!(Kms, "DescribePolicy"),
    row!(Kms, "ListPolicies"),
    row!(Kms, "UpdatePolicy"),
    row!(Kms, "DeletePolicy"),
    row!(Kms, "GetManagedDataKey"),
    row!(Kms, "ListManagedDataKeyVersions"),
    row!(Kms, "GetChallenge"),
];

impl Context<'_> {
    async fn kms<Op: Operation>(&self, op: Op) -> Result<Op::Output>
    where
        Kms: Run<Op>,
    {
        self.domains.gate.perform(self.caller, self.region.kms.as_ref(), op).await
    }
}

async fn create_key(c: &Context<'_>) -> Result<Answer> {
    parse::refuse(c.params, &["DKMSInstanceId", "KeyStorageMechanism"])?;
    let rotates = c.params.boolean("EnableAutomaticRotation")?.unwrap_or(false);
    let op = kms::CreateKey {
        spec: spec(c.params.optional("KeySpec"))?,
        usage: usage(c.params.optional("KeyUsage"))?,
        origin: origin(c.params.optional("Origin"))?,
        protection: protection(c.params.optional("ProtectionLevel"))?,
        description: c.params.optional("Description").unwrap_or_default().to_owned(),
        deletion_protection: false,
        tags: words::tags(c.params)?,
        rotation: words::rotation(c.params, rotates)?,
        policy: c.params.optional("Policy").map(|text| text.to_owned().into()),
        drawn: kms::Drawn::default(),
    };
    Ok(answer! { "KeyMetadata": metadata(&c.kms(op).await?) })
}

async fn describe_key(c: &Context<'_>) -> Result<Answer> {
    let key = c.kms(kms::DescribeKey { key: key(c.params)? }).await?;
    Ok(answer! { "KeyMetadata": metadata(&key) })
}

/// A key as the interface describes it. Absent dates are empty strings; symmetric keys alone have a primary version.
fn metadata(key: &KeyInfo) -> Value {
    let record = &key.record;
    let creator = match &record.creator {
        Creator::Principal { arn } => arn.split(':').nth(3).unwrap_or_default().to_owned(),
        Creator::Service { service } => service.to_ascii_uppercase(),
    };
    let expires = record.external.as_ref().and_then(|external| external.expires);
    let mut members = json!({
        "Arn": key.arn,
        "AutomaticRotation": rotation_state(record),
        "CreationDate": record.created.iso_seconds(),
        "Creator": creator,
        "DeleteDate": record.delete_at.map(Timestamp::iso_seconds).unwrap_or_default(),
        "DeletionProtection": if record.deletion_protection { "Enabled" } else { "Disabled" },
        "Description": record.description,
        "KeyId": record.id.as_str(),
        "KeySpec": parse::spec_name(record.spec),
        "KeyState": state_name(record.state),
        "KeyUsage": parse::usage_name(record.usage),
        "LastRotationDate": record.rotated.unwrap_or(record.created).iso_seconds(),
        "MaterialExpireTime": expires.map(Timestamp::iso_seconds).unwrap_or_default(),
        "Origin": parse::origin_name(record.origin),
        "ProtectionLevel": parse::protection_name(record.protection),
        "DeletionProtectionDescription": record.protection_text,
        "NextRotationDate": record.rotation.map(|r| r.next.iso_seconds()).unwrap_or_default(),
        "RotationInterval": record.rotation.map(|r| format!("{}s", r.seconds)).unwrap_or_default(),
    });
    if record.spec.is_symmetric()
        && let Some(members) = members.as_object_mut()
    {
        members.insert("PrimaryKeyVersion".to_owned(), record.primary.as_str().into());
    }
    members
}

/// Rotation rests while the key does.
fn rotation_state(record: &KeyRecord) -> &'static str {
    match (record.rotation, record.state) {
        (None, _) => "Disabled",
        (Some(_), KeyState::Enabled) => "Enabled",
        (Some(_), _) => "Suspended",
    }
}

const fn state_name(state: KeyState) -> &'static str {
    match state {
        KeyState::Enabled => "Enabled",
        KeyState::Disabled => "Disabled",
        KeyState::PendingDeletion => "PendingDeletion",
        KeyState::PendingImport => "PendingImport",
    }
}

async fn list_keys(c: &Context<'_>) -> Result<Answer> {
    let op = kms::ListKeys { page: page(c.params)?, filter: filter(c.params.optional("Filters"))?, after: None };
    let found = c.kms(op).await?;
    let key = |k: &KeyInfo| json!({"KeyId": k.record.id.as_str(), "KeyArn": k.arn});
    let keys: Vec<Value> = found.items.iter().map(key).collect();
    Ok(paged(&found, "Keys", "Key", keys))
}

/// A page of a listing, wrapped twice as the older services do.
pub(super) fn paged<T>(found: &Paged<T>, list: &str, item: &str, items: Vec<Value>) -> Answer {
    let mut members = answer! {
        "TotalCount": found.total, "PageNumber": found.page.number, "PageSize": found.page.size,
    };
    members.insert(list.to_owned(), json!({item: items}));
    members
}

async fn enable_key(c: &Context<'_>) -> Result<Answer> {
    c.kms(kms::EnableKey { key: key(c.params)? }).await?;
    Ok(answer! {})
}

async fn disable_key(c: &Context<'_>) -> Result<Answer> {
    c.kms(kms::DisableKey { key: key(c.params)? }).await?;
    Ok(answer! {})
}

async fn schedule_key_deletion(c: &Context<'_>) -> Result<Answer> {
    c.kms(kms::ScheduleKeyDeletion { key: key(c.params)?, days: days(c.params)? }).await?;
    Ok(answer! {})
}

async fn cancel_key_deletion(c: &Context<'_>) -> Result<Answer> {
    c.kms(kms::CancelKeyDeletion { key: key(c.params)?, enabled: true }).await?;
    Ok(answer! {})
}

async fn update_key_description(c: &Context<'_>) -> Result<Answer> {
    let description = c.params.get("Description").unwrap_or_default().to_owned();
    c.kms(kms::UpdateKeyDescription { key: key(c.params)?, description }).await?;
    Ok(answer! {})
}

async fn set_deletion_protection(c: &Context<'_>) -> Result<Answer> {
    let key = parse::protected_resource(c.params.required("ProtectedResourceArn")?)?;
    let protected = boolean(c.params, "EnableDeletionProtection")?;
    let text = c.params.optional("DeletionProtectionDescription").unwrap_or_default().to_owned();
    c.kms(kms::SetDeletionProtection { key, protected, text }).await?;
    Ok(answer! {})
}

async fn encrypt(c: &Context<'_>) -> Result<Answer> {
    refuse_recipient(c)?;
    let op = kms::Encrypt { key: key(c.params)?, plaintext: plaintext(c.params)?, context: context(c.params)? };
    Ok(encrypted(&c.kms_or_trial(op).await?))
}

fn encrypted(made: &Encrypted) -> Answer {
    answer! {
        "CiphertextBlob": made.ciphertext.to_base64(),
        "KeyId": made.key.as_str(),
        "KeyVersionId": made.version.as_str(),
    }
}

async fn decrypt(c: &Context<'_>) -> Result<Answer> {
    refuse_recipient(c)?;
    let ciphertext = kms::Ciphertext::from_base64(c.params.required("CiphertextBlob")?)?;
    let op = kms::Decrypt { ciphertext, context: context(c.params)?, account: None, key: None };
    let opened = c.kms_or_trial(op).await?;
    Ok(answer! {
        "Plaintext": STANDARD.encode(opened.plaintext.expose()),
        "KeyId": opened.key.as_str(),
        "KeyVersionId": opened.version.as_str(),
    })
}

async fn generate_data_key(c: &Context<'_>) -> Result<Answer> {
    refuse_recipient(c)?;
    let op =
        kms::GenerateDataKey { key: key(c.params)?, length: data_key_length(c.params)?, context: context(c.params)? };
    let made = c.kms_or_trial(op).await?;
    Ok(answer! {
        "CiphertextBlob": made.ciphertext.to_base64(),
        "Plaintext": STANDARD.encode(made.plaintext.expose()),
        "KeyId": made.key.as_str(),
        "KeyVersionId": made.version.as_str(),
    })
}

async fn generate_without_plaintext(c: &Context<'_>) -> Result<Answer> {
    refuse_recipient(c)?;
    let op = kms::GenerateDataKeyWithoutPlaintext {
        key: key(c.params)?,
        length: data_key_length(c.params)?,
        context: context(c.params)?,
    };
    Ok(encrypted(&c.kms_or_trial(op).await?))
}

/// What would change the meaning of a call if it were passed over is refused by name: an answer for an enclave is one.
fn refuse_recipient(c: &Context<'_>) -> Result<()> {
    parse::refuse(c.params, &["Recipient"])
}

async fn create_alias(c: &Context<'_>) -> Result<Answer> {
    c.kms(kms::CreateAlias { alias: alias(c.params)?, key: key(c.params)? }).await?;
    Ok(answer! {})
}

async fn update_alias(c: &Context<'_>) -> Result<Answer> {
    c.kms(kms::UpdateAlias { alias: alias(c.params)?, key: key(c.params)? }).await?;
    Ok(answer! {})
}

async fn delete_alias(c: &Context<'_>) -> Result<Answer> {
    c.kms(kms::DeleteAlias { alias: alias(c.params)? }).await?;
    Ok(answer! {})
}

async fn list_aliases(c: &Context<'_>) -> Result<Answer> {
    let found = c.kms(kms::ListAliases { page: page(c.params)?, after: None }).await?;
    Ok(aliases(&found))
}

async fn list_aliases_by_key_id(c: &Context<'_>) -> Result<Answer> {
    let found = c.kms(kms::ListAliasesByKeyId { key: key(c.params)?, page: page(c.params)?, after: None }).await?;
    Ok(aliases(&found))
}

fn aliases(found: &Paged<AliasInfo>) -> Answer {
    let alias =
        |a: &AliasInfo| json!({"AliasName": a.record.name.as_str(), "AliasArn": a.arn, "KeyId": a.record.key.as_str()});
    paged(found, "Aliases", "Alias", found.items.iter().map(alias).collect())
}
