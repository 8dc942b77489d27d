use super::answer::{failed, signed, verdict};
use super::context::Context;
use super::cors;
use super::direct::{self, Way};
use super::handler::Handler;
use super::host::{Host, Names};
use super::identity::{Access, Secrets, claim, claimed, disbelieved, explained};
use super::{errors, intake, ranges};
use crate::arrival::Arrival;
use crate::body::Response;
use crate::domains::{Domains, Region};
use crate::serve::Incoming;
use crate::settle::settle;
use http::{Method, StatusCode, header};
use http_body_util::BodyExt;
use iam::{Caller, Claim};
use s3s::access::S3Access;
use s3s::config::{S3Config, S3ConfigProvider, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{HttpRequest, HttpResponse};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use types::{Dialect, Failure, Reason, Result, limits};
use wire::{Head, Params};

pub(super) const DIALECT: Dialect =
    Dialect { service: "S3", source: "s3.amazonaws.com", version: "2006-03-01", code: errors::code };

/// What `s3s` is set to. The clock is checked before, by the server's own: its own check uses the machine's, so it is
/// made to let everything pass.
static CONFIG: LazyLock<Arc<dyn S3ConfigProvider>> = LazyLock::new(|| {
    let mut config = S3Config::default();
    config.xml_max_body_size = limits::XML_BYTES;
    config.presigned_url_max_skew_time_secs = u32::MAX;
    config.normalize_forward_slash_path = false;
    Arc::new(StaticConfigProvider::new(Arc::new(config)))
});

/// Sub-resources that are younger than the routes of `s3s`.
const UNROUTED: &[&str] =
    &["renameObject", "metadataConfiguration", "metadataInventoryTable", "metadataJournalTable", "abac", "annotation"];

/// Answers a request.
pub(crate) async fn serve(domains: &Arc<Domains>, arrival: Arrival, incoming: Incoming) -> Response {
    let Incoming { head, form: _, request } = incoming;
    let call = arrival.call(DIALECT, head.header("user-agent").unwrap_or_default());
    let nobody = Caller::anonymous(call);
    if let Some(bucket) = cors::preflight(domains, &head) {
        return cors::asked(domains, nobody, &head, bucket).await;
    }
    let now = domains.clock.now();
    let known = match claimed(&head, now) {
        Ok(None) => anonymous(domains, &head).await.map(|region| (region, None)),
        Ok(Some(identity)) => region(domains, &identity.scope.region).map(|region| (region, Some(claim(identity)))),
        Err(failure) => Err(failure),
    };
    let known = known.and_then(|known| refuse_unrouted(&head).map(|()| known));
    match known {
        Ok((region, Some(claim))) => {
            let way = Way { domains, region, nobody: &nobody, claim: &claim };
            match direct::serve(&way, &head, request).await {
                Ok(response) => response,
                Err(request) => Box::pin(answer(domains, region, nobody, Some(claim), &head, request)).await,
            }
        }
        Ok((region, None)) => Box::pin(answer(domains, region, nobody, None, &head, request)).await,
        Err(failure) => refuse(domains, &nobody, &head, failure).await,
    }
}

/// The region a request was signed for. Clients that are set to another learn the right one from the answer and sign
/// again.
pub(super) fn region<'d>(domains: &'d Domains, name: &str) -> Result<&'d Arc<Region>> {
    if let Ok(region) = domains.region(Some(name)) {
        return Ok(region);
    }
    Err(wrong_region(domains.region_names().first().copied().unwrap_or_default()))
}

fn wrong_region(right: &str) -> Failure {
    let text = format!("The authorization header is malformed; the region is wrong; expecting '{right}'.");
    Failure::new(Reason::RegionMismatch, text).with("Region", right)
}

/// The region of a request without a signature. A body in chunks is put together again only behind a verified one.
async fn anonymous<'d>(domains: &'d Domains, head: &Head) -> Result<&'d Arc<Region>> {
    if head.header("x-amz-content-sha256").is_some_and(|kind| kind.starts_with("STREAMING-")) {
        return Err(Failure::new(Reason::NotImplemented, "A body in chunks needs a signature."));
    }
    let location = domains.addressing.resolve(head.header("host").unwrap_or_default(), head.raw_path())?;
    let bucket = location.bucket.and_then(|name| name.parse().ok());
    domains.region_for(None, bucket.as_ref()).await
}

/// Refuses what `s3s` would take for something else: forms that are signed as other requests are, and sub-resources that it does not know, of
/// which it sees the object or bucket alone.
fn refuse_unrouted(head: &Head) -> Result<()> {
    let query = Params::parse(head.raw_query().as_bytes())?;
    if let Some(name) = UNROUTED.iter().find(|name| query.contains(name)) {
        return Err(Failure::new(Reason::NotImplemented, format!("The sub-resource {name} is not supported.")));
    }
    let form = head.header("content-type").is_some_and(|t| t.to_ascii_lowercase().starts_with("multipart/form-data"));
    if head.method() == Method::POST && form {
        let text = "An upload form has its signature in its fields, and goes to a bucket.";
        return Err(Failure::new(Reason::FormMalformed, text));
    }
    Ok(())
}

