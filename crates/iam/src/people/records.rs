//! What is kept of how people get in.

use super::hashing::{Hashing, StoredHash};
use crate::records::StoredSecret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use store::{Record, Space, Table};
use types::{AccountId, Failure, MfaName, PasskeyId, Result, Timestamp, UserName};

/// That a user may sign in, and with what password.
#[derive(Serialize, Deserialize)]
pub(crate) struct LoginProfileRecord {
    /// How its passwords become hashes. It stays while the profile does, so that one computation compares a password with
    /// all that there were.
    pub hashing: Hashing,
    /// The password's.
    pub hash: StoredHash,
    /// Those of the passwords before, the newest first.
    #[serde(default)]
    pub earlier: Vec<StoredHash>,
    /// When the password was set. Sessions from before are over.
    pub changed: Timestamp,
    /// Whether someone else set the password and the user has not changed it since.
    pub initial: bool,
    /// Whether the user has to change it first of all.
    pub reset_required: bool,
    /// Whether the user has to bind an MFA device first of all.
    pub mfa_required: bool,
    /// When the profile was made.
    pub created: Timestamp,
}

/// What passwords have to be like in an account, and how long they are good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a rule of its own")]
pub struct PasswordPolicy {
    /// The fewest characters.
    pub min_length: u32,
    /// Whether a lower-case letter is needed.
    pub lowercase: bool,
    /// Whether an upper-case letter is needed.
    pub uppercase: bool,
    /// Whether a digit is needed.
    pub numbers: bool,
    /// Whether another character is needed.
    pub symbols: bool,
    /// How many different characters are needed.
    pub distinct: u32,
    /// Whether the user's name may not be part of it.
    pub without_name: bool,
    /// Whether a password past its time no longer lets its user in, not even to change it.
    pub hard_expiry: bool,
    /// For how many days a password is good; 0: for ever.
    pub max_age_days: u32,
    /// How many of the last passwords, the present one among them, may not be used again.
    pub reuse: u32,
    /// After how many wrong tries in a row nobody gets in for an hour; 0: never.
    pub max_tries: u32,
    /// For how many days a password is good that someone else set; 0: as long as any.
    pub initial_age_days: u32,
}

impl Default for PasswordPolicy {
    /// The documented defaults.
    fn default() -> Self {
        Self {
            min_length: 8,
            lowercase: false,
            uppercase: false,
            numbers: false,
            symbols: false,
            distinct: 0,
            without_name: false,
            hard_expiry: false,
            max_age_days: 0,
            reuse: 0,
            max_tries: 5,
            initial_age_days: 14,
        }
    }
}

/// What users of an account may do for themselves without a policy, and how sessions of people are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct SecurityPreference {
    /// Whether users may change their own passwords.
    pub change_password: bool,
    /// Whether users may look after their own access keys.
    pub manage_access_keys: bool,
    /// Whether users may look after their own MFA devices.
    pub manage_mfa: bool,
    /// How long a session is, in hours.
    pub session_hours: u32,
    /// From where one may sign in: networks; none: from everywhere.
    pub networks: Vec<String>,
    /// Whether users may sign in with a passkey alone.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub passkeys: bool,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_yes(value: &bool) -> bool {
    *value
}

impl Default for SecurityPreference {
    /// The documented defaults.
    fn default() -> Self {
        Self {
            change_password: true,
            manage_access_keys: false,
            manage_mfa: true,
            session_hours: 6,
            networks: Vec::new(),
            passkeys: true,
        }
    }
}

/// Wrong tries of a user's password or code.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct TriesRecord {
    /// How many in a row.
    pub failed: u32,
    /// When the last of them was.
    pub last: Timestamp,
    /// Until when nobody gets in.
    pub locked_until: Option<Timestamp>,
}

/// A virtual MFA device.
#[derive(Serialize, Deserialize)]
pub(crate) struct MfaDeviceRecord {
    /// Its name.
    pub name: MfaName,
    /// What its codes are made of, in base32.
    pub seed: StoredSecret,
    /// Whose it is.
    pub user: Option<UserName>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was bound to its user.
    pub bound: Option<Timestamp>,
    /// The time step of the last code that was taken: no code of it, or of one before, is taken again.
    pub step: u64,
}

