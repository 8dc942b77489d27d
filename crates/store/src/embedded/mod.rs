//! The embedded [`Meta`](crate::Meta) engine: an LSM tree (`fjall`) on one disk, with group commit of our own above it.
//!
//! ```text
//! commit → queue → Writer (one at a time: checks, indices, one journal write per group) → Logged answers
//!                                   └→ Syncer (its own thread: one fdatasync covers all written before it) → Synced answers
//! ```
//!
//! The tree's journal is written to the operating system before a commit is applied, so what was answered survives the
//! death of the process; the syncer makes it survive the death of the machine. docs/adr/0001-embedded-meta-engine.md
//! says why this engine and what was measured.

mod committer;
mod contents;
#[cfg(test)]
mod damage_tests;
mod engine;
mod group;
mod health;
mod inspect;
mod journal;
mod mark;
mod options;
mod spaces;
mod syncer;
#[cfg(test)]
mod tests;
mod writer;

pub use engine::Embedded;
pub use options::EmbeddedOptions;
