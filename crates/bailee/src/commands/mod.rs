//! What the binary does besides serving.

pub(crate) mod account;
pub(crate) mod client;
pub(crate) mod erasure;
pub(crate) mod operator;
pub(crate) mod receipt;
pub(crate) mod seal;
pub(crate) mod trail;

use crate::Stop;
use crate::config::Settings;
use crate::deployment::Deployment;
use iam::{Iam, Operation, Run};
use serde_json::Value;
use std::process::ExitCode;

/// Runs a tool to its end.
fn block_on<T>(work: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Runs an operation on identities, in a data folder whose server is stopped.
fn perform<Op: Operation>(settings: &Settings, name: &'static str, op: Op) -> Result<Op::Output, Stop>
where
    Iam: Run<Op>,
{
    block_on(async {
        let deployment = Deployment::open(settings).await?;
        let domains = &deployment.domains;
        let done = domains.gate.perform(&deployment.service("cli", name), &domains.iam, op).await;
        deployment.close().await?;
        Ok(done?)
    })
}

/// Prints what came of it.
fn print(value: &Value) -> Result<ExitCode, Stop> {
    println!("{value:#}");
    Ok(ExitCode::SUCCESS)
}
