//! The deployment itself, 2026-11-24: an interface of Bailee's own, for its operators (docs/operators.md).

use super::context::{Answer, Context, answer};
use super::ram::named;
use super::row::{Row, row};
use iam::{AccessKeyInfo, AccountRecord, ChangeSeal, NewAccessKey, OperatorRecord, SealState, SealWork, ShownOperator};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use types::{Duty, Failure, Result, Timestamp};
use wire::Params;

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Deployment, "CreateAccount", Full, ["ram:CreateAccount"], create_account),
    row!(Deployment, "ListAccounts", Full, ["ram:ListAccounts"], list_accounts),
    row!(Deployment, "CreateOperator", Full, ["ram:CreateOperator"], create_operator),
    row!(Deployment, "GetOperator", Full, ["ram:GetOperator"], get_operator),
    row!(Deployment, "ListOperators", Full, ["ram:ListOperators"], list_operators),
    row!(Deployment, "UpdateOperator", Full, ["ram:UpdateOperator"], update_operator),
    row!(Deployment, "DeleteOperator", Full, ["ram:DeleteOperator"], delete_operator),
    row!(Deployment, "CreateOperatorAccessKey", Full, ["ram:CreateOperatorAccessKey"], create_key),
    row!(Deployment, "GetSeal", Full, ["ram:GetSeal"], get_seal),
    row!(Deployment, "RotateRootKey", Full, ["ram:RotateRootKey"], rotate_root),
    row!(Deployment, "EndErasureEpoch", Full, ["ram:EndErasureEpoch"], end_epoch),
    row!(Deployment, "DeleteOperatorAccessKey", Full, ["ram:DeleteOperatorAccessKey"], delete_key),
];

/// `Duty.1`, `Duty.2`, …; `None` if there is none.
fn duties(params: &Params) -> Result<Option<BTreeSet<Duty>>> {
    let given = params.list("Duty")?;
    let read = |text: &&str| text.parse().map_err(|rule| Failure::invalid("Duty", format!("{rule}")));
    let duties: BTreeSet<Duty> = given.iter().map(read).collect::<Result<_>>()?;
    Ok((!given.is_empty()).then_some(duties))
}

fn active(params: &Params) -> Result<Option<bool>> {
    match params.optional("Status") {
        None => Ok(None),
        Some("Active") => Ok(Some(true)),
        Some("Inactive") => Ok(Some(false)),
        Some(_) => Err(Failure::invalid("Status", "Active or Inactive")),
    }
}

fn status(active: bool) -> &'static str {
    if active { "Active" } else { "Inactive" }
}

fn operator(record: &OperatorRecord) -> Value {
    let duties: Vec<&str> = record.duties.iter().map(|duty| duty.word()).collect();
    json!({
        "OperatorName": record.name.as_str(),
        "Duties": { "Duty": duties },
        "Status": status(record.active),
        "CreateDate": record.created.iso_seconds(),
        "UpdateDate": record.updated.iso_seconds(),
    })
}

fn key(key: &AccessKeyInfo) -> Value {
    json!({
        "AccessKeyId": key.id.as_str(), "Status": status(key.active), "CreateDate": key.created.iso_seconds(),
    })
}

fn shown(found: &ShownOperator) -> Value {
    let mut shown = operator(&found.record);
    let keys: Vec<Value> = found.keys.iter().map(key).collect();
    if let Value::Object(members) = &mut shown {
        members.insert("AccessKeys".to_owned(), json!({ "AccessKey": keys }));
    }
    shown
}

fn account(record: &AccountRecord) -> Value {
    json!({
        "AccountId": record.id.to_string(),
        "AccountName": record.name,
        "CreateDate": record.created.iso_seconds(),
    })
}

fn new_key(key: &NewAccessKey) -> Value {
    json!({ "AccessKeyId": key.id.as_str(), "AccessKeySecret": key.secret.expose() })
}

