use super::secret_value::NewValue;
use async_trait::async_trait;
use types::Result;

/// What the operator's service for rotating credentials is told. The value in force is not part of it: whoever needs it
/// reads it with rights of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRequest {
    /// The secret, as policies name it.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its kind, in the house's word.
    pub kind: String,
    /// The settings that belong to the kind, a JSON object or empty.
    pub config: String,
    /// The version that the new value will have. The same as long as one rotation is being tried.
    pub version: String,
    /// Which try it is, from 1.
    pub attempt: u32,
}

/// What it answered.
pub enum WebhookAnswer {
    /// The new value.
    Done(NewValue),
    /// It is at work; to be asked again.
    NotYet,
}

/// A service outside that changes a credential where it is used and says what it is now.
#[async_trait]
pub trait Webhook: Send + Sync + 'static {
    /// Has it change a credential. Asking again for the same version must be harmless: an answer may have been lost.
    async fn rotate(&self, request: &WebhookRequest) -> Result<WebhookAnswer>;
}
