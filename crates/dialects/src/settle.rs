use crate::domains::Domains;
use iam::Caller;
use std::error::Error;
use store::Store;
use types::{Call, Failure};

/// The failure to answer a call with: this one, once it is in the log; or that it could not be put there, which then is
/// what counts.
pub(crate) async fn settle(domains: &Domains, store: &Store, caller: &Caller, failure: Failure) -> Failure {
    let settled = match caller.recorded() {
        true => failure,
        false => domains.gate.record(caller, store, &failure).await.err().unwrap_or(failure),
    };
    log_fault(caller.call(), &settled);
    settled
}

/// Tells those who run the server of a fault of ours, with all that lies behind it: the caller is told only that there
/// was one. Called once for each answer.
pub(crate) fn log_fault(call: &Call, failure: &Failure) {
    if !failure.reason().is_fault() {
        return;
    }
    let mut chain = Vec::new();
    let mut source = failure.source();
    while let Some(cause) = source {
        chain.push(cause.to_string());
        source = cause.source();
    }
    tracing::error!(request = %call.id, operation = call.operation, reason = ?failure.reason(), cause = chain.join(": "), "a call failed");
}
