//! Developer commands, run as `cargo xtask <command>`.
//!
//! Nothing here is part of the product: these commands hold the house rules, measure the server and kill it on purpose.

mod licences;
mod outcome;
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
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Tidy => tidy::run(),
        Command::Licences => licences::run(),
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

/// Runs a command's body and keeps its one-line summary.
pub(crate) type Summary = Outcome<String>;
