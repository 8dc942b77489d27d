//! Data keys, key pairs for use outside, and random bytes.

use super::context::Context;
use super::grant_token;
use super::row::{Row, row};
use super::words;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kms::{DataKeyLength, Drawn, KeyRef};
use serde_json::{Value, json};
use types::{Failure, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!("GenerateDataKey", Partial, ["kms:GenerateDataKey"],
        ["KeyId", "EncryptionContext", "NumberOfBytes", "KeySpec", "GrantTokens", "DryRun"], generate_data_key),
    row!("GenerateDataKeyWithoutPlaintext", Full, ["kms:GenerateDataKeyWithoutPlaintext"],
        ["KeyId", "EncryptionContext", "NumberOfBytes", "KeySpec", "GrantTokens", "DryRun"], generate_without_plaintext),
    row!("GenerateDataKeyPair", Partial, ["kms:GenerateDataKeyPair"],
        ["KeyId", "EncryptionContext", "KeyPairSpec", "GrantTokens", "DryRun"], generate_pair),
    row!("GenerateDataKeyPairWithoutPlaintext", Full, ["kms:GenerateDataKeyPairWithoutPlaintext"],
        ["KeyId", "EncryptionContext", "KeyPairSpec", "GrantTokens", "DryRun"], generate_pair_without_plaintext),
    row!("GenerateRandom", Partial, ["kms:GenerateRandom"], ["NumberOfBytes"], generate_random),
];

/// Just one of a number of bytes and a word for one.
fn length(c: &Context<'_>) -> Result<DataKeyLength> {
    let bytes = c.input.integer("NumberOfBytes", 1, kms::limits::DATA_KEY_BYTES)?;
    match (bytes, c.input.optional("KeySpec")?) {
        (Some(bytes), None) => Ok(DataKeyLength::Bytes(bytes)),
        (None, Some("AES_256")) => Ok(DataKeyLength::Aes256),
        (None, Some("AES_128")) => Ok(DataKeyLength::Aes128),
        (None, Some(_)) => Err(Failure::invalid("KeySpec", "it must be AES_256 or AES_128")),
        _ => Err(Failure::invalid("KeySpec", "just one of it and NumberOfBytes must be given")),
    }
}

async fn generate_data_key(c: &Context<'_>) -> Result<Value> {
    grant_token::check(c)?;
    let key = c.key()?;
    let op =
        kms::GenerateDataKey { key: key.clone(), length: length(c)?, context: c.input.context("EncryptionContext")? };
    let made = c.kms_or_trial(op).await?;
    Ok(json!({
        "CiphertextBlob": made.ciphertext.to_base64(),
        "Plaintext": STANDARD.encode(made.plaintext.expose()),
        "KeyId": c.arn(Some(&key), &made.key)?,
    }))
}

async fn generate_without_plaintext(c: &Context<'_>) -> Result<Value> {
    grant_token::check(c)?;
    let key = c.key()?;
    let op = kms::GenerateDataKeyWithoutPlaintext {
        key: key.clone(),
        length: length(c)?,
        context: c.input.context("EncryptionContext")?,
    };
    let made = c.kms_or_trial(op).await?;
    Ok(json!({"CiphertextBlob": made.ciphertext.to_base64(), "KeyId": c.arn(Some(&key), &made.key)?}))
}

async fn pair(c: &Context<'_>, plaintext: bool) -> Result<(KeyRef, &'static str, kms::DataKeyPair)> {
    grant_token::check(c)?;
    let key = c.key()?;
    let spec = words::pair_spec("KeyPairSpec", c.input.text("KeyPairSpec")?)?;
    let op = kms::GenerateDataKeyPair {
        key: key.clone(),
        spec,
        context: c.input.context("EncryptionContext")?,
        plaintext,
        drawn: Drawn::default(),
    };
    Ok((key, words::spec_name(spec), c.kms_or_trial(op).await?))
}

async fn generate_pair(c: &Context<'_>) -> Result<Value> {
    let (key, spec, made) = pair(c, true).await?;
    let private = made.private.as_ref().map(|private| STANDARD.encode(private.expose()));
    Ok(json!({
        "PrivateKeyCiphertextBlob": made.sealed.ciphertext.to_base64(),
        "PrivateKeyPlaintext": private.unwrap_or_default(),
        "PublicKey": STANDARD.encode(&made.public),
        "KeyId": c.arn(Some(&key), &made.sealed.key)?,
        "KeyPairSpec": spec,
    }))
}

async fn generate_pair_without_plaintext(c: &Context<'_>) -> Result<Value> {
    let (key, spec, made) = pair(c, false).await?;
    Ok(json!({
        "PrivateKeyCiphertextBlob": made.sealed.ciphertext.to_base64(),
        "PublicKey": STANDARD.encode(&made.public),
        "KeyId": c.arn(Some(&key), &made.sealed.key)?,
        "KeyPairSpec": spec,
    }))
}

async fn generate_random(c: &Context<'_>) -> Result<Value> {
    let most = kms::limits::DATA_KEY_BYTES;
    let bytes = c.input.integer("NumberOfBytes", 1, most)?.ok_or_else(|| Failure::missing("NumberOfBytes"))?;
    let random = c.kms(kms::GenerateRandom { bytes }).await?;
    Ok(json!({"Plaintext": STANDARD.encode(random.expose())}))
}