async fn create_account(c: &Context<'_>) -> Result<Answer> {
    let name = c.params.required("AccountName")?.to_owned();
    let made = c.iam(iam::CreateAccount { name }).await?;
    Ok(answer! { "Account": account(&made.account), "AccessKey": new_key(&made.root) })
}

async fn list_accounts(c: &Context<'_>) -> Result<Answer> {
    let accounts = c.iam(iam::ListAccounts).await?;
    Ok(answer! { "Accounts": { "Account": accounts.iter().map(account).collect::<Vec<_>>() } })
}

async fn create_operator(c: &Context<'_>) -> Result<Answer> {
    let duties = duties(c.params)?.unwrap_or_default();
    let made = c.iam(iam::CreateOperator { name: named(c.params, "OperatorName")?, duties }).await?;
    Ok(answer! { "Operator": operator(&made.record), "AccessKey": new_key(&made.key) })
}

async fn get_operator(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::GetOperator { name: named(c.params, "OperatorName")? }).await?;
    Ok(answer! { "Operator": shown(&found) })
}

async fn list_operators(c: &Context<'_>) -> Result<Answer> {
    let found = c.iam(iam::ListOperators).await?;
    Ok(answer! { "Operators": { "Operator": found.iter().map(shown).collect::<Vec<_>>() } })
}

/// All duties are given anew, or none; `NoDuties=true` takes them all away.
async fn update_operator(c: &Context<'_>) -> Result<Answer> {
    let duties = match (duties(c.params)?, c.params.parsed("NoDuties")?.unwrap_or(false)) {
        (Some(_), true) => return Err(Failure::invalid("NoDuties", "false, or the only one of Duty and NoDuties")),
        (None, true) => Some(BTreeSet::new()),
        (given, false) => given,
    };
    let op = iam::UpdateOperator { name: named(c.params, "OperatorName")?, duties, active: active(c.params)? };
    Ok(answer! { "Operator": operator(&c.iam(op).await?) })
}

async fn delete_operator(c: &Context<'_>) -> Result<Answer> {
    c.iam(iam::DeleteOperator { name: named(c.params, "OperatorName")? }).await?;
    Ok(Answer::new())
}

async fn create_key(c: &Context<'_>) -> Result<Answer> {
    let made = c.iam(iam::CreateOperatorKey { name: named(c.params, "OperatorName")? }).await?;
    Ok(answer! { "AccessKey": new_key(&made) })
}

async fn delete_key(c: &Context<'_>) -> Result<Answer> {
    let op = iam::DeleteOperatorKey {
        name: named(c.params, "OperatorName")?,
        access_key: named(c.params, "UserAccessKeyId")?,
    };
    c.iam(op).await?;
    Ok(Answer::new())
}

/// What is not known is left out.
fn since(mut shown: Value, at: Option<Timestamp>) -> Value {
    if let (Some(members), Some(at)) = (shown.as_object_mut(), at) {
        members.insert("Since".to_owned(), at.iso_seconds().into());
    }
    shown
}

fn seal(state: &SealState) -> Value {
    let newest = state.epochs.last().map(|(number, _)| *number);
    let epoch = |(number, at): &(u32, Option<Timestamp>)| {
        let state = if Some(*number) == newest { "Current" } else { "Ending" };
        since(json!({ "Number": number, "State": state }), *at)
    };
    json!({
        "Kind": state.kind,
        "RootKey": since(json!({ "Rotating": state.rotating }), state.root_since),
        "Epochs": { "Epoch": state.epochs.iter().map(epoch).collect::<Vec<_>>() },
    })
}

async fn get_seal(c: &Context<'_>) -> Result<Answer> {
    Ok(answer! { "Seal": seal(&c.iam(iam::GetSeal).await?) })
}

async fn rotate_root(c: &Context<'_>) -> Result<Answer> {
    c.iam(ChangeSeal { work: SealWork::RotateRoot }).await?;
    Ok(Answer::new())
}

async fn end_epoch(c: &Context<'_>) -> Result<Answer> {
    c.iam(ChangeSeal { work: SealWork::EndEpoch }).await?;
    Ok(Answer::new())
}
