//! Policies: reading them strictly, and deciding by them quickly.
//!
//! Grammar, limits, condition keys and the order of evaluation are written down in `docs/formats/policy.md`.
//! [`Document::parse`] reads and compiles one; [`decide`] answers a [`Request`] by a [`PolicySet`]; [`explain`] tells all
//! that had a part in the answer. Nothing here does I/O or asks for the time.

mod action;
mod arn;
mod cache;
mod condition;
mod context;
mod decide;
mod document;
mod error;
mod explain;
mod grammar;
mod index;
mod json;
mod kind;
mod network;
mod operator;
mod pattern;
mod principals;
mod request;
mod statement;
mod system;
mod value;

#[cfg(test)]
mod tests;

pub use cache::PolicyCache;
pub use context::{Context, Key, keys};
pub use decide::{Decision, Ground, Labelled, Mode, Outcome, Place, PolicySet, PolicyType, decide};
pub use document::Document;
pub use error::PolicyError;
pub use explain::{Explanation, NearMiss, PolicyReport, Said, Unmet, explain};
pub use kind::Kind;
pub(crate) use network::Network;
pub use request::Request;
pub use statement::Effect;
pub use system::SystemPolicy;
pub use value::Value;
