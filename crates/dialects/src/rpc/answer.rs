use super::context::Answer;
use super::errors::status;
use super::row::ServiceName;
use crate::body::{Response, full};
use crate::denied::DENIED_FIELDS;
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
    members.insert("Code".to_owned(), Value::from(code(service, call, failure)));
    members.insert("Message".to_owned(), Value::from(failure.to_string()));
    if service == ServiceName::Kms {
        members.insert("HttpStatus".to_owned(), Value::from(status.as_u16()));
    }
    if failure.reason() == Reason::AccessDenied {
        members.insert("AccessDeniedDetail".to_owned(), denied(failure));
    }
    let mut response = response(call, status, members);
    // What the SDKs wait for before they try again (alibaba-wire §2.7).
    if let Some(Ok(seconds)) = failure.detail("RetryAfter").map(HeaderValue::from_str) {
        response.headers_mut().insert("x-acs-retry-after", seconds);
    }
    response
}

/// The code of a failure. RAM and STS name the parameter in it, and RAM what a policy was attached to.
fn code(service: ServiceName, call: &Call, failure: &Failure) -> String {
    let code = (call.dialect.code)(failure.reason());
    match (service, failure.reason(), failure.detail("Parameter")) {
        (ServiceName::Ram | ServiceName::Ims, Reason::ParameterInvalid, Some(parameter)) => {
            format!("{code}.{parameter}.Format")
        }
        (ServiceName::Sts, Reason::ParameterInvalid, Some(parameter)) => format!("{code}.{parameter}"),
        (ServiceName::Sts, Reason::PolicyMalformed, _) => "InvalidParameter.PolicyGrammar".to_owned(),
        (ServiceName::Sts, Reason::PolicyTooLong, _) => "InvalidParameter.PolicySize".to_owned(),
        (ServiceName::Kms, Reason::AccessDenied, _) if is_trial(failure) => "AccessDeniedError".to_owned(),
        (ServiceName::Kms, Reason::ParameterInvalid | Reason::ParameterMissing, _) if is_trial(failure) => {
            "ValidationError".to_owned()
        }
        (ServiceName::Ram, _, _) if call.operation.ends_with("Role") => code.replace(".User.Policy", ".Role.Policy"),
        _ => code.to_owned(),
    }
}

/// Whether the caller only asked what would happen: refusals then have codes of their own.
fn is_trial(failure: &Failure) -> bool {
    failure.detail("DryRun").is_some()
}

fn denied(failure: &Failure) -> Value {
    let fact = |name: &&str| Some(((*name).to_owned(), json!(failure.detail(name)?)));
    let present = DENIED_FIELDS.iter().filter_map(fact);
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
