use super::context::{Context, bucket};
use super::row::OssRow;
use super::table::ROWS;
use super::{answer, errors};
use crate::arrival::Arrival;
use crate::body::Response;
use crate::cors;
use crate::domains::{Domains, Region};
use crate::serve::Incoming;
use crate::settle::settle;
use iam::{Caller, Claim, Nonce};
use std::sync::Arc;
use types::{Dialect, Failure, Reason, Result};
use wire::signature::{Family, Scheme, Signed, oss};
use wire::{Head, Location, Params, Style};

/// How this dialect's events are spelled.
pub(super) const DIALECT: Dialect =
    Dialect { service: "Oss", source: "oss.aliyuncs.com", version: "2019-05-17", code: errors::code };

/// A call under way: who makes it, and where it went, once that is known.
pub(super) struct Underway {
    pub(super) caller: Caller,
    pub(super) region: Option<Arc<Region>>,
}

/// What an error's answer says about its request.
pub(super) struct Shown {
    pub(super) host: String,
    /// Whether the answer may have no body.
    pub(super) bare: bool,
}

/// Answers a request of OSS.
pub(crate) async fn serve(domains: &Arc<Domains>, arrival: Arrival, scheme: Scheme, incoming: Incoming) -> Response {
    let head = &incoming.head;
    let host = head.header("host").unwrap_or_default().to_owned();
    let shown = Shown { host, bare: head.method() == "HEAD" };
    let caller = Caller::anonymous(arrival.call(DIALECT, head.header("user-agent").unwrap_or_default()));
    let mut underway = Underway { caller, region: None };
    let result = run(domains, scheme, incoming, &mut underway).await;
    finish(domains, underway, &shown, result).await
}

/// Refuses a request whose head could not be read.
pub(crate) async fn refuse(domains: &Arc<Domains>, arrival: &Arrival, failure: &Failure) -> Response {
    let underway = Underway { caller: Caller::anonymous(arrival.call(DIALECT, "")), region: None };
    let shown = Shown { host: DIALECT.source.to_owned(), bare: false };
    finish(domains, underway, &shown, Err(Failure::new(failure.reason(), failure.to_string()))).await
}

async fn run(domains: &Arc<Domains>, scheme: Scheme, incoming: Incoming, underway: &mut Underway) -> Result<Response> {
    let head = &incoming.head;
    // Nobody signs a preflight, and its query is the coming request's, a signed URL's perhaps.
    let (scheme, query) = match head.method() == cors::METHOD {
        true => (Scheme::Anonymous(Family::Oss), Params::default()),
        false => (scheme, Params::parse(head.raw_query().as_bytes())?),
    };
    let mut location = domains.addressing.resolve(head.header("host").unwrap_or_default(), head.raw_path())?;
    let mut row = OssRow::find(ROWS, head, &query, &location);
    if let Ok(row) = &row {
        underway.caller.set_operation(row.name);
    }
    // The signature comes first: whoever has none learns nothing of what there is.
    let proved = authenticate(domains, &mut underway.caller, scheme, head, &location).await?;
    if let Some(other) = proved.location {
        row = OssRow::find(ROWS, head, &query, &other);
        location = other;
        underway.caller.set_operation(row.as_ref().map_or("", |row| row.name));
    }
    let signed_for = proved.region;
    let region = domains.region_for(signed_for.as_deref(), bucket(&location)?.as_ref()).await?.clone();
    underway.region = Some(region.clone());
    let row = row?;
    let handler = row
        .run
        .ok_or_else(|| Failure::new(Reason::NotImplemented, format!("The operation {} is not supported.", row.name)))?;
    row.check(head, &query)?;
    let place = (&**domains, &region, &underway.caller);
    handler(Context::read(row, place, (&query, &location), incoming).await?).await
}

/// What a signature says beside who made it.
#[derive(Default)]
struct Proved {
    /// The region it is for, if it says.
    region: Option<String>,
    /// What the request is about, if that is not what it seems to be.
    location: Option<Location>,
}

/// Makes somebody of the caller, unless the request is not signed.
async fn authenticate(
    domains: &Domains,
    caller: &mut Caller,
    scheme: Scheme,
    head: &Head,
    location: &Location,
) -> Result<Proved> {
    match scheme {
        Scheme::Anonymous(_) => return Ok(Proved::default()),
        Scheme::OssV1 | Scheme::OssV2 | Scheme::OssV4 => {}
        Scheme::Acs3
        | Scheme::Acs4
        | Scheme::Rpc
        | Scheme::Aws
        | Scheme::AwsJson
        | Scheme::AwsQuery
        | Scheme::Unsupported(_) => {
            return Err(Failure::new(Reason::SignatureMalformed, "This kind of signature is not supported."));
        }
    }
    let signed = oss::read(head, location)?;
    let other = named_twice(domains, head, location);
    let other = other.map(|other| Ok::<_, Failure>((oss::read(head, &other)?, other))).transpose()?;
    let now = caller.call().time;
    let regions = domains.region_names();
    let mut proved = Proved { region: signed.scope.as_ref().map(|scope| scope.region.clone()), location: None };
    let claim = claim(&signed);
    let verify = |secret: &[u8]| match (signed.verify(secret, now, &regions), other) {
        (Err(failure), Some((again, other))) if failure.reason() == Reason::SignatureMismatch => {
            again.verify(secret, now, &regions).map_err(|_| failure)?;
            proved.location = Some(other);
            Ok(())
        }
        (result, _) => result,
    };
    domains.gate.authenticate(caller, claim, verify).await?;
    Ok(proved)
}

/// The other reading of a request that names its bucket in its host and, again, at the start of its path, as ali-oss
/// does when it is told to use path style at an address. It could as well be a key that starts like the bucket; which of
/// the two was meant the signature tells, since it covers bucket and key whatever the style (alibaba-wire §3.1).
fn named_twice(domains: &Domains, head: &Head, location: &Location) -> Option<Location> {
    if location.style != Style::VirtualHost {
        return None;
    }
    let other = domains.addressing.resolve("", head.raw_path()).ok()?;
    (other.bucket == location.bucket).then_some(other)
}

pub(super) fn claim(signed: &Signed) -> Claim {
    let nonce = signed.nonce.clone().zip(signed.time).map(|(value, signed_at)| Nonce { value, signed_at });
    Claim { access_key: signed.access_key_id.clone(), token: signed.security_token.clone(), nonce }
}

/// A bucket that is not where it was looked for is not missing if another region has it.
async fn misplaced(domains: &Domains, here: &Region, failure: Failure) -> Failure {
    match domains.elsewhere(here, &failure).await {
        Some(region) => Failure::of(Reason::RegionMismatch).with("ExpectedRegion", region.id.as_str()),
        None => failure,
    }
}

/// Sees to it that the call is in the log, and spells the answer. If it cannot be recorded, it was not done.
pub(super) async fn finish(domains: &Domains, underway: Underway, shown: &Shown, result: Result<Response>) -> Response {
    let Underway { caller, region } = underway;
    let result = match result {
        Err(failure) => match region.map_or_else(|| domains.region(None).cloned(), Ok) {
            Ok(region) => {
                let failure = settle(domains, &region.store, &caller, failure).await;
                Err(misplaced(domains, &region, failure).await)
            }
            Err(nowhere) => Err(nowhere),
        },
        done => done,
    };
    let call = caller.call();
    let mut response = result.unwrap_or_else(|failure| answer::failed(call, &shown.host, shown.bare, &failure));
    answer::stamp(&mut response, call, domains.clock.now());
    response
}
