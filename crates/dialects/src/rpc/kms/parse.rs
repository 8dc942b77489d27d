//! Parameters of keys, read and written in the vendor's words.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kms::{
    CreatorKind, DataKeyLength, EncryptionContext, KeyFilter, KeyRef, KeySpec, KeyState, KeyUsage, Origin, Page,
    Protection,
};
use serde_json::Value;
use types::{AliasName, Failure, Reason, Result, Secret};
use wire::{Params, json};

const SPECS: &[(&str, KeySpec)] = &[
    ("Aliyun_AES_256", KeySpec::Aes256),
    ("Aliyun_AES_192", KeySpec::Aes192),
    ("Aliyun_AES_128", KeySpec::Aes128),
    ("Aliyun_SM4", KeySpec::Sm4),
    ("RSA_2048", KeySpec::Rsa2048),
    ("RSA_3072", KeySpec::Rsa3072),
    ("RSA_4096", KeySpec::Rsa4096),
    ("EC_P256", KeySpec::EcP256),
    ("EC_P384", KeySpec::EcP384),
    ("EC_P521", KeySpec::EcP521),
    ("EC_P256K", KeySpec::EcP256k),
    ("EC_SM2", KeySpec::EcSm2),
    ("ED25519", KeySpec::Ed25519),
    ("HMAC_SHA_224", KeySpec::HmacSha224),
    ("HMAC_SHA_256", KeySpec::HmacSha256),
    ("HMAC_SHA_384", KeySpec::HmacSha384),
    ("HMAC_SHA_512", KeySpec::HmacSha512),
    ("HMAC_SM3", KeySpec::HmacSm3),
    // As they were called until 2021: read, never written.
    ("AES_256", KeySpec::Aes256),
    ("SM4", KeySpec::Sm4),
];
const USAGES: &[(&str, KeyUsage)] = &[
    ("ENCRYPT/DECRYPT", KeyUsage::EncryptDecrypt),
    ("SIGN/VERIFY", KeyUsage::SignVerify),
    ("GENERATE_VERIFY_MAC", KeyUsage::GenerateVerifyMac),
];
const ORIGINS: &[(&str, Origin)] = &[("Aliyun_KMS", Origin::Own), ("EXTERNAL", Origin::External)];
const PROTECTIONS: &[(&str, Protection)] = &[("SOFTWARE", Protection::Software), ("HSM", Protection::Hsm)];
const STATES: &[(&str, KeyState)] = &[
    ("Enabled", KeyState::Enabled),
    ("Disabled", KeyState::Disabled),
    ("PendingDeletion", KeyState::PendingDeletion),
    ("PendingImport", KeyState::PendingImport),
];
const CREATORS: &[(&str, CreatorKind)] = &[("User", CreatorKind::User), ("Service", CreatorKind::Service)];

fn name<T: PartialEq + Copy>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, v)| *v == value).map_or("", |(word, _)| word)
}

pub(super) fn value<T: Copy>(words: &[(&'static str, T)], parameter: &'static str, word: &str) -> Result<T> {
    let found = words.iter().find(|(w, _)| *w == word);
    let allowed = || words.iter().map(|(w, _)| *w).collect::<Vec<_>>().join(", ");
    found.map(|(_, v)| *v).ok_or_else(|| Failure::invalid(parameter, format!("one of {}", allowed())))
}

pub(super) fn spec_name(spec: KeySpec) -> &'static str {
    name(SPECS, spec)
}

pub(super) fn usage_name(usage: KeyUsage) -> &'static str {
    name(USAGES, usage)
}

pub(super) fn origin_name(origin: Origin) -> &'static str {
    name(ORIGINS, origin)
}

pub(super) fn protection_name(protection: Protection) -> &'static str {
    name(PROTECTIONS, protection)
}

pub(super) fn spec(word: Option<&str>) -> Result<KeySpec> {
    word.map_or(Ok(KeySpec::default()), |word| value(SPECS, "KeySpec", word))
}

pub(super) fn usage(word: Option<&str>) -> Result<Option<KeyUsage>> {
    word.map(|word| value(USAGES, "KeyUsage", word)).transpose()
}

pub(super) fn origin(word: Option<&str>) -> Result<Origin> {
    word.map_or(Ok(Origin::default()), |word| value(ORIGINS, "Origin", word))
}

pub(super) fn protection(word: Option<&str>) -> Result<Protection> {
    word.map_or(Ok(Protection::default()), |word| value(PROTECTIONS, "ProtectionLevel", word))
}

pub(super) fn key(params: &Params) -> Result<KeyRef> {
    key_of("KeyId", params.required("KeyId")?)
}

/// A key as a parameter names it; the error says which parameter.
pub(in crate::rpc) fn key_of(parameter: &'static str, text: &str) -> Result<KeyRef> {
    text.parse().map_err(|_| Failure::invalid(parameter, KeyRef::RULE))
}

/// The interface names the protected thing by ARN alone.
pub(super) fn protected_resource(arn: &str) -> Result<KeyRef> {
    let wrong = || Failure::invalid("ProtectedResourceArn", "the ARN of a key");
    if arn.starts_with("acs:") { arn.parse().map_err(|_| wrong()) } else { Err(wrong()) }
}

