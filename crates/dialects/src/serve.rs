use crate::arrival::Arrival;
use crate::body::{self, Request, Response, full};
use crate::domains::Domains;
use crate::{oss, rpc, s3};
use bytes::Bytes;
use http::StatusCode;
use std::sync::Arc;
use types::{Failure, limits};
use wire::signature::{Family, Scheme, recognise};
use wire::{Head, Params, form};

/// Paths below this are Bailee's own, in every dialect: no bucket's name starts with a dot.
const OWN: &str = "/.bailee/";

/// Answers one request: recognises its dialect and hands it on. Every call that a dialect answers is in the log before
/// this returns.
pub async fn serve(domains: &Arc<Domains>, arrival: Arrival, request: Request) -> Response {
    let (parts, incoming) = request.into_parts();
    let head = match Head::from_parts(&parts) {
        Ok(head) => head,
        Err(failure) => return oss::refuse(domains, &arrival, &failure).await,
    };
    if let Some(path) = head.raw_path().strip_prefix(OWN) {
        return own(domains, path).await;
    }
    // Only a form may hide what dialect it is, and no form is large.
    let unclear = form::announced(&head) && matches!(head.raw_path(), "/" | "") && head.header("authorization").is_none();
    if !unclear {
        let scheme = recognise(&head, &Params::default());
        return route(domains, arrival, scheme, Incoming { head, form: None, request: Request::from_parts(parts, incoming) }).await;
    }
    let collected = body::collect(incoming, limits::FORM_BYTES).await;
    match collected.and_then(|bytes| Ok((form::parse(&head, &bytes)?, bytes))) {
        Ok((params, bytes)) => {
            let scheme = recognise(&head, &params);
            let request = Request::from_parts(parts, full(bytes.clone()));
            route(domains, arrival, scheme, Incoming { head, form: Some((params, bytes)), request }).await
        }
        Err(failure) => rpc::refuse(domains, &arrival, &head, &failure).await,
    }
}

/// A request whose head was read.
pub(crate) struct Incoming {
    /// The head, as it was on the wire.
    pub(crate) head: Head,
    /// The form body, if it had to be read to tell the dialect.
    pub(crate) form: Option<(Params, Bytes)>,
    /// The request, its body unread (or read and put back).
    pub(crate) request: Request,
}

async fn route(domains: &Arc<Domains>, arrival: Arrival, scheme: Scheme, incoming: Incoming) -> Response {
    match scheme.family() {
        Family::Rpc => rpc::serve(domains, arrival, scheme, incoming).await,
        Family::Oss => oss::serve(domains, arrival, scheme, incoming).await,
        Family::S3 => s3::serve(domains, arrival, incoming).await,
    }
}

/// What anyone may read: the trails' tiles and checkpoints. They hold salted hashes and sizes, no event.
async fn own(domains: &Domains, path: &str) -> Response {
    let found = match path.strip_prefix("trail/").and_then(|rest| rest.split_once('/')) {
        Some((iam::GLOBAL, rest)) => trail::serve::read(&domains.identity_trail, rest).await,
        Some((region, rest)) => match domains.region(Some(region)) {
            Ok(region) => trail::serve::read(&region.trail, rest).await,
            Err(failure) => Err(failure),
        },
        None => Err(Failure::of(types::Reason::ActionNotFound)),
    };
    let mut response = match found {
        Ok(file) => {
            let mut response = Response::new(full(file.bytes));
            if let Ok(kind) = http::HeaderValue::from_str(file.content_type) {
                response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
            }
            response
        }
        Err(_) => {
            let mut response = Response::new(full("There is no such thing.\n"));
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
        }
    };
    response.headers_mut().insert(http::header::CACHE_CONTROL, http::HeaderValue::from_static("no-cache"));
    response
}
