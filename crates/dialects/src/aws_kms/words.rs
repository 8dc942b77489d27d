//! The vendor's words for kinds of keys and algorithms.

use crypto::MacKind;
use crypto::pair::{EncryptionScheme, Sha2, SignatureScheme};
use kms::{Family, KeySpec, KeyState, KeyUsage, Origin};
use serde_json::{Value, json};
use types::{Failure, Result, Timestamp};

/// Kinds of keys that can be asked for.
const SPECS: &[(&str, KeySpec)] = &[
    ("SYMMETRIC_DEFAULT", KeySpec::Aes256),
    ("RSA_2048", KeySpec::Rsa2048),
    ("RSA_3072", KeySpec::Rsa3072),
    ("RSA_4096", KeySpec::Rsa4096),
    ("ECC_NIST_P256", KeySpec::EcP256),
    ("ECC_NIST_P384", KeySpec::EcP384),
    ("ECC_NIST_P521", KeySpec::EcP521),
    ("ECC_SECG_P256K1", KeySpec::EcP256k),
    ("ECC_NIST_EDWARDS25519", KeySpec::Ed25519),
    ("SM2", KeySpec::EcSm2),
    ("HMAC_224", KeySpec::HmacSha224),
    ("HMAC_256", KeySpec::HmacSha256),
    ("HMAC_384", KeySpec::HmacSha384),
    ("HMAC_512", KeySpec::HmacSha512),
];
/// Kinds that this vendor has no word for: keys made by another dialect are shown so, and cannot be asked for.
const FOREIGN: &[(&str, KeySpec)] = &[
    ("AES_192", KeySpec::Aes192),
    ("AES_128", KeySpec::Aes128),
    ("SM4", KeySpec::Sm4),
    ("HMAC_SM3", KeySpec::HmacSm3),
];
const USAGES: &[(&str, KeyUsage)] = &[
    ("ENCRYPT_DECRYPT", KeyUsage::EncryptDecrypt),
    ("SIGN_VERIFY", KeyUsage::SignVerify),
    ("GENERATE_VERIFY_MAC", KeyUsage::GenerateVerifyMac),
];
const ORIGINS: &[(&str, Origin)] = &[("AWS_KMS", Origin::Own), ("EXTERNAL", Origin::External)];
const STATES: &[(&str, KeyState)] = &[
    ("Enabled", KeyState::Enabled),
    ("Disabled", KeyState::Disabled),
    ("PendingDeletion", KeyState::PendingDeletion),
    ("PendingImport", KeyState::PendingImport),
];
/// Encryption with a key that is no pair.
pub(super) const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";
const ENCRYPTIONS: &[(&str, Option<EncryptionScheme>)] = &[
    (SYMMETRIC, None),
    ("RSAES_OAEP_SHA_1", Some(EncryptionScheme::RsaOaepSha1)),
    ("RSAES_OAEP_SHA_256", Some(EncryptionScheme::RsaOaepSha256)),
    ("SM2PKE", Some(EncryptionScheme::Sm2)),
];
const SIGNATURES: &[(&str, SignatureScheme)] = &[
    ("RSASSA_PSS_SHA_256", SignatureScheme::RsaPss(Sha2::Sha256)),
    ("RSASSA_PSS_SHA_384", SignatureScheme::RsaPss(Sha2::Sha384)),
    ("RSASSA_PSS_SHA_512", SignatureScheme::RsaPss(Sha2::Sha512)),
    ("RSASSA_PKCS1_V1_5_SHA_256", SignatureScheme::RsaPkcs1(Sha2::Sha256)),
    ("RSASSA_PKCS1_V1_5_SHA_384", SignatureScheme::RsaPkcs1(Sha2::Sha384)),
    ("RSASSA_PKCS1_V1_5_SHA_512", SignatureScheme::RsaPkcs1(Sha2::Sha512)),
    ("ECDSA_SHA_256", SignatureScheme::Ecdsa(Sha2::Sha256)),
    ("ECDSA_SHA_384", SignatureScheme::Ecdsa(Sha2::Sha384)),
    ("ECDSA_SHA_512", SignatureScheme::Ecdsa(Sha2::Sha512)),
    ("SM2DSA", SignatureScheme::Sm2),
    ("ED25519_SHA_512", SignatureScheme::Ed25519),
];
const MACS: &[(&str, MacKind)] = &[
    ("HMAC_SHA_224", MacKind::Sha224),
    ("HMAC_SHA_256", MacKind::Sha256),
    ("HMAC_SHA_384", MacKind::Sha384),
    ("HMAC_SHA_512", MacKind::Sha512),
];

pub(super) fn name<T: PartialEq + Copy>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, v)| *v == value).map_or("", |(word, _)| word)
}

