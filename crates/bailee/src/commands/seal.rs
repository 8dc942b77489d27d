use super::{block_on, print};
use crate::Stop;
use crate::admin::{self, Ask, Asked};
use crate::config::Settings;
use crate::deployment::{Deployment, PASSPHRASE, SHARES};
use kms::seal::SharesSeal;
use serde_json::json;
use std::io::{BufRead, IsTerminal, Read, Write};
use std::process::ExitCode;
use types::SystemRng;
use zeroize::Zeroizing;

/// The new passphrase of a seal.
const NEW_PASSPHRASE: &str = "BAILEE_NEW_PASSPHRASE";

/// Shows what there is to know of the seal. Of one that nobody opens, that is its kind.
pub(crate) fn status(settings: &Settings) -> Result<ExitCode, Stop> {
    let kind = kind(settings)?;
    let opens_with = match kind.as_str() {
        "passphrase" => Some(PASSPHRASE),
        "shares" => Some(SHARES),
        _ => None,
    };
    let no_token = kind == "pkcs11" && settings.pkcs11.is_none();
    if no_token || opens_with.is_some_and(|variable| std::env::var_os(variable).is_none()) {
        let shown = block_on(async { admin::ask(&settings.data, &Asked::Seal(Ask::Status)).await })?;
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

/// Keeps the keys under another seal. New shares are printed before the seal is theirs: once it is, nothing else opens it.
pub(crate) fn migrate(settings: &Settings, to: &str, shares: Option<(u8, u8)>) -> Result<ExitCode, Stop> {
    kind(settings)?;
    let passphrase = std::env::var(NEW_PASSPHRASE).ok().map(Zeroizing::new).filter(|_| to == "passphrase");
    match (to, shares) {
        ("passphrase", None) if passphrase.is_none() => {
            return Err(format!("give the new passphrase in {NEW_PASSPHRASE}").into());
        }
        ("shares", None) => return Err("say how many: --threshold 3 --shares 5".into()),
        ("shares", Some(_)) | (_, None) => {}
        (_, Some(_)) => return Err("--threshold and --shares go with --to shares".into()),
    }
    let mut made = Vec::new();
    if let Some((threshold, count)) = shares {
        for share in SharesSeal::split(threshold, count, &SystemRng)? {
            println!("{}", share.expose());
            made.push(Zeroizing::new(share.expose().clone()));
        }
        std::io::stdout().flush()?;
        eprintln!("bailee: these are the shares; {threshold} of them will be needed. They are shown this once.");
    }
    run(settings, Ask::Migrate { to: to.to_owned(), passphrase, shares: made })
}

/// Gives a share to the server that waits for it.
pub(crate) fn unseal(settings: &Settings) -> Result<ExitCode, Stop> {
    kind(settings)?;
    if std::io::stdin().is_terminal() {
        eprintln!("bailee: paste one share, then press Enter");
    }
    let mut share = Zeroizing::new(String::with_capacity(1024));
    std::io::stdin().lock().take(1024).read_line(&mut share)?;
    let shown = block_on(async { admin::ask(&settings.data, &Asked::Seal(Ask::Unseal { share })).await })?;
    print(&shown.ok_or_else(|| format!("no server waits for shares of {}", settings.data.display()))?)
}

fn run(settings: &Settings, ask: Ask) -> Result<ExitCode, Stop> {
    ask_or_do(settings, Asked::Seal(ask))
}

/// Asks the server if there is one, and does it here if not.
pub(crate) fn ask_or_do(settings: &Settings, asked: Asked) -> Result<ExitCode, Stop> {
    kind(settings)?;
    let shown = block_on(async {
        if let Some(shown) = admin::ask(&settings.data, &asked).await? {
            return Ok(shown);
        }
        let deployment = Deployment::open(settings).await?;
        let shown = admin::answer(&deployment.sealing(std::time::Duration::ZERO), asked).await;
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
