//! Rotation, and material that is brought.

use super::context::Context;
use super::keys::named;
use super::paging::{answer, slice};
use super::row::{Row, row};
use super::words::{self, name, seconds, value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::pair::{EncryptionScheme, PairKind, Wrapping};
use kms::{Drawn, KeyRef, KeyVersion, Page, Rotated};
use serde_json::{Value, json};
use types::{Failure, Reason, Result, Timestamp};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!("EnableKeyRotation", Full, ["kms:UpdateRotationPolicy"], ["KeyId", "RotationPeriodInDays"], enable_key_rotation),
    row!("DisableKeyRotation", Full, ["kms:UpdateRotationPolicy"], ["KeyId"], disable_key_rotation),
    row!("GetKeyRotationStatus", Full, ["kms:DescribeKey"], ["KeyId"], get_key_rotation_status),
    row!("RotateKeyOnDemand", Full, ["kms:CreateKeyVersion"], ["KeyId"], rotate_key_on_demand),
    row!("ListKeyRotations", Partial, ["kms:ListKeyVersions"], ["KeyId", "Limit", "Marker"], list_key_rotations),
    row!("GetParametersForImport", Full, ["kms:GetParametersForImport"],
        ["KeyId", "WrappingAlgorithm", "WrappingKeySpec"], get_parameters_for_import),
    row!("ImportKeyMaterial", Partial, ["kms:ImportKeyMaterial"],
        ["KeyId", "ImportToken", "EncryptedKeyMaterial", "ValidTo", "ExpirationModel"], import_key_material),
    row!("DeleteImportedKeyMaterial", Partial, ["kms:DeleteKeyMaterial"], ["KeyId"], delete_imported_key_material),
];

const DAY: u64 = 24 * 60 * 60;
/// The vendor's bounds for the days between rotations, and what is meant if nothing is said.
const DAYS: (u32, u32, u32) = (90, 2_560, 365);

const WRAPPINGS: &[(&str, Wrapping)] = &[
    ("RSAES_PKCS1_V1_5", Wrapping::Direct(EncryptionScheme::RsaPkcs1)),
    ("RSAES_OAEP_SHA_1", Wrapping::Direct(EncryptionScheme::RsaOaepSha1)),
    ("RSAES_OAEP_SHA_256", Wrapping::Direct(EncryptionScheme::RsaOaepSha256)),
    ("RSA_AES_KEY_WRAP_SHA_1", Wrapping::Hybrid(EncryptionScheme::RsaOaepSha1)),
    ("RSA_AES_KEY_WRAP_SHA_256", Wrapping::Hybrid(EncryptionScheme::RsaOaepSha256)),
    ("SM2PKE", Wrapping::Direct(EncryptionScheme::Sm2)),
];
const TRANSPORTS: &[(&str, PairKind)] = &[
    ("RSA_2048", PairKind::Rsa2048),
    ("RSA_3072", PairKind::Rsa3072),
    ("RSA_4096", PairKind::Rsa4096),
    ("SM2", PairKind::EcSm2),
];

async fn enable_key_rotation(c: &Context<'_>) -> Result<Value> {
    let (least, most, default) = DAYS;
    let days = c.input.integer("RotationPeriodInDays", least, most)?.unwrap_or(default);
    c.kms(kms::UpdateRotationPolicy { key: c.key()?, seconds: Some(u64::from(days) * DAY) }).await?;
    Ok(json!({}))
}

async fn disable_key_rotation(c: &Context<'_>) -> Result<Value> {
    c.kms(kms::UpdateRotationPolicy { key: c.key()?, seconds: None }).await?;
    Ok(json!({}))
}

async fn get_key_rotation_status(c: &Context<'_>) -> Result<Value> {
    let key = c.key()?;
    // This vendor takes no alias here, and the domain's operation would.
    let arn = named(c, &key)?;
    let found = c.kms(kms::DescribeKey { key }).await?.record;
    if !found.spec.is_symmetric() {
        return Err(Reason::KeySpecUnsupported.into());
    }
    let mut members = json!({"KeyId": arn, "KeyRotationEnabled": found.rotation.is_some()});
    if let (Some(rotation), Some(members)) = (found.rotation, members.as_object_mut()) {
        members.insert("RotationPeriodInDays".to_owned(), (rotation.seconds / DAY).into());
        members.insert("NextRotationDate".to_owned(), seconds(rotation.next));
    }
    Ok(members)
}

