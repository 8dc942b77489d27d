use crate::caller::Caller;
use crate::decide::decide;
use crate::operation::{Need, Operation, Target};
use std::marker::PhantomData;
use types::{Action, Result};

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

    /// Whether the caller may do something else to the first thing that this is about, as policies and ownership have it: for
    /// what is told or not told by that. It is decided as if it had been asked for, and no event says so.
    pub fn allows(&self, action: Action) -> bool {
        let Some(need) = self.target.needs.first() else { return false };
        let needs = vec![Need { action, resource: need.resource.clone() }];
        let things = self.target.things.first().cloned().into_iter().collect();
        decide(&self.caller, &Target { needs, things, open: false, ..self.target.clone() }).is_ok()
    }

    /// To do it to what.
    pub fn target(&self) -> &Target {
        &self.target
    }
}
