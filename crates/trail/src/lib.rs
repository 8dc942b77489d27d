//! The append-only record of what happened: events, and how one enters the log.
//!
//! Each account has one log per region. An event is committed in the transaction of the effect it records; what enters
//! the Merkle tree is a salted commitment to it, so that one event can be shown, or erased, without touching the rest
//! (docs/formats/trail.md).

mod checkpoint;
mod entry;
mod event;
mod folder;
mod growing_tree;
mod head;
mod log;
mod note;
mod publication;
mod published;
mod publisher;
mod recount;
mod report;
mod source;
mod tiles;
mod verifier;

pub use checkpoint::{Checkpoint, TreeHead};
pub use entry::{Commitment, Entry, append};
pub use event::{Category, Event, Identity, IdentityKind};
pub use folder::Folder;
pub use growing_tree::GrowingTree;
pub use head::{HEADS, Head};
pub use log::Log;
pub use note::{Note, NoteError, NoteKey};
pub use published::verify_published;
pub use publisher::Publisher;
pub use report::{Finding, Report};
pub use source::{RESOURCE_BYTES, Source};
pub use tiles::{TileFile, TileId, entries};
pub use verifier::Verifier;
