//! Keys: made, described, listed, switched, deleted.

use super::context::Context;
use super::paging::{page, paged};
use super::row::{Row, row};
use super::words::{self, seconds};
use super::{arn, grant_token, policies, tags};
use kms::{Creator, Drawn, KeyFilter, KeyInfo, KeyState, Origin};
use serde_json::{Value, json};
use types::{AccountId, Failure, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!("CreateKey", Partial, ["kms:CreateKey"],
        ["Description", "KeyUsage", "CustomerMasterKeySpec", "KeySpec", "Origin", "MultiRegion", "Tags", "Policy",
         "BypassPolicyLockoutSafetyCheck"], create_key),
    row!("DescribeKey", Full, ["kms:DescribeKey"], ["KeyId", "GrantTokens"], describe_key),
    row!("ListKeys", Full, ["kms:ListKeys"], ["Limit", "Marker"], list_keys),
    row!("EnableKey", Full, ["kms:EnableKey"], ["KeyId"], enable_key),
    row!("DisableKey", Full, ["kms:DisableKey"], ["KeyId"], disable_key),
    row!("UpdateKeyDescription", Full, ["kms:UpdateKeyDescription"], ["KeyId", "Description"], update_key_description),
    row!("ScheduleKeyDeletion", Full, ["kms:ScheduleKeyDeletion"], ["KeyId", "PendingWindowInDays"], schedule_key_deletion),
    row!("CancelKeyDeletion", Full, ["kms:CancelKeyDeletion"], ["KeyId"], cancel_key_deletion),
];

/// How long a deletion waits: the vendor's bounds, and what is meant if nothing is said.
const DAYS: (u32, u32, u32) = (7, 30, 30);

async fn create_key(c: &Context<'_>) -> Result<Value> {
    if c.input.flag("MultiRegion")? {
        return Err(Failure::invalid("MultiRegion", "a key lives in one region, so it must be false"));
    }
    let asked = (c.input.optional("KeySpec")?, c.input.optional("CustomerMasterKeySpec")?);
    let spec = match asked {
        (Some(spec), None) => words::spec("KeySpec", spec)?,
        (None, Some(spec)) => words::spec("CustomerMasterKeySpec", spec)?,
        (None, None) => kms::KeySpec::Aes256,
        (Some(_), Some(_)) => return Err(Failure::invalid("KeySpec", "it and CustomerMasterKeySpec are the same")),
    };
    let usage = c.input.optional("KeyUsage")?.map(words::usage).transpose()?;
    // What a pair is for has no default here.
    if usage.is_none() && !spec.is_symmetric() {
        return Err(Failure::missing("KeyUsage"));
    }
    policies::check_lockout(c)?;
    let owner = c.owner(None)?;
    let op = kms::CreateKey {
        spec,
        usage,
        origin: c.input.optional("Origin")?.map_or(Ok(Origin::Own), words::origin)?,
        description: c.input.optional("Description")?.unwrap_or_default().to_owned(),
        tags: tags::given(c)?,
        policy: c.input.optional("Policy")?.map(|text| policies::policy(text, owner)).transpose()?,
        drawn: Drawn::default(),
        ..kms::CreateKey::default()
    };
    let made = c.kms(op).await?;
    Ok(json!({"KeyMetadata": metadata(c, &made, owner)}))
}

async fn describe_key(c: &Context<'_>) -> Result<Value> {
    grant_token::check(c)?;
    let key = c.key()?;
    let owner = c.owner(Some(&key))?;
    let found = c.kms(kms::DescribeKey { key }).await?;
    Ok(json!({"KeyMetadata": metadata(c, &found, owner)}))
}

/// A key as the interface describes it.
fn metadata(c: &Context<'_>, key: &KeyInfo, owner: AccountId) -> Value {
    let record = &key.record;
    let (list, algorithms) = words::algorithms(record.spec, record.usage);
    let mut members = json!({
        "AWSAccountId": owner.to_string(),
        "KeyId": record.id.as_str(),
        "Arn": arn::of_key(&c.region.id, owner, &record.id),
        "CreationDate": seconds(record.created),
        "Enabled": record.state == KeyState::Enabled,
        "Description": record.description,
        "KeyUsage": words::usage_name(record.usage),
        "KeyState": words::state_name(record.state),
        "Origin": words::origin_name(record.origin),
        "KeyManager": match record.creator { Creator::Principal { .. } => "CUSTOMER", Creator::Service { .. } => "AWS" },
        "CustomerMasterKeySpec": words::spec_name(record.spec),
        "KeySpec": words::spec_name(record.spec),
        "MultiRegion": false,
        list: algorithms,
    });
    let Some(members_of) = members.as_object_mut() else { return members };
    if let Some(at) = record.delete_at {
        members_of.insert("DeletionDate".to_owned(), seconds(at));
    }
    if let Some(external) = record.external.as_ref().filter(|external| external.present) {
        let model = match external.expires {
            Some(at) => {
                members_of.insert("ValidTo".to_owned(), seconds(at));
                "KEY_MATERIAL_EXPIRES"
            }
            None => "KEY_MATERIAL_DOES_NOT_EXPIRE",
        };
        members_of.insert("ExpirationModel".to_owned(), model.into());
    }
    members
}

async fn list_keys(c: &Context<'_>) -> Result<Value> {
    let (page, after) = page(c.input, 100)?;
    let found = c.kms(kms::ListKeys { page, filter: KeyFilter::default(), after }).await?;
    let owner = c.owner(None)?;
    let shown = |k: &KeyInfo| {
        let id = &k.record.id;
        json!({"KeyId": id.as_str(), "KeyArn": arn::of_key(&c.region.id, owner, id)})
    };
    Ok(paged(&found, "Keys", |key| key.record.id.as_str(), shown))
}

async fn enable_key(c: &Context<'_>) -> Result<Value> {
    c.kms(kms::EnableKey { key: c.key()? }).await?;
    Ok(json!({}))
}

async fn disable_key(c: &Context<'_>) -> Result<Value> {
    c.kms(kms::DisableKey { key: c.key()? }).await?;
    Ok(json!({}))
}

async fn update_key_description(c: &Context<'_>) -> Result<Value> {
    let description = c.input.text("Description")?.to_owned();
    c.kms(kms::UpdateKeyDescription { key: c.key()?, description }).await?;
    Ok(json!({}))
}

async fn schedule_key_deletion(c: &Context<'_>) -> Result<Value> {
    let (least, most, default) = DAYS;
    let days = c.input.integer("PendingWindowInDays", least, most)?.unwrap_or(default);
    let key = c.key()?;
    let at = c.kms(kms::ScheduleKeyDeletion { key: key.clone(), days }).await?;
    Ok(json!({
        "KeyId": named(c, &key)?,
        "DeletionDate": seconds(at),
        "KeyState": words::state_name(KeyState::PendingDeletion),
        "PendingWindowInDays": days,
    }))
}

/// A key whose deletion is called off is off: its owner is to think about that.
async fn cancel_key_deletion(c: &Context<'_>) -> Result<Value> {
    let key = c.key()?;
    c.kms(kms::CancelKeyDeletion { key: key.clone(), enabled: false }).await?;
    Ok(json!({"KeyId": named(c, &key)?}))
}

/// The ARN of a key that was named by its id.
pub(super) fn named(c: &Context<'_>, key: &kms::KeyRef) -> Result<String> {
    match key.name() {
        kms::KeyName::Id(id) => c.arn(Some(key), id),
        kms::KeyName::Alias(_) => Err(types::Reason::AliasNotAllowed.into()),
    }
}
