use crate::caller::Caller;
use crate::operation::{Operation, Target};
use std::marker::PhantomData;

/// Proof that an operation was allowed. Its fields are private and only the gate makes one, so no route, job or dialect
/// can run an operation without asking.
pub struct Permit<Op: Operation> {
    caller: Caller,
    target: Target,
    operation: PhantomData<fn(Op)>,
}

impl<Op: Operation> Permit<Op> {
    pub(crate) fn new(caller: Caller, target: Target) -> Self {
        Self { caller, target, operation: PhantomData }
    }

    /// Who was allowed.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// To do it to what.
    pub fn target(&self) -> &Target {
        &self.target
    }
}
