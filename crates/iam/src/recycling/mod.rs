//! Users and access keys that were deleted through the interface that keeps them for a month.
//!
//! What is in the bin is nobody: it signs nothing, counts for no limit but the bin's own, and its name may be given to another.
//! Each right about it is one on all users of the account, since it has no name any more that policies could speak of.

mod due;
mod keys;
pub(crate) mod records;
mod users;

pub use due::remove_recycled;
pub use keys::{DeleteRecycledKey, GetRecycledKey, ListRecycledKeys, RecycleAccessKey, RecycledKey, RestoreAccessKey};
use records::{RECYCLED_KEYS, RecycledKeyRecord};
use store::{Range, View};
use types::{AccountId, Result, UserId};
pub use users::{
    DeleteRecycledUser, GetRecycledUser, ListRecycledUsers, RecycleUser, RecycledBy, RecycledUser, RestoreUser,
};

/// How many users, and how many access keys, an account's bin holds.
const ROOM: usize = 1_000;
/// On what the rights are.
const IN_BIN: &str = "user/*";

/// The deleted access keys of a user.
async fn keys_of(view: &View, account: AccountId, user: &UserId) -> Result<Vec<RecycledKeyRecord>> {
    let all = view.scan(RECYCLED_KEYS, account, &Range::all(ROOM)).await?;
    Ok(all.into_iter().map(|(_, record)| record).filter(|record| record.user == *user).collect())
}
