//! Key pairs, message authentication codes, and what is encrypted again or for someone outside.

use super::parse::{context, context_named, data_key_length, key, key_of, plaintext};
use super::words::{
    binary, encryption, encryption_named, mac, mac_name, message, pair, recipient, signature, version_named,
};
use super::{encrypted, refuse_recipient};
use crate::rpc::context::{Answer, Context, answer};
use crate::rpc::row::{Row, row};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kms::{PairRef, ReEncryptDestination, ReEncryptSource, Signed};
use types::{Failure, Result};
use wire::Params;

#[rustfmt::skip]
pub(in crate::rpc) const ROWS: &[Row] = &[
    row!(Kms, "ReEncrypt", Full, ["kms:ReEncryptFrom", "kms:ReEncryptTo"], re_encrypt),
    row!(Kms, "ExportDataKey", Full, ["kms:ExportDataKey"], export_data_key),
    row!(Kms, "GenerateAndExportDataKey", Full, ["kms:GenerateAndExportDataKey"], generate_and_export_data_key),
    row!(Kms, "AsymmetricEncrypt", Full, ["kms:AsymmetricEncrypt"], asymmetric_encrypt),
    row!(Kms, "AsymmetricDecrypt", Partial, ["kms:AsymmetricDecrypt"], asymmetric_decrypt),
    row!(Kms, "AsymmetricSign", Full, ["kms:AsymmetricSign"], asymmetric_sign),
    row!(Kms, "AsymmetricVerify", Full, ["kms:AsymmetricVerify"], asymmetric_verify),
    row!(Kms, "GetPublicKey", Full, ["kms:GetPublicKey"], get_public_key),
    row!(Kms, "GenerateMac", Full, ["kms:GenerateMac"], generate_mac),
    row!(Kms, "VerifyMac", Full, ["kms:VerifyMac"], verify_mac),
];

/// What was encrypted to a public key does not say to whose; a symmetric key's ciphertext does.
fn source(params: &Params) -> Result<ReEncryptSource> {
    let pair = ["SourceEncryptionAlgorithm", "SourceKeyId", "SourceKeyVersionId"];
    if pair.iter().all(|name| params.optional(name).is_none()) {
        return Ok(ReEncryptSource::Sealed {
            ciphertext: kms::Ciphertext::from_base64(params.required("CiphertextBlob")?)?,
            context: context_named(params, "SourceEncryptionContext")?,
            key: None,
        });
    }
    if params.optional("SourceEncryptionContext").is_some() {
        return Err(Failure::invalid("SourceEncryptionContext", "only for what a symmetric key encrypted"));
    }
    Ok(ReEncryptSource::Paired {
        pair: PairRef {
            key: key_of("SourceKeyId", params.required("SourceKeyId")?)?,
            version: Some(version_named(params, "SourceKeyVersionId")?),
        },
        scheme: encryption_named(params, "SourceEncryptionAlgorithm")?,
        ciphertext: binary(params, "CiphertextBlob")?,
    })
}

async fn re_encrypt(c: &Context<'_>) -> Result<Answer> {
    let op = kms::ReEncrypt {
        from: source(c.params)?,
        to: ReEncryptDestination::Sealed {
            key: key_of("DestinationKeyId", c.params.required("DestinationKeyId")?)?,
            context: context_named(c.params, "DestinationEncryptionContext")?,
        },
    };
    let caller = c.asking()?;
    let made = c.told(op.perform(&c.domains.gate, &caller, &c.region.kms).await)?;
    // The answer names the source's key.
    Ok(answer! {
        "CiphertextBlob": STANDARD.encode(made.ciphertext),
        "KeyId": made.from.key.as_str(),
        "KeyVersionId": made.from.version.as_str(),
    })
}

async fn export_data_key(c: &Context<'_>) -> Result<Answer> {
    let op = kms::ExportDataKey {
        ciphertext: kms::Ciphertext::from_base64(c.params.required("CiphertextBlob")?)?,
        context: context(c.params)?,
        to: recipient(c.params)?,
    };
    let made = c.kms_or_trial(op).await?;
    Ok(answer! {
        "ExportedDataKey": STANDARD.encode(made.exported),
        "KeyId": made.key.as_str(),
        "KeyVersionId": made.version.as_str(),
    })
}

async fn generate_and_export_data_key(c: &Context<'_>) -> Result<Answer> {
    let op = kms::GenerateAndExportDataKey {
        key: key(c.params)?,
        length: data_key_length(c.params)?,
        context: context(c.params)?,
        to: recipient(c.params)?,
    };
    let (made, exported) = c.kms_or_trial(op).await?;
    let mut members = encrypted(&made);
    members.insert("ExportedDataKey".to_owned(), STANDARD.encode(exported).into());
    Ok(members)
}

