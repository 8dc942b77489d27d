//! What is encrypted under keys, and to key pairs: one set of operations here, whose algorithm tells the two apart.

use super::context::Context;
use super::grant_token;
use super::row::{Row, row};
use super::words::{self, encryption_name};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crypto::pair::EncryptionScheme;
use kms::{Ciphertext, PairRef, ReEncryptDestination, ReEncryptSource};
use serde_json::{Value, json};
use types::{Failure, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!("Encrypt", Full, ["kms:Encrypt", "kms:AsymmetricEncrypt"],
        ["KeyId", "Plaintext", "EncryptionContext", "GrantTokens", "EncryptionAlgorithm", "DryRun"], encrypt),
    row!("Decrypt", Partial, ["kms:Decrypt", "kms:AsymmetricDecrypt"],
        ["CiphertextBlob", "EncryptionContext", "GrantTokens", "KeyId", "EncryptionAlgorithm", "DryRun"], decrypt),
    row!("ReEncrypt", Full, ["kms:ReEncryptFrom", "kms:ReEncryptTo"],
        ["CiphertextBlob", "SourceEncryptionContext", "SourceKeyId", "DestinationKeyId", "DestinationEncryptionContext",
         "SourceEncryptionAlgorithm", "DestinationEncryptionAlgorithm", "GrantTokens", "DryRun"], re_encrypt),
];

/// Bytes that one call encrypts here.
const PLAINTEXT: usize = 4_096;

/// The key's own answer to what it is encrypted with: with a pair there is no context.
fn scheme(c: &Context<'_>) -> Result<Option<EncryptionScheme>> {
    half(c, "EncryptionAlgorithm", "EncryptionContext")
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

/// An algorithm of one half, if it is one of pairs; their half has no context.
fn half(c: &Context<'_>, algorithm: &'static str, context: &'static str) -> Result<Option<EncryptionScheme>> {
    let scheme = words::encryption(algorithm, c.input.optional(algorithm)?)?;
    if scheme.is_some() && !c.input.context(context)?.is_empty() {
        return Err(Failure::invalid(context, "it can be given with SYMMETRIC_DEFAULT only"));
    }
    Ok(scheme)
}

async fn re_encrypt(c: &Context<'_>) -> Result<Value> {
    grant_token::check(c)?;
    let opening = half(c, "SourceEncryptionAlgorithm", "SourceEncryptionContext")?;
    let sealing = half(c, "DestinationEncryptionAlgorithm", "DestinationEncryptionContext")?;
    let source_key = c.key_in("SourceKeyId")?;
    let key = super::arn::key(c.input.text("DestinationKeyId")?)?;
    let from = match opening {
        None => ReEncryptSource::Sealed {
            ciphertext: Ciphertext::from_base64(c.input.text("CiphertextBlob")?)?,
            context: c.input.context("SourceEncryptionContext")?,
            key: source_key.clone(),
        },
        Some(scheme) => ReEncryptSource::Paired {
            pair: PairRef { key: source_key.clone().ok_or_else(|| Failure::missing("SourceKeyId"))?, version: None },
            scheme,
            ciphertext: c.input.bytes("CiphertextBlob")?,
        },
    };
    let to = match sealing {
        None => {
            ReEncryptDestination::Sealed { key: key.clone(), context: c.input.context("DestinationEncryptionContext")? }
        }
        Some(scheme) => ReEncryptDestination::Paired { pair: PairRef { key: key.clone(), version: None }, scheme },
    };
    let op = kms::ReEncrypt { from, to };
    let made = op.perform(&c.domains.gate, &c.asking()?, &c.region.kms).await?;
    Ok(json!({
        "CiphertextBlob": STANDARD.encode(made.ciphertext),
        "SourceKeyId": c.arn(source_key.as_ref(), &made.from.key)?,
        "KeyId": c.arn(Some(&key), &made.to.key)?,
        "SourceEncryptionAlgorithm": encryption_name(opening),
        "DestinationEncryptionAlgorithm": encryption_name(sealing),
    }))
}
