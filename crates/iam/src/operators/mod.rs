//! Operators: staff of the deployment. They are principals of their own, outside every account, with rights by duty, and with
//! none on anything of a tenant's.

mod changes;
mod keys;
mod record;
mod rights;
mod shown;

pub use changes::{CreateOperator, DeleteOperator, NewOperator, UpdateOperator};
pub use keys::{CreateOperatorKey, DeleteOperatorKey};
pub(crate) use record::OPERATORS;
pub use record::OperatorRecord;
pub(crate) use rights::{decide, no_tenant};
pub(crate) use shown::operator_path;
pub use shown::{GetOperator, ListOperators, ShownOperator};
