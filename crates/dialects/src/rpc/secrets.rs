//! Secrets, 2016-01-20 (alibaba-wire §5.7).

mod parse;
pub(super) mod tags;

use super::context::{Answer, Context, answer};
use super::kms::paged;
use super::kms::parse::{key_of, page, refuse};
use super::row::{Row, row};
use iam::{Operation, Run};
use kms::secrets::{
    self as domain, DataType, GetSecretValue, OwnKey, SecretInfo, SecretRecord, SecretValue, Secrets, VersionChoice,
};
use parse::{
    config, config_update, filter, interval, kind, kind_name, optional_stage, password_rules, policy, recovery, secret,
    stages, value, version,
};
use serde_json::{Value, json};
use types::{Failure, Result, Timestamp};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!(Kms, "CreateSecret", Partial, ["kms:CreateSecret"], create_secret),
    row!(Kms, "DescribeSecret", Full, ["kms:DescribeSecret"], describe_secret),
    row!(Kms, "ListSecrets", Full, ["kms:ListSecrets"], list_secrets),
    row!(Kms, "GetSecretValue", Full, ["kms:GetSecretValue"], get_secret_value),
    row!(Kms, "BatchGetSecretValue", Full, ["kms:GetSecretValue"], batch_get_secret_value),
    row!(Kms, "PutSecretValue", Full, ["kms:PutSecretValue"], put_secret_value),
    row!(Kms, "ListSecretVersionIds", Full, ["kms:ListSecretVersionIds"], list_secret_version_ids),
    row!(Kms, "UpdateSecret", Full, ["kms:UpdateSecret"], update_secret),
    row!(Kms, "UpdateSecretVersionStage", Full, ["kms:UpdateSecretVersionStage"], update_secret_version_stage),
    row!(Kms, "DeleteSecret", Full, ["kms:DeleteSecret"], delete_secret),
    row!(Kms, "RestoreSecret", Full, ["kms:RestoreSecret"], restore_secret),
    row!(Kms, "GetRandomPassword", Full, ["kms:GetRandomPassword"], get_random_password),
    row!(Kms, "RotateSecret", Full, ["kms:RotateSecret"], rotate_secret),
    row!(Kms, "UpdateSecretRotationPolicy", Full, ["kms:UpdateSecretRotationPolicy"], update_secret_rotation_policy),
    row!(Kms, "SetSecretPolicy", Full, ["kms:SetSecretPolicy"], set_secret_policy),
    row!(Kms, "GetSecretPolicy", Full, ["kms:GetSecretPolicy"], get_secret_policy),
];

impl Context<'_> {
    pub(super) async fn secrets<Op: Operation>(&self, op: Op) -> Result<Op::Output>
    where
        Secrets: Run<Op>,
    {
        self.domains.gate.perform(self.caller, self.region.secrets.as_ref(), op).await
    }
}

async fn create_secret(c: &Context<'_>) -> Result<Answer> {
    refuse(c.params, &["DKMSInstanceId"])?;
    let secret = domain::NewSecret {
        name: c.params.parsed("SecretName")?.ok_or_else(|| Failure::missing("SecretName"))?,
        kind: kind(c.params.optional("SecretType"))?,
        version: version(c.params)?,
        description: c.params.optional("Description").unwrap_or_default().to_owned(),
        config: config(c.params)?,
        key: c.params.optional("EncryptionKeyId").map(|text| key_of("EncryptionKeyId", text)).transpose()?,
        automatic: c.params.boolean("EnableAutomaticRotation")?.unwrap_or(false),
        interval: interval(c.params)?,
        tags: parse::tags(c.params.optional("Tags"))?,
        policy: c.params.optional("Policy").map(str::to_owned),
    };
    let version = secret.version.clone();
    let made = c.secrets(domain::CreateSecret::new(secret, value(c.params)?)).await?;
    let mut members = rotation(&made.record);
    members.extend(answer! {
        "Arn": made.arn,
        "SecretName": made.record.name.as_str(),
        "SecretType": kind_name(made.record.kind),
        "VersionId": version.as_str(),
        "ExtendedConfig": made.record.config,
    });
    Ok(members)
}

