use super::answer::{done, failed};
use super::context::{Answer, Context};
use super::row::{Row, ServiceName};
use crate::arrival::Arrival;
use crate::body::{self, Response};
use crate::domains::{Domains, Region};
use crate::serve::Incoming;
use crate::settle::settle;
use bytes::Bytes;
use iam::{Caller, Claim, Nonce};
use std::sync::Arc;
use store::Store;
use types::{Dialect, Failure, Reason, Result, limits};
use wire::signature::{Scheme, Signed, acs, rpc};
use wire::{Head, Params, form};

/// A request as this dialect takes it: its parameters together, and its body as it was sent.
struct Taken {
    head: Head,
    scheme: Scheme,
    params: Params,
    body: Bytes,
}

/// Answers a request of one of the services.
pub(crate) async fn serve(domains: &Arc<Domains>, arrival: Arrival, scheme: Scheme, incoming: Incoming) -> Response {
    let head = incoming.head.clone();
    match take(scheme, incoming).await {
        Ok(taken) => answer(domains, &arrival, taken).await,
        Err(failure) => refuse(domains, &arrival, &head, &failure).await,
    }
}

/// Refuses a request whose parameters could not be read, so that its service is known only if a header says so.
pub(crate) async fn refuse(domains: &Arc<Domains>, arrival: &Arrival, head: &Head, failure: &Failure) -> Response {
    let service = head.header("x-acs-version").and_then(ServiceName::of_version);
    let caller = caller(arrival, head, service);
    finish(domains, service, &caller, Err(Failure::new(failure.reason(), failure.to_string()))).await
}

async fn take(scheme: Scheme, incoming: Incoming) -> Result<Taken> {
    let Incoming { head, form, request } = incoming;
    let (form, body) = match form {
        Some(read) => read,
        None => {
            let body = body::collect(request.into_body(), limits::FORM_BYTES).await?;
            (form::parse(&head, &body)?, body)
        }
    };
    let query = Params::parse(head.raw_query().as_bytes())?;
    let params = query.merged(&form)?;
    Ok(Taken { head, scheme, params, body })
}

async fn answer(domains: &Arc<Domains>, arrival: &Arrival, taken: Taken) -> Response {
    let named = rpc::route(&taken.head, &taken.params, taken.scheme);
    let service = named.as_ref().ok().and_then(|call| ServiceName::of_version(&call.version));
    let mut caller = caller(arrival, &taken.head, service);
    let result = match named {
        Ok(named) => run(domains, &mut caller, service, &named, &taken).await,
        Err(failure) => Err(failure),
    };
    finish(domains, service, &caller, result).await
}

async fn run(
    domains: &Arc<Domains>,
    caller: &mut Caller,
    service: Option<ServiceName>,
    named: &rpc::Route,
    taken: &Taken,
) -> Result<Answer> {
    // The signature comes first: whoever has none learns nothing of what there is.
    let proves_itself = matches!(taken.scheme, Scheme::Anonymous(_))
        && service.and_then(|service| Row::find(service, &named.action)).is_some_and(|row| row.unsigned);
    if !proves_itself {
        authenticate(domains, caller, taken).await?;
    }
    let service = service.ok_or_else(|| Failure::of(Reason::ApiVersionNotFound))?;
    let row = Row::find(service, &named.action).ok_or_else(|| Failure::of(Reason::ActionNotFound))?;
    caller.set_operation(row.name);
    let handler = row
        .run
        .ok_or_else(|| Failure::new(Reason::NotImplemented, format!("The action {} is not supported.", row.name)))?;
    let region = region(domains, &taken.params)?;
    handler(&Context { domains, service, region, caller, params: &taken.params }).await
}

/// SDKs send the region they are set to; a region that is none of ours is a wrong setting, and said to be.
fn region<'d>(domains: &'d Domains, params: &Params) -> Result<&'d Arc<Region>> {
    domains.region(params.optional("RegionId"))
}

async fn authenticate(domains: &Domains, caller: &mut Caller, taken: &Taken) -> Result<()> {
    let signed = match taken.scheme {
        Scheme::Acs3 | Scheme::Acs4 => acs::read(&taken.head, &taken.body)?,
        Scheme::Rpc => rpc::read(&taken.head, &taken.params)?,
        Scheme::Anonymous(_) => return Err(Reason::MissingAuthentication.into()),
        _ => return Err(Failure::new(Reason::SignatureMalformed, "This kind of signature is not supported.")),
    };
    let now = caller.call().time;
    let regions = domains.region_names();
    let claim = claim(&signed);
    domains.gate.authenticate(caller, claim, |secret| signed.verify(secret, now, &regions)).await
}

/// A request without a nonce (the KMS interface does not ask for one) is known again by its signature.
fn claim(signed: &Signed) -> Claim {
    let value = signed.nonce.as_deref().unwrap_or(signed.signature()).to_owned();
    let nonce = signed.time.map(|signed_at| Nonce { value, signed_at });
    Claim { access_key: signed.access_key_id.clone(), token: signed.security_token.clone(), nonce }
}

/// Sees to it that the call is in the log, and spells the answer. If it cannot be recorded, it was not done.
async fn finish(domains: &Domains, service: Option<ServiceName>, caller: &Caller, result: Result<Answer>) -> Response {
    let call = caller.call();
    match result {
        Ok(members) => done(call, members),
        Err(failure) => {
            let failure = match store(domains, service) {
                Ok(store) => settle(domains, store, caller, failure).await,
                Err(nowhere) => nowhere,
            };
            failed(service.unwrap_or(ServiceName::Ram), call, &failure)
        }
    }
}

/// The store whose trail a call to the service goes to.
fn store(domains: &Domains, service: Option<ServiceName>) -> Result<&Store> {
    match service {
        Some(ServiceName::Kms) => Ok(&domains.region(None)?.store),
        _ => Ok(&domains.identity),
    }
}

fn caller(arrival: &Arrival, head: &Head, service: Option<ServiceName>) -> Caller {
    let unknown = Dialect { service: "Unknown", source: "openapi", version: "", code: super::errors::ram_code };
    let dialect = service.map_or(unknown, ServiceName::dialect);
    Caller::anonymous(arrival.call(dialect, head.header("user-agent").unwrap_or_default()))
}
