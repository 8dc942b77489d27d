//! A small HTTP client that signs for S3 and for the Alibaba RPC services: one connection, one request at a time.

mod connection;
mod rpc;
mod sigv4;

pub(crate) use connection::{Answer, Connection};

use crate::outcome::{Failed, Outcome};
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Where to send requests, and whose key signs them.
#[derive(Clone)]
pub(crate) struct Target {
    /// Host and port.
    pub(crate) address: String,
    /// The access key's id.
    pub(crate) access_key: String,
    /// The access key's secret.
    pub(crate) secret_key: String,
    /// The region to sign for.
    pub(crate) region: String,
}

/// A request of ours, ready to be sent.
pub(crate) type Ready = Request<Full<Bytes>>;

/// Everything but the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

impl Target {
    /// A signed S3 request. `path` starts with `/` and needs no encoding; `query` is encoded and sorted already.
    pub(crate) fn s3(&self, method: Method, path: &str, query: &str, body: Bytes) -> Outcome<Ready> {
        let signed = sigv4::Signed::now(self, method.as_str(), path, query)?;
        let uri = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("host", &self.address)
            .header("x-amz-date", signed.date)
            .header("x-amz-content-sha256", sigv4::PAYLOAD)
            .header("authorization", signed.authorization)
            .header("content-length", body.len());
        request.body(Full::new(body)).map_err(|error| Failed::new(format!("build a request: {error}")))
    }

    /// A signed call of an RPC service: everything in the form body, signed with HMAC-SHA1.
    pub(crate) fn rpc(&self, version: &str, action: &str, parameters: &[(&str, &str)]) -> Outcome<Ready> {
        let body = rpc::form(self, version, action, parameters)?;
        let request = Request::builder()
            .method(Method::POST)
            .uri("/")
            .header("host", &self.address)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("content-length", body.len());
        request.body(Full::new(body.into())).map_err(|error| Failed::new(format!("build a request: {error}")))
    }
}

/// `name=value&…`, encoded and in the order given.
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    let encoded: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    encoded.join("&")
}
