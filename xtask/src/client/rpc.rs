//! The RPC signature of the Alibaba OpenAPI: HMAC-SHA1 over all parameters, which travel in the form body.

use crate::client::{Target, encode};
use crate::outcome::{Doing, Failed, Outcome};
use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;
use time::macros::format_description;

/// The signed form body of a call.
pub(super) fn form(target: &Target, version: &str, action: &str, parameters: &[(&str, &str)]) -> Outcome<String> {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    let timestamp = OffsetDateTime::now_utc().format(format).doing("write the date")?;
    let mut nonce = [0_u8; 16];
    rand::fill(&mut nonce).map_err(|_| Failed::new("no random bytes"))?;
    let nonce = hex::encode(nonce);
    let mut all = vec![
        ("AccessKeyId", target.access_key.as_str()),
        ("Action", action),
        ("Format", "JSON"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureNonce", &nonce),
        ("SignatureVersion", "1.0"),
        ("Timestamp", &timestamp),
        ("Version", version),
    ];
    all.extend_from_slice(parameters);
    all.sort_unstable();
    let canonical = super::query(&all);
    let signature = signature(&target.secret_key, &canonical);
    Ok(format!("{canonical}&Signature={}", encode(&signature)))
}

fn signature(secret: &str, canonical: &str) -> String {
    let to_sign = format!("POST&%2F&{}", encode(canonical));
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, format!("{secret}&").as_bytes());
    STANDARD.encode(hmac::sign(&key, to_sign.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::signature;
    use crate::client::query;

    /// The request an official SDK sent (capture `old-kms-encrypt-http`), with the signature it bore.
    #[test]
    fn a_captured_request_has_its_captured_signature() {
        let parameters = [
            ("AccessKeyId", "LTAI5tTestAccessKeyId001"),
            ("Action", "Encrypt"),
            ("EncryptionContext", r#"{"Purpose": "te st", "x": "*~"}"#),
            ("Format", "JSON"),
            ("KeyId", "alias/demo"),
            ("Plaintext", "SGVsbG8gd29ybGQ="),
            ("RegionId", "cn-hangzhou"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", "0aa037144304ca82463e49cc4f957691"),
            ("SignatureType", ""),
            ("SignatureVersion", "1.0"),
            ("Timestamp", "2026-11-22T00:51:03Z"),
            ("Version", "2016-01-20"),
        ];
        let signed = signature("TestAccessKeySecret000000000001", &query(&parameters));
        assert_eq!(signed, "aD/pGO0Ez7L0YgNpzC/7cJ+KLm8=");
    }
}
