//! The operations on secrets, each with how it is targeted, recorded and run.

pub(super) mod create_secret;
mod delete_secret;
mod describe_secret;
mod get_random_password;
mod get_secret_value;
mod list_secrets;
mod put_secret_value;
mod rotate_secret;
mod secret_policy;
mod secret_rotation;
pub(super) mod secret_tags;
mod secret_versions;
mod secrets_under_key;
mod update_secret;

pub use create_secret::{CreateSecret, NewSecret};
pub use delete_secret::{DeleteSecret, DeletedSecret, DestroySecret, RestoreSecret};
pub use describe_secret::DescribeSecret;
pub use get_random_password::GetRandomPassword;
pub use get_secret_value::{GetSecretValue, VersionChoice};
pub use list_secrets::ListSecrets;
pub use put_secret_value::PutSecretValue;
pub use rotate_secret::{RotateSecret, UpdateSecretRotationPolicy};
pub use secret_policy::{GetSecretPolicy, SetSecretPolicy};
pub use secret_rotation::{DeferRotation, FinishRotation, StartRotation};
pub use secret_tags::{ListSecretTags, SecretTag, TagSecrets, UntagSecrets};
pub use secret_versions::{ListSecretVersionIds, UpdateSecretVersionStage};
pub use secrets_under_key::SecretsUnderKey;
pub use update_secret::UpdateSecret;
