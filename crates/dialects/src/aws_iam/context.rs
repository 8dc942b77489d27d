use super::input::Input;
use crate::domains::Domains;
use iam::{Caller, Iam, Operation, Run};
use std::sync::Arc;
use types::{AccountId, Reason, Result};

/// What the handler of an operation works with.
pub(super) struct Context<'c> {
    /// Everything there is.
    pub(super) domains: &'c Arc<Domains>,
    /// Who calls.
    pub(super) caller: &'c Caller,
    /// What is asked.
    pub(super) input: &'c Input,
}

impl Context<'_> {
    /// Runs an operation.
    pub(super) async fn iam<Op: Operation>(&self, op: Op) -> Result<Op::Output>
    where
        Iam: Run<Op>,
    {
        self.domains.gate.perform(self.caller, &self.domains.iam, op).await
    }

    /// The caller's account, which all that is asked for here is of.
    pub(super) fn account(&self) -> Result<AccountId> {
        self.caller.account().ok_or_else(|| Reason::MissingAuthentication.into())
    }
}
