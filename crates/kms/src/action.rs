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
/// Make a key pair and see it.
pub const GENERATE_DATA_KEY_PAIR: Action = read("GenerateDataKeyPair");
/// Make a key pair without seeing its private key.
pub const GENERATE_DATA_KEY_PAIR_WITHOUT_PLAINTEXT: Action = read("GenerateDataKeyPairWithoutPlaintext");
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
/// See which versions a key has.
pub const LIST_KEY_VERSIONS: Action = read("ListKeyVersions");
/// See what is known of a version.
pub const DESCRIBE_KEY_VERSION: Action = read("DescribeKeyVersion");
/// Say how often a key gets a new version.
pub const UPDATE_ROTATION_POLICY: Action = write("UpdateRotationPolicy");
/// Give a key a new version.
pub const CREATE_KEY_VERSION: Action = write("CreateKeyVersion");
/// Give a key a new version because its time has come. No client can ask for it.
pub const ROTATE_KEY: Action = write("RotateKey");
/// Have what is under older versions of a key wrapped by its primary one.
pub const START_KEY_REWRAP: Action = write("StartKeyRewrap");
/// See how far that is.
pub const GET_KEY_REWRAP: Action = read("GetKeyRewrap");
/// Destroy the material of an old version.
pub const RETIRE_KEY_VERSION: Action = write("RetireKeyVersion");
/// Wrap data keys by the primary version of their key. No client can ask for it.
pub const REWRAP_DATA_KEYS: Action = write("RewrapDataKeys");
/// Keep the data keys of secrets' values as they are wrapped by the primary version. No client can ask for it.
pub const REWRAP_SECRET_VALUES: Action = write("RewrapSecretValues");
/// Note that all was rewrapped, or why not. No client can ask for it.
pub const FINISH_KEY_REWRAP: Action = write("FinishKeyRewrap");
/// Have something that is under this key encrypted under another.
pub const RE_ENCRYPT_FROM: Action = read("ReEncryptFrom");
/// Have something encrypted under this key that is under another.
pub const RE_ENCRYPT_TO: Action = read("ReEncryptTo");
/// Give a data key to someone outside.
pub const EXPORT_DATA_KEY: Action = read("ExportDataKey");
/// Make a data key for someone outside.
pub const GENERATE_AND_EXPORT_DATA_KEY: Action = read("GenerateAndExportDataKey");
/// Encrypt to a public key.
pub const ASYMMETRIC_ENCRYPT: Action = read("AsymmetricEncrypt");
/// Decrypt with a private key.
pub const ASYMMETRIC_DECRYPT: Action = read("AsymmetricDecrypt");
/// Sign with a private key.
pub const ASYMMETRIC_SIGN: Action = read("AsymmetricSign");
/// Verify a signature.
pub const ASYMMETRIC_VERIFY: Action = read("AsymmetricVerify");
/// See a public key.
pub const GET_PUBLIC_KEY: Action = read("GetPublicKey");
/// Make a message authentication code.
pub const GENERATE_MAC: Action = read("GenerateMac");
/// Verify a message authentication code.
pub const VERIFY_MAC: Action = read("VerifyMac");
/// Prepare to bring material.
pub const GET_PARAMETERS_FOR_IMPORT: Action = read("GetParametersForImport");
/// Bring material.
pub const IMPORT_KEY_MATERIAL: Action = write("ImportKeyMaterial");
/// Take brought material away.
pub const DELETE_KEY_MATERIAL: Action = write("DeleteKeyMaterial");
/// Take brought material away because its time is over. No client can ask for it.
pub const EXPIRE_KEY_MATERIAL: Action = write("ExpireKeyMaterial");
/// Attach a policy to a key.
pub const SET_KEY_POLICY: Action = write("SetKeyPolicy");
/// See a key's policy.
pub const GET_KEY_POLICY: Action = read("GetKeyPolicy");
/// Mark a key.
pub const TAG_RESOURCE: Action = write("TagResource");
/// Take marks off a key.
pub const UNTAG_RESOURCE: Action = write("UntagResource");
/// See a key's marks.
pub const LIST_RESOURCE_TAGS: Action = read("ListResourceTags");
/// Give leave to use a key.
pub const CREATE_GRANT: Action = write("CreateGrant");
/// See which leave was given.
pub const LIST_GRANTS: Action = read("ListGrants");
/// See which leave one principal may give up.
pub const LIST_RETIRABLE_GRANTS: Action = read("ListRetirableGrants");
/// Take leave back.
pub const REVOKE_GRANT: Action = write("RevokeGrant");
/// Give leave up.
pub const RETIRE_GRANT: Action = write("RetireGrant");
/// See which regions there are.
pub const DESCRIBE_REGIONS: Action = read("DescribeRegions");
/// See whether the account can use the service.
pub const DESCRIBE_ACCOUNT_KMS_STATUS: Action = read("DescribeAccountKmsStatus");
/// Have the account use the service.
pub const OPEN_KMS_SERVICE: Action = write("OpenKmsService");
/// Get random bytes.
pub const GENERATE_RANDOM: Action = read("GenerateRandom");
/// Move a store into a new erasure epoch. No client can ask for it.
pub const BEGIN_ERASURE_EPOCH: Action = write("BeginErasureEpoch");
/// Record that an erasure epoch has ended. No client can ask for it.
pub const END_ERASURE_EPOCH: Action = write("EndErasureEpoch");
/// Record that something destroyed is gone for good. No client can ask for it.
pub const FINISH_ERASURE: Action = write("FinishErasure");
/// Put another root key in the place of the one there is. No client can ask for it.
pub const ROTATE_ROOT_KEY: Action = write("RotateRootKey");
