//! Parameters of secrets, read and written in the vendor's words.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kms::secrets::{DataType, NewValue, PasswordRules, SecretFilter, SecretKind, SecretRef, VersionChoice, limits};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use types::{Failure, Result, Secret, SecretVersionId, StageName};
use wire::{Params, json};

const KINDS: &[(&str, SecretKind)] = &[
    ("Generic", SecretKind::Generic),
    ("Rds", SecretKind::Rds),
    ("Redis", SecretKind::Redis),
    ("PolarDB", SecretKind::PolarDb),
    ("RAMCredentials", SecretKind::RamCredentials),
    ("ECS", SecretKind::Ecs),
];
/// Secrets that one call asks for at most.
const BATCH: usize = 20;
/// Filters of one listing.
const FILTERS: usize = 10;

pub(super) fn kind_name(kind: SecretKind) -> &'static str {
    KINDS.iter().find(|(_, k)| *k == kind).map_or("", |(word, _)| word)
}

pub(super) fn kind(word: Option<&str>) -> Result<SecretKind> {
    let Some(word) = word else { return Ok(SecretKind::default()) };
    let found = KINDS.iter().find(|(w, _)| *w == word).map(|(_, kind)| *kind);
    let allowed = || KINDS.iter().map(|(w, _)| *w).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| Failure::invalid("SecretType", format!("one of {}", allowed())))
}

pub(super) fn secret(params: &Params) -> Result<SecretRef> {
    params.required("SecretName")?.parse()
}

pub(super) fn version(params: &Params) -> Result<SecretVersionId> {
    params.parsed("VersionId")?.ok_or_else(|| Failure::missing("VersionId"))
}

/// Bytes come as base64, and that text is what is kept: clients get it back as they sent it.
pub(super) fn value(params: &Params) -> Result<NewValue> {
    let text = params.required("SecretData")?;
    if text.len() > limits::VALUE_BYTES {
        return Err(Failure::invalid("SecretData", format!("at most {} bytes", limits::VALUE_BYTES)));
    }
    let data_type = match params.optional("SecretDataType") {
        None | Some("text") => DataType::Text,
        Some("binary") => DataType::Binary,
        Some(_) => return Err(Failure::invalid("SecretDataType", "text or binary")),
    };
    let decodes = || STANDARD.decode(text).map(Secret::new).is_ok();
    if data_type == DataType::Binary && !decodes() {
        return Err(Failure::invalid("SecretData", "base64, since SecretDataType is binary"));
    }
    Ok(NewValue { data: Secret::new(text.as_bytes().to_vec()), data_type })
}

/// A JSON list of stages, such as `["MyPending"]`.
pub(super) fn stages(params: &Params) -> Result<Vec<StageName>> {
    let Some(text) = params.optional("VersionStages") else { return Ok(Vec::new()) };
    let wrong = || Failure::invalid("VersionStages", "a JSON list of at most 8 stages");
    let list = json::parse(text.as_bytes()).map_err(|_| wrong())?;
    let list = list.as_array().filter(|list| list.len() <= 8).ok_or_else(wrong)?;
    let stage = |value: &Value| {
        let text = value.as_str().ok_or_else(wrong)?;
        text.parse().map_err(|rule| Failure::invalid("VersionStages", rule))
    };
    list.iter().map(stage).collect()
}

pub(super) fn optional_stage(params: &Params) -> Result<Option<StageName>> {
    params.parsed("VersionStage")
}

/// The settings that belong to the kind: a JSON object as text, or one parameter for each member.
pub(super) fn config(params: &Params) -> Result<String> {
    if let Some(text) = params.optional("ExtendedConfig") {
        return Ok(text.to_owned());
    }
    let members = params.map("ExtendedConfig")?.unwrap_or_default();
    if members.is_empty() { Ok(String::new()) } else { serde_json::to_string(&members).map_err(Failure::internal) }
}

/// An update may give the settings whole, or `ExtendedConfig.CustomData` as a JSON object for that member.
pub(super) fn config_update(params: &Params) -> Result<Option<String>> {
    if let Some(text) = params.optional("ExtendedConfig.CustomData") {
        let wrong = || Failure::invalid("ExtendedConfig.CustomData", "a JSON object");
        let custom = json::parse(text.as_bytes()).map_err(|_| wrong())?;
        if !custom.is_object() {
            return Err(wrong());
        }
        return Ok(Some(serde_json::json!({"CustomData": custom}).to_string()));
    }
    Ok(Some(config(params)?).filter(|text| !text.is_empty()))
}

/// How often a secret is to be rotated.
pub(super) fn interval(params: &Params) -> Result<Option<Duration>> {
    let given = params.optional("RotationInterval").map(crate::rpc::kms::interval).transpose()?;
    Ok(given.map(Duration::from_secs))
}

/// `None`: at once.
pub(super) fn recovery(params: &Params) -> Result<Option<u32>> {
    let days = params.parsed("RecoveryWindowInDays")?;
    match params.boolean("ForceDeleteWithoutRecovery")?.unwrap_or(false) {
        true if days.is_some() => {
            Err(Failure::invalid("RecoveryWindowInDays", "absent where ForceDeleteWithoutRecovery is true"))
        }
        true => Ok(None),
        false => Ok(Some(days.unwrap_or(limits::RECOVERY_DAYS_MOST))),
    }
}

