//! Parameters of key pairs, imports and tags, read and written in the vendor's words.

use super::parse::{filled, key, key_of, value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::MacKind;
use crypto::pair::{EncryptionScheme, PairKind, Sha2, SignatureScheme, Wrapping};
use kms::{KeyRef, PairRef, Recipient};
use serde_json::Value;
use std::collections::BTreeMap;
use types::{Failure, KeyId, Result, Secret, Timestamp};
use wire::{Params, json};

const ENCRYPTIONS: &[(&str, EncryptionScheme)] = &[
    ("RSAES_OAEP_SHA_256", EncryptionScheme::RsaOaepSha256),
    ("RSAES_OAEP_SHA_1", EncryptionScheme::RsaOaepSha1),
    ("SM2PKE", EncryptionScheme::Sm2),
];
const SIGNATURES: &[(&str, SignatureScheme)] = &[
    ("RSA_PSS_SHA_256", SignatureScheme::RsaPss(Sha2::Sha256)),
    ("RSA_PKCS1_SHA_256", SignatureScheme::RsaPkcs1(Sha2::Sha256)),
    ("ECDSA_SHA_256", SignatureScheme::Ecdsa(Sha2::Sha256)),
    ("ECDSA_SHA_384", SignatureScheme::Ecdsa(Sha2::Sha384)),
    ("ECDSA_SHA_512", SignatureScheme::Ecdsa(Sha2::Sha512)),
    ("SM2DSA", SignatureScheme::Sm2),
];
const MACS: &[(&str, MacKind)] = &[
    ("HMAC_SHA_224", MacKind::Sha224),
    ("HMAC_SHA_256", MacKind::Sha256),
    ("HMAC_SHA_384", MacKind::Sha384),
    ("HMAC_SHA_512", MacKind::Sha512),
    ("HMAC_SM3", MacKind::Sm3),
];
const WRAPPINGS: &[(&str, Wrapping)] = &[
    ("RSAES_PKCS1_V1_5", Wrapping::Direct(EncryptionScheme::RsaPkcs1)),
    ("RSAES_OAEP_SHA_1", Wrapping::Direct(EncryptionScheme::RsaOaepSha1)),
    ("RSAES_OAEP_SHA_256", Wrapping::Direct(EncryptionScheme::RsaOaepSha256)),
    ("SM2PKE", Wrapping::Direct(EncryptionScheme::Sm2)),
    // The way for private keys, which are too long for the others.
    ("RSA_AES_KEY_WRAP_SHA_1", Wrapping::Hybrid(EncryptionScheme::RsaOaepSha1)),
    ("RSA_AES_KEY_WRAP_SHA_256", Wrapping::Hybrid(EncryptionScheme::RsaOaepSha256)),
];
const TRANSPORTS: &[(&str, PairKind)] = &[
    ("RSA_2048", PairKind::Rsa2048),
    ("RSA_3072", PairKind::Rsa3072),
    ("RSA_4096", PairKind::Rsa4096),
    ("EC_SM2", PairKind::EcSm2),
];

pub(super) fn encryption(params: &Params) -> Result<EncryptionScheme> {
    encryption_named(params, "Algorithm")
}

pub(super) fn encryption_named(params: &Params, name: &'static str) -> Result<EncryptionScheme> {
    value(ENCRYPTIONS, name, params.required(name)?)
}

pub(super) fn signature(params: &Params) -> Result<SignatureScheme> {
    value(SIGNATURES, "Algorithm", params.required("Algorithm")?)
}

pub(super) fn mac(params: &Params) -> Result<MacKind> {
    value(MACS, "Algorithm", params.required("Algorithm")?)
}

pub(super) fn mac_name(kind: MacKind) -> &'static str {
    MACS.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name)
}

pub(super) fn wrapping(params: &Params) -> Result<Wrapping> {
    value(WRAPPINGS, "WrappingAlgorithm", params.required("WrappingAlgorithm")?)
}

pub(super) fn transport(params: &Params) -> Result<PairKind> {
    value(TRANSPORTS, "WrappingKeySpec", params.required("WrappingKeySpec")?)
}

/// Someone's public key outside: the base64 of its DER, or PEM.
pub(super) fn recipient(params: &Params) -> Result<Recipient> {
    let text = params.required("PublicKeyBlob")?;
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    let public = STANDARD.decode(body.trim()).map_err(|_| Failure::invalid("PublicKeyBlob", "base64 or PEM"))?;
    let scheme = value(ENCRYPTIONS, "WrappingAlgorithm", params.required("WrappingAlgorithm")?)?;
    Ok(Recipient { kind: transport(params)?, public, scheme })
}

pub(super) fn binary(params: &Params, name: &'static str) -> Result<Vec<u8>> {
    STANDARD.decode(params.required(name)?).map_err(|_| Failure::invalid(name, "base64"))
}

