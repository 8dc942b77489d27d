//! The short way for the two requests that carry the load: an object put or got whole, signed in the header, with
//! nothing but headers that this module knows. `s3s` is made for all of S3 and costs such a request a sixth of its time.
//!
//! Nothing is refused here. Whatever is out of the ordinary, a wrong signature among it, goes the way of `s3s`, which then
//! judges it; what goes this way gets the answer it would have got there, which the tests of this module hold against
//! each other.

mod get;
mod metadata;
mod put;

use super::answer::{failed, signed};
use super::serve::recorded;
use crate::body::{Request, Response};
use crate::domains::{Domains, Region};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use iam::{Caller, Claim};
use objects::{Expiry, Protection, VersionId};
use std::sync::Arc;
use types::{BucketName, Failure, ObjectKey, Reason, Result};
use wire::Head;
use wire::signature::aws;

/// Headers that mean nothing to an operation on an object, or were dealt with when the signature was.
const IDLE: &[&str] = &[
    "host",
    "authorization",
    "user-agent",
    "accept",
    "accept-encoding",
    "connection",
    "date",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "x-amz-date",
    "x-amz-content-sha256",
    "x-amz-security-token",
    "x-amz-user-agent",
    "x-amzn-trace-id",
    "traceparent",
    "content-length",
];

/// The hash of a body of which the signature says nothing.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// How many tags an object has.
pub(super) const TAGGING_COUNT: HeaderName = HeaderName::from_static("x-amz-tagging-count");

/// Where a request goes, and whose it is.
pub(super) struct Way<'d> {
    pub(super) domains: &'d Arc<Domains>,
    pub(super) region: &'d Arc<Region>,
    /// The caller as long as nobody is believed.
    pub(super) nobody: &'d Caller,
    pub(super) claim: &'d Claim,
}

enum Ask {
    Get(get::Asked),
    Put(Box<put::Asked>),
}

/// Answers a request, or gives it back if it is not for this way.
pub(super) async fn serve(way: &Way<'_>, head: &Head, request: Request) -> Result<Response, Request> {
    let Some((bucket, key, ask)) = read(way.domains, head, &request) else { return Err(request) };
    let Some(mut caller) = verified(way, head).await else { return Err(request) };
    caller.set_operation(match ask {
        Ask::Get(_) => "GetObject",
        Ask::Put(_) => "PutObject",
    });
    let (gate, objects) = (&way.domains.gate, &*way.region.objects);
    let answered = match ask {
        Ask::Get(asked) => Box::pin(get::run(gate, objects, &caller, asked, (bucket, key))).await,
        Ask::Put(asked) => Box::pin(put::run(gate, objects, &caller, *asked, (bucket, key), request.into_body())).await,
    };
    Ok(match answered {
        Ok(response) => signed(response, caller.call()),
        Err(failure) => failed(head, caller.call(), &recorded(way.domains, way.region, &caller, failure).await),
    })
}

/// What is asked, if it is ordinary.
fn read(domains: &Domains, head: &Head, request: &Request) -> Option<(BucketName, ObjectKey, Ask)> {
    if !matches!(head.raw_query(), "" | "x-id=GetObject" | "x-id=PutObject") || head.header("authorization").is_none() {
        return None;
    }
    let ask = match *request.method() {
        Method::GET => Ask::Get(get::read(head, request)?),
        Method::PUT => Ask::Put(Box::new(put::read(head, request.headers())?)),
        _ => return None,
    };
    let location = domains.addressing.resolve(head.header("host")?, head.raw_path()).ok()?;
    Some((location.bucket?.parse().ok()?, location.key.parse().ok()?, ask))
}

/// Whoever signed the request, if the signature is right.
async fn verified(way: &Way<'_>, head: &Head) -> Option<Caller> {
    let expected = aws::expected(head).ok()?;
    let mut caller = way.nobody.clone();
    let verify = |secret: &[u8]| match expected.holds(secret) {
        true => Ok(()),
        false => Err(Failure::of(Reason::SignatureMismatch)),
    };
    way.domains.gate.authenticate(&mut caller, way.claim.clone(), verify).await.ok()?;
    Some(caller)
}

/// Puts a header into an answer. What was stored came in a header, so that it fits into one.
fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<()> {
    headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).map_err(Failure::internal)?);
    Ok(())
}

fn put_etag(headers: &mut HeaderMap, etag: &str) -> Result<()> {
    put(headers, header::ETAG, &format!("\"{etag}\""))
}

const SSE: HeaderName = HeaderName::from_static("x-amz-server-side-encryption");
const SSE_KEY: HeaderName = HeaderName::from_static("x-amz-server-side-encryption-aws-kms-key-id");

const VERSION: HeaderName = HeaderName::from_static("x-amz-version-id");

const EXPIRATION: HeaderName = HeaderName::from_static("x-amz-expiration");

/// Says when a lifecycle rule is going to delete it, if one is.
fn put_expiry(headers: &mut HeaderMap, expiry: Option<&Expiry>) -> Result<()> {
    expiry.map_or(Ok(()), |expiry| put(headers, EXPIRATION, &expiry.to_string()))
}

/// Says which version it is, where there are any.
pub(super) fn put_version(headers: &mut HeaderMap, version: Option<VersionId>) -> Result<()> {
    version.map_or(Ok(()), |version| put(headers, VERSION, &version.to_string()))
}

/// Says what it is encrypted under.
pub(super) fn put_protection(headers: &mut HeaderMap, protection: &Protection) -> Result<()> {
    match protection {
        Protection::Service => put(headers, SSE, "AES256"),
        Protection::Kms { key } => {
            put(headers, SSE, "aws:kms")?;
            put(headers, SSE_KEY, key)
        }
    }
}
