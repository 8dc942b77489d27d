//! The operations, each with how it is targeted, recorded and run.

mod create_alias;
mod create_key;
mod decrypt;
mod delete_alias;
mod delete_key;
mod describe_key;
mod destroy_key;
mod encrypt;
mod generate_data_key;
mod list_aliases;
mod list_keys;
mod service_key;
mod switch_key;
mod update_alias;
mod update_key;

pub use create_alias::CreateAlias;
pub use create_key::CreateKey;
pub use decrypt::{Decrypt, Decrypted};
pub use delete_alias::DeleteAlias;
pub use delete_key::{CancelKeyDeletion, ScheduleKeyDeletion};
pub use describe_key::DescribeKey;
pub use destroy_key::DestroyKey;
pub use encrypt::{Encrypt, Encrypted};
pub use generate_data_key::{DataKey, DataKeyLength, GenerateDataKey, GenerateDataKeyWithoutPlaintext};
pub use list_aliases::{ListAliases, ListAliasesByKeyId};
pub use list_keys::ListKeys;
pub use service_key::{ServiceKey, service_alias};
pub use switch_key::{DisableKey, EnableKey};
pub use update_alias::UpdateAlias;
pub use update_key::{SetDeletionProtection, UpdateKeyDescription};
