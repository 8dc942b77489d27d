use super::arn;
use super::input::Input;
use crate::domains::{Domains, Region};
use iam::{Caller, Operation, Run};
use kms::{KeyRef, Kms};
use std::sync::Arc;
use types::{AccountId, AliasName, Failure, KeyId, Reason, Result};

/// What the handler of an operation works with.
pub(super) struct Context<'c> {
    /// Everything there is.
    pub(super) domains: &'c Arc<Domains>,
    /// The region the request was signed for.
    pub(super) region: &'c Arc<Region>,
    /// Who calls.
    pub(super) caller: &'c Caller,
    /// What is asked.
    pub(super) input: &'c Input,
}

impl Context<'_> {
    /// Runs an operation.
    pub(super) async fn kms<Op: Operation>(&self, op: Op) -> Result<Op::Output>
    where
        Kms: Run<Op>,
    {
        self.domains.gate.perform(self.caller, self.region.kms.as_ref(), op).await
    }

    /// Runs an operation, or finds out whether it would be done if that is all that is asked (`DryRun`).
    pub(super) async fn kms_or_trial<Op: Operation>(&self, op: Op) -> Result<Op::Output>
    where
        Kms: Run<Op>,
    {
        self.domains.gate.perform(&self.asking()?, self.region.kms.as_ref(), op).await
    }

    /// The caller, who may only be asking whether it would be done.
    pub(super) fn asking(&self) -> Result<Caller> {
        Ok(if self.input.flag("DryRun")? { self.caller.on_trial() } else { self.caller.clone() })
    }

    /// The key that the request names.
    pub(super) fn key(&self) -> Result<KeyRef> {
        arn::key(self.input.text("KeyId")?)
    }

    /// The key that a member names, if it is given.
    pub(super) fn key_in(&self, member: &'static str) -> Result<Option<KeyRef>> {
        self.input.optional(member)?.map(arn::key).transpose()
    }

    /// The alias that the request names.
    pub(super) fn alias(&self) -> Result<AliasName> {
        let text = self.input.text("AliasName")?;
        text.parse().map_err(|rule| Failure::invalid("AliasName", rule))
    }

    /// The account that a key named so is of.
    pub(super) fn owner(&self, key: Option<&KeyRef>) -> Result<AccountId> {
        let named = key.and_then(KeyRef::place).map(|(_, account)| *account);
        named.or(self.caller.account()).ok_or_else(|| Reason::MissingAuthentication.into())
    }

    /// The ARN of a key that was named so.
    pub(super) fn arn(&self, named: Option<&KeyRef>, id: &KeyId) -> Result<String> {
        Ok(arn::of_key(&self.region.id, self.owner(named)?, id))
    }
}
