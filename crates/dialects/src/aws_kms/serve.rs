use super::answer::{done, failed};
use super::context::Context;
use super::errors;
use super::input::Input;
use super::row::Row;
use crate::arrival::Arrival;
use crate::aws_call::{authenticate, check_service, read_signature};
use crate::body::{self, Response};
use crate::domains::{Domains, Region};
use crate::serve::Incoming;
use crate::settle::settle;
use iam::Caller;
use serde_json::Value;
use std::sync::Arc;
use types::{Dialect, Failure, Reason, Result, limits};
use wire::Head;
use wire::signature::Scheme;

/// Events have the name of the service that all dialects share, and the host that this one's clients think they talk to.
const DIALECT: Dialect =
    Dialect { service: "Kms", source: "kms.amazonaws.com", version: "2014-11-01", code: errors::code };

/// What comes before the operation's name.
const PREFIX: &str = "TrentService.";

/// Answers a request.
pub(crate) async fn serve(domains: &Arc<Domains>, arrival: Arrival, scheme: Scheme, incoming: Incoming) -> Response {
    let mut caller = Caller::anonymous(arrival.call(DIALECT, incoming.head.header("user-agent").unwrap_or_default()));
    let mut region = None;
    let result = run(domains, &mut caller, &mut region, scheme, incoming).await;
    finish(domains, region, &caller, result).await
}

/// `region` becomes the one that the request turns out to be for.
async fn run<'d>(
    domains: &'d Arc<Domains>,
    caller: &mut Caller,
    region: &mut Option<&'d Arc<Region>>,
    scheme: Scheme,
    incoming: Incoming,
) -> Result<Value> {
    let Incoming { head, form: _, request } = incoming;
    let body = body::collect(request.into_body(), limits::FORM_BYTES).await?;
    // The signature comes first: whoever has none learns nothing of what there is.
    let signed = read_signature(scheme, &head, &body)?;
    check_service(&signed, "kms")?;
    authenticate(domains, caller, &signed, &domains.region_names()).await?;
    let here = domains.region(signed.scope.as_ref().map(|scope| scope.region.as_str()))?;
    *region = Some(here);
    let row = row(&head)?;
    caller.set_operation(row.name);
    let handler = row
        .run
        .ok_or_else(|| Failure::new(Reason::NotImplemented, format!("The operation {} is not supported.", row.name)))?;
    let input = Input::read(&body, row.takes)?;
    handler(&Context { domains, region: here, caller, input: &input }).await
}

fn row(head: &Head) -> Result<&'static Row> {
    let target = head.header("x-amz-target").unwrap_or_default();
    target.strip_prefix(PREFIX).and_then(Row::find).ok_or_else(|| Failure::of(Reason::ActionNotFound))
}

/// Sees to it that the call is in the log, and spells the answer. If it cannot be recorded, it was not done.
async fn finish(domains: &Domains, region: Option<&Arc<Region>>, caller: &Caller, result: Result<Value>) -> Response {
    let failure = match result {
        Ok(members) => return done(caller.call(), &members),
        Err(failure) => failure,
    };
    let failure = match region.map_or_else(|| domains.region(None), Ok) {
        Ok(region) => settle(domains, &region.store, caller, failure).await,
        Err(nowhere) => nowhere,
    };
    failed(caller.call(), &failure)
}