/// Refuses a request before anything about its sender was verified.
async fn refuse(domains: &Arc<Domains>, nobody: &Caller, head: &Head, failure: Failure) -> Response {
    let failure = match domains.region(None) {
        Ok(region) => settle(domains, &region.store, nobody, failure).await,
        Err(failure) => failure,
    };
    failed(head, nobody.call(), &failure)
}

async fn answer(
    domains: &Arc<Domains>,
    region: &Arc<Region>,
    nobody: Caller,
    claim: Option<Claim>,
    head: &Head,
    request: crate::body::Request,
) -> Response {
    let cx = Arc::new(Context::new(domains.clone(), region.clone(), nobody, claim));
    let result = match prepared(&cx, head, request) {
        Ok(request) => called(&cx, head, request).await.and_then(|response| judged(&cx, response)),
        Err(failure) => Err(failure),
    };
    let call = cx.caller().call();
    match result {
        Ok(response) => signed(response, call),
        Err(failure) => {
            let failure = finish(&cx, head, failure).await;
            failed(head, call, &failure)
        }
    }
}

fn prepared(cx: &Arc<Context>, head: &Head, request: crate::body::Request) -> Result<HttpRequest> {
    let content = intake::is_content(cx, head)?;
    let (parts, body) = request.into_parts();
    let body = intake::watched(cx, content, head, parts.headers.clone(), body);
    Ok(HttpRequest::from_parts(parts, body))
}

/// Lets `s3s` verify and decode a request and call the handler. One whose range it cannot read goes there twice: to be
/// verified as it came, and then without that range, by a service that verifies nothing.
async fn called(cx: &Arc<Context>, head: &Head, request: HttpRequest) -> Result<HttpResponse> {
    let failed = |error| Failure::internal(s3s::StdError::from(error));
    let Some(again) = ranges::readable(head, &request)? else {
        return verifying(cx, Access(cx.clone())).call(request).await.map_err(failed);
    };
    let passed = Arc::new(AtomicBool::new(false));
    let probe = ranges::Probe { access: Access(cx.clone()), passed: passed.clone() };
    let refusal = verifying(cx, probe).call(request).await.map_err(failed)?;
    if !passed.load(Ordering::Acquire) {
        return Ok(refusal);
    }
    service(cx).build().call(again).await.map_err(failed)
}

fn verifying(cx: &Arc<Context>, access: impl S3Access) -> S3Service {
    let mut builder = service(cx);
    builder.set_auth(Secrets(cx.clone()));
    builder.set_access(access);
    builder.build()
}

fn service(cx: &Arc<Context>) -> S3ServiceBuilder {
    let mut builder = S3ServiceBuilder::new(Handler(cx.clone()));
    builder.set_config(CONFIG.clone());
    builder.set_host(Host(cx.clone()));
    builder.set_validation(Names);
    builder
}

/// The answer, if it is a good one.
fn judged(cx: &Context, response: HttpResponse) -> Result<Response> {
    if let Some(failure) = cx.take_failure() {
        return Err(failure);
    }
    if !response.status().is_success() {
        return Err(verdict(&response));
    }
    // Every operation that succeeds was recorded with its effect.
    if !cx.caller().recorded() {
        return Err(Failure::internal("an operation was answered without a record"));
    }
    let (mut parts, body) = response.into_parts();
    if parts.status == StatusCode::OK && parts.headers.contains_key(header::CONTENT_RANGE) {
        parts.status = StatusCode::PARTIAL_CONTENT;
    }
    if let Some(tags) = cx.tags() {
        parts.headers.insert(direct::TAGGING_COUNT, tags.into());
    }
    let body = cx.take_content().unwrap_or_else(|| body.boxed_unsync());
    Ok(Response::from_parts(parts, body))
}

/// Sees to it that a failure is in the log, as one of the caller's: whoever that is, if the signature was not right.
async fn finish(cx: &Context, head: &Head, failure: Failure) -> Failure {
    if cx.is_decoded() {
        return recorded(&cx.domains, &cx.region, cx.caller(), failure).await;
    }
    let failure = settle(&cx.domains, &cx.region.store, &disbelieved(cx).await, failure).await;
    if failure.reason() == Reason::SignatureMismatch { explained(head, failure) } else { failure }
}

/// The failure of a call whose sender is known, in the log; or that its bucket is in another region.
pub(super) async fn recorded(domains: &Domains, region: &Region, caller: &Caller, failure: Failure) -> Failure {
    let failure = settle(domains, &region.store, caller, failure).await;
    let other = domains.elsewhere(region, &failure).await;
    other.map_or(failure, |region| wrong_region(region.id.as_str()))
}