/// How a secret is rotated: empty texts where there is nothing to say. `RotationState` and `RotationError` are ours.
fn rotation(record: &SecretRecord) -> Answer {
    let rotation = &record.rotation;
    let date = |at: Option<Timestamp>| at.map(Timestamp::iso_seconds).unwrap_or_default();
    let (state, error) = match (&rotation.pending, &rotation.failed) {
        (Some(pending), _) => ("Rotating", pending.error.clone()),
        (None, Some(error)) => ("Failed", Some(error.clone())),
        (None, None) => ("Idle", None),
    };
    let automatic = match (record.kind.is_managed(), rotation.automatic) {
        (false, _) => "Invalid",
        (true, true) => "Enabled",
        (true, false) => "Disabled",
    };
    answer! {
        "AutomaticRotation": automatic,
        "RotationInterval": rotation.interval.map(|secs| format!("{secs}s")).unwrap_or_default(),
        "LastRotationDate": date(rotation.last),
        "NextRotationDate": date(rotation.next),
        "RotationState": state,
        "RotationError": error.unwrap_or_default(),
    }
}

async fn describe_secret(c: &Context<'_>) -> Result<Answer> {
    let SecretInfo { arn, record } = c.secrets(domain::DescribeSecret { secret: secret(c.params)? }).await?;
    let mut members = rotation(&record);
    members.extend(answer! {
        "Arn": arn,
        "SecretName": record.name.as_str(),
        "SecretType": kind_name(record.kind),
        "Description": record.description,
        "EncryptionKeyId": key_id(record.key.as_ref()),
        "ExtendedConfig": record.config,
        "CreateTime": record.created.iso_seconds(),
        "UpdateTime": record.updated.iso_seconds(),
        "PlannedDeleteTime": record.delete_at.map(Timestamp::iso_seconds).unwrap_or_default(),
    });
    if c.params.boolean("FetchTags")?.unwrap_or(false) {
        members.insert("Tags".to_owned(), tags_of(&record));
    }
    Ok(members)
}

fn key_id(key: Option<&OwnKey>) -> String {
    key.map(|key| key.id.to_string()).unwrap_or_default()
}

fn tags_of(record: &SecretRecord) -> Value {
    let tag = |(key, value)| json!({"TagKey": key, "TagValue": value});
    json!({"Tag": record.tags.iter().map(tag).collect::<Vec<Value>>()})
}

async fn list_secrets(c: &Context<'_>) -> Result<Answer> {
    let op = domain::ListSecrets { page: page(c.params)?, filter: filter(c.params.optional("Filters"))? };
    let with_tags = c.params.boolean("FetchTags")?.unwrap_or(false);
    let found = c.secrets(op).await?;
    let entry = |secret: &SecretInfo| {
        let record = &secret.record;
        let mut entry = json!({
            "SecretName": record.name.as_str(),
            "SecretType": kind_name(record.kind),
            "CreateTime": record.created.iso_seconds(),
            "UpdateTime": record.updated.iso_seconds(),
            "PlannedDeleteTime": record.delete_at.map(Timestamp::iso_seconds).unwrap_or_default(),
        });
        if let (true, Some(members)) = (with_tags, entry.as_object_mut()) {
            members.insert("Tags".to_owned(), tags_of(record));
        }
        entry
    };
    let entries = found.items.iter().map(entry).collect();
    Ok(paged(&found, "SecretList", "Secret", entries))
}

async fn get_secret_value(c: &Context<'_>) -> Result<Answer> {
    if c.params.boolean("DryRun")?.unwrap_or(false) {
        return Err(super::kms::parse::unsupported("DryRun"));
    }
    refuse(c.params, &["Recipient"])?;
    let with_config = c.params.boolean("FetchExtendedConfig")?.unwrap_or(false);
    let (record, value) = c.secrets(GetSecretValue::new(secret(c.params)?, choice(c.params)?)).await?;
    opened(&record, &value, with_config)
}

