use super::errors::{code, status};
use super::row::ServiceName;
use crate::aws_call::{message, request_id, response};
use crate::body::Response;
use http::StatusCode;
use serde_json::Value;
use types::{Call, Failure};
use wire::xml::{self, Writer};

/// An entry of a map.
const ENTRY: &str = "entry";
const XML: &str = "text/xml";

/// The answer of an operation that was done; null is one without a result.
pub(super) fn done(service: ServiceName, call: &Call, members: &Value) -> Response {
    let action = call.operation;
    let text = xml::document_in(&format!("{action}Response"), service.name_space(), |writer| {
        if !members.is_null() {
            write(writer, &format!("{action}Result"), members);
        }
        writer.element("ResponseMetadata", |writer| writer.text("RequestId", request_id(call)));
    });
    response(call, StatusCode::OK, XML, text)
}

/// The answer of an operation that was refused or failed.
pub(super) fn failed(service: ServiceName, call: &Call, failure: &Failure) -> Response {
    let reason = failure.reason();
    let status = StatusCode::from_u16(status(reason)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let text = xml::document_in("ErrorResponse", service.name_space(), |writer| {
        writer.element("Error", |writer| {
            writer.text("Type", if status.is_server_error() { "Receiver" } else { "Sender" });
            writer.text("Code", code(reason));
            // As the vendor's services do that let their refusals be explained.
            let why = failure.detail("EncodedDiagnosticMessage");
            let why = why.map(|why| format!(" Encoded authorization failure message: {why}")).unwrap_or_default();
            writer.text("Message", format!("{}{why}", message(failure)));
        });
        writer.text("RequestId", request_id(call));
    });
    response(call, status, XML, text)
}

/// One element. Lists have an element `member` for each entry, as all lists of these interfaces have.
fn write(writer: &mut Writer, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        // Maps are lists without an element of their own.
        Value::Array(items) if name == ENTRY => items.iter().for_each(|item| write(writer, ENTRY, item)),
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
