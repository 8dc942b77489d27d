//! What the services of Amazon's other than S3 have in common, whatever their calls look like.

use crate::body::{Response, full};
use crate::domains::Domains;
use http::{HeaderValue, StatusCode, header};
use iam::{Caller, Claim};
use types::{Call, Failure, Reason, Result};
use wire::Head;
use wire::signature::{Scheme, Signed, aws};

/// The signature of a call, read but not verified.
pub(crate) fn read_signature(scheme: Scheme, head: &Head, body: &[u8]) -> Result<Signed> {
    match scheme {
        Scheme::AwsJson | Scheme::AwsQuery => aws::read(head, body),
        Scheme::Anonymous(_) => Err(Reason::MissingAuthentication.into()),
        _ => Err(Failure::new(Reason::SignatureMalformed, "This kind of signature is not supported.")),
    }
}

/// Refuses a signature whose credential is scoped to another service.
pub(crate) fn check_service(signed: &Signed, service: &str) -> Result<()> {
    if signed.scope.as_ref().is_some_and(|scope| scope.product == service) {
        return Ok(());
    }
    Err(Failure::new(Reason::SignatureMalformed, format!("The credential's service must be {service}.")))
}

/// Finds out whether the caller is who signed, for one of these regions.
///
/// There is no nonce: the same call twice in one second is the same request, and clients make such calls.
pub(crate) async fn authenticate(
    domains: &Domains,
    caller: &mut Caller,
    signed: &Signed,
    regions: &[&str],
) -> Result<()> {
    let now = caller.call().time;
    let claim = Claim { access_key: signed.access_key_id.clone(), token: signed.security_token.clone(), nonce: None };
    domains.gate.authenticate(caller, claim, |secret| signed.verify(secret, now, regions)).await
}

/// What is wrong, and where it is the signature, what would be right. It holds only what the caller sent, and where we are.
pub(crate) fn message(failure: &Failure) -> String {
    let detail = |name| failure.detail(name).unwrap_or_default();
    match failure.reason() {
        Reason::SignatureMismatch => format!(
            "{failure}\n\nThe Canonical String for this request should have been\n'{}'\n\n\
             The String-to-Sign should have been\n'{}'\n",
            detail("CanonicalRequest"),
            detail("StringToSign")
        ),
        Reason::RegionMismatch => format!("{failure} Credential should be scoped to {}.", detail("ExpectedRegion")),
        _ => failure.to_string(),
    }
}

/// The request's id as these services write it.
pub(crate) fn request_id(call: &Call) -> String {
    call.id.as_str().to_ascii_lowercase()
}

/// An answer with the headers that all of them have.
pub(crate) fn response(call: &Call, status: StatusCode, content_type: &'static str, text: String) -> Response {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store, must-revalidate, private"));
    if let Ok(id) = HeaderValue::from_str(&request_id(call)) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
