//! The append-only record of what happened: events, and how one enters the log.
//!
//! Each account has one log per region. An event is committed in the transaction of the effect it records; what enters
//! the Merkle tree is a salted commitment to it, so that one event can be shown, or erased, without touching the rest
//! (docs/formats/trail.md).

mod entry;
mod event;

pub use entry::{Commitment, Entry, append};
pub use event::{Category, Event, Identity, IdentityKind};