pub(super) fn value<T: Copy>(words: &[(&'static str, T)], parameter: &'static str, word: &str) -> Result<T> {
    let found = words.iter().find(|(w, _)| *w == word);
    let allowed = || words.iter().map(|(w, _)| *w).collect::<Vec<_>>().join(", ");
    found.map(|(_, v)| *v).ok_or_else(|| Failure::invalid(parameter, format_args!("it must be one of {}", allowed())))
}

pub(super) fn spec(parameter: &'static str, word: &str) -> Result<KeySpec> {
    value(SPECS, parameter, word)
}

/// A kind of key pair.
pub(super) fn pair_spec(parameter: &'static str, word: &str) -> Result<KeySpec> {
    let spec = value(SPECS, parameter, word)?;
    match spec.family() {
        Family::Pair(_) => Ok(spec),
        Family::Symmetric(_) | Family::Mac(_) => Err(Failure::invalid(parameter, "it must be that of a key pair")),
    }
}

pub(super) fn spec_name(spec: KeySpec) -> &'static str {
    SPECS.iter().chain(FOREIGN).find(|(_, known)| *known == spec).map_or("", |(word, _)| word)
}

pub(super) fn usage(word: &str) -> Result<KeyUsage> {
    value(USAGES, "KeyUsage", word)
}

pub(super) fn usage_name(usage: KeyUsage) -> &'static str {
    name(USAGES, usage)
}

pub(super) fn origin(word: &str) -> Result<Origin> {
    value(ORIGINS, "Origin", word)
}

pub(super) fn origin_name(origin: Origin) -> &'static str {
    name(ORIGINS, origin)
}

pub(super) fn state_name(state: KeyState) -> &'static str {
    name(STATES, state)
}

/// A way of encrypting; `None` for that of keys that are no pairs, which is the default.
pub(super) fn encryption(parameter: &'static str, word: Option<&str>) -> Result<Option<EncryptionScheme>> {
    word.map_or(Ok(None), |word| value(ENCRYPTIONS, parameter, word))
}

pub(super) fn encryption_name(scheme: Option<EncryptionScheme>) -> &'static str {
    name(ENCRYPTIONS, scheme)
}

pub(super) fn signature(word: &str) -> Result<SignatureScheme> {
    value(SIGNATURES, "SigningAlgorithm", word)
}

pub(super) fn mac(word: &str) -> Result<MacKind> {
    value(MACS, "MacAlgorithm", word)
}

/// What a key can be used with, as the member it is shown in and its list.
pub(super) fn algorithms(spec: KeySpec, usage: KeyUsage) -> (&'static str, Vec<&'static str>) {
    match (usage, spec) {
        (KeyUsage::EncryptDecrypt, KeySpec::EcSm2) => ("EncryptionAlgorithms", vec!["SM2PKE"]),
        (KeyUsage::EncryptDecrypt, spec) if spec.is_symmetric() => ("EncryptionAlgorithms", vec![SYMMETRIC]),
        (KeyUsage::EncryptDecrypt, _) => ("EncryptionAlgorithms", vec!["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]),
        (KeyUsage::SignVerify, spec) => {
            let fits = |scheme: SignatureScheme| match scheme {
                SignatureScheme::RsaPss(_) | SignatureScheme::RsaPkcs1(_) => {
                    matches!(spec, KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096)
                }
                SignatureScheme::Ecdsa(Sha2::Sha256) => matches!(spec, KeySpec::EcP256 | KeySpec::EcP256k),
                SignatureScheme::Ecdsa(Sha2::Sha384) => spec == KeySpec::EcP384,
                SignatureScheme::Ecdsa(Sha2::Sha512) => spec == KeySpec::EcP521,
                SignatureScheme::Sm2 => spec == KeySpec::EcSm2,
                SignatureScheme::Ed25519 => spec == KeySpec::Ed25519,
            };
            let names = SIGNATURES.iter().filter(|(_, scheme)| fits(*scheme)).map(|(word, _)| *word);
            ("SigningAlgorithms", names.collect())
        }
        (KeyUsage::GenerateVerifyMac, spec) => {
            let fits = |kind: MacKind| matches!(spec.family(), Family::Mac(own) if own == kind);
            ("MacAlgorithms", MACS.iter().filter(|(_, kind)| fits(*kind)).map(|(word, _)| *word).collect())
        }
    }
}

/// A moment, in seconds since 1970.
pub(super) fn seconds(time: Timestamp) -> Value {
    let millis = time.millis();
    // Whole seconds stay whole, so that nothing is lost in a fraction.
    if millis % 1000 == 0 { json!(millis / 1000) } else { json!(millis as f64 / 1000.0) }
}

#[cfg(test)]
mod tests {
    use super::{SPECS, algorithms, seconds, spec_name};
    use types::Timestamp;

    #[test]
    fn every_kind_of_key_can_be_used_for_something() {
        for (word, spec) in SPECS {
            assert_eq!(spec_name(*spec), *word);
            for usage in spec.usages() {
                assert!(!algorithms(*spec, *usage).1.is_empty(), "{word}");
            }
        }
    }

    #[test]
    fn moments() {
        assert_eq!(seconds(Timestamp::from_secs(1_700_000_000)).to_string(), "1700000000");
        assert_eq!(seconds(Timestamp::from_millis(1_700_000_000_250)).to_string(), "1700000000.25");
    }
}
