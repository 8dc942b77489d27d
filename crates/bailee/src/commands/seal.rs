use super::block_on;
use crate::Stop;
use crate::admin::{self, Ask};
use crate::config::Settings;
use crate::deployment::Deployment;
use serde_json::{Value, json};
use std::process::ExitCode;
use zeroize::Zeroizing;

/// The new passphrase of a seal.
const NEW_PASSPHRASE: &str = "BAILEE_NEW_PASSPHRASE";

/// Shows what there is to know of the seal. Of one that nobody opens, that is its kind.
pub(crate) fn status(settings: &Settings) -> Result<ExitCode, Stop> {
    let kind = kind(settings)?;
    if kind != "file" && std::env::var_os(crate::deployment::PASSPHRASE).is_none() {
        let shown = block_on(async { admin::ask(&settings.data, &Ask::Status).await })?;
        return print(&shown.unwrap_or_else(|| json!({"kind": kind, "opened": false})));
    }
    run(settings, Ask::Status)
}

/// Puts a new root key in the place of the one there is.
pub(crate) fn rotate(settings: &Settings) -> Result<ExitCode, Stop> {
    run(settings, Ask::Rotate)
}

/// Ends the erasure epoch.
pub(crate) fn epoch(settings: &Settings) -> Result<ExitCode, Stop> {
    run(settings, Ask::Epoch)
}

/// Keeps the keys under another seal.
pub(crate) fn migrate(settings: &Settings, to: &str) -> Result<ExitCode, Stop> {
    let passphrase = std::env::var(NEW_PASSPHRASE).ok().map(Zeroizing::new);
    if to == "passphrase" && passphrase.is_none() {
        return Err(format!("give the new passphrase in {NEW_PASSPHRASE}").into());
    }
    run(settings, Ask::Migrate { to: to.to_owned(), passphrase })
}

/// Asks the server if there is one, and does it here if not.
fn run(settings: &Settings, ask: Ask) -> Result<ExitCode, Stop> {
    kind(settings)?;
    let shown = block_on(async {
        if let Some(shown) = admin::ask(&settings.data, &ask).await? {
            return Ok(shown);
        }
        let deployment = Deployment::open(settings).await?;
        let shown = admin::answer(&deployment.sealing(std::time::Duration::ZERO), ask).await;
        deployment.close().await?;
        shown
    })?;
    print(&shown)
}

/// A tool never makes a deployment.
fn kind(settings: &Settings) -> Result<String, Stop> {
    let kind = kms::seal::kind_in(&settings.data)?;
    kind.ok_or_else(|| format!("{} has no seal: it is no data folder of Bailee's", settings.data.display()).into())
}

fn print(shown: &Value) -> Result<ExitCode, Stop> {
    println!("{shown:#}");
    Ok(ExitCode::SUCCESS)
}
