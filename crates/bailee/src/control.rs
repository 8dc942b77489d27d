//! The ceilings that the deployment sets over accounts, as its tools ask for them.

use crate::Stop;
use crate::deployment::service;
use dialects::Domains;
use iam::{ClearControlPolicy, ControlPolicyRecord, GetControlPolicy, SetControlPolicy};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use types::AccountId;

/// What a tool can ask for.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum AskControl {
    /// Another one in the place of what there is.
    Set { account: AccountId, document: String },
    /// What there is.
    Show { account: AccountId },
    /// None.
    Clear { account: AccountId },
}

/// Does what was asked.
pub(crate) async fn answer(domains: &Domains, ask: AskControl) -> Result<Value, Stop> {
    let (gate, iam) = (&domains.gate, &domains.iam);
    let caller = |operation| service(domains, "cli", operation);
    let (account, found) = match ask {
        AskControl::Set { account, document } => {
            let op = SetControlPolicy { account, document };
            (account, Some(gate.perform(&caller("SetControlPolicy"), iam, op).await?))
        }
        AskControl::Show { account } => {
            (account, gate.perform(&caller("GetControlPolicy"), iam, GetControlPolicy { account }).await?)
        }
        AskControl::Clear { account } => {
            gate.perform(&caller("ClearControlPolicy"), iam, ClearControlPolicy { account }).await?;
            (account, None)
        }
    };
    Ok(shown(account, found.as_ref()))
}

fn shown(account: AccountId, found: Option<&ControlPolicyRecord>) -> Value {
    let text = |record: &ControlPolicyRecord| {
        serde_json::from_str::<Value>(&record.document).unwrap_or_else(|_| Value::from(record.document.as_str()))
    };
    json!({
        "account_id": account.to_string(),
        "control_policy": found.map(text),
        "set": found.map(|record| record.set.iso_seconds()),
    })
}
