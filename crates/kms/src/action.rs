//! What policies call each operation of this crate.

use types::{Action, Service};

const fn read(name: &'static str) -> Action {
    Action::read(Service::Kms, name)
}

const fn write(name: &'static str) -> Action {
    Action::write(Service::Kms, name)
}

/// Make a key.
pub const CREATE_KEY: Action = write("CreateKey");
/// See what is known of a key.
pub const DESCRIBE_KEY: Action = read("DescribeKey");
/// See which keys there are.
pub const LIST_KEYS: Action = read("ListKeys");
/// Switch a key on.
pub const ENABLE_KEY: Action = write("EnableKey");
/// Switch a key off.
pub const DISABLE_KEY: Action = write("DisableKey");
/// Have a key destroyed later.
pub const SCHEDULE_KEY_DELETION: Action = write("ScheduleKeyDeletion");
/// Call that off.
pub const CANCEL_KEY_DELETION: Action = write("CancelKeyDeletion");
/// Change a key's description.
pub const UPDATE_KEY_DESCRIPTION: Action = write("UpdateKeyDescription");
/// Guard a key against deletion, or stop guarding it.
pub const SET_DELETION_PROTECTION: Action = write("SetDeletionProtection");
/// Encrypt under a key.
pub const ENCRYPT: Action = read("Encrypt");
/// Decrypt what a key encrypted.
pub const DECRYPT: Action = read("Decrypt");
/// Make a data key and see it.
pub const GENERATE_DATA_KEY: Action = read("GenerateDataKey");
/// Make a data key without seeing it.
pub const GENERATE_DATA_KEY_WITHOUT_PLAINTEXT: Action = read("GenerateDataKeyWithoutPlaintext");
/// Give a key a name.
pub const CREATE_ALIAS: Action = write("CreateAlias");
/// Let a name stand for another key.
pub const UPDATE_ALIAS: Action = write("UpdateAlias");
/// Take a name away.
pub const DELETE_ALIAS: Action = write("DeleteAlias");
/// See which names there are.
pub const LIST_ALIASES: Action = read("ListAliases");
/// See which names a key has.
pub const LIST_ALIASES_BY_KEY_ID: Action = read("ListAliasesByKeyId");
/// Make the key that a service uses in an account. No client can ask for it.
pub const CREATE_SERVICE_KEY: Action = write("CreateServiceKey");
/// Destroy a key whose waiting time is over. No client can ask for it.
pub const DESTROY_KEY: Action = write("DestroyKey");
