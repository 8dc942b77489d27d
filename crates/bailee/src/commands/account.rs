use super::block_on;
use crate::Stop;
use crate::config::Settings;
use crate::deployment::Deployment;
use iam::{CreateAccount, ListAccounts};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Makes an account and prints its root access key: the only time its secret is shown.
pub(crate) fn create(settings: &Settings, name: &str) -> Result<ExitCode, Stop> {
    block_on(async {
        let deployment = Deployment::open(settings).await?;
        let domains = &deployment.domains;
        let caller = deployment.service("cli", "CreateAccount");
        let made = domains.gate.perform(&caller, &domains.iam, CreateAccount { name: name.to_owned() }).await?;
        println!(
            "{:#}",
            json!({
                "account_id": made.account.id.to_string(),
                "account_name": made.account.name,
                "access_key_id": made.root.id.as_str(),
                "access_key_secret": made.root.secret.expose(),
            })
        );
        deployment.close().await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Lists the accounts.
pub(crate) fn list(settings: &Settings) -> Result<ExitCode, Stop> {
    block_on(async {
        let deployment = Deployment::open(settings).await?;
        let domains = &deployment.domains;
        let caller = deployment.service("cli", "ListAccounts");
        let accounts = domains.gate.perform(&caller, &domains.iam, ListAccounts).await?;
        let accounts: Vec<Value> = accounts
            .iter()
            .map(
                |a| json!({"account_id": a.id.to_string(), "account_name": a.name, "created": a.created.iso_seconds()}),
            )
            .collect();
        println!("{:#}", Value::from(accounts));
        deployment.close().await
    })?;
    Ok(ExitCode::SUCCESS)
}
