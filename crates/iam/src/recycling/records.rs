use crate::records::{AccessKeyRecord, KeyNetworks, UserRecord};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::{Record, Space, Table, Txn};
use types::{AccountId, Result, Timestamp, UserId, UserName};

/// How long things are kept that were deleted (IMS: 30 days).
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A user that was deleted.
#[derive(Serialize, Deserialize)]
pub(crate) struct RecycledUserRecord {
    /// As it was.
    pub user: UserRecord,
    /// When it was deleted.
    pub since: Timestamp,
}

/// An access key that was deleted.
#[derive(Serialize, Deserialize)]
pub(crate) struct RecycledKeyRecord {
    /// As it was.
    pub key: AccessKeyRecord,
    /// Whose it was.
    pub user: UserId,
    /// What that one was called then.
    pub user_name: UserName,
    /// From where it could be used, if it had a rule of its own.
    pub networks: Option<KeyNetworks>,
    /// When it was deleted.
    pub since: Timestamp,
}

/// That something that was deleted is to be forgotten.
#[derive(Serialize, Deserialize)]
pub(crate) struct DueRecord {}

impl Record for RecycledUserRecord {}
impl Record for RecycledKeyRecord {}
impl Record for DueRecord {}

/// Users that were deleted, by id.
pub(crate) const RECYCLED_USERS: Table<RecycledUserRecord> = Table::new(Space::Identity, 73, "a deleted user");
/// Access keys that were deleted, by id.
pub(crate) const RECYCLED_KEYS: Table<RecycledKeyRecord> = Table::new(Space::Identity, 74, "a deleted access key");
/// When they are to be forgotten, under the platform: the second (eight bytes, big endian), the account (the same), and
/// [`Thing::place`].
pub(super) const DUE: Table<DueRecord> = Table::new(Space::Identity, 75, "the end of something deleted");

/// Something in the bin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    /// A user, by id.
    User(String),
    /// An access key, by id.
    Key(String),
}

impl Thing {
    fn place(&self) -> String {
        match self {
            Self::User(id) => format!("u/{id}"),
            Self::Key(id) => format!("k/{id}"),
        }
    }

    fn from_place(place: &str) -> Option<Self> {
        match place.split_once('/')? {
            ("u", id) => Some(Self::User(id.to_owned())),
            ("k", id) => Some(Self::Key(id.to_owned())),
            _ => None,
        }
    }

    fn due_key(&self, account: AccountId, since: Timestamp) -> Vec<u8> {
        let second = until(since).secs().cast_unsigned();
        [second.to_be_bytes().as_slice(), &account.get().to_be_bytes(), self.place().as_bytes()].concat()
    }

    /// Marks it to be forgotten in time.
    pub(super) async fn mark(&self, txn: &mut Txn, account: AccountId, since: Timestamp) -> Result<()> {
        txn.put(DUE, AccountId::PLATFORM, &self.due_key(account, since), &DueRecord {}).await
    }

    /// Takes it out of the bin, whatever becomes of it.
    pub(super) fn take_out(&self, txn: &mut Txn, account: AccountId, since: Timestamp) {
        match self {
            Self::User(id) => txn.delete(RECYCLED_USERS, account, id.as_bytes()),
            Self::Key(id) => txn.delete(RECYCLED_KEYS, account, id.as_bytes()),
        }
        txn.delete(DUE, AccountId::PLATFORM, &self.due_key(account, since));
    }
}

/// When something that was deleted then is forgotten.
pub(super) fn until(since: Timestamp) -> Timestamp {
    since.plus(KEPT)
}

/// What an entry of [`DUE`] is about.
pub(super) fn read_due(key: &[u8]) -> Option<(AccountId, Thing)> {
    let (_, rest) = key.split_first_chunk::<8>()?;
    let (account, place) = rest.split_first_chunk::<8>()?;
    let account = u64::from_be_bytes(*account).to_string().parse().ok()?;
    Some((account, Thing::from_place(std::str::from_utf8(place).ok()?)?))
}