/// Which device is bound to a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UserDeviceRecord {
    /// Its name.
    pub device: MfaName,
}

/// Which account an alias names.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AliasRecord {
    /// The account.
    pub account: AccountId,
}

/// The alias of an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AccountAliasRecord {
    /// The alias.
    pub alias: String,
}

/// A passkey of a user.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PasskeyRecord {
    /// What it goes by.
    pub id: PasskeyId,
    /// What its user calls it.
    pub name: String,
    /// The credential's id, in base64url.
    pub credential: String,
    /// The public key, a COSE key in base64url.
    pub key: String,
    /// The authenticator's model (AAGUID), in hex.
    pub model: String,
    /// How often it has signed; zero if it does not count.
    pub count: u32,
    /// Whether it may be copied to other devices.
    pub backup_eligible: bool,
    /// Whether it was, when it was last used.
    pub backed_up: bool,
    /// When it was registered.
    pub created: Timestamp,
    /// When it was last used.
    pub used: Option<Timestamp>,
}

impl PasskeyRecord {
    /// The credential's id.
    pub(super) fn credential(&self) -> Result<Vec<u8>> {
        read(&self.credential)
    }

    /// The public key as it was written.
    pub(super) fn key(&self) -> Result<Vec<u8>> {
        read(&self.key)
    }
}

fn read(text: &str) -> Result<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).map_err(|cause| Failure::corrupt("a passkey").caused_by(cause))
}

/// Whose a credential is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PasskeyOwnerRecord {
    /// The user's account.
    pub account: AccountId,
    /// The user.
    pub user: UserName,
}

/// When a user last signed in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct SignInRecord {
    /// When.
    pub at: Timestamp,
}

impl Record for LoginProfileRecord {}
impl Record for PasswordPolicy {}
impl Record for SecurityPreference {}
impl Record for TriesRecord {}
impl Record for MfaDeviceRecord {}
impl Record for UserDeviceRecord {}
impl Record for AliasRecord {}
impl Record for AccountAliasRecord {}
impl Record for PasskeyRecord {}
impl Record for PasskeyOwnerRecord {}
impl Record for SignInRecord {}

/// Login profiles by user name.
pub(crate) const LOGIN_PROFILES: Table<LoginProfileRecord> = Table::new(Space::Identity, 15, "a login profile");
/// The account's password policy, under an empty suffix; the default one if missing.
pub(crate) const PASSWORD_POLICIES: Table<PasswordPolicy> = Table::new(Space::Identity, 16, "a password policy");
/// Wrong tries by user name.
pub(crate) const TRIES: Table<TriesRecord> = Table::new(Space::Identity, 17, "a user's wrong tries");
/// The account's security preference, under an empty suffix; the default one if missing.
pub(crate) const PREFERENCES: Table<SecurityPreference> = Table::new(Space::Identity, 18, "a security preference");
/// MFA devices by name.
pub(crate) const MFA_DEVICES: Table<MfaDeviceRecord> = Table::new(Space::Identity, 19, "an MFA device");
/// The MFA device of a user, by user name.
pub(crate) const USER_DEVICES: Table<UserDeviceRecord> = Table::new(Space::Identity, 20, "a user's MFA device");
/// Passkeys: [`pair`](crate::records::pair) of user name and id.
pub(crate) const PASSKEYS: Table<PasskeyRecord> = Table::new(Space::Identity, 70, "a passkey");
/// Owners of passkeys by the SHA-256 of the credential's id, under the platform: no two users have the same.
pub(crate) const PASSKEY_OWNERS: Table<PasskeyOwnerRecord> = Table::new(Space::Identity, 71, "a passkey's owner");
/// Last times of signing in by user name.
pub(crate) const SIGN_INS: Table<SignInRecord> = Table::new(Space::Identity, 72, "a user's last time of signing in");
/// Accounts by alias, under the platform.
pub(crate) const ALIASES: Table<AliasRecord> = Table::new(Space::Identity, 21, "an account alias");
/// The account's alias, under an empty suffix.
pub(crate) const ACCOUNT_ALIASES: Table<AccountAliasRecord> = Table::new(Space::Identity, 22, "an account's alias");
