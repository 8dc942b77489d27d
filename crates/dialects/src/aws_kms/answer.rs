use super::errors::{code, status};
use crate::aws_call;
use crate::body::Response;
use http::{HeaderValue, StatusCode};
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
    let mut response = response(call, status, &json!({"__type": kind, "message": aws_call::message(failure)}));
    response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(kind));
    response
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
    aws_call::response(call, status, "application/x-amz-json-1.1", members.to_string())
}
