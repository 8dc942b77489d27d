use super::proof::Proof;
use super::{Family, Scheme, Scope, window};
use std::fmt;
use types::{AccessKeyId, Failure, Reason, Result, Timestamp};

/// What a signed request claims, and what proves it. Nothing in it is true before [`verify`](Self::verify).
#[derive(Clone)]
pub struct Signed {
    /// The scheme it was signed by.
    pub scheme: Scheme,
    /// Whose secret signed it.
    pub access_key_id: AccessKeyId,
    /// The session token that came with a temporary access key. Whether it belongs to the key is not judged here.
    pub security_token: Option<String>,
    /// When it was signed; signed URLs of OSS versions 1 and 2 do not say.
    pub time: Option<Timestamp>,
    /// When a signed URL ends; `None` for requests signed for immediate use.
    pub expires: Option<Timestamp>,
    /// The value that may be used once. Whether it was used before is not judged here.
    pub nonce: Option<String>,
    /// The day, region and service of the version 4 schemes.
    pub scope: Option<Scope>,
    /// The headers the client chose to sign, or that the scheme always signs if present; lower case.
    pub signed_headers: Vec<String>,
    pub(super) proof: Proof,
}

impl Signed {
    /// Holds the signature against the secret, the time against `now`, and the region against those served here.
    ///
    /// Times and regions are judged first, so that a wrong clock is not reported as a wrong secret.
    pub fn verify(&self, secret: &[u8], now: Timestamp, regions: &[&str]) -> Result<()> {
        self.check_time(now)?;
        self.check_region(regions)?;
        if self.proof.holds(secret) { Ok(()) } else { Err(self.mismatch()) }
    }

    /// The string whose signature was expected.
    pub fn string_to_sign(&self) -> &str {
        self.proof.strings.first().map_or("", String::as_str)
    }

    /// The signature, as sent. It is that of this request alone: where a scheme has no nonce it can stand in for one.
    pub fn signature(&self) -> &str {
        &self.proof.signature
    }

    /// The canonical request, in the schemes that have one.
    pub fn canonical_request(&self) -> Option<&str> {
        self.proof.canonical_request.as_deref()
    }

    fn check_time(&self, now: Timestamp) -> Result<()> {
        match (self.expires, self.time) {
            (Some(expires), made) => window::check_url(made, expires, now),
            (None, Some(time)) => window::check(time, now),
            (None, None) => Err(window::malformed()),
        }
    }

    fn check_region(&self, regions: &[&str]) -> Result<()> {
        match &self.scope {
            Some(scope) if !regions.contains(&scope.region.as_str()) => {
                Err(Failure::of(Reason::RegionMismatch).with("ExpectedRegion", regions.join(", ")))
            }
            _ => Ok(()),
        }
    }

    /// Shows the caller what the server would have signed, as both vendors do. It holds only what the caller sent.
    fn mismatch(&self) -> Failure {
        let string = self.string_to_sign();
        let failure = match self.scheme.family() {
            // The legacy SDK takes what follows the colon and compares it with its own string.
            Family::Rpc => Failure::new(
                Reason::SignatureMismatch,
                format!("Specified signature is not matched with our calculation. server string to sign is:{string}"),
            ),
            Family::Oss | Family::S3 | Family::AwsJson | Family::AwsQuery => Failure::of(Reason::SignatureMismatch),
        };
        let failure = failure
            .with("StringToSign", string)
            .with("SignatureProvided", self.proof.signature.as_str())
            .with("AccessKeyId", self.access_key_id.as_str());
        match self.canonical_request() {
            Some(request) => failure.with("CanonicalRequest", request),
            None => failure,
        }
    }
}

impl fmt::Debug for Signed {
    /// The strings may hold tokens and plaintext.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed")
            .field("scheme", &self.scheme)
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}
