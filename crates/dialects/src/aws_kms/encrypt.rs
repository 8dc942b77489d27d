//! What is encrypted under keys, and to key pairs: one set of operations here, whose algorithm tells the two apart.

use super::context::Context;
use super::grant_token;
use super::row::{Row, row};
use super::words::{self, SYMMETRIC, encryption_name};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::pair::EncryptionScheme;
use kms::{Ciphertext, PairRef};
use serde_json::{Value, json};
use types::{Failure, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!("Encrypt", Full, ["kms:Encrypt", "kms:AsymmetricEncrypt"],
        ["KeyId", "Plaintext", "EncryptionContext", "GrantTokens", "EncryptionAlgorithm", "DryRun"], encrypt),
    row!("Decrypt", Partial, ["kms:Decrypt", "kms:AsymmetricDecrypt"],
        ["CiphertextBlob", "EncryptionContext", "GrantTokens", "KeyId", "EncryptionAlgorithm", "DryRun"], decrypt),
    row!("ReEncrypt", Partial, ["kms:ReEncryptFrom", "kms:ReEncryptTo"],
        ["CiphertextBlob", "SourceEncryptionContext", "SourceKeyId", "DestinationKeyId", "DestinationEncryptionContext",
         "SourceEncryptionAlgorithm", "DestinationEncryptionAlgorithm", "GrantTokens", "DryRun"], re_encrypt),
];

/// Bytes that one call encrypts here.
const PLAINTEXT: usize = 4_096;

/// The key's own answer to what it is encrypted with: with a pair there is no context.
fn scheme(c: &Context<'_>) -> Result<Option<EncryptionScheme>> {
    let scheme = words::encryption("EncryptionAlgorithm", c.input.optional("EncryptionAlgorithm")?)?;
    if scheme.is_some() && !c.input.context("EncryptionContext")?.is_empty() {
        return Err(Failure::invalid("EncryptionContext", "it can be given with SYMMETRIC_DEFAULT only"));
    }
    Ok(scheme)
}

async fn encrypt(c: &Context<'_>) -> Result<Value> {
    grant_token::check(c)?;
    let (key, scheme) = (c.key()?, scheme(c)?);
    let plaintext = c.input.secret("Plaintext", PLAINTEXT)?;
    let (id, blob) = match scheme {
        None => {
            let context = c.input.context("EncryptionContext")?;
            let made = c.kms_or_trial(kms::Encrypt { key: key.clone(), plaintext, context }).await?;
            (made.key, made.ciphertext.to_base64())
        }
        Some(scheme) => {
            let pair = PairRef { key: key.clone(), version: None };
            let (used, sealed) = c.kms_or_trial(kms::AsymmetricEncrypt { pair, scheme, plaintext }).await?;
            (used.key, STANDARD.encode(sealed))
        }
    };
    Ok(json!({
        "CiphertextBlob": blob,
        "KeyId": c.arn(Some(&key), &id)?,
        "EncryptionAlgorithm": encryption_name(scheme),
    }))
}

async fn decrypt(c: &Context<'_>) -> Result<Value> {
    grant_token::check(c)?;
    let (key, scheme) = (c.key_in("KeyId")?, scheme(c)?);
    let (id, plaintext) = match scheme {
        None => {
            let op = kms::Decrypt {
                ciphertext: Ciphertext::from_base64(c.input.text("CiphertextBlob")?)?,
                context: c.input.context("EncryptionContext")?,
                account: None,
                key: key.clone(),
            };
            let opened = c.kms_or_trial(op).await?;
            (opened.key, opened.plaintext)
        }
        Some(scheme) => {
            // What a pair encrypted does not say by whom.
            let named = key.clone().ok_or_else(|| Failure::missing("KeyId"))?;
            let pair = PairRef { key: named, version: None };
            let ciphertext = c.input.bytes("CiphertextBlob")?;
            let (used, opened) = c.kms_or_trial(kms::AsymmetricDecrypt { pair, scheme, ciphertext }).await?;
            (used.key, opened)
        }
    };
    Ok(json!({
        "Plaintext": STANDARD.encode(plaintext.expose()),
        "KeyId": c.arn(key.as_ref(), &id)?,
        "EncryptionAlgorithm": encryption_name(scheme),
    }))
}

async fn re_encrypt(c: &Context<'_>) -> Result<Value> {
    grant_token::check(c)?;
    for name in ["SourceEncryptionAlgorithm", "DestinationEncryptionAlgorithm"] {
        if words::encryption(name, c.input.optional(name)?)?.is_some() {
            return Err(Failure::invalid(name, "only SYMMETRIC_DEFAULT is supported"));
        }
    }
    let source_key = c.key_in("SourceKeyId")?;
    let key = super::arn::key(c.input.text("DestinationKeyId")?)?;
    let op = kms::ReEncrypt {
        source: Ciphertext::from_base64(c.input.text("CiphertextBlob")?)?,
        source_context: c.input.context("SourceEncryptionContext")?,
        source_key: source_key.clone(),
        key: key.clone(),
        context: c.input.context("DestinationEncryptionContext")?,
    };
    let made = op.perform(&c.domains.gate, &c.asking()?, &c.region.kms).await?;
    Ok(json!({
        "CiphertextBlob": made.new.ciphertext.to_base64(),
        "SourceKeyId": c.arn(source_key.as_ref(), &made.source.0)?,
        "KeyId": c.arn(Some(&key), &made.new.key)?,
        "SourceEncryptionAlgorithm": SYMMETRIC,
        "DestinationEncryptionAlgorithm": SYMMETRIC,
    }))
}
