use crate::arrival::Arrival;
use crate::body::{self, Request, Response, full};
use crate::cors::Crossing;
use crate::domains::Domains;
use crate::{aws_iam, aws_kms, oss, rpc, s3, upload_form};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;
use types::limits;
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
    if upload_form::is_one(domains, &head) {
        return upload_form::serve(domains, arrival, &head, Request::from_parts(parts, incoming)).await;
    }
    // Only a form may hide what dialect it is, and no form is large.
    let unclear =
        form::announced(&head) && matches!(head.raw_path(), "/" | "") && head.header("authorization").is_none();
    if !unclear {
        let scheme = recognise(&head, &Params::default());
        return route(
            domains,
            arrival,
            scheme,
            Incoming { head, form: None, request: Request::from_parts(parts, incoming) },
        )
        .await;
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

/// Each dialect's future is a large one, and every call would carry, and move, room for the largest of them.
async fn route(domains: &Arc<Domains>, arrival: Arrival, scheme: Scheme, incoming: Incoming) -> Response {
    let crossing = Crossing::of(&incoming.head, scheme.family());
    let response = match scheme.family() {
        Family::Rpc => Box::pin(rpc::serve(domains, arrival, scheme, incoming)).await,
        Family::Oss => Box::pin(oss::serve(domains, arrival, scheme, incoming)).await,
        Family::S3 => Box::pin(s3::serve(domains, arrival, incoming)).await,
        Family::AwsJson => Box::pin(aws_kms::serve(domains, arrival, scheme, incoming)).await,
        Family::AwsQuery => Box::pin(aws_iam::serve(domains, arrival, scheme, incoming)).await,
    };
    match crossing {
        Some(crossing) => crossing.answered(domains, response).await,
        None => response,
    }
}

/// What anyone may read: the trails' tiles and checkpoints. They hold salted hashes and sizes, no event.
async fn own(domains: &Domains, path: &str) -> Response {
    match published(domains, path).await {
        Ok(Some(file)) => {
            let mut response = Response::new(full(file.bytes));
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(file.cache_control));
            response
        }
        Ok(None) => plain(StatusCode::NOT_FOUND, "There is no such thing.\n"),
        Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "This cannot be read right now.\n"),
    }
}

/// `trail/<region>/<account>/…`
async fn published(domains: &Domains, path: &str) -> types::Result<Option<trail::Served>> {
    let Some((region, rest)) = path.strip_prefix("trail/").and_then(|rest| rest.split_once('/')) else {
        return Ok(None);
    };
    if region == iam::GLOBAL {
        return trail::serve(&domains.identity_trail, rest).await;
    }
    match domains.region(Some(region)) {
        Ok(region) => trail::serve(&region.trail, rest).await,
        Err(_) => Ok(None),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    response
}
