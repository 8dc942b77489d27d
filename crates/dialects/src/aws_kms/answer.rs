use super::errors::{code, status};
use crate::body::{Response, full};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use types::{Call, Failure, Reason};

/// The answer of an operation that was done. One without members is an empty object: some clients refuse an empty body.
pub(super) fn done(call: &Call, members: &Value) -> Response {
    response(call, StatusCode::OK, members)
}

/// The answer of an operation that was refused or failed.
pub(super) fn failed(call: &Call, failure: &Failure) -> Response {
    let status = StatusCode::from_u16(status(failure.reason())).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = kind(call, failure);
    let mut response = response(call, status, &json!({"__type": kind, "message": message(failure)}));
    response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(kind));
    response
}

/// What is wrong, and where it is the signature, what would be right. It holds only what the caller sent, and where we are.
fn message(failure: &Failure) -> String {
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

/// The exception that a failure is. Some are told by the member they are about, or by the operation.
fn kind(call: &Call, failure: &Failure) -> &'static str {
    match (failure.reason(), failure.detail("Parameter")) {
        (Reason::ParameterInvalid, Some("KeyId")) => "InvalidArnException",
        (Reason::ParameterInvalid, Some("AliasName")) => "InvalidAliasNameException",
        (Reason::ParameterInvalid, Some("Marker")) => "InvalidMarkerException",
        (Reason::ParameterInvalid, Some("GrantId")) => "InvalidGrantIdException",
        (Reason::ParameterInvalid, Some("GrantToken" | "GrantTokens")) => "InvalidGrantTokenException",
        (Reason::ParameterInvalid, Some("Tags")) => "TagException",
        (Reason::KeyUsageInvalid, _) if call.operation == "CreateKey" => "ValidationException",
        (reason, _) => code(reason),
    }
}

fn response(call: &Call, status: StatusCode, members: &Value) -> Response {
    let mut response = Response::new(full(members.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store, must-revalidate, private"));
    if let Ok(id) = HeaderValue::from_str(&call.id.as_str().to_ascii_lowercase()) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
