//! Maps as parameters (`EncryptionContext`, `ExtendedConfig`), which the SDKs spell in two ways.

use crate::{Params, json};
use std::collections::BTreeMap;
use types::{Failure, Result};

pub(crate) fn read(params: &Params, name: &'static str) -> Result<Option<BTreeMap<String, String>>> {
    let flat = flattened(params, name)?;
    match params.optional(name) {
        Some(_) if !flat.is_empty() => Err(Failure::invalid(name, "it is there both as JSON and flattened")),
        Some(text) => from_json(text, name).map(Some),
        None if flat.is_empty() => Ok(None),
        None => Ok(Some(flat)),
    }
}

/// Python and the legacy SDKs send one JSON object.
fn from_json(text: &str, name: &'static str) -> Result<BTreeMap<String, String>> {
    let wrong = || Failure::invalid(name, "it must be a JSON object of strings");
    let value = json::parse(text.as_bytes()).map_err(|cause| wrong().caused_by(cause))?;
    let serde_json::Value::Object(entries) = value else { return Err(wrong()) };
    let mut map = BTreeMap::new();
    for (key, value) in entries {
        let serde_json::Value::String(value) = value else { return Err(wrong()) };
        insert(&mut map, &key, value, name)?;
    }
    Ok(map)
}

/// Node sends one parameter for each entry, the key after the first dot.
fn flattened(params: &Params, name: &'static str) -> Result<BTreeMap<String, String>> {
    let mut map = BTreeMap::new();
    for (full, value) in params.iter() {
        if let Some(key) = full.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')) {
            insert(&mut map, key, value.to_owned(), name)?;
        }
    }
    Ok(map)
}

fn insert(map: &mut BTreeMap<String, String>, key: &str, value: String, name: &'static str) -> Result<()> {
    let key = without_length(key);
    if key.is_empty() {
        return Err(Failure::invalid(name, "a key of it is empty"));
    }
    match map.insert(key.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(Failure::invalid(name, "a key of it is there twice")),
    }
}

/// tea-openapi writes keys of nested maps as `#<length>#<key>`, so that a dot in one can be told from nesting. Only a
/// length that is right is taken as such; anything else is a key that happens to start with `#`.
fn without_length(key: &str) -> &str {
    let Some((length, rest)) = key.strip_prefix('#').and_then(|k| k.split_once('#')) else { return key };
    match length.parse::<usize>() {
        Ok(length) if length == rest.chars().count() || length == rest.len() => rest,
        _ => key,
    }
}
