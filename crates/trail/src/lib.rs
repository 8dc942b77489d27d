//! The append-only record of what happened: events, and how one enters the log.
//!
//! Each account has one log per region. An event is committed in the transaction of the effect it records; what enters
//! the Merkle tree is a salted commitment to it, so that one event can be shown, or erased, without touching the rest
//! (docs/formats/trail.md).

mod checkpoint;
mod entry;
mod event;
mod folder;
#[cfg(test)]
mod golden;
mod growing_tree;
mod head;
mod log;
mod lookup;
mod lookup_query;
mod lookup_token;
mod note;
mod proof;
mod publication;
mod published;
mod publisher;
mod receipt;
mod recount;
mod report;
mod serve;
mod source;
mod stream_cursor;
mod tiles;
mod verifier;
mod verify;

pub use checkpoint::{Checkpoint, TreeHead};
pub use entry::{Commitment, Entry, append};
pub use event::{Category, Event, Identity, IdentityKind};
pub use folder::Folder;
pub use growing_tree::GrowingTree;
pub use head::{HEADS, Head};
pub use log::Log;
pub use lookup::{Found, lookup};
pub use lookup_query::{Attribute, Direction, Filter, Query};
pub use note::{Note, NoteError, NoteKey};
pub use proof::{Proof, disclose, read_disclosure, verify_receipt};
pub use published::verify_published;
pub use publisher::Publisher;
pub use receipt::Receipt;
pub use report::{Finding, Report};
pub use serve::{Served, published_path, serve};
pub use source::{RESOURCE_BYTES, Source};
pub use tiles::{TileFile, TileId, entries};
pub use verifier::Verifier;
pub use verify::verify;
