//! What the binary does besides serving.

pub(crate) mod account;
pub(crate) mod client;
pub(crate) mod operator;
pub(crate) mod seal;
pub(crate) mod trail;

use crate::Stop;

/// Runs a tool to its end.
fn block_on<T>(work: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
