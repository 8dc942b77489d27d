//! What is done in the background: secrets whose time is over are removed, and those that are due are rotated. One task
//! does it, one secret after another, so that no two rotations of a secret meet.

use super::ops::create_secret::rotated_user;
use super::ops::{DeferRotation, DestroySecret, FinishRotation, GetSecretValue, StartRotation, VersionChoice};
use super::secret_record::{SecretKind, SecretRecord};
use super::secret_ref::SecretRef;
use super::secret_value::{DataType, NewValue};
use super::secrets::{SecretPlace, Secrets};
use super::tables::{REMOVALS, ROTATIONS};
use super::webhook::{WebhookAnswer, WebhookRequest};
use super::{limits, rotation::Pending};
use iam::{Caller, RotateAccessKey};
use serde_json::{Value, json};
use types::{AccessKeyId, Failure, Reason, Result, Secret};

/// What a try of a rotation gave.
enum Tried {
    Value(NewValue),
    NotYet,
}

impl Secrets {
    /// Removes the secrets whose time to be restored is over by the time of `caller`'s call, who is Bailee itself. Returns
    /// how many. One that fails is logged and left for the next sweep, and doesn't keep the others.
    pub async fn remove_due(&self, caller: &Caller) -> Result<usize> {
        let mut removed = 0;
        for SecretPlace { account, name } in self.due(REMOVALS, caller.call().time, limits::SWEEP).await? {
            let op = DestroySecret { account, secret: name.clone() };
            match self.gate.perform(caller, self, op).await {
                Ok(_) => removed += 1,
                Err(failure) => {
                    tracing::error!(%account, secret = %name, failure = &failure as &dyn std::error::Error, "secret not removed");
                }
            }
        }
        Ok(removed)
    }

    /// Tries the rotations that are due. Returns how many worked. One that fails is noted on the secret, where its owner
    /// sees it, and tried again later.
    pub async fn rotate_due(&self, caller: &Caller) -> Result<usize> {
        let mut rotated = 0;
        for place in self.due(ROTATIONS, caller.call().time, limits::SWEEP).await? {
            match self.rotate(caller, &place).await {
                Ok(done) => rotated += usize::from(done),
                Err(failure) => {
                    let (account, name) = (place.account, &place.name);
                    tracing::warn!(%account, secret = %name, failure = &failure as &dyn std::error::Error, "secret not rotated");
                }
            }
        }
        Ok(rotated)
    }

    async fn rotate(&self, caller: &Caller, place: &SecretPlace) -> Result<bool> {
        let version = types::RequestId::random(self.store.rng().as_ref()).to_string().to_ascii_lowercase();
        let version = version.parse().map_err(Failure::internal)?;
        let start = StartRotation { account: place.account, secret: place.name.clone(), version };
        let record = self.gate.perform(caller, self, start).await?;
        let Some(pending) = record.rotation.pending.clone() else { return Ok(false) };
        let tried = self.attempt(caller, place, &record, &pending).await;
        let failed = match tried {
            Ok(Tried::Value(value)) => {
                let op = FinishRotation::new(place.account, place.name.clone(), pending.version, value);
                match self.gate.perform(caller, self, op).await {
                    Ok(()) => return Ok(true),
                    Err(failure) => failure,
                }
            }
            Ok(Tried::NotYet) => Failure::new(Reason::Unavailable, "The rotation webhook is still at work."),
            Err(failure) => failure,
        };
        let op = DeferRotation { account: place.account, secret: place.name.clone(), error: failed.to_string() };
        self.gate.perform(caller, self, op).await?;
        Err(failed)
    }

    async fn attempt(
        &self,
        caller: &Caller,
        place: &SecretPlace,
        record: &SecretRecord,
        pending: &Pending,
    ) -> Result<Tried> {
        match record.kind {
            SecretKind::RamCredentials => self.new_access_key(caller, place, record).await.map(Tried::Value),
            _ => self.ask_webhook(place, record, pending).await,
        }
    }

    /// A new access key for the user, whose current one keeps working: whoever still has it has until the next rotation
    /// to fetch the new one. Any other key of the user goes; such as one that was made by a try whose answer was lost.
    async fn new_access_key(&self, caller: &Caller, place: &SecretPlace, record: &SecretRecord) -> Result<NewValue> {
        let user = rotated_user(record.kind, &record.config)?.ok_or(Reason::SecretKindUnfit)?;
        let secret = SecretRef::placed(self.store.region().clone(), place.account, place.name.clone());
        let op = GetSecretValue::new(secret, VersionChoice::Current);
        let (_, current) = self.gate.perform(caller, self, op).await?;
        let keep = current_key(current.data.expose())?;
        let op = RotateAccessKey { account: place.account, user, keep };
        let made = self.gate.perform(caller, &self.iam, op).await?;
        let text = json!({
            "AccessKeyId": made.id.as_str(),
            "AccessKeySecret": made.secret.expose(),
            "GenerateTimestamp": caller.call().time.iso_seconds(),
        });
        Ok(NewValue { data: Secret::new(text.to_string().into_bytes()), data_type: DataType::Text })
    }

    async fn ask_webhook(&self, place: &SecretPlace, record: &SecretRecord, pending: &Pending) -> Result<Tried> {
        let webhook = self
            .webhook
            .as_ref()
            .ok_or_else(|| Failure::new(Reason::Unavailable, "The server's operator has set no rotation webhook."))?;
        let request = WebhookRequest {
            arn: self.secret_resource(place.account, &place.name).to_string(),
            name: place.name.to_string(),
            kind: format!("{:?}", record.kind),
            config: record.config.clone(),
            version: pending.version.to_string(),
            attempt: pending.attempts.saturating_add(1),
        };
        Ok(match webhook.rotate(&request).await? {
            WebhookAnswer::Done(value) => Tried::Value(value),
            WebhookAnswer::NotYet => Tried::NotYet,
        })
    }
}

/// The id of the access key that a value holds: as a rotation writes it, or as an owner gives it at first, in a list.
fn current_key(value: &[u8]) -> Result<AccessKeyId> {
    let rule = || {
        let text = "The secret's value is not {\"AccessKeyId\": …, \"AccessKeySecret\": …}.";
        Failure::new(Reason::SecretKindUnfit, text)
    };
    let value: Value = serde_json::from_slice(value).map_err(|_| rule())?;
    let first = value.get("AccessKeys").and_then(|keys| keys.get(0)).unwrap_or(&value);
    let id = first.get("AccessKeyId").and_then(Value::as_str).ok_or_else(rule)?;
    id.parse().map_err(|_| rule())
}
