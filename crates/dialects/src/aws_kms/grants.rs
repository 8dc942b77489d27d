//! Grants.

use super::context::Context;
use super::input::pairs;
use super::keys::named;
use super::paging::{answer, limit, slice};
use super::row::{Row, row};
use super::words::{seconds, value};
use super::{arn, grant_token};
use kms::{GrantConstraint, GrantRecord, GrantedAction};
use serde_json::{Map, Value, json};
use types::{AccountId, Failure, KeyId, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!("CreateGrant", Partial, ["kms:CreateGrant"],
        ["KeyId", "GranteePrincipal", "RetiringPrincipal", "Operations", "Constraints", "GrantTokens", "Name", "DryRun"],
        create_grant),
    row!("ListGrants", Partial, ["kms:ListGrants"],
        ["KeyId", "GrantId", "GranteePrincipal", "Limit", "Marker"], list_grants),
    row!("ListRetirableGrants", Partial, ["kms:ListRetirableGrants"],
        ["RetiringPrincipal", "Limit", "Marker"], list_retirable_grants),
    row!("RevokeGrant", Full, ["kms:RevokeGrant"], ["KeyId", "GrantId", "DryRun"], revoke_grant),
    row!("RetireGrant", Full, ["kms:RetireGrant"], ["GrantToken", "KeyId", "GrantId", "DryRun"], retire_grant),
];

const OPERATIONS: &[(&str, GrantedAction)] = &[
    ("Decrypt", GrantedAction::Decrypt),
    ("Encrypt", GrantedAction::Encrypt),
    ("GenerateDataKey", GrantedAction::GenerateDataKey),
    ("GenerateDataKeyWithoutPlaintext", GrantedAction::GenerateDataKeyWithoutPlaintext),
    ("ReEncryptFrom", GrantedAction::ReEncryptFrom),
    ("ReEncryptTo", GrantedAction::ReEncryptTo),
    ("Sign", GrantedAction::Sign),
    ("Verify", GrantedAction::Verify),
    ("GetPublicKey", GrantedAction::GetPublicKey),
    ("CreateGrant", GrantedAction::CreateGrant),
    ("RetireGrant", GrantedAction::RetireGrant),
    ("DescribeKey", GrantedAction::DescribeKey),
    ("GenerateDataKeyPair", GrantedAction::GenerateDataKeyPair),
    ("GenerateDataKeyPairWithoutPlaintext", GrantedAction::GenerateDataKeyPairWithoutPlaintext),
    ("GenerateMac", GrantedAction::GenerateMac),
    ("VerifyMac", GrantedAction::VerifyMac),
];

fn constraint(c: &Context<'_>) -> Result<GrantConstraint> {
    let Some(given) = c.input.object("Constraints")? else { return Ok(GrantConstraint::default()) };
    let part = |name: &str| match given.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(_) => Err(Failure::invalid("Constraints", "each of them must be an object of strings")),
    };
    let known = ["EncryptionContextSubset", "EncryptionContextEquals"];
    if given.keys().any(|name| !known.contains(&name.as_str())) {
        return Err(Failure::invalid("Constraints", format_args!("it can have only {}", known.join(" and "))));
    }
    let equals = part("EncryptionContextEquals")?;
    Ok(GrantConstraint {
        subset: pairs("Constraints", part("EncryptionContextSubset")?)?,
        equals: equals.map(|equals: &Map<_, _>| pairs("Constraints", Some(equals))).transpose()?,
    })
}

fn principal(c: &Context<'_>, member: &'static str) -> Result<Option<String>> {
    c.input.optional(member)?.map(|text| arn::principal(member, text)).transpose()
}

async fn create_grant(c: &Context<'_>) -> Result<Value> {
    grant_token::check(c)?;
    let key = c.key()?;
    let actions = c.input.texts("Operations")?.into_iter().map(|word| value(OPERATIONS, "Operations", word));
    let actions: Vec<GrantedAction> = actions.collect::<Result<_>>()?;
    if actions.is_empty() {
        return Err(Failure::missing("Operations"));
    }
    let op = kms::CreateGrant {
        key: key.clone(),
        grantee: principal(c, "GranteePrincipal")?.ok_or_else(|| Failure::missing("GranteePrincipal"))?,
        retiring: principal(c, "RetiringPrincipal")?,
        actions,
        constraint: constraint(c)?,
        name: c.input.optional("Name")?.unwrap_or_default().to_owned(),
    };
    let made = c.kms_or_trial(op).await?;
    Ok(json!({"GrantId": made.id.as_str(), "GrantToken": grant_token::made(&named(c, &key)?, &made.id)}))
}

