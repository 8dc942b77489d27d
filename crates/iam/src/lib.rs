//! Who there is, what they may do, and the one door that everything goes through.
//!
//! An [`Operation`] is a struct in the domain that owns it; a domain says how to [`Run`] it; the [`Gate`] decides, makes
//! the [`Permit`], runs it, and sees to it that its event is in the log before anything is answered.

mod accounts;
mod caller;
mod decide;
mod directory;
mod gate;
mod iam;
mod operation;
mod permit;
pub mod policy;
mod record;
mod records;
mod token;

pub use accounts::{CreateAccount, ListAccounts, NewAccessKey, NewAccount};
pub use caller::{Caller, Nonce, Session};
pub use gate::{Claim, Gate};
pub use iam::Iam;
pub use operation::{Audit, Need, Operation, Run, Target};
pub use permit::Permit;
pub use record::GLOBAL;
pub use records::{AccountRecord, Holder, PolicyRecord, PolicyRef, RoleRecord, UserRecord};