fn choice(params: &wire::Params) -> Result<VersionChoice> {
    Ok(match (params.parsed("VersionId")?, optional_stage(params)?) {
        (Some(_), Some(_)) => return Err(Failure::invalid("VersionStage", "absent where a VersionId is given")),
        (Some(version), None) => VersionChoice::Version(version),
        (None, Some(stage)) => VersionChoice::Stage(stage),
        (None, None) => VersionChoice::Current,
    })
}

/// A value as clients get it. Both kinds are texts on the wire: bytes came as base64 and go as it.
fn opened(record: &SecretRecord, value: &SecretValue, with_config: bool) -> Result<Answer> {
    let text = std::str::from_utf8(value.data.expose()).map_err(|_| Failure::corrupt("a secret's value"))?;
    let stages: Vec<&str> = record.stages_of(&value.version).map(types::StageName::as_str).collect();
    let mut members = rotation(record);
    members.extend(answer! {
        "SecretName": record.name.as_str(),
        "SecretType": kind_name(record.kind),
        "SecretData": text,
        "SecretDataType": data_type_name(value.data_type),
        "VersionId": value.version.as_str(),
        "VersionStages": json!({"VersionStage": stages}),
        "CreateTime": value.created.iso_seconds(),
    });
    if with_config {
        members.insert("ExtendedConfig".to_owned(), Value::from(record.config.as_str()));
    }
    Ok(members)
}

const fn data_type_name(data_type: DataType) -> &'static str {
    match data_type {
        DataType::Text => "text",
        DataType::Binary => "binary",
    }
}

/// Each secret is asked for by itself, with a decision and an event of its own; one that is refused does not keep the
/// others.
async fn batch_get_secret_value(c: &Context<'_>) -> Result<Answer> {
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    let mut refused = None;
    for wanted in parse::batch(c.params)? {
        let name = wanted.secret.to_string();
        match c.secrets(GetSecretValue::new(wanted.secret, wanted.choice)).await {
            Ok((record, value)) => values.push(Value::Object(opened(&record, &value, wanted.with_config)?)),
            Err(failure) if failure.reason().is_fault() => return Err(failure),
            Err(failure) => {
                errors.push(json!({
                    "SecretName": name,
                    "Code": super::errors::kms_code(failure.reason()),
                    "HttpStatus": super::errors::status(failure.reason()),
                    "Message": failure.to_string(),
                }));
                refused = Some(failure);
            }
        }
    }
    match refused {
        // Nothing was given: the call as a whole is refused.
        Some(failure) if values.is_empty() => Err(failure),
        _ => Ok(answer! {"SecretValues": values, "Errors": errors}),
    }
}

async fn put_secret_value(c: &Context<'_>) -> Result<Answer> {
    let version: types::SecretVersionId = c.params.parsed("VersionId")?.ok_or_else(|| Failure::missing("VersionId"))?;
    let op = domain::PutSecretValue::new(secret(c.params)?, version.clone(), value(c.params)?, stages(c.params)?);
    let record = c.secrets(op).await?;
    let stages: Vec<&str> = record.stages_of(&version).map(types::StageName::as_str).collect();
    Ok(answer! {
        "SecretName": record.name.as_str(),
        "VersionId": version.as_str(),
        "VersionStages": json!({"VersionStage": stages}),
    })
}