pub(super) fn message(params: &Params) -> Result<Secret<Vec<u8>>> {
    Ok(Secret::new(binary(params, "Message")?))
}

pub(super) fn version(params: &Params) -> Result<KeyId> {
    version_named(params, "KeyVersionId")
}

pub(super) fn version_named(params: &Params, name: &'static str) -> Result<KeyId> {
    params.required(name)?.parse().map_err(|_| Failure::invalid(name, "the id of a key version"))
}

/// Pairs have no primary version here: the version must be said.
pub(super) fn pair(params: &Params) -> Result<PairRef> {
    Ok(PairRef { key: key(params)?, version: Some(version(params)?) })
}

/// `7d`, `168h`, `10080m`, `604800s` or `604800`, as seconds (alibaba-wire §5.5).
pub(in crate::rpc) fn interval(text: &str) -> Result<u64> {
    let wrong = || Failure::invalid("RotationInterval", "a number with d, h, m or s, such as 365d");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..) {
        Some("d") => 24 * 60 * 60,
        Some("h") => 60 * 60,
        Some("m") => 60,
        Some("s" | "") => 1,
        _ => return Err(wrong()),
    };
    digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(wrong)
}

/// Whether and how often a key is to be rotated.
pub(super) fn rotation(params: &Params, enabled: bool) -> Result<Option<u64>> {
    let given = params.optional("RotationInterval").map(interval).transpose()?;
    match (enabled, given) {
        (true, None) => Err(Failure::missing("RotationInterval")),
        (true, given) => Ok(given),
        (false, None) => Ok(None),
        (false, Some(_)) => Err(Failure::invalid("RotationInterval", "absent unless EnableAutomaticRotation is true")),
    }
}

/// Seconds since 1970; none or 0 means never.
pub(super) fn expiry(params: &Params) -> Result<Option<Timestamp>> {
    match params.integer("KeyMaterialExpireUnix")? {
        None | Some(0) => Ok(None),
        Some(seconds) if (0..=253_402_300_799).contains(&seconds) => Ok(Some(Timestamp::from_secs(seconds))),
        Some(_) => Err(Failure::invalid("KeyMaterialExpireUnix", "seconds since 1970, or 0 for never")),
    }
}

/// `[{"TagKey": …, "TagValue": …}, …]`
pub(super) fn tags(params: &Params) -> Result<BTreeMap<String, String>> {
    let wrong = || Failure::invalid("Tags", "a JSON list of {\"TagKey\": …, \"TagValue\": …}, no key twice");
    let Some(text) = params.optional("Tags") else { return Ok(BTreeMap::new()) };
    let parsed = json::parse(text.as_bytes()).map_err(|_| wrong())?;
    let mut tags = BTreeMap::new();
    for entry in parsed.as_array().ok_or_else(wrong)? {
        let text = |name| entry.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(wrong);
        if tags.insert(text("TagKey")?, text("TagValue")?).is_some() {
            return Err(wrong());
        }
    }
    Ok(tags)
}

/// `["name", …]`
pub(super) fn tag_names(params: &Params) -> Result<Vec<String>> {
    let wrong = || Failure::invalid("TagKeys", "a JSON list of names");
    let parsed = json::parse(params.required("TagKeys")?.as_bytes()).map_err(|_| wrong())?;
    let names = parsed.as_array().filter(|list| list.len() <= kms::limits::TAGS).ok_or_else(wrong)?;
    names.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

/// The keys that `ResourceId.1 …` name.
pub(super) fn resources(params: &Params) -> Result<Vec<KeyRef>> {
    let ids = filled(params, "ResourceId")?;
    if ids.len() > kms::limits::TAGGED_KEYS {
        return Err(Failure::invalid("ResourceId", format!("at most {}", kms::limits::TAGGED_KEYS)));
    }
    ids.into_iter().map(|id| key_of("ResourceId", id)).collect()
}

/// `Tag.1.Key=…&Tag.1.Value=…`
pub(super) fn tag_structures(params: &Params) -> Result<BTreeMap<String, String>> {
    let mut tags = BTreeMap::new();
    for tag in params.structures("Tag")? {
        let value = tag.get("Value").unwrap_or_default().to_owned();
        if tags.insert(tag.required("Key")?.to_owned(), value).is_some() {
            return Err(Failure::invalid("Tag", "no Key twice"));
        }
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::interval;

    #[test]
    fn intervals() {
        for (text, seconds) in [("7d", 604_800), ("168h", 604_800), ("60m", 3_600), ("31536000s", 31_536_000), ("9", 9)]
        {
            assert_eq!(interval(text).unwrap(), seconds);
        }
        for text in ["", "d", "7w", "-7d", "7 d", "99999999999999999999d", "7dd"] {
            assert!(interval(text).is_err(), "{text}");
        }
    }
}
