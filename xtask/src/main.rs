//! Developer commands, run as `cargo xtask <command>`.
//!
//! Nothing here is part of the product: these commands hold the house rules, measure the server and kill it on purpose.
#![expect(clippy::disallowed_methods, reason = "measuring a server and killing it at random moments need real time")]

mod bench;
mod client;
mod compat;
mod crash;
mod licences;
mod numbers;
mod outcome;
mod server;
mod tidy;
mod workspace;

use clap::{Parser, Subcommand};
use outcome::Outcome;
use std::process::ExitCode;

/// Developer commands of the Bailee workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check the house rules that neither rustfmt nor clippy knows: crate edges, sizes, secret types.
    Tidy,
    /// Check the licence of every crate in the lock file against deny.toml.
    Licences,
    /// Write docs/compatibility.md anew from the dialects' tables.
    Compat,
    /// Kill a loaded server again and again; whatever it acknowledged has to be there afterwards.
    Crash(crash::Options),
    /// Measure a server, or any S3 endpoint, beside the ceilings of this machine.
    Bench(bench::Options),
    /// Answer PUT and GET without storing anything: the ceiling that `bench` measures against.
    #[command(hide = true)]
    BareServer(bench::BareOptions),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Tidy => tidy::run(),
        Command::Licences => licences::run(),
        Command::Compat => compat::run(),
        Command::Crash(options) => crash::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::BareServer(options) => bench::run_bare(&options),
    };
    match outcome {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// What a command says when all went well.
pub(crate) type Summary = Outcome<String>;
