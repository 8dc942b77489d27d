use super::context::Answer;
use super::errors::status;
use super::row::ServiceName;
use crate::body::{Response, full};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use types::{Call, Failure, Reason};

/// The answer of an action that was done: its members and the request id (SDKs refuse an empty body).
pub(super) fn done(call: &Call, members: Answer) -> Response {
    let mut members = members;
    members.insert("RequestId".to_owned(), Value::from(call.id.as_str()));
    response(call, StatusCode::OK, members)
}

/// The answer of an action that was refused or failed. The legacy SDKs read the message of a wrong signature, so it is
/// passed on as it is.
pub(super) fn failed(service: ServiceName, call: &Call, failure: &Failure) -> Response {
    let status = StatusCode::from_u16(status(failure.reason())).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut members = Map::new();
    members.insert("RequestId".to_owned(), Value::from(call.id.as_str()));
    members.insert("HostId".to_owned(), Value::from(call.dialect.source));
    members.insert("Code".to_owned(), Value::from(code(call, failure)));
    members.insert("Message".to_owned(), Value::from(failure.to_string()));
    if service == ServiceName::Kms {
        members.insert("HttpStatus".to_owned(), Value::from(status.as_u16()));
    }
    if failure.reason() == Reason::AccessDenied {
        members.insert("AccessDeniedDetail".to_owned(), denied(failure));
    }
    response(call, status, members)
}

/// The documents name the parameter in the code of a missing or wrong one (`MissingParameter` stays as it is in KMS).
fn code(call: &Call, failure: &Failure) -> String {
    (call.dialect.code)(failure.reason()).to_owned()
}

fn denied(failure: &Failure) -> Value {
    let fields = [
        "AuthAction",
        "AuthPrincipalType",
        "AuthPrincipalOwnerId",
        "AuthPrincipalDisplayName",
        "NoPermissionType",
        "PolicyType",
    ];
    let present = fields.into_iter().filter_map(|name| Some((name.to_owned(), json!(failure.detail(name)?))));
    Value::Object(present.collect())
}

fn response(call: &Call, status: StatusCode, members: Answer) -> Response {
    let mut response = Response::new(full(Value::Object(members).to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json;charset=utf-8"));
    if let Ok(id) = HeaderValue::from_str(call.id.as_str()) {
        headers.insert("x-acs-request-id", id);
    }
    response
}
