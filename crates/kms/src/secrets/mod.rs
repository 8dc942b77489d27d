//! Secrets: credentials that are kept, versioned, handed out and rotated.
//!
//! [`Secrets`] runs the operations. A value is sealed under a key of its own, which passes an erasure epoch, and under a
//! key of the tenant's if one was named (docs/formats/secrets.md).

pub mod action;
#[cfg(test)]
mod documented;
pub mod limits;
mod ops;
mod password;
mod rewrap;
mod rewrap_values;
mod rotate;
mod rotation;
mod secret_filter;
mod secret_record;
mod secret_ref;
mod secret_value;
#[expect(clippy::module_inception, reason = "the domain's main type, in the file that is named after it")]
mod secrets;
mod tables;
mod value_sealer;
mod versions;
mod webhook;

pub use ops::{
    CreateSecret, DeferRotation, DeleteSecret, DeletedSecret, DescribeSecret, DestroySecret, FinishRotation,
    GetRandomPassword, GetSecretPolicy, GetSecretValue, ListSecretTags, ListSecretVersionIds, ListSecrets, NewSecret,
    PutSecretValue, RestoreSecret, RotateSecret, SecretTag, SecretsUnderKey, SetSecretPolicy, StartRotation,
    TagSecrets, UntagSecrets, UpdateSecret, UpdateSecretRotationPolicy, UpdateSecretVersionStage, VersionChoice,
};
pub use password::PasswordRules;
pub use rewrap_values::RewrapSecretValues;
pub use rotation::{Pending, Rotation};
pub use secret_filter::SecretFilter;
pub use secret_record::{OwnKey, SecretInfo, SecretKind, SecretRecord};
pub use secret_ref::SecretRef;
pub use secret_value::{DataType, NewValue, SecretValue};
pub(crate) use secrets::SECRET_KIND;
pub use secrets::Secrets;
pub use versions::{CURRENT, PREVIOUS, VersionInfo};
pub use webhook::{Webhook, WebhookAnswer, WebhookRequest};
