//! Actions of Bailee's own: what is under older versions of a key, and the end of such a version.

use super::keys::described;
use super::parse::key;
use super::words::version;
use crate::rpc::context::{Answer, Context, answer};
use kms::{KeyRewrap, RewrapState};
use serde_json::{Value, json};
use types::{KeyId, Result, Timestamp};

pub(super) async fn start_key_rewrap(c: &Context<'_>) -> Result<Answer> {
    let (key, rewrap) = c.kms(kms::StartKeyRewrap { key: key(c.params)? }).await?;
    Ok(answer! { "KeyRewrap": shown(&key, &rewrap) })
}

pub(super) async fn get_key_rewrap(c: &Context<'_>) -> Result<Answer> {
    let (key, rewrap) = c.kms(kms::GetKeyRewrap { key: key(c.params)? }).await?;
    Ok(answer! { "KeyRewrap": shown(&key, &rewrap) })
}

/// The version has to be named: nobody knows what of it is kept elsewhere.
pub(super) async fn retire_key_version(c: &Context<'_>) -> Result<Answer> {
    let op = kms::RetireKeyVersion { key: key(c.params)?, version: version(c.params)? };
    let retired = op.perform(&c.domains.gate, c.caller, &c.region.kms).await?;
    Ok(answer! { "KeyVersion": described(&retired) })
}

/// A rewrap, with empty strings for what is not, as other dates are.
fn shown(key: &KeyId, rewrap: &KeyRewrap) -> Value {
    let from: Vec<&str> = rewrap.from.iter().map(KeyId::as_str).collect();
    json!({
        "KeyId": key.as_str(),
        "Status": status(rewrap.state),
        "Error": rewrap.error.as_deref().unwrap_or_default(),
        "PrimaryKeyVersion": rewrap.primary.as_str(),
        "OlderKeyVersions": {"KeyVersionId": from},
        "LookedAt": rewrap.looked_at,
        "Rewrapped": rewrap.rewrapped,
        "StartDate": rewrap.started.iso_seconds(),
        "FinishDate": rewrap.finished.map(Timestamp::iso_seconds).unwrap_or_default(),
    })
}

const fn status(state: RewrapState) -> &'static str {
    match state {
        RewrapState::Running => "Running",
        RewrapState::Done => "Done",
        RewrapState::Failed => "Failed",
    }
}