async fn rotate_key_on_demand(c: &Context<'_>) -> Result<Value> {
    let key = c.key()?;
    c.kms(kms::CreateKeyVersion { key: key.clone(), pair: false, drawn: Drawn::default() }).await?;
    Ok(json!({"KeyId": named(c, &key)?}))
}

const ROTATIONS: &[(&str, Rotated)] = &[("ON_DEMAND", Rotated::Asked), ("AUTOMATIC", Rotated::Scheduled)];

/// All versions, the newest first; those that were retired, too, since they came of a rotation.
async fn all_versions(c: &Context<'_>, key: &KeyRef) -> Result<Vec<KeyVersion>> {
    let mut page = Page { number: 1, size: kms::limits::PAGE_SIZE };
    let mut all = Vec::new();
    loop {
        let found = c.kms(kms::ListKeyVersions { key: key.clone(), page }).await?;
        let last = found.items.is_empty();
        all.extend(found.items);
        if last || all.len() >= found.total as usize {
            return Ok(all);
        }
        page.number += 1;
    }
}

/// Every version but the first came of a rotation. The oldest is shown first.
async fn list_key_rotations(c: &Context<'_>) -> Result<Value> {
    let (key, part) = (c.key()?, slice(c.input, 100)?);
    let found = all_versions(c, &key).await?;
    let arn = named(c, &key)?;
    let rotation = |version: &KeyVersion| {
        let mut shown = json!({"KeyId": arn, "RotationDate": seconds(version.created)});
        if let (Some(rotated), Some(members)) = (version.rotated, shown.as_object_mut()) {
            members.insert("RotationType".to_owned(), name(ROTATIONS, rotated).into());
        }
        shown
    };
    let (items, next) = part.of(found.iter().rev().skip(1).map(rotation).collect());
    Ok(answer("Rotations", items, next))
}

async fn get_parameters_for_import(c: &Context<'_>) -> Result<Value> {
    let key = c.key()?;
    let op = kms::GetParametersForImport {
        key: key.clone(),
        transport: value(TRANSPORTS, "WrappingKeySpec", c.input.text("WrappingKeySpec")?)?,
        wrapping: value(WRAPPINGS, "WrappingAlgorithm", c.input.text("WrappingAlgorithm")?)?,
    };
    let made = c.kms(op).await?;
    Ok(json!({
        "KeyId": c.arn(Some(&key), &made.key)?,
        "ImportToken": STANDARD.encode(made.token),
        "PublicKey": STANDARD.encode(made.public),
        "ParametersValidTo": words::seconds(made.expires),
    }))
}

/// Material is forgotten at a time, unless it is said that it is not.
fn expiry(c: &Context<'_>) -> Result<Option<Timestamp>> {
    match (c.input.optional("ExpirationModel")?, c.input.time("ValidTo")?) {
        (None | Some("KEY_MATERIAL_EXPIRES"), None) => Err(Failure::missing("ValidTo")),
        (None | Some("KEY_MATERIAL_EXPIRES"), at) => Ok(at),
        (Some("KEY_MATERIAL_DOES_NOT_EXPIRE"), None) => Ok(None),
        (Some("KEY_MATERIAL_DOES_NOT_EXPIRE"), Some(_)) => {
            Err(Failure::invalid("ValidTo", "it cannot be given with KEY_MATERIAL_DOES_NOT_EXPIRE"))
        }
        (Some(_), _) => {
            let rule = "it must be KEY_MATERIAL_EXPIRES or KEY_MATERIAL_DOES_NOT_EXPIRE";
            Err(Failure::invalid("ExpirationModel", rule))
        }
    }
}

async fn import_key_material(c: &Context<'_>) -> Result<Value> {
    let key = c.key()?;
    let op = kms::ImportKeyMaterial {
        key: key.clone(),
        token: c.input.bytes("ImportToken")?,
        wrapped: c.input.bytes("EncryptedKeyMaterial")?,
        expires: expiry(c)?,
    };
    c.kms(op).await?;
    Ok(json!({"KeyId": named(c, &key)?}))
}

async fn delete_imported_key_material(c: &Context<'_>) -> Result<Value> {
    let key = c.key()?;
    c.kms(kms::DeleteKeyMaterial { key: key.clone() }).await?;
    Ok(json!({"KeyId": named(c, &key)?}))
}
