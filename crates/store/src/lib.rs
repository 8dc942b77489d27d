//! Where things are kept: two ports, the engines behind them, and the sealed view that everything above goes through.
//!
//! [`Meta`] is an ordered, transactional key–value store; [`Blobs`] keeps immutable bytes. Both see ciphertext only:
//! domain code uses [`Store`], [`View`] and [`Txn`], which seal every value under its account's key, bound to its
//! place. What an engine must keep to is written as a suite anyone can run: the `conformance` module.

pub mod binary;
mod blobs;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod embedded;
mod epochs;
mod keyring;
mod local;
mod memory;
mod meta;
mod opened;
mod record;
mod room;
mod store;
mod sync;
mod txn;
mod unsealed;
mod view;

pub use blobs::{BlobEntry, BlobError, BlobId, BlobReader, BlobWriter, Blobs};
pub use embedded::{Embedded, EmbeddedOptions};
pub use epochs::{Holds, Moved};
pub use keyring::{Keyring, Wrapped};
pub use local::{LocalBlobs, LocalBlobsOptions};
pub use memory::{MemoryBlobs, MemoryMeta};
pub use meta::{Append, Batch, Check, Durability, Entry, Meta, MetaError, Range, Snapshot, Space, Write};
pub use record::{Record, Table};
pub use room::{FreeSpace, free_space_of};
pub use store::Store;
pub use txn::{Committed, Txn};
pub use unsealed::Unsealed;
pub use view::View;
