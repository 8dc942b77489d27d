//! Receipts of events: made from a data folder, and checked anywhere.

use super::block_on;
use super::trail::{read, vkey};
use crate::Stop;
use crate::cli::{DataArgs, tool_settings};
use crate::deployment::Deployment;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use store::Store;
use trail::{Folder, NoteKey, Receipt};
use types::{AccountId, Timestamp};

/// Which event the receipt is for.
#[derive(Args)]
#[command(after_help = RECEIPT_HELP)]
pub(crate) struct ReceiptArgs {
    #[command(flatten)]
    pub(super) data: DataArgs,
    /// The account in whose trail it is
    #[arg(long, value_name = "ID")]
    pub(super) account: AccountId,
    /// The event's id
    #[arg(long, value_name = "ID")]
    pub(super) event: String,
    /// The event's time, as it has it; without one, only the newest events are looked at
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(super) time: Option<Timestamp>,
}

const RECEIPT_HELP: &str = "\
It reads a data folder that no server is using, such as a copy. A running server gives the same to whoever may ask for it: the \
actions GetEventReceipt and GetErasureReceipt of its ActionTrail interface.

  bailee trail receipt --account 1234567890123456 --event ID --time 2026-02-24T08:43:07Z > receipt.json
  bailee trail check-receipt receipt.json --vkey vkey
  bailee erasure receipt --account 1234567890123456 --event ID --time 2026-02-24T08:43:07Z > erasure.json
  bailee erasure verify erasure.json --vkey vkey";

/// What is checked, and by which key.
#[derive(Args)]
pub(crate) struct CheckArgs {
    /// The receipt
    #[arg(value_name = "FILE")]
    pub(super) receipt: PathBuf,
    /// The file with the log's key, kept from earlier; without it the key is taken from the receipt, and shown
    #[arg(long, value_name = "FILE")]
    pub(super) vkey: Option<PathBuf>,
}

impl CheckArgs {
    /// The key to verify with: one that was kept, or the receipt's own word, which is shown so that it can be.
    pub(super) fn key(&self, claimed: NoteKey) -> Result<NoteKey, Stop> {
        match &self.vkey {
            Some(path) => vkey(&read(path)?),
            None => {
                eprintln!("the key is the receipt's own word (keep it for --vkey): {claimed}");
                Ok(claimed)
            }
        }
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_iso(text).ok_or_else(|| "a time like 2012-02-24T08:43:07Z".to_owned())
}

/// Writes the receipt to the standard output.
pub(crate) fn make(args: &ReceiptArgs) -> Result<ExitCode, Stop> {
    let receipt = block_on(async {
        let deployment = Deployment::open(&tool_settings(&args.data)?).await?;
        let domains = &deployment.domains;
        let mut logs: Vec<(&Store, &PathBuf)> = vec![(&domains.identity, &domains.identity_trail)];
        logs.extend(domains.regions.iter().map(|region| (&region.store, &region.trail)));
        for (store, trails) in logs {
            let folder = Folder::of(trails, args.account);
            if let Some(receipt) = Receipt::of(store, &folder, args.account, &args.event, args.time).await? {
                return Ok(receipt);
            }
        }
        Err("there is no such event in this account's trails at that time".into())
    })?;
    println!("{}", serde_json::to_string_pretty(&receipt)?);
    Ok(ExitCode::SUCCESS)
}

/// Prints the event, if the receipt shows that it was recorded.
pub(crate) fn check(args: &CheckArgs) -> Result<ExitCode, Stop> {
    let receipt = Receipt::parse(&read(&args.receipt)?)?;
    let key = args.key(receipt.claimed_key()?)?;
    match receipt.verify(&key) {
        Ok((event, checkpoint)) => {
            println!("{}", serde_json::to_string_pretty(&event)?);
            eprintln!("ok: recorded in {}, under its checkpoint of {} events", checkpoint.origin, checkpoint.tree.size);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("NOT ok: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}
