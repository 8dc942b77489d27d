//! Who made a request, from claim to proof.

use super::context::Context;
use super::rows::S3Row;
use crate::Status;
use async_trait::async_trait;
use iam::{Caller, Claim};
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Error, S3Result};
use std::sync::Arc;
use types::{Failure, Reason, Result, Timestamp};
use wire::signature::aws::{self, AwsIdentity};
use wire::{Head, Params};

/// What makes a request a signed one, in lower case. Any of it, and the whole must be in order.
const MARKS: &[&str] = &["x-amz-signature", "x-amz-credential", "x-amz-algorithm", "signature", "awsaccesskeyid"];

/// Who claims to have signed the request, after everything about the signature was checked but itself.
pub(super) fn claimed(head: &Head, now: Timestamp) -> Result<Option<AwsIdentity>> {
    let query = Params::parse(head.raw_query().as_bytes())?;
    let marks: Vec<String> = query.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    let marked = |mark: &str| marks.iter().any(|name| name == mark);
    if head.header("authorization").is_none() && !MARKS.iter().any(|mark| marked(mark)) {
        return Ok(None);
    }
    // The verifier would take these for signature version 2, whatever else there is.
    if marked("signature") || marked("awsaccesskeyid") {
        let text = "Signature version 2 is not supported; please use AWS4-HMAC-SHA256.";
        return Err(Failure::new(Reason::NotImplemented, text));
    }
    let identity = aws::precheck(head, now)?;
    if identity.scope.product != "s3" {
        return Err(Failure::new(Reason::SignatureMalformed, "The credential's service must be s3."));
    }
    Ok(Some(identity))
}

/// What the gate is told of it.
pub(super) fn claim(identity: AwsIdentity) -> Claim {
    Claim { access_key: identity.access_key_id, token: identity.security_token, nonce: None }
}

/// Finds the secret that a signature is to be verified with.
pub(super) struct Secrets(pub(super) Arc<Context>);

#[async_trait]
impl S3Auth for Secrets {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        self.secret(access_key).await.map_err(|failure| self.0.fail(failure))
    }
}

impl Secrets {
    /// The caller that the gate makes is kept aside until the signature was verified with the secret.
    async fn secret(&self, access_key: &str) -> Result<SecretKey> {
        let claim = self.0.claim.clone().filter(|claim| claim.access_key.as_str() == access_key);
        // Who claims and who verifies must have read the same key id out of the request.
        let claim = claim.ok_or_else(|| Failure::of(Reason::SignatureMalformed))?;
        let mut caller = self.0.nobody();
        let mut lent = None;
        let result = self.0.domains.gate.authenticate(&mut caller, claim, |secret| {
            let text = std::str::from_utf8(secret).map_err(|_| Failure::internal("a secret is no text"))?;
            lent = Some(SecretKey::from(text));
            Ok(())
        });
        result.await?;
        self.0.set_claimed(caller);
        lent.ok_or_else(|| Failure::internal("no secret was lent"))
    }
}

/// The same claim, not believed: the record of a wrong signature belongs to the account whose key was named.
pub(super) async fn disbelieved(context: &Context) -> Caller {
    let mut caller = context.nobody();
    if let Some(claim) = context.claim.clone() {
        // It fails on purpose, or because there is no such key; all that counts is what it notes on the way.
        let refused = |_: &[u8]| Err(Failure::of(Reason::SignatureMismatch));
        let _ = context.domains.gate.authenticate(&mut caller, claim, refused).await;
    }
    caller
}

/// Shows the caller of a wrong signature what the right one would have been of. It holds only what the caller sent.
pub(super) fn explained(head: &Head, failure: Failure) -> Failure {
    match aws::expected(head) {
        Ok(expected) => failure
            .with("AWSAccessKeyId", expected.access_key_id.as_str())
            .with("StringToSign", expected.string_to_sign())
            .with("SignatureProvided", expected.signature())
            .with("CanonicalRequest", expected.canonical_request()),
        Err(_) => failure,
    }
}

/// Learns from `s3s` that the signature is right, and which operation it is.
pub(super) struct Access(pub(super) Arc<Context>);

#[async_trait]
impl S3Access for Access {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let verified = cx.credentials().is_some();
        if verified != self.0.claim.is_some() {
            return Err(self.unclear());
        }
        let row = S3Row::find(cx.s3_op().name());
        self.0.set_caller(verified, row.map(|row| row.name));
        match row {
            Some(row) if row.status != Status::Refused => Ok(()),
            // Said before its body is read: what is not there has no right body either.
            _ => Err(self.0.fail(Failure::new(
                Reason::NotImplemented,
                format!("The operation {} is not supported.", cx.s3_op().name()),
            ))),
        }
    }
}

impl Access {
    fn unclear(&self) -> S3Error {
        self.0.fail(Failure::of(Reason::SignatureMalformed))
    }
}
