//! Receipts of erasures: made from a data folder, and checked anywhere.

use super::block_on;
use super::receipt::{CheckArgs, ReceiptArgs};
use super::trail::read;
use crate::Stop;
use crate::cli::tool_settings;
use crate::deployment::Deployment;
use kms::{Erasure, ErasureReceipt};
use std::process::ExitCode;
use trail::Folder;

/// Writes the receipt to the standard output.
pub(crate) fn make(args: &ReceiptArgs) -> Result<ExitCode, Stop> {
    let receipt = block_on(async {
        let deployment = Deployment::open(&tool_settings(&args.data)?).await?;
        for region in &deployment.domains.regions {
            let folder = Folder::of(&region.trail, args.account);
            let found = ErasureReceipt::of(&region.store, &folder, args.account, &args.event, args.time).await?;
            if let Some(receipt) = found {
                return Ok(receipt);
            }
        }
        Err("there is no such event in this account's trails of the regions at that time".into())
    })?;
    println!("{}", serde_json::to_string_pretty(&receipt)?);
    Ok(ExitCode::SUCCESS)
}

/// Says what the receipt shows.
pub(crate) fn verify(args: &CheckArgs) -> Result<ExitCode, Stop> {
    let receipt = ErasureReceipt::parse(&read(&args.receipt)?)?;
    let key = args.key(receipt.claimed_key()?)?;
    match receipt.verify(&key) {
        Ok(erasure) => {
            say(&erasure);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("NOT ok: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn say(erasure: &Erasure) {
    let Erasure { log, event, keys, root, epoch, finished } = erasure;
    let who = &event.user_identity;
    println!("ok: recorded in {log}");
    println!("erased:       {} ({})", event.resource_name, event.resource_type);
    println!("keys:         {keys} destroyed, Merkle root {root}");
    println!("by:           {} of account {}, {}", who.user_name, who.account_id, event.event_name);
    if let Some(authority) = event.additional_event_data.get("authorization") {
        println!("authority:    {authority}");
    }
    println!("unreachable:  since {}", event.event_time);
    match finished {
        Some(at) => println!("final:        since {at}, when the key of erasure epoch {epoch} was gone"),
        None => println!("final:        not yet, or not known here: it is when erasure epoch {epoch} has ended"),
    }
}
