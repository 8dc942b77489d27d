use crate::caller::Caller;
use crate::decide::decide;
use crate::operation::{Operation, Target};
use std::marker::PhantomData;
use types::Result;

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

    /// What would have been decided if no access control list had let everybody in: by policies and ownership alone.
    pub fn unless_open(&self) -> Result<()> {
        decide(&self.caller, &Target { open: false, ..self.target.clone() })
    }

    /// To do it to what.
    pub fn target(&self) -> &Target {
        &self.target
    }
}