pub(super) fn alias(params: &Params) -> Result<AliasName> {
    let text = params.required("AliasName")?;
    text.parse().map_err(|rule| Failure::invalid("AliasName", rule))
}

pub(super) fn boolean(params: &Params, name: &'static str) -> Result<bool> {
    params.boolean(name)?.ok_or_else(|| Failure::missing(name))
}

pub(in crate::rpc) fn page(params: &Params) -> Result<Page> {
    let default = Page::default();
    let number = params.parsed("PageNumber")?.unwrap_or(default.number);
    let size = params.parsed("PageSize")?.unwrap_or(default.size);
    Ok(Page { number, size })
}

pub(super) fn days(params: &Params) -> Result<u32> {
    params.parsed("PendingWindowInDays")?.ok_or_else(|| Failure::missing("PendingWindowInDays"))
}

pub(super) fn plaintext(params: &Params) -> Result<Secret<Vec<u8>>> {
    let decoded = STANDARD.decode(params.required("Plaintext")?);
    decoded.map(Secret::new).map_err(|_| Failure::invalid("Plaintext", "base64"))
}

/// The context comes as one JSON text or flattened, depending on the SDK.
pub(super) fn context(params: &Params) -> Result<EncryptionContext> {
    context_named(params, "EncryptionContext")
}

pub(super) fn context_named(params: &Params, name: &'static str) -> Result<EncryptionContext> {
    let read = match params.optional(name) {
        Some(text) => EncryptionContext::from_json(text),
        None => EncryptionContext::from_pairs(params.map(name)?.unwrap_or_default()),
    };
    read.map_err(|failure| match failure.reason() {
        Reason::ParameterInvalid => Failure::invalid(name, EncryptionContext::rule()),
        _ => failure,
    })
}

pub(super) fn data_key_length(params: &Params) -> Result<DataKeyLength> {
    if let Some(bytes) = params.parsed("NumberOfBytes")? {
        return Ok(DataKeyLength::Bytes(bytes));
    }
    match params.optional("KeySpec") {
        None | Some("AES_256") => Ok(DataKeyLength::Aes256),
        Some("AES_128") => Ok(DataKeyLength::Aes128),
        Some(_) => Err(Failure::invalid("KeySpec", "AES_256 or AES_128")),
    }
}

/// A list of names or ids, none of them empty.
pub(in crate::rpc) fn filled<'a>(params: &'a Params, name: &'static str) -> Result<Vec<&'a str>> {
    let items = params.list(name)?;
    if items.iter().any(|item| item.is_empty()) { Err(Failure::missing(name)) } else { Ok(items) }
}

/// `[{"Key": "KeyState", "Values": ["Enabled"]}, …]`: all keys must hold, any of a key's values may.
pub(super) fn filter(text: Option<&str>) -> Result<KeyFilter> {
    const FILTERS: usize = 10;
    let wrong = || Failure::invalid("Filters", "a JSON list of at most 10 {\"Key\": …, \"Values\": […]}");
    let mut filter = KeyFilter::default();
    let Some(text) = text else { return Ok(filter) };
    let parsed = json::parse(text.as_bytes()).map_err(|_| wrong())?;
    let entries = parsed.as_array().filter(|list| list.len() <= FILTERS).ok_or_else(wrong)?;
    for entry in entries {
        let key = entry.get("Key").and_then(Value::as_str).ok_or_else(wrong)?;
        let values = entry.get("Values").and_then(Value::as_array).ok_or_else(wrong)?;
        for word in values {
            add(&mut filter, key, word.as_str().ok_or_else(wrong)?)?;
        }
    }
    Ok(filter)
}

fn add(filter: &mut KeyFilter, key: &str, word: &str) -> Result<()> {
    match key {
        "KeyState" => filter.states.push(value(STATES, "Filters", word)?),
        "KeySpec" => filter.specs.push(value(SPECS, "Filters", word)?),
        "KeyUsage" => filter.usages.push(value(USAGES, "Filters", word)?),
        "ProtectionLevel" => filter.protections.push(value(PROTECTIONS, "Filters", word)?),
        "CreatorType" => filter.creators.push(value(CREATORS, "Filters", word)?),
        _ => {
            let rule = "its Key must be KeyState, KeySpec, KeyUsage, ProtectionLevel or CreatorType";
            return Err(Failure::invalid("Filters", rule));
        }
    }
    Ok(())
}

/// A parameter that is known but not supported: accepting it silently would promise what is not done.
pub(in crate::rpc) fn unsupported(parameter: &'static str) -> Failure {
    Failure::new(Reason::NotImplemented, format!("The parameter {parameter} is not supported."))
        .with("Parameter", parameter)
}

/// Refuses parameters that are not supported, if any is given.
pub(in crate::rpc) fn refuse(params: &Params, names: &[&'static str]) -> Result<()> {
    match names.iter().find(|name| params.optional(name).is_some()) {
        Some(name) => Err(unsupported(name)),
        None => Ok(()),
    }
}
