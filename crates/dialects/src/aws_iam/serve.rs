use super::answer::{done, failed};
use super::context::Context;
use super::input::Input;
use super::row::{Row, ServiceName};
use crate::arrival::Arrival;
use crate::aws_call::{authenticate, check_service, read_signature};
use crate::body::{self, Response};
use crate::domains::Domains;
use crate::serve::Incoming;
use crate::settle::settle;
use bytes::Bytes;
use iam::Caller;
use serde_json::Value;
use std::sync::Arc;
use types::{Failure, Reason, Result, limits};
use wire::signature::Scheme;
use wire::{Head, Params, form};

/// Where Amazon's identities are at home. They belong to no region here either, and clients sign for this one or for that
/// which they are set to.
const HOME: &str = "us-east-1";

/// Answers a request.
pub(crate) async fn serve(domains: &Arc<Domains>, arrival: Arrival, scheme: Scheme, incoming: Incoming) -> Response {
    let head = incoming.head.clone();
    let taken = take(incoming).await;
    let version = taken.as_ref().ok().and_then(|(params, _)| params.get("Version"));
    let service = version.and_then(ServiceName::of_version);
    let spelled = service.unwrap_or(ServiceName::Iam);
    let mut caller = Caller::anonymous(arrival.call(spelled.dialect(), head.header("user-agent").unwrap_or_default()));
    let result = match taken {
        Ok((params, body)) => run(domains, &mut caller, service, scheme, (&head, params, body)).await,
        Err(failure) => Err(failure),
    };
    finish(domains, spelled, &caller, result).await
}

/// The parameters of query and form together, and the body as it was sent.
async fn take(incoming: Incoming) -> Result<(Params, Bytes)> {
    let Incoming { head, form, request } = incoming;
    let (form, body) = match form {
        Some(read) => read,
        None => {
            let body = body::collect(request.into_body(), limits::FORM_BYTES).await?;
            (form::parse(&head, &body)?, body)
        }
    };
    Ok((Params::parse(head.raw_query().as_bytes())?.merged(&form)?, body))
}

async fn run(
    domains: &Arc<Domains>,
    caller: &mut Caller,
    service: Option<ServiceName>,
    scheme: Scheme,
    (head, params, body): (&Head, Params, Bytes),
) -> Result<Value> {
    // The signature comes first: whoever has none learns nothing of what there is.
    let action = params.get("Action").unwrap_or_default();
    let proves_itself = matches!(scheme, Scheme::Anonymous(_))
        && service.and_then(|service| Row::find(service, action)).is_some_and(|row| row.unsigned);
    let signed = if proves_itself { None } else { Some(read_signature(scheme, head, &body)?) };
    if let Some(signed) = &signed {
        authenticate(domains, caller, signed, &regions(domains)).await?;
    }
    let service = service.ok_or_else(|| Failure::of(Reason::ApiVersionNotFound))?;
    if let Some(signed) = &signed {
        check_service(signed, service.in_credentials())?;
    }
    let row = Row::find(service, action).ok_or_else(|| Failure::of(Reason::ActionNotFound))?;
    caller.set_operation(row.name);
    let handler = row
        .run
        .ok_or_else(|| Failure::new(Reason::NotImplemented, format!("The action {} is not supported.", row.name)))?;
    let input = Input::new(params, row.takes)?;
    handler(&Context { domains, caller, input: &input }).await
}

/// The regions a call may be signed for.
fn regions(domains: &Domains) -> Vec<&str> {
    let mut regions = domains.region_names();
    if !regions.contains(&HOME) {
        regions.push(HOME);
    }
    regions
}

/// Sees to it that the call is in the log, and spells the answer. If it cannot be recorded, it was not done.
async fn finish(domains: &Domains, service: ServiceName, caller: &Caller, result: Result<Value>) -> Response {
    match result {
        Ok(members) => done(service, caller.call(), &members),
        Err(failure) => {
            let failure = settle(domains, &domains.identity, caller, failure).await;
            failed(service, caller.call(), &failure)
        }
    }
}
