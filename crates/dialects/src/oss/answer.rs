use super::errors;
use crate::body::{Response, empty, full};
use crate::denied::DENIED_FIELDS;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, StatusCode};
use types::{Call, Failure, Reason, Timestamp};
use wire::xml::{self, Writer};

/// What this server calls itself. The SDKs only want the header to be there (alibaba-wire §3.6).
const SERVER: &str = "Bailee";

/// An answer without a body.
pub(super) fn nothing(status: StatusCode) -> Response {
    let mut response = Response::new(empty());
    *response.status_mut() = status;
    response
}

/// An answer that is a document.
pub(super) fn document(root: &str, body: impl FnOnce(&mut Writer)) -> Response {
    with_type("application/xml", xml::document(root, body))
}

/// An answer that is a text of some type.
pub(super) fn with_type(kind: &'static str, text: String) -> Response {
    let mut response = Response::new(full(text));
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// Sets a header. Names and values come from requests' headers or are checked before, so that each can be written.
pub(super) fn put(response: &mut Response, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
    {
        response.headers_mut().insert(name, value);
    }
}

/// What every answer carries (alibaba-wire §3.6).
pub(super) fn stamp(response: &mut Response, call: &Call, now: Timestamp) {
    put(response, "x-oss-request-id", call.id.as_str());
    put(response, "date", &now.http_date());
    put(response, "server", SERVER);
}

/// The answer of a call that was refused or failed. `bare`: its body cannot be sent, so a header carries it.
pub(super) fn failed(call: &Call, host: &str, bare: bool, failure: &Failure) -> Response {
    let reason = failure.reason();
    let mut response = nothing(StatusCode::from_u16(errors::status(reason)).unwrap_or_default());
    if reason == Reason::NotModified {
        let etag = failure.detail("ETag").map(super::spelling::etag).unwrap_or_default();
        put(&mut response, "etag", &etag);
        put(&mut response, "last-modified", failure.detail("LastModified").unwrap_or_default());
        return response;
    }
    if let (Reason::RangeInvalid, Some(size)) = (reason, failure.detail("ActualObjectSize")) {
        put(&mut response, "content-range", &format!("bytes */{size}"));
    }
    if failure.detail(objects::DELETE_MARKER).is_some() {
        put(&mut response, super::headers::DELETE_MARKER, "true");
        put(&mut response, super::headers::VERSION, failure.detail("VersionId").unwrap_or_default());
    }
    let document = error(call, host, failure);
    put(&mut response, "x-oss-ec", &errors::number(reason));
    put(&mut response, "content-type", "application/xml");
    if bare {
        put(&mut response, "x-oss-err", &STANDARD.encode(document));
    } else {
        *response.body_mut() = full(document);
    }
    response
}

/// Why a policy refused, as elements in one of their own.
const DENIED: &str = "AccessDeniedDetail";

fn error(call: &Call, host: &str, failure: &Failure) -> String {
    let reason = failure.reason();
    let (denied, plain): (Vec<_>, Vec<_>) =
        failure.details().iter().partition(|(name, _)| DENIED_FIELDS.contains(name));
    xml::document("Error", |w| {
        w.text("Code", errors::code(reason));
        w.text("Message", failure);
        w.text("RequestId", &call.id);
        w.text("HostId", host);
        // What kind of access was refused is of use to another dialect only.
        for (name, value) in plain.into_iter().filter(|(name, _)| *name != "Access") {
            w.text(name, value);
        }
        if !denied.is_empty() {
            w.element(DENIED, |w| denied.iter().for_each(|(name, value)| w.text(name, value)));
        }
        w.text("EC", errors::number(reason));
    })
}
