use crate::TreeHead;
use serde::{Deserialize, Serialize};
use store::{Record, Space, Table};

/// Which tree heads of a log were signed, as the store remembers it beside the folder of tiles: whoever takes a folder
/// back to an older state, or away, cannot take this back with it without the account's key.
///
/// It is written twice per checkpoint. Before signing, `intended` is committed, synced: from then on no other tree of
/// that size will ever be signed, and the entries under it cannot be lost to a power cut any more. After the checkpoint
/// file is durable, `signed` follows. So the checkpoint in the folder is always one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last checkpoint that is known to be in the folder.
    pub signed: TreeHead,
    /// The one that is being, or has been, signed after it.
    pub intended: TreeHead,
}

impl Head {
    /// Before the first checkpoint.
    pub fn none() -> Self {
        Self { signed: TreeHead::empty(), intended: TreeHead::empty() }
    }
}

impl Record for Head {}

/// Where heads are kept: one per account.
pub const HEADS: Table<Head> = Table::new(Space::System, b't', "the head of a trail");
