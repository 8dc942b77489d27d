use super::limits;
use super::secret_record::SecretRecord;
use super::secret_value::VersionRecord;
use crate::tables::due_before;
use serde::{Deserialize, Serialize};
use store::{Record, Space, Table};
use types::{AccountId, Failure, Reason, Result, SecretName, SecretVersionId, Timestamp};

/// Secrets, by name.
pub(crate) const SECRETS: Table<SecretRecord> = Table::new(Space::Keys, 32, "a secret");
/// Their versions' values, by the secret's name, a zero byte, and the version's id.
pub(crate) const VALUES: Table<VersionRecord> = Table::new(Space::Keys, 33, "a secret's value");
/// Their policies, by name.
pub(crate) const POLICIES: Table<PolicyRecord> = Table::new(Space::Keys, 34, "a secret's policy");
/// How many secrets an account has.
pub(crate) const USED: Table<Used> = Table::new(Space::Keys, 35, "the number of secrets");
/// Secrets to be removed, by when: under the platform's account, so that one scan finds those of every tenant.
pub(crate) const REMOVALS: Table<Due> = Table::new(Space::Keys, 36, "the secrets to be removed");
/// Secrets to be rotated, by when: under the platform's account.
pub(crate) const ROTATIONS: Table<Due> = Table::new(Space::Keys, 37, "the secrets to be rotated");

/// How much of its quota an account uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Used {
    pub(crate) secrets: u32,
    /// The rotations that its callers asked for of late.
    #[serde(default)]
    pub(crate) rotations: Rotations,
}

/// The rotations that were asked for in an hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rotations {
    /// When the hour began.
    pub(crate) since: Timestamp,
    /// How many were asked for since.
    pub(crate) asked: u32,
}

impl Rotations {
    /// Counts one more; an error if it is one too many. `RetryAfter`: in how many seconds the next hour begins.
    pub(crate) fn ask(&mut self, now: Timestamp) -> Result<()> {
        let end = self.since.plus(limits::ROTATIONS_HOUR);
        if end <= now {
            *self = Self { since: now, asked: 0 };
        }
        if self.asked >= limits::ROTATIONS_ASKED {
            let wait = u64::try_from(end.millis() - now.millis()).unwrap_or_default().div_ceil(1_000);
            return Err(Failure::of(Reason::Throttled).with("RetryAfter", wait.to_string()));
        }
        self.asked += 1;
        Ok(())
    }
}

impl Record for Used {}

/// A secret with something to be done at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Due {
    /// Whose.
    pub(crate) account: AccountId,
    /// Which.
    pub(crate) secret: SecretName,
}

impl Record for Due {}

/// Who may do what with a secret, as its owner wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PolicyRecord {
    pub(crate) text: String,
}

impl Record for PolicyRecord {}

/// Where [`VALUES`] keeps a version. Names have no zero byte.
pub(crate) fn value_suffix(secret: &SecretName, version: &SecretVersionId) -> Vec<u8> {
    [secret.as_str().as_bytes(), b"\0", version.as_str().as_bytes()].concat()
}

/// The secret and the version whose place this is.
pub(crate) fn value_of(suffix: &[u8]) -> Result<(SecretName, SecretVersionId)> {
    let damaged = || Failure::corrupt("the name of a secret's value");
    let text = std::str::from_utf8(suffix).map_err(|_| damaged())?;
    let (secret, version) = text.split_once('\0').ok_or_else(damaged)?;
    Ok((secret.parse().map_err(|_| damaged())?, version.parse().map_err(|_| damaged())?))
}

/// Where [`REMOVALS`] and [`ROTATIONS`] keep a secret. Times are after 1970, so their bytes sort as they do.
pub(crate) fn due_suffix(at: Timestamp, account: AccountId, secret: &SecretName) -> Vec<u8> {
    [&due_before(at)[..], &account.get().to_be_bytes(), secret.as_str().as_bytes()].concat()
}
