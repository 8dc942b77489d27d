//! Signatures, message authentication codes, public keys.

use super::context::Context;
use super::row::{Row, row};
use super::{grant_token, words};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kms::{PairRef, Signed};
use serde_json::{Value, json};
use types::{Failure, Reason, Result};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row!("Sign", Partial, ["kms:AsymmetricSign"],
        ["KeyId", "Message", "MessageType", "GrantTokens", "SigningAlgorithm", "DryRun"], sign),
    row!("Verify", Partial, ["kms:AsymmetricVerify"],
        ["KeyId", "Message", "MessageType", "Signature", "SigningAlgorithm", "GrantTokens", "DryRun"], verify),
    row!("GetPublicKey", Full, ["kms:GetPublicKey"], ["KeyId", "GrantTokens"], get_public_key),
    row!("GenerateMac", Full, ["kms:GenerateMac"],
        ["KeyId", "Message", "MacAlgorithm", "GrantTokens", "DryRun"], generate_mac),
    row!("VerifyMac", Full, ["kms:VerifyMac"],
        ["KeyId", "Message", "MacAlgorithm", "Mac", "GrantTokens", "DryRun"], verify_mac),
];

/// Bytes that a code is made of, or a signature: of a message or of its digest.
const MESSAGE: usize = kms::limits::MESSAGE_BYTES;

fn pair(c: &Context<'_>) -> Result<PairRef> {
    grant_token::check(c)?;
    Ok(PairRef { key: c.key()?, version: None })
}

fn signed(c: &Context<'_>) -> Result<Signed> {
    let message = c.input.bytes("Message")?;
    match c.input.optional("MessageType")? {
        None | Some("RAW") => Ok(Signed::Message(message)),
        Some("DIGEST") => Ok(Signed::Digest(message)),
        Some(_) => Err(Failure::invalid("MessageType", "it must be RAW or DIGEST")),
    }
}

async fn sign(c: &Context<'_>) -> Result<Value> {
    let (pair, word) = (pair(c)?, c.input.text("SigningAlgorithm")?);
    let key = pair.key.clone();
    let op = kms::Sign { pair, scheme: words::signature(word)?, signed: signed(c)? };
    let (used, signature) = c.kms_or_trial(op).await?;
    Ok(json!({
        "KeyId": c.arn(Some(&key), &used.key)?,
        "Signature": STANDARD.encode(signature),
        "SigningAlgorithm": word,
    }))
}

/// A wrong signature is an exception here; the event says that it was asked for and what came of it.
async fn verify(c: &Context<'_>) -> Result<Value> {
    let (pair, word) = (pair(c)?, c.input.text("SigningAlgorithm")?);
    let key = pair.key.clone();
    let op = kms::Verify {
        pair,
        scheme: words::signature(word)?,
        signed: signed(c)?,
        signature: c.input.bytes("Signature")?,
    };
    match c.kms_or_trial(op).await? {
        (_, false) => Err(Reason::SignatureInvalid.into()),
        (used, true) => Ok(json!({
            "KeyId": c.arn(Some(&key), &used.key)?,
            "SignatureValid": true,
            "SigningAlgorithm": word,
        })),
    }
}

async fn get_public_key(c: &Context<'_>) -> Result<Value> {
    let pair = pair(c)?;
    let key = pair.key.clone();
    let shown = c.kms(kms::GetPublicKey { pair }).await?;
    let (list, algorithms) = words::algorithms(shown.spec, shown.usage);
    Ok(json!({
        "KeyId": c.arn(Some(&key), &shown.used.key)?,
        "PublicKey": STANDARD.encode(shown.public.der()),
        "CustomerMasterKeySpec": words::spec_name(shown.spec),
        "KeySpec": words::spec_name(shown.spec),
        "KeyUsage": words::usage_name(shown.usage),
        list: algorithms,
    }))
}

async fn generate_mac(c: &Context<'_>) -> Result<Value> {
    let (key, word) = (pair(c)?, c.input.text("MacAlgorithm")?);
    let named = key.key.clone();
    let op = kms::GenerateMac { key, kind: words::mac(word)?, message: c.input.secret("Message", MESSAGE)? };
    let (used, code) = c.kms_or_trial(op).await?;
    Ok(json!({"KeyId": c.arn(Some(&named), &used.key)?, "Mac": STANDARD.encode(code), "MacAlgorithm": word}))
}

async fn verify_mac(c: &Context<'_>) -> Result<Value> {
    let (key, word) = (pair(c)?, c.input.text("MacAlgorithm")?);
    let named = key.key.clone();
    let op = kms::VerifyMac {
        key,
        kind: words::mac(word)?,
        message: c.input.secret("Message", MESSAGE)?,
        mac: c.input.bytes("Mac")?,
    };
    match c.kms_or_trial(op).await? {
        (_, false) => Err(Reason::MacInvalid.into()),
        (used, true) => Ok(json!({"KeyId": c.arn(Some(&named), &used.key)?, "MacValid": true, "MacAlgorithm": word})),
    }
}
