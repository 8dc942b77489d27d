//! What is set for a bucket: its access control list, its policy, its default encryption, who pays.

use super::answer::{document, nothing, with_type};
use super::bucket::bucket_acl;
use super::context::Context;
use super::{headers, spelling};
use crate::body::Response;
use http::StatusCode;
use objects::{
    CreateBucket, DeleteBucketEncryption, DeleteBucketPolicy, Encryption, GetBucketAcl, GetBucketEncryption,
    GetBucketPolicy, GetRequestPayment, Payer, PutBucketAcl, PutBucketEncryption, PutBucketPolicy, PutRequestPayment,
};
use types::{Failure, Reason, Result};

/// `PUT /bucket/?acl`. A bucket that does not exist is made (alibaba-wire §9.6), by whoever may make one.
pub(super) async fn put_acl(c: Context<'_>) -> Result<Response> {
    let bucket = c.bucket()?;
    let acl = bucket_acl(c.head.header("x-oss-acl").ok_or_else(|| Failure::missing("x-oss-acl"))?)?;
    match c.perform(PutBucketAcl { bucket: bucket.clone(), acl }).await {
        Err(failure) if failure.reason() == Reason::BucketNotFound => {
            let mut op = CreateBucket::new(bucket);
            op.acl = Some(acl);
            op.again = true;
            c.perform(op).await?;
        }
        other => other?,
    }
    Ok(nothing(StatusCode::OK))
}

/// `GET /bucket/?acl`
pub(super) async fn get_acl(c: Context<'_>) -> Result<Response> {
    let info = c.perform(GetBucketAcl { bucket: c.bucket()? }).await?;
    Ok(document("AccessControlPolicy", |w| {
        spelling::owner(w, info.owner);
        w.element("AccessControlList", |w| w.text("Grant", spelling::grant(Some(info.acl))));
    }))
}

/// `PUT /bucket/?policy`
pub(super) async fn put_policy(c: Context<'_>) -> Result<Response> {
    let malformed = |_| Failure::new(Reason::PolicyMalformed, "The policy is not UTF-8.");
    let text = std::str::from_utf8(&c.document).map_err(malformed)?.to_owned();
    c.perform(PutBucketPolicy::new(c.bucket()?, text)).await?;
    Ok(nothing(StatusCode::OK))
}

/// `GET /bucket/?policy`
pub(super) async fn get_policy(c: Context<'_>) -> Result<Response> {
    let policy = c.perform(GetBucketPolicy { bucket: c.bucket()? }).await?;
    Ok(with_type("application/json", policy.text))
}

/// `DELETE /bucket/?policy`
pub(super) async fn delete_policy(c: Context<'_>) -> Result<Response> {
    c.perform(DeleteBucketPolicy { bucket: c.bucket()? }).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
}

const RULE: &str = "ServerSideEncryptionRule";
const DEFAULT: &str = "ApplyServerSideEncryptionByDefault";

/// `PUT /bucket/?encryption` (alibaba-wire §9.3)
pub(super) async fn put_encryption(c: Context<'_>) -> Result<Response> {
    let xml = c.xml(RULE)?;
    xml.only(&[DEFAULT])?;
    let default = xml.required(DEFAULT)?;
    default.only(&["SSEAlgorithm", "KMSMasterKeyID", "KMSDataEncryption"])?;
    let algorithm = default.required_text("SSEAlgorithm")?;
    let (key, data) = (default.optional_text("KMSMasterKeyID")?, default.optional_text("KMSDataEncryption")?);
    let encryption = headers::parse_encryption(Some(algorithm), key, data)?;
    let encryption = encryption.ok_or_else(|| Failure::of(Reason::EncryptionInvalid))?;
    c.perform(PutBucketEncryption { bucket: c.bucket()?, encryption }).await?;
    Ok(nothing(StatusCode::OK))
}

/// `GET /bucket/?encryption`
pub(super) async fn get_encryption(c: Context<'_>) -> Result<Response> {
    let encryption = c.perform(GetBucketEncryption { bucket: c.bucket()? }).await?;
    Ok(document(RULE, |w| {
        w.element(DEFAULT, |w| match encryption {
            Encryption::Service => w.text("SSEAlgorithm", "AES256"),
            Encryption::Kms { key } => {
                w.text("SSEAlgorithm", "KMS");
                w.text("KMSMasterKeyID", key.unwrap_or_default());
            }
        });
    }))
}

/// `DELETE /bucket/?encryption`
pub(super) async fn delete_encryption(c: Context<'_>) -> Result<Response> {
    c.perform(DeleteBucketEncryption { bucket: c.bucket()? }).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
}

const PAYMENT: &str = "RequestPaymentConfiguration";

/// `PUT /bucket/?requestPayment`
pub(super) async fn put_payment(c: Context<'_>) -> Result<Response> {
    let xml = c.xml(PAYMENT)?;
    xml.only(&["Payer"])?;
    let payer = match xml.required_text("Payer")? {
        "BucketOwner" => Payer::BucketOwner,
        "Requester" => Payer::Requester,
        _ => return Err(Failure::invalid("Payer", "it must be BucketOwner or Requester")),
    };
    c.perform(PutRequestPayment { bucket: c.bucket()?, payer }).await?;
    Ok(nothing(StatusCode::OK))
}

/// `GET /bucket/?requestPayment`
pub(super) async fn get_payment(c: Context<'_>) -> Result<Response> {
    let payer = match c.perform(GetRequestPayment { bucket: c.bucket()? }).await? {
        Payer::BucketOwner => "BucketOwner",
        Payer::Requester => "Requester",
    };
    Ok(document(PAYMENT, |w| w.text("Payer", payer)))
}