async fn list_secret_version_ids(c: &Context<'_>) -> Result<Answer> {
    let op = domain::ListSecretVersionIds {
        secret: secret(c.params)?,
        page: page(c.params)?,
        all: c.params.boolean("IncludeDeprecated")?.unwrap_or(false),
    };
    let (record, found) = c.secrets(op).await?;
    let entry = |version: &domain::VersionInfo| {
        let stages: Vec<&str> = record.stages_of(&version.id).map(types::StageName::as_str).collect();
        json!({
            "VersionId": version.id.as_str(),
            "CreateTime": version.created.iso_seconds(),
            "VersionStages": {"VersionStage": stages},
        })
    };
    let entries = found.items.iter().map(entry).collect();
    let mut members = paged(&found, "VersionIds", "VersionId", entries);
    members.insert("SecretName".to_owned(), Value::from(record.name.as_str()));
    Ok(members)
}

async fn update_secret(c: &Context<'_>) -> Result<Answer> {
    let secret = secret(c.params)?;
    let description = c.params.get("Description").map(str::to_owned);
    let op = domain::UpdateSecret { secret: secret.clone(), description, config: config_update(c.params)? };
    c.secrets(op).await?;
    Ok(answer! {"SecretName": secret.name().as_str()})
}

async fn update_secret_version_stage(c: &Context<'_>) -> Result<Answer> {
    let secret = secret(c.params)?;
    let op = domain::UpdateSecretVersionStage {
        secret: secret.clone(),
        stage: optional_stage(c.params)?.ok_or_else(|| Failure::missing("VersionStage"))?,
        from: c.params.parsed("RemoveFromVersion")?,
        to: c.params.parsed("MoveToVersion")?,
    };
    c.secrets(op).await?;
    Ok(answer! {"SecretName": secret.name().as_str()})
}

async fn delete_secret(c: &Context<'_>) -> Result<Answer> {
    let secret = secret(c.params)?;
    let deleted = c.secrets(domain::DeleteSecret { secret: secret.clone(), days: recovery(c.params)? }).await?;
    Ok(answer! {"SecretName": secret.name().as_str(), "PlannedDeleteTime": deleted.at.iso_seconds()})
}

async fn restore_secret(c: &Context<'_>) -> Result<Answer> {
    let secret = secret(c.params)?;
    c.secrets(domain::RestoreSecret { secret: secret.clone() }).await?;
    Ok(answer! {"SecretName": secret.name().as_str()})
}

async fn get_random_password(c: &Context<'_>) -> Result<Answer> {
    let password = c.secrets(domain::GetRandomPassword { rules: password_rules(c.params)? }).await?;
    Ok(answer! {"RandomPassword": password.expose().as_str()})
}

async fn rotate_secret(c: &Context<'_>) -> Result<Answer> {
    let version: types::SecretVersionId = c.params.parsed("VersionId")?.ok_or_else(|| Failure::missing("VersionId"))?;
    let op = domain::RotateSecret { secret: secret(c.params)?, version: version.clone() };
    let rotated = c.secrets(op).await?;
    Ok(answer! {"Arn": rotated.arn, "SecretName": rotated.record.name.as_str(), "VersionId": version.as_str()})
}

async fn update_secret_rotation_policy(c: &Context<'_>) -> Result<Answer> {
    let secret = secret(c.params)?;
    let automatic = c.params.boolean("EnableAutomaticRotation")?;
    let op = domain::UpdateSecretRotationPolicy {
        secret: secret.clone(),
        automatic: automatic.ok_or_else(|| Failure::missing("EnableAutomaticRotation"))?,
        interval: interval(c.params)?,
    };
    c.secrets(op).await?;
    Ok(answer! {"SecretName": secret.name().as_str()})
}

async fn set_secret_policy(c: &Context<'_>) -> Result<Answer> {
    let op = domain::SetSecretPolicy { secret: secret(c.params)?, text: policy(c.params)? };
    c.secrets(op).await?;
    Ok(answer! {})
}

async fn get_secret_policy(c: &Context<'_>) -> Result<Answer> {
    parse::policy_name(c.params)?;
    let text = c.secrets(domain::GetSecretPolicy { secret: secret(c.params)? }).await?;
    Ok(answer! {"Policy": text})
}
