use super::seal::ask_or_do;
use super::{perform, print};
use crate::Stop;
use crate::admin::Asked;
use crate::config::Settings;
use crate::control::AskControl;
use iam::{AccountRecord, CreateAccount, ListAccounts};
use serde_json::json;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use types::{AccountId, limits};

/// Makes an account and prints its root access key: the only time its secret is shown.
pub(crate) fn create(settings: &Settings, name: &str) -> Result<ExitCode, Stop> {
    let made = perform(settings, "CreateAccount", CreateAccount { name: name.to_owned() })?;
    print(&json!({
        "account_id": made.account.id.to_string(),
        "account_name": made.account.name,
        "access_key_id": made.root.id.as_str(),
        "access_key_secret": made.root.secret.expose(),
    }))
}

/// Lists the accounts.
pub(crate) fn list(settings: &Settings) -> Result<ExitCode, Stop> {
    let shown = |a: &AccountRecord| json!({"account_id": a.id.to_string(), "account_name": a.name, "created": a.created.iso_seconds()});
    print(&perform(settings, "ListAccounts", ListAccounts)?.iter().map(shown).collect())
}

/// Sets, shows or takes away the ceiling over an account: through the server if it runs.
pub(crate) fn control_policy(settings: &Settings, ask: AskControl) -> Result<ExitCode, Stop> {
    ask_or_do(settings, Asked::Control(ask))
}

/// The request to set the policy in a file, `-` for the standard input.
pub(crate) fn set_control(account: AccountId, file: &Path) -> Result<AskControl, Stop> {
    // Longer ones are refused by the policy's own limit: four bytes are the most that a character takes.
    let most = 4 * limits::POLICY_CHARS as u64 + 1;
    let mut document = String::new();
    let read = |reader: &mut dyn Read, text: &mut String| reader.take(most).read_to_string(text);
    if file == Path::new("-") {
        read(&mut std::io::stdin().lock(), &mut document)?;
    } else {
        let opened = std::fs::File::open(file).and_then(|mut opened| read(&mut opened, &mut document));
        opened.map_err(|e| format!("cannot read the policy in {}: {e}", file.display()))?;
    }
    Ok(AskControl::Set { account, document })
}
