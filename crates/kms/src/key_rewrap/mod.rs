//! After a rotation, what was stored before is still under the older versions of its key. A rewrap, which the tenant asks for,
//! brings it under the primary one; then an old version can be retired (docs/adr/0011-rewrapping-and-retiring.md).
//!
//! Only data keys are wrapped anew, never content: those of objects and uploads (`objects`), and those of secrets' values.
//! The work is done by Bailee itself, page by page. What is done is in the job's record, which each page's transaction
//! changes together with the data keys: so a crash loses no step and repeats none, and of two that work on one job only one
//! gets on.

mod hold;
mod job;
mod record;
mod retire;
mod start;
mod steps;

pub use job::{RewrapAdvance, RewrapFound, RewrapRef};
pub use record::{KeyRewrap, RewrapPoint, RewrapStage, RewrapState};
pub(crate) use record::{LateRecord, RetiredRecord};
pub use retire::RetireKeyVersion;
pub use start::{GetKeyRewrap, StartKeyRewrap};
pub use steps::{FinishKeyRewrap, RewrapDataKeys, Rewrapped};
