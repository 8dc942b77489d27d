//! What every answer has in common, and how a failure is written.

use super::errors::{spelled, understood};
use crate::body::{Response, empty, full};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use s3s::HttpResponse;
use types::{Call, Failure, Reason};
use wire::{Head, xml};

/// Facts of a failure that the XML shows as elements of their own, as Amazon does.
const ELEMENTS: &[&str] = &[
    "BucketName",
    "Key",
    "VersionId",
    "UploadId",
    "PartNumber",
    "Region",
    "ActualObjectSize",
    "ETag",
    "AWSAccessKeyId",
    "StringToSign",
    "SignatureProvided",
    "CanonicalRequest",
];

/// The answer that says why not.
pub(super) fn failed(head: &Head, call: &Call, failure: &Failure) -> Response {
    let (status, code) = spelled(failure.reason());
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // RFC 9110 §9.3.2, §15.4.5: neither the answer to HEAD nor a 304 has content.
    let bare = head.method() == Method::HEAD || status == StatusCode::NOT_MODIFIED;
    let mut response = Response::new(if bare { empty() } else { full(document(head, call, code, failure)) });
    *response.status_mut() = status;
    if !bare {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    }
    facts(response.headers_mut(), failure);
    signed(response, call)
}

fn document(head: &Head, call: &Call, code: &str, failure: &Failure) -> String {
    xml::document("Error", |w| {
        w.text("Code", code);
        w.text("Message", failure);
        for name in ELEMENTS {
            w.optional(name, failure.detail(name));
        }
        w.text("Resource", head.raw_path());
        w.text("RequestId", &call.id);
        w.text("HostId", &call.id);
    })
}

/// What a failure says in headers: the validators of what was not modified, the size of what a range missed, the region
/// that a client should have signed for.
fn facts(headers: &mut HeaderMap, failure: &Failure) {
    let mut put = |name: HeaderName, value: Option<String>| {
        if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
            headers.insert(name, value);
        }
    };
    let detail = |name: &str| failure.detail(name).map(str::to_owned);
    if failure.detail(objects::DELETE_MARKER).is_some() {
        put(HeaderName::from_static("x-amz-delete-marker"), Some("true".to_owned()));
        put(HeaderName::from_static("x-amz-version-id"), detail("VersionId"));
    }
    match failure.reason() {
        Reason::NotModified => {
            put(header::ETAG, detail("ETag").map(|etag| format!("\"{etag}\"")));
            put(header::LAST_MODIFIED, detail("LastModified"));
        }
        Reason::RangeInvalid => {
            put(header::CONTENT_RANGE, detail("ActualObjectSize").map(|size| format!("bytes */{size}")));
        }
        Reason::RegionMismatch => put(HeaderName::from_static("x-amz-bucket-region"), detail("Region")),
        _ => {}
    }
}

/// Puts the request's id on an answer.
pub(super) fn signed(mut response: Response, call: &Call) -> Response {
    if let Ok(id) = HeaderValue::from_str(call.id.as_str()) {
        response.headers_mut().insert("x-amz-request-id", id.clone());
        response.headers_mut().insert("x-amz-id-2", id);
    }
    response
}

/// What `s3s` says went wrong, where it is not one of us who said so: its own error documents are small and in memory.
pub(super) fn verdict(response: &HttpResponse) -> Failure {
    let bytes = response.body().bytes().unwrap_or_default();
    let read = xml::parse(&bytes).ok();
    let child = |name: &'static str| read.as_ref().and_then(|error| error.optional_text(name).ok().flatten());
    let reason = understood(child("Code").unwrap_or_default(), response.status().as_u16());
    match child("Message") {
        Some(message) => Failure::new(reason, message),
        None => Failure::of(reason),
    }
}
