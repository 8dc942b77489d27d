//! Keys: made, named, switched, destroyed, and used to encrypt; and secrets, in [`secrets`].
//!
//! A key's versions hold its material, wrapped under the account's key (docs/formats/keys.md). [`Kms`] runs the
//! operations, each a struct such as [`Encrypt`]; only the gate can have one run. The [`seal`] module keeps the root of
//! all keys.

pub mod action;
mod alias_record;
mod audited;
mod ciphertext;
#[cfg(test)]
mod documented;
mod encryption_context;
mod erasure;
mod grant_record;
mod held;
mod in_token;
mod internal;
mod key_filter;
mod key_kind;
mod key_record;
mod key_ref;
mod key_rewrap;
mod key_state;
mod kms;
pub mod limits;
mod material;
mod open_versions;
mod ops;
mod pace;
mod page;
mod quotas;
mod rewrap;
pub mod seal;
pub mod secrets;
mod sweep;
mod tables;
pub mod token;
mod use_material;
mod version_owners;
mod version_record;

pub use alias_record::{AliasInfo, AliasRecord};
pub use ciphertext::Ciphertext;
pub use encryption_context::EncryptionContext;
pub use erasure::{Erased, ErasedRecord, Erasure, ErasureReceipt, ErasureReceipts, FinishErasure, GetErasureReceipt};
pub use grant_record::{GrantConstraint, GrantRecord, GrantedAction};
pub use internal::INTERNAL;
pub use key_filter::{CreatorKind, KeyFilter};
pub use key_kind::{Family, KeySpec, KeyUsage, Origin, Protection};
pub use key_record::{Creator, External, KeyInfo, KeyRecord, Rotation};
pub use key_ref::{KeyName, KeyRef};
pub use key_rewrap::{
    FinishKeyRewrap, GetKeyRewrap, KeyRewrap, RetireKeyVersion, RewrapAdvance, RewrapDataKeys, RewrapFound,
    RewrapPoint, RewrapRef, RewrapStage, RewrapState, Rewrapped, StartKeyRewrap,
};
pub use key_state::KeyState;
pub use kms::Kms;
pub use ops::{
    AsymmetricDecrypt, AsymmetricEncrypt, CancelKeyDeletion, CreateAlias, CreateGrant, CreateKey, CreateKeyVersion,
    DataKey, DataKeyLength, DataKeyPair, Decrypt, Decrypted, DeleteAlias, DeleteKeyMaterial, DescribeKey,
    DescribeKeyVersion, DestroyKey, Destroyed, DisableKey, Drawn, EnableKey, Encrypt, Encrypted, ExpireKeyMaterial,
    ExportDataKey, Exported, GenerateAndExportDataKey, GenerateDataKey, GenerateDataKeyPair,
    GenerateDataKeyWithoutPlaintext, GenerateMac, GenerateRandom, GetKeyPolicy, GetParametersForImport, GetPublicKey,
    ImportKeyMaterial, ImportParameters, KeyPolicy, KeyVersion, ListAliases, ListAliasesByKeyId, ListGrants,
    ListKeyTags, ListKeyVersions, ListKeys, ListRetirableGrants, PairRef, Probe, ReEncrypt, ReEncryptDestination,
    ReEncryptSource, ReEncrypted, Recipient, RetirableGrants, RetireGrant, RevokeGrant, RotateKey, ScheduleKeyDeletion,
    ServiceKey, SetDeletionProtection, SetKeyPolicy, ShownKey, Sign, Signed, TagKey, UntagKey, UpdateAlias,
    UpdateKeyDescription, UpdateRotationPolicy, UsedVersion, Verify, VerifyMac, service_alias,
};
pub use pace::pace;
pub use page::{Page, Paged};
pub use quotas::Quotas;
pub use version_record::Rotated;