async fn asymmetric_encrypt(c: &Context<'_>) -> Result<Answer> {
    let op = kms::AsymmetricEncrypt {
        pair: pair(c.params)?,
        scheme: encryption(c.params)?,
        plaintext: plaintext(c.params)?,
    };
    let (used, sealed) = c.kms_or_trial(op).await?;
    Ok(answer! {
        "CiphertextBlob": STANDARD.encode(sealed), "KeyId": used.key.as_str(), "KeyVersionId": used.version.as_str(),
    })
}

async fn asymmetric_decrypt(c: &Context<'_>) -> Result<Answer> {
    refuse_recipient(c)?;
    let op = kms::AsymmetricDecrypt {
        pair: pair(c.params)?,
        scheme: encryption(c.params)?,
        ciphertext: binary(c.params, "CiphertextBlob")?,
    };
    let (used, opened) = c.kms_or_trial(op).await?;
    Ok(answer! {
        "Plaintext": STANDARD.encode(opened.expose()),
        "KeyId": used.key.as_str(),
        "KeyVersionId": used.version.as_str(),
    })
}

async fn asymmetric_sign(c: &Context<'_>) -> Result<Answer> {
    let signed = Signed::Digest(binary(c.params, "Digest")?);
    let op = kms::Sign { pair: pair(c.params)?, scheme: signature(c.params)?, signed };
    let (used, value) = c.kms_or_trial(op).await?;
    Ok(answer! {
        "Value": STANDARD.encode(value), "KeyId": used.key.as_str(), "KeyVersionId": used.version.as_str(),
    })
}

async fn asymmetric_verify(c: &Context<'_>) -> Result<Answer> {
    let op = kms::Verify {
        pair: pair(c.params)?,
        scheme: signature(c.params)?,
        signed: Signed::Digest(binary(c.params, "Digest")?),
        signature: binary(c.params, "Value")?,
    };
    let (used, value) = c.kms_or_trial(op).await?;
    Ok(answer! { "Value": value, "KeyId": used.key.as_str(), "KeyVersionId": used.version.as_str() })
}

async fn get_public_key(c: &Context<'_>) -> Result<Answer> {
    let shown = c.kms_or_trial(kms::GetPublicKey { pair: pair(c.params)? }).await?;
    Ok(answer! {
        "PublicKey": pem(shown.public.der()),
        "KeyId": shown.used.key.as_str(),
        "KeyVersionId": shown.used.version.as_str(),
    })
}

/// RFC 7468 §13, in lines of 64 characters.
fn pem(der: &[u8]) -> String {
    let mut out = String::from("-----BEGIN PUBLIC KEY-----\n");
    let text: Vec<char> = STANDARD.encode(der).chars().collect();
    for line in text.chunks(64) {
        out.extend(line);
        out.push('\n');
    }
    out + "-----END PUBLIC KEY-----"
}

async fn generate_mac(c: &Context<'_>) -> Result<Answer> {
    let key = PairRef { key: key(c.params)?, version: None };
    let kind = mac(c.params)?;
    let (used, code) = c.kms_or_trial(kms::GenerateMac { key, kind, message: message(c.params)? }).await?;
    Ok(answer! { "Mac": STANDARD.encode(code), "KeyId": used.key.as_str(), "Algorithm": mac_name(kind) })
}

async fn verify_mac(c: &Context<'_>) -> Result<Answer> {
    let key = PairRef { key: key(c.params)?, version: None };
    let kind = mac(c.params)?;
    let op = kms::VerifyMac { key, kind, message: message(c.params)?, mac: binary(c.params, "Mac")? };
    let (used, value) = c.kms_or_trial(op).await?;
    Ok(answer! { "Value": value, "KeyId": used.key.as_str(), "Algorithm": mac_name(kind) })
}

impl Context<'_> {
    /// The caller, who may only be asking whether it would be done.
    pub(super) fn asking(&self) -> Result<iam::Caller> {
        let trial = self.params.boolean("DryRun")?.unwrap_or(false);
        Ok(if trial { self.caller.on_trial() } else { self.caller.clone() })
    }

    /// Runs an operation, or finds out whether it would be done if that is all that is asked (`DryRun`). Such a call always
    /// fails, with codes of its own.
    pub(super) async fn kms_or_trial<Op: iam::Operation>(&self, op: Op) -> Result<Op::Output>
    where
        kms::Kms: iam::Run<Op>,
    {
        let caller = self.asking()?;
        self.told(self.domains.gate.perform(&caller, self.region.kms.as_ref(), op).await)
    }

    /// A failure of a call that only asks says so.
    fn told<T>(&self, result: Result<T>) -> Result<T> {
        match result {
            Err(failure) if self.params.boolean("DryRun")?.unwrap_or(false) => {
                Err(Failure::with(failure, "DryRun", "true"))
            }
            other => other,
        }
    }
}