pub(super) fn password_rules(params: &Params) -> Result<PasswordRules> {
    let default = PasswordRules::default();
    let on = |name| params.boolean(name).map(|excluded| !excluded.unwrap_or(false));
    Ok(PasswordRules {
        length: params.parsed("PasswordLength")?.unwrap_or(default.length),
        exclude: params.optional("ExcludeCharacters").unwrap_or_default().to_owned(),
        lower: on("ExcludeLowercase")?,
        upper: on("ExcludeUppercase")?,
        digits: on("ExcludeNumbers")?,
        punctuation: on("ExcludePunctuation")?,
        each: params.boolean("RequireEachIncludedType")?.unwrap_or(default.each),
    })
}

/// The only policy a secret has is called `default`.
pub(super) fn policy_name(params: &Params) -> Result<()> {
    match params.optional("PolicyName") {
        None | Some("default") => Ok(()),
        Some(_) => Err(Failure::invalid("PolicyName", "default")),
    }
}

pub(super) fn policy(params: &Params) -> Result<String> {
    policy_name(params)?;
    params.required("Policy").map(str::to_owned)
}

fn tag_rule() -> Failure {
    Failure::invalid("Tags", "a JSON list of {\"TagKey\": …, \"TagValue\": …}")
}

/// `[{"TagKey": "a", "TagValue": "b"}, …]`.
pub(super) fn tags(text: Option<&str>) -> Result<BTreeMap<String, String>> {
    let mut tags = BTreeMap::new();
    let Some(text) = text else { return Ok(tags) };
    let parsed = json::parse(text.as_bytes()).map_err(|_| tag_rule())?;
    for entry in parsed.as_array().filter(|list| list.len() <= limits::TAGS).ok_or_else(tag_rule)? {
        let member = |name| entry.get(name).and_then(Value::as_str).map(str::to_owned);
        let key = member("TagKey").ok_or_else(tag_rule)?;
        if tags.insert(key, member("TagValue").unwrap_or_default()).is_some() {
            return Err(Failure::invalid("Tags", "a list in which each TagKey is there once"));
        }
    }
    Ok(tags)
}

/// `[{"Key": "SecretName", "Values": ["a"]}, …]`: all keys must hold, any of a key's values may.
pub(super) fn filter(text: Option<&str>) -> Result<SecretFilter> {
    let wrong = || Failure::invalid("Filters", "a JSON list of at most 10 {\"Key\": …, \"Values\": […]}");
    let mut filter = SecretFilter::default();
    let Some(text) = text else { return Ok(filter) };
    let parsed = json::parse(text.as_bytes()).map_err(|_| wrong())?;
    for entry in parsed.as_array().filter(|list| list.len() <= FILTERS).ok_or_else(wrong)? {
        let key = entry.get("Key").and_then(Value::as_str).ok_or_else(wrong)?;
        for word in entry.get("Values").and_then(Value::as_array).ok_or_else(wrong)? {
            add(&mut filter, key, word.as_str().ok_or_else(wrong)?)?;
        }
    }
    Ok(filter)
}

fn add(filter: &mut SecretFilter, key: &str, word: &str) -> Result<()> {
    match key {
        "SecretName" => filter.names.push(word.to_owned()),
        "Description" => filter.descriptions.push(word.to_owned()),
        "TagKey" => filter.tag_keys.push(word.to_owned()),
        "TagValue" => filter.tag_values.push(word.to_owned()),
        "SecretType" => filter.kinds.push(kind(Some(word))?),
        _ => {
            let rule = "its Key must be SecretName, Description, TagKey, TagValue or SecretType";
            return Err(Failure::invalid("Filters", rule));
        }
    }
    Ok(())
}

/// One of several secrets that are asked for at once.
pub(super) struct Wanted {
    pub(super) secret: SecretRef,
    pub(super) choice: VersionChoice,
    pub(super) with_config: bool,
}

/// The list comes flattened or as one JSON text, depending on the SDK.
pub(super) fn batch(params: &Params) -> Result<Vec<Wanted>> {
    let wrong = || Failure::invalid("SecretsList", format!("1 to {BATCH} entries with a SecretName each"));
    let wanted: Vec<Wanted> = match params.optional("SecretsList") {
        Some(text) => {
            let parsed = json::parse(text.as_bytes()).map_err(|_| wrong())?;
            parsed.as_array().ok_or_else(wrong)?.iter().map(wanted_of_json).collect::<Result<_>>()?
        }
        None => params.structures("SecretsList")?.iter().map(wanted_of_params).collect::<Result<_>>()?,
    };
    match wanted.len() {
        0 if !params.contains("SecretsList") => Err(Failure::missing("SecretsList")),
        1..=BATCH => Ok(wanted),
        _ => Err(wrong()),
    }
}

fn wanted_of_params(entry: &Params) -> Result<Wanted> {
    let with_config = entry.boolean("FetchExtendedConfig")?.unwrap_or(false);
    Ok(Wanted { secret: secret(entry)?, choice: super::choice(entry)?, with_config })
}

fn wanted_of_json(entry: &Value) -> Result<Wanted> {
    let text = |name| entry.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let wrong = |rule| Failure::invalid("SecretsList", rule);
    let choice = match (text("VersionId"), text("VersionStage")) {
        (Some(version), _) => VersionChoice::Version(version.parse().map_err(wrong)?),
        (None, Some(stage)) => VersionChoice::Stage(stage.parse().map_err(wrong)?),
        (None, None) => VersionChoice::Current,
    };
    let with_config = entry.get("FetchExtendedConfig").and_then(Value::as_bool).unwrap_or(false);
    Ok(Wanted {
        secret: text("SecretName").ok_or_else(|| Failure::missing("SecretName"))?.parse()?,
        choice,
        with_config,
    })
}