/// A grant as listings show it.
fn shown(c: &Context<'_>, owner: AccountId, grant: &GrantRecord) -> Value {
    let words = OPERATIONS.iter().filter(|(_, action)| grant.actions.contains(action)).map(|(word, _)| *word);
    let mut members = json!({
        "KeyId": arn::of_key(&c.region.id, owner, &grant.key),
        "GrantId": grant.id.as_str(),
        "CreationDate": seconds(grant.created),
        "GranteePrincipal": arn::shown_principal(&grant.grantee),
        "IssuingAccount": arn::issuing_account(&grant.issuer),
        "Operations": words.collect::<Vec<_>>(),
    });
    let Some(more) = members.as_object_mut() else { return members };
    if !grant.name.is_empty() {
        more.insert("Name".to_owned(), grant.name.as_str().into());
    }
    if let Some(retiring) = &grant.retiring {
        more.insert("RetiringPrincipal".to_owned(), arn::shown_principal(retiring).into());
    }
    let mut constraints = Map::new();
    if !grant.constraint.subset.is_empty() {
        constraints.insert("EncryptionContextSubset".to_owned(), json!(grant.constraint.subset));
    }
    if let Some(equals) = &grant.constraint.equals {
        constraints.insert("EncryptionContextEquals".to_owned(), json!(equals));
    }
    if !constraints.is_empty() {
        more.insert("Constraints".to_owned(), constraints.into());
    }
    members
}

async fn list_grants(c: &Context<'_>) -> Result<Value> {
    let (key, part) = (c.key()?, slice(c.input, 50)?);
    let owner = c.owner(Some(&key))?;
    let (id, grantee) = (c.input.optional("GrantId")?, principal(c, "GranteePrincipal")?);
    let found = c.kms(kms::ListGrants { key }).await?;
    let wanted = |grant: &&GrantRecord| {
        id.is_none_or(|id| grant.id.as_str() == id) && grantee.as_ref().is_none_or(|named| grant.grantee == *named)
    };
    let (items, next) = part.of(found.iter().filter(wanted).map(|grant| shown(c, owner, grant)).collect());
    Ok(answer("Grants", items, next))
}

/// `<key id>/<grant id>` of the last one seen.
fn after(marker: &str) -> Result<(KeyId, KeyId)> {
    let parts = marker.split_once('/').and_then(|(key, grant)| Some((key.parse().ok()?, grant.parse().ok()?)));
    parts.ok_or_else(|| Failure::invalid("Marker", "it must be the NextMarker of the listing before"))
}

async fn list_retirable_grants(c: &Context<'_>) -> Result<Value> {
    let op = kms::ListRetirableGrants {
        retiring: principal(c, "RetiringPrincipal")?.ok_or_else(|| Failure::missing("RetiringPrincipal"))?,
        after: c.input.optional("Marker")?.map(after).transpose()?,
        limit: limit(c.input, 50)?,
    };
    let found = c.kms(op).await?;
    let owner = c.owner(None)?;
    let items = found.items.iter().map(|grant| shown(c, owner, grant)).collect();
    Ok(answer("Grants", items, found.next.map(|(key, grant)| format!("{key}/{grant}"))))
}

fn grant_id(c: &Context<'_>) -> Result<KeyId> {
    c.input.text("GrantId")?.parse().map_err(|_| Failure::invalid("GrantId", "it must be the GrantId of a grant"))
}

async fn revoke_grant(c: &Context<'_>) -> Result<Value> {
    c.kms_or_trial(kms::RevokeGrant { key: c.key()?, grant: grant_id(c)? }).await?;
    Ok(json!({}))
}

async fn retire_grant(c: &Context<'_>) -> Result<Value> {
    let (key, grant) = match c.input.optional("GrantToken")? {
        Some(_) if c.input.is_given("KeyId") || c.input.is_given("GrantId") => {
            return Err(Failure::invalid("GrantToken", "it names the grant alone, without KeyId and GrantId"));
        }
        Some(token) => grant_token::read("GrantToken", token)?,
        None => (c.key()?, grant_id(c)?),
    };
    c.kms_or_trial(kms::RetireGrant { key, grant }).await?;
    Ok(json!({}))
}
