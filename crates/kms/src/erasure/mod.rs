//! What was destroyed, from the moment nobody reaches it to the moment no copy of the store can be opened to it: the two
//! moments of an erasure (design, §3.3).

mod finish;
mod receipt;
mod record;

pub use finish::FinishErasure;
pub use receipt::{Erasure, ErasureReceipt, ErasureReceipts, GetErasureReceipt};
#[cfg(test)]
pub(crate) use record::FinishedRecord;
pub(crate) use record::{ERASED, ERASING, Erasing, note};
pub use record::{Erased, ErasedRecord};
