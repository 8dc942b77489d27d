//! Bailee: data custody that can be proved. One binary: the server, and the tools that check it.

mod admin;
mod cli;
mod commands;
mod config;
mod control;
mod deployment;
mod finishing;
mod issuers;
mod listener;
mod logging;
mod meters;
#[cfg(test)]
mod open_folder;
mod ops_server;
mod places;
mod quotas;
mod rates;
mod rewrapping;
mod seal_desk;
mod sealing;
mod serve;
mod tls;
mod webhook;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bailee: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Why the program stops, in words for the person who started it.
type Stop = Box<dyn std::error::Error + Send + Sync>;
