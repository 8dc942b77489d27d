use super::{perform, print};
use crate::Stop;
use crate::config::Settings;
use iam::{
    CreateOperator, CreateOperatorKey, DeleteOperator, ListOperators, NewAccessKey, OperatorRecord, ShownOperator,
    UpdateOperator,
};
use serde_json::{Value, json};
use std::process::ExitCode;
use types::{Duty, OperatorName};

/// Makes an operator and prints its access key: the only time its secret is shown.
pub(crate) fn create(settings: &Settings, name: OperatorName, duties: &[Duty]) -> Result<ExitCode, Stop> {
    let made = perform(settings, "CreateOperator", CreateOperator { name, duties: duties.iter().copied().collect() })?;
    print(&with_key(described(&made.record), &made.key))
}

/// Lists the operators.
pub(crate) fn list(settings: &Settings) -> Result<ExitCode, Stop> {
    let found = perform(settings, "ListOperators", ListOperators)?;
    print(&found.iter().map(shown).collect())
}

/// Gives an operator other duties, or has it do nothing for a while.
pub(crate) fn update(
    settings: &Settings,
    name: OperatorName,
    duties: Option<&[Duty]>,
    active: Option<bool>,
) -> Result<ExitCode, Stop> {
    let duties = duties.map(|duties| duties.iter().copied().collect());
    print(&described(&perform(settings, "UpdateOperator", UpdateOperator { name, duties, active })?))
}

/// Makes an operator another access key.
pub(crate) fn key(settings: &Settings, name: OperatorName) -> Result<ExitCode, Stop> {
    let op = CreateOperatorKey { name: name.clone() };
    let made = perform(settings, "CreateOperatorAccessKey", op)?;
    print(&with_key(json!({ "operator": name.as_str() }), &made))
}

/// Removes an operator.
pub(crate) fn delete(settings: &Settings, name: OperatorName) -> Result<ExitCode, Stop> {
    perform(settings, "DeleteOperator", DeleteOperator { name })?;
    Ok(ExitCode::SUCCESS)
}

fn described(record: &OperatorRecord) -> Value {
    let duties: Vec<&str> = record.duties.iter().map(|duty| duty.word()).collect();
    json!({
        "operator": record.name.as_str(),
        "duties": duties,
        "active": record.active,
        "created": record.created.iso_seconds(),
    })
}

fn shown(found: &ShownOperator) -> Value {
    let ids: Vec<&str> = found.keys.iter().map(|key| key.id.as_str()).collect();
    let mut shown = described(&found.record);
    shown.as_object_mut().map(|members| members.insert("access_key_ids".to_owned(), json!(ids)));
    shown
}

fn with_key(mut shown: Value, key: &NewAccessKey) -> Value {
    if let Value::Object(members) = &mut shown {
        members.insert("access_key_id".to_owned(), key.id.as_str().into());
        members.insert("access_key_secret".to_owned(), key.secret.expose().as_str().into());
    }
    shown
}
