use super::errors::{code, status};
use super::row::ServiceName;
use crate::body::{Response, full};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;
use types::{Call, Failure, Reason};
use wire::xml::{self, Writer};

/// The answer of an operation that was done; null is one without a result.
pub(super) fn done(service: ServiceName, call: &Call, members: &Value) -> Response {
    let action = call.operation;
    let text = xml::document_in(&format!("{action}Response"), service.name_space(), |writer| {
        if !members.is_null() {
            write(writer, &format!("{action}Result"), members);
        }
        writer.element("ResponseMetadata", |writer| writer.text("RequestId", request_id(call)));
    });
    response(call, StatusCode::OK, text)
}

/// The answer of an operation that was refused or failed.
pub(super) fn failed(service: ServiceName, call: &Call, failure: &Failure) -> Response {
    let reason = failure.reason();
    let status = StatusCode::from_u16(status(reason)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let text = xml::document_in("ErrorResponse", service.name_space(), |writer| {
        writer.element("Error", |writer| {
            writer.text("Type", if status.is_server_error() { "Receiver" } else { "Sender" });
            writer.text("Code", code(reason));
            writer.text("Message", message(failure));
        });
        writer.text("RequestId", request_id(call));
    });
    response(call, status, text)
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

/// One element. Lists have an element `member` for each entry, as all lists of these interfaces have.
fn write(writer: &mut Writer, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => writer.text(name, flag),
        Value::Number(number) => writer.text(name, number),
        Value::String(text) => writer.text(name, text),
        Value::Array(items) => {
            writer.element(name, |writer| items.iter().for_each(|item| write(writer, "member", item)));
        }
        Value::Object(members) => {
            writer.element(name, |writer| members.iter().for_each(|(name, value)| write(writer, name, value)));
        }
    }
}

fn request_id(call: &Call) -> String {
    call.id.as_str().to_ascii_lowercase()
}

fn response(call: &Call, status: StatusCode, text: String) -> Response {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store, must-revalidate, private"));
    if let Ok(id) = HeaderValue::from_str(&request_id(call)) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
